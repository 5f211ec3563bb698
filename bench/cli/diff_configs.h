/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_DIFF_CONFIGS_H
#define BBS_CLI_DIFF_CONFIGS_H

#include "base/registry.h"

/* `bbsbench diff A.ini B.ini`: two configurations as --config takes them ("paper" and "bitsim" too). First the totals of
 * networks on the designs that need no weights, and their ratios; then each key, oddity and constant that differs. */

bool diff_is_configuration(const char *path);

/* Print all; `*same`: nothing differs. The networks are of full size. */
outcome_t diff_configs(const char *before, const char *after, const registry_list_t *networks, int threads, bool *same);

#endif
