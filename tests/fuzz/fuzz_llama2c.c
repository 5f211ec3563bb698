/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer target: any bytes as a checkpoint of llama2.c. What is read has all its values in memory of its own. */
#include "tensor/llama2c.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Returns whether the bytes were read as a checkpoint. */
static bool read_llama2c(const uint8_t *data, size_t size)
{
    tensor_set_t set = {0};
    uint8_t *bytes = malloc(size + 1); /* of the input's own size, so that a read beyond it is seen */
    volatile float sum = 0;
    if (bytes == NULL)
        return false;
    if (size > 0)
        memcpy(bytes, data, size);
    outcome_t read = llama2c_parse("fuzz", bytes, size, &set);
    free(bytes);
    if (!outcome_is_ok(&read))
        return false;
    for (size_t i = 0; i < set.count; i++)
        for (int64_t k = 0; k < set.items[i].count; k++)
            sum = sum + ((const float *)set.items[i].data)[k];
    tensor_set_free(&set);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)read_llama2c(data, size);
    return 0;
}
