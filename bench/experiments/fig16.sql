-- Energy times delay of each design on ResNet-50 against the loss of accuracy of the design's weights. A design has a point when
-- the run has rows of accuracy for accelerators.accuracy_method and for int8 on the same samples.
WITH points AS (
    SELECT design.rowid AS place, cost.net, cost.size, cost.accelerator, cost.reference, lossy.method,
           cost.energy_ratio / cost.speedup AS edp_ratio, lossy.size AS accuracy_size, lossy.samples,
           int8.accuracy_percent - lossy.accuracy_percent AS loss_points, lossy.stand_in
    FROM accelerators AS design
    JOIN speedup AS cost ON cost.accelerator = design.accelerator
    JOIN accuracy AS lossy ON lossy.net = cost.net AND lossy.method = design.accuracy_method
    JOIN accuracy AS int8 ON int8.net = lossy.net AND int8.size = lossy.size AND int8.data = lossy.data AND int8.method = 'int8'
    WHERE cost.net = 'resnet50')
SELECT net, size, accelerator, reference,
       method,        --| Weights | | text | compression method of the design's weights
       edp_ratio,     --| Energy × delay | ÷ reference | real lower 3 | energy times cycles, over energy times cycles of the reference
       accuracy_size, --| Size of the accuracy | | text | size of the network on which the loss was measured: full, or compact (a stand-in)
       samples,       --| N | samples | integer | samples of the accuracy
       loss_points,   --| Loss | points | real follows 2 | accuracy of int8 minus accuracy of the method: above 0 is worse
       NOT EXISTS (SELECT 1 FROM points AS other
                   WHERE other.edp_ratio <= points.edp_ratio AND other.loss_points <= points.loss_points
                     AND (other.edp_ratio < points.edp_ratio OR other.loss_points < points.loss_points))
           AS on_frontier, --| On the frontier | | flag follows | no other design is better in one of the two and at least as good in the other
       stand_in       --| Stand-in | | flag | the accuracy is that of a stand-in of the paper's network
FROM points ORDER BY place;
