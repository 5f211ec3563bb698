-- Fig. 1: three bit columns pruned from the four weights that the paper prints, and from the layer Conv4.1.3 of a ResNet-50. The
-- paper's numbers are those of the claims whose query reads the same row; BBS of the figure is averaging (its four weights are those of averaging).
WITH one AS (
    SELECT 1 AS place, rowid AS row, 'group' AS part, figure, '' AS net, '' AS size, substr(method, 1, instr(method, ':') - 1) AS method,
        4 AS weights, weights || ' to ' || "values" AS "values", mse, NULL AS softmax, NULL AS histogram, NULL AS gaussian,
        0 AS synthetic, 'printed in the figure' AS weights_source
    FROM examples WHERE figure LIKE 'Fig. 1,%'
    UNION ALL
    SELECT 2, rowid, 'layer', NULL, net, size, method, weights, NULL, mse_int8_steps2, kl_softmax_nats, kl_histogram_nats,
        kl_gaussian_nats, synthetic, weights_source
    FROM divergence WHERE columns = 3)
SELECT one.part AS part, --| Part | | text key | group: the four weights of the figure; layer: all weights of Conv4.1.3
    one.net AS net, --| Network | | text key | the network; empty for the group
    one.size AS size, --| Size | | text key | full: the network of the paper; compact: a stand-in; empty for the group
    one.method AS method, --| Method | | text key | ptq: rounding to 5 bits; bitflip: zero columns in sign-magnitude; ra, zps: BBS
    one.weights AS weights, --| Weights | | integer | weights that the row is of
    one."values" AS "values", --| Values | INT8 | text | before and after; only of the group
    one.mse AS mse_int8_steps2, --| MSE | steps² | real 4 lower | mean squared error, INT8 steps
    one.softmax AS kl_softmax_nats, --| KL, softmax | nats | real 12 lower | divergence of the softmax over the layer's weights
    one.histogram AS kl_histogram_nats, --| KL, histogram | nats | real 6 | divergence of histograms, bins of one INT8 step
    one.gaussian AS kl_gaussian_nats, --| KL, Gaussian moments | nats | real 9 | divergence of normal distributions of the same moments
    one.softmax / ptq.softmax AS kl_over_ptq, --| KL, softmax, over PTQ | × PTQ | real 3 lower | over that of 5-bit quantisation of the same weights
    iif(one.part = 'group', claims.paper_value, NULL) AS paper_mse_int8_steps2, --| The paper's MSE | steps² | real 2 follows | printed in Fig. 1
    iif(one.part = 'layer', claims.paper_value, NULL) AS paper_kl_nats, --| The paper's KL | nats | real 8 follows | printed in Fig. 1, of trained weights; its definition is not given
    iif(one.part = 'layer', claims.paper_value, NULL) / (SELECT paper_value FROM claims WHERE experiment = 'fig1' AND query LIKE '%method = ''ptq''%')
        AS paper_kl_over_ptq, --| The paper's KL over PTQ | × PTQ | real 3 follows | ratio of the values printed in Fig. 1
    one.synthetic AS synthetic, --| Synthetic | | flag | weights drawn after portraits, not trained
    one.weights_source AS weights_source --| Weights from | | text | the figure, the checkpoint or the portraits
FROM one LEFT JOIN claims ON claims.experiment = 'fig1'
        AND claims.query LIKE iif(one.part = 'group', '%figure = ''' || one.figure, '%method = ''' || one.method) || '''%'
    LEFT JOIN one AS ptq ON ptq.part = 'layer' AND ptq.method = 'ptq' AND ptq.net = one.net AND ptq.size = one.size
ORDER BY one.place, one.row;
