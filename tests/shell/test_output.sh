# SPDX-License-Identifier: GPL-3.0-or-later
# --out and --format of every command that has them: the same rows in each form, read by other programs.
. tests/shell/tap.sh
python=${PYTHON:-/usr/bin/python3}
model=models/compact/resnet34.safetensors
"$BBSBENCH" run --smoke --only pe --no-compare --no-history --out "$tap_folder/run" >/dev/null 2>&1
"$BBSBENCH" history --history "$tap_folder/history.db" import "$tap_folder/run" >/dev/null
"$BBSBENCH" plan --simulate "--net resnet20,resnet32 --accelerator stripes --weights none" --out "$tap_folder/plan.csv" >/dev/null

# A command line for each command with rows.
line_of() {
    case $1 in
    stats) echo "stats $model" ;;
    accuracy) echo "accuracy --net resnet34 --samples 8 --method int8" ;;
    portrait) echo "portrait $model" ;;
    simulate) echo "simulate --net resnet20 --accelerator stripes --weights none" ;;
    calibrate) echo "calibrate --net resnet34 --samples 4" ;;
    density) echo "density --net resnet34 --samples 2" ;;
    sram | area) echo "$1" ;;
    perplexity) echo "perplexity --weights $tap_folder/tiny.bin --tokenizer $tap_folder/tiny.tok --text README.md --tokens 100 --method int8 --method fp32" ;;
    query) echo "query --run results/reference SELECT*FROM(table6)" ;;
    status) echo "status $tap_folder/plan.csv" ;;
    history) echo "history --history $tap_folder/history.db" ;;
    *) return 1 ;;
    esac
}

"$python" tests/oracle/made_language.py "$tap_folder/tiny.bin" "$tap_folder/tiny.tok" || exit 1

# The same cells in all forms; CSV and SQL are read by Python, the tables for reading have as many rows.
cat >"$tap_folder/same.py" <<'END'
import csv, json, sqlite3, sys
folder = sys.argv[1]
read = lambda form: open(f"{folder}/rows.{form}", newline="").read()
names, *cells = csv.reader(read("csv").splitlines())
assert cells, "no rows"
# a spreadsheet's mark before a text that begins like a formula is no part of it
plain = lambda text: text[1:] if text.startswith("'") else text
text = lambda value: "" if value is None else str(int(value)) if isinstance(value, bool) else f"{value:.9g}" if isinstance(value, float) else str(value)
number = lambda value: float(value) if value.replace(".", "").replace("-", "").replace("e", "").replace("+", "").isdigit() else plain(value)
same = lambda row: [number(cell) for cell in row]
wanted = [same(row) for row in cells]
objects = json.loads(read("json"))
lines = [json.loads(line) for line in read("jsonl").splitlines()]
assert objects == lines, "json and jsonl"
assert [list(row) for row in objects] == [names] * len(cells), "names"
assert [same(map(text, row.values())) for row in objects] == wanted, "json"
database = sqlite3.connect(":memory:")
database.executescript(read("sql"))
(table,) = [name for (name,) in database.execute("SELECT name FROM sqlite_master")]
assert [same(map(text, row)) for row in database.execute(f'SELECT * FROM "{table}"')] == wanted, "sql"
assert len(read("md").splitlines()) == len(cells) + 2, "md"
assert len({line.replace("\\|", "").count("|") for line in read("md").splitlines()}) == 1, "md columns"
END

rows_of() { # command, format, file
    # shellcheck disable=SC2046 # words of a command line
    "$BBSBENCH" $(line_of "$1") --format "$2" >"$3" 2>"$tap_folder/note"
}

all_forms() {
    mkdir -p "$tap_folder/$1"
    for form in csv json jsonl sql md; do
        rows_of "$1" $form "$tap_folder/$1/rows.$form" || return 1
    done
    "$python" "$tap_folder/same.py" "$tap_folder/$1"
}

# By the name of the file, and "-" is CSV.
by_name() {
    for form in csv json jsonl sql md; do
        # shellcheck disable=SC2046
        "$BBSBENCH" $(line_of "$1") --out "$tap_folder/$1/file.$form" >/dev/null 2>&1 && cmp "$tap_folder/$1/rows.$form" "$tap_folder/$1/file.$form" || return 1
    done
    # shellcheck disable=SC2046
    "$BBSBENCH" $(line_of "$1") --out - 2>/dev/null | cmp - "$tap_folder/$1/rows.csv"
}

table() { # a table, and nothing of it is CSV
    [ "$1" = calibrate ] && return 0 # its file lies beside the weights
    # shellcheck disable=SC2046
    "$BBSBENCH" $(line_of "$1") >"$tap_folder/$1/table" 2>/dev/null && [ "$(wc -l <"$tap_folder/$1/table")" -ge 2 ] && ! cmp -s "$tap_folder/$1/table" "$tap_folder/$1/rows.csv"
}

for command in $("$BBSBENCH" help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
    "$BBSBENCH" help "$command" >"$tap_folder/help" && grep -q -- "--format table|csv" "$tap_folder/help" && grep -q -- "--out FILE" "$tap_folder/help" || continue
    check "$command: this test knows it" line_of "$command"
    check "$command: the same rows as CSV, JSON, SQL and Markdown" all_forms "$command"
    check "$command: by the name of the file, and on standard output" by_name "$command"
    check "$command: a table without --out" table "$command"
    # shellcheck disable=SC2046
    check_fails 2 "$command: an unknown format" "$BBSBENCH" $(line_of "$command") --format jsn
    check "$command: is guessed" grep -q 'did you mean json or jsonl?$\|did you mean json?$' "$tap_folder/last_err"
done

# ===  Places that cannot be written are told before the work  ===
check_fails 1 "a folder that is not there" "$BBSBENCH" stats $model --out "$tap_folder/none/rows.json"
check "is named" grep -q "none/rows.json: writing: found No such file or directory, expected a folder to write into; make the folder first" "$tap_folder/last_err"
check_fails 1 "a folder as file" "$BBSBENCH" stats $model --out "$tap_folder"
check "nothing half-written is left" sh -c "! ls '$tap_folder'/*/*.part"
tap_done
