# SPDX-License-Identifier: GPL-3.0-or-later
# An installed tree: another user, read-only, without the checkout; what is installed, and removed again.
. tests/shell/tap.sh
BUILD=${BUILD:-build}
top=$PWD
stage="$tap_folder/a stage"
chmod 755 "$tap_folder"

check "make install" make install BUILD="$BUILD" PREFIX=/opt/bbs DESTDIR="$stage"
list=$stage/opt/bbs/share/bbsbench/installed.txt
files_of() { (cd "$1" && find . ! -type d | sed 's/^\.//' | grep -vx '/opt/bbs/share/bbsbench/installed.txt' | sort); }
files_of "$stage" >"$tap_folder/there"
check "installed.txt lists every file" cmp "$tap_folder/there" "$list"
check "nobody but the owner may write, everybody may read" sh -c "[ -z \"\$(find '$stage' ! -type l \( -perm /022 -o ! -perm -044 \))\" ]"
check "no link leaves the tree" sh -c "[ -z \"\$(find '$stage' -type l -lname '/*')\" ] && [ -z \"\$(find '$stage' -xtype l)\" ]"
check "no file names the folder of the checkout" sh -c "! grep -rIl -e '$top/' '$stage'"
for file in bin/bbsbench share/man/man1/bbsbench.1 share/man/man1/bbsbench-run.1 share/bash-completion/completions/bbsbench \
    share/zsh/site-functions/_bbsbench share/fish/vendor_completions.d/bbsbench.fish share/doc/bbsbench/README.md include/bbs.h; do
    check "$file is there" [ -f "$stage/opt/bbs/$file" ]
done

# ===  Another user  ===
# In a mount namespace of its own, the tree is read-only and the checkout is an empty folder.
prefix="$stage/opt/bbs"
home=$tap_folder/home
mkdir -m 777 "$home"
elsewhere() {
    # The folder is given by number: the paths above it may not be open to the other user.
    # shellcheck disable=SC2016
    unshare -m sh -c '
        set -e
        mount --bind "$2" "$2" && mount -o remount,bind,ro "$2"
        mount -t tmpfs -o mode=755 none "$1"
        cd "$3"
        prefix=$2
        shift 3
        exec setpriv --reuid=65534 --regid=65534 --clear-groups env -i PATH="$prefix/bin:/usr/bin:/bin" HOME=/nonexistent "$@"
    ' sh "$top" "$prefix" "$home" "$@"
}
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null && command -v setpriv >/dev/null; then
    check "another user, without the checkout, on a read-only tree" elsewhere sh -c "! touch '$prefix/x' 2>/dev/null && ! [ -e '$top/Makefile' ]"
    for net in resnet34 vit_small bert_sst2 bert_mrpc; do
        "$BBSBENCH" accuracy --net $net --images 20 --method bbs-mod --out "$tap_folder/here.csv" >/dev/null 2>&1
        check "accuracy of $net" elsewhere bbsbench accuracy --net $net --images 20 --method bbs-mod --out there.csv
        check "is that of the checkout" cmp "$tap_folder/here.csv" "$home/there.csv"
    done
    check "a run goes into the current folder" elsewhere bbsbench run --smoke --only table4,examples --no-history --out results/r
    check "has the rows of the baseline" cmp results/reference/examples.csv "$home/results/r/examples.csv"
    check "a run without a name, and the history" elsewhere bbsbench run --smoke --only table4
    check "are there, too" sh -c "[ -f '$home/results/history.db' ] && ls '$home/results' | grep -q smoke"
    check "report" elsewhere bbsbench report results/r
    check "has its figures" [ -f "$home/results/r/figures/table4.svg" ]
    check "history" elsewhere bbsbench history
    check "compare with a baseline" elsewhere bbsbench query --run results/r "SELECT count(*) FROM claims"
    check "simulate by a configuration of the project" elsewhere bbsbench simulate --net bert_mrpc --config bitsim --weights none --out model.csv
    check "fetch --list reads the catalogues" elsewhere bbsbench fetch --list
    check "man finds the page, where it is installed" elsewhere sh -c "! command -v man >/dev/null || MANPATH='$prefix/share/man' man -w bbsbench-run"
else
    skip "another user on a read-only tree" "needs root, unshare and setpriv"
fi

# ===  Removing  ===
echo mine >"$prefix/share/bbsbench/models/mine.txt"
mkdir -p "$stage/opt/bbs/share/man/man1" && echo other >"$stage/opt/bbs/share/man/man1/other.1"
check "make uninstall" make uninstall BUILD="$BUILD" PREFIX=/opt/bbs DESTDIR="$stage"
files_of "$stage" >"$tap_folder/left"
check "leaves what was not installed, and nothing else" sh -c "printf '%s\n' /opt/bbs/share/bbsbench/models/mine.txt /opt/bbs/share/man/man1/other.1 | cmp - '$tap_folder/left'"
check "and no folder of the program" [ ! -e "$prefix/lib/bbsbench" ]
check_fails 2 "a second time" make uninstall BUILD="$BUILD" PREFIX=/opt/bbs DESTDIR="$stage"
check "says that nothing is installed there" grep -q "installed.txt: no such file" "$tap_folder/last_err"
tap_done
