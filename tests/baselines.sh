#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The baselines and their reasons. SHA256SUMS beside the baselines records each file, also those in folders below (`real`);
# the last section of the changelog names each file that changed, with the first eight digits of its hash, and says why:
#     * `accuracy.compact.csv` 1a2b3c4d, `real/accuracy.csv` 5e6f7a8b: REASON
#     tests/baselines.sh [--write] [FOLDER [CHANGELOG]]
# Without --write: prints what does not agree, and ends with 1 when anything does not. With --write: records the files as
# they are, and adds the line for those that changed, whose REASON is left to its author.
set -eu
export LC_ALL=C
cd -P -- "$(dirname -- "$(readlink -f -- "$0")")/.."
write=no
if [ "${1:-}" = --write ]; then
    write=yes
    shift
fi
folder=${1:-results/reference}
changelog=${2:-CHANGELOG.md}
found=$(mktemp)
trap 'rm -f "$found" "$found.log"' EXIT

# "HASH  NAME" of every baseline; a README explains them and SHA256SUMS is their record.
(cd "$folder" && find . -type f ! -name README.md ! -path ./SHA256SUMS ! -name '*.part' | sed 's|^\./||' | sort | xargs sha256sum) >"$found"

# The files of `found` whose name and hash stand in no line of the section, as "`NAME` HASH8, ...".
unnamed() {
    awk -v found="$found" '
        /^## / { section = $0 == "## Baselines" }
        section && /^\* / { lines = lines "\n" $0 }
        END {
            while ((getline line <found) > 0) {
                split(line, part, "  ")
                entry = "`" part[2] "` " substr(part[1], 1, 8)
                if (!index(lines, entry)) { printf "%s%s", comma, entry; comma = ", " }
            }
        }' "$1"
}

if [ $write = yes ]; then
    cp "$found" "$folder/SHA256SUMS"
    grep -v '^\* `.*: REASON$' "$changelog" >"$found.log" || true # of an earlier --write: it may have other hashes now
    names=$(unnamed "$found.log")
    [ -z "$names" ] || echo "* $names: REASON" >>"$found.log"
    cat "$found.log" >"$changelog"
    [ -z "$names" ] || echo "$changelog: write the reason in the last line: $names"
    exit 0
fi

bad=0
say() {
    echo "$1"
    bad=1
}
if ! cmp -s "$found" "$folder/SHA256SUMS"; then
    diff "$folder/SHA256SUMS" "$found" | sed -n 's/^[<>] [0-9a-f]*  //p' | sort -u | while read -r name; do
        echo "$folder/$name: not as recorded in SHA256SUMS: make reference writes baselines, hashes and the line in $changelog"
    done
    bad=1
fi
names=$(unnamed "$changelog")
[ -z "$names" ] || say "$changelog: no line under Baselines for $names"
if grep -q '^\* `.*: *\(REASON\)\{0,1\}$' "$changelog"; then say "$changelog: a line under Baselines without a reason"; fi
exit $bad
