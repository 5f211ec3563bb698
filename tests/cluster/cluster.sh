# SPDX-License-Identifier: GPL-3.0-or-later
# `make cluster`: docs/slurm/submit.sh on a real Slurm of two nodes on this machine, in a temporary folder: munged, slurmctld and two
# slurmd of Debian's slurm-wlm and munge, as root. A node is killed and a unit is killed while they work, and a unit is done
# twice; the rows must be those of one process. Everything that was started is stopped by its number, also after a failure.
#   CLUSTER_NETS      compact networks (default: seven, one of each architecture)
#   CLUSTER_SAMPLES   of each (default 128)
#   CLUSTER=full      the seven made checkpoints of the rehearsal at full size (python3-torchvision; 1.7 GB; minutes)
. tests/shell/tap.sh
PYTHON=${PYTHON:-/usr/bin/python3}
root=$tap_folder/slurm
started= # numbers of the processes that were started

reason() {
    for program in munged slurmctld slurmd sbatch scontrol runuser; do
        command -v "$program" >/dev/null || { echo "no $program (apt-get install --no-install-recommends slurm-wlm munge)" && return; }
    done
    [ "$(id -u)" = 0 ] || echo "slurmd needs root"
    id munge >/dev/null 2>&1 || echo "no user munge"
}
why=$(reason)
if [ -n "$why" ]; then
    skip "work on Slurm" "$why"
    tap_done
    exit
fi

# ===  Slurm in a folder  ===
number_in() { cat "$root/$1.pid" 2>/dev/null; }
stop_one() { # by its number: first kindly
    [ -n "$1" ] && kill -0 "$1" 2>/dev/null || return 0
    kill "$1" 2>/dev/null
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.3
    done
    kill -9 "$1" 2>/dev/null
}
stop_all() {
    scontrol shutdown >/dev/null 2>&1
    for one in slurmd-n1 slurmd-n2 ctld munged; do stop_one "$(number_in $one)"; done
    for one in $started; do stop_one "$one"; done
}
trap 'stop_all; rm -rf "$tap_folder"' EXIT
trap 'exit 1' INT TERM HUP

free_port() { "$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
configure() {
    host=$(hostname -s)
    chmod 711 "$tap_folder"
    mkdir -p "$root/state" "$root/log" "$root/munge" && chmod 711 "$root" && dd if=/dev/urandom of="$root/munge/key" bs=128 count=1 2>/dev/null &&
        chmod 600 "$root/munge/key" && chown -R munge "$root/munge" && chmod 755 "$root/munge" || return 1
    cat >"$root/slurm.conf" <<END
ClusterName=loop
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
AuthType=auth/munge
AuthInfo=socket=$root/munge/socket
CryptoType=crypto/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$root/state
SlurmdSpoolDir=$root/spool-%n
SlurmctldPidFile=$root/ctld.pid
SlurmdPidFile=$root/slurmd-%n.pid
SlurmctldLogFile=$root/log/ctld.log
SlurmdLogFile=$root/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
MpiDefault=none
SlurmdTimeout=10
SlurmctldTimeout=10
SchedulerParameters=sched_interval=2,batch_sched_delay=1
KillWait=2
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$(free_port) CPUs=1 State=UNKNOWN
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$(free_port) CPUs=1 State=UNKNOWN
PartitionName=all Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
END
}
export SLURM_CONF="$root/slurm.conf"
wait_for() { # SECONDS COMMAND...: until the command succeeds
    left=$(($1 * 5))
    shift
    until "$@"; do
        left=$((left - 1))
        [ $left -gt 0 ] || return 1
        sleep 0.2
    done
}
start_node() { slurmd -f "$SLURM_CONF" -N "$1"; }
is_up() { sinfo -h -o %T 2>/dev/null | grep -qE '^(idle|mixed|allocated)'; }
start() {
    runuser -u munge -- munged --force --key-file="$root/munge/key" --socket="$root/munge/socket" --pid-file="$root/munge/pid" --log-file="$root/munge/log" \
        --seed-file="$root/munge/seed" || return 1
    wait_for 20 test -S "$root/munge/socket" || return 1
    cp "$root/munge/pid" "$root/munged.pid"
    slurmctld -f "$SLURM_CONF" && start_node n1 && start_node n2 && wait_for 40 is_up
}
check "a configuration" configure
check "munged, slurmctld and two nodes" start
if [ "$tap_bad" -gt 0 ]; then
    tail -n 5 "$root"/log/* "$root/munge/log" 2>/dev/null | sed 's/^/# /'
    tap_done
    exit 1
fi

# ===  The plan  ===
nets=${CLUSTER_NETS:-vgg16,resnet34,resnet50,vit_small,vit_base,bert_mrpc,bert_sst2}
plan=$tap_folder/plan.csv
if [ "${CLUSTER:-}" = full ]; then
    . tests/shell/rehearse.sh
    why=$(rehearse_reason)
    if [ -n "$why" ]; then
        skip "the checkpoints of the rehearsal" "$why"
        tap_done
        exit
    fi
    trap 'stop_all; kill $servers 2>/dev/null; rm -rf "$tap_folder"' EXIT
    # shellcheck disable=SC2046 # words
    check "seven checkpoints are made" rehearse_serve 24 $(echo "$nets" | tr , ' ')
    settings="--method fp32 --method int8 --method bbs-mod --samples 20"
    # shellcheck disable=SC2086
    check "a plan of the full mode" "$BBSBENCH" plan --full --yes $manifests $settings --shards 24 --jobs 1 --out "$plan"
    # shellcheck disable=SC2086
    check "one process" full --yes $settings --only accuracy,integers --no-compare --jobs 1 --out "$tap_folder/one"
else
    settings="--net $nets --samples ${CLUSTER_SAMPLES:-128} --method fp32 --method int8 --method bbs-mod"
    # shellcheck disable=SC2086
    check "a plan of about 24 units" "$BBSBENCH" plan $settings --shards 24 --jobs 1 --out "$plan"
    mkdir "$tap_folder/one"
    # shellcheck disable=SC2086
    check "one process" "$BBSBENCH" accuracy $settings --jobs 1 --predictions "$tap_folder/one/predictions" --out "$tap_folder/one/accuracy.csv"
fi
units=$(($(wc -l <"$plan") - 1))
echo "# $units units"
state=$tap_folder/plan.units/state

# ===  Work, while things go wrong  ===
submit() { docs/slurm/submit.sh --cache "$tap_folder/cache" --minutes 10 "$plan" "$tap_folder/merged"; }
check "submit.sh" submit
some_runs() { set -- "$state"/*.running.*[0-9] && [ -e "$1" ]; }
check "units run" wait_for 60 some_runs

# A unit: its process is killed, and its task tries again.
worker() { # the number of a process that computes a unit, from the name of its file
    set -- "$state"/*.running.*[0-9]
    [ -e "$1" ] && echo "${1##*.}"
}
kill_unit() {
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        number=$(worker)
        if [ -n "$number" ] && kill -9 "$number" 2>/dev/null; then return 0; fi
        sleep 0.1
    done
    return 1
}
check "a unit is killed" kill_unit
tried_again() { cat "$tap_folder"/plan.units/logs/*.log 2>/dev/null | grep -q 'attempt 1 ended with 137'; }
check "and tried again by its task" wait_for 60 tried_again

# A node: slurmd and what it started are killed, as when a machine fails; it comes back later.
# A worker of n2 is stopped first, so that it cannot end before its node does. The files of the state name the workers, and the
# environment of each its node.
stop_worker() {
    for file in "$state"/*.running.*[0-9]; do
        victim=${file##*.}
        if tr '\0' '\n' <"/proc/$victim/environ" 2>/dev/null | grep -qx SLURMD_NODENAME=n2 && kill -STOP "$victim" 2>/dev/null; then return 0; fi
    done
    return 1
}
parent_of() { sed 's/.*) [A-Za-z] \([0-9]*\) .*/\1/' "/proc/$1/stat" 2>/dev/null; }
kill_node() { # slurmd, the worker, and what is between them: the script and slurmstepd
    wait_for 120 stop_worker || return 1
    node=$(number_in slurmd-n2)
    lost=$victim
    while [ "${lost:-1}" -gt 1 ] && [ "$lost" != "$node" ]; do
        set -- "$@" "$lost"
        lost=$(parent_of "$lost")
    done
    kill -9 "$node" "$@"
}
check "a node is killed while it computes a unit" kill_node
node_is_down() { sinfo -h -n n2 -o %T | grep -q '^down'; }
check "Slurm misses it" wait_for 90 node_is_down
queued_again() { grep -qi 'requeue' "$root/log/ctld.log"; }
check "and queues its unit again" wait_for 20 queued_again
check "the node comes back" start_node n2

# A unit is done twice: here, beside Slurm.
check "a unit is computed here too" "$BBSBENCH" work --again --jobs 1 "$plan" 1
finished() { [ -z "$(squeue -h 2>/dev/null)" ] && squeue -h >/dev/null 2>&1; }
check "all jobs end" wait_for 400 finished
"$BBSBENCH" status "$plan" 2>&1 | sed 's/^/# /'
check "the rows of one process" cmp "$tap_folder/one/accuracy.csv" "$tap_folder/merged/accuracy.csv"
check "and its answers" diff -r "$tap_folder/one/predictions" "$tap_folder/merged/predictions"
if [ "$tap_bad" -gt 0 ]; then tail -n 8 "$tap_folder"/plan.units/logs/*.log "$root/log/ctld.log" | sed 's/^/# /'; fi
grep -i requeue "$root/log/ctld.log" | sed 's/^/# /'

# ===  The end  ===
stopped() { for one in slurmd-n1 slurmd-n2 ctld munged; do [ -z "$(number_in $one)" ] || ! kill -0 "$(number_in $one)" 2>/dev/null || return 1; done; }
end() { stop_all && wait_for 20 stopped; }
check "all that was started is stopped" end
tap_done
