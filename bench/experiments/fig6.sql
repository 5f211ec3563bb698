-- Fig. 6: divergence of compressed from original weights at 2 and 4 columns, by each definition over that of zero bits only
-- (bit flip) at the same columns; and the layers in which a method is the best of zero bits only, averaging and shifting. The
-- method zps-ties-zero is compared with bit flip and averaging, not with zps.
WITH compared AS (
    SELECT *, CASE method WHEN 'zps-ties-zero' THEN 2 ELSE 1 END AS round FROM divergence WHERE columns IN (2, 4)
    UNION ALL SELECT *, 2 FROM divergence WHERE columns IN (2, 4) AND method IN ('bitflip', 'ra')),
ranked AS (
    SELECT *, kl_softmax_nats <= min(kl_softmax_nats) OVER one AS best_softmax,
        kl_histogram_nats <= min(kl_histogram_nats) OVER one AS best_histogram,
        kl_gaussian_nats <= min(kl_gaussian_nats) OVER one AS best_gaussian
    FROM compared WINDOW one AS (PARTITION BY net, size, layer, columns, round)),
counted AS (
    SELECT net, size, columns, method, round, max(synthetic) AS synthetic, max(weights_source) AS weights_source,
        count(*) AS layers, sum(weights) AS all_weights,
        sum(weights * mse_int8_steps2) / sum(weights) AS mse, sum(weights * mean_error_int8_steps) / sum(weights) AS mean,
        sum(weights * kl_softmax_nats) / sum(weights) AS softmax, sum(weights * kl_histogram_nats) / sum(weights) AS histogram,
        sum(weights * kl_gaussian_nats) / sum(weights) AS gaussian, sum(best_softmax) AS softmax_layers,
        sum(best_histogram) AS histogram_layers, sum(best_gaussian) AS gaussian_layers
    FROM ranked GROUP BY net, size, columns, method, round)
SELECT one.net AS net, --| Network | | text key | the network
    one.size AS size, --| Size | | text key | full: the network of the paper; compact: a stand-in
    one.columns AS columns, --| Columns pruned | | integer key | bit columns pruned
    one.method AS method, --| Method | | text key | bitflip: zero bits only; ra: rounded averaging; zps: zero-point shifting; zps-ties-zero: with ties toward zero
    one.round AS compared_with, --| Comparison | | integer key | 1: bitflip, ra and zps; 2: bitflip, ra and zps-ties-zero
    one.layers AS layers, --| Layers | | integer | layers compared; the one that reads the image is left out
    one.all_weights AS weights, --| Weights | | integer | weights of these layers
    one.mse AS mse_int8_steps2, --| MSE | steps² | real 4 | mean squared error, INT8 steps
    one.mean AS mean_error_int8_steps, --| Mean error | steps | real 4 | mean of compressed minus original weights
    one.softmax / zero.softmax AS kl_softmax_normalised, --| KL, softmax | × bit flip | real 4 lower | mean over the layers by weights, over that of bitflip
    one.histogram / zero.histogram AS kl_histogram_normalised, --| KL, histogram | × bit flip | real 4 lower | mean over the layers by weights, over that of bitflip
    one.gaussian / zero.gaussian AS kl_gaussian_normalised, --| KL, Gaussian moments | × bit flip | real 4 lower | mean over the layers by weights, over that of bitflip
    one.softmax_layers AS best_softmax_layers, --| Best by softmax | layers | integer | layers in which no method of the comparison has less
    one.histogram_layers AS best_histogram_layers, --| Best by histogram | layers | integer | layers in which no method of the comparison has less
    one.gaussian_layers AS best_gaussian_layers, --| Best by Gaussian moments | layers | integer | layers in which no method of the comparison has less
    one.synthetic AS synthetic, --| Synthetic | | flag | weights drawn after portraits, not trained
    one.weights_source AS weights_source --| Weights from | | text | the checkpoint, or the portraits
FROM counted AS one JOIN counted AS zero
    ON zero.method = 'bitflip' AND zero.net = one.net AND zero.size = one.size AND zero.columns = one.columns
        AND zero.round = one.round
ORDER BY one.size DESC, one.net, one.columns, one.round, one.method;
