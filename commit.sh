#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Print as C what the program tells of its own build: the commit of this very folder, and $BBS_FLAGS and $BBS_DARKNET as the
# compiler got them. A folder inside another repository (an unpacked archive) has no commit: that one would be a stranger's.
set -u
cd -P -- "$(dirname -- "$(readlink -f -- "$0")")" || exit 1
# Variables of a git that called us (hooks) would name another repository. GIT_OPTIONAL_LOCKS=0: only read.
for variable in $(git rev-parse --local-env-vars 2>/dev/null); do unset "$variable"; done
export GIT_OPTIONAL_LOCKS=0 LC_ALL=C

commit=unknown dirty=-1 note=
if ! prefix=$(git rev-parse --show-prefix 2>&1); then
    note=$prefix
elif [ -n "$prefix" ]; then
    note="this folder is part of another repository"
elif ! head=$(git rev-parse --short=12 HEAD 2>&1); then
    note=$head
elif ! changed=$(git status --porcelain --untracked-files=no 2>&1 && git ls-files --others --exclude-standard -- bench models plots datasets 2>&1); then
    note=$changed
else
    commit=$head dirty=0
    [ -z "$changed" ] || dirty=1
fi

# As the inside of a C string of one line.
quote() { printf '%s' "$1" | tr '\n\t' '  ' | sed 's/[\\"?]/\\&/g'; }
cat <<END
#define BBS_COMMIT "$commit"
#define BBS_DIRTY $dirty
#define BBS_COMMIT_NOTE "$(quote "$(printf '%s' "$note" | head -n 1)")"
#define BBS_COMPILER_FLAGS "$(quote "${BBS_FLAGS:-}")"
#define BBS_DARKNET_ROOT "$(quote "${BBS_DARKNET:-}")"
END
