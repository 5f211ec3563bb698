/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_LOADER_H
#define BBS_ENGINE_LOADER_H

#include "base/text.h"

/* Describe the engine without loading it: "Darknet (/usr/lib/darknet/libdarknet.so), oneDNN 2.6.3 of the build; loaded when
 * first used", or the missing file. engine_versions() loads both libraries and asks them. */
text_t loader_describe(void);

/* The path of the engine's shared object; nothing need be there. */
text_t loader_path(void);

#endif
