/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tokenizer.json of Hugging Face: adversarial texts with the tokens that plain Python gives them (tests/oracle/pieces.py)
 * for Llama 3's, SmolLM's and Llama 2's ways; <s> and </s>; and what is refused, each by its name, in a file of which one
 * part was changed. */
#include "data/pieces.h"

#include "base/file.h"
#include "base/text.h"
#include "data/lines.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testing.h"

#include "folder.h"

enum { FILES = 3 };
static const char *const files[FILES] = {"tests/data/pieces.llama3.json", "tests/data/pieces.smollm.json",
                                         "tests/data/pieces.llama2.json"};

static int digit(char hex)
{
    return hex <= '9' ? hex - '0' : hex - 'a' + 10;
}

/* Hexadecimal digits to bytes, in place; how many. "-" is no byte. */
static size_t unhex(char *text)
{
    const size_t size = text_equal(text, "-") ? 0 : strlen(text) / 2;
    for (size_t i = 0; i < size; i++)
        text[i] = (char)(digit(text[2 * i]) * 16 + digit(text[2 * i + 1]));
    return size;
}

/* The tokens of one line, and that their bytes are those of the text. */
static void expect_line(pieces_t *const *pieces, size_t number, char *line)
{
    char *fields[3];
    pieces_tokens_t tokens;
    text_builder_t have = {0};
    int64_t bytes = 0;
    assert_int_equal(text_split(line, ' ', fields, 3), 3);
    const int file = fields[0][0] - '0';
    const size_t size = unhex(fields[1]);
    assert_ok(pieces_encode(pieces[file], fields[1], size, &tokens));
    for (int64_t i = 0; i < tokens.count; i++) {
        text_append(&have, "%s%d", i > 0 ? "," : "", (int)tokens.numbers[i]);
        bytes += tokens.bytes[i];
    }
    if (!text_equal(tokens.count > 0 ? have.chars : "-", fields[2]))
        fail_msg("line %zu of pieces.txt.gz, %s: %s, expected %s", number, files[file], have.chars, fields[2]);
    assert_int_equal(bytes, size);
    free(have.chars);
    pieces_tokens_free(&tokens);
}

static void test_vectors(void **state)
{
    (void)state;
    pieces_t *pieces[FILES];
    bytes_t bytes;
    lines_t lines;
    for (int i = 0; i < FILES; i++)
        assert_ok(pieces_read(files[i], 0, &pieces[i]));
    assert_ok(file_read_gzip("tests/data/pieces.txt.gz", "make oracle", 1 << 24, &bytes));
    assert_ok(lines_parse("pieces.txt.gz", bytes, &lines));
    assert_true(lines.count > 900);
    for (size_t i = 0; i < lines.count; i++)
        expect_line(pieces, i + 1, lines.items[i]);
    lines_free(&lines);
    for (int i = 0; i < FILES; i++)
        pieces_free(pieces[i]);
}

/* What the tokens of a text stand for is the text, with a blank before it in SentencePiece's way. */
static void test_there_and_back(void **state)
{
    (void)state;
    static const char text[] = "It's 1234 caf\303\251 \346\235\261 \360\237\230\200\n\n x";
    for (int i = 0; i < FILES; i++) {
        pieces_t *pieces;
        pieces_tokens_t tokens;
        char back[256] = "";
        size_t at = 0, size;
        assert_ok(pieces_read(files[i], 0, &pieces));
        assert_ok(pieces_encode(pieces, text, strlen(text), &tokens));
        for (int64_t k = 0; k < tokens.count; k++) {
            const char *piece = pieces_text(pieces, tokens.numbers[k], &size);
            memcpy(back + at, piece, size);
            at += size;
        }
        back[at] = '\0';
        assert_string_equal(back + (i == 2), text);
        pieces_tokens_free(&tokens);
        pieces_free(pieces);
    }
}

/* ===  A file with one part changed  === */

static void write_file(const char *name, const char *chars, size_t size)
{
    const text_t path = inside(name);
    FILE *stream = fopen(path.chars, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(chars, 1, size, stream), size);
    fclose(stream);
}

/* The file number `file` with the first `from` replaced by `to`, or as it is. */
static outcome_t read_changed(int file, const char *from, const char *to, int64_t words, pieces_t **pieces)
{
    bytes_t bytes;
    text_builder_t changed = {0};
    assert_ok(file_read(files[file], NULL, &bytes));
    const char *whole = (const char *)bytes.data, *found = strstr(whole, from);
    assert_non_null(found);
    text_append(&changed, "%.*s%s%s", (int)(found - whole), whole, to, found + strlen(from));
    write_file("tokenizer.json", changed.chars, changed.length);
    free(changed.chars);
    file_free_bytes(&bytes);
    const outcome_t result = pieces_read(inside("tokenizer.json").chars, words, pieces);
    unlink(inside("tokenizer.json").chars);
    return result;
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        int file;
        const char *from, *to, *named;
    } changes[] = {
        {0, "\"type\":\"BPE\"", "\"type\":\"Unigram\"", "model: found Unigram"},
        {0, "\"type\":\"BPE\"", "\"type\":\"WordPiece\"", "model: found WordPiece"},
        {0, "\"dropout\":null", "\"dropout\":0.1", "dropout"},
        {0, "\"end_of_word_suffix\":null", "\"end_of_word_suffix\":\"</w>\"", "end_of_word_suffix"},
        {0, "\"normalizer\":null", "\"normalizer\":{\"type\":\"NFC\"}", "normalizer: found NFC"},
        {0, "\"behavior\":\"Isolated\"", "\"behavior\":\"Removed\"", "Split, Removed"},
        {0, "\"type\":\"Split\"", "\"type\":\"Punctuation\"", "pre_tokenizer: found Punctuation"},
        {0, "\"add_prefix_space\":false", "\"add_prefix_space\":true", "add_prefix_space"},
        {0, "(?i:'s", "(?i:('s", "missing closing parenthesis"},
        {0, "\"lstrip\":false", "\"lstrip\":true", "lstrip"},
        /* half of é: a text would be cut inside it, and PCRE2 run on the half */
        {0, "<|begin_of_text|>", "\251", "found byte 0xa9, expected text in UTF-8"},
        {0, "\"type\":\"TemplateProcessing\"", "\"type\":\"BertProcessing\"", "post_processor: found BertProcessing"},
        {0, "\"vocab\":{\"\304\200\":0,", "\"vocab\":{", "no token for byte 0x00"},
        {0, "\"vocab\":{\"\304\200\":0,", "\"vocab\":{\"\304\200\":1,", "number 1 twice"},
        {0, "\"vocab\":{\"\304\200\":0,", "\"vocab\":{\"\304\200\":-1,", "no number of a token"},
        {0, "\"merges\":[", "\"merges\":[\"t \346\235\261\",", "\346\235\261\", which is no token"},
        {0, "\"merges\":[", "\"merges\":[\"t\",", "entry 0: found another form"},
        {0, "\"merges\":[", "\"merged\":[", "no vocab and merges"},
        {1, "\"merges\":[", "\"merges\":[[\"t\",\"h\",\"e\"],", "entry 0: found another form"},
        {2, "\"byte_fallback\":true", "\"byte_fallback\":false", "no byte_fallback"},
        {2, "\"normalized\":false", "\"normalized\":true", "normalized"},
        {2, "\"content\":\"\342\226\201\"", "\"content\":\"_\"", "normalizer: found Replace"},
        {2, "\"type\":\"Prepend\"", "\"type\":\"Lowercase\"", "normalizer: found Lowercase"},
        {2, "<0x0A>", "<0x0>", "no token for byte 0x0A"},
    };
    pieces_t *pieces;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
        assert_error(read_changed(changes[i].file, changes[i].from, changes[i].to, 0, &pieces), FAULT_FAILED,
                     changes[i].named);
    /* A token whose number the model does not know; a model may know more. */
    assert_ok(read_changed(0, "null", "null", 0, &pieces));
    const int64_t count = pieces_count(pieces);
    pieces_free(pieces);
    assert_error(read_changed(0, "null", "null", count - 1, &pieces), FAULT_FAILED, "the words of the model");
    assert_ok(read_changed(0, "null", "null", count + 64, &pieces));
    pieces_free(pieces);
}

/* ===  The ends  === */

/* What the tokens of a text stand for, with a changed file number 2. */
static text_t said_by(const char *from, const char *to, const char *text, int64_t *count)
{
    text_t said = {{0}};
    pieces_t *pieces;
    pieces_tokens_t tokens;
    size_t at = 0, size;
    assert_ok(read_changed(2, from, to, 0, &pieces));
    assert_ok(pieces_encode(pieces, text, strlen(text), &tokens));
    for (int64_t i = 0; i < tokens.count; i++, at += size) {
        const char *piece = pieces_text(pieces, tokens.numbers[i], &size);
        memcpy(said.chars + at, piece, size);
    }
    *count = tokens.count;
    pieces_tokens_free(&tokens);
    pieces_free(pieces);
    return said;
}

/* Of two special tokens that begin at one place the longer one stands there. */
static void test_longest_special_token(void **state)
{
    (void)state;
    static const char from[] = "\"id\":2,\"content\":\"</s>\"", to[] = "\"id\":2,\"content\":\"<s>x\"";
    int64_t count;
    assert_string_equal(said_by(from, to, "<s>x", &count).chars, "<s>x");
    assert_int_equal(count, 1);
    assert_string_equal(said_by(from, to, "<s><s>x<s>", &count).chars, "<s><s>x<s>");
    assert_int_equal(count, 3);
}

/* Metaspace's blank: before each part of a text that special tokens cut, before its beginning, or nowhere. */
static void test_blank_of_metaspace(void **state)
{
    (void)state;
    static const char from[] =
        "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\",\"prepend\":\"\342\226\201\"},"
        "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"\342\226\201\"}]},\"pre_tokenizer\":null";
    static const struct {
        const char *scheme, *whole, *after;
    } ways[] = {{"always", " a<s> a", "<s> a<s>"}, {"first", " a<s>a", "<s>a<s>"}, {"never", "a<s>a", "<s>a<s>"}};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        const text_t to = text_of("\"normalizer\":null,\"pre_tokenizer\":{\"type\":\"Metaspace\",\"replacement\":"
                                  "\"\342\226\201\",\"prepend_scheme\":\"%s\",\"split\":false}",
                                  ways[i].scheme);
        int64_t count;
        assert_string_equal(said_by(from, to.chars, "a<s>a", &count).chars, ways[i].whole);
        assert_string_equal(said_by(from, to.chars, "<s>a<s>", &count).chars, ways[i].after);
    }
}

static void test_ends(void **state)
{
    (void)state;
    static const char config[] =
        "{\"bos_token\": {\"content\": \"<|begin_of_text|>\"}, \"eos_token\": \"<|end_of_text|>\"}";
    pieces_t *pieces;
    size_t size;
    assert_ok(pieces_read(files[0], 0, &pieces)); /* the template says it, and nothing is beside the file */
    assert_memory_equal(pieces_text(pieces, pieces_begin(pieces), &size), "<|begin_of_text|>", 17);
    assert_int_equal(pieces_end(pieces), -1);
    pieces_free(pieces);
    assert_ok(pieces_read(files[1], 0, &pieces));
    assert_int_equal(pieces_begin(pieces), -1);
    pieces_free(pieces);
    write_file("tokenizer_config.json", config, strlen(config));
    assert_ok(read_changed(1, "null", "null", 0, &pieces));
    assert_memory_equal(pieces_text(pieces, pieces_begin(pieces), &size), "<|begin_of_text|>", 17);
    assert_memory_equal(pieces_text(pieces, pieces_end(pieces), &size), "<|end_of_text|>", 15);
    pieces_free(pieces);
    unlink(inside("tokenizer_config.json").chars);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_longest_special_token),
        cmocka_unit_test(test_blank_of_metaspace),
        cmocka_unit_test(test_ends),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_empty_folder);
}
