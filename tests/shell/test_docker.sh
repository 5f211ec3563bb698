# SPDX-License-Identifier: GPL-3.0-or-later
# The image: it installs the packages of deps.txt and no list of its own, gets every file of the project and nothing that was
# built, and the line of README.md keeps the results. Built and started where docker has an engine.
. tests/shell/tap.sh
PYTHON=${PYTHON:-/usr/bin/python3}
left_out() { "$PYTHON" tests/oracle/dockerignore.py .dockerignore; }

check "packages come from deps.txt alone" sh -c "grep -q '^RUN ./deps.sh && make all' Dockerfile && ! grep -qE 'apt(-get)? .*install' Dockerfile"
check "the system is the one that deps.txt is for" sh -c "grep -qx 'FROM debian:12' Dockerfile && grep -q '^# Debian 12' deps.txt"
check "README.md keeps the results as the Dockerfile says" sh -c "line=\$(sed -n 's/^# \\(docker build .*\\)/\\1/p' Dockerfile)
    [ -n \"\$line\" ] && grep -qF \"\$line\" README.md"
if git ls-files --error-unmatch Dockerfile >/dev/null 2>&1; then
    git ls-files | left_out >"$tap_folder/tracked"
    check "no file of the project is left out" sh -c "! grep . '$tap_folder/tracked'"
else
    skip "no file of the project is left out" "this is no git checkout"
fi
printf '%s\n' .git/config build/bbsbench results/2026-01-01T000000Z-smoke/run.json results/history.db a.part tests/__pycache__/x.pyc >"$tap_folder/made"
check "what was made is left out" sh -c "'$PYTHON' tests/oracle/dockerignore.py .dockerignore <'$tap_folder/made' | cmp - '$tap_folder/made'"
printf '%s\n' results/reference/fig12.csv results/claims.csv bench/base/text.c builder/x >"$tap_folder/needed"
check "the baselines and claims are taken in" sh -c "! '$PYTHON' tests/oracle/dockerignore.py .dockerignore <'$tap_folder/needed' | grep ."

# Minutes, and a download of Debian and the packages: BBS_DOCKER=0 leaves it out.
if [ "${BBS_DOCKER:-1}" = 1 ] && docker info >/dev/null 2>&1; then
    check "the image is built" docker build -q -t bbsbench-test .
    check "it runs, and keeps the results" sh -c "mkdir -p '$tap_folder/results' && cp -r results/reference results/claims.csv '$tap_folder/results/' &&
        docker run --rm -v '$tap_folder/results:/bbsbench/results' bbsbench-test build/bbsbench run --smoke --only table6 --no-history &&
        [ -s '$tap_folder'/results/*-smoke/table6.csv ]"
elif [ "${BBS_DOCKER:-1}" != 1 ]; then
    skip "the image is built" "BBS_DOCKER is not 1"
else
    skip "the image is built" "there is no docker engine"
fi
tap_done
