-- Energy of every design against SparTen, as the paper's Fig. 13 is normalised; columns as in speedup.
SELECT net,               --| Network | | text key | the network, or geomean: the geometric mean over the networks
       size,              --| Size | | text key | full: the network of the paper; compact: its stand-in
       accelerator,       --| Accelerator | | text key | the design
       reference,         --| Reference | | text | the design that it is compared with
       cycles,            --| Cycles | | integer lower | of one sample through the network
       speedup,           --| Speedup | × | real higher 3 | cycles of the reference over those of the design: above 1 is faster
       energy_total_pj,   --| Energy | pJ | real lower 0 | of one sample, on chip and DRAM, without leakage
       energy_ratio,      --| Energy | ÷ reference | real lower 3 | energy over that of the reference: below 1 is less
       energy_on_chip_ratio, --| of it on chip | ÷ reference | real 3 | the part on chip over the total energy of the reference
       energy_dram_ratio, --| of it DRAM | ÷ reference | real 3 | the part of DRAM over the total energy of the reference
       selection,         --| Selection | | text | how sensitive channels were chosen; none: the design has none
       mean_over_networks, --| Mean | | text | geometric: this row is the mean over the networks; else empty
       energy_mean,       --| Mean over the seeds | ÷ reference | real lower 3 | mean of the energy ratio over the seeds of the synthetic weights
       energy_deviation,  --| Deviation | ÷ reference | real 4 | standard deviation of the energy ratio over these seeds
       seeds,             --| Seeds | | integer | seeds of the synthetic weights behind mean and deviation
       iif(net = 'geomean', paper_energy_ratio, NULL) AS paper_energy_ratio --| Paper | ÷ reference | real 2 follows | the label of the paper's figure; empty where it prints none
FROM ratios LEFT JOIN seed_ratios USING (net, size, accelerator, reference) LEFT JOIN paper_means USING (accelerator) WHERE reference = 'sparten'
ORDER BY net = 'geomean', place;
