# SPDX-License-Identifier: GPL-3.0-or-later
# A run that is stopped by Ctrl-C, kill or a closed terminal says how to go on, ends by that signal, and goes on to the same
# rows. A signal that the caller has set to be ignored (nohup) stays ignored.
. tests/shell/tap.sh
run=$tap_folder/run
check "each signal ends it with a line" "${PYTHON:-/usr/bin/python3}" - "$BBSBENCH" "$run" <<'PY'
import os, signal, subprocess, sys, time
program, folder = sys.argv[1:]
command = [program, "run", "--smoke", "--only", "sparsity", "--jobs", "1", "--out", folder]
defaults = lambda: [signal.signal(s, signal.SIG_DFL) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
seen = []
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    resume = ["--resume"] if os.path.exists(folder + "/run.json") else []
    process = subprocess.Popen(command + resume, preexec_fn=defaults, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    begun = f'"resumed":\t{len(seen)}'
    while not (os.path.exists(folder + "/run.json") and begun in (text := open(folder + "/run.json").read()) and '"running"' in text):
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    seen.append(number)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == -number, (process.returncode, err)
    line = f"stopped by {number.name}: finished experiments are kept; go on with build/bbsbench run"
    assert line in err and err.count("--resume") == 1, err
    assert not os.path.exists(folder + "/sparsity.csv")
PY
check "it goes on" "$BBSBENCH" run --smoke --only sparsity --resume --out "$run"
check "to the committed rows" cmp results/reference/sparsity.csv "$run/sparsity.csv"
check "an ignored signal stays ignored" "${PYTHON:-/usr/bin/python3}" - "$BBSBENCH" "$tap_folder/other" <<'PY'
import os, signal, subprocess, sys, time
ignore = lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
process = subprocess.Popen([sys.argv[1], "run", "--smoke", "--only", "sparsity", "--out", sys.argv[2]], preexec_fn=ignore,
                           stdout=subprocess.PIPE, text=True)
while not os.path.exists(sys.argv[2] + "/run.json"):
    time.sleep(0.02)
process.send_signal(signal.SIGHUP)
process.communicate(timeout=300)
assert process.returncode == 0, process.returncode
PY
tap_done
