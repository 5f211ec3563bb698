/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_FETCH_CURL_H
#define BBS_FETCH_CURL_H

#include "base/outcome.h"

#include <stdint.h>

/* Download one file by the program `curl`, started without a shell: http and https only, redirections are followed.
 *
 * Bytes that PATH already has are kept, and only the rest is requested. A broken connection is resumed as long as attempts
 * bring bytes; five attempts in a row may bring none. `bytes` is the whole length, for the progress line on stderr; 0 when
 * not known. FAULT_MISSING when curl is not installed or the network is not reachable. An error says whether server, disk
 * or network failed. Bytes that have arrived stay at PATH for the next attempt. */
outcome_t curl_download(const char *url, const char *path, int64_t bytes);

#endif
