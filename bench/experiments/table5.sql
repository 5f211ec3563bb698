-- Table V: PEs of the bit-serial designs, for BitVert only bitvert-8-opt. OliVe's PE is not bit-serial and is in Table VI.
SELECT pe, "group", subgroup, optimised, gates_nand2, gates_synthesised_nand2, operand_gates_nand2,
       multiplier_gates_nand2, register_bits,
       area_fitted_um2, area_left_out_um2, multiplier_left_out_um2, area_paper_um2, area_residual_percent, power_fitted_mw,
       power_left_out_mw, power_paper_mw, power_residual_percent
FROM pe WHERE pe = 'bitvert-8-opt' OR (pe NOT LIKE 'bitvert-%' AND pe <> 'olive') ORDER BY rowid;
