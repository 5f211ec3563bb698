// SPDX-License-Identifier: GPL-3.0-or-later
// Pragmatic: 8 weights, one bit of each a cycle. A lane shifts its activation by 0 to 3 places, negated for a negative weight;
// the sum of all lanes is shifted once more by the column that they have in common.
module pragmatic (
    input clk,
    input [63:0] activations,
    input [15:0] places, // of each lane, above the column
    input [7:0] negative,
    input [7:0] valid,
    input [2:0] column,
    input any, // a lane is valid
    input load,
    input signed [23:0] start,
    output signed [23:0] accumulator
);
    reg [63:0] held_activations;
    reg [15:0] held_places;
    reg [7:0] held_negative, held_valid;
    reg [2:0] held_column;
    reg held_any;
    always @(posedge clk) begin
        held_activations <= activations;
        held_places <= places;
        held_negative <= negative;
        held_valid <= valid;
        held_column <= column;
        held_any <= any;
    end

    wire [87:0] products;
    wire signed [13:0] sum;
    wire signed [20:0] shifted = sum <<< held_column;
    genvar lane;
    generate
        for (lane = 0; lane < 8; lane = lane + 1) begin : lanes
            wire signed [7:0] signed_activation;
            wire signed [10:0] product = signed_activation <<< held_places[2 * lane +: 2];
            negation #(.BITS(8)) sign (.number(held_activations[8 * lane +: 8]), .negate(held_negative[lane]),
                                       .result(signed_activation));
            assign products[11 * lane +: 11] = product & {11{held_valid[lane]}};
        end
    endgenerate
    adder_tree #(.COUNT(8), .BITS(11)) tree (.numbers(products), .sum(sum));
    accumulation #(.BITS(21)) tail (.clk(clk), .sum(shifted & {21{held_any}}), .other(24'sd0), .load(load), .start(start),
                                    .accumulator(accumulator));
endmodule
