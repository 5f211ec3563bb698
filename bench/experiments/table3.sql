-- Table III: BBS, Microscaling and NoisyQuant, weights only and with 8-bit activations, on the vision transformers.
WITH methods(turn, method) AS (
    VALUES (1, 'mx'), (2, 'mx:activations=8'), (3, 'mx-e3m2'), (4, 'mx-e3m2:activations=8'), (5, 'mx-int6'),
           (6, 'mx-int6:activations=8'), (7, 'noisyquant'), (8, 'noisyquant:activations=8'), (9, 'bbs-cons'), (10, 'bbs-mod')),
shown(turn, net, method) AS (
    SELECT turn, 'vit_small', method FROM methods UNION ALL SELECT 10 + turn, 'vit_base', method FROM methods)
SELECT losses.net AS net, size, data, losses.method AS method, samples,
    1 AS networks,               --| Networks | | integer | number of networks of the row
    accuracy_percent,
    loss_points,                 --| Loss against int8 | points | real 2 follows | accuracy of int8 minus accuracy of the method, same samples: above 0 is worse
    NULL AS loss_low_points,     --| Loss, low end | points | real 2 follows | only for means over networks: lower end of the 95 % bootstrap interval
    NULL AS loss_high_points,    --| Loss, high end | points | real 2 follows | only for means over networks: upper end of the 95 % bootstrap interval
    bits_per_weight, bits_per_weight_with_metadata, activation_bits, whole_layers, layers, stand_in, f1_percent, f1_batch32_percent
FROM shown JOIN losses USING (net, method)
ORDER BY turn, place
