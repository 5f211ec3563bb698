-- Table IV: the PE of BitVert, with sub-groups of 16, 8 and 4 weights, without and with the two optimisations.
SELECT pe, "group", subgroup, optimised, gates_nand2, gates_synthesised_nand2, operand_gates_nand2,
       multiplier_gates_nand2, register_bits,
       area_fitted_um2, area_left_out_um2, multiplier_left_out_um2, area_paper_um2, area_residual_percent, power_fitted_mw,
       power_left_out_mw, power_paper_mw, power_residual_percent
FROM pe WHERE pe LIKE 'bitvert-%' ORDER BY rowid;
