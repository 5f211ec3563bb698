-- Speedup over Stripes for equal area of the PEs: the speedup times the area of Stripes' PEs over that of the design's, both by
-- the paper's Table V. Designs without a PE in the table are left out.
SELECT speedup.net, speedup.size, speedup.accelerator, speedup.reference, design.array_area_um2,
       design.array_area_um2 / base.array_area_um2 AS area_ratio, --| PE area | ÷ reference | real lower 3 | area of the design's PEs over that of the reference's
       speedup.speedup,
       speedup.speedup * base.array_area_um2 / design.array_area_um2 AS iso_area_speedup, --| Speedup for equal area | × | real higher 3 | speedup over the reference, times the reference's area of PEs over the design's
       speedup.mean_over_networks
FROM speedup JOIN accelerators AS design USING (accelerator)
JOIN accelerators AS base ON base.accelerator = speedup.reference
WHERE design.array_area_um2 IS NOT NULL AND base.array_area_um2 IS NOT NULL
ORDER BY speedup.rowid;
