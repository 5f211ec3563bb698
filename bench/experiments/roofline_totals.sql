-- Networks on a roofline: multiplications for each byte of DRAM traffic against multiplications a cycle, as totals of a network. The seven
-- networks of the paper, and Llama-3-8B for a prompt and for one token of one and of sixteen texts at a context of 2,048.
WITH one AS (
    SELECT place AS rank, net, size, 'one sample' AS run, accelerator, macs, cycles, compute_cycles,
        dram_weight_bytes + dram_metadata_bytes + dram_input_bytes + dram_output_bytes AS dram_bytes
    FROM (SELECT rowid AS place, * FROM model WHERE layer = 'total')
    UNION ALL
    SELECT 1000000 + rowid, net, 'full',
        phase || ' of ' || iif(phase = 'prefill', tokens || ' tokens', iif(batch = 1, '1 text', batch || ' texts')),
        accelerator, macs, cycles, compute_cycles, weight_bytes + cache_bytes + other_bytes
    FROM llama_context WHERE net = 'llama3_8b' AND context = 2048 AND cache_bits = 8)
SELECT one.net AS net, --| Network | | text key | the network
    one.size AS size, --| Size | | text key | full: the network as published
    one.run AS run, --| Run | | text key | what is run at once: a sample; of a language model a prompt, or one token of some texts at a context of 2,048
    one.accelerator AS accelerator, --| Accelerator | | text key | the design
    one.macs AS macs, --| MACs | | integer | multiplications
    one.dram_bytes AS dram_bytes, --| DRAM | bytes | integer lower | all traffic
    one.cycles AS cycles, --| Cycles | | integer lower | the greater of compute and DRAM cycles, layer by layer, summed
    1.0 * one.macs / one.dram_bytes AS macs_per_byte, --| MACs/byte | | real 1 | macs / dram_bytes
    1.0 * one.macs / one.cycles AS macs_per_cycle, --| MACs/cycle | | real 1 higher | macs / cycles: what is reached
    design.multipliers AS multipliers, --| Multipliers | 8-bit | integer | of the array, one MAC each a cycle at 8 bits
    design.dram_bytes_per_cycle AS dram_bytes_per_cycle, --| Bandwidth | bytes/cycle | real 3 | of the DRAM
    100.0 * one.compute_cycles / one.cycles AS compute_percent, --| Array busy | % | real 0 | compute cycles over cycles
    iif(one.macs * design.dram_bytes_per_cycle < 1.0 * one.dram_bytes * design.multipliers, 'DRAM', 'compute') AS roof --| Roof | | text | which of the two roofs is lower at these MACs per byte
FROM one JOIN accelerators AS design USING (accelerator)
ORDER BY one.rank;
