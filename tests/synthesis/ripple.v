// SPDX-License-Identifier: GPL-3.0-or-later
// Carries of an adder, one after the other, as bench/accel/area.c counts them. In place of Yosys' own, which are faster and
// larger.
(* techmap_celltype = "$lcu" *)
module ripple_carry #(parameter WIDTH = 2) (
    input [WIDTH - 1:0] P, G, // propagate, generate
    input CI,
    output [WIDTH - 1:0] CO
);
    genvar i;
    generate
        for (i = 0; i < WIDTH; i = i + 1) begin : bits
            if (i == 0) assign CO[i] = G[i] | (P[i] & CI);
            else assign CO[i] = G[i] | (P[i] & CO[i - 1]);
        end
    endgenerate
endmodule
