/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_LOADER_H
#define BBS_ENGINE_LOADER_H

#include "base/text.h"

/* The engine as it was built, without loading it: "Darknet (/usr/lib/darknet/libdarknet.so), oneDNN 2.6.3 of the build;
 * loaded when first used", or what is missing. engine_versions() loads both, and asks them. */
text_t loader_describe(void);

#endif
