/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_CLAIMS_SUMMARY_H
#define BBS_EXPERIMENTS_CLAIMS_SUMMARY_H

#include "experiments/claims.h"
#include "report/document.h"

#include <stdio.h>

/* Does the paper reproduce? The first screen of the report, the end of the terminal's output and report.json answer it in
 * the same numbers: the claims by topic and verdict; the numbers of the abstract beside this run's; and the claims that
 * deviate most, with the reason. */

/* Verdicts that a reader takes together: a claim is compared with the paper and falls into one of the first four groups, or
 * it was measured and may not be compared (subset, stand-in, no number in the paper), or it was not measured. */
typedef enum {
    SUMMARY_REPRODUCED,
    SUMMARY_WITHIN_TREND,
    SUMMARY_DEVIATES,
    SUMMARY_NO_EVIDENCE,
    SUMMARY_NOT_COMPARED,
    SUMMARY_NOT_RUN,
    SUMMARY_GROUPS
} summary_group_t;

enum { SUMMARY_MOST = 2 /* how many claims that deviate most are shown */ };

typedef struct {
    size_t counts[TOPIC_COUNT][SUMMARY_GROUPS];
    size_t totals[SUMMARY_GROUPS];
    size_t compared; /* the sum of the first four groups */
} claims_summary_t;

void claims_summary_count(const claims_t *claims, claims_summary_t *summary);

/* The claims that deviate most, each of another topic, by the size of the relative difference; equal ones in the order of
 * claims.csv. Returns how many of `most[limit]` were filled. */
size_t claims_summary_most(const claims_t *claims, const claim_t **most, size_t limit);

void claims_summary_present(const claims_t *claims, document_t *document);

/* The same for a terminal of 80 columns. */
void claims_summary_print(const claims_t *claims, FILE *stream);

/* The same as FOLDER/report.json (claims_summary_json.c). */
outcome_t claims_summary_write(const claims_t *claims, const char *folder);

#endif
