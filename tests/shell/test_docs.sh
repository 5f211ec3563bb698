# SPDX-License-Identifier: GPL-3.0-or-later
# The commands of README.md and docs/*.md (tests/docs.py): the quick ones are run, what must be there for the others is said
# where they stand. `make commands-check` runs all.
. tests/shell/tap.sh
PYTHON=${PYTHON:-/usr/bin/python3}
docs() { "$PYTHON" tests/docs.py --quick "$BBSBENCH" "$@"; }

check "the quick commands of the documents" docs README.md docs/*.md
check "some of them were run" sh -c "[ \$(grep -c '^ok [0-9]* - .*build/bbsbench' '$tap_folder/last_out') -ge 10 ]"

# A document with one command of each kind. What is not a command of a shell is left alone.
cat >"$tap_folder/made.md" <<'END'
    build/bbsbench area --pe stripes
    build/bbsbench area --pe no-such-pe
    some other text
    build/bbsbench area --pe no-such-pe   # slow; needs something
    make no-such-target
    ./run_all.sh --no-such-option

```sh
build/bbsbench run --out results/left
build/bbsbench report results/left
# needs a file
build/bbsbench stats no.safetensors
```
````md
```sh
build/bbsbench no-such-command
```
````
END
check_made() { ! docs "$tap_folder/made.md"; }
check "wrong commands are found" check_made
check "and the others are as they should be" sh -c "sed -n 's/ - .*made.md:/ /p' '$tap_folder/last_out' | sed 's/: .*# SKIP/ SKIP/; s/: .*//' | tr '\n' '|' | grep -qxF \
'ok 1 1|not ok 2 2|ok 3 4 SKIP needs something|not ok 4 5|not ok 5 6|ok 6 9 SKIP make commands-check runs it|ok 7 10 SKIP make commands-check runs it|ok 8 12 SKIP needs a file|'"
tap_done
