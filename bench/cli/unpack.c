/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/unpack.h"
#include "cli/input.h"
#include "cli/method_options.h"
#include "compress/pack.h"
#include "tensor/safetensors.h"

#include <stdio.h>

static const option_t unpack_options[] = {
    JOBS_OPTION,
    {0},
};

static outcome_t run(const options_t *options)
{
    const char *input, *output = options_operand(options, 1);
    tensor_set_t set = {0};
    bytes_t bytes = {0};
    int threads;
    outcome_t result;
    if (outcome_bad(&result, method_options_jobs(options, &threads)) ||
        outcome_bad(&result, input_path(options_operand(options, 0), &input)) ||
        outcome_bad(&result, file_read(input, NULL, &bytes)) ||
        outcome_bad(&result, pack_decode(input, bytes.data, bytes.size, threads, &set)) ||
        outcome_bad(&result, safetensors_save(output, &set)))
        goto out;
    printf("%zu tensors\n", set.count);

out:
    file_free_bytes(&bytes);
    tensor_set_free(&set);
    return result;
}

const command_t command_unpack = {
    .name = "unpack",
    .summary = "unpack a .bbs file into the compressed checkpoint it was made from",
    .operands = "IN.bbs|- OUT.safetensors|-",
    .operands_least = 2,
    .operands_most = 2,
    .options = unpack_options,
    .details =
        "Checksums, sizes, offsets and padding are checked; a damaged file is refused, with the offset of the error.",
    .examples = "# the tensors that were packed\n"
                "bbsbench unpack out.bbs again.safetensors\n"
                "# with one thread\n"
                "bbsbench unpack --jobs 1 out.bbs again.safetensors",
    .run = run,
};
