# SPDX-License-Identifier: GPL-3.0-or-later
# A rehearsal of the full mode without internet: sourced after tap.sh by test_full.sh (two networks, in `make check`) and
# rehearsal.sh (all seven, `make rehearsal`).
#   rehearse_serve PICTURES NET...   make their files (tests/oracle/rehearsal.py) and serve them on loopback; $manifests names the
#                                    catalogues, $requests the server's log
python=${PYTHON:-/usr/bin/python3}
web=$tap_folder/web cache=$tap_folder/cache requests=$tap_folder/port.log
manifests="--manifest $web/checkpoints.csv --manifest $web/datasets.csv"
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy
BBS_HOME=$cache
export BBS_HOME
mkdir -p "$web"
servers=
trap 'kill $servers 2>/dev/null; rm -rf "$tap_folder"' EXIT

rehearse_reason() { # prints why not, or nothing
    for module in torch torchvision PIL; do
        "$python" -c "import $module" 2>/dev/null || { echo "no python3-$module" | sed s/PIL/pil/ && return; }
    done
    command -v curl >/dev/null || echo "no curl"
}

rehearse_serve() {
    "$python" tests/shell/server.py "$web" "$tap_folder/port" &
    servers=$!
    for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s "$tap_folder/port" ] || sleep 0.3; done
    "$python" tests/oracle/rehearsal.py "$web" "http://127.0.0.1:$(cat "$tap_folder/port")" "$@"
}

# shellcheck disable=SC2086  # the manifests are two options each
full() { "$BBSBENCH" run --full $manifests "$@"; }
