-- The effect of each oddity of the authors' simulator: geometric means over the networks, and their change against the same
-- profile without oddities and with a whole first layer. Reference designs have the same oddity.
WITH one AS (
    SELECT design.rowid AS place, profile, first_layer_weights, oddity, size, design.accelerator, design.cycles, design.energy_total_pj,
           1.0 * stripes.cycles / design.cycles AS speedup, design.energy_total_pj / sparten.energy_total_pj AS energy_ratio
    FROM oddity_totals AS design
        JOIN oddity_totals AS stripes USING (profile, first_layer_weights, oddity, net, size)
        JOIN oddity_totals AS sparten USING (profile, first_layer_weights, oddity, net, size)
    WHERE stripes.accelerator = 'stripes' AND sparten.accelerator = 'sparten'),
mean AS (
    SELECT profile, first_layer_weights, oddity, size, accelerator, count(*) AS networks, geomean(speedup) AS speedup,
           geomean(energy_ratio) AS energy_ratio, geomean(cycles) AS cycles, geomean(energy_total_pj) AS energy
    FROM one GROUP BY profile, first_layer_weights, oddity, size, accelerator)
SELECT mean.profile,
       mean.first_layer_weights,
       mean.oddity,
       mean.size,
       mean.accelerator,
       mean.networks, --| Networks | | integer | number of networks in the geometric means
       mean.speedup AS speedup, --| Speedup | × Stripes | real higher 3 | cycles of Stripes over those of the design
       mean.energy_ratio AS energy_ratio, --| Energy | ÷ SparTen | real lower 3 | energy over that of SparTen
       100 * (mean.speedup / without.speedup - 1) AS speedup_change_percent, --| Speedup changes by | % | real follows 1 | against the same profile without oddities, first layer whole
       100 * (mean.energy_ratio / without.energy_ratio - 1) AS energy_ratio_change_percent, --| Energy ratio changes by | % | real follows 1 | against the same profile without oddities, first layer whole
       100 * (mean.cycles / without.cycles - 1) AS cycles_change_percent, --| Cycles change by | % | real follows 1 | of the design itself
       100 * (mean.energy / without.energy - 1) AS energy_change_percent --| Energy changes by | % | real follows 1 | of the design itself
FROM mean LEFT JOIN mean AS without
        ON without.oddity = 'none' AND without.profile = mean.profile AND without.size = mean.size
        AND without.accelerator = mean.accelerator
    JOIN accelerators ON accelerators.accelerator = mean.accelerator LEFT JOIN oddity_list ON oddity_list.oddity = mean.oddity
ORDER BY mean.first_layer_weights, mean.profile = 'bitsim', mean.oddity = 'all', coalesce(oddity_list.place, 0), accelerators.place;
