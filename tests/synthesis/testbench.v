// SPDX-License-Identifier: GPL-3.0-or-later
// Drives one PE from a file of vectors, one line a cycle: all inputs as one number, 1 where the accumulator must have a value,
// and the value. Stops at the first difference. DESIGN, BITS and PORTS are defined by synthesise.py, as is VECTORS.
`timescale 1ns / 1ps
module testbench;
    reg clk = 0;
    reg [`BITS - 1:0] in;
    wire [23:0] accumulator;
    reg check;
    reg [23:0] expected;
    reg [`BITS - 1:0] next;
    integer file, fields, checked = 0;
    `DESIGN pe (.clk(clk), `PORTS, .accumulator(accumulator));

    always #5 clk = !clk;
    initial file = $fopen(`VECTORS, "r");
    always @(negedge clk) begin
        fields = $fscanf(file, "%h %b %h\n", next, check, expected);
        if (fields != 3) begin
            $display("equal: %0d", checked);
            $finish;
        end else begin
            if (check && accumulator !== expected) begin
                $display("differs: the accumulator has %h after %0d right sums, expected %h", accumulator, checked, expected);
                $finish;
            end
            checked = checked + check;
            in = next;
        end
    end
endmodule
