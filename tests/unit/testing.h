/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_TESTS_TESTING_H
#define BBS_TESTS_TESTING_H

/* What every unit test includes: cmocka with the headers it wants, and the few checks it lacks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/outcome.h"

/* Passes when the outcome is ok; prints its line otherwise. */
#define assert_ok(expression)                                                \
    do {                                                                     \
        outcome_t testing_outcome = (expression);                            \
        if (!outcome_is_ok(&testing_outcome))                                \
            fail_msg("%s: %s", #expression, outcome_text(&testing_outcome)); \
    } while (0)

/* Passes when the outcome is an error of that fault whose line contains `part`. */
#define assert_error(expression, wanted_fault, part)                                                                     \
    do {                                                                                                                 \
        outcome_t testing_outcome = (expression);                                                                        \
        if (outcome_fault(&testing_outcome) != (wanted_fault) || strstr(outcome_text(&testing_outcome), (part)) == NULL) \
            fail_msg("%s: fault %d, \"%s\"", #expression, (int)outcome_fault(&testing_outcome),                          \
                     outcome_text(&testing_outcome));                                                                    \
    } while (0)

#endif
