/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_DESIGNS_H
#define BBS_ACCEL_DESIGNS_H

#include "accel/accel.h"

/* The designs that a measurement or a test names. The registry has all designs; a new one need not be listed here. */

extern const accelerator_t accelerator_stripes;      /* stripes.c */
extern const accelerator_t accelerator_pragmatic;    /* pragmatic.c */
extern const accelerator_t accelerator_bitlet;       /* bitlet.c */
extern const accelerator_t accelerator_bitwave;      /* bitwave.c */
extern const accelerator_t accelerator_sparten;      /* sparten.c */
extern const accelerator_t accelerator_ant;          /* ant.c */
extern const accelerator_t accelerator_bitvert_cons; /* bitvert.c */
extern const accelerator_t accelerator_bitvert_mod;

#endif
