-- Fig. 17: bits and footprint of Llama-3-8B by method, from the bits of each of its matrices. Embedding, head and norms stay at 16
-- bits, the width in which the model is published. Perplexity needs a language model and has no row.
WITH one(place, net, method, weights, other, bits, all_bits, errors, source) AS (
    SELECT 0, net, 'bf16', sum(weights), max(other_weights), 16.0, 16.0, NULL, max(weights_source)
    FROM llama WHERE method = 'int8' GROUP BY net
    UNION ALL
    SELECT min(rowid), net, method, sum(weights), max(other_weights), sum(weights * bits_per_weight) / sum(weights),
        sum(weights * bits_per_weight_with_metadata) / sum(weights), sum(weights * mse_int8_steps2) / sum(weights),
        max(weights_source)
    FROM llama GROUP BY net, method)
SELECT net, --| Network | | text key | the network
    method AS method, --| Method | | text key | the method of the matrices; bf16: as published
    weights AS weights, --| Weights compressed | | integer | weights of the matrices of all blocks
    other AS other_weights, --| Other parameters | | integer | embedding, head and norms: 16 bits each
    bits AS bits_per_weight, --| Weights | bits | real 3 lower | stored bits of a compressed weight, without metadata
    all_bits AS bits_per_weight_with_metadata, --| Weights with metadata | bits | real 3 lower | stored bits of a compressed weight, metadata included
    weights * all_bits / 8 / 1e9 AS matrices_gb, --| Matrices | GB | real 3 lower | compressed weights with metadata, 1 GB = 10⁹ bytes
    (weights * all_bits + other * 16.0) / 8 / 1e9 AS footprint_gb, --| Footprint | GB | real 3 lower | matrices and the other parameters, 1 GB = 10⁹ bytes
    errors AS mse_int8_steps2, --| MSE | steps² | real 3 lower | mean squared error of the weights in INT8 steps, mean over the matrices by weights
    source AS weights_source --| Weights from | | text | the portraits that synthetic weights are drawn after
FROM one ORDER BY place;
