/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_NOTES_H
#define BBS_COMPRESS_NOTES_H

#include "compress/layer.h"
#include "compress/method.h"
#include "tensor/tensor.h"

/* The notes of a compressed file: method and parameters, so that it can be packed and read without the command line, and
 * the bits of its weights. */

/* method (the spec as it was given), columns, group, beta and the other parameters, first_layer (keep: a layer was left at
 * 8 bits because it is the first; prune). */
outcome_t notes_of_method(const char *spec, const method_t *method, const method_config_t *config, bool keep_first,
                          tensor_set_t *set);

/* value_bits and meta_bits of all weights. */
outcome_t notes_of_size(const compress_size_t *total, tensor_set_t *set);

#endif
