// SPDX-License-Identifier: GPL-3.0-or-later
// Parts that several PEs share. Numbers are signed unless a comment says otherwise.

// The sum of COUNT numbers of BITS bits, in a tree of two-input adders that grow by one bit a level. COUNT is a power of 2.
module adder_tree #(parameter COUNT = 8, BITS = 8, WIDTH = BITS + $clog2(COUNT)) (
    input [COUNT * BITS - 1:0] numbers,
    output signed [WIDTH - 1:0] sum
);
    generate
        if (COUNT == 1) begin : one
            assign sum = numbers;
        end else begin : many
            localparam HALF = COUNT / 2;
            wire signed [WIDTH - 2:0] low, high;
            adder_tree #(.COUNT(HALF), .BITS(BITS)) low_half (.numbers(numbers[HALF * BITS - 1:0]), .sum(low));
            adder_tree #(.COUNT(HALF), .BITS(BITS)) high_half (.numbers(numbers[COUNT * BITS - 1:HALF * BITS]), .sum(high));
            assign sum = low + high;
        end
    endgenerate
endmodule

// One of INPUTS numbers of 8 bits, by a decoder and AND-OR terms.
module multiplexer #(parameter INPUTS = 5, SELECT = $clog2(INPUTS)) (
    input [8 * INPUTS - 1:0] numbers,
    input [SELECT - 1:0] select,
    output reg [7:0] selected
);
    integer i;
    always @(numbers, select) begin
        selected = 0;
        for (i = 0; i < INPUTS; i = i + 1)
            selected = selected | numbers[8 * i +: 8] & {8{select == i}};
    end
endmodule

// Minus the number where `negate` is 1. The least number has no opposite of the same width and must not be negated.
module negation #(parameter BITS = 11) (
    input signed [BITS - 1:0] number,
    input negate,
    output signed [BITS - 1:0] result
);
    assign result = (number ^ {BITS{negate}}) + $signed({1'b0, negate});
endmodule

// The end of every PE: a register for the shifted sum of a cycle, then the accumulator, which starts from `start` where
// `load` is 1. `other` is added without a register (zero in PEs that have no such number).
module accumulation #(parameter BITS = 18) (
    input clk,
    input signed [BITS - 1:0] sum,
    input signed [23:0] other,
    input load,
    input signed [23:0] start,
    output reg signed [23:0] accumulator
);
    reg signed [BITS - 1:0] held;
    always @(posedge clk) begin
        held <= sum;
        accumulator <= (load ? start : accumulator) + held + other;
    end
endmodule
