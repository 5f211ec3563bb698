-- Table I: each network with float and with INT8 weights.
WITH shown(turn, method) AS (VALUES (1, 'fp32'), (2, 'int8'))
SELECT net, size, data, losses.method AS method, samples,
    1 AS networks,               --| Networks | | integer | number of networks of the row
    accuracy_percent,
    loss_points,                 --| Loss against int8 | points | real 2 follows | accuracy of int8 minus accuracy of the method, same samples: above 0 is worse
    NULL AS loss_low_points,     --| Loss, low end | points | real 2 follows | only for means over networks: lower end of the 95 % bootstrap interval
    NULL AS loss_high_points,    --| Loss, high end | points | real 2 follows | only for means over networks: upper end of the 95 % bootstrap interval
    bits_per_weight, bits_per_weight_with_metadata, whole_layers, layers, stand_in, f1_percent, f1_batch32_percent
FROM shown JOIN losses USING (method)
ORDER BY turn, place
