/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_RUN_CHOICE_H
#define BBS_RUN_CHOICE_H

#include "base/outcome.h"
#include "experiments/material.h"
#include "experiments/mode.h"

#include <stddef.h>
#include <stdint.h>

/* A user's choice of networks, methods and samples, as a copy of the mode that has them. */

enum { CHOICE_NO_IMAGES = -1 };

typedef struct {
    const char *nets;           /* "a,b", or NULL */
    const char *const *methods; /* specs, which are checked */
    size_t method_count;
    int64_t images; /* at most, per network; 0: all; CHOICE_NO_IMAGES: those of the mode */
} choice_request_t;

typedef struct {
    run_mode_t mode; /* points into the rest and to the texts of the request */
    material_t material;
    char *methods; /* "a,b" */
} choice_t;

/* In a mode that brings its networks `mode.material` is the caller's. In the others it is set: the networks of the mode's
 * size whose weights ship, or those of them that were chosen (one without such weights is FAULT_USAGE), and the chosen
 * methods with int8, against which losses are measured. Without a choice `mode` is a plain copy. Free with choice_free(),
 * whatever the outcome; do not move. */
outcome_t choice_open(const run_mode_t *mode, const choice_request_t *request, choice_t *choice);
void choice_free(choice_t *choice);

#endif
