-- What the logits say under each method, against INT8 and FP32 on the same samples; means over the samples.
WITH measured AS (
    SELECT 1 AS turn, rowid AS place, 'fp32' AS activations, net, size, data, method, bits_per_weight, stand_in FROM accuracy
    UNION ALL
    SELECT 2, rowid, 'int8', net, size, data, method, bits_per_weight, stand_in FROM integers)
SELECT measured.net AS net,                        --| Network | | text key | the network, as `--net` calls it
    measured.size AS size,                         --| Size | | text key | full: the paper's network; compact: its stand-in
    measured.data AS data,                         --| Data | | text key | the data set
    measured.activations AS activations,           --| Activations | | text key | fp32: float, the rows of accuracy; int8: those of integers
    measured.method AS method,                     --| Method | | text key | the compression method, as `--method` takes it
    count(*) AS samples,                           --| N | samples | integer | samples that were run
    measured.bits_per_weight AS bits_per_weight,   --| Weights | bits each | real lower 2 | stored bits per weight without metadata, mean over the weights of the network
    avg(one.kl_int8) AS kl_int8,                   --| KL, INT8 | nats | real lower near 6 | mean divergence (KL) from int8 to the method of the class distributions
    deviation(one.kl_int8) / sqrt(count(*)) AS kl_int8_error, --| its standard error | nats | real follows 6 | standard deviation over the samples / √N
    median(one.kl_int8) AS kl_int8_median,         --| median | nats | real lower near 6 | median of the same divergence
    quantile(one.kl_int8, 0.99) AS kl_int8_p99,    --| 99th percentile | nats | real lower near 5 | 99th percentile of the same divergence
    avg(one.kl_fp32) AS kl_fp32,                   --| KL, FP32 | nats | real lower near 6 | mean divergence (KL) from fp32 to the method; empty in integers, where no float network runs
    median(one.kl_fp32) AS kl_fp32_median,         --| median | nats | real lower near 6 | median of the same divergence
    quantile(one.kl_fp32, 0.99) AS kl_fp32_p99,    --| 99th percentile | nats | real lower near 5 | 99th percentile of the same divergence
    avg(one.cross_entropy) AS cross_entropy,       --| Cross-entropy | nats | real lower near 5 | mean over the samples, of the label
    avg(one.cross_entropy - int8.cross_entropy) AS cross_entropy_change, --| its change | nats | real follows 6 | mean change against int8 on the same samples: above 0 is worse
    avg(one.logit_error_int8) AS logit_error_int8, --| Logit error, INT8 | of the norm | real follows 5 | mean of the relative distance from the logits of int8; samples whose logits hardly differ count most
    median(one.logit_error_int8) AS logit_error_int8_median, --| median | of the norm | real lower near 5 | median of the same distance
    median(one.logit_error_fp32) AS logit_error_fp32_median, --| Logit error, FP32, median | of the norm | real lower near 5 | median of the relative distance from the logits of fp32
    avg(one.margin - int8.margin) AS margin_change, --| Margin change | logits | real follows 5 | mean change of the label's margin against int8: below 0 is worse
    sum(one.predicted <> int8.predicted) AS flips_int8, --| Flips, INT8 | answers | integer follows | answers that differ from those of int8, whatever the label
    100.0 * sum(one.predicted <> int8.predicted) / count(int8.predicted) AS flips_int8_percent, --| Flips, INT8 | % | real follows 2 | 100 × flips / samples
    sum(one.predicted <> fp32.predicted) AS flips_fp32, --| Flips, FP32 | answers | integer follows | answers that differ from those of fp32, whatever the label
    100.0 * sum(one.predicted <> fp32.predicted) / count(fp32.predicted) AS flips_fp32_percent, --| Flips, FP32 | % | real follows 2 | 100 × flips / samples
    measured.stand_in AS stand_in                  --| Stand-in | | flag | 1: the network only stands in for the paper's
FROM measured
    CROSS JOIN samples AS one ON one.net = measured.net AND one.size = measured.size AND one.data = measured.data
        AND one.activations = measured.activations AND one.method = measured.method
    LEFT JOIN samples AS int8 ON int8.net = measured.net AND int8.size = measured.size AND int8.data = measured.data
        AND int8.activations = measured.activations AND int8.method = 'int8' AND int8.sample = one.sample
    LEFT JOIN samples AS fp32 ON fp32.net = measured.net AND fp32.size = measured.size AND fp32.data = measured.data
        AND fp32.activations = measured.activations AND fp32.method = 'fp32' AND fp32.sample = one.sample
WHERE one.predicted >= 0 -- a sample that could not be read has no answer
GROUP BY turn, place
ORDER BY turn, place
