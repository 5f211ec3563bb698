-- Table VI: peak multiplications of a PE per area, for the PEs whose peak does not depend on the weights.
SELECT pe, gates_nand2, gates_synthesised_nand2, area_left_out_um2, area_paper_um2, area_residual_percent, power_left_out_mw, power_paper_mw,
       macs_per_cycle AS macs_a_cycle, --| Multiplications | a cycle | real 1 | multiplications of a weight and an activation
       1000 * macs_per_cycle / area_left_out_um2
           AS macs_a_cycle_and_1000_um2_estimated, --| By estimated area | a cycle and 1,000 µm² | real 2 | multiplications per area estimated from gates
       1000 * macs_per_cycle / area_paper_um2
           AS macs_a_cycle_and_1000_um2_paper_area --| By the paper's area | a cycle and 1,000 µm² | real 2 | multiplications per area given in the paper
FROM pe WHERE macs_per_cycle IS NOT NULL ORDER BY macs_per_cycle;
