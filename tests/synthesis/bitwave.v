// SPDX-License-Identifier: GPL-3.0-or-later
// BitWave: 8 weights as sign and magnitude, one magnitude column of them a cycle. A lane negates its activation for a negative
// weight, then is an AND with the weight's bit.
module bitwave (
    input clk,
    input [63:0] activations,
    input [7:0] weight_bits,
    input [7:0] negative,
    input [2:0] column, // 0 to 6
    input load,
    input signed [23:0] start,
    output signed [23:0] accumulator
);
    reg [63:0] held_activations;
    reg [7:0] held_bits, held_negative;
    reg [2:0] held_column;
    always @(posedge clk) begin
        held_activations <= activations;
        held_bits <= weight_bits;
        held_negative <= negative;
        held_column <= column;
    end

    wire [63:0] products;
    wire signed [10:0] sum;
    wire signed [16:0] shifted = sum <<< held_column;
    genvar lane;
    generate
        for (lane = 0; lane < 8; lane = lane + 1) begin : lanes
            wire [7:0] signed_activation;
            negation #(.BITS(8)) sign (.number(held_activations[8 * lane +: 8]), .negate(held_negative[lane]),
                                       .result(signed_activation));
            assign products[8 * lane +: 8] = signed_activation & {8{held_bits[lane]}};
        end
    endgenerate
    adder_tree #(.COUNT(8), .BITS(8)) tree (.numbers(products), .sum(sum));
    accumulation #(.BITS(17)) tail (.clk(clk), .sum(shifted), .other(24'sd0), .load(load), .start(start),
                                    .accumulator(accumulator));
endmodule
