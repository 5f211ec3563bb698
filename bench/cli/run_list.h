/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_RUN_LIST_H
#define BBS_CLI_RUN_LIST_H

#include "run/run.h"

/* What `run` would do, printed to `request->log`: each experiment with its title, what it reads and needs, and the time,
 * memory and rows that it had here; then networks, samples, methods, time and disk of all.
 *
 * Times are those of the newest run of the mode on this processor, from its folder in `request->results` or from the
 * history, in which the experiment was finished and nothing was chosen by the user. Where there is none the list says "not
 * measured here". */
outcome_t run_list_print(const run_request_t *request);

#endif
