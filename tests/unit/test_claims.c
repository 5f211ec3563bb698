/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Claims: what the reader of claims.csv refuses, and which verdict each measured value gets. */
#include "testing.h"

#include "base/csv.h"
#include "base/text.h"
#include "experiments/claims.h"
#include "experiments/claims_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEADER \
    "id,experiment,what,location,read_from,unit,paper_value,tolerance,tolerance_reason,needs,query,basis,rests_on,topic,null_model,why\n"

static char path[] = "/tmp/bbs-claims-XXXXXX";
static rows_database_t *database;

/* Lines of claims.csv; `end` is written at the end of each: topic, null model and reason. */
static void write_claims_of(const char *rows, const char *end)
{
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    fprintf(stream, HEADER);
    for (const char *at = rows; *at != '\0'; at++)
        if (*at == '\n')
            fprintf(stream, "%s\n", end);
        else
            fputc(*at, stream);
    fclose(stream);
}

static void write_claims(const char *rows)
{
    write_claims_of(rows, ",speed,,");
}

/* One claim with this query and, in claims.csv, this basis, as measured. Free with claims_free(). */
static outcome_t measure(const char *query, const char *basis, claims_t *claims)
{
    write_claims(text_of("C1,model,what,where,text,x,2,10%%,why,needs,\"%s\",%s,the model\n", query, basis).chars);
    assert_ok(claims_read(path, claims));
    outcome_t result = claims_measure(claims, database);
    if (!outcome_is_ok(&result))
        claims_free(claims);
    return result;
}

/* The verdict of one claim with that unit, paper value and tolerance, on a measured value. */
static verdict_t judge(const char *unit, const char *paper, const char *tolerance, claim_basis_t basis, double value)
{
    claims_t claims;
    write_claims(
        text_of("C1,model,what,where,text,%s,%s,%s,why,needs,\"SELECT %.17g AS value, 1 AS n, '%s' AS basis\",whole,x\n",
                unit, paper, tolerance, value, claim_basis_name(basis))
            .chars);
    assert_ok(claims_read(path, &claims));
    assert_ok(claims_measure(&claims, database));
    verdict_t verdict = claim_verdict(&claims.items[0]);
    claims_free(&claims);
    return verdict;
}

/* ===  Verdicts  === */

static void verdicts_follow_the_tolerance(void **state)
{
    (void)state;
    assert_int_equal(judge("x", "3.03", "10%", BASIS_WHOLE, 3.3), VERDICT_REPRODUCED);
    assert_int_equal(judge("x", "3.03", "10%", BASIS_WHOLE, 2.7), VERDICT_WITHIN_TREND);
    assert_int_equal(judge("x", "3.03", "10%", BASIS_WHOLE, 2.0), VERDICT_WITHIN_TREND);
    assert_int_equal(judge("x", "3.03", "10%", BASIS_WHOLE, 1.7), VERDICT_DEVIATES);     /* less than half the effect */
    assert_int_equal(judge("x", "3.03", "10%", BASIS_WHOLE, 0.9), VERDICT_DEVIATES);     /* other direction */
    assert_int_equal(judge("x", "3.03", "10%", BASIS_WHOLE, 5.2), VERDICT_WITHIN_TREND); /* log 5.2 is 1.5 times log 3.03 */
    assert_int_equal(judge("x", "3.03", "10%", BASIS_WHOLE, 9.3), VERDICT_DEVIATES);     /* more than twice the effect */
    /* Ratios below 1 likewise: 0.41 is 0.89 below 1 in logarithms, so twice as far is 0.17 and half as far 0.64. */
    assert_int_equal(judge("x", "0.41", "10%", BASIS_WHOLE, 0.37), VERDICT_REPRODUCED);
    assert_int_equal(judge("x", "0.41", "10%", BASIS_WHOLE, 0.63), VERDICT_WITHIN_TREND);
    assert_int_equal(judge("x", "0.41", "10%", BASIS_WHOLE, 0.18), VERDICT_WITHIN_TREND);
    assert_int_equal(judge("x", "0.41", "10%", BASIS_WHOLE, 0.65), VERDICT_DEVIATES);
    assert_int_equal(judge("x", "0.41", "10%", BASIS_WHOLE, 0.16), VERDICT_DEVIATES);
    assert_int_equal(judge("x", "0.41", "10%", BASIS_WHOLE, 0), VERDICT_DEVIATES); /* no energy at all */
    assert_int_equal(judge("x", "0.41", "10%", BASIS_WHOLE, -1), VERDICT_DEVIATES);
    assert_int_equal(judge("points", "0.45", "0.1", BASIS_WHOLE, 0.55), VERDICT_REPRODUCED);
    assert_int_equal(judge("points", "0.45", "0.1", BASIS_WHOLE, 0.56), VERDICT_WITHIN_TREND);
    assert_int_equal(judge("points", "0.45", "0.1", BASIS_WHOLE, -0.1), VERDICT_DEVIATES);
    assert_int_equal(judge("um2", "739.6", "20%", BASIS_WHOLE, 900), VERDICT_DEVIATES); /* an area has no "no effect" */
    assert_int_equal(judge("of 4", "4", "0", BASIS_WHOLE, 4), VERDICT_REPRODUCED);
    assert_int_equal(judge("%", "5", "<=", BASIS_WHOLE, 4.9), VERDICT_REPRODUCED);
    assert_int_equal(judge("%", "5", "<=", BASIS_WHOLE, 5.1), VERDICT_DEVIATES);
    assert_int_equal(judge("%", "50", ">=", BASIS_WHOLE, 63), VERDICT_REPRODUCED);
    assert_int_equal(judge("%", "50", ">=", BASIS_WHOLE, 49), VERDICT_DEVIATES);
    assert_int_equal(judge("x", "", "", BASIS_WHOLE, 1.5), VERDICT_MEASURED);
}

static void parts_and_stand_ins_get_no_verdict(void **state)
{
    (void)state;
    assert_int_equal(judge("x", "3.03", "10%", BASIS_SYNTHETIC, 3.03), VERDICT_REPRODUCED); /* and the basis says so */
    assert_int_equal(judge("x", "3.03", "10%", BASIS_SUBSET, 3.03), VERDICT_SUBSET);
    assert_int_equal(judge("points", "0.45", "0.1", BASIS_STAND_IN, 0.45), VERDICT_STAND_IN);
    assert_int_equal(judge("points", "0.45", "0.1", BASIS_STAND_IN, 9.0), VERDICT_STAND_IN);
}

/* A guess that knows nothing of the claim, and is within the tolerance too, takes the worth from a value that is. */
static void a_value_no_better_than_a_guess_is_no_evidence(void **state)
{
    (void)state;
    static const struct {
        const char *value, *guess;
        verdict_t verdict;
    } cases[] = {{"110", "90", VERDICT_NO_EVIDENCE},
                 {"110", "70", VERDICT_REPRODUCED},
                 {"110", "NULL", VERDICT_REPRODUCED},
                 {"130", "100", VERDICT_DEVIATES}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        claims_t claims;
        write_claims_of(text_of("C1,table5,what,where,text,um2,100,20%%,why,needs,"
                                "\"SELECT %s AS value, 1 AS n, %s AS null_value\",whole,gates\n",
                                cases[i].value, cases[i].guess)
                            .chars,
                        ",area,the mean of the others,");
        assert_ok(claims_read(path, &claims));
        assert_ok(claims_measure(&claims, database));
        assert_int_equal(claim_verdict(&claims.items[0]), cases[i].verdict);
        claims_free(&claims);
    }
    claims_t claims;
    assert_error(measure("SELECT 2 AS value, 1 AS n, 3 AS null_value", "whole", &claims), FAULT_FAILED,
                 "a value without its null model");
    write_claims_of("C1,a,w,l,t,x,2,5%,why,n,\"SELECT 1 AS value, 1 AS n\",whole,x\n", ",area,a guess,");
    assert_ok(claims_read(path, &claims));
    assert_error(claims_measure(&claims, database), FAULT_FAILED, "a null model without its value");
    claims_free(&claims);
    write_claims_of("C1,a,w,l,t,x,2,5%,why,n,,,\n", ",weather,,");
    assert_error(claims_read(path, &claims), FAULT_FAILED, "topic \"weather\"");
}

static void a_stand_in_is_never_compared(void **state)
{
    (void)state;
    claims_t claims;
    write_claims(
        "C1,accuracy,what,where,text,points,0.45,0.1,why,needs,\"SELECT 0.4 AS value, 9 AS n, 'stand-in' AS basis\",whole,"
        "answers\nC2,model,what,where,text,x,2,10%,why,needs,\"SELECT 3 AS value, 7 AS n\",subset,cycles\n");
    assert_ok(claims_read(path, &claims));
    assert_ok(claims_measure(&claims, database));
    assert_true(isnan(claim_difference(&claims.items[0])) && isnan(claim_relative_difference(&claims.items[0])));
    assert_true(claim_difference(&claims.items[1]) == 1 && claim_relative_difference(&claims.items[1]) == 0.5);
    document_t document = {0};
    claims_present(&claims, &document);
    for (size_t i = 0; i < document.count; i++) /* no cell beside the stand-in's holds the paper's number */
        for (size_t cell = 0; cell < document.blocks[i].cell_count; cell++)
            assert_string_not_equal(document.blocks[i].cells[cell].text, "0.45");
    document_free(&document);
    claims_free(&claims);
}

/* A cell of the table that has a column of that title: row 0. */
static const cell_t *cell_under(const document_t *document, size_t table, const char *title)
{
    const block_t *block = &document->blocks[table];
    for (size_t i = 0; i < block->column_count; i++)
        if (text_equal(block->columns[i].title, title))
            return &block->cells[i];
    return NULL;
}

static void values_stand_under_their_headings(void **state)
{
    (void)state;
    claims_t claims;
    int tables = 0;
    write_claims(
        "C1,accuracy,what,where,text,points,0.45,0.1,why,needs,\"SELECT -0.4 AS value, 9 AS n, 'stand-in' AS "
        "basis\",whole,answers\nC2,model,what,where,text,x,2,10%,why,needs,\"SELECT 3 AS value, 9 AS n\",whole,cycles\n");
    assert_ok(claims_read(path, &claims));
    assert_ok(claims_measure(&claims, database));
    document_t document = {0};
    claims_present(&claims, &document);
    for (size_t i = 0; i < document.count; i++) {
        const cell_t *n = document.blocks[i].kind == BLOCK_TABLE ? cell_under(&document, i, "N") : NULL;
        if (n == NULL)
            continue;
        tables++;
        assert_string_equal(n->text, "9");
        assert_string_equal(cell_under(&document, i, "Verdict")->text, tables == 1 ? "WITHIN TREND" : "STAND-IN");
        assert_string_equal(cell_under(&document, i, tables == 1 ? "This run" : "Stand-in")->text,
                            tables == 1 ? "3.000" : "−0.400");
    }
    assert_int_equal(tables, 2);
    document_free(&document);
    claims_free(&claims);
}

/* ===  Values  === */

static void a_query_yields_value_n_basis_and_note(void **state)
{
    (void)state;
    claims_t claims;
    assert_ok(measure("SELECT 2.5 AS value, 12345678901 AS n, 'of a test' AS note", "whole", &claims));
    const claim_t *claim = &claims.items[0];
    assert_true(claim->measured && claim->value == 2.5);
    assert_true(claim->n == 12345678901);
    assert_int_equal(claim->basis, BASIS_WHOLE);
    assert_string_equal(claim->note, "of a test");
    assert_string_equal(claim->rests_on, "the model");
    claims_free(&claims);
    assert_ok(measure("SELECT 2 AS value, NULL AS n", "subset", &claims));
    assert_true(claims.items[0].measured && claims.items[0].n == ROWS_UNKNOWN && claims.items[0].note == NULL);
    claims_free(&claims);
}

/* A row can only lower what claims.csv allows. */
static void the_weaker_basis_counts(void **state)
{
    (void)state;
    static const struct {
        const char *of_claim, *of_row;
        claim_basis_t wanted;
    } cases[] = {{"whole", "NULL", BASIS_WHOLE},
                 {"whole", "'subset'", BASIS_SUBSET},
                 {"whole", "'stand-in'", BASIS_STAND_IN},
                 {"subset", "'whole'", BASIS_SUBSET},
                 {"synthetic", "'whole'", BASIS_SYNTHETIC},
                 {"synthetic", "'subset'", BASIS_SUBSET},
                 {"subset", "NULL", BASIS_SUBSET},
                 {"subset", "'stand-in'", BASIS_STAND_IN}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        claims_t claims;
        assert_ok(
            measure(text_of("SELECT 2 AS value, 1 AS n, %s AS basis", cases[i].of_row).chars, cases[i].of_claim, &claims));
        assert_int_equal(claims.items[0].basis, cases[i].wanted);
        claims_free(&claims);
    }
}

static void without_a_row_or_a_value_nothing_is_measured(void **state)
{
    (void)state;
    static const char *const empty[] = {"SELECT 2 AS value, 1 AS n WHERE 0", "SELECT NULL AS value, 1 AS n",
                                        "SELECT geomean(value) AS value, count(*) AS n FROM (SELECT -1 AS value)"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        claims_t claims;
        assert_ok(measure(empty[i], "whole", &claims));
        assert_false(claims.items[0].measured);
        assert_int_equal(claim_verdict(&claims.items[0]), VERDICT_NOT_RUN);
        claims_free(&claims);
    }
}

static void a_query_of_another_shape_is_refused_with_its_claim(void **state)
{
    (void)state;
    claims_t claims;
    assert_error(measure("SELECT 2 AS worth, 1 AS n", "whole", &claims), FAULT_FAILED, "line 2, claim C1");
    assert_error(measure("SELECT 2 AS value", "whole", &claims), FAULT_FAILED, "no column value or n");
    assert_error(measure("SELECT 2 AS value, 1 AS n UNION ALL SELECT 3, 1", "whole", &claims), FAULT_FAILED, "2 rows");
    assert_error(measure("SELECT '2' AS value, 1 AS n", "whole", &claims), FAULT_FAILED, "a value that is no number");
    assert_error(measure("SELECT 2 AS value, 1.5 AS n", "whole", &claims), FAULT_FAILED, "n that is no integer");
    assert_error(measure("SELECT 2 AS value, 'many' AS n", "whole", &claims), FAULT_FAILED, "n that is no integer");
    assert_error(measure("SELECT 2 AS value, 1 AS n, 'all' AS basis", "whole", &claims), FAULT_FAILED, "all");
    assert_error(measure("SELECT value FROM nowhere", "whole", &claims), FAULT_USAGE, "claim C1");
    assert_error(measure("DELETE FROM claims", "whole", &claims), FAULT_USAGE, "claim C1");
}

static void claims_without_a_value_say_why(void **state)
{
    (void)state;
    claims_t claims;
    write_claims(
        "C1,a,what,where,text,x,2,10%,why,needs,,,\nC2,b,what,where,text,x,2,10%,why,needs,,,\nC3,a,what,where,text,x,2,"
        "10%,why,needs,\"SELECT 2 AS value, 1 AS n, 'measured before' AS note\",whole,x\n");
    assert_ok(claims_read(path, &claims));
    assert_ok(claims_measure(&claims, database));
    assert_ok(claims_without(&claims, "a", true, "no data"));
    assert_int_equal(claim_verdict(&claims.items[0]), VERDICT_BLOCKED);
    assert_string_equal(claims.items[0].note, "no data");
    assert_int_equal(claim_verdict(&claims.items[1]), VERDICT_NOT_RUN);
    assert_int_equal(claim_verdict(&claims.items[2]), VERDICT_REPRODUCED);
    assert_string_equal(claims.items[2].note, "measured before");
    claims_free(&claims);
}

static void bad_claims_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *rows, *said;
    } bad[] = {{"C1,a,w,l,t,x,2,ten,why,n,,,\n", "tolerance \"ten\""},
               {"C1,a,w,l,t,x,2,-5%,why,n,,,\n", "tolerance \"-5%\""},
               {"C1,a,w,l,t,x,2,,,n,,,\n", "without a tolerance"},
               {"C1,a,w,l,t,x,2,5%,,n,,,\n", "without a tolerance"},
               {"C1,a,w,l,t,x,two,5%,why,n,,,\n", "two"},
               {"C1,a,w,l,t,x,,,,n,,,\nC1,a,w,l,t,x,,,,n,,,\n", "a second claim with this id"},
               {"C1,a,w,l,t,x,2,5%,why,n,SELECT 1,,x\n", "a query without basis or rests_on"},
               {"C1,a,w,l,t,x,2,5%,why,n,SELECT 1,most,x\n", "a query without basis or rests_on"},
               {"C1,a,w,l,t,x,2,5%,why,n,SELECT 1,whole,\n", "a query without basis or rests_on"},
               {"C1,a,w,l,t,x,2,5%,why,n,,\n", "line 2"}};
    claims_t claims;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_claims(bad[i].rows);
        assert_error(claims_read(path, &claims), FAULT_FAILED, bad[i].said);
    }
}

/* ===  Files  === */

/* claims.csv of a run: every claim, with its verdict and what was asked; the difference of a stand-in is not there. */
static void what_was_measured_is_written(void **state)
{
    (void)state;
    char folder[] = "/tmp/bbs-claims-folder-XXXXXX";
    claims_t claims;
    csv_table_t table;
    bytes_t json;
    assert_non_null(mkdtemp(folder));
    write_claims("C1,a,\"a, \"\"b\"\"\",where,text,x,2,10%,why,needs,\"SELECT 2.1 AS value, 5 AS n\",whole,cycles\n"
                 "C2,a,what,where,text,points,1,10%,why,needs,\"SELECT 3 AS value, 4 AS n\",stand-in,answers\n"
                 "C3,a,what,where,text,x,2,10%,why,needs,,,\n");
    assert_ok(claims_read(path, &claims));
    assert_ok(claims_measure(&claims, database));
    assert_ok(claims_write(&claims, folder));
    assert_ok(csv_read(text_of("%s/claims.csv", folder).chars, &table));
    assert_int_equal(table.rows, 3);
    size_t verdict, difference, value, query;
    assert_ok(csv_column(&table, "verdict", &verdict));
    assert_ok(csv_column(&table, "difference", &difference));
    assert_ok(csv_column(&table, "value", &value));
    assert_ok(csv_column(&table, "query", &query));
    assert_string_equal(csv_cell(&table, 0, verdict), "REPRODUCED");
    assert_string_equal(csv_cell(&table, 0, difference), "0.1");
    assert_string_equal(csv_cell(&table, 0, query), "SELECT 2.1 AS value, 5 AS n");
    assert_string_equal(csv_cell(&table, 1, verdict), "STAND-IN");
    assert_string_equal(csv_cell(&table, 1, value), "3");
    assert_string_equal(csv_cell(&table, 1, difference), "");
    assert_string_equal(csv_cell(&table, 2, verdict), "NOT RUN");
    assert_string_equal(csv_cell(&table, 2, value), "");
    assert_ok(file_read(text_of("%s/claims.json", folder).chars, NULL, &json));
    assert_non_null(strstr((const char *)json.data, "\"what\": \"a, \\\"b\\\"\""));
    assert_non_null(strstr((const char *)json.data, "\"difference\": null"));
    file_free_bytes(&json);
    csv_free(&table);
    claims_free(&claims);
    unlink(text_of("%s/claims.csv", folder).chars);
    unlink(text_of("%s/claims.json", folder).chars);
    assert_int_equal(rmdir(folder), 0);
}

/* The committed file: it reads, and the numbers of the paper that everything else leans on are the paper's. */
static void the_committed_claims_are_sound(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        double paper;
    } known[] = {{"C01", 1.29}, {"C02", 1.66}, {"C03", 0.25}, {"C04", 0.45}, {"C05", 2.48}, {"C06", 3.03}};
    claims_t claims;
    assert_ok(claims_read("results/claims.csv", &claims));
    assert_true(claims.count >= 100);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        assert_string_equal(claims.items[i].id, known[i].id);
        assert_true(claims.items[i].paper == known[i].paper);
    }
    for (size_t i = 0; i < claims.count; i++) {
        assert_true(claims.items[i].what[0] && claims.items[i].location[0] && claims.items[i].read_from[0]);
        assert_true(claims.items[i].unit[0] && claims.items[i].needs[0] && claims.items[i].experiment[0]);
    }
    claims_free(&claims);
}

static int make_file(void **state)
{
    (void)state;
    int file = mkstemp(path);
    assert_ok(rows_database_create(&database));
    rows_database_lock(database);
    return file < 0 || close(file);
}

static int remove_file(void **state)
{
    (void)state;
    rows_database_close(database);
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_follow_the_tolerance),
        cmocka_unit_test(parts_and_stand_ins_get_no_verdict),
        cmocka_unit_test(a_value_no_better_than_a_guess_is_no_evidence),
        cmocka_unit_test(a_stand_in_is_never_compared),
        cmocka_unit_test(values_stand_under_their_headings),
        cmocka_unit_test(a_query_yields_value_n_basis_and_note),
        cmocka_unit_test(the_weaker_basis_counts),
        cmocka_unit_test(without_a_row_or_a_value_nothing_is_measured),
        cmocka_unit_test(a_query_of_another_shape_is_refused_with_its_claim),
        cmocka_unit_test(claims_without_a_value_say_why),
        cmocka_unit_test(bad_claims_are_refused),
        cmocka_unit_test(what_was_measured_is_written),
        cmocka_unit_test(the_committed_claims_are_sound),
    };
    return cmocka_run_group_tests_name("claims", tests, make_file, remove_file);
}
