/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer target: any bytes as the tokenizer of a language model, in each of the three forms. What is read tokenises a
 * few texts: each token is one of the vocabulary, and together they are the bytes of the text. */
#include "data/pieces.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const texts[] = {"", "a", " abab  ba\n\n",
                                    "It's 1234, caf\303\251 \360\237\230\200 \346\235\261\342\226\201 x\r\n\t",
                                    "<s><|begin_of_text|><0x41>"};

static void encode(const pieces_t *pieces, const char *text)
{
    pieces_tokens_t tokens;
    int64_t bytes = 0;
    outcome_t made = pieces_encode(pieces, text, strlen(text), &tokens);
    if (!outcome_is_ok(&made)) /* a pattern that takes too long */
        return;
    for (int64_t i = 0; i < tokens.count; i++) {
        size_t length;
        if (pieces_text(pieces, tokens.numbers[i], &length) == NULL)
            abort();
        bytes += tokens.bytes[i];
    }
    if (bytes != (int64_t)strlen(text))
        abort();
    pieces_tokens_free(&tokens);
}

/* Returns whether the bytes were read as a tokenizer. */
static bool read_pieces(const uint8_t *data, size_t size)
{
    char path[] = "/dev/shm/bbs-fuzz-XXXXXX";
    const int handle = mkstemp(path);
    FILE *stream = handle >= 0 ? fdopen(handle, "wb") : NULL;
    if (stream == NULL || fwrite(data, 1, size, stream) != size || fclose(stream) != 0)
        abort();
    pieces_t *pieces;
    const outcome_t read = pieces_read(path, 0, &pieces);
    unlink(path);
    if (!outcome_is_ok(&read)) {
        if (strstr(outcome_text(&read), "bbs-fuzz") == NULL) /* an error names its file */
            abort();
        return false;
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        encode(pieces, texts[i]);
    pieces_free(pieces);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)read_pieces(data, size);
    return 0;
}
