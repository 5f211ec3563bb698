// SPDX-License-Identifier: GPL-3.0-or-later
// Stripes: 8 weights, one bit column of them a cycle. A lane is an AND of an activation with its weight's bit.
module stripes (
    input clk,
    input [63:0] activations,
    input [7:0] weight_bits,
    input [2:0] column,
    input sign, // this is the sign column
    input load,
    input signed [23:0] start,
    output signed [23:0] accumulator
);
    reg [63:0] held_activations;
    reg [7:0] held_bits;
    reg [2:0] held_column;
    reg held_sign;
    always @(posedge clk) begin
        held_activations <= activations;
        held_bits <= weight_bits;
        held_column <= column;
        held_sign <= sign;
    end

    wire [63:0] products;
    wire signed [10:0] sum, signed_sum;
    wire signed [17:0] shifted = signed_sum <<< held_column;
    genvar lane;
    generate
        for (lane = 0; lane < 8; lane = lane + 1) begin : lanes
            assign products[8 * lane +: 8] = held_activations[8 * lane +: 8] & {8{held_bits[lane]}};
        end
    endgenerate
    adder_tree #(.COUNT(8), .BITS(8)) tree (.numbers(products), .sum(sum));
    negation #(.BITS(11)) sign_column (.number(sum), .negate(held_sign), .result(signed_sum));
    accumulation #(.BITS(18)) tail (.clk(clk), .sum(shifted), .other(24'sd0), .load(load), .start(start),
                                    .accumulator(accumulator));
endmodule
