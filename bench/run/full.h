/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_RUN_FULL_H
#define BBS_RUN_FULL_H

#include "base/outcome.h"
#include "experiments/material.h"
#include "fetch/fetch.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* The material of the full mode: the paper's checkpoints with their vocabularies, ImageNet and GLUE.
 *
 * First a plan: for each network its files in the cache, or their sources. A network whose files can neither be found nor
 * fetched is left out and named; if the user asked for it by name, that is an error. Then the announcement: files, disk,
 * and time per network on this machine. Then the files are fetched, verified and unpacked (NAME.tar becomes the folder
 * NAME; a file of role "labels" becomes val.txt in it). */

typedef struct {
    const catalogue_t *catalogues;
    size_t catalogue_count;
    const char *nets;        /* "a,b"; NULL: all networks that have the size "full", or all evaluations of the list */
    const char *from;        /* folder of the user's files, or NULL */
    const char *const *data; /* "KIND=PATH": a data set of the user */
    size_t data_count;
    const char *const *calibration; /* "KIND=PATH": samples for methods that calibrate activations */
    size_t calibration_count;
    const char *const *methods; /* in place of the mode's methods; count 0: the mode's */
    size_t method_count, mode_methods;
    const char *evaluations; /* of the real mode: the list of what is evaluated; else NULL */
    bool offline;            /* fetch nothing */
    int64_t images;          /* at most, per network; 0: all */
    int jobs;
    const char *kernels; /* of CNNs with float activations; NULL: "fast" */
    bool skip_bad;
    bool resume; /* the time was announced when the run began */
    FILE *log;
} full_request_t;

typedef struct {
    const full_request_t *request;
    material_t material;
    fetch_plan_t plan;
    csv_table_t list;               /* the evaluations of the real mode, whose texts the material has */
    text_t archives[MATERIAL_NETS]; /* per network: the archive of its data, or "" */
    text_t folders[MATERIAL_NETS];  /* ... and where it is unpacked */
    text_t labels[MATERIAL_NETS];   /* per network: the file that becomes val.txt, or "" */
    bool timed[MATERIAL_NETS];
} full_t;

/* The full mode. FAULT_MISSING when no network is left. Free with full_free(), whatever the outcome. */
outcome_t full_plan(const full_request_t *request, full_t *full);
void full_free(full_t *full);

/* Print the files of the plan and the disk. */
outcome_t full_list(const full_t *full);

/* Announce the files to fetch, the disk, and the time per network, measured on 20 samples where the files are here already.
 */
outcome_t full_announce(full_t *full);

/* For planners (also run/real.c): the places that the user names must be there, before anything is fetched. FAULT_MISSING.
 */
outcome_t full_check_places(const full_request_t *request);

/* For planners: the methods of the request; and the files of the items or owners `wanted`, with the room
 * that unpacking needs. */
void full_take_methods(full_t *full);
outcome_t full_plan_files(full_t *full, const char *const *wanted, size_t count, const char *from);
/* The catalogue's file of this owner and role, or NULL. */
const catalogue_item_t *full_find_item(const full_request_t *request, const char *owner, const char *role);

/* Fetch, verify and unpack; then announce the time of the networks that were not here before. */
outcome_t full_bring(full_t *full);

/* Measure the time of each network that has its files and was not measured yet (full_time.c). */
outcome_t full_measure_time(full_t *full);

#endif
