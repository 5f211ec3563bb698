/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_CONFIGURATION_DUMP_H
#define BBS_ACCEL_CONFIGURATION_DUMP_H

#include "accel/configuration.h"

/* Configurations as the text of a profile that configuration_read() reads to the same values: all keys of all designs,
 * oddities, and all constants.
 *
 * The text begins with the name that rows give to the configuration, and with a digest of its values. While no value is
 * changed, rows of the file have that name; after a change they have the path of the file. */

/* Append the text to `text`, whose `failed` is set when memory is out. configs[count] are of accelerators[count], before
 * accel_config_on(). */
void configuration_dump(const accelerator_t *const *accelerators, size_t count, const accel_config_t *configs,
                        const configuration_more_t *more, const char *name, text_builder_t *text);

/* Does the digest that a profile states belong to these values? False where it states none. */
bool configuration_is_as_dumped(const accelerator_t *const *accelerators, size_t count, const accel_config_t *configs,
                                const configuration_more_t *more);

#endif
