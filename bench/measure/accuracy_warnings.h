/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_ACCURACY_WARNINGS_H
#define BBS_MEASURE_ACCURACY_WARNINGS_H

#include "measure/accuracy_session.h"

/* Add to the session's notes what makes the answers doubtful: samples of one class only; answers of one class only; and,
 * for the first method, an accuracy no better than chance (1 / classes inside or above the Wilson interval), or less than 3
 * points above the simple method of the data set (dataset_kind_t.baseline), on its default samples. Nothing is said of
 * fewer than 20 samples. Answers must be complete. */
void accuracy_warn(accuracy_session_t *session);

#endif
