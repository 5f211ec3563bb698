# SPDX-License-Identifier: GPL-3.0-or-later
# The build and what it tells of itself: commits, flags, installing, programs and checkouts that are moved, links to scripts.
. tests/shell/tap.sh
BUILD=${BUILD:-build}
top=$PWD
git_as() { git -c user.name=x -c user.email=x@example.com -c init.defaultBranch=main "$@"; }
says() { "$1/commit.sh" | grep -q "$2"; } # FOLDER PATTERN

# ===  The commit  ===
mine=$tap_folder/mine
mkdir -p "$mine/bench" && cp commit.sh "$mine" && echo "int a;" >"$mine/bench/a.c"
check "a folder without git has no commit" says "$mine" 'BBS_COMMIT "unknown"'
check "its changes are unknown, and the reason is told" sh -c "'$mine/commit.sh' | grep -q 'BBS_DIRTY -1' && '$mine/commit.sh' | grep -q 'NOTE \"..*\"'"
( cd "$tap_folder" && git_as init -q . && git_as commit -q --allow-empty -m other ) || exit 1
check "the commit of a repository around it is not its own" sh -c "'$mine/commit.sh' | grep -q 'BBS_COMMIT \"unknown\"' && '$mine/commit.sh' | grep -q 'another repository'"
rm -rf "$tap_folder/.git"
( cd "$mine" && git_as init -q . && git_as add . && git_as commit -q -m one ) || exit 1
commit=$(git -C "$mine" rev-parse --short=12 HEAD)
check "its own commit, unchanged" sh -c "'$mine/commit.sh' | grep -q 'BBS_COMMIT \"$commit\"' && '$mine/commit.sh' | grep -q 'BBS_DIRTY 0'"
check "also where a hook's variables name another repository" sh -c "GIT_DIR=$top/.git GIT_WORK_TREE=$top '$mine/commit.sh' | grep -q 'BBS_COMMIT \"$commit\"'"
ln -s "$mine/commit.sh" "$tap_folder/link.sh"
check "also through a link" sh -c "cd / && '$tap_folder/link.sh' | grep -q 'BBS_COMMIT \"$commit\"'"
echo "int b;" >"$mine/bench/b.c"
check "a source that git does not know is compiled, and so a change" says "$mine" 'BBS_DIRTY 1'
rm "$mine/bench/b.c" && echo "int c;" >"$mine/bench/a.c"
check "a changed source is a change" says "$mine" 'BBS_DIRTY 1'
if [ "$(id -u)" = 0 ]; then
    chown -R 65534:65534 "$mine"
    check "a folder of another user: git refuses, the commit and its changes are unknown" \
        env HOME="$tap_folder" sh -c "'$mine/commit.sh' | grep -q 'BBS_COMMIT \"unknown\"' && '$mine/commit.sh' | grep -q 'BBS_DIRTY -1' && '$mine/commit.sh' | grep -qi 'ownership'"
else
    skip "a folder of another user" "needs root"
fi
check "git that is not there is told" sh -c "mkdir '$tap_folder/nogit' && for p in sh dirname readlink tr sed cat head printf; do ln -s \$(command -v \$p) '$tap_folder/nogit'; done
    PATH='$tap_folder/nogit' '$mine/commit.sh' 2>/dev/null | grep -q 'BBS_COMMIT \"unknown\"'"
quoted() {
    text='-DNAME="a b" -DPLACE=\x ??/'
    { BBS_FLAGS=$text "$mine/commit.sh" && printf '#include <stdio.h>\nint main(void) { return puts(BBS_COMPILER_FLAGS) < 0; }\n'; } >"$tap_folder/f.c"
    cc -std=c11 -Wall -Werror -o "$tap_folder/f" "$tap_folder/f.c" && [ "$("$tap_folder/f")" = "$text" ]
}
check "quotes and backslashes in flags stay one C string" quoted

# ===  Flags  ===
other=$tap_folder/b
commands() { env "$@" make -n V=1 BUILD="$other" 2>/dev/null; }
check "LDFLAGS reach the linker, of program and engine" sh -c "[ \$(LDFLAGS=-Wl,-z,now,-z,relro make -n V=1 BUILD='$other' 2>/dev/null | grep -c 'z,relro.* -o .*/bbsbench\|z,relro.* -shared') -eq 2 ]"
commands CPPFLAGS=-DFORTIFIED LDLIBS=-lrt >"$tap_folder/n"
check "CPPFLAGS and LDLIBS too" sh -c "grep -q -- '-DFORTIFIED.*main.o' '$tap_folder/n' && grep -q -- '-lrt' '$tap_folder/n'"
commands CFLAGS=-Ofast >"$tap_folder/n"
check "what the results depend on comes after the caller's flags" sh -c "! grep -- '-c -o' '$tap_folder/n' | grep -vq -- '-Ofast.*-fno-fast-math.*-ffp-contract=off'"
object=$other/bench/base/sink.o
build() { env CFLAGS="$1" make BUILD="$other" "$object" >/dev/null 2>&1; }
check "an object with a quoted definition" build '-O0 -DNAME="a b"'
touch -r "$object" "$tap_folder/stamp"
check "is not made again with the same flags" sh -c "env CFLAGS='-O0 -DNAME=\"a b\"' make BUILD='$other' '$object' >/dev/null 2>&1 && [ ! '$object' -nt '$tap_folder/stamp' ]"
sleep 0.1
check "and is with others" sh -c "env CFLAGS='-O1' make BUILD='$other' '$object' >/dev/null 2>&1 && [ '$object' -nt '$tap_folder/stamp' ]"
# Two small trees of two sources, one in a folder with a blank, a quote and a per cent sign.
for place in plain "it's 100% odd"; do
    mkdir -p "$tap_folder/$place/bench/base" && cp Makefile commit.sh "$tap_folder/$place" && cp bench/base/sink.[ch] "$tap_folder/$place/bench/base"
    echo "int bbs_extra(void); int bbs_extra(void) { return 1; }" >"$tap_folder/$place/bench/base/extra.c"
done
check "a folder with blanks and quotes in its name" make -C "$tap_folder/it's 100% odd" build/libbbs.a
make -C "$tap_folder/plain" build/libbbs.a >/dev/null
check "gives the same bytes as any other" cmp "$tap_folder/plain/build/bench/base/sink.o" "$tap_folder/it's 100% odd/build/bench/base/sink.o"
check "a source that was removed leaves the library" sh -c "cd '$tap_folder/plain' && ar t build/libbbs.a | grep -qx extra.o && rm bench/base/extra.c &&
    make build/libbbs.a >/dev/null && ar t build/libbbs.a | grep -qx sink.o && ! ar t build/libbbs.a | grep -qx extra.o"
check "--version tells the flags of the build" sh -c "'$BBSBENCH' --version | grep -q '^compiler .*-std=c11 .*-ffp-contract=off'"

# ===  Programs elsewhere  ===
"$BBSBENCH" accuracy --net resnet34 --samples 20 --method int8 --out "$tap_folder/here.csv" >/dev/null
mkdir "$tap_folder/bin" && cp "$BBSBENCH" "$tap_folder/bin/bbsbench"
check_fails 3 "a copied program" sh -c "cd / && exec '$tap_folder/bin/bbsbench' accuracy --net resnet34 --samples 20 --method int8 --out '$tap_folder/x.csv'"
check "names the variable to set" grep -q "set BBS_ROOT" "$tap_folder/last_err"
check "which is enough" sh -c "cd / && BBS_ROOT='$top' '$tap_folder/bin/bbsbench' accuracy --net resnet34 --samples 20 --method int8 --out '$tap_folder/x.csv' && cmp '$tap_folder/here.csv' '$tap_folder/x.csv'"
cp "$(dirname "$BBSBENCH")/bbsbench-engine.so" "$tap_folder/bin" && echo "$top" >"$tap_folder/bin/bbsbench.root"
check "as is a build outside the project, whose make has written where the project is" sh -c "
    cd / && '$tap_folder/bin/bbsbench' accuracy --net resnet34 --samples 20 --method int8 --out '$tap_folder/y.csv' && cmp '$tap_folder/here.csv' '$tap_folder/y.csv'"
ln -s "$BBSBENCH" "$tap_folder/linked"
check "a link to the program" sh -c "cd / && '$tap_folder/linked' accuracy --net resnet34 --samples 20 --method int8 --out '$tap_folder/z.csv' && cmp '$tap_folder/here.csv' '$tap_folder/z.csv'"

# ===  Installing  ===
check "make install into DESTDIR" make install BUILD="$BUILD" PREFIX=/opt/bbs DESTDIR="$tap_folder/stage"
check "writes nowhere else" sh -c "[ \"\$(ls '$tap_folder/stage')\" = opt ] && [ ! -e /opt/bbs ]"
mv "$tap_folder/stage/opt/bbs" "$tap_folder/moved"
check "what was installed runs wherever it lies" sh -c "cd / && '$tap_folder/moved/bin/bbsbench' accuracy --net resnet34 --samples 20 --method int8 --out '$tap_folder/i.csv' && cmp '$tap_folder/here.csv' '$tap_folder/i.csv'"
check "simulates" sh -c "cd / && '$tap_folder/moved/bin/bbsbench' simulate --net vgg16 --accelerator stripes --weights none --out '$tap_folder/s.csv'"
check "and writes its runs into the current folder" sh -c "
    mkdir '$tap_folder/cwd' && cd '$tap_folder/cwd' && '$tap_folder/moved/bin/bbsbench' run --smoke --only table4 && ls '$tap_folder/cwd/results' | grep -q smoke && [ ! -e '$tap_folder/moved/share/bbsbench/results/'*-smoke ]"

# ===  Processors  ===
# Each thread has its own activations, so threads beyond the processors would only take memory.
first=$(taskset -cp $$ | sed 's/.*: \([0-9]*\).*/\1/')
for jobs in "" "--jobs 64"; do
    # shellcheck disable=SC2086
    check "one processor allowed, ${jobs:-no --jobs}" taskset -c "$first" "$BBSBENCH" run --smoke --only table4 $jobs --out "$tap_folder/one$jobs"
    check "is one thread" grep -q '"jobs":[[:space:]]*1,' "$tap_folder/one$jobs/run.json"
done
check "--version counts one" sh -c "taskset -c $first '$BBSBENCH' --version | grep -q ', 1 available,'"

# ===  Links and CDPATH  ===
for script in run_all.sh deps.sh; do
    ln -s "$top/$script" "$tap_folder/$script"
done
mkdir -p "$tap_folder/decoy/$(basename "$top")"
check "deps.sh by a link" sh -c "cd / && '$tap_folder/deps.sh'"
check "a folder of the same name in CDPATH is not entered" sh -c "cd .. && CDPATH='$tap_folder/decoy' sh '$(basename "$top")/deps.sh'"
check_fails 3 "run_all.sh by a link finds the project" sh -c "cd / && CDPATH='$tap_folder/decoy' BBS_SKIP_DEPS=1 '$tap_folder/run_all.sh' --resume --jobs 1 --full --only none --yes"
check "and its results" grep -q "found no full run to continue" "$tap_folder/last_err"

# ===  A checkout that is moved  ===
# The parts of a checkout that a run reads; the program finds itself in it.
for place in first second; do
    mkdir -p "$tap_folder/$place/build" "$tap_folder/$place/bench/accel" "$tap_folder/$place/own"
    cp -r models plots "$tap_folder/$place" && cp Makefile "$tap_folder/$place"
    mkdir "$tap_folder/$place/results" && cp -r results/reference results/claims.csv "$tap_folder/$place/results"
    cp "$BBSBENCH" "$(dirname "$BBSBENCH")/bbsbench-engine.so" "$tap_folder/$place/build"
    cp bench/accel/*.csv "$tap_folder/$place/bench/accel"
    cp docs/examples/loss-by-family/* "$tap_folder/$place/own"
done
check "a run of a checkout" sh -c "cd '$tap_folder/first' && build/bbsbench run --smoke --only table4,examples --experiments own --out results/r"
check "records no path of where the checkout lies" sh -c "! grep -n '$tap_folder' '$tap_folder/first/results/r/run.json'"
check "and its command, relative to it" grep -q '"command":.*build/bbsbench run --smoke --out results/r --only table4,examples --experiments own"' "$tap_folder/first/results/r/run.json"
cp -r "$tap_folder/first/results/r" "$tap_folder/second/results/r"
sed -i 's/"finished"/"running"/; s/"finished_utc":[^n].*Z",/"finished_utc": null,/' "$tap_folder/second/results/r/run.json"
rm -r "$tap_folder/first"
check "goes on in the moved one" sh -c "cd / && '$tap_folder/second/build/bbsbench' run --smoke --only table4,examples --experiments '$tap_folder/second/own' --resume --out '$tap_folder/second/results/r'"
check "and is reported from any folder" sh -c "cd / && '$tap_folder/second/build/bbsbench' report '$tap_folder/second/results/r'"
tap_done
