/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Documents of a text file: marks between them, lines of JSON, and what is refused with its line. The tokenizer is
 * llama2.c's form with one piece for each byte, so a document of n bytes is a blank and n tokens. */
#include "measure/passages.h"

#include "base/text.h"
#include "data/unicode.h"

#include <string.h>

#include "testing.h"

#include "folder.h"

static const windows_rule_t rule = {.context = 64, .stride = 64, .begin = WINDOWS_BEGIN_ALWAYS};

static void write_text(const char *path, const char *text, size_t size)
{
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(text, 1, size, stream), size);
    fclose(stream);
}

/* The windows of text[size] in this form. */
static outcome_t read_text(const char *text, size_t size, passages_form_t form, windows_t *windows)
{
    const text_t path = inside("text");
    pieces_t *pieces;
    *windows = (windows_t){0};
    write_text(path.chars, text, size);
    assert_ok(pieces_read("tests/fuzz/seeds/tokenizer.llama2c", 0, &pieces));
    outcome_t result = passages_read(path.chars, &form, pieces, &rule, windows);
    pieces_free(pieces);
    return result;
}

static void expect_documents(const char *text, passages_form_t form, int64_t documents, int64_t bytes)
{
    windows_t windows;
    assert_ok(read_text(text, strlen(text), form, &windows));
    assert_int_equal(windows.documents, documents);
    assert_int_equal(windows.counted_bytes, bytes);
    windows_free(&windows);
}

static void test_documents(void **state)
{
    (void)state;
    expect_documents("ab|cd", (passages_form_t){NULL, NULL}, 1, 5);
    expect_documents("ab|cd", (passages_form_t){"|", NULL}, 2, 4);
    expect_documents("|ab|| \n|cd|", (passages_form_t){"|", NULL}, 2, 4); /* blank ones are none */
    expect_documents("{\"a\": \"xyz\"}\n\n{\"b\": 1, \"a\": \"t\"}", (passages_form_t){NULL, "a"}, 2, 4);
    expect_documents("", (passages_form_t){NULL, NULL}, 0, 0);
}

static void expect_refused(const char *text, size_t size, passages_form_t form, const char *said)
{
    windows_t windows;
    assert_error(read_text(text, size, form, &windows), FAULT_FAILED, said);
    windows_free(&windows);
}

/* cJSON ends a text at the character NUL, so the rest of the document would be lost without a word. */
static void test_nul_in_json(void **state)
{
    (void)state;
    static const char escaped[] = "{\"a\": \"x\"}\n{\"a\": \"x\\u0000y\"}", plain[] = "{\"a\": \"x\0y\"}";
    static const passages_form_t form = {NULL, "a"};
    expect_refused(escaped, strlen(escaped), form, "line 2: found the character NUL");
    expect_refused(plain, sizeof plain - 1, form, "line 1: found the character NUL");
    expect_documents("{\"a\": \"\\\\u0000\"}", form, 1, 6); /* a backslash, and five characters */
}

static void test_no_utf8(void **state)
{
    (void)state;
    static const char text[] = "caf\303\251\n\351t\351";
    expect_refused(text, strlen(text), (passages_form_t){NULL, NULL}, "line 2, byte 7: found byte 0xe9");
    assert_int_equal(unicode_check("a\303\251", 3), 3);
    assert_int_equal(unicode_check("a\303\251", 2), 1);    /* cut in the middle */
    assert_int_equal(unicode_check("\355\240\200", 3), 0); /* a surrogate */
    assert_int_equal(unicode_check("\300\200", 2), 0);     /* NUL in two bytes */
    assert_int_equal(unicode_check("", 0), 0);
}

static void test_folder(void **state)
{
    (void)state;
    windows_t windows = {0};
    pieces_t *pieces;
    assert_ok(pieces_read("tests/fuzz/seeds/tokenizer.llama2c", 0, &pieces));
    assert_error(passages_read(folder, &(passages_form_t){NULL, NULL}, pieces, &rule, &windows), FAULT_FAILED,
                 "found a folder, expected a file");
    pieces_free(pieces);
    windows_free(&windows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_documents), cmocka_unit_test(test_nul_in_json),
                                       cmocka_unit_test(test_no_utf8), cmocka_unit_test(test_folder)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
