#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The tables of numbers in a Markdown file, made anew. A table stands between
#     <!-- query: SELECT ... -->     which may take several lines, and
#     <!-- end -->
# and is what `bbsbench query` prints of the rows in results/reference. Prints the file with its tables as they are now:
#     tests/readme.sh [--write] [FILE]        --write: into FILE itself (default README.md)
set -eu
cd -P -- "$(dirname -- "$(readlink -f -- "$0")")/.."
program=${BBSBENCH:-build/bbsbench}
write=no
if [ "${1:-}" = --write ]; then
    write=yes
    shift
fi
file=${1:-README.md}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Cut the file at its queries: N.text ends with the line of "-->", N.sql is the query; what stands up to "end" is dropped.
awk -v folder="$folder" '
    function name(kind) { return sprintf("%s/%03d.%s", folder, part, kind) }
    BEGIN { part = 1; state = "text" }
    state == "table" { if ($0 !~ /^<!-- end -->$/) next; state = "text"; part++ }
    state == "text" && /^<!-- query:/ { state = "query"; query = $0; sub(/^<!-- query:/, "", query); print > name("text") }
    state == "query" && !/^<!-- query:/ { query = query "\n" $0; print > name("text") }
    state == "query" { if (query !~ /-->$/) next; sub(/-->$/, "", query); print query > name("sql"); state = "table"; next }
    { print > name("text") }
    END { if (state != "text") { print "error: " FILENAME ": a query without an end" > "/dev/stderr"; exit 1 } }
' "$file"

for text in "$folder"/*.text; do
    cat "$text"
    if [ -f "${text%.text}.sql" ]; then "$program" query --run results/reference --format md "$(cat "${text%.text}.sql")"; fi
done >"$folder/whole"
if [ $write = yes ]; then cat "$folder/whole" >"$file"; else cat "$folder/whole"; fi
