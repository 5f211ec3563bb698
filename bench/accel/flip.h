/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_FLIP_H
#define BBS_ACCEL_FLIP_H

#include <stdint.h>

/* The values that the method bitflip leaves (compress/bitflip.h), channel by channel, for a design that looks at each
 * channel once: nothing of the size of a layer is kept. */

enum { FLIP_MAGNITUDES = 128 };

/* What becomes of a group follows from the OR of its magnitudes, for each of which this holds it. */
typedef struct {
    int columns;
    int64_t group;
    uint8_t field[FLIP_MAGNITUDES]; /* the low bits that rounding may change */
    uint8_t step[FLIP_MAGNITUDES];  /* to multiples of this */
    uint8_t down[FLIP_MAGNITUDES];  /* added before rounding down: ties go down */
} flip_plan_t;

/* `columns` and `group` as in method_config_t. */
void flip_plan(int columns, int64_t group, flip_plan_t *plan);

/* Groups side by side, the last of which may be short; `values` may be `weights`. Behind `count` both have room up to a
 * multiple of 64 weights, which are zeros and stay zeros. */
void flip_groups(const flip_plan_t *plan, const int8_t *weights, int64_t count, int8_t *values);
/* The same by the method's own code, on every processor. It needs no such room and leaves it alone. */
void flip_groups_plain(const flip_plan_t *plan, const int8_t *weights, int64_t count, int8_t *values);

/* One channel [c, positions], whose groups lie along c at each position. */
void flip_channel(const flip_plan_t *plan, const int8_t *weights, int64_t c, int64_t positions, int8_t *values);

#endif
