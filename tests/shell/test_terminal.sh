# SPDX-License-Identifier: GPL-3.0-or-later
# What a person at a terminal sees: progress that is never wider than the terminal, none where there is no terminal or with
# --quiet, a line that says how to go on after Ctrl-C, and the place of an experiment in the whole run.
. tests/shell/tap.sh
python=${PYTHON:-/usr/bin/python3}

cat >"$tap_folder/terminal.py" <<'END'
import fcntl, os, pty, select, signal, struct, sys, termios
# terminal.py COLUMNS PROGRAM WORD...: run it with standard error on a terminal of that width; print the widest line of
# progress, and how many there were.
columns, command = int(sys.argv[1]), sys.argv[2:]
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
child = os.fork()
if child == 0:
    os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
    os.dup2(slave, 2)
    os.environ.pop("COLUMNS", None)
    os.execv(command[0], command)
os.close(slave)
seen = b""
while True:
    try:
        got = os.read(master, 65536)
    except OSError:
        break
    if not got:
        break
    seen += got
_, status = os.waitpid(child, 0)
lines = [line for line in seen.replace(b"\x1b[K", b"").replace(b"\n", b"\r").split(b"\r") if line]
assert os.waitstatus_to_exitcode(status) == 0, seen
assert b"\x1b[3" not in seen and b"\x1b[1m" not in seen, "a colour"
print(max(map(len, lines), default=0), len(lines))
END

work="accuracy --net resnet34 --samples 600 --method int8 --method bbs-mod --jobs 1"
for columns in 80 40 12; do
    # shellcheck disable=SC2086
    check "progress on $columns columns" sh -c "set -- \$('$python' '$tap_folder/terminal.py' $columns '$BBSBENCH' $work) && [ \$1 -lt $columns ] && [ \$1 -gt 5 ] && [ \$2 -ge 3 ]"
done
check "none with --quiet" sh -c "[ \"\$('$python' '$tap_folder/terminal.py' 80 '$BBSBENCH' $work --quiet)\" = '0 0' ]"
check "nor before the command" sh -c "[ \"\$('$python' '$tap_folder/terminal.py' 80 '$BBSBENCH' --quiet $work)\" = '0 0' ]"
check "nor with BBS_QUIET" sh -c "[ \"\$(BBS_QUIET=1 '$python' '$tap_folder/terminal.py' 80 '$BBSBENCH' $work)\" = '0 0' ]"
check "no terminal: no escape sequence" sh -c "'$BBSBENCH' $work 2>&1 | LC_ALL=C grep -c \"\$(printf '\\033')\" | grep -qx 0"

# ===  Notes  ===
check "an old word works" "$BBSBENCH" accuracy --net resnet34 --images 2 --method int8
check "with one note" sh -c "[ \$(grep -c '^note: --images is now --samples' '$tap_folder/last_err') -eq 1 ]"
check "and without one, quietly" "$BBSBENCH" --quiet accuracy --net resnet34 --images 2 --method int8
check "nothing is said" sh -c "[ ! -s '$tap_folder/last_err' ]"
check "an old command works" "$BBSBENCH" profile --help
check "with its note" grep -q '^note: bbsbench profile is now bbsbench portrait' "$tap_folder/last_err"

# ===  A run  ===
BBS_HISTORY=$tap_folder/history.db
export BBS_HISTORY
check "a run" "$BBSBENCH" run --smoke --only table4 --no-compare --out "$tap_folder/run"
check "counts its experiments" sh -c "grep -q '  pe .* 1 of 2\$' '$tap_folder/last_out' && grep -q '  table4 .* 2 of 2\$' '$tap_folder/last_out'"
check "resumed" "$BBSBENCH" run --smoke --only table4 --no-compare --resume --out "$tap_folder/run"

# A made history of a slow run: the time left is that of the experiments that are still to come.
"$python" - "$tap_folder/run/run.json" <<'END'
import json, sys
record = json.load(open(sys.argv[1]))
for experiment in record["experiments"]:
    experiment["wall_seconds"] = 100
record["started_utc"] = "2099-01-01T00:00:00Z"
json.dump(record, open(sys.argv[1], "w"))
END
check "its record, made slower" "$BBSBENCH" history import "$tap_folder/run"
check "the next run" "$BBSBENCH" run --smoke --only table4 --no-compare --out "$tap_folder/next"
check "says what is left, by the last one" sh -c "grep -q '  pe .* 1 of 2, about 1 min 40 s left\$' '$tap_folder/last_out' && grep -q '  table4 .* 2 of 2\$' '$tap_folder/last_out'"

# ===  Ctrl-C  ===
cat >"$tap_folder/stop.py" <<'END'
import signal, subprocess, sys, time
process = subprocess.Popen(sys.argv[1:], preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
time.sleep(1.5)
assert process.poll() is None, "ended before it could be stopped"
process.send_signal(signal.SIGINT)
_, errors = process.communicate(timeout=60)
assert process.returncode == -signal.SIGINT, process.returncode
print(errors)
END
check "accuracy that is stopped" "$python" "$tap_folder/stop.py" "$BBSBENCH" accuracy --net all --samples 2000 --jobs 1
check "says how to go on" grep -q 'stopped by SIGINT: .*--predictions FOLDER; then the same command goes on' "$tap_folder/last_out"
tap_done
