-- Energy times delay of each design on ResNet-50 against the loss of accuracy of the design's weights. A design has a point when
-- the run has rows of accuracy for its method and for int8 on the same samples. A design whose weights can have fewer bits
-- (table precision) has a point for each number of bits whose accuracy was measured.
WITH costs AS (
    SELECT 1 AS part, design.place, cost.net, cost.size, cost.accelerator, cost.reference, cost.accelerator AS point,
           design.accuracy_method AS method, cost.energy_ratio / cost.speedup AS edp_ratio
    FROM accelerators AS design JOIN speedup AS cost USING (accelerator)
    UNION ALL
    SELECT 2, 100 * design.place - fewer.weight_bits, fewer.net, fewer.size, fewer.accelerator, cost.reference,
           fewer.accelerator || ' ' || fewer.weight_bits || ' bits', fewer.method,
           fewer.energy_total_pj / cost.energy_total_pj * fewer.cycles / cost.cycles
    FROM precision AS fewer JOIN accelerators AS design USING (accelerator)
    JOIN speedup AS cost ON cost.net = fewer.net AND cost.size = fewer.size AND cost.accelerator = cost.reference),
points AS (
    SELECT costs.*, lossy.size AS accuracy_size, lossy.samples,
           int8.accuracy_percent - lossy.accuracy_percent AS loss_points, lossy.stand_in
    FROM costs
    JOIN accuracy AS lossy ON lossy.net = costs.net AND lossy.method = costs.method
    JOIN accuracy AS int8 ON int8.net = lossy.net AND int8.size = lossy.size AND int8.data = lossy.data AND int8.method = 'int8'
    WHERE costs.net = 'resnet50')
SELECT net, size, accelerator, reference,
       method,        --| Weights | | text key | compression method of the design's weights
       point,         --| Point | | text | label of the point: the design, and its number of bits where that is not the design's own
       edp_ratio,     --| Energy × delay | ÷ reference | real lower 3 | energy times cycles, over energy times cycles of the reference
       accuracy_size, --| Size of the accuracy | | text | size of the network on which the loss was measured: full, or compact (a stand-in)
       samples,       --| N | samples | integer | samples of the accuracy
       loss_points,   --| Loss | points | real follows 2 | accuracy of int8 minus accuracy of the method: above 0 is worse
       NOT EXISTS (SELECT 1 FROM points AS other
                   WHERE other.edp_ratio <= points.edp_ratio AND other.loss_points <= points.loss_points
                     AND (other.edp_ratio < points.edp_ratio OR other.loss_points < points.loss_points))
           AS on_frontier, --| On the frontier | | flag follows | no other point is better in one of the two and at least as good in the other
       stand_in       --| Stand-in | | flag | the accuracy is that of a stand-in of the paper's network
FROM points ORDER BY part, place;
