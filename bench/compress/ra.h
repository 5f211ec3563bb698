/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_RA_H
#define BBS_COMPRESS_RA_H

#include "compress/method.h"

/* Rounded averaging (paper Fig. 4): r <= min(3, N) redundant columns are dropped, and the N - r low columns are replaced by
 * their mean over the group, rounded half to even. That mean is the unsigned constant of the metadata. */
extern const method_t ra_method;

#endif
