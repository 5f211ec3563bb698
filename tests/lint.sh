#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Static checks beyond the compilers' warnings, each where its tool is installed: layout, cppcheck, shellcheck.
set -u
cd -P -- "$(dirname -- "$(readlink -f -- "$0")")/.." || exit 1
bad=0

if command -v clang-format >/dev/null 2>&1; then
    git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror || bad=1
else
    echo "clang-format is not installed: layout not checked"
fi
if command -v cppcheck >/dev/null 2>&1; then
    cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,portability --inline-suppr \
        --suppress=missingIncludeSystem --suppress=unknownMacro -Ibench bench || bad=1
else
    echo "cppcheck is not installed: not run"
fi
if command -v shellcheck >/dev/null 2>&1; then
    shellcheck -x run_all.sh deps.sh commit.sh tests/run.sh tests/lint.sh tests/readme.sh tests/baselines.sh docs/ci/track.sh docs/slurm/*.sh .ci/run || bad=1
else
    echo "shellcheck is not installed: not run"
fi
[ "$bad" -eq 0 ] && echo "lint: clean"
exit "$bad"
