/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/registry: names, near names and lists of names; base/text: texts and paths that are too long. */
#include "base/registry.h"

#include "base/file.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testing.h"

typedef struct {
    const char *name;
    int number;
} entry_t;

static const entry_t one = {"resnet34", 1}, two = {"resnet50", 2}, three = {"vgg16", 3}, four = {"bert", 4};
static const entry_t *const numbered[] = {&one, &two, &three, NULL}, *const others[] = {&four, NULL};
static const registry_t both = {.where = "--net", .what = "network", .tables = {numbered, others}};

static void a_name_is_found_in_every_table(void **state)
{
    (void)state;
    const entry_t *found = NULL;
    assert_ok(registry_find(&both, "vgg16", &found));
    assert_ptr_equal(found, &three);
    assert_ok(registry_find(&both, "bert", &found));
    assert_ptr_equal(found, &four);
    assert_null(registry_look_up(&both, "all"));
    assert_ptr_equal(registry_at(&both, 3), &four);
    assert_null(registry_at(&both, 4));
}

static const char *itself(const void *entry)
{
    return entry;
}

static void tables_come_in_three_kinds(void **state)
{
    (void)state;
    static const entry_t array[] = {{"a", 1}, {"b", 2}, {NULL, 0}};
    static const char *const words[] = {"x", "y", NULL};
    const registry_t entries = {.where = "w", .what = "t", .tables = {array}, .entry_size = sizeof *array};
    const registry_t names = {.where = "w", .what = "t", .tables = {words}, .name_of = itself, .fault = FAULT_MISSING};
    const entry_t *entry;
    const char *word;
    assert_ok(registry_find(&entries, "b", &entry));
    assert_int_equal(entry->number, 2);
    assert_error(registry_find(&entries, "c", &entry), FAULT_USAGE, "w: c: found no such t, expected a, b");
    assert_ok(registry_find(&names, "y", &word));
    assert_string_equal(word, "y");
    assert_error(registry_find(&names, "zzzz", &word), FAULT_MISSING, "expected x, y");
}

static void assert_guess(const char *name, const char *guess)
{
    const entry_t *found;
    text_t wanted = text_of("%s: found no such network, expected resnet34, resnet50, vgg16, bert%s%s", name,
                            guess[0] != '\0' ? "; " : "", guess);
    outcome_t result = registry_find(&both, name, &found);
    assert_int_equal(outcome_fault(&result), FAULT_USAGE);
    assert_true(text_ends(outcome_text(&result), wanted.chars));
}

static void near_names_are_guessed(void **state)
{
    (void)state;
    assert_guess("resnt34", "did you mean resnet34?");            /* a letter less */
    assert_guess("ersnet34", "did you mean resnet34?");           /* neighbours exchanged: one edit */
    assert_guess("ersnte34", "did you mean resnet34?");           /* twice; four edits without exchanging */
    assert_guess("resnet", "did you mean resnet34 or resnet50?"); /* two letters less, both */
    assert_guess("resnet3", "did you mean resnet34?");            /* the nearest alone */
    assert_guess("vgg", "did you mean vgg16?");
    assert_guess("xvgg1x", "did you mean vgg16?");          /* two edits */
    assert_guess("xvvg1x", "");                             /* three of six letters */
    assert_guess("my-resnet34", "did you mean resnet34?");  /* three of eleven letters */
    assert_guess("my-resnet-34", "did you mean resnet34?"); /* four of twelve */
    assert_guess("my-resnett-34", "");                      /* five of thirteen */
    assert_guess("b", "");
    assert_guess("", "");
    assert_guess("quite-another-name-of-more-than-sixty-three-letters-in-all-0123456789", "");
}

static void assert_list(const char *text, size_t count, const entry_t *const *wanted)
{
    registry_list_t list;
    assert_ok(registry_list(&both, text, &list));
    assert_int_equal(list.count, count);
    for (size_t i = 0; i < count; i++)
        assert_ptr_equal(list.items[i], wanted[i]);
    assert_null(list.items[count]);
    registry_list_free(&list);
}

static void lists_keep_their_order(void **state)
{
    (void)state;
    assert_list("all", 3, numbered); /* the first table */
    assert_list("bert", 1, others);
    assert_list("bert,vgg16,resnet34", 3, (const entry_t *const[]){&four, &three, &one});
}

static void lists_that_are_none_are_refused(void **state)
{
    (void)state;
    registry_list_t list;
    assert_error(registry_list(&both, "", &list), FAULT_USAGE, "--net: found an empty list, expected resnet34, ");
    assert_error(registry_list(&both, ",", &list), FAULT_USAGE, "an empty name");
    assert_error(registry_list(&both, "bert,", &list), FAULT_USAGE, "an empty name");
    assert_error(registry_list(&both, "bert,,vgg16", &list), FAULT_USAGE, "an empty name");
    assert_error(registry_list(&both, "bert,vgg16,bert", &list), FAULT_USAGE, "found bert twice, expected each name once");
    assert_error(registry_list(&both, "bert,vgg17", &list), FAULT_USAGE, "did you mean vgg16?");
    assert_error(registry_list(&both, "all,bert", &list), FAULT_USAGE, "all: found no such network");
    assert_int_equal(list.count, 0);
}

/* 1,000 entries and a list of all their names: no limit, and nothing is left out. */
static void lists_have_no_limit(void **state)
{
    (void)state;
    enum { MANY = 1000 };
    static entry_t entries[MANY + 1];
    static char names[MANY][8];
    text_builder_t text = {0};
    registry_list_t list;
    for (int i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "n%d", i);
        entries[i] = (entry_t){names[i], i};
        text_append(&text, "%s%s", i > 0 ? "," : "", names[i]);
    }
    const registry_t many = {.where = "w", .what = "t", .tables = {entries}, .entry_size = sizeof *entries};
    assert_ok(registry_list(&many, text.chars, &list));
    assert_int_equal(list.count, MANY);
    assert_ptr_equal(list.items[MANY - 1], &entries[MANY - 1]);
    registry_list_free(&list);
    text_append(&text, ",n12");
    assert_error(registry_list(&many, text.chars, &list), FAULT_USAGE, "n12 twice");
    free(text.chars);
}

/* ===  Long texts  === */

static void a_text_that_is_cut_says_so(void **state)
{
    (void)state;
    text_t whole = text_of("%0*d", TEXT_MOST, 1), cut = text_of("%0*d", TEXT_CAPACITY, 1);
    assert_true(text_fits(&whole) && strlen(whole.chars) == TEXT_MOST);
    assert_true(!text_fits(&cut) && text_ends(cut.chars, "0…"));
    for (int front = 0; front < 4; front++) { /* "é" is two bytes: none is split */
        text_builder_t long_one = {0};
        for (int i = 0; i < front; i++)
            text_append(&long_one, "a");
        for (int i = 0; i < TEXT_CAPACITY; i++)
            text_append(&long_one, "é");
        cut = text_of("%s", long_one.chars);
        assert_true(!text_fits(&cut) && text_ends(cut.chars, "é…"));
        assert_int_equal((strlen(cut.chars) - (size_t)front - strlen("…")) % 2, 0);
        char shorter[12];
        text_shorten(long_one.chars, shorter, sizeof shorter);
        assert_true(strlen(shorter) < sizeof shorter && text_ends(shorter, "é…"));
        free(long_one.chars);
    }
    char same[8];
    text_shorten("1234567", same, sizeof same);
    assert_string_equal(same, "1234567");
    text_shorten("12345678", same, sizeof same);
    assert_string_equal(same, "1234…");
}

/* However long its parts are, an error still says where, what was found, what was expected and what to do. */
static void an_error_keeps_all_its_parts(void **state)
{
    (void)state;
    text_t part = text_of("%0*d", 2000, 0);
    outcome_t result = outcome_failed(part.chars, part.chars, part.chars, part.chars, part.chars);
    const char *text = outcome_text(&result);
    const char *const separators[] = {"…: 0", "0…: found 0", "0…, expected 0", "0…; 0"};
    for (int i = 0; i < 4; i++)
        assert_non_null(strstr(text, separators[i]));
    assert_true(text_ends(text, "0…"));
    result = outcome_missing(part.chars, NULL, "no such file", NULL, "make it");
    assert_true(text_ends(outcome_text(&result), "0…: found no such file; make it"));
    result = outcome_skip(part.chars);
    assert_true(text_ends(outcome_text(&result), "0…"));
}

/* FOLDER/././.../name of exactly so many bytes: the same file by a longer way. */
static char *long_path(const char *folder, const char *name, size_t bytes)
{
    char *path = malloc(bytes + 1), *at = path;
    assert_non_null(path);
    at += sprintf(at, "%s/", folder);
    while ((size_t)(at - path) + strlen(name) + 2 <= bytes)
        at += sprintf(at, "./");
    if ((size_t)(at - path) + strlen(name) < bytes)
        *at++ = '/';
    strcpy(at, name);
    assert_int_equal(strlen(path), bytes);
    return path;
}

static void paths_are_opened_whole_or_not_at_all(void **state)
{
    (void)state;
    char folder[] = "/tmp/bbs-test-registry-XXXXXX";
    assert_non_null(mkdtemp(folder));
    const size_t lengths[] = {600, 4000, 5000};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        char *path = long_path(folder, "file", lengths[i]);
        text_t copy = text_of("%s", path), longer = text_of("%s.and.more", path);
        outfile_t file;
        bytes_t bytes;
        assert_int_equal(text_fits(&copy), lengths[i] <= TEXT_MOST);
        if (lengths[i] <= TEXT_MOST) {
            assert_ok(outfile_open(&file, copy.chars));
            assert_ok(outfile_commit(&file));
            assert_true(file_exists(path));
            assert_ok(file_read(copy.chars, NULL, &bytes));
            file_free_bytes(&bytes);
            assert_error(file_read(longer.chars, NULL, &bytes), FAULT_MISSING, "no such file");
        } else {
            const char *const texts[] = {path, copy.chars, longer.chars};
            for (int at = 0; at < 3; at++) {
                assert_error(outfile_open(&file, texts[at]), FAULT_FAILED, "a path that is too long");
                assert_error(file_read(texts[at], NULL, &bytes), FAULT_FAILED, "a path that is too long");
                assert_error(file_read_gzip(texts[at], NULL, 1 << 26, &bytes), FAULT_FAILED, "a path that is too long");
                assert_error(file_make_folder(texts[at]), FAULT_FAILED, "a path that is too long");
                assert_false(file_exists(texts[at]) || file_is_folder(texts[at]));
            }
        }
        free(path);
    }
    assert_int_equal(system(text_of("rm -rf %s", folder).chars), 0);
}

static void a_builder_grows(void **state)
{
    (void)state;
    text_builder_t text = {0};
    for (int i = 0; i < 20000; i++)
        text_append(&text, "%05d", i);
    assert_false(text.failed);
    assert_int_equal(text.length, 100000);
    assert_int_equal(strlen(text.chars), 100000);
    assert_string_equal(text.chars + 99990, "1999819999");
    free(text.chars);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_found_in_every_table),
        cmocka_unit_test(tables_come_in_three_kinds),
        cmocka_unit_test(near_names_are_guessed),
        cmocka_unit_test(lists_keep_their_order),
        cmocka_unit_test(lists_that_are_none_are_refused),
        cmocka_unit_test(lists_have_no_limit),
        cmocka_unit_test(a_text_that_is_cut_says_so),
        cmocka_unit_test(an_error_keeps_all_its_parts),
        cmocka_unit_test(paths_are_opened_whole_or_not_at_all),
        cmocka_unit_test(a_builder_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
