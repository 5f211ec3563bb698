/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BERT's tokenizer against Hugging Face's: adversarial strings and pairs (tests/data/tokens.txt.gz, written by
 * tests/oracle/tokens.js), and the lines of the GLUE files against a restatement in plain Python
 * (tests/oracle/wordpiece.py) or, with BBS_TOKEN_ORACLE, any other program that takes the same arguments. */
#include "data/lines.h"
#include "data/tokenizer.h"
#include "data/unicode.h"

#include "base/file.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testing.h"

enum { FIELDS = 8 };

/* ===  The vectors  === */

typedef struct {
    lines_t lines;
    vocabulary_t vocabulary;
    size_t first; /* line behind the vocabulary */
} vectors_t;

static int digit(char hex)
{
    return hex <= '9' ? hex - '0' : hex - 'a' + 10;
}

/* Hexadecimal digits to bytes, in place, with a NUL behind; how many. */
static size_t unhex(char *text)
{
    size_t size = strlen(text) / 2;
    for (size_t i = 0; i < size; i++)
        text[i] = (char)(digit(text[2 * i]) * 16 + digit(text[2 * i + 1]));
    text[size] = '\0';
    return size;
}

static vectors_t read_vectors(void)
{
    vectors_t vectors = {.first = 0};
    bytes_t bytes, pieces = {0};
    assert_ok(file_read_gzip("tests/data/tokens.txt.gz", NULL, 1 << 26, &bytes));
    assert_ok(lines_parse("tokens.txt.gz", bytes, &vectors.lines));
    pieces.data = malloc(bytes.size);
    assert_non_null(pieces.data);
    for (; vectors.lines.items[vectors.first][0] == 'V'; vectors.first++) {
        char *piece = vectors.lines.items[vectors.first] + 2;
        size_t size = unhex(piece);
        memcpy(pieces.data + pieces.size, piece, size);
        pieces.data[pieces.size + size] = '\n';
        pieces.size += size + 1;
    }
    lines_t lines;
    assert_ok(lines_parse("vocabulary of the vectors", pieces, &lines));
    assert_ok(vocabulary_build(lines, &vectors.vocabulary));
    assert_int_equal(vectors.vocabulary.lines.count, vectors.first);
    return vectors;
}

static void free_vectors(vectors_t *vectors)
{
    vocabulary_free(&vectors->vocabulary);
    lines_free(&vectors->lines);
}

/* "12 7 3" against tokens; both are printed when they differ. */
static void check_tokens(const char *what, char *expected, const int32_t *tokens, size_t count)
{
    char *at = expected;
    size_t i = 0;
    for (; *at != '\0' && i < count; i++) {
        if (strtol(at, &at, 10) != tokens[i])
            break;
        at += *at == ' ';
    }
    if (i == count && *at == '\0')
        return;
    print_message("# expected %s\n# found   ", expected);
    for (size_t k = 0; k < count; k++)
        print_message(" %d", tokens[k]);
    print_message("\n");
    fail_msg("%s: token %zu differs", what, i);
}

static void adversarial_strings_have_the_oracles_tokens(void **state)
{
    (void)state;
    vectors_t vectors = read_vectors();
    size_t strings = 0, total = 0;
    for (size_t line = vectors.first; line < vectors.lines.count; line++) {
        char *fields[FIELDS];
        if (vectors.lines.items[line][0] != 'S')
            continue;
        assert_int_equal(text_split(vectors.lines.items[line], '\t', fields, FIELDS), 4);
        size_t size = unhex(fields[1]);
        for (int lower = 0; lower < 2; lower++) {
            tokenizer_t tokenizer = {.vocabulary = &vectors.vocabulary, .lower_case = lower == 1};
            tokens_t tokens = {0};
            assert_ok(tokenizer_encode(&tokenizer, fields[1], size, &tokens));
            check_tokens(text_of("line %zu, %s", line + 1, lower ? "uncased" : "cased").chars, fields[2 + lower],
                         tokens.items, tokens.count);
            total += tokens.count;
            tokens_free(&tokens);
        }
        strings++;
    }
    assert_int_equal(strings, 5000);
    print_message("# %zu strings, cased and uncased, %zu tokens\n", strings, total);
    free_vectors(&vectors);
}

static void pairs_are_cut_as_the_oracle_cuts_them(void **state)
{
    (void)state;
    vectors_t vectors = read_vectors();
    size_t pairs = 0, cut = 0;
    for (size_t line = vectors.first; line < vectors.lines.count; line++) {
        char *fields[FIELDS];
        if (vectors.lines.items[line][0] != 'P')
            continue;
        assert_int_equal(text_split(vectors.lines.items[line], '\t', fields, FIELDS), 8);
        size_t width = (size_t)atoi(fields[1]);
        size_t first = unhex(fields[2]), second = unhex(fields[3]);
        if (strlen(fields[2]) != first || strlen(fields[3]) != second) /* a NUL: no C string */
            continue;
        for (int lower = 0; lower < 2; lower++) {
            tokenizer_t tokenizer = {.vocabulary = &vectors.vocabulary, .lower_case = lower == 1};
            tokens_t tokens = {0};
            size_t segment = 0;
            assert_ok(tokenizer_sequence(&tokenizer, fields[2], fields[3], width, &tokens, &segment));
            check_tokens(text_of("line %zu, %s", line + 1, lower ? "uncased" : "cased").chars, fields[5 + 2 * lower],
                         tokens.items, tokens.count);
            assert_int_equal(segment, atoi(fields[4 + 2 * lower]));
            cut += tokens.count == width;
            tokens_free(&tokens);
        }
        pairs++;
    }
    print_message("# %zu pairs, cased and uncased, %zu full\n", pairs, cut);
    assert_true(pairs > 900 && cut > 700);
    free_vectors(&vectors);
}

/* ===  Another implementation, at test time  === */

static const char *environment(const char *name, const char *otherwise)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : otherwise;
}

static text_t oracle(void)
{
    text_t python = text_of("%s tests/oracle/wordpiece.py", environment("PYTHON", "/usr/bin/python3"));
    return text_of("%s", environment("BBS_TOKEN_ORACLE", python.chars));
}

static const char *const class_names[] = {"plain", "space", "removed", "ideograph", "punctuation", "mark"};

/* Reclassified since Unicode 8.0: a punctuation mark that is now a symbol, one that is a mark, a mark that takes space. */
static bool reclassified(int32_t character)
{
    return character == 0x166D || character == 0x111C9 || character == 0x1734;
}

/* Python's Unicode is newer than 8.0: what it has and we have not must be of a character that came later, so plain here. */
static void classes_are_those_of_pythons_unicode(void **state)
{
    (void)state;
    char command[1024], name[16];
    int32_t first, last;
    int characters = 0, newer = 0;
    snprintf(command, sizeof command, "%s tests/oracle/wordpiece.py classes", environment("PYTHON", "/usr/bin/python3"));
    FILE *stream = popen(command, "r");
    assert_non_null(stream);
    while (fscanf(stream, "%d %d %15s", &first, &last, name) == 3)
        for (int32_t character = first; character <= last; character++, characters++) {
            if (character >= 0xD800 && character < 0xE000)
                continue;
            unicode_class_t class = unicode_class(character);
            newer += strcmp(name, class_names[class]) != 0;
            if (strcmp(name, class_names[class]) != 0 && class != UNICODE_PLAIN && !reclassified(character))
                fail_msg("U+%04X is %s in Python, %s here", (unsigned)character, name, class_names[class]);
        }
    assert_int_equal(pclose(stream), 0);
    assert_true(characters >= 0x10F800 && newer < 1000);
    print_message("# %d characters, %d of another class in Python's newer Unicode\n", characters, newer);
}

/* The texts of a GLUE file, a line each: columns from `first` on, without the header. */
static void write_texts(const lines_t *lines, size_t first, size_t count, const char *path)
{
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    for (size_t line = 1; line < lines->count; line++) {
        char *fields[FIELDS], *copy = text_copy(lines->items[line]);
        assert_true(text_split(copy, '\t', fields, FIELDS) >= first + count);
        fprintf(stream, count == 2 ? "%s\t%s\n" : "%s\n", fields[first], fields[first + count - 1]);
        free(copy);
    }
    assert_int_equal(fclose(stream), 0);
}

static void check_lines(const vocabulary_t *vocabulary, const char *texts, const char *mode, size_t width)
{
    char command[3 * TEXT_CAPACITY], *line = NULL;
    size_t capacity = 0, total = 0;
    tokenizer_t tokenizer = {.vocabulary = vocabulary, .lower_case = strcmp(mode, "uncased") == 0};
    lines_t lines;
    assert_ok(lines_read(texts, NULL, &lines));
    snprintf(command, sizeof command, "%s encode %s %s %zu <%s", oracle().chars, vocabulary->lines.path, mode, width,
             texts);
    FILE *stream = popen(command, "r");
    assert_non_null(stream);
    for (size_t i = 0; i < lines.count; i++) {
        char *parts[2];
        tokens_t tokens = {0};
        size_t segment, count = text_split(lines.items[i], '\t', parts, 2);
        assert_true(getline(&line, &capacity, stream) > 0);
        line[strcspn(line, "\n")] = '\0';
        assert_ok(tokenizer_sequence(&tokenizer, parts[0], count == 2 ? parts[1] : NULL, width, &tokens, &segment));
        check_tokens(text_of("line %zu, %s", i + 1, mode).chars, line, tokens.items, tokens.count);
        total += tokens.count;
        tokens_free(&tokens);
    }
    assert_true(getline(&line, &capacity, stream) < 0);
    assert_int_equal(pclose(stream), 0);
    print_message("# %zu lines, %s, at most %zu: %zu tokens\n", lines.count, mode, width, total);
    free(line);
    lines_free(&lines);
}

static void every_line_of_glue_has_the_oracles_tokens(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        size_t first, count;
    } sets[] = {{"SST-2_dev.tsv", 0, 1}, {"MRPC_dev.tsv", 3, 2}};
    text_t folder = text_of("%s/glue", environment("BBS_TEST_DATA", "../shared/data"));
    text_t vocabulary_path = text_of("%s/bert_base_uncased_vocab.txt", folder.chars);
    if (!file_exists(vocabulary_path.chars)) {
        print_message("# skipped: no %s\n", vocabulary_path.chars);
        skip();
    }
    vocabulary_t vocabulary;
    char texts[] = "/tmp/bbs-test-tokens-XXXXXX";
    assert_true(mkstemp(texts) >= 0);
    assert_ok(vocabulary_read(vocabulary_path.chars, &vocabulary));
    for (size_t set = 0; set < 2; set++) {
        lines_t lines;
        assert_ok(lines_read(text_of("%s/%s", folder.chars, sets[set].file).chars, NULL, &lines));
        write_texts(&lines, sets[set].first, sets[set].count, texts);
        lines_free(&lines);
        check_lines(&vocabulary, texts, "uncased", 512);
        check_lines(&vocabulary, texts, "cased", 512);
        check_lines(&vocabulary, texts, "uncased", 48);
    }
    vocabulary_free(&vocabulary);
    remove(texts);
}

/* ===  Refusals  === */

static lines_t lines_of(const char *text, size_t size)
{
    lines_t lines;
    bytes_t bytes = {.data = malloc(size + 1), .size = size};
    assert_non_null(bytes.data);
    memcpy(bytes.data, text, size);
    assert_ok(lines_parse("vocab.txt", bytes, &lines));
    return lines;
}

static outcome_t try_lines(const char *text, size_t size)
{
    lines_t lines;
    bytes_t bytes = {.data = malloc(size + 1), .size = size};
    assert_non_null(bytes.data);
    memcpy(bytes.data, text, size);
    outcome_t result = lines_parse("x.txt", bytes, &lines);
    if (outcome_is_ok(&result))
        lines_free(&lines);
    return result;
}

static void lines_are_strict_text(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        const char *place;
    } bad[] = {{"a\nb\xED\xA0\x80", 6, "x.txt: line 2, column 2: found byte 0xed"}, /* a surrogate */
               {"\xC0\x80", 2, "line 1, column 1"},                                 /* overlong */
               {"ab\xF4\x90\x80\x80", 6, "line 1, column 3"},                       /* above U+10FFFF */
               {"\xE2\x82", 2, "line 1, column 1"},                                 /* cut off */
               {"\xFF", 1, "byte 0xff"},
               {"x\na\0b", 5, "line 2, column 2: found a NUL byte"},
               {"", 0, "an empty file"},
               {"\xEF\xBB\xBF", 3, "an empty file"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_error(try_lines(bad[i].bytes, bad[i].size), FAULT_FAILED, bad[i].place);
    lines_t lines = lines_of("\xEF\xBB\xBF"
                             "a\r\n\nc\rd",
                             10);
    assert_int_equal(lines.count, 3);
    assert_string_equal(lines.items[0], "a");
    assert_string_equal(lines.items[1], "");
    assert_string_equal(lines.items[2], "c\rd");
    lines_free(&lines);
    assert_error(lines_read("/nowhere/x.txt", "fetch it", &lines), FAULT_MISSING, "fetch it");
}

static outcome_t try_vocabulary(const char *text)
{
    vocabulary_t vocabulary;
    outcome_t result = vocabulary_build(lines_of(text, strlen(text)), &vocabulary);
    if (outcome_is_ok(&result))
        vocabulary_free(&vocabulary);
    return result;
}

#define SPECIAL_LINES "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n"

static void damaged_vocabularies_are_refused(void **state)
{
    (void)state;
    vocabulary_t vocabulary;
    assert_ok(try_vocabulary(SPECIAL_LINES "a\n##a\n"));
    assert_error(try_vocabulary(SPECIAL_LINES "a\nb\na\n"), FAULT_FAILED, "vocab.txt: line 8: found \"a\"");
    assert_error(try_vocabulary(SPECIAL_LINES "a\nb\na\n"), FAULT_FAILED, "line 6");
    assert_error(try_vocabulary(SPECIAL_LINES "a\n\nb\n"), FAULT_FAILED, "line 7: found an empty line");
    assert_error(try_vocabulary("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n"), FAULT_FAILED, "no [MASK]");
    assert_error(vocabulary_read("/nowhere/vocab.txt", &vocabulary), FAULT_MISSING, "--vocabulary");
}

static void damaged_text_is_refused_with_its_place(void **state)
{
    (void)state;
    vocabulary_t vocabulary;
    tokens_t tokens = {0};
    assert_ok(vocabulary_build(lines_of(SPECIAL_LINES "a\n##a", strlen(SPECIAL_LINES "a\n##a")), &vocabulary));
    for (int lower = 0; lower < 2; lower++) {
        tokenizer_t tokenizer = {.vocabulary = &vocabulary, .lower_case = lower == 1};
        assert_error(tokenizer_encode(&tokenizer, "aa \xED\xBF\xBF", 6, &tokens), FAULT_FAILED, "byte 3: found 0xed");
        assert_error(tokenizer_encode(&tokenizer, "\xF0\x9F\x98", 3, &tokens), FAULT_FAILED, "byte 0");
    }
    assert_int_equal(tokens.count, 0);
    tokens_free(&tokens);
    vocabulary_free(&vocabulary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adversarial_strings_have_the_oracles_tokens),
        cmocka_unit_test(pairs_are_cut_as_the_oracle_cuts_them),
        cmocka_unit_test(classes_are_those_of_pythons_unicode),
        cmocka_unit_test(every_line_of_glue_has_the_oracles_tokens),
        cmocka_unit_test(lines_are_strict_text),
        cmocka_unit_test(damaged_vocabularies_are_refused),
        cmocka_unit_test(damaged_text_is_refused_with_its_place),
    };
    return cmocka_run_group_tests_name("tokens", tests, NULL, NULL);
}
