-- Sensitivity: BitVert against Stripes at the same point of a knob, geometric means over the networks that have the knob.
SELECT one.knob AS knob, --| Knob | | text key | what is changed; all else is as in paper.ini
    one.value AS value, --| Value | | real 1 key | of the knob, in its unit
    one.unit AS unit, --| Unit | | text | of the value
    one.accelerator AS accelerator, --| Accelerator | | text key | the design
    max(one.used) AS used, --| In use | | integer | 1 at the value of the paper's setting as it is modelled here
    count(*) AS networks, --| N | networks | integer | networks of the mean
    group_concat(one.net, ' ') AS nets, --| Networks | | text | the networks of the mean
    geomean(1.0 * stripes.cycles / one.cycles) AS speedup, --| Speedup | × Stripes | real 2 higher | geometric mean, Stripes at the same point
    geomean(one.energy_total_pj / stripes.energy_total_pj) AS energy_ratio, --| Energy | × Stripes | real 2 lower | geometric mean, Stripes at the same point
    avg(one.weight_bits) AS weight_bits --| Weights | bits | real 3 lower | stored bits of a weight without metadata, mean of the networks
FROM sensitivity_totals AS one JOIN sensitivity_totals AS stripes USING (knob, value, net, size)
WHERE stripes.accelerator = 'stripes' AND one.accelerator <> 'stripes'
GROUP BY one.knob, one.value, one.accelerator
ORDER BY min(min(one.rowid)) OVER (PARTITION BY one.knob), one.accelerator, one.value;
