# SPDX-License-Identifier: GPL-3.0-or-later
# Exit codes: 0 done, 1 failed or moved, 2 usage, 3 missing; and errors that name the right reason. Where a file may not be
# read, the program runs as a user without rights.
. tests/shell/tap.sh
model=models/compact/resnet34.safetensors
stats() { "$BBSBENCH" stats "$@"; }
says() { check "$1" grep -q -- "$2" "$tap_folder/last_err"; }

# ===  0  ===
check "done" stats $model
check "help is done" "$BBSBENCH" help stats
check "so is -h, whatever else is wrong" "$BBSBENCH" stats -h --nonsense
check "and the version" "$BBSBENCH" version
check "as before" sh -c "'$BBSBENCH' version >'$tap_folder/a' && '$BBSBENCH' --version | cmp - '$tap_folder/a'"

# ===  1: failed, or moved  ===
echo nothing >"$tap_folder/no.safetensors"
check_fails 1 "an input that is wrong" stats "$tap_folder/no.safetensors"
sed '2s/vgg16/vgg17/' results/reference/fig12.csv >"$tap_folder/fig12.csv"
check_fails 1 "rows that moved" "$BBSBENCH" diff results/reference/fig12.csv "$tap_folder/fig12.csv"

# ===  2: the command line  ===
check "no command" sh -c "'$BBSBENCH' >/dev/null 2>&1; [ \$? -eq 2 ]"
check_fails 2 "an unknown command" "$BBSBENCH" stat $model
says "is guessed" 'did you mean stats'
check_fails 2 "help of an unknown command" "$BBSBENCH" help acuracy
says "is guessed, too" 'did you mean accuracy?$'
check_fails 2 "an unknown option" stats $model --vectr 8
says "is guessed" 'did you mean vector?$'
check_fails 2 "a required option that is absent" "$BBSBENCH" bisect a b
says "all of them are named at once" 'found no value, expected --net NAME and --method SPEC; see bbsbench bisect --help'
check_fails 2 "a word that is not allowed" "$BBSBENCH" accuracy --net resnet34 --kernels fats
says "is guessed" 'did you mean fast?$'
check_fails 2 "too few operands" "$BBSBENCH" compress --method bbs-mod $model
check_fails 2 "an unknown network" "$BBSBENCH" accuracy --net resnt34
says "is guessed" 'did you mean resnet34?$'
check_fails 2 "an unknown network of density" "$BBSBENCH" density --net vgg61
says "is guessed" 'did you mean vgg16?$'
check_fails 2 "an unknown method" "$BBSBENCH" accuracy --net resnet34 --method bbs-mood
says "is guessed" 'did you mean bbs-mod?$'
check_fails 2 "an unknown key of a method" "$BBSBENCH" compress --method zps:colums=4 $model "$tap_folder/out"
says "is guessed" 'did you mean columns?$'
check_fails 2 "an unknown accelerator" "$BBSBENCH" simulate --net vgg16 --accelerator bitvert-mood --out "$tap_folder/out"
says "is guessed" 'did you mean bitvert-mod?$'
check_fails 2 "an unknown key of a design" "$BBSBENCH" simulate --net vgg16 --weights none --set bitvert.rwos=4 --out "$tap_folder/out"
says "is guessed" 'did you mean .*rows?$'
check_fails 2 "an unknown experiment" "$BBSBENCH" run --smoke --only tabel4 --out "$tap_folder/run"
says "is guessed" 'did you mean .*table4.*?$'
check_fails 2 "an unknown kind of data" "$BBSBENCH" accuracy --net resnet34 --dataset imagnet --samples 2
says "is guessed" 'did you mean imagenet?$'
check_fails 2 "an unknown profile" "$BBSBENCH" accuracy --net resnet34 --profile glyph-v1 --samples 2
says "is guessed" 'did you mean glyphs-v1?$'
check_fails 2 "an unknown PE" "$BBSBENCH" area --pe bitvert-61
says "is guessed" 'did you mean bitvert-16?$'
check_fails 2 "a file of the catalogues that is not known" "$BBSBENCH" fetch --net resnt34 --list
says "is guessed" 'did you mean resnet34?$'
check_fails 2 "numbers below 0 without --" "$BBSBENCH" explain --method ra 3 -11
says "is told how" 'put -- before numbers below 0$'

# ===  3: missing  ===
check_fails 3 "a file that is not there" stats "$tap_folder/none.safetensors"
check_fails 3 "a run that is not there" "$BBSBENCH" report "$tap_folder/none"
check_fails 3 "a folder of --from that is not there, in the full mode" "$BBSBENCH" run --full --yes --from "$tap_folder/none" --out "$tap_folder/run"
says "is told at once" '^error: --from: .*none: found no such file or folder'
check_fails 3 "in the real mode" "$BBSBENCH" run --real --yes --from "$tap_folder/none" --out "$tap_folder/run"
check_fails 3 "and for fetch" "$BBSBENCH" fetch --yes --from "$tap_folder/none" --net resnet34
check_fails 3 "a data set that is not there" "$BBSBENCH" run --full --yes --data "imagenet=$tap_folder/none" --out "$tap_folder/run"
says "is told before anything is fetched" '^error: --data: imagenet=.*none: found no such file or folder'
check "no run was begun" [ ! -e "$tap_folder/run" ]

# ===  The right reason  ===
check_fails 1 "a folder for --out that is not there" stats $model --out "$tap_folder/none/rows.csv"
says "is no full disk" 'found No such file or directory, expected a folder to write into; make the folder first, or choose another$'
check_fails 1 "a full disk is one" stats $model --out /dev/full
says "and says so" 'free some disk space or choose another folder$'
cp "$BBSBENCH" "$(dirname "$BBSBENCH")/bbsbench-engine.so" "$tap_folder"
check_fails 3 "a copied program" sh -c "cd '$tap_folder' && exec ./bbsbench accuracy --net resnet34 --samples 2"
says "does not find its models" 'set BBS_ROOT to that folder$'
mkdir -p "$tap_folder/half/models/cfg"
check_fails 3 "a project without its weights" env BBS_ROOT="$tap_folder/half" "$BBSBENCH" accuracy --net resnet34 --samples 2
says "is no matter of --weights alone" 'set BBS_ROOT to the folder of the project, or give your own with --weights$'

mkdir "$tap_folder/closed" && cp $model "$tap_folder/closed/m.safetensors" && cp $model "$tap_folder/m.safetensors"
chmod 755 "$tap_folder"
chmod 000 "$tap_folder/closed" "$tap_folder/m.safetensors"
as_nobody() {
    if [ "$(id -u)" -eq 0 ]; then setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; else "$@"; fi
}
if [ "$(id -u)" -eq 0 ] && ! setpriv --reuid 65534 --regid 65534 --clear-groups "$BBSBENCH" help >/dev/null 2>&1; then
    skip "files that may not be read" "another user cannot start the program here"
else
    check_fails 1 "a file that may not be read" as_nobody "$BBSBENCH" stats "$tap_folder/m.safetensors"
    says "is there" 'm.safetensors: reading: found Permission denied'
    check_fails 1 "a file in a folder that may not be entered" as_nobody "$BBSBENCH" stats "$tap_folder/closed/m.safetensors"
    says "may be there" 'closed/m.safetensors: reading: found Permission denied'
    check_fails 1 "ranges there" as_nobody "$BBSBENCH" accuracy --net resnet34 --samples 2 --activations int8 --ranges "$tap_folder/closed/r.csv"
    says "may be there, too" 'closed/r.csv: found Permission denied'
    check_fails 1 "a run there" as_nobody "$BBSBENCH" query --run "$tap_folder/closed" "SELECT 1"
    says "may be there as well" 'closed: --run: found Permission denied'
    check_fails 1 "a folder of --from that may not be entered" as_nobody "$BBSBENCH" run --full --yes --from "$tap_folder/closed" --out "$tap_folder/run"
    says "is there" '^error: --from: .*closed: found Permission denied'
fi
chmod 700 "$tap_folder/closed"
tap_done
