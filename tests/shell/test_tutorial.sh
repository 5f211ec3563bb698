# SPDX-License-Identifier: GPL-3.0-or-later
# docs/tutorial.md: every command of its walks, and the output that it shows; and that tests/tutorial.py sees what is wrong.
. tests/shell/tap.sh
PYTHON=${PYTHON:-/usr/bin/python3}
tutorial() { "$PYTHON" tests/tutorial.py "$BBSBENCH" "$@"; }

check "the walks" tutorial docs/tutorial.md
check "were all run" sh -c "[ \$(grep -c '^ok' $tap_folder/last_out) -eq \$(grep -c '^\`\`\`*sh tested' docs/tutorial.md) ]"

made=$tap_folder/made.md
fence='```'
block() { printf '%s%s\n%s\n%s\n' "$fence" "$1" "$2" "$fence" >>"$made"; }
: >"$made"
block "sh tested" "echo one; echo two  three; echo four"
block text "one
... three
four"
block sh "false"
check "lines in their order, blanks and dots" tutorial "$made"
block "sh tested" "echo one; echo two"
block text "two
one"
check "another order is seen" sh -c "! $PYTHON tests/tutorial.py $BBSBENCH $made"
: >"$made"
block "sh tested" "false; true"
check "a command that fails is seen" sh -c "! $PYTHON tests/tutorial.py $BBSBENCH $made"
: >"$made"
block "sh tested" "build/bbsbench list methods zps >here; touch results/new"
check "files are made elsewhere" tutorial "$made"
check "not in the project" sh -c "! [ -e here ] && ! [ -e results/new ]"
: >"$made"
check "a document without walks is no success" sh -c "! $PYTHON tests/tutorial.py $BBSBENCH $made"
tap_done
