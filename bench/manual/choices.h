/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MANUAL_CHOICES_H
#define BBS_MANUAL_CHOICES_H

#include "base/text.h"
#include "cli/options.h"

/* The values that an option may have, as far as tables know them: the words of "A|B", and the names of a registry. */
typedef struct {
    text_builder_t words; /* names, each followed by a blank; chars is NULL when none is known */
    bool list;            /* several may be given: "a,b" */
    bool files;           /* a file or folder may be given */
} choices_t;

outcome_t choices_of(const option_t *option, choices_t *choices);
void choices_free(choices_t *choices);

#endif
