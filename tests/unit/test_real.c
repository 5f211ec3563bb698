/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run/real: which evaluations of a list are planned, from which files, and what is refused. */
#include "run/real.h"

#include "base/file.h"
#include "fetch/unpack.h"

#include <stdlib.h>
#include <string.h>

#include "testing.h"

static char folder[] = "/tmp/bbs-test-real-XXXXXX";
static const char list_header[] =
    "name,net,size,label,dataset,profile,heads,tokens,methods,weights,vocabulary,data,part,ranges,correct,samples,source\n";
static const char files_header[] = "name,net,role,file,url,bytes,bytes_about,sha256,licence,source\n";
/* SHA-256 of "abc": FIPS 180-2, appendix B.1. */
static const char files[] =
    "w,a,weights,real/nets/w.bin,,,,ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad,,made\n"
    "d,a,data,real/pictures,,,,,,made\n"
    "packed,b,data,real/packed.tar.gz,http://127.0.0.1:1/packed.tar.gz,7,,,,made\n"
    "v,c,vocabulary,real/vocab.txt,,,,,,made\n";

static text_t inside(const char *name)
{
    return text_of("%s/%s", folder, name);
}

static void write_file(const char *name, const char *first, const char *second)
{
    FILE *stream = fopen(inside(name).chars, "w");
    assert_non_null(stream);
    fprintf(stream, "%s%s", first, second);
    fclose(stream);
}

typedef struct {
    catalogue_t catalogue;
    full_request_t request;
    full_t full;
    text_t list, from;
    char *said;
    size_t said_size;
} tried_t;

/* Plan `rows` of a list with the files above. */
static outcome_t try(const char *rows, const char *nets, bool offline, tried_t *tried)
{
    write_file("list.csv", list_header, rows);
    write_file("files.csv", files_header, files);
    *tried = (tried_t){.list = inside("list.csv"), .from = inside("given")};
    assert_ok(catalogue_read(inside("files.csv").chars, &tried->catalogue));
    tried->request = (full_request_t){.catalogues = &tried->catalogue,
                                      .catalogue_count = 1,
                                      .nets = nets,
                                      .from = tried->from.chars,
                                      .evaluations = tried->list.chars,
                                      .offline = offline,
                                      .log = open_memstream(&tried->said, &tried->said_size)};
    outcome_t result = real_plan(&tried->request, &tried->full);
    fflush(tried->request.log);
    return result;
}

static void finish(tried_t *tried)
{
    fclose(tried->request.log);
    free(tried->said);
    full_free(&tried->full);
    catalogue_free(&tried->catalogue);
}

static void refused(const char *rows, const char *nets, fault_t fault, const char *part)
{
    tried_t tried;
    assert_error(try(rows, nets, true, &tried), fault, part);
    finish(&tried);
}

static void files_are_taken_in_place_or_wanted(void **state)
{
    (void)state;
    tried_t tried;
    assert_ok(try("one,deit_tiny,full,few,imagenet,deit,,,settings,w,,d,:train,,3,5,made\n"
                  "two,bert_sst2,auto,texts,intents,,4,64,all,w,,packed,/inner,some.csv,,,\n",
                  NULL, false, &tried));
    const material_net_t *nets = tried.full.material.nets;
    assert_int_equal(tried.full.material.count, 2);
    assert_string_equal(nets[0].network->name, "deit_tiny");
    assert_string_equal(nets[0].size->name, "full");
    assert_string_equal(nets[0].weights.chars, inside("given/nets/w.bin").chars);
    assert_string_equal(nets[0].data.chars, inside("given/pictures:train").chars);
    assert_string_equal(nets[0].label, "few");
    assert_string_equal(nets[0].profile, "deit");
    assert_null(nets[0].ranges);
    assert_true(nets[0].brief);
    assert_null(nets[1].size); /* recognised */
    assert_int_equal(nets[1].heads, 4);
    assert_int_equal(nets[1].tokens, 64);
    assert_false(nets[1].brief);
    assert_string_equal(nets[1].ranges, "some.csv");
    assert_null(nets[1].profile);
    assert_string_equal(nets[1].data.chars, inside("cache/real/packed/inner").chars);
    assert_string_equal(tried.full.archives[1].chars, inside("cache/real/packed.tar.gz").chars);
    assert_string_equal(tried.full.folders[1].chars, inside("cache/real/packed").chars);
    assert_int_equal(tried.full.plan.loads, 1); /* only what is nowhere */
    assert_int_equal(tried.full.plan.bytes, 7);
    finish(&tried);
}

/* A language model has three plain files, and is no network of accuracy. */
static void a_text_is_for_a_language_model(void **state)
{
    (void)state;
    tried_t tried;
    assert_ok(try("story,,,,text,,,,,w,w,w,,,,,\n"
                  "one,deit_tiny,full,few,imagenet,,,,all,w,,d,,,,,\n"
                  "other,,,,text,,,,,w,v,w,,,,,\n",
                  NULL, true, &tried));
    assert_int_equal(tried.full.material.count, 1);
    assert_int_equal(tried.full.material.text_count, 1);
    assert_string_equal(tried.full.material.texts[0].weights.chars, inside("given/nets/w.bin").chars);
    assert_string_equal(tried.full.material.texts[0].tokenizer.chars, inside("given/nets/w.bin").chars);
    assert_string_equal(tried.full.material.texts[0].text.chars, inside("given/nets/w.bin").chars);
    assert_string_equal(tried.full.material.left_out.chars, "other");
    assert_non_null(strstr(tried.said, "NOT RUN: other: v"));
    finish(&tried);
    assert_ok(try("story,,,,text,,,,,w,w,w,,,,,\n", "story", true, &tried)); /* enough for a run */
    assert_int_equal(tried.full.material.count, 0);
    finish(&tried);
    assert_error(try("story,,,,text,,,,,w,w,packed,,,,,\n", NULL, false, &tried), FAULT_FAILED, "an archive");
    finish(&tried);
}

static void evaluations_without_files_are_named(void **state)
{
    (void)state;
    tried_t tried;
    static const char rows[] = "one,deit_tiny,full,few,imagenet,,,,all,w,,d,,,,,\n"
                               "two,deit_tiny,full,more,imagenet,,,,all,w,,packed,,,,,\n"
                               "three,bert_sst2,auto,texts,intents,,,,all,w,v,d,,,,,\n";
    assert_ok(try(rows, NULL, true, &tried));
    assert_int_equal(tried.full.material.count, 1);
    assert_string_equal(tried.full.material.left_out.chars, "two,three");
    assert_non_null(strstr(tried.said, "NOT RUN: two: packed"));
    assert_non_null(strstr(tried.said, "NOT RUN: three: v"));
    assert_int_equal(tried.full.plan.count, 0); /* offline: nothing is fetched */
    finish(&tried);
    assert_ok(try(rows, "one", true, &tried));
    assert_string_equal(tried.full.material.left_out.chars, "");
    finish(&tried);
    refused(rows, "two", FAULT_MISSING, "packed");
    refused(rows, "on", FAULT_USAGE, "one");
}

static void wrong_lists_are_refused(void **state)
{
    (void)state;
    refused("one,deit_tiny,full,few,imagenet,,,,all,nowhere,,d,,,,,\n", NULL, FAULT_FAILED, "nowhere");
    refused("one,deit_tinny,full,few,imagenet,,,,all,w,,d,,,,,\n", NULL, FAULT_USAGE, "deit_tiny");
    refused("one,deit_tiny,huge,few,imagenet,,,,all,w,,d,,,,,\n", NULL, FAULT_USAGE, "huge");
    refused("one,bert_sst2,auto,few,intents,,0,,all,w,,d,,,,,\n", NULL, FAULT_FAILED, "line 2, heads");
    refused("one,deit_tiny,full,few,imagenet,,,,all,w,,packed,,,,,\n", NULL, FAULT_MISSING, "no evaluation whose files");
    write_file("given/nets/w.bin", "abd", "");
    refused("one,deit_tiny,full,few,imagenet,,,,all,w,,d,,,,,\n", NULL, FAULT_FAILED, "SHA-256");
    write_file("given/nets/w.bin", "abc", "");
}

static void archives_may_be_compressed(void **state)
{
    (void)state;
    text_t place;
    static const char *const names[] = {"/c/x.tar", "/c/x.tar.gz", "/c/x.tgz"};
    for (int i = 0; i < 3; i++) {
        assert_true(unpack_place(names[i], &place));
        assert_string_equal(place.chars, "/c/x");
    }
    assert_false(unpack_place("/c/x.gz", &place));
}

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL || setenv("BBS_HOME", inside("cache").chars, 1) != 0 ||
        system(text_of("mkdir -p '%s/given/nets' '%s/given/pictures'", folder, folder).chars) != 0)
        return 1;
    write_file("given/nets/w.bin", "abc", "");
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return system(text_of("rm -rf '%s'", folder).chars);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_taken_in_place_or_wanted),  cmocka_unit_test(a_text_is_for_a_language_model),
        cmocka_unit_test(evaluations_without_files_are_named), cmocka_unit_test(wrong_lists_are_refused),
        cmocka_unit_test(archives_may_be_compressed),
    };
    return cmocka_run_group_tests_name("real", tests, make_folder, remove_folder);
}
