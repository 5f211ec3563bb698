-- Energy times delay of each design on ResNet-50 against the accuracy that the design's weights lose. A design has a point where
-- its weights have rows of accuracy: those of accelerators.accuracy_method, on the same samples as int8.
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
       method,        --| Weights | | text | the compression whose accuracy the design has
       edp_ratio,     --| Energy × delay | ÷ reference | real lower 3 | energy times cycles over those of the reference
       accuracy_size, --| Size of the accuracy | | text | the network that the loss was measured on: full, or compact, its stand-in
       samples,       --| N | samples | integer | of the accuracy
       loss_points,   --| Loss | points | real follows 2 | accuracy of int8 less that of the method: above 0 is worse
       NOT EXISTS (SELECT 1 FROM points AS other
                   WHERE other.edp_ratio <= points.edp_ratio AND other.loss_points <= points.loss_points
                     AND (other.edp_ratio < points.edp_ratio OR other.loss_points < points.loss_points))
           AS on_frontier, --| On the frontier | | flag follows | no design is better in one of the two and at least as good in the other
       stand_in       --| Stand-in | | flag | the accuracy is that of a stand-in of the paper's network
FROM points ORDER BY place;
