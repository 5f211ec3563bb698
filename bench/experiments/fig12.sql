-- Fig. 12 shows the speedups over Stripes: the rows of experiment speedup as they are, with their spread over the seeds of the
-- synthetic weights.
SELECT speedup.*,
       speedup_mean,      --| Mean over the seeds | × | real higher 3 | mean of the speedup over the seeds of the synthetic weights
       speedup_deviation, --| Deviation | × | real 4 | standard deviation of the speedup over these seeds
       seeds,             --| Seeds | | integer | seeds of the synthetic weights behind mean and deviation
       iif(net = 'geomean', paper_speedup, NULL) AS paper_speedup --| Paper | × | real 2 follows | the label of the paper's figure; empty where it prints none
FROM speedup LEFT JOIN seed_ratios USING (net, size, accelerator, reference) LEFT JOIN paper_means USING (accelerator) ORDER BY speedup.rowid;
