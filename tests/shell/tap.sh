# SPDX-License-Identifier: GPL-3.0-or-later
# The few words the command tests are written in. Source it; end the script with `tap_done`.
#   check NAME COMMAND...          passes when the command succeeds
#   check_fails CODE NAME COMMAND  passes when it ends with that exit code and exactly one "error:" line on stderr
#   skip NAME REASON
set -u
tap_count=0
tap_bad=0
tap_folder=$(mktemp -d)
trap 'rm -rf "$tap_folder"' EXIT

# What the command before this one printed is kept in last_out and last_err.
tap_run() {
    for tap_stream in out err; do
        if [ -f "$tap_folder/$tap_stream" ]; then mv "$tap_folder/$tap_stream" "$tap_folder/last_$tap_stream"; fi
    done
    "$@" >"$tap_folder/out" 2>"$tap_folder/err"
}

tap_result() {
    tap_count=$((tap_count + 1))
    if [ "$1" -eq 0 ]; then echo "ok $tap_count - $2"; else
        tap_bad=$((tap_bad + 1))
        echo "not ok $tap_count - $2"
    fi
}

check() {
    tap_name=$1
    shift
    tap_run "$@"
    tap_code=$?
    tap_result $tap_code "$tap_name"
    if [ $tap_code -ne 0 ]; then sed 's/^/# /' "$tap_folder/out" "$tap_folder/err" | tail -n 20; fi
}

check_fails() {
    tap_want=$1
    tap_name=$2
    shift 2
    tap_run "$@"
    tap_code=$?
    tap_lines=$(grep -c '^error: ' "$tap_folder/err")
    if [ $tap_code -eq "$tap_want" ] && [ "$tap_lines" -eq 1 ]; then tap_result 0 "$tap_name"; else
        tap_result 1 "$tap_name"
        echo "# exit code $tap_code (wanted $tap_want), $tap_lines error lines"
        sed 's/^/# /' "$tap_folder/err" | tail -n 10
    fi
}

skip() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}

tap_done() {
    echo "1..$tap_count"
    [ "$tap_bad" -eq 0 ]
}
