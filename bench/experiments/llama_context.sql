-- Language models on the designs: a prompt, or one token at a context. The sum of matrices, embedding, head and attention, against Stripes.
WITH steady AS ( -- what does not depend on the context
    SELECT net, phase, tokens, batch, accelerator, min(rowid) AS place, max(weights_source) AS weights_source, sum(macs) AS macs,
        sum(iif(part = 'embedding', 0, dram_weight_bytes + dram_metadata_bytes)) AS weight_bytes,
        sum(iif(part = 'embedding', dram_weight_bytes, 0) + dram_input_bytes + dram_output_bytes) AS other_bytes,
        sum(cycles) AS cycles, sum(compute_cycles) AS compute_cycles, sum(energy_on_chip_pj) AS on_chip, sum(energy_dram_pj) AS dram
    FROM llama_parts WHERE part <> 'attention' GROUP BY net, phase, tokens, batch, accelerator),
total AS (
    SELECT net, phase, tokens, batch, one.context, one.cache_bits, accelerator, steady.place, steady.weights_source,
        steady.macs + one.macs AS macs, one.macs AS attention_macs, steady.weight_bytes,
        one.dram_weight_bytes + one.dram_metadata_bytes AS cache_bytes,
        steady.other_bytes + one.dram_input_bytes + one.dram_output_bytes AS other_bytes,
        steady.cycles + one.cycles AS cycles, steady.compute_cycles + one.compute_cycles AS compute_cycles,
        steady.on_chip + one.energy_on_chip_pj AS on_chip, steady.dram + one.energy_dram_pj AS dram
    FROM llama_parts AS one JOIN steady USING (net, phase, tokens, batch, accelerator) WHERE part = 'attention')
SELECT net, phase, tokens, batch,
    one.context, --| Context | tokens | integer key | tokens whose keys and values are read, those that are run included
    one.cache_bits, --| Cache | bits | integer key | bits of a key or value in memory
    one.accelerator AS accelerator, --| Accelerator | | text key | the design
    one.macs AS macs, --| MACs | | integer | multiplications of all parts
    100.0 * one.attention_macs / one.macs AS attention_percent, --| of it attention | % | real 1 | share of the products of attention
    one.weight_bytes AS weight_bytes, --| Weights | bytes | integer lower | weights of matrices and head fetched from DRAM, metadata included
    one.cache_bytes AS cache_bytes, --| Keys and values | bytes | integer lower | keys and values fetched from DRAM
    one.other_bytes AS other_bytes, --| Other traffic | bytes | integer lower | activations, new keys and values, rows of the embedding
    one.compute_cycles AS compute_cycles, --| Compute cycles | | integer lower | cycles of the array
    one.cycles AS cycles, --| Cycles | | integer lower | the greater of compute and DRAM cycles, layer by layer, summed
    1.0 * base.cycles / one.cycles AS speedup, --| Speedup | × Stripes | real 3 higher | cycles of Stripes over those of the design
    one.on_chip + one.dram AS energy_total_pj, --| Energy | pJ | real 0 lower | on chip and DRAM, without leakage
    (one.on_chip + one.dram) / (base.on_chip + base.dram) AS energy_ratio, --| Energy | ÷ Stripes | real 3 lower | energy over that of Stripes
    one.weights_source AS weights_source --| Weights from | | text | portraits of synthetic weights; none: bits do not matter
FROM total AS one JOIN total AS base USING (net, phase, tokens, batch)
WHERE base.accelerator = 'stripes' AND base.context = one.context AND base.cache_bits = one.cache_bits
ORDER BY one.place, one.cache_bits, one.context;
