-- How the lanes spend their slots: useful work, waiting for slower lanes of the same PE, waiting for slower PEs. The sum is 100 %;
-- empty for a design that does not skip bits.
SELECT net, size, accelerator, pe_columns, useful_percent, intra_pe_stall_percent, inter_pe_stall_percent, weights_source
FROM scaling ORDER BY rowid;
