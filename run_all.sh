#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The main job: from a fresh checkout to a report. Works from any folder.
set -u

usage() {
    cat <<'END'
usage: run_all.sh [--smoke | --real [OPTION...] | --full [OPTION...]] [--net NAME[,NAME]] [--method SPEC]
                  [--samples N] [--only ID[,ID]] [--jobs N] [--resume] [--no-compare] [--no-history]

Installs missing packages, builds, runs every experiment, draws the figures, writes the report.

  --smoke    512 test samples per network: a check that everything works, under a minute once built
  (default)  2,000 test samples (CNNs 8,000) and all methods on the networks that this project ships, minutes
  --full     the paper's own checkpoints on ImageNet and GLUE: lists files to fetch, disk and time,
             then asks; hours to days. Its options go to `bbsbench run` (build/bbsbench run --help):
             --yes  --data imagenet=FOLDER  --from FOLDER  --manifest FILE.csv  --skip-bad  --kernels winograd
  --real     real networks that others trained, on small real test sets (models/real.csv): lists files
             to fetch (1.7 GB), disk and time, then asks; hours. Its options go to `bbsbench run`:
             --yes  --from FOLDER  --offline  --evaluations FILE.csv  --manifest FILE.csv  --skip-bad
             --kernels winograd
  --net, --method, --samples, --only   other networks, methods, samples or experiments than the mode has, in
             each mode: bbsbench run --help
  --jobs N   threads (default: the processors that this process may use); the results do not depend on it
  --resume   continue the newest run of the mode, with the same options: finished experiments stay
  --no-compare  do not compare the rows with results/reference
  --no-history  do not add the run to results/history.db (BBS_HISTORY names another file)
  --help     this text

Results: results/<UTC time>-<mode>/ with report.html, report.md, the rows as CSV, figures/, run.json.
Exit codes: 0 done, 1 failed, or a row that moved against results/reference (each is named), 2 usage,
3 something needed is missing (the message says how to get it).
END
}

bad_usage() {
    echo "error: run_all.sh: $1; see run_all.sh --help" >&2
    exit 2
}

quote() { printf "'%s' " "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"; }

# Paths are relative to the caller's folder.
absolute() { case $1 in /*) printf '%s' "$1" ;; *) printf '%s/%s' "$PWD" "$1" ;; esac; }

mode=compact full='' jobs=$(nproc 2>/dev/null || echo 1) resume='' compare='' history='' brought=''
while [ $# -gt 0 ]; do
    case $1 in
    --smoke | --full | --real)
        [ "$mode" = compact ] || bad_usage "two modes"
        mode=${1#--}
        ;;
    --jobs)
        [ $# -gt 1 ] || bad_usage "--jobs without a number"
        jobs=$2
        shift
        ;;
    --jobs=*) jobs=${1#--jobs=} ;;
    --resume) resume=--resume ;;
    --no-compare) compare=--no-compare ;;
    --no-history) history=--no-history ;;
    --yes | --skip-bad | --offline) full="$full$1 " brought=1 ;;
    --net=* | --samples=* | --images=* | --method=* | --data=* | --from=* | --manifest=* | --evaluations=* | --kernels=* | --only=*)
        value=${1#*=} name=${1%%=*}
        shift
        set -- "$name" "$value" "$@"
        continue
        ;;
    --net | --samples | --images | --method | --data | --from | --manifest | --evaluations | --kernels | --only)
        [ $# -gt 1 ] || bad_usage "$1 without a value"
        case $1 in --data | --from | --manifest | --evaluations | --kernels) brought=1 ;; esac
        case $1 in
        --from | --manifest | --evaluations) value=$(absolute "$2") ;;
        --data) value=${2%%=*}=$(absolute "${2#*=}") ;;
        *) value=$2 ;;
        esac
        full="$full$1 $(quote "$value")"
        shift
        ;;
    --help | -h)
        usage
        exit 0
        ;;
    *) bad_usage "unknown option $1" ;;
    esac
    shift
done
case $jobs in '' | *[!0-9]* | 0*) bad_usage "--jobs $jobs is not a number above 0" ;; esac

[ -z "$brought" ] || [ "$mode" = full ] || [ "$mode" = real ] || bad_usage "options of --full or --real without it"

# This folder, also through a symbolic link to the script, and whatever CDPATH says.
cd -P -- "$(dirname -- "$(readlink -f -- "$0")")" || exit 1
started=$(date +%s)
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT

step() { printf '[%3d s] %s\n' $(($(date +%s) - started)) "$1"; }

step "packages"
./deps.sh || exit $?

step "build"
if ! make -j"$jobs" >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "error: the build failed; the lines above say where" >&2
    exit 1
fi

step "text data"
if ! make datasets >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "error: datasets/reviews.R failed; the lines above say where" >&2
    exit 1
fi

step "experiments"
# Choose the folder here, so that the report below is made of this run.
if [ -n "$resume" ]; then
    run=$(find results -mindepth 2 -maxdepth 2 -name run.json -path "*-$mode/run.json" 2>/dev/null | sort | tail -n 1)
    run=${run%/run.json}
    [ -n "$run" ] || { echo "error: results: found no $mode run to continue; start it without --resume" >&2 && exit 3; }
else
    run=results/$(date -u +%Y-%m-%dT%H%M%SZ)-$mode
fi
eval "set -- $full" # quoted above
set -- --jobs "$jobs" --out "$run" "$@"
[ "$mode" = compact ] || set -- "$@" "--$mode"
[ -z "$resume" ] || set -- "$@" "$resume"
[ -z "$compare" ] || set -- "$@" "$compare"
[ -z "$history" ] || set -- "$@" "$history"
build/bbsbench run "$@"
code=$?
if [ $code -ne 0 ] && [ ! -e "$run/run.json" ]; then exit $code; fi

step "figures and report"
build/bbsbench report "$run"
drawn=$?
[ $code -ne 0 ] || code=$drawn
if [ $code -eq 0 ]; then step "done: $PWD/$run/report.html"; else step "ended with exit code $code, see above; what there is: $PWD/$run/report.html"; fi
exit $code
