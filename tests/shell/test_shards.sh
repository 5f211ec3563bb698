# SPDX-License-Identifier: GPL-3.0-or-later
# A language model as it is published, in a small width: Llama-3's names and proportions in shards of BF16 with their index
# and config.json, fetched from loopback, and run from the mapped files; what does not fit together is refused by name.
. tests/shell/tap.sh
python=${PYTHON:-/usr/bin/python3}
web=$tap_folder/web cache=$tap_folder/cache
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy
BBS_HOME=$cache
export BBS_HOME

check "a made model in 3 shards" "$python" tests/oracle/made_checkpoint.py "$web" 3 factor=8
mv "$web/model-00002-of-00003.safetensors" "$web/cut-2.safetensors" # the server cuts it once
"$python" tests/shell/server.py "$web" "$tap_folder/port" &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$tap_folder"' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s "$tap_folder/port" ] || sleep 0.3; done
{
    echo "name,net,role,file,url,bytes,bytes_about,sha256,licence,source"
    for file in model.safetensors.index.json config.json tokenizer.bin model-00001-of-00003.safetensors model-00002-of-00003.safetensors model-00003-of-00003.safetensors; do
        served=$file
        [ "$file" = model-00002-of-00003.safetensors ] && served=cut-2.safetensors
        echo "$file,llama3_8b,shard,checkpoints/llama3_8b/$file,http://127.0.0.1:$(cat "$tap_folder/port")/$served,$(wc -c <"$web/$served"),,$(sha256sum "$web/$served" | cut -d' ' -f1),,made for a rehearsal"
    done
} >"$tap_folder/catalogue.csv"
check "is fetched, one download cut" "$BBSBENCH" fetch --net llama3_8b --manifest "$tap_folder/catalogue.csv" --yes
check "and went on where it was cut" grep -q 'cut-2.safetensors bytes=[0-9]' "$tap_folder/port.log"
model=$cache/checkpoints/llama3_8b
head -c 4000 README.md >"$tap_folder/text"
ask() { "$BBSBENCH" perplexity --weights "$model" --tokenizer "$model/tokenizer.bin" --text "$tap_folder/text" --tokens 200 --jobs 2 "$@"; }
cell() { # FILE METHOD COLUMN
    awk -F, -v method="$2" -v name="$3" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } $at["method"] == method { print $at[name] }' "$1"
}

# ===  Runs  ===
check "float weights, INT8, OliVe and the paper's two" ask --method fp32 --method int8 --method olive --method ra:columns=2:beta=0 --method zps:columns=4:beta=0 --out "$tap_folder/rows.csv"
check "6.25 bits with metadata" [ "$(cell "$tap_folder/rows.csv" ra:columns=2:beta=0 bits_per_weight_with_metadata | cut -c1-4)" = 6.25 ]
check "4.25 bits" [ "$(cell "$tap_folder/rows.csv" zps:columns=4:beta=0 bits_per_weight_with_metadata | cut -c1-4)" = 4.25 ]
check "4 bits" [ "$(cell "$tap_folder/rows.csv" olive bits_per_weight | cut -c1-3)" = "4" ]
check "windows of 64 tokens, as config.json says" [ "$(cell "$tap_folder/rows.csv" fp32 context)" = 64 ]
check "says its peak memory" sh -c "'$BBSBENCH' perplexity --weights '$model' --tokenizer '$model/tokenizer.bin' --text '$tap_folder/text' --tokens 64 --method int8 | grep -qE 'peak resident memory: [0-9.]+ GiB'"
check "8-bit activations, head and embedding at 8 bits" ask --activations int8 --method int8 --method bbs-mod --head int8 --embedding int8 --out "$tap_folder/eight.csv"
check "are 8 bits for all of it" [ "$(cell "$tap_folder/eight.csv" int8 bits_per_weight)" = 8 ]
if "$python" -c 'import torch' 2>/dev/null; then
    check "PyTorch has the same log-likelihood" sh -c "have=$(cell "$tap_folder/rows.csv" fp32 nats) want=\$('$python' tests/oracle/checkpoint_perplexity.py '$model' '$tap_folder/text' 64 200) && echo \$have \$want && awk -v a=\$have -v b=\$want 'BEGIN { d = a / b - 1; exit !(d < 1e-5 && d > -1e-5) }'"
else
    skip "PyTorch" "python3-torch is not installed"
fi

# ===  What does not fit together  ===
spoil() { # SED: another config.json beside the same files
    rm -rf "$tap_folder/spoilt" && cp -r "$model" "$tap_folder/spoilt" && sed -i "$1" "$tap_folder/spoilt/config.json"
}
spoilt() { "$BBSBENCH" perplexity --weights "$tap_folder/spoilt" --tokenizer "$model/tokenizer.bin" --text "$tap_folder/text" --method int8 "$@"; }
for key in hidden_size intermediate_size num_hidden_layers num_key_value_heads vocab_size; do
    spoil "s/\"$key\": [0-9]*/\"$key\": 6/"
    check_fails 1 "a config.json of another model: $key" spoilt
    check "names it" grep -q "$key in config.json: found 6" "$tap_folder/last_err"
done
spoil 's/"llama3"/"yarn"/'
check_fails 1 "positions of another kind" spoilt
check "names them" grep -q 'rope_scaling: found yarn' "$tap_folder/last_err"
spoil 's/"low_freq_factor": 1.0,//'
check_fails 1 "positions without a number" spoilt
spoil "s/^{/{\"padding\": \"$(head -c 6000 /dev/zero | tr '\0' x)\", /"
check "a long config.json is read" spoilt --tokens 64
spoil 's/^{/{,/'
check_fails 1 "one that is no JSON" spoilt
check "is named" grep -q 'spoilt/config.json: found no JSON object' "$tap_folder/last_err"
check_fails 2 "a context longer than the model's" ask --method int8 --context 65
check "names it" grep -q 'max_position_embeddings' "$tap_folder/last_err"
spoil 's/x/x/'
rm "$tap_folder/spoilt/model-00003-of-00003.safetensors"
check_fails 3 "a shard that is missing" spoilt
check "names it" grep -q 'model-00003-of-00003' "$tap_folder/last_err"
spoil 's/x/x/'
head -c 60000 "$model/model-00003-of-00003.safetensors" >"$tap_folder/spoilt/model-00003-of-00003.safetensors"
check_fails 1 "a shard that is cut" spoilt
tap_done
