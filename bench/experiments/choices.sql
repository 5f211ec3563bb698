-- Settings that can be argued either way: the speedup over Stripes and the energy against Stripes with the other setting, beside
-- those of the default. Geometric means over the networks.
SELECT other.oddity AS choice, --| Setting | | text key | not the default, as for `simulate --set`
       other.accelerator,
       count(*) AS networks,   --| Networks | | integer | number of networks in the geometric means
       geomean(1.0 * stripes.cycles / other.cycles) AS speedup,           --| Speedup | × Stripes | real higher 3 | with this setting
       geomean(1.0 * stripes.cycles / ours.cycles) AS speedup_default,    --| by default | × Stripes | real higher 3 | with the default
       geomean(other.energy_total_pj / stripes.energy_total_pj) AS energy_ratio,       --| Energy | ÷ Stripes | real lower 3 | with this setting
       geomean(ours.energy_total_pj / stripes.energy_total_pj) AS energy_ratio_default --| by default | ÷ Stripes | real lower 3 | with the default
FROM oddity_totals AS other
    JOIN oddity_totals AS ours USING (profile, first_layer_weights, net, size, accelerator)
    JOIN oddity_totals AS stripes USING (profile, first_layer_weights, net, size)
WHERE other.oddity LIKE other.accelerator || '.%' AND ours.oddity = 'none' AND stripes.oddity = 'none' AND stripes.accelerator = 'stripes'
GROUP BY other.oddity, other.accelerator
ORDER BY min(other.rowid);
