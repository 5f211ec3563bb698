/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compiled only into the shared object. */
#include "engine/interface.h"

#include "commit.h"

extern const engine_interface_t bbs_engine_interface;

__attribute__((visibility("default")))
const engine_interface_t bbs_engine_interface = {.commit = BBS_COMMIT,
                                                 .open = engine_open,
                                                 .open_integers = engine_open_integers,
                                                 .close = engine_close,
                                                 .set_rows = engine_set_rows,
                                                 .set_integers = engine_set_integers,
                                                 .takes_integers = engine_takes_integers,
                                                 .observe = engine_observe,
                                                 .watch = engine_watch,
                                                 .filter = engine_filter,
                                                 .read = engine_read,
                                                 .profile = engine_profile,
                                                 .profile_of = engine_profile_of,
                                                 .predict = engine_predict,
                                                 .predict_some = engine_predict_some,
                                                 .batch = engine_batch,
                                                 .run = engine_run,
                                                 .continue_text = engine_continue,
                                                 .versions = engine_versions};
