/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does the paper reproduce? The counts by topic and verdict, the numbers of the abstract, and what deviates most are the
 * same in the document, on the terminal and in report.json. The claims are made here: one of each kind. */
#include "testing.h"

#include "base/file.h"
#include "experiments/claims_summary.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/bbs-summary-XXXXXX";
static claims_t claims;

/* id, place, paper's value, this run's value, basis, topic, reason: the unit is a ratio, the tolerance 10 %. */
static const struct {
    const char *id, *place, *paper, *value, *basis, *topic, *why;
} made[] = {
    {"C1", "Abstract", "3", "3.1", "synthetic", "speed", ""},
    {"C2", "Fig. 12", "3", "2", "synthetic", "speed", "a reason"},               /* within the trend */
    {"C3", "Fig. 12", "3", "0.5", "synthetic", "speed", "the largest of speed"}, /* deviates by 83 % */
    {"C4", "Fig. 12", "3", "1.1", "synthetic", "speed", "not the largest"},      /* deviates by 63 % */
    {"C5", "Table V", "2", "0.9", "whole", "area", "of another topic"},          /* deviates by 55 % */
    {"C6", "Fig. 13", "4", "1", "synthetic", "energy", "less than the second"},  /* deviates by 75 % */
    {"C7", "Abstract, Fig. 11", "0.45", "0.2", "stand-in", "accuracy", ""},
    {"C8", "Fig. 11", "", "0.2", "whole", "accuracy", ""},   /* no number in the paper */
    {"C9", "Fig. 11", "2", "NULL", "whole", "accuracy", ""}, /* not run */
};
enum { MADE = sizeof made / sizeof *made };

static int make_claims(void **state)
{
    (void)state;
    rows_database_t *database;
    assert_non_null(mkdtemp(folder));
    const text_t path = text_of("%s/made.csv", folder);
    FILE *stream = fopen(path.chars, "wb");
    assert_non_null(stream);
    fputs(
        "id,experiment,what,location,read_from,unit,paper_value,tolerance,tolerance_reason,needs,query,basis,rests_on,topic,"
        "null_model,why\n",
        stream);
    for (size_t i = 0; i < MADE; i++)
        fprintf(stream,
                "%s,model,words of %s,\"%s\",text,x,%s,%s,why,needs,\"SELECT %s AS value, 9 AS n, '%s' AS basis\","
                "whole,x,%s,,%s\n",
                made[i].id, made[i].id, made[i].place, made[i].paper, made[i].paper[0] ? "10%" : "", made[i].value,
                made[i].basis, made[i].topic, made[i].why);
    fclose(stream);
    assert_ok(rows_database_create(&database));
    assert_ok(claims_read(path.chars, &claims));
    assert_ok(claims_measure(&claims, database));
    rows_database_close(database);
    return 0;
}

static int free_claims(void **state)
{
    (void)state;
    claims_free(&claims);
    unlink(text_of("%s/made.csv", folder).chars);
    unlink(text_of("%s/report.json", folder).chars);
    return rmdir(folder);
}

static void every_claim_is_counted_once(void **state)
{
    (void)state;
    claims_summary_t summary;
    size_t all = 0, by_topic = 0;
    claims_summary_count(&claims, &summary);
    for (int group = 0; group < SUMMARY_GROUPS; group++) {
        all += summary.totals[group];
        for (int topic = 0; topic < TOPIC_COUNT; topic++)
            by_topic += summary.counts[topic][group];
    }
    assert_int_equal(all, MADE);
    assert_int_equal(by_topic, MADE);
    assert_int_equal(summary.compared, 6);
    assert_int_equal(summary.totals[SUMMARY_DEVIATES], 4);
    assert_int_equal(summary.counts[TOPIC_SPEED][SUMMARY_REPRODUCED], 1);
    assert_int_equal(summary.counts[TOPIC_SPEED][SUMMARY_WITHIN_TREND], 1);
    assert_int_equal(summary.counts[TOPIC_SPEED][SUMMARY_DEVIATES], 2);
    assert_int_equal(summary.counts[TOPIC_ACCURACY][SUMMARY_NOT_COMPARED], 2);
    assert_int_equal(summary.counts[TOPIC_ACCURACY][SUMMARY_NOT_RUN], 1);
}

static void what_deviates_most_is_one_claim_a_topic(void **state)
{
    (void)state;
    const claim_t *most[4];
    assert_int_equal(claims_summary_most(&claims, most, 4), 3);
    assert_string_equal(most[0]->id, "C3");
    assert_string_equal(most[1]->id, "C6");
    assert_string_equal(most[2]->id, "C5");
    assert_int_equal(claims_summary_most(&claims, most, 1), 1);
}

static void a_number_of_the_abstract_stands_beside_the_paper_unless_it_is_a_stand_in(void **state)
{
    (void)state;
    size_t facts = 0, items = 0;
    document_t document = {0};
    claims_summary_present(&claims, &document);
    assert_ok(document_check(&document));
    for (size_t i = 0; i < document.count; i++) {
        const block_t *block = &document.blocks[i];
        items += block->kind == BLOCK_ITEM;
        if (block->kind != BLOCK_FACT)
            continue;
        facts++;
        assert_string_equal(block->cells[0].text, facts == 1 ? "3.100×" : "0.200×");
        assert_non_null(
            strstr(block->cells[1].text, facts == 1 ? "paper: 3×. REPRODUCED" : "STAND-IN, N = 9. Not comparable"));
    }
    assert_int_equal(facts, 2);
    assert_int_equal(items, SUMMARY_MOST);
    /* What deviates follows the answer, so that it is on the first screen of a telephone too, and leads to its claim. */
    assert_int_equal(document.blocks[1].kind, BLOCK_PARAGRAPH);
    assert_int_equal(document.blocks[2].kind, BLOCK_ITEM);
    assert_non_null(strstr(document.blocks[2].text, "(`#C3`): "));
    assert_non_null(strstr(document.blocks[2].text, ". Reason: the largest of speed"));
    document_free(&document);
}

static void the_terminal_and_json_say_the_same(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size;
    bytes_t bytes;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    claims_summary_print(&claims, stream);
    fclose(stream);
    assert_non_null(strstr(text, "Speed                        1      1        2           0            0       0\n"));
    assert_non_null(strstr(text, "words of C1: 3.100× (paper: 3×. REPRODUCED"));
    for (char *line = strtok(text, "\n"); line != NULL && line[0] != 'w'; line = strtok(NULL, "\n"))
        assert_true(strlen(line) < 80);
    free(text);
    assert_ok(claims_summary_write(&claims, folder));
    assert_ok(file_read(text_of("%s/report.json", folder).chars, NULL, &bytes));
    cJSON *json = cJSON_ParseWithLength((const char *)bytes.data, bytes.size);
    assert_non_null(json);
    const cJSON *speed = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "topics"), "speed");
    assert_int_equal(cJSON_GetObjectItem(speed, "deviates")->valueint, 2);
    assert_int_equal(cJSON_GetObjectItem(json, "claims")->valueint, MADE);
    assert_int_equal(cJSON_GetObjectItem(json, "compared")->valueint, 6);
    const cJSON *most = cJSON_GetArrayItem(cJSON_GetObjectItem(json, "deviates_most"), 0);
    assert_string_equal(cJSON_GetObjectItem(most, "why")->valuestring, "the largest of speed");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "headlines")), 2);
    cJSON_Delete(json);
    file_free_bytes(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_claim_is_counted_once),
        cmocka_unit_test(what_deviates_most_is_one_claim_a_topic),
        cmocka_unit_test(a_number_of_the_abstract_stands_beside_the_paper_unless_it_is_a_stand_in),
        cmocka_unit_test(the_terminal_and_json_say_the_same),
    };
    return cmocka_run_group_tests(tests, make_claims, free_claims);
}
