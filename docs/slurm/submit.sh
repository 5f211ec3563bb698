#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Run a plan of `bbsbench plan` on Slurm: an array of the units of the references, an array of the others, and the merge, each
# after the one before it. No task needs a GPU.
#   docs/slurm/submit.sh [OPTIONS] PLAN.csv OUT [REPORT-OPTIONS...]
# The rows come into the folder OUT. With REPORT-OPTIONS, such as "--full --yes", a last job runs `bbsbench run` with them in OUT,
# which takes the answers that are there, and writes the report. Plan, program and OUT must be seen by all nodes.
#   --cpus N        processors of a task (default 1)
#   --most N        tasks that run at a time (default: as many as Slurm allows)
#   --cache FOLDER  of each node, for compressed weights (default: bbsbench-USER in $TMPDIR or /tmp of the node)
#   --minutes N     time limit of a task (default: four times what the longest unit is expected to take, and five minutes)
#   --sbatch WORDS  further options of sbatch, such as "--partition=cpu --account=me"; may be repeated
#   --dry-run       print the commands, submit nothing
# BBSBENCH is the program (default: bbsbench of this checkout's build, else of the PATH).
set -eu

fail() {
    echo "error: $1" >&2
    exit 2
}

here=$(cd -P -- "$(dirname -- "$0")" && pwd)
cpus=1 most='' cache='' minutes='' sbatch='' dry=
while [ $# -gt 0 ]; do
    case $1 in
    --cpus | --most | --cache | --minutes | --sbatch)
        [ $# -ge 2 ] || fail "$1: no value"
        case $1 in
        --cpus) cpus=$2 ;;
        --most) most=$2 ;;
        --cache) cache=$2 ;;
        --minutes) minutes=$2 ;;
        --sbatch) sbatch="$sbatch $2" ;;
        esac
        shift 2
        ;;
    --dry-run)
        dry=1
        shift
        ;;
    --help | -h)
        sed -n '3,16s/^# \{0,1\}//p' "$0"
        exit
        ;;
    -*) fail "$1: an unknown option; see $0 --help" ;;
    *) break ;;
    esac
done
[ $# -ge 2 ] || fail "expected PLAN.csv and a folder for the rows; see $0 --help"
[ -f "$1" ] || fail "$1: no such file; make it with bbsbench plan"
plan=$(readlink -f -- "$1") out=$(readlink -m -- "$2")
shift 2
program=${BBSBENCH:-$here/../../build/bbsbench}
[ -x "$program" ] || program=$(command -v bbsbench) || fail "no bbsbench; make, or set BBSBENCH"
program=$(readlink -f -- "$program")

# The numbers stand in columns before any that may be quoted: unit, wave, ..., answer_seconds, fixed_seconds.
numbers=$(awk -F, 'NR > 1 { units++; first += $2 == 1; s = $12 + $13; if (s > longest) longest = s }
    END { printf "%d %d %d", units, first, 5 + 4 * longest / 60 + 0.999 }' "$plan")
units=${numbers%% *} rest=${numbers#* }
first=${rest%% *}
[ "$units" -gt 0 ] || fail "$plan: no units"
minutes=${minutes:-${rest#* }}

# An array has at most MaxArraySize tasks, and its numbers stay below that.
largest=$(scontrol show config 2>/dev/null | sed -n 's/^MaxArraySize *= *//p')
largest=$((${largest:-1001} - 1))

submit() { # prints the number of the job
    if [ -n "$dry" ]; then
        echo "sbatch $*" >&2
        echo 0
        return
    fi
    sbatch --parsable "$@" | cut -d ';' -f 1
}

# The units FROM to TO, in arrays; $jobs becomes "ID:ID". Tasks of a node that is lost, or that are preempted, are queued again.
arrays() {
    from=$1 to=$2 after=$3 jobs=''
    while [ "$from" -le "$to" ]; do
        count=$((to - from + 1))
        [ "$count" -le "$largest" ] || count=$largest
        # shellcheck disable=SC2086 # $sbatch is words
        job=$(submit --job-name=bbs-work --array="1-$count${most:+%$most}" --requeue --open-mode=append --cpus-per-task="$cpus" --time="$minutes" \
            --output="$logs/%A.%a.log" ${after:+--dependency=afterany:$after} $sbatch "$here/unit.sh" "$program" "$plan" "$((from - 1))" "$cache")
        jobs=${jobs:+$jobs:}$job
        from=$((from + count))
    done
}

logs=${plan%.csv}.units/logs
[ -n "$dry" ] || mkdir -p "$logs" "$out"
jobs=''
[ "$first" -eq 0 ] || arrays 1 "$first" ''
before=$jobs
[ "$first" -ge "$units" ] || arrays $((first + 1)) "$units" "$before"
# shellcheck disable=SC2086
merge=$(submit --job-name=bbs-merge --requeue --open-mode=append --cpus-per-task="$cpus" --output="$logs/merge.log" --dependency="afterany:${before:+$before:}$jobs" \
    $sbatch "$here/merge.sh" "$program" "$plan" "$out")
echo "$units units in jobs ${before:+$before }$jobs, merge in job $merge, logs in $logs"
if [ $# -gt 0 ]; then
    # shellcheck disable=SC2086
    report=$(submit --job-name=bbs-report --requeue --open-mode=append --cpus-per-task="$cpus" --output="$logs/report.log" --dependency="afterok:$merge" \
        --kill-on-invalid-dep=yes $sbatch "$here/report.sh" "$program" "$out" "$@")
    echo "report in job $report"
fi
echo "how far:  $program status $plan"
