/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_ONEDNN_INTERNAL_H
#define BBS_ENGINE_ONEDNN_INTERNAL_H

/* Shared by onednn.c, onednn_rows.c and product_fast.c. */

#include "engine/onednn.h"

#include <dnnl.h>

struct onednn {
    dnnl_engine_t engine;
};

outcome_t onednn_failure(const char *what, dnnl_status_t status);

/* Attributes of a primitive: the operations on the result before it is stored, and scratch memory from the caller, so that
 * threads can share the primitive. */
dnnl_status_t onednn_make_attributes(const onednn_after_t *after, dnnl_primitive_attr_t *attributes);

/* Copy plain rows into `target`, in its layout; `plain` describes all rows. */
dnnl_status_t onednn_reorder_rows(onednn_t *onednn, const dnnl_memory_desc_t *plain, int64_t first, int64_t rows,
                                  const void *values, dnnl_memory_t target);

#endif
