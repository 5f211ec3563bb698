/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_RUN_ENVIRONMENT_H
#define BBS_RUN_ENVIRONMENT_H

#include "base/json.h"

/* The environment of a run, as four objects of texts that are added to `parent`: program (commit, dirty, SHA-256 of the
 * executable), build (compiler, flags), machine (processor, memory, system) and libraries (versions, and the SHA-256 of
 * each shared library that computes rows). This loads the engine, which is one of these libraries. */
void environment_describe(cJSON *parent);

#endif
