// SPDX-License-Identifier: GPL-3.0-or-later
// Bitlet: 32 weights. Lane i has significance i: each cycle it selects the activation of a weight that has bit i. Lane 7 is the
// sign column, so its activation is negated. The adders of the tree grow with the significance of their lanes.
module bitlet (
    input clk,
    input [255:0] activations,
    input [39:0] selections,
    input [7:0] valid,
    input load,
    input signed [23:0] start,
    output signed [23:0] accumulator
);
    reg [255:0] held_activations;
    reg [39:0] held_selections;
    reg [7:0] held_valid;
    always @(posedge clk) begin
        held_activations <= activations;
        held_selections <= selections;
        held_valid <= valid;
    end

    wire signed [7:0] products [0:7];
    wire signed [7:0] minus_seventh;
    wire signed [9:0] sum01 = products[0] + (products[1] <<< 1);
    wire signed [11:0] sum23 = (products[2] <<< 2) + (products[3] <<< 3);
    wire signed [13:0] sum45 = (products[4] <<< 4) + (products[5] <<< 5);
    wire signed [15:0] sum67 = (products[6] <<< 6) + (minus_seventh <<< 7);
    wire signed [12:0] sum0123 = sum01 + sum23;
    wire signed [15:0] sum4567 = sum45 + sum67;
    wire signed [15:0] sum = sum0123 + sum4567;
    genvar lane;
    generate
        for (lane = 0; lane < 8; lane = lane + 1) begin : lanes
            wire [7:0] selected;
            multiplexer #(.INPUTS(32)) choice (.numbers(held_activations), .select(held_selections[5 * lane +: 5]),
                                               .selected(selected));
            assign products[lane] = selected & {8{held_valid[lane]}};
        end
    endgenerate
    negation #(.BITS(8)) sign_lane (.number(products[7]), .negate(1'b1), .result(minus_seventh));
    accumulation #(.BITS(16)) tail (.clk(clk), .sum(sum), .other(24'sd0), .load(load), .start(start),
                                    .accumulator(accumulator));
endmodule
