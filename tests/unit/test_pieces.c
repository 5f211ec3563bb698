/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens of the Llama family: examples by hand, a restatement that searches the whole list each time over random texts,
 * both formats of files, and files that are cut. Checkpoints of llama2.c: names, shapes and values of a small one made
 * here. */
#include "data/pieces.h"

#include "base/text.h"
#include "tensor/checkpoint.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testing.h"

#include "random.h"

enum { PIECES_FIRST_BYTE = 3, BYTES = 256, OWN = 9, WORDS = PIECES_FIRST_BYTE + BYTES + OWN, ROOM = 1 << 16 };

/* Pieces behind those of bytes; a higher score is joined first. */
static const struct {
    const char *text;
    float score;
} own[OWN] = {{" ", 0}, {"a", 0}, {"b", 0}, {"ab", -2}, {" a", -1}, {"ba", -4}, {"aba", -3}, {"\303\251", 0}, {"abab", -5}};

typedef struct {
    uint8_t bytes[ROOM];
    size_t size;
} blob_t;

static void put(blob_t *blob, const void *bytes, size_t size)
{
    assert_true(blob->size + size <= ROOM);
    memcpy(blob->bytes + blob->size, bytes, size);
    blob->size += size;
}

static text_t piece_at(int index, float *score)
{
    static const char *const special[] = {"<unk>", "<s>", "</s>"};
    *score = 0;
    if (index < PIECES_FIRST_BYTE)
        return text_of("%s", special[index]);
    if (index < PIECES_FIRST_BYTE + BYTES)
        return text_of("<0x%02X>", (unsigned)(index - PIECES_FIRST_BYTE));
    *score = own[index - PIECES_FIRST_BYTE - BYTES].score;
    return text_of("%s", own[index - PIECES_FIRST_BYTE - BYTES].text);
}

static void make_llama2c(blob_t *blob)
{
    const int32_t longest = 8;
    blob->size = 0;
    put(blob, &longest, sizeof longest);
    for (int i = 0; i < WORDS; i++) {
        float score;
        const text_t text = piece_at(i, &score);
        const int32_t size = (int32_t)strlen(text.chars);
        put(blob, &score, sizeof score);
        put(blob, &size, sizeof size);
        put(blob, text.chars, (size_t)size);
    }
}

/* What the trainer (field 2: its kind is BPE) and the normalizer (field 3: no blank is taken away) say, and a field that no
 * one reads. */
static uint8_t settings[] = {0x12, 4, 0x08, 7, 0x18, 2, 0x1a, 2, 0x20, 0, 0x22, 1, 0};
enum { KIND = 5, FEWER_BLANKS = 9 }; /* where their values stand */

/* A blank is U+2581 there. The settings lie between the pieces. */
static void make_model(blob_t *blob)
{
    blob->size = 0;
    for (int i = 0; i < WORDS; i++) {
        float score;
        const text_t plain = piece_at(i, &score);
        const text_t text = plain.chars[0] == ' ' ? text_of("\342\226\201%s", plain.chars + 1) : plain;
        const uint8_t size = (uint8_t)strlen(text.chars), whole = (uint8_t)(size + 9);
        put(blob, (const uint8_t[]){0x0a, whole, 0x0a, size}, 4);
        put(blob, text.chars, size);
        put(blob, (const uint8_t[]){0x15}, 1);
        put(blob, &score, sizeof score);
        put(blob, (const uint8_t[]){0x18, 1}, 2);
        if (i == 1)
            put(blob, settings, sizeof settings);
    }
}

static outcome_t read_blob(const blob_t *blob, size_t size, pieces_t **pieces)
{
    char path[] = "/tmp/bbs-test-pieces-XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, blob->bytes, size), size);
    close(file);
    const outcome_t result = pieces_read(path, WORDS, pieces);
    unlink(path);
    return result;
}

static int number_of(const char *text)
{
    for (int i = 0; i < OWN; i++)
        if (text_equal(own[i].text, text))
            return PIECES_FIRST_BYTE + BYTES + i;
    return -1;
}

static void expect(const pieces_t *pieces, const char *text, const int *wanted, int64_t count)
{
    pieces_tokens_t tokens;
    int64_t bytes = 0;
    assert_ok(pieces_encode(pieces, text, strlen(text), &tokens));
    assert_int_equal(tokens.count, count);
    for (int64_t i = 0; i < count; i++) {
        assert_int_equal(tokens.numbers[i], wanted[i]);
        bytes += tokens.bytes[i];
    }
    assert_int_equal(bytes, strlen(text)); /* the blank before it is no byte of the text */
    pieces_tokens_free(&tokens);
}

static void expect_examples(const pieces_t *pieces)
{
    const int blank = number_of(" "), b = number_of("b"), first = PIECES_FIRST_BYTE;
    expect(pieces, "", NULL, 0);
    /* " a" has the highest score, so the blank takes the a, and b is left. */
    expect(pieces, "ab", (const int[]){number_of(" a"), b}, 2);
    /* " b" is no piece; then "ab" before "ba", and "aba" of "ab" and "a". */
    expect(pieces, "baba", (const int[]){blank, b, number_of("aba")}, 3);
    /* é is a piece of its own, an emoji is four bytes, and what is no UTF-8 is its byte. */
    expect(
        pieces, "\303\251\360\237\230\200\377",
        (const int[]){blank, number_of("\303\251"), first + 0xf0, first + 0x9f, first + 0x98, first + 0x80, first + 0xff},
        7);
    /* A special piece is not found by its name. */
    expect(pieces, "<s>", (const int[]){blank, first + '<', first + 's', first + '>'}, 4);
}

static void test_examples(void **state)
{
    (void)state;
    static blob_t blob;
    void (*const makers[])(blob_t *) = {make_llama2c, make_model};
    for (int i = 0; i < 2; i++) {
        pieces_t *pieces;
        size_t size;
        makers[i](&blob);
        assert_ok(read_blob(&blob, blob.size, &pieces));
        assert_int_equal(pieces_count(pieces), WORDS);
        assert_memory_equal(pieces_text(pieces, number_of(" a"), &size), " a", 2);
        assert_int_equal(size, 2);
        assert_null(pieces_text(pieces, WORDS, &size));
        expect_examples(pieces);
        pieces_free(pieces);
    }
}

/* Join the best pair of the whole list, the leftmost of equals, until there is none. */
static int64_t restate(int32_t *numbers, int64_t count)
{
    for (;;) {
        int64_t place = -1;
        int joined = -1;
        float best = -1e30F;
        for (int64_t i = 0; i + 1 < count; i++) {
            float score;
            const text_t left = piece_at(numbers[i], &score), right = piece_at(numbers[i + 1], &score);
            const int number = number_of(text_of("%s%s", left.chars, right.chars).chars);
            if (number >= 0 && own[number - PIECES_FIRST_BYTE - BYTES].score > best) {
                best = own[number - PIECES_FIRST_BYTE - BYTES].score;
                place = i;
                joined = number;
            }
        }
        if (place < 0)
            return count;
        numbers[place] = joined;
        memmove(numbers + place + 1, numbers + place + 2, (size_t)(count - place - 2) * sizeof *numbers);
        count--;
    }
}

static void test_random(void **state)
{
    (void)state;
    enum { TEXTS = 300, MOST = 40 };
    static blob_t blob;
    pieces_t *pieces;
    uint64_t random = 7;
    make_llama2c(&blob);
    assert_ok(read_blob(&blob, blob.size, &pieces));
    for (int i = 0; i < TEXTS; i++) {
        char text[MOST + 1] = "";
        int32_t wanted[MOST + 1] = {number_of(" ")};
        int64_t count = 1;
        pieces_tokens_t tokens;
        const int length = 1 + (int)(random_next(&random) % MOST);
        for (int c = 0; c < length; c++) {
            text[c] = " ab"[random_next(&random) % 3];
            wanted[count++] = number_of((const char[]){text[c], '\0'});
        }
        count = restate(wanted, count);
        assert_ok(pieces_encode(pieces, text, (size_t)length, &tokens));
        assert_int_equal(tokens.count, count);
        for (int64_t k = 0; k < count; k++)
            assert_int_equal(tokens.numbers[k], wanted[k]);
        pieces_tokens_free(&tokens);
    }
    pieces_free(pieces);
}

static void test_cut(void **state)
{
    (void)state;
    static blob_t blob;
    void (*const makers[])(blob_t *) = {make_llama2c, make_model};
    for (int i = 0; i < 2; i++) {
        pieces_t *pieces;
        makers[i](&blob);
        for (size_t size = 0; size < blob.size; size += size < 40 ? 1 : 7)
            assert_int_equal(outcome_fault(&(outcome_t[]){read_blob(&blob, size, &pieces)}[0]), FAULT_FAILED);
        blob.bytes[blob.size / 2] ^= 1; /* in a piece of a byte */
        assert_int_equal(outcome_fault(&(outcome_t[]){read_blob(&blob, blob.size, &pieces)}[0]), FAULT_FAILED);
    }
}

/* A tokenizer.model of another kind is refused by the name of what it is. */
static void test_other_models(void **state)
{
    (void)state;
    static blob_t blob;
    pieces_t *pieces;
    settings[KIND] = 1;
    make_model(&blob);
    assert_error(read_blob(&blob, blob.size, &pieces), FAULT_FAILED, "Unigram");
    settings[KIND] = 2;
    settings[FEWER_BLANKS] = 1;
    make_model(&blob);
    assert_error(read_blob(&blob, blob.size, &pieces), FAULT_FAILED, "fewer blanks");
    settings[FEWER_BLANKS] = 0;
}

/* U+2581 is the blank of a tokenizer.model, three bytes of the text; llama2.c does not know it. */
static void test_marks(void **state)
{
    (void)state;
    static blob_t blob;
    pieces_t *pieces;
    make_model(&blob);
    assert_ok(read_blob(&blob, blob.size, &pieces));
    expect(pieces, "b\342\226\201a", (const int[]){number_of(" "), number_of("b"), number_of(" a")}, 3);
    pieces_free(pieces);
    make_llama2c(&blob);
    assert_ok(read_blob(&blob, blob.size, &pieces));
    expect(pieces, "b\342\226\201a",
           (const int[]){number_of(" "), number_of("b"), PIECES_FIRST_BYTE + 0xe2, PIECES_FIRST_BYTE + 0x96,
                         PIECES_FIRST_BYTE + 0x81, number_of("a")},
           6);
    pieces_free(pieces);
}

/* ===  llama2.c's checkpoints  === */

enum { WIDTH = 8, HIDDEN = 12, BLOCKS = 2, HEADS = 4, KEYS = 2, VOCABULARY = 5, CONTEXT = 3 };

/* Value i of the file is i: places are seen in the values. */
static void make_checkpoint(blob_t *blob, bool own_head)
{
    const int32_t header[] = {WIDTH, HIDDEN, BLOCKS, HEADS, KEYS, own_head ? -VOCABULARY : VOCABULARY, CONTEXT};
    const int block = 2 * WIDTH + 2 * WIDTH * WIDTH + 2 * WIDTH * WIDTH / HEADS * KEYS + 3 * WIDTH * HIDDEN;
    const int floats = VOCABULARY * WIDTH * (own_head ? 2 : 1) + BLOCKS * block + WIDTH + CONTEXT * (WIDTH / HEADS);
    blob->size = 0;
    put(blob, header, sizeof header);
    for (int i = 0; i < floats; i++) {
        const float value = (float)i;
        put(blob, &value, sizeof value);
    }
}

static void expect_tensor(const tensor_set_t *set, const char *name, int rank, int64_t rows, float first)
{
    const tensor_t *tensor = tensor_set_find(set, name);
    assert_non_null(tensor);
    assert_int_equal(tensor->rank, rank);
    assert_int_equal(tensor->shape[0], rows);
    assert_true(((const float *)tensor->data)[0] == first);
}

static void test_checkpoint(void **state)
{
    (void)state;
    static blob_t blob;
    tensor_set_t set;
    make_checkpoint(&blob, true);
    assert_ok(tensor_set_parse("made", blob.bytes, blob.size, &set));
    const int q = VOCABULARY * WIDTH + BLOCKS * WIDTH, k = q + BLOCKS * WIDTH * WIDTH, v = k + BLOCKS * WIDTH * 4;
    const int o = v + BLOCKS * WIDTH * 4, norm2 = o + BLOCKS * WIDTH * WIDTH, gate = norm2 + BLOCKS * WIDTH;
    const int down = gate + BLOCKS * WIDTH * HIDDEN, up = down + BLOCKS * WIDTH * HIDDEN,
              last = up + BLOCKS * WIDTH * HIDDEN;
    expect_tensor(&set, "embed_tokens.weight", 2, VOCABULARY, 0);
    expect_tensor(&set, "layers.1.input_layernorm.weight", 1, WIDTH, VOCABULARY * WIDTH + WIDTH);
    expect_tensor(&set, "layers.0.self_attn.q_proj.weight", 2, WIDTH, (float)q);
    expect_tensor(&set, "layers.1.self_attn.k_proj.weight", 2, 4, (float)(k + WIDTH * 4));
    expect_tensor(&set, "layers.0.self_attn.v_proj.weight", 2, 4, (float)v);
    expect_tensor(&set, "layers.0.self_attn.o_proj.weight", 2, WIDTH, (float)o);
    expect_tensor(&set, "layers.0.mlp.gate_proj.weight", 2, HIDDEN, (float)gate);
    expect_tensor(&set, "layers.0.mlp.down_proj.weight", 2, WIDTH, (float)down);
    expect_tensor(&set, "layers.0.mlp.up_proj.weight", 2, HIDDEN, (float)up);
    expect_tensor(&set, "norm.weight", 1, WIDTH, (float)last);
    expect_tensor(&set, "lm_head.weight", 2, VOCABULARY, (float)(last + WIDTH + CONTEXT * (WIDTH / HEADS)));
    assert_string_equal(tensor_set_get_note(&set, "num_attention_heads"), "4");
    assert_string_equal(tensor_set_get_note(&set, "context"), "3");
    tensor_set_free(&set);

    for (size_t cut = 1; cut < 40; cut++) /* no length but the right one is such a file */
        assert_error(tensor_set_parse("made", blob.bytes, blob.size - cut, &set), FAULT_FAILED, "another format");
    make_checkpoint(&blob, false);
    assert_ok(tensor_set_parse("made", blob.bytes, blob.size, &set));
    assert_null(tensor_set_find(&set, "lm_head.weight"));
    tensor_set_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),     cmocka_unit_test(test_random), cmocka_unit_test(test_cut),
        cmocka_unit_test(test_other_models), cmocka_unit_test(test_marks),  cmocka_unit_test(test_checkpoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
