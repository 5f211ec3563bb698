/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_FETCH_CURL_H
#define BBS_FETCH_CURL_H

#include "base/outcome.h"

#include <stdint.h>

/* Download one file by the program `curl`, started without a shell: http and https only, redirections are followed, but not
 * from https to http. curl reads no configuration of the user's, and ends with this program.
 *
 * Bytes that PATH already has are kept, and only the rest is requested; a server that says that there is no rest (416) is
 * asked for the whole. A broken connection is resumed as long as attempts bring bytes; five attempts in a row may bring
 * none. `bytes` is the whole length, beyond which nothing is taken; 0 when not known. `about` is a rounded length for the
 * progress line on stderr, or 0. FAULT_MISSING when curl is not installed or the network is not reachable. An error says
 * whether server, disk or network failed. Bytes that have arrived stay at PATH for the next attempt. */
outcome_t curl_download(const char *url, const char *path, int64_t bytes, int64_t about);

#endif
