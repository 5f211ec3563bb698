-- The matrices of all blocks of Llama-3-8B on the designs, without attention, head and embedding, as the paper runs its own networks: a
-- prompt of 2,048 tokens, and one token.
SELECT net, phase,
    accelerator,
    tokens, --| Tokens | | integer | tokens that are run at once
    blocks, macs, weights, bits_per_weight,
    dram_weight_bytes + dram_metadata_bytes + dram_input_bytes + dram_output_bytes AS dram_bytes, --| DRAM traffic | bytes | integer lower | weights, metadata, inputs and outputs
    compute_cycles, dram_cycles, cycles, energy_on_chip_pj, energy_dram_pj, energy_total_pj, weights_source
FROM llama_parts
WHERE net = 'llama3_8b' AND part = 'matrices' AND batch = 1 AND tokens IN (1, 2048)
ORDER BY weights_source <> 'none', phase DESC, rowid;
