// SPDX-License-Identifier: GPL-3.0-or-later
// BitVert (paper Fig. 7): 16 weights in sub-groups of SUBGROUP, with half as many lanes. A lane selects one activation of its
// sub-group. In a column that is inverted the lanes carry the zeros, and their sum is subtracted from the sum of all
// activations of the sub-group. The constant of the group times the sum of all activations is added in the cycles in
// which `multiply` is 1: 3 bits of it a cycle (SERIAL = 1) or all 6 at once.
//
// NARROW = 1: lane i selects from the activations i to i + lanes of its sub-group, 0: from all. CONSTANT = 0 leaves out the
// constant's path.
module bitvert #(
    parameter SUBGROUP = 8, NARROW = 1, SERIAL = 1, CONSTANT = 1,
    parameter GROUPS = 16 / SUBGROUP, LANES = SUBGROUP / 2,
    parameter INPUTS = NARROW ? LANES + 1 : SUBGROUP, SELECT = $clog2(INPUTS), // of a lane's multiplexer
    parameter SUM = 8 + $clog2(SUBGROUP), FACTOR = SERIAL ? 3 : 6
) (
    input clk,
    input [127:0] activations,
    input [GROUPS * SUM - 1:0] activation_sums,
    input [8 * SELECT - 1:0] selections,
    input [7:0] valid,
    input [GROUPS - 1:0] inverted,
    input [2:0] column,
    input sign,
    input [FACTOR - 1:0] factor, // of the constant, not registered
    input factor_is_signed,
    input high_factor, // SERIAL: these are the high 3 bits
    input multiply,
    input load,
    input signed [23:0] start,
    output signed [23:0] accumulator
);
    reg [127:0] held_activations;
    reg [GROUPS * SUM - 1:0] held_sums;
    reg [8 * SELECT - 1:0] held_selections;
    reg [7:0] held_valid;
    reg [GROUPS - 1:0] held_inverted;
    reg [2:0] held_column;
    reg held_sign;
    always @(posedge clk) begin
        held_activations <= activations;
        held_sums <= activation_sums;
        held_selections <= selections;
        held_valid <= valid;
        held_inverted <= inverted;
        held_column <= column;
        held_sign <= sign;
    end

    wire [GROUPS * SUM - 1:0] group_sums, multiplied_sums;
    wire signed [11:0] sum, signed_sum;
    wire signed [18:0] shifted = signed_sum <<< held_column;
    wire signed [23:0] constant;
    genvar group, lane;
    generate
        for (group = 0; group < GROUPS; group = group + 1) begin : groups
            wire [8 * LANES - 1:0] products;
            for (lane = 0; lane < LANES; lane = lane + 1) begin : lanes
                localparam AT = group * LANES + lane, FIRST = group * SUBGROUP + (NARROW ? lane : 0);
                wire [SELECT - 1:0] select = held_selections[SELECT * AT +: SELECT];
                wire [7:0] selected;
                multiplexer #(.INPUTS(INPUTS)) choice (.numbers(held_activations[8 * FIRST +: 8 * INPUTS]),
                                                       .select(select), .selected(selected));
                assign products[8 * lane +: 8] = selected & {8{held_valid[AT]}};
            end
            wire signed [SUM - 2:0] lanes_sum;
            wire signed [SUM - 1:0] all = held_sums[SUM * group +: SUM];
            wire signed [SUM - 1:0] from_all = all - lanes_sum;
            adder_tree #(.COUNT(LANES), .BITS(8)) tree (.numbers(products), .sum(lanes_sum));
            assign group_sums[SUM * group +: SUM] = held_inverted[group] ? from_all : {lanes_sum[SUM - 2], lanes_sum};
        end
        if (CONSTANT) begin : with_constant
            wire signed [11:0] all;
            wire [5:0] bits = factor;
            // The highest bit of a signed factor counts as negative.
            wire signed [12 + FACTOR - 1:0] top = bits[FACTOR - 1] ? all : 12'sd0;
            wire signed [12 + FACTOR - 1:0] rest = all * $signed({1'b0, bits[FACTOR - 2:0]});
            wire signed [12 + FACTOR - 1:0] product =
                rest + ((top <<< FACTOR - 1) ^ {12 + FACTOR{factor_is_signed}}) + $signed({1'b0, factor_is_signed});
            adder_tree #(.COUNT(GROUPS), .BITS(SUM)) all_sums (.numbers(held_sums & {GROUPS * SUM{multiply}}), .sum(all));
            assign constant = SERIAL && high_factor ? product <<< 3 : product;
        end else begin : without_constant
            assign constant = 0;
        end
    endgenerate
    adder_tree #(.COUNT(GROUPS), .BITS(SUM)) tree (.numbers(group_sums), .sum(sum));
    negation #(.BITS(12)) sign_column (.number(sum), .negate(held_sign), .result(signed_sum));
    accumulation #(.BITS(19)) tail (.clk(clk), .sum(shifted), .other(constant), .load(load), .start(start),
                                    .accumulator(accumulator));
endmodule
