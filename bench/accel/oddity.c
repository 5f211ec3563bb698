/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/oddity.h"

#include "base/registry.h"

#include <stddef.h>

const oddity_t oddity_table[] = {
    {"dram-precision", ODDITY_DRAM_PRECISION, "DRAM cycles of compressed bytes are multiplied by bits / 8 once more",
     "sim/sim/bitvert.py:379, bitwave.py:419, stripes.py:215-234"},
    {"no-metadata", ODDITY_NO_METADATA,
     "no traffic for BitVert's metadata and channel indices, BitWave's masks and the masks of SparTen's weights",
     "sim/sim/bitvert.py, bitwave.py, sparten.py:528"},
    {"fractional-channels", ODDITY_FRACTIONAL_CHANNELS,
     "BitVert: sensitive channels rounded to one, not to a unit, and cycles by their share, not by row tiles",
     "sim/sim/bitvert.py; software/Pruner/channel.py:21"},
    {"pragmatic-sign", ODDITY_PRAGMATIC_SIGN, "Pragmatic: the sign bit takes a cycle, a slice of zeros takes none",
     "sim/sim/pragmatic.py"},
    {"bitwave-sign", ODDITY_BITWAVE_SIGN,
     "BitWave: cycles are the columns including the sign column, minus one, so -1 for zeros",
     "sim/sim/bitwave.py at 236ba3c"},
    {"token-limit", ODDITY_TOKEN_LIMIT, "SparTen: at most 128 tokens are computed", "sparten_profiler.py:218-226"},
    {"double-writes", ODDITY_DOUBLE_WRITES,
     "a tensor is written into the input buffer twice, by the layer that makes it and by the layer that reads it",
     "sim/sim/stripes.py (SRAM write energy)"},
    {"refetch-inputs", ODDITY_REFETCH_INPUTS,
     "inputs are always the operand that is fetched again, even where weights would be fewer bytes",
     "sim/sim/stripes.py, for all but VGG and ResNet"},
    {"linear-chain", ODDITY_LINEAR_CHAIN, "each layer reads the previous one; residual operands cause no traffic",
     "sim/sim/stripes.py (flag read_input)"},
    {"whole-reads", ODDITY_WHOLE_READS,
     "each tile (BitWave: each cycle) reads all banks of both buffers over their whole bus",
     "sim/sim/stripes.py, bitvert.py, bitwave.py (SRAM read energy)"},
    {"register-constants", ODDITY_REGISTER_CONSTANTS,
     "register energies of 32 weights, also for BitVert with 16 and Bitlet with 64",
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
