# SPDX-License-Identifier: GPL-3.0-or-later
# fetch: downloads from a server on loopback that cuts connections, wrong hashes, no network, no room; files by hand.
. tests/shell/tap.sh
python=${PYTHON:-/usr/bin/python3}
web=$tap_folder/web cache=$tap_folder/cache
mkdir -p "$web"
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy
BBS_HOME=$cache
export BBS_HOME
fetch() { "$BBSBENCH" fetch "$@"; }

for name in whole cut stuck other; do head -c 300000 /dev/urandom >"$web/$name.bin"; done
start_server() { # PORT_FILE [--no-range]
    "$python" tests/shell/server.py "$web" "$@" &
    servers="${servers:-} $!"
    for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s "$1" ] || sleep 0.3; done
    cat "$1"
}
servers=
trap 'kill $servers 2>/dev/null; rm -rf "$tap_folder"' EXIT
start_server "$tap_folder/port" >/dev/null
start_server "$tap_folder/port2" --no-range >/dev/null
base=http://127.0.0.1:$(cat "$tap_folder/port")
plain=http://127.0.0.1:$(cat "$tap_folder/port2")

hash_of() { sha256sum "$1" | cut -d' ' -f1; }
size_of() { wc -c <"$1" | tr -d ' '; }
catalogue() { # FILE, then rows on stdin: net,file,url,bytes,about,sha256
    { echo "name,net,role,file,url,bytes,bytes_about,sha256,licence,source" && while IFS=, read -r net file url bytes about sha256; do
        echo "$net-file,$net,weights,$file,$url,$bytes,$about,$sha256,,test"
    done; } >"$1"
}
same() { cmp "$1" "$2"; }
gone() { for file; do [ ! -e "$file" ] || return 1; done; }

catalogue "$tap_folder/good.csv" <<END
one,checkpoints/whole.bin,$base/whole.bin,300000,,$(hash_of "$web/whole.bin")
two,checkpoints/deep/cut.bin,$base/cut.bin,300000,,$(hash_of "$web/cut.bin")
END
check "--list fetches nothing" sh -c "'$BBSBENCH' fetch --manifest '$tap_folder/good.csv' --list | grep -q 'to fetch: 0.6 MB' && ! ls '$cache' 2>/dev/null"
check_fails 2 "nobody to ask, and no --yes" fetch --manifest "$tap_folder/good.csv"
check_fails 2 "an unknown network lists the known ones" fetch --manifest "$tap_folder/good.csv" --net three
check "it names them" grep -q "expected one, two" "$tap_folder/last_err"
check "fetch one" fetch --manifest "$tap_folder/good.csv" --net one --yes
check "its bytes are the server's" same "$cache/checkpoints/whole.bin" "$web/whole.bin"
check "not the other" gone "$cache/checkpoints/deep"
check "a cut connection is taken up again" fetch --manifest "$tap_folder/good.csv" --yes
check "to the same bytes" same "$cache/checkpoints/deep/cut.bin" "$web/cut.bin"
check "from where it stopped" grep -q '^/cut.bin bytes=150000-$' "$tap_folder/port.log"
check "nothing is left over" sh -c "! find '$cache' -name '*.part' -o -name '*.bad' | grep -q ."
check "what is here is verified without the network" sh -c "'$BBSBENCH' fetch --manifest '$tap_folder/good.csv' && [ \$(grep -c /whole.bin '$tap_folder/port.log') -eq 1 ]"

rm "$cache/checkpoints/whole.bin"
head -c 100000 "$web/whole.bin" >"$cache/checkpoints/whole.bin.part"
check "a killed download goes on" fetch --manifest "$tap_folder/good.csv" --net one --yes
check "with the rest only" grep -q '^/whole.bin bytes=100000-$' "$tap_folder/port.log"
check "and is whole" same "$cache/checkpoints/whole.bin" "$web/whole.bin"
rm "$cache/checkpoints/whole.bin"
cp "$web/whole.bin" "$cache/checkpoints/whole.bin.part"
check "a download that was whole is not asked for again" sh -c "'$BBSBENCH' fetch --manifest '$tap_folder/good.csv' --net one --yes && [ \$(grep -c /whole.bin '$tap_folder/port.log') -eq 2 ]"

catalogue "$tap_folder/plain.csv" <<END
plain,plain.bin,$plain/whole.bin,,,$(hash_of "$web/whole.bin")
longer,longer.bin,$base/whole.bin,,,$(hash_of "$web/whole.bin")
other,other.bin,$base/whole.bin,300000,,$(hash_of "$web/whole.bin")
END
mkdir -p "$cache"
head -c 1000 "$web/whole.bin" >"$cache/plain.bin.part"
cat "$web/whole.bin" "$web/whole.bin" >"$cache/longer.bin.part"
head -c 100000 "$web/other.bin" >"$cache/other.bin.part"
check "a server without ranges starts anew" fetch --manifest "$tap_folder/plain.csv" --net plain --yes
check "to the same bytes" same "$cache/plain.bin" "$web/whole.bin"
# The server answers "416 Range Not Satisfiable", which curl takes for "there is no more to fetch".
check "a part that is longer than the file is replaced" fetch --manifest "$tap_folder/plain.csv" --net longer --yes
check "by the whole file" same "$cache/longer.bin" "$web/whole.bin"
check "a part of another file is, too" fetch --manifest "$tap_folder/plain.csv" --net other --yes
check "by the whole of this one" same "$cache/other.bin" "$web/whole.bin"

catalogue "$tap_folder/wrong.csv" <<END
wrong,wrong.bin,$base/whole.bin,300000,,$(hash_of "$web/other.bin")
END
check_fails 1 "a wrong hash is refused" fetch --manifest "$tap_folder/wrong.csv" --yes
check "with both hashes" grep -q "found $(hash_of "$web/whole.bin"), expected $(hash_of "$web/other.bin")" "$tap_folder/last_err"
check "and kept aside" sh -c "cmp '$cache/wrong.bin.bad' '$web/whole.bin' && [ ! -e '$cache/wrong.bin' ] && [ ! -e '$cache/wrong.bin.part' ]"
catalogue "$tap_folder/length.csv" <<END
length,length.bin,$base/whole.bin,299999,,
END
check_fails 1 "a wrong length is refused" fetch --manifest "$tap_folder/length.csv" --yes

# ===  Files whose hash nobody publishes  ===
catalogue "$tap_folder/pin.csv" <<END
first,first.bin,$base/other.bin,,302000,
digits,digits.bin,$base/whole.bin,,,$(hash_of "$web/whole.bin" | cut -c 1-8)
END
head -c 1000 "$web/whole.bin" >"$cache/first.bin.part"
check "a file without a published hash" fetch --manifest "$tap_folder/pin.csv" --yes
check "is not called verified" sh -c "! grep -q verified '$tap_folder/last_out' && [ \$(grep -c 'not pinned: /' '$tap_folder/last_out') -eq 2 ]"
check "does not begin with bytes of an earlier download" same "$cache/first.bin" "$web/other.bin"
check "what came is noted" grep -q "^first.bin,$(hash_of "$web/other.bin"),300000$" "$cache/not-pinned.csv"
printf 'decayed!' | dd of="$cache/digits.bin" bs=1 seek=5 conv=notrunc 2>/dev/null
check_fails 1 "a file that rotted in the cache is found" fetch --manifest "$tap_folder/pin.csv" --net digits --yes
check "and the next fetch brings it" sh -c "'$BBSBENCH' fetch --manifest '$tap_folder/pin.csv' --net digits --yes && cmp '$cache/digits.bin' '$web/whole.bin'"
printf 'decayed!' | dd of="$cache/first.bin" bs=1 seek=5 conv=notrunc 2>/dev/null
check_fails 1 "also where no digit is known" fetch --manifest "$tap_folder/pin.csv" --net first --yes
cp "$web/stuck.bin" "$web/other.bin"
check "a new version of the file is not refused for ever" fetch --manifest "$tap_folder/pin.csv" --net first --yes
check "and has a note of its own" sh -c "grep -q '^first.bin,$(hash_of "$web/other.bin"),300000$' '$cache/not-pinned.csv' && [ \$(grep -c '^first.bin' '$cache/not-pinned.csv') -eq 1 ]"
printf '\n <!DOCTYPE html><html><title>Sign in</title></html>\n' >"$web/page.bin"
catalogue "$tap_folder/page.csv" <<END
page,page.bin,$base/page.bin,,,
half,half.bin,$base/whole.bin,,600000,
END
check_fails 1 "a page in place of the file" fetch --manifest "$tap_folder/page.csv" --net page --yes
check "is told" grep -q "a page of HTML" "$tap_folder/last_err"
check_fails 1 "half a file, where only a rounded length is known" fetch --manifest "$tap_folder/page.csv" --net half --yes
check "neither is in the cache" gone "$cache/page.bin" "$cache/half.bin"

# ===  curl  ===
mkdir -p "$tap_folder/home" "$tap_folder/fake"
printf 'include\nuser-agent = "of the user"\n' >"$tap_folder/home/.curlrc"
rm -f "$cache/checkpoints/whole.bin"
check "a .curlrc of the user's" env HOME="$tap_folder/home" CURL_HOME="$tap_folder/home" "$BBSBENCH" fetch --manifest "$tap_folder/good.csv" --net one --yes
check "changes no byte" same "$cache/checkpoints/whole.bin" "$web/whole.bin"
# A curl that only tells its arguments.
cat >"$tap_folder/fake/curl" <<'END'
#!/bin/sh
echo "$@" >>"$FAKE_LOG"
echo $$ >"$FAKE_LOG.pid"
[ -z "$FAKE_SLEEP" ] || exec sleep 60
exit 22
END
chmod +x "$tap_folder/fake/curl"
catalogue "$tap_folder/secure.csv" <<END
secure,secure.bin,https://example.invalid/x.bin,,,
END
check_fails 1 "an https address" env FAKE_LOG="$tap_folder/fake.log" FAKE_SLEEP= PATH="$tap_folder/fake:$PATH" "$BBSBENCH" fetch --manifest "$tap_folder/secure.csv" --yes
check "is never redirected to http" grep -q -- "^--disable .*--proto-redir =https " "$tap_folder/fake.log"
FAKE_LOG=$tap_folder/slow.log FAKE_SLEEP=1 PATH="$tap_folder/fake:$PATH" "$BBSBENCH" fetch --manifest "$tap_folder/secure.csv" --yes >/dev/null 2>&1 &
parent=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s "$tap_folder/slow.log.pid" ] || sleep 0.3; done
kill -9 $parent
wait $parent 2>/dev/null
runs() { [ -s "/proc/$1/cmdline" ]; }
ended() { for _ in 1 2 3 4 5 6 7 8 9 10; do runs "$1" || return 0; sleep 0.2; done; return 1; }
check "a killed fetch leaves no curl behind" ended "$(cat "$tap_folder/slow.log.pid")"

rm -f "$cache/checkpoints/whole.bin"
check_fails 1 "no room while downloading" sh -c "ulimit -f 100; exec '$BBSBENCH' fetch --manifest '$tap_folder/good.csv' --net one --yes"
check "is told with its reason" grep -q "found File too large" "$tap_folder/last_err"
check "and goes on when there is room" sh -c "'$BBSBENCH' fetch --manifest '$tap_folder/good.csv' --net one --yes && cmp '$cache/checkpoints/whole.bin' '$web/whole.bin'"
other=
[ "$(id -u)" -ne 0 ] || other="setpriv --reuid=65534 --regid=65534 --clear-groups"
if chmod 755 "$tap_folder" && $other "$BBSBENCH" --version >/dev/null 2>&1; then
    rm -f "$cache/fetch.lock"
    chmod -R a-w "$cache" && chmod -R a+rX "$cache" "$tap_folder/good.csv" "$tap_folder/pin.csv"
    check "a cache that may only be read" $other "$BBSBENCH" fetch --manifest "$tap_folder/good.csv" --manifest "$tap_folder/pin.csv"
    chmod -R u+w "$cache"
else
    skip "a cache that may only be read" "nobody may not run $BBSBENCH"
fi

# ===  Two at once  ===
for number in 1 2 3 4 5 6; do head -c 2000000 /dev/urandom >"$web/big$number.bin"; done
for number in 1 2 3 4 5 6; do echo "big$number,big/$number.bin,$base/big$number.bin,2000000,,$(hash_of "$web/big$number.bin")"; done | catalogue "$tap_folder/big.csv"
fetch --manifest "$tap_folder/big.csv" --yes >"$tap_folder/at_once" 2>&1 &
beside=$!
check "two fetches at once" fetch --manifest "$tap_folder/big.csv" --yes
check "both succeed" wait $beside
check "and every file is right" sh -c "for n in 1 2 3 4 5 6; do cmp '$cache/big/'\$n.bin '$web/big'\$n.bin || exit 1; done"
check "nothing is asked for twice" sh -c "[ \$(grep -c '^/big' '$tap_folder/port.log') -eq 6 ]"

catalogue "$tap_folder/bad.csv" <<END
missing,missing.bin,$base/nothing.bin,,,
END
check_fails 1 "a file that the server lacks" fetch --manifest "$tap_folder/bad.csv" --yes
check "the server's word is told" grep -q 404 "$tap_folder/last_err"
catalogue "$tap_folder/offline.csv" <<END
offline,offline.bin,http://127.0.0.1:1/x.bin,,,
END
check_fails 3 "no network" fetch --manifest "$tap_folder/offline.csv" --yes
catalogue "$tap_folder/scheme.csv" <<END
scheme,scheme.bin,file:///etc/hostname,,,
END
check_fails 1 "only http and https" fetch --manifest "$tap_folder/scheme.csv" --yes
catalogue "$tap_folder/room.csv" <<END
room,room.bin,$base/whole.bin,900000000000000,,
END
check_fails 1 "no room on the disk" fetch --manifest "$tap_folder/room.csv" --yes
check "is said before anything starts" sh -c "grep -q 'MB free' '$tap_folder/last_err' && [ ! -e '$cache/room.bin.part' ]"
catalogue "$tap_folder/outside.csv" <<END
outside,../outside.bin,$base/whole.bin,,,
END
check_fails 1 "a place outside the cache" fetch --manifest "$tap_folder/outside.csv" --yes
check_fails 3 "no curl" env PATH="$tap_folder" "$BBSBENCH" fetch --manifest "$tap_folder/bad.csv" --yes
check_fails 3 "no manifest" fetch --manifest "$tap_folder/none.csv" --yes

# On a terminal it asks; the helper answers with its first argument and ends with the program's exit code.
on_terminal() {
    "$python" - "$@" <<'PY'
import os, pty, sys
child, terminal = pty.fork()
if child == 0:
    os.execv(sys.argv[2], sys.argv[2:])
os.write(terminal, sys.argv[1].encode() + b"\n")
try:
    while os.read(terminal, 4096):
        pass
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
PY
}
rm -rf "$cache"
if on_terminal n "$BBSBENCH" fetch --manifest "$tap_folder/good.csv" --net one; then refused=1; else refused=0; fi
check "a no on the terminal fetches nothing" sh -c "[ $refused -eq 0 ] && [ ! -e '$cache/checkpoints/whole.bin' ]"
check "a yes does" on_terminal y "$BBSBENCH" fetch --manifest "$tap_folder/good.csv" --net one
check "with the same result" same "$cache/checkpoints/whole.bin" "$web/whole.bin"

# By hand.
hand=$tap_folder/hand
mkdir -p "$hand/deep"
cp "$web/whole.bin" "$hand/whole.bin"
cp "$web/cut.bin" "$hand/deep/cut.bin"
rm -rf "$cache"
check "--from takes files without a question" fetch --manifest "$tap_folder/good.csv" --from "$hand"
check "flat and in folders" sh -c "cmp '$cache/checkpoints/whole.bin' '$web/whole.bin' && cmp '$cache/checkpoints/deep/cut.bin' '$web/cut.bin'"
catalogue "$tap_folder/hand.csv" <<END
hand,checkpoints/x.bin,,,,$(hash_of "$web/whole.bin")
END
check_fails 3 "a file without an address has to be brought" fetch --manifest "$tap_folder/hand.csv"
cp "$web/cut.bin" "$hand/x.bin"
check_fails 1 "a wrong one is refused" fetch --manifest "$tap_folder/hand.csv" --from "$hand"
check "and left where it is" sh -c "cmp '$hand/x.bin' '$web/cut.bin' && [ ! -e '$cache/checkpoints/x.bin' ]"
check_fails 3 "no such folder" fetch --manifest "$tap_folder/hand.csv" --from "$tap_folder/nothing"

# The project's own catalogues.
rm -rf "$cache"
check "everything of the project is listed" sh -c "[ \$('$BBSBENCH' fetch --list | grep -c '^    sha256') -eq 13 ]"
check_fails 3 "a network without its checkpoint names the command" "$BBSBENCH" accuracy --net resnet50 --size full --out "$tap_folder/x.csv"
check "which is fetch" grep -q "bbsbench fetch --net resnet50" "$tap_folder/last_err"
tap_done
