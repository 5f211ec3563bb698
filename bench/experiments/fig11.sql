-- Fig. 11: what PTQ, BitWave and BBS lose at the paper's two settings, then at equal bits with every channel compressed; on
-- each network, and on average with the bootstrap's interval. Where the user chose the methods, those are shown too.
WITH own(turn, method) AS (
    VALUES (1, 'ptq-cons'), (2, 'bitwave-cons'), (3, 'bbs-cons'), (4, 'ptq-mod'), (5, 'bitwave-mod'), (6, 'bbs-mod'),
           (7, 'ptq:bits=6'), (8, 'bitflip:columns=2:beta=0'), (9, 'ra:columns=2:beta=0'), (10, 'zps:columns=2:beta=0'),
           (11, 'ptq:bits=4'), (12, 'bitflip:columns=4:beta=0'), (13, 'ra:columns=4:beta=0'), (14, 'zps:columns=4:beta=0')),
shown(turn, method) AS (
    SELECT turn, method FROM own
    UNION ALL
    SELECT 14 + min(accuracy.rowid), method FROM accuracy, run
    WHERE chosen_methods <> '' AND method NOT IN ('fp32', 'int8') AND method NOT IN (SELECT method FROM own)
    GROUP BY method),
intervals AS (
    SELECT method, size, bootstrap_low(loss_points, place, 1) AS low, bootstrap_high(loss_points, place, 1) AS high
    FROM shown JOIN losses USING (method)
    GROUP BY method, size
    HAVING count(loss_points) = count(*))
SELECT net, size, data, method, samples,
    networks,                --| Networks | | integer | number of networks of the row
    accuracy_percent,
    loss_points,             --| Loss against int8 | points | real 2 follows | accuracy of int8 minus accuracy of the method, same samples: above 0 is worse
    loss_low_points,         --| Loss, low end | points | real 2 follows | only for means over networks: lower end of the 95 % bootstrap interval
    loss_high_points,        --| Loss, high end | points | real 2 follows | only for means over networks: upper end of the 95 % bootstrap interval
    bits_per_weight, bits_per_weight_with_metadata, whole_layers, layers, stand_in, f1_percent, f1_batch32_percent
FROM (
    SELECT 1 AS is_mean, turn, 0 AS place, 'mean' AS net, size, '' AS data, method, samples, networks,
        NULL AS accuracy_percent, loss_points, low AS loss_low_points, high AS loss_high_points, bits_per_weight,
        bits_per_weight_with_metadata, whole_layers, layers, stand_in, NULL AS f1_percent, NULL AS f1_batch32_percent
    FROM shown JOIN mean_losses USING (method) LEFT JOIN intervals USING (method, size)
    UNION ALL -- single networks come last, because SQLite takes the origin of a column from the last SELECT
    SELECT 0, turn, place, net, size, data, losses.method, samples, 1, accuracy_percent, loss_points, NULL, NULL,
        bits_per_weight, bits_per_weight_with_metadata, whole_layers, layers, stand_in, f1_percent, f1_batch32_percent
    FROM shown JOIN losses USING (method))
ORDER BY is_mean, turn, place
