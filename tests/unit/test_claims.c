/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Claims: what the reader of claims.csv refuses, and which verdict each measured value gets. */
#include "testing.h"

#include "base/text.h"
#include "experiments/claims.h"
#include "experiments/claims_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEADER "id,experiment,what,location,read_from,unit,paper_value,tolerance,tolerance_reason,needs\n"

static char path[] = "/tmp/bbs-claims-XXXXXX";

static void write_claims(const char *rows)
{
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    fprintf(stream, HEADER "%s", rows);
    fclose(stream);
}

/* The verdict of one claim with that unit, paper value and tolerance, on a measured value. */
static verdict_t judge(const char *unit, const char *paper, const char *tolerance, claim_basis_t basis, double value)
{
    claims_t claims;
    write_claims(text_of("C1,model,what,where,text,%s,%s,%s,why,needs\n", unit, paper, tolerance).chars);
    assert_ok(claims_read(path, &claims));
    assert_ok(claims_measured(&claims, "C1", basis, value, "rows.csv", "note"));
    verdict_t verdict = claim_verdict(&claims.items[0]);
    claims_free(&claims);
    return verdict;
}

static void verdicts_follow_the_tolerance(void **state)
{
    (void)state;
    assert_int_equal(judge("x", "3.03", "10%", BASIS_WHOLE, 3.3), VERDICT_REPRODUCED);
    assert_int_equal(judge("x", "3.03", "10%", BASIS_WHOLE, 2.7), VERDICT_WITHIN_TREND);
    assert_int_equal(judge("x", "3.03", "10%", BASIS_WHOLE, 2.0), VERDICT_DEVIATES); /* less than half the effect */
    assert_int_equal(judge("x", "3.03", "10%", BASIS_WHOLE, 0.9), VERDICT_DEVIATES); /* other direction */
    assert_int_equal(judge("x", "3.03", "10%", BASIS_WHOLE, 5.2), VERDICT_DEVIATES); /* more than twice the effect */
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
    assert_int_equal(judge("x", "3.03", "10%", BASIS_SUBSET, 3.03), VERDICT_SUBSET);
    assert_int_equal(judge("points", "0.45", "0.1", BASIS_STAND_IN, 0.45), VERDICT_STAND_IN);
    assert_int_equal(judge("points", "0.45", "0.1", BASIS_STAND_IN, 9.0), VERDICT_STAND_IN);
}

static void a_stand_in_is_never_compared(void **state)
{
    (void)state;
    claims_t claims;
    write_claims("C1,accuracy,what,where,text,points,0.45,0.1,why,needs\nC2,model,what,where,text,x,2,10%,why,needs\n");
    assert_ok(claims_read(path, &claims));
    assert_ok(claims_measured(&claims, "C1", BASIS_STAND_IN, 0.4, "rows.csv", "note"));
    assert_ok(claims_measured(&claims, "C2", BASIS_SUBSET, 3, "rows.csv", "note"));
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

static void claims_without_a_value_say_why(void **state)
{
    (void)state;
    claims_t claims;
    write_claims("C1,a,what,where,text,x,2,10%,why,needs\nC2,b,what,where,text,x,2,10%,why,needs\nC3,a,what,where,text,x,2,"
                 "10%,why,needs\n");
    assert_ok(claims_read(path, &claims));
    assert_ok(claims_measured(&claims, "C3", BASIS_WHOLE, 2, "rows.csv", "measured before"));
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
    claims_t claims;
    write_claims("C1,a,w,l,t,x,2,ten,why,n\n");
    assert_error(claims_read(path, &claims), FAULT_FAILED, "tolerance \"ten\"");
    write_claims("C1,a,w,l,t,x,2,-5%,why,n\n");
    assert_error(claims_read(path, &claims), FAULT_FAILED, "tolerance \"-5%\"");
    write_claims("C1,a,w,l,t,x,2,,,n\n");
    assert_error(claims_read(path, &claims), FAULT_FAILED, "without a tolerance");
    write_claims("C1,a,w,l,t,x,2,5%,,n\n");
    assert_error(claims_read(path, &claims), FAULT_FAILED, "without a tolerance");
    write_claims("C1,a,w,l,t,x,two,5%,why,n\n");
    assert_error(claims_read(path, &claims), FAULT_FAILED, "two");
    write_claims("C1,a,w,l,t,x,,,,n\nC1,a,w,l,t,x,,,,n\n");
    assert_error(claims_read(path, &claims), FAULT_FAILED, "a second claim C1");
    write_claims("C1,a,w,l,t,x,2,5%,why,n\n");
    assert_ok(claims_read(path, &claims));
    assert_error(claims_measured(&claims, "C9", BASIS_WHOLE, 1, "r", "n"), FAULT_FAILED, "no such claim");
    claims_free(&claims);
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
        assert_true(claims.items[i].unit[0] && claims.items[i].needs[0]);
    }
    claims_free(&claims);
}

static int make_file(void **state)
{
    (void)state;
    int file = mkstemp(path);
    return file < 0 || close(file);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_follow_the_tolerance), cmocka_unit_test(parts_and_stand_ins_get_no_verdict),
        cmocka_unit_test(a_stand_in_is_never_compared),  cmocka_unit_test(claims_without_a_value_say_why),
        cmocka_unit_test(bad_claims_are_refused),        cmocka_unit_test(the_committed_claims_are_sound),
    };
    return cmocka_run_group_tests_name("claims", tests, make_file, remove_file);
}
