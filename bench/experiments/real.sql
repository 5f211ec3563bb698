-- The tier of real networks: every row of accuracy and integers of a run of the mode real, with its loss against int8 with the
-- same activations on the same samples. The interval of a loss is that of a paired difference of two shares, adjusted as Bonett
-- and Price (2012, "Adjusted Wald confidence interval for a difference of binomial proportions based on paired data") propose:
-- one sample is added to the lost answers and one to the gained.
WITH every AS (
    SELECT 0 AS place, accuracy.rowid AS row, iif(activation_bits = 32, 'float', activation_bits || ' bits') AS activations, *
    FROM accuracy
    UNION ALL
    SELECT 1, integers.rowid, '8 bits, integers', * FROM integers),
paired AS (
    SELECT one.*, int8.correct - one.correct AS fewer
    FROM every AS one LEFT JOIN every AS int8
        ON int8.place = one.place AND int8.net = one.net AND int8.size = one.size AND int8.data = one.data AND int8.method = 'int8')
SELECT
    net,                 --| Network | | text key | the network
    size,                --| Size | | text key | full: one of the registry; own: recognised by its tensors
    data,                --| Data | | text key | the list of samples
    activations,         --| Activations | | text key | float; bits where the method quantises them; integers: exact sums with 8-bit activations
    method,              --| Method | | text key | the compression method
    samples,             --| N | samples | integer | samples that were run
    correct,             --| Right | answers | integer follows | samples with a right answer
    accuracy_percent,    --| Accuracy | % | real 2 follows | 100 × correct / samples
    wilson_low_percent,  --| Low | % | real 2 follows | lower end of the accuracy's 95 % interval (Wilson 1927)
    wilson_high_percent, --| High | % | real 2 follows | upper end of the same interval
    100.0 * fewer / samples AS loss_points,                                   --| Loss against int8 | points | real 2 follows | accuracy of int8 with the same activations minus accuracy of the method: above 0 is worse
    -100 * paired_high(right_to_wrong, wrong_to_right, samples) AS loss_low_points, --| Loss, low end | points | real 2 follows | lower end of the 95 % interval of the loss (Bonett and Price 2012)
    -100 * paired_low(right_to_wrong, wrong_to_right, samples) AS loss_high_points, --| Loss, high end | points | real 2 follows | upper end of the same interval
    right_to_wrong,      --| Lost | answers | integer follows | right with int8 and wrong with this method
    wrong_to_right,      --| Gained | answers | integer follows | wrong with int8 and right with this method
    mcnemar_p,           --| McNemar p | exact | real 3 follows | chance of flips at least as one-sided if the method made no difference
    bits_per_weight      --| Weights | bits each | real 2 follows | stored bits per weight without metadata
FROM paired
WHERE (SELECT mode FROM run) = 'real'
ORDER BY place, row
