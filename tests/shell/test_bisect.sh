# SPDX-License-Identifier: GPL-3.0-or-later
# bbsbench bisect on a made repository of nine commits: the fifth, which git tries first, cannot be built; the right answers
# change at the seventh, the samples at the sixth. Its Makefile makes a program that writes the row which `bbsbench accuracy` would.
. tests/shell/tap.sh
if ! command -v git >/dev/null 2>&1; then
    skip "bisect" "git is not installed"
    tap_done
    exit
fi
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
repository=$tap_folder/repository
work=$tap_folder/work
export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=made GIT_AUTHOR_EMAIL=made@example.org GIT_COMMITTER_NAME=made GIT_COMMITTER_EMAIL=made@example.org
mkdir "$repository" && git init -q "$repository" || exit 1
cat >"$repository/program" <<'END'
#!/bin/sh
while [ $# -gt 0 ]; do
    [ "$1" != --out ] || out=$2
    shift
done
printf 'net,method,samples,correct\nresnet34,bbs-mod,%s\n' "$(cat "$BBS_ROOT/value")" >"$out"
END
printf 'all:\n\tmkdir -p $(BUILD)\n\tcp program $(BUILD)/bbsbench\n\tchmod +x $(BUILD)/bbsbench\n\techo built >>%s/builds.log\ndatasets:\n' "$tap_folder" >"$repository/Makefile"
number=0
for value in 500,470 500,470 500,470 500,470 500,470 400,470 400,465 400,465 400,465; do
    number=$((number + 1))
    echo "$value" >"$repository/value"
    echo "$number" >"$repository/number"
    cp "$repository/Makefile" "$tap_folder/Makefile"
    [ $number -ne 5 ] || printf 'all:\n\tfalse\n' >"$repository/Makefile"
    git -C "$repository" add -A && git -C "$repository" commit -q -m "Commit $number" && git -C "$repository" tag "c$number"
    cp "$tap_folder/Makefile" "$repository/Makefile"
done
git -C "$repository" checkout -q -f c9
bisect() { "$BBSBENCH" bisect --net resnet34 --method bbs-mod --jobs 1 --repository "$repository" --work "$work" "$@"; }

check "the commit is found" bisect c1 c9
check "and named, with both values" sh -c "grep -q 'first commit at which it is not so: [0-9a-f]* .* made: Commit 7\$' $tap_folder/last_out &&
    grep -qx 'resnet34 bbs-mod correct: 470 → 465' $tap_folder/last_out"
check "the user's own files stay as they are" sh -c "[ \"\$(git -C $repository rev-parse HEAD)\" = \"\$(git -C $repository rev-parse c9)\" ] && [ -z \"\$(git -C $repository status --porcelain)\" ]"
check "the worktree is gone" sh -c "[ ! -e $work/tree ] && [ \$(git -C $repository worktree list | wc -l) -eq 1 ]"
builds=$(wc -l <"$tap_folder/builds.log")
check "a second search builds nothing again" bisect c1 c9
check "of what was built before" [ "$(wc -l <"$tap_folder/builds.log")" -eq "$builds" ]
check_fails 1 "the same number at both ends" bisect c1 c4
check "is told" grep -q '470 at both' "$tap_folder/last_err"
bisect c1 c9 --metric samples >"$tap_folder/said" 2>&1
check "a change beside a commit that cannot be built is not pinned on another" [ $? -eq 1 ]
check "and git says between which commits it is" grep -q "only 'skip'ped commits left" "$tap_folder/said"
check_fails 1 "an unknown commit" bisect c1 c99
check_fails 2 "no network" "$BBSBENCH" bisect c1 c2
tap_done
