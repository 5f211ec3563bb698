/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accel/oddity.h"

#include "base/text.h"

#include <stddef.h>

const oddity_t oddity_table[] = {
    {.name = "dram-precision",
     .flag = ODDITY_DRAM_PRECISION,
     .what = "DRAM cycles of compressed bytes are multiplied by bits / 8 once more",
     .source = "sim/sim/bitvert.py:379, bitwave.py:419, stripes.py:215-234"},
    {.name = "no-metadata",
     .flag = ODDITY_NO_METADATA,
     .what = "no traffic for BitVert's metadata and channel indices, BitWave's masks and the masks of SparTen's weights",
     .source = "sim/sim/bitvert.py, bitwave.py, sparten.py:528"},
    {.name = "fractional-channels",
     .flag = ODDITY_FRACTIONAL_CHANNELS,
     .what = "BitVert: sensitive channels rounded to one, not to a unit, and cycles by their share, not by row tiles",
     .source = "sim/sim/bitvert.py; software/Pruner/channel.py:21"},
    {.name = "pragmatic-sign",
     .flag = ODDITY_PRAGMATIC_SIGN,
     .what = "Pragmatic: the sign bit takes a cycle, a slice of zeros takes none",
     .source = "sim/sim/pragmatic.py"},
    {.name = "bitwave-sign",
     .flag = ODDITY_BITWAVE_SIGN,
     .what = "BitWave: cycles are the columns including the sign column, minus one, so -1 for zeros",
     .source = "sim/sim/bitwave.py at 236ba3c"},
    {.name = "token-limit",
     .flag = ODDITY_TOKEN_LIMIT,
     .what = "SparTen: at most 128 tokens are computed",
     .source = "sparten_profiler.py:218-226"},
    {.name = "double-writes",
     .flag = ODDITY_DOUBLE_WRITES,
     .what = "a tensor is written into the input buffer twice, by the layer that makes it and by the layer that reads it",
     .source = "sim/sim/stripes.py (SRAM write energy)"},
    {.name = "refetch-inputs",
     .flag = ODDITY_REFETCH_INPUTS,
     .what =
         "inputs are the operand that is fetched again, even where weights would be fewer bytes; not on VGG and ResNets",
     .source = "sim/sim/stripes.py (the choice depends on the name of the model)",
     .except_families = {"vgg", "resnet"}},
    {.name = "linear-chain",
     .flag = ODDITY_LINEAR_CHAIN,
     .what = "each layer reads the previous one; residual operands cause no traffic",
     .source = "sim/sim/stripes.py (flag read_input)"},
    {.name = "whole-reads",
     .flag = ODDITY_WHOLE_READS,
     .what =
         "each tile (BitWave: each cycle; SparTen: each row and column) reads all banks of both buffers over their whole bus",
     .source = "sim/sim/stripes.py, bitvert.py, bitwave.py (SRAM read energy)"},
    {.name = "register-constants",
     .flag = ODDITY_REGISTER_CONSTANTS,
     .what =
         "energies of PEs and registers as written, whatever their size: of 32 weights for BitVert with 16 and Bitlet with 64;\n"
         "BitWave has no input registers",
     .source = "sim/sim/bitvert.py:19-20, bitlet.py:18-20, bitwave.py"},
    {.name = "last-output",
     .flag = ODDITY_LAST_OUTPUT,
     .what = "the output of a network's last layer, where that is linear, is not written to DRAM",
     .source = "sim/sim/stripes.py (footprints of linear layers)"},
    {.name = "whole-words",
     .flag = ODDITY_WHOLE_WORDS,
     .what =
         "buffers are written in words of 64 bits, each kernel position and pixel from a new word; BitVert's weights at 8 bits",
     .source = "sim/sim/stripes.py:504-530 (SRAM write energy)"},
    {.name = "fractions",
     .flag = ODDITY_FRACTIONS,
     .what = "BitVert's and ANT's compute cycles and BitVert's bytes keep their fraction, DRAM cycles lose it",
     .source = "sim/sim/bitvert.py, ant.py; stripes.py:206-234 (int())"},
    {.name = "stored-bits",
     .flag = ODDITY_STORED_BITS,
     .what =
         "BitWave stores the same columns of all weights, 8 channels at a time; ANT begins a byte at each kernel position; "
         "SparTen's tensors end with a word of 64 bits",
     .source = "sim/sim/bitwave.py:532-534, ant.py (footprints)"},
    {.name = "bitlet-zeros",
     .flag = ODDITY_BITLET_ZEROS,
     .what = "Bitlet: a tile of zeros takes no cycle",
     .source = "sim/sim/bitlet.py"},
    {.name = NULL},
};

const oddity_t oddity_earlier[] = {
    {.name = "bitwave-submitted",
     .flag = ODDITY_BITWAVE_SUBMITTED,
     .what =
         "BitWave at submission, in place of bitwave-sign: nothing is flipped, the sign and the highest columns are dropped (one more in linear layers)",
     .source = "sim/sim/bitwave.py at df8e520"},
    {.name = NULL},
};

const registry_t oddity_names = {
    .where = "--oddity", .what = "oddity", .tables = {oddity_table, oddity_earlier}, .entry_size = sizeof *oddity_table};

outcome_t oddity_read(const char *list, uint32_t *flags)
{
    registry_list_t oddities;
    outcome_t result = registry_list(&oddity_names, list, &oddities);
    if (!outcome_is_ok(&result))
        return result;
    *flags = 0;
    for (size_t i = 0; i < oddities.count; i++)
        *flags |= ((const oddity_t *)oddities.items[i])->flag;
    registry_list_free(&oddities);
    return result;
}

static bool is_excepted(const oddity_t *oddity, const char *family)
{
    for (int i = 0; i < ODDITY_FAMILIES && oddity->except_families[i] != NULL; i++)
        if (text_equal(oddity->except_families[i], family))
            return true;
    return false;
}

uint32_t oddity_on_family(uint32_t flags, const char *family)
{
    const oddity_t *oddity;
    for (size_t i = 0; (oddity = registry_at(&oddity_names, i)) != NULL; i++)
        if (is_excepted(oddity, family))
            flags &= ~oddity->flag;
    return flags;
}
