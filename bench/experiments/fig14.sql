-- Speedup over Stripes with the same number of PE columns.
SELECT design.net, design.size, design.accelerator, design.pe_columns, design.compute_cycles, design.cycles,
       reference.accelerator AS reference,            --| Reference | | text | the design that it is compared with
       1.0 * reference.cycles / design.cycles AS speedup, --| Speedup | × | real higher 3 | cycles of the reference with the same number of PE columns, over those of the design
       design.weights_source
FROM scaling AS design JOIN scaling AS reference USING (net, size, pe_columns)
WHERE reference.accelerator = 'stripes'
ORDER BY design.rowid;
