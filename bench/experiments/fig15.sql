-- What the lanes do meanwhile: useful work, waiting for slower lanes of their PE, waiting for slower PEs. Together 100 % of the
-- slots of the lanes; empty for a design that does not look at bits.
SELECT net, size, accelerator, pe_columns, useful_percent, intra_pe_stall_percent, inter_pe_stall_percent, weights_source
FROM scaling ORDER BY rowid;
