# SPDX-License-Identifier: GPL-3.0-or-later
# The CI recipes of docs/ci, as scripts: their own lines are run in a copy of the project whose run_all.sh is a short run of
# two experiments. A changed row is caught by name.
. tests/shell/tap.sh
copy=$tap_folder/copy

# ===  The recipes are YAML, and their lines are shell  ===
# Prints the lines that a recipe runs, without those that install packages or talk to the service.
cat >"$tap_folder/lines.py" <<'END'
import sys
import yaml
recipe = yaml.safe_load(open(sys.argv[1]))
if "jobs" in recipe:
    steps = [step for job in recipe["jobs"].values() for step in job["steps"]]
    lines = [step["run"] for step in steps if "run" in step]
    assert recipe[True].keys() == {"push", "pull_request", "schedule"}  # YAML 1.1 reads "on" as true
    assert any("upload-artifact" in step.get("uses", "") for step in steps)
else:
    job = recipe["track"]
    lines = job["before_script"] + job["script"] + job["after_script"]
    assert job["artifacts"]["reports"]["junit"] == "track/junit.xml" and "history" in job["cache"]["paths"]
print("\n".join(line for line in lines if "apt-get" not in line and "safe.directory" not in line or "track.sh" in line))
END
if ! /usr/bin/python3 -c 'import yaml' 2>/dev/null; then
    skip "the recipes" "python3-yaml is not installed"
    tap_done
    exit
fi
for recipe in github gitlab; do
    check "docs/ci/$recipe.yml is a recipe" sh -c "/usr/bin/python3 $tap_folder/lines.py docs/ci/$recipe.yml >$tap_folder/$recipe.sh && sh -n $tap_folder/$recipe.sh"
    check "it runs docs/ci/track.sh" grep -q 'docs/ci/track.sh "$MODE" "$BASE"' "$tap_folder/$recipe.sh"
done

# ===  Run, in a copy  ===
mkdir -p "$copy/results" "$copy/docs"
cp -r docs/ci "$copy/docs/ci"
cp -r results/reference "$copy/results/reference"
cp results/claims.csv "$copy/results/"
for part in models datasets plots bench build; do ln -s "$PWD/$part" "$copy/$part"; done
cat >"$copy/run_all.sh" <<'END'
#!/bin/sh
cd "$(dirname "$0")" || exit 1
exec build/bbsbench run "$@" --only table4 --jobs 1 --out "results/2026-01-01T0000$(printf %02d $(($(ls results | wc -l))))Z-smoke"
END
chmod +x "$copy/run_all.sh"
[ "$(dirname "$BBSBENCH")" = "$PWD/build" ] || { rm "$copy/build" && ln -s "$(dirname "$BBSBENCH")" "$copy/build"; }
recipe() { # NAME BASE: the lines of a recipe, as its service would run them
    (cd "$copy" && unset BBS_HISTORY && BBS_ROOT=$copy MODE=smoke BASE=$2 GITHUB_STEP_SUMMARY=$copy/summary.md HOME=$copy sh -e "$tap_folder/$1.sh")
}
check "the first change, with no history yet" recipe github ""
check "leaves the comparison, JUnit and the record" sh -c "grep -q '^Before: results/reference' $copy/track/comparison.md && [ -s $copy/track/junit.xml ] && [ -s $copy/track/run.json ]"
check "and a history of one run" sh -c "BBS_HISTORY=$copy/history/history.db '$BBSBENCH' history | grep -cE '^ +[0-9]+ ' | grep -qx 1"
check "and the summary" grep -q '^## Comparison' "$copy/summary.md"
commit=$("$BBSBENCH" history --history "$copy/history/history.db" | awk 'NR == 2 { print $4 }')
check "the second change, on GitLab" recipe gitlab "$commit"
case $commit in
unknown*) skip "is compared with the run of its base" "the commit of this build is unknown" ;;
*) check "is compared with the run of its base" grep -q "^Before: run [0-9]* of the history, commit $commit" "$copy/track/comparison.md" ;;
esac

# One number of one baseline is another: as a wrong change would look.
awk -F, -v OFS=, 'NR == 2 { $NF = $NF + 1 } 1' "$copy/results/reference/table4.csv" >"$tap_folder/table4.csv"
cp "$tap_folder/table4.csv" "$copy/results/reference/table4.csv"
row=$(awk -F, 'NR == 2 { print $1 }' "$tap_folder/table4.csv")
for recipe in github gitlab; do
    check_fails 1 "a row that moved fails $recipe" recipe "$recipe" ""
    check "is named in the comment" grep -q "^| table4 | $row" "$copy/track/comparison.md"
    check "and is a failure in JUnit" /usr/bin/python3 -c '
import sys, xml.etree.ElementTree as tree
failed = [case.get("name") for case in tree.parse(sys.argv[1]).getroot() if case.find("failure") is not None]
assert len(failed) == 1 and failed[0].startswith(sys.argv[2]), failed' "$copy/track/junit.xml" "$row"
done
tap_done
