/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_RUN_FULL_H
#define BBS_RUN_FULL_H

#include "base/outcome.h"
#include "experiments/material.h"
#include "fetch/fetch.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* The full mode's material: the paper's own checkpoints with their vocabularies, and ImageNet and GLUE.
 *
 * First a plan: for each network its files in the cache, or where they come from. A network that was not asked for by name
 * and whose files can neither be found nor fetched is left out, by name; one that was asked for is an error. Then the
 * announcement: files, disk, and the time a network takes on this machine. Then the files are brought: fetched, verified,
 * unpacked (NAME.tar becomes the folder NAME; a file of role "labels" becomes val.txt in it). */

typedef struct {
    const catalogue_t *catalogues;
    size_t catalogue_count;
    const char *nets;        /* "a,b": these; NULL: all that have the size "full" */
    const char *from;        /* folder of files to take, or NULL */
    const char *const *data; /* "KIND=PATH": a data set that is here already */
    size_t data_count;
    const char *const *methods; /* in place of the mode's own; count 0: those */
    size_t method_count, mode_methods;
    int64_t images; /* at most, a network; 0: all */
    int jobs;
    bool skip_bad;
    bool resume; /* the time was told when the run began */
    FILE *log;
} full_request_t;

typedef struct {
    const full_request_t *request;
    material_t material;
    fetch_plan_t plan;
    text_t archives[MATERIAL_NETS]; /* of the networks: what their data are unpacked from, or "" */
    text_t labels[MATERIAL_NETS];   /* what becomes val.txt there, or "" */
    bool timed[MATERIAL_NETS];
} full_t;

/* FAULT_MISSING when no network is left. Free with full_free(), whatever the outcome. */
outcome_t full_plan(const full_request_t *request, full_t *full);
void full_free(full_t *full);

/* Say what will be fetched, the disk, and the time a network, from 20 samples of those that are here already. */
outcome_t full_announce(full_t *full);

/* Fetch, verify, unpack; then the time of the networks that were not here before. */
outcome_t full_bring(full_t *full);

/* The time of each network that has its files and no time yet (full_time.c). */
outcome_t full_measure_time(full_t *full);

#endif
