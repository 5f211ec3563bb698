/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_RUN_RUN_FOLDER_H
#define BBS_RUN_RUN_FOLDER_H

#include "run/run.h"

#include <stdint.h>

/* Choose the run folder of a request. For a new run: --out, or RESULTS/<UTC>-<mode>; it is created, and a folder that
 * already holds a run is refused. To resume: --out, or the newest RESULTS/<UTC>-<mode> by name; it must hold a run. */
outcome_t run_folder_choose(const run_request_t *request, text_t *folder);

/* Allow one process per folder: FAULT_FAILED while another one runs in it. The kernel releases the lock of a killed
 * process. */
outcome_t run_folder_lock(const char *folder, int *lock);
void run_folder_unlock(int lock);

int64_t run_folder_bytes(const char *folder); /* of all files in it */

#endif
