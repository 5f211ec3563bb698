/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_FETCH_CURL_H
#define BBS_FETCH_CURL_H

#include "base/outcome.h"

#include <stdint.h>

/* One file by the program `curl`, started without a shell: http and https only, redirections followed.
 *
 * What is there of PATH already is kept and the rest asked for; a connection that breaks is taken up again as long as
 * each attempt brings at least one byte, five times at most without. `bytes` is the whole length for the progress line
 * on stderr, 0 when it is not known. FAULT_MISSING when curl is not installed or the network is not there; an error of
 * the server, of the disk and of the network say which it is. What has arrived stays at PATH for the next try. */
outcome_t curl_download(const char *url, const char *path, int64_t bytes);

#endif
