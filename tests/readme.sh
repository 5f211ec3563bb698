#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The parts of a Markdown file that are made, made anew. Such a part stands between
#     <!-- query: SELECT ... -->     which may take several lines, or
#     <!-- output: COMMAND -->       on one line, and
#     <!-- end -->
# and is what `bbsbench query` prints of the rows in results/reference, or what the command prints ($BBSBENCH is the program).
# Prints the file with these parts as they are now:
#     tests/readme.sh [--write] [FILE]        --write: into FILE itself (default README.md)
set -eu
cd -P -- "$(dirname -- "$(readlink -f -- "$0")")/.."
BBSBENCH=${BBSBENCH:-build/bbsbench}
export BBSBENCH
write=no
if [ "${1:-}" = --write ]; then
    write=yes
    shift
fi
file=${1:-README.md}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Cut the file at its made parts: N.text ends with the line of "-->", N.sql is the query or N.sh the command; what stands up
# to "end" is dropped.
awk -v folder="$folder" '
    function name(kind) { return sprintf("%s/%03d.%s", folder, part, kind) }
    BEGIN { part = 1; state = "text" }
    state == "table" { if ($0 !~ /^<!-- end -->$/) next; state = "text"; part++ }
    state == "text" && /^<!-- query:/ { state = "query"; query = $0; sub(/^<!-- query:/, "", query); print > name("text") }
    state == "text" && /^<!-- output:.*-->$/ { command = $0; print > name("text"); sub(/^<!-- output:/, "", command); sub(/-->$/, "", command)
        print command > name("sh"); state = "table"; next }
    state == "query" && !/^<!-- query:/ { query = query "\n" $0; print > name("text") }
    state == "query" { if (query !~ /-->$/) next; sub(/-->$/, "", query); print query > name("sql"); state = "table"; next }
    { print > name("text") }
    END { if (state != "text") { print "error: " FILENAME ": a query without an end" > "/dev/stderr"; exit 1 } }
' "$file"

for text in "$folder"/*.text; do
    cat "$text"
    if [ -f "${text%.text}.sql" ]; then "$BBSBENCH" query --run results/reference --format md "$(cat "${text%.text}.sql")"; fi
    if [ -f "${text%.text}.sh" ]; then sh -eu "${text%.text}.sh"; fi
done >"$folder/whole"
if [ $write = yes ]; then cat "$folder/whole" >"$file"; else cat "$folder/whole"; fi
