/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/oddity.h"

#include "base/registry.h"

#include <stddef.h>

const oddity_t oddity_table[] = {
    {"dram-precision", ODDITY_DRAM_PRECISION, "DRAM takes (bits / 8) of the time that the compressed bytes take",
     "sim/sim/bitvert.py:379, bitwave.py:419, stripes.py:215-234"},
    {"no-metadata", ODDITY_NO_METADATA,
     "BitVert's metadata and channel numbers, BitWave's masks and those of SparTen's weights are free",
     "sim/sim/bitvert.py, bitwave.py, sparten.py:528"},
    {"fractional-channels", ODDITY_FRACTIONAL_CHANNELS,
     "BitVert: sensitive channels to the nearest one, not unit, and cycles by their share, not by full row tiles",
     "sim/sim/bitvert.py; software/Pruner/channel.py:21"},
    {"pragmatic-sign", ODDITY_PRAGMATIC_SIGN, "Pragmatic: the sign bit takes a cycle, zeros take none",
     "sim/sim/pragmatic.py"},
    {"bitwave-sign", ODDITY_BITWAVE_SIGN, "BitWave: columns with the sign column, less one, so -1 for zeros",
     "sim/sim/bitwave.py at 236ba3c"},
    {"token-limit", ODDITY_TOKEN_LIMIT, "SparTen: no more than 128 tokens are computed", "sparten_profiler.py:218-226"},
    {"double-writes", ODDITY_DOUBLE_WRITES,
     "the input buffer is written by the layer that makes a tensor and by the one that reads it, on chip or not",
     "sim/sim/stripes.py (SRAM write energy)"},
    {"refetch-inputs", ODDITY_REFETCH_INPUTS,
     "inputs are fetched again, never weights, even where weights would be fewer bytes",
     "sim/sim/stripes.py, for all but VGG and ResNet"},
    {"linear-chain", ODDITY_LINEAR_CHAIN, "each layer reads the one before it, residual operands are free",
     "sim/sim/stripes.py (flag read_input)"},
    {"whole-reads", ODDITY_WHOLE_READS,
     "each tile reads all banks of both buffers over their whole bus; BitWave each cycle",
     "sim/sim/stripes.py, bitvert.py, bitwave.py (SRAM read energy)"},
    {"register-constants", ODDITY_REGISTER_CONSTANTS,
     "registers at the simulator's energy, which is that of 32 weights for BitVert's 16 and Bitlet's 64",
     "sim/sim/bitvert.py:19-20, bitlet.py:18-20, bitwave.py"},
    {NULL, 0, NULL, NULL},
};

outcome_t oddity_find(const char *name, uint32_t *flag)
{
    static const registry_t oddities = {
        .where = "--oddity", .what = "oddity", .tables = {oddity_table}, .entry_size = sizeof *oddity_table};
    const oddity_t *oddity;
    outcome_t result = registry_find(&oddities, name, &oddity);
    if (outcome_is_ok(&result))
        *flag = oddity->flag;
    return result;
}
