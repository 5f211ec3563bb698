# SPDX-License-Identifier: GPL-3.0-or-later
# The real mode without internet: files made here are served on loopback, fetched, unpacked, verified, run and reported.
. tests/shell/tap.sh
python=${PYTHON:-/usr/bin/python3}
web=$tap_folder/web requests=$tap_folder/port.log
BBS_HOME=$tap_folder/cache
export BBS_HOME
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy
servers=
trap 'kill $servers 2>/dev/null; rm -rf "$tap_folder"' EXIT

hash() { sha256sum "$1" | cut -c 1-64; }
bytes() { wc -c <"$1" | tr -d ' '; }
real() { "$BBSBENCH" run --real --evaluations "$web/list.csv" --manifest "$web/files.csv" "$@"; }

if ! command -v curl >/dev/null || [ ! -f build/datasets/test.tsv ]; then
    skip "a rehearsal of the real mode" "curl or build/datasets is absent"
    tap_done
    exit
fi
mkdir -p "$web" "$tap_folder/pack/inner"
cp models/compact/bert_sst2.safetensors "$web/weights-cut.safetensors"
cp models/compact/bert.vocab.txt "$web/vocab.txt"
cp build/datasets/test.tsv "$tap_folder/pack/inner/"
tar -czf "$web/reviews.tgz" -C "$tap_folder/pack" inner
"$python" tests/shell/server.py "$web" "$tap_folder/port" &
servers=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s "$tap_folder/port" ] || sleep 0.3; done
address=http://127.0.0.1:$(cat "$tap_folder/port")

{
    echo "name,net,role,file,url,bytes,bytes_about,sha256,licence,source"
    echo "weights,a,weights,real/weights.safetensors,$address/weights-cut.safetensors,$(bytes "$web/weights-cut.safetensors"),,$(hash "$web/weights-cut.safetensors"),,made"
    echo "words,a,vocabulary,real/words.txt,$address/vocab.txt,,,$(hash "$web/vocab.txt" | cut -c 1-8),,made"
    echo "reviews,a,data,real/reviews.tgz,$address/reviews.tgz,$(bytes "$web/reviews.tgz"),,$(hash "$web/reviews.tgz"),,made"
    echo "secret,a,weights,real/secret.safetensors,,,,,,not published"
} >"$web/files.csv"
{
    sed -n 1p models/real.csv
    echo "reviews,bert_sst2,auto,reviews,reviews-sst2,wordpiece-uncased,4,,settings,weights,words,reviews,/inner,,,,"
    echo "secret,bert_sst2,auto,others,reviews-sst2,wordpiece-uncased,4,,settings,secret,words,reviews,/inner,,,,"
} >"$web/list.csv"

check_fails 2 "nobody to ask, and no --yes" real --out "$tap_folder/none"
check_fails 3 "offline there is nothing" real --offline --yes --out "$tap_folder/none"
check_fails 3 "what was asked for by name must be here" real --net secret --yes --out "$tap_folder/none"
check_fails 2 "an option of another mode" "$BBSBENCH" run --full --offline --out "$tap_folder/none"
check_fails 2 "data of the full mode" real --data imagenet=/tmp --out "$tap_folder/none"
check_fails 2 "two modes" "$BBSBENCH" run --full --real --out "$tap_folder/none"

run=$tap_folder/run
check "what is free is fetched and run" real --yes --samples 60 --out "$run"
cp "$tap_folder/out" "$tap_folder/said"
check "and the others are named" grep -q '^NOT RUN: secret: ' "$tap_folder/said"
check "the time is measured" grep -qE 'bert_4x128 +20 samples in ' "$tap_folder/said"
check "a cut connection went on where it stopped" grep -qE '^/weights-cut.safetensors bytes=[0-9]+-$' "$requests"
check "the words are not pinned, their first digits compared" grep -qE '^words +not pinned: ' "$tap_folder/said"
check "the archive is unpacked" [ -f "$BBS_HOME/real/reviews/inner/test.tsv" ]
check "four methods with float activations" [ "$(grep -cE '^bert_4x128,own,reviews,(fp32|int8|bbs-cons|bbs-mod),60,' "$run/accuracy.csv")" -eq 4 ]
check "and in integers" [ "$(grep -c '^bert_4x128,own,reviews,' "$run/integers.csv")" -eq 4 ]
# The recognised network answers as the named one: the same weights, words and samples.
check "the same network by its name" "$BBSBENCH" accuracy --net bert_sst2 --samples 60 --method fp32 --method int8 --method bbs-mod --out "$tap_folder/named.csv"
cut -d, -f4-9 "$tap_folder/named.csv" | sed 1d | sort >"$tap_folder/expected"
check "gives the same rows" sh -c "cut -d, -f4-9 '$run/accuracy.csv' | grep -E '^(fp32|int8|bbs-mod),' | sort | cmp - '$tap_folder/expected'"
check "the rows of the tier are there" [ "$(grep -c '^bert_4x128,own,reviews,' "$run/real.csv")" -eq 8 ]
check "the report" "$BBSBENCH" report "$run"
check "has the page of the tier" grep -q '^## Real networks, small samples' "$run/report.md"
check "and no other page" sh -c "! grep -qE '^## (Accuracy of the compression|Table I)' '$run/report.md'"
check "says what was not run" grep -q 'NOT RUN: secret' "$run/report.md"
check "compares nothing with the paper" sh -c "! grep -qE '\*\*(REPRODUCED|DEVIATES|SUBSET|WITHIN TREND)\*\*' '$run/report.md'"

asked=$(wc -l <"$requests")
check "offline it uses what came" real --offline --yes --samples 60 --method int8 --out "$tap_folder/again"
check "and asks nobody" [ "$(wc -l <"$requests")" -eq "$asked" ]

# A folder of the user's files is read in place: the same places without the first folder's name.
mkdir -p "$tap_folder/given"
cp "$web/weights-cut.safetensors" "$tap_folder/given/weights.safetensors"
rm -rf "$BBS_HOME/real/weights.safetensors"
check "a file of --from is used" real --offline --yes --samples 20 --method int8 --only accuracy --from "$tap_folder/given" --out "$tap_folder/from" --net reviews
check "and not copied" [ ! -e "$BBS_HOME/real/weights.safetensors" ]
printf x >>"$tap_folder/given/weights.safetensors"
check_fails 1 "another file of that name is refused" real --offline --yes --from "$tap_folder/given" --out "$tap_folder/none"
check "with its hash" grep -q 'weights.safetensors: SHA-256: found ' "$tap_folder/last_err"
tap_done
