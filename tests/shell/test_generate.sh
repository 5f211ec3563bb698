# SPDX-License-Identifier: GPL-3.0-or-later
# Text of a language model: the one that llama2.c's documentation prints for its small model, plain PyTorch's, and errors.
. tests/shell/tap.sh
data=../shared/data/stories260k
python=${PYTHON:-/usr/bin/python3}

check "a made model" "$python" tests/oracle/made_language.py "$tap_folder/tiny.bin" "$tap_folder/tiny.tok"
tiny() { # PROMPT OPTION...
    "$BBSBENCH" generate --weights "$tap_folder/tiny.bin" --tokenizer "$tap_folder/tiny.tok" --prompt "$@"
}
check "writes the prompt and goes on" sh -c "'$BBSBENCH' generate --weights $tap_folder/tiny.bin --tokenizer $tap_folder/tiny.tok --prompt 'the end' --tokens 20 >$tap_folder/text && grep -q '^the end' $tap_folder/text"
check "says on standard error what it assumes" sh -c "'$BBSBENCH' generate --weights $tap_folder/tiny.bin --tokenizer $tap_folder/tiny.tok --prompt x --tokens 2 2>&1 >/dev/null | grep -q '^note: network: [0-9]* heads'"
check "and nothing with --quiet" sh -c "[ -z \"\$('$BBSBENCH' --quiet generate --weights $tap_folder/tiny.bin --tokenizer $tap_folder/tiny.tok --prompt x --tokens 2 2>&1 >/dev/null)\" ]"
check "the number of threads and the kernels change nothing" sh -c "'$BBSBENCH' generate --weights $tap_folder/tiny.bin --tokenizer $tap_folder/tiny.tok --prompt 'the end' --tokens 20 --jobs 1 --kernels stock | cmp - $tap_folder/text"
check_fails 2 "a prompt is needed" "$BBSBENCH" generate --weights "$tap_folder/tiny.bin" --tokenizer "$tap_folder/tiny.tok"
check_fails 2 "more tokens than the context has" tiny 'the end' --tokens 30
check "says both" grep -q -e '--tokens: found 30 after [0-9]* of the prompt, expected 32 in all' "$tap_folder/last_err"
check_fails 1 "a prompt that is not UTF-8" tiny "$(printf 'caf\351')"
check "says the byte" grep -q -e '--prompt: line 1, byte 4: found byte 0xe9' "$tap_folder/last_err"
check_fails 1 "a network that is no language model" "$BBSBENCH" generate --weights models/compact/resnet34.safetensors --tokenizer README.md --prompt x
check_fails 2 "a method that is not known" tiny x --tokens 5 --method nosuch

if [ ! -d "$data" ]; then
    skip "the real model" "no folder $data"
    tap_done
    exit
fi
# doc/stories260K.md of llama2.c, at temperature 0: 256 tokens after <s>.
cat >"$tap_folder/wanted" <<'END'
Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. She wanted to play with it, but it was too high.
Lily's mom said, "Lily, let's go to the park." Lily was sad and didn't know what to do. She said, "I want to play with your ball, but I can't find it."
Lily was sad and didn't know what to do. She said, "I'm sorry, Lily. I didn't know what to do."
Lily didn't want to help her mom, so she said, "I'm sorry, mom. I didn't know what to do." Her mom said, "Don't worry, Lily. We can help you.
END
real="--weights $data/stories260K.bin --tokenizer $data/tok512.bin"
check "the text of llama2.c's documentation" sh -c "'$BBSBENCH' generate $real --prompt '' --tokens 256 | cmp - $tap_folder/wanted"
check "the same after a prompt" sh -c "'$BBSBENCH' generate $real --prompt 'Once upon a time' --tokens 40 >$tap_folder/text && head -c \$((\$(wc -c <$tap_folder/text) - 1)) $tap_folder/text >$tap_folder/part && head -c \$(wc -c <$tap_folder/part) $tap_folder/wanted | cmp - $tap_folder/part"
check "compressed weights write another" sh -c "'$BBSBENCH' generate $real --prompt 'Once upon a time' --tokens 60 --method zps:columns=4:beta=0 >$tap_folder/text && ! head -c \$((\$(wc -c <$tap_folder/text) - 1)) $tap_folder/wanted | cmp -s - $tap_folder/text"
if "$python" -c 'import torch' 2>/dev/null; then
    printf 'The big dog' >"$tap_folder/prompt"
    check "PyTorch writes the same" sh -c "$python tests/oracle/perplexity.py $data/stories260K.bin $data/tok512.bin $tap_folder/prompt 512 1 --greedy 50 >$tap_folder/torch && '$BBSBENCH' generate $real --prompt 'The big dog' --tokens 50 | cmp - $tap_folder/torch"
else
    skip "PyTorch" "python3-torch is not installed"
fi
tap_done
