/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_ACCURACY_ANSWERS_H
#define BBS_MEASURE_ACCURACY_ANSWERS_H

#include "measure/accuracy_session.h"

/* Answer all samples under all methods of a session: fill session->answers, and of each row the bits, the times and whether
 * the answers were kept. Kept answers are used first. When a method is left to run, the references among the methods (int8,
 * fp32) run before it, whatever the order of the methods, and the session holds their logits until all methods have
 * answered: each sample of a method is measured against them at once. */
outcome_t accuracy_answers(accuracy_session_t *session, accuracy_row_t *rows);

/* Run the samples under the weights that the engine has now, measured against the logits that the session holds. `title` is
 * that of the progress bar. Logits are also stored in `logits`, unless it is NULL. */
outcome_t accuracy_answers_run(accuracy_session_t *session, const char *title, logits_t *logits, predictions_t *answers);

#endif
