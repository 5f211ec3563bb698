-- Fig. 3 shows the sparsities as they were counted.
SELECT net, size, weights, value_sparsity_percent, zero_bits_twos_complement_percent, zero_bits_sign_magnitude_percent,
       bbs_percent, redundant_columns_a_group, weights_source
FROM sparsity ORDER BY rowid;
