-- Pairs of methods on the same samples: which one is nearer to INT8, and is the difference more than chance?
WITH orders(turn, source, net, first, second) AS (
    VALUES (1, 'Fig. 11', '', 'bbs-cons', 'bitwave-cons'), (2, 'Fig. 11', '', 'bitwave-cons', 'ptq-cons'),
           (3, 'Fig. 11', '', 'bbs-mod', 'bitwave-mod'), (4, 'Fig. 11', '', 'bitwave-mod', 'ptq-mod'),
           (5, 'Fig. 11', '', 'bbs-mod', 'ptq-mod'),
           (6, 'Table II', 'vgg16', 'bbs-mod', 'ant:activations=6'), (7, 'Table II', 'resnet50', 'bbs-mod', 'ant:activations=6'),
           (8, 'Table III', 'vit_small', 'bbs-cons', 'mx:activations=8'), (9, 'Table III', 'vit_small', 'bbs-mod', 'mx:activations=8'),
           (10, 'Table III', 'vit_small', 'bbs-cons', 'noisyquant:activations=8'),
           (11, 'Table III', 'vit_small', 'bbs-mod', 'noisyquant:activations=8'),
           (12, 'Table III', 'vit_base', 'bbs-cons', 'mx:activations=8'), (13, 'Table III', 'vit_base', 'mx:activations=8', 'bbs-mod'),
           (14, 'Table III', 'vit_base', 'bbs-cons', 'noisyquant:activations=8'),
           (15, 'Table III', 'vit_base', 'bbs-mod', 'noisyquant:activations=8'),
           (16, 'equal columns', '', 'ra:columns=2:beta=0', 'bitflip:columns=2:beta=0'),
           (17, 'equal columns', '', 'zps:columns=4:beta=0', 'bitflip:columns=4:beta=0'),
           (18, 'equal columns', '', 'ra:columns=2:beta=0', 'zps:columns=2:beta=0'),
           (19, 'equal columns', '', 'zps:columns=4:beta=0', 'ra:columns=4:beta=0')),
measured AS (
    SELECT 1 AS part, rowid AS place, 'fp32' AS activations, net, size, data, method, bits_per_weight, stand_in FROM accuracy
    UNION ALL
    SELECT 2, rowid, 'int8', net, size, data, method, bits_per_weight, stand_in FROM integers),
pairs AS (
    SELECT turn, one.part, one.place, source, one.net, one.size, one.data, one.activations, first, second, one.stand_in,
        one.bits_per_weight AS first_bits, other.bits_per_weight AS second_bits
    FROM orders JOIN measured AS one ON one.method = first AND (orders.net = '' OR orders.net = one.net)
        JOIN measured AS other ON other.method = second AND other.part = one.part AND other.net = one.net
            AND other.size = one.size AND other.data = one.data),
differences AS (
    SELECT pairs.*, a.sample, a.kl_int8 - b.kl_int8 AS kl, a.kl_int8 AS kl_of_first,
        b.kl_int8 AS kl_of_second, (a.predicted = a.label) - (b.predicted = b.label) AS correct
    FROM pairs
        CROSS JOIN samples AS a ON a.net = pairs.net AND a.size = pairs.size AND a.data = pairs.data AND a.activations = pairs.activations
            AND a.method = first
        CROSS JOIN samples AS b ON b.net = pairs.net AND b.size = pairs.size AND b.data = pairs.data AND b.activations = pairs.activations
            AND b.method = second AND b.sample = a.sample
    WHERE a.predicted >= 0 AND b.predicted >= 0),
tested AS (
    SELECT turn, part, place, source, net, size, data, activations, first, second, first_bits, second_bits, stand_in,
        count(*) AS samples, avg(kl_of_first) AS kl_of_first, avg(kl_of_second) AS kl_of_second, avg(kl) AS kl,
        bootstrap_low(kl, sample, 1) AS kl_low, bootstrap_high(kl, sample, 1) AS kl_high,
        wilcoxon_p(kl) AS p, 100 * avg(correct) AS points, 100 * bootstrap_low(correct, sample, 1) AS points_low,
        100 * bootstrap_high(correct, sample, 1) AS points_high, sum(correct < 0) AS lost, sum(correct > 0) AS gained
    FROM differences
    GROUP BY turn, part, place)
SELECT net,                                --| Network | | text key | the network, as `--net` calls it
    size,                                  --| Size | | text key | full: the paper's network; compact: its stand-in
    data,                                  --| Data | | text key | the data set
    activations,                           --| Activations | | text key | fp32: float, the rows of accuracy; int8: those of integers
    source,                                --| Ordering of | | text key | the figure or table of the paper that puts the first method before the second; equal columns: every channel compressed (beta=0)
    first,                                 --| First | | text key | the method that should be nearer to int8
    second,                                --| Second | | text key | the method that it is compared with
    samples,                               --| N | samples | integer | samples that both methods answered
    first_bits AS first_bits_per_weight,   --| First | bits a weight | real follows 2 | stored bits per weight of the first method, without metadata
    second_bits AS second_bits_per_weight, --| Second | bits a weight | real follows 2 | the same of the second method
    kl_of_first AS first_kl,               --| First | nats | real follows 6 | mean divergence (KL) from int8 to the first method
    kl_of_second AS second_kl,             --| Second | nats | real follows 6 | the same of the second method
    kl AS kl_difference,                   --| KL difference | nats | real follows 6 | mean over the samples of the KL of the first minus that of the second, both from int8: below 0 the first is nearer
    kl_low AS kl_difference_low,           --| Low | nats | real follows 6 | lower end of its 95 % interval (bootstrap over samples)
    kl_high AS kl_difference_high,         --| High | nats | real follows 6 | upper end of the same interval
    p AS wilcoxon_p,                       --| Wilcoxon p | | real follows 4 | signed-rank test of the paired divergences, two-sided
    CASE WHEN kl_high < 0 THEN 'reproduced' WHEN kl_low > 0 THEN 'not reproduced' WHEN kl IS NOT NULL THEN 'undecided' ELSE '' END
        AS kl_verdict,                     --| By KL | | text | reproduced or not reproduced when the interval leaves out 0, else undecided; empty without int8
    points AS accuracy_difference_points,  --| Accuracy difference | points | real follows 2 | accuracy of the first minus that of the second: above 0 the first is better
    points_low AS accuracy_difference_low_points,   --| Low | points | real follows 2 | lower end of its 95 % interval (bootstrap over samples)
    points_high AS accuracy_difference_high_points, --| High | points | real follows 2 | upper end of the same interval
    lost,                                  --| Lost | answers | integer follows | wrong with the first and right with the second
    gained,                                --| Gained | answers | integer follows | right with the first and wrong with the second
    mcnemar_p(lost, gained) AS mcnemar_p,  --| McNemar p | exact | real follows 4 | of lost and gained answers, two-sided
    CASE WHEN points_low > 0 THEN 'reproduced' WHEN points_high < 0 THEN 'not reproduced' ELSE 'undecided' END
        AS accuracy_verdict,               --| By accuracy | | text | reproduced or not reproduced when the interval leaves out 0, else undecided
    stand_in                               --| Stand-in | | flag | 1: the network only stands in for the paper's
FROM tested
ORDER BY turn, part, place
