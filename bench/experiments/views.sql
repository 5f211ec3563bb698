-- Views that several queries share.

-- accuracy

/* Each row of accuracy in the order of the file (place), with its loss against int8 on the same network, size and data, in
   points: above zero is worse. NULL where the run has no such row of int8. */
CREATE VIEW losses AS
SELECT one.rowid AS place, one.*, int8.accuracy_percent - one.accuracy_percent AS loss_points
FROM accuracy AS one
LEFT JOIN accuracy AS int8 ON int8.net = one.net AND int8.size = one.size AND int8.data = one.data AND int8.method = 'int8';

/* The mean of each method over the networks of one size that have it, with equal weight for each network; samples are summed.
   The loss is NULL when a network has none. note: networks, samples and bits of the mean, as text. */
CREATE VIEW mean_losses AS
SELECT method, size, networks, samples, loss_points, bits_per_weight, bits_per_weight_with_metadata, whole_layers, layers,
    stand_in,
    networks || CASE networks WHEN 1 THEN ' network (' ELSE ' networks (' END || size || '), N = ' || grouped(least)
        || CASE WHEN least < most THEN ' to ' || grouped(most) ELSE '' END || ' samples a network, '
        || fixed(bits_per_weight, 2) || ' bits a weight' AS note
FROM (
    SELECT method, size, count(*) AS networks, sum(samples) AS samples, min(samples) AS least,
        max(samples) AS most, CASE WHEN count(loss_points) = count(*) THEN avg(loss_points) END AS loss_points,
        avg(bits_per_weight) AS bits_per_weight, avg(bits_per_weight_with_metadata) AS bits_per_weight_with_metadata,
        sum(whole_layers) AS whole_layers, sum(layers) AS layers, max(stand_in) AS stand_in
    FROM losses
    GROUP BY method, size);

/* The basis of a number when it is compared with the paper: 'stand-in' (no comparison), 'subset' (a part of what the paper
   measured), or 'whole' (every sample of the published set; for net 'mean' on each network of the paper). The rows of the
   mode real have no basis: its networks are not the paper's, and are compared with nothing.
   note: network, data and bits of the number, as text. */
CREATE VIEW accuracy_basis AS
WITH one AS (
    SELECT accuracy.*, CASE WHEN stand_in THEN 'stand-in'
                            WHEN accuracy.samples = datasets.samples THEN 'whole'
                            ELSE 'subset' END AS basis
    FROM accuracy LEFT JOIN datasets USING (data))
SELECT net, size, method, basis,
    net || ' (' || size || ') on ' || data || ', ' || fixed(bits_per_weight, 2) || ' bits a weight' AS note
FROM one
WHERE (SELECT mode FROM run) <> 'real'
UNION ALL
SELECT 'mean', size, method,
    CASE WHEN mean_losses.stand_in THEN 'stand-in'
         WHEN count(DISTINCT CASE WHEN one.basis = 'whole' AND networks.paper THEN one.net END)
             = (SELECT count(*) FROM networks WHERE paper) THEN 'whole'
         ELSE 'subset' END,
    mean_losses.note
FROM mean_losses JOIN one USING (method, size) LEFT JOIN networks ON networks.net = one.net
WHERE (SELECT mode FROM run) <> 'real'
GROUP BY method, size
-- Stand-ins of some of the networks, as a user may choose them, are no stand-in of the mean over all.
HAVING NOT mean_losses.stand_in OR count(DISTINCT CASE WHEN networks.paper THEN one.net END) = (SELECT count(*) FROM networks WHERE paper);

/* The order BBS, BitWave, PTQ of Fig. 11 on each network, from its two neighbouring pairs: reproduced when both pairs are,
   not reproduced when one is not, else undecided. */
CREATE VIEW whole_orders AS
WITH neighbours(setting, first, second) AS (
    VALUES ('conservative', 'bbs-cons', 'bitwave-cons'), ('conservative', 'bitwave-cons', 'ptq-cons'),
           ('moderate', 'bbs-mod', 'bitwave-mod'), ('moderate', 'bitwave-mod', 'ptq-mod')),
pairs AS (SELECT ordering.rowid AS place, ordering.*, setting FROM ordering JOIN neighbours USING (first, second))
SELECT min(place) AS place, net, size, data, activations, setting, min(samples) AS samples, stand_in,
    CASE WHEN sum(kl_verdict = 'not reproduced') THEN 'not reproduced' WHEN sum(kl_verdict = 'reproduced') = 2 THEN 'reproduced'
         ELSE 'undecided' END AS kl_verdict,
    CASE WHEN sum(accuracy_verdict = 'not reproduced') THEN 'not reproduced'
         WHEN sum(accuracy_verdict = 'reproduced') = 2 THEN 'reproduced' ELSE 'undecided' END AS accuracy_verdict,
    sum(kl_verdict <> 'undecided') = 2 AS kl_decided, sum(accuracy_verdict <> 'undecided') = 2 AS accuracy_decided
FROM pairs
GROUP BY net, size, data, activations, setting
HAVING count(*) = 2;

/* What a pair of ordering says of accuracy, in words: N, the difference, and whether it is more than chance. */
CREATE VIEW ordering_words AS
SELECT rowid AS place, *,
    'accuracy ' || signed(accuracy_difference_points, 2) || ' points (' || signed(accuracy_difference_low_points, 2) || ' to '
        || signed(accuracy_difference_high_points, 2) || '), ' || CASE accuracy_verdict WHEN 'undecided' THEN 'within noise'
        ELSE 'more than noise' END || '; divergence ' || coalesce(signed(1000 * kl_difference, 3) || ' (' ||
        signed(1000 * kl_difference_low, 3) || ' to ' || signed(1000 * kl_difference_high, 3) || ') × 10⁻³ nats, ' ||
        CASE kl_verdict WHEN 'undecided' THEN 'within noise' ELSE 'more than noise' END, 'not known') AS words
FROM ordering;

/* What to say of an experiment without rows where the user chose networks or methods. */
CREATE VIEW choice_advice AS
SELECT iif(chosen_nets = '' AND chosen_methods = '', '',
    ' It has rows without the choice of ' || iif(chosen_nets = '', '', '`--net ' || chosen_nets || '`')
        || iif(chosen_nets = '' OR chosen_methods = '', '', ' and ')
        || iif(chosen_methods = '', '', 'methods (`' || chosen_methods || '`)') || ', or with those that it shows added.') AS advice
FROM run;

/* The commands that measure the rows of an experiment on the networks that are shipped, with int8 for comparison, one a line
   for each number of samples; for experiment accuracy only its last row. */
CREATE VIEW accuracy_again AS
WITH shown(experiment, net, size, method, data) AS (
    SELECT 'accuracy', net, size, method, data FROM accuracy WHERE rowid = (SELECT max(rowid) FROM accuracy)
    UNION ALL SELECT 'integers', net, size, method, data FROM integers
    UNION ALL SELECT 'table1', net, size, method, data FROM table1
    UNION ALL SELECT 'fig11', net, size, method, data FROM fig11 WHERE net <> 'mean'
    UNION ALL SELECT 'ordering', net, size, method, data
        FROM (SELECT net, size, data, first AS method FROM ordering WHERE source <> 'equal columns'
              UNION SELECT net, size, data, second FROM ordering WHERE source <> 'equal columns')
    UNION ALL SELECT 'table2', net, size, method, data FROM table2
    UNION ALL SELECT 'table3', net, size, method, data FROM table3),
counted AS (
    SELECT experiment, net, shown.size AS size, method, iif(datasets.data IS NULL, run.images, datasets.images) AS images
    FROM run, shown LEFT JOIN datasets USING (data)),
nets AS (
    SELECT experiment, images, group_concat(DISTINCT net) AS nets, min(size) AS size FROM counted
    GROUP BY experiment, images),
methods AS (
    SELECT experiment, images, group_concat(' --method ' || method, '') AS methods
    FROM (SELECT experiment, images, method FROM counted UNION SELECT experiment, images, 'int8' FROM counted)
    GROUP BY experiment, images),
commands AS (
    SELECT nets.experiment AS experiment, nets.images AS images,
        'build/bbsbench accuracy --net ' || nets || ' --size ' || size || methods
            || CASE nets.experiment WHEN 'integers' THEN ' --activations int8' ELSE '' END
            || coalesce(' --samples ' || nets.images, '') || ' --out rows' || coalesce('-' || nets.images, '') || '.csv' AS command
    FROM nets JOIN methods ON methods.experiment = nets.experiment AND methods.images IS nets.images
    WHERE NOT (SELECT brings FROM run) ORDER BY nets.experiment, nets.images DESC)
SELECT experiment, group_concat(command, char(10)) AS command FROM commands GROUP BY experiment;

-- models

-- The total of each network on each design; `place` is the position among the rows of model.
CREATE VIEW totals AS
SELECT rowid AS place, * FROM model WHERE layer = 'total';

-- Every total relative to the total of each design on the same network with the same setting of a sweep. With two networks or
-- more there is also a row `geomean` for each design and setting: the geometric mean over its networks. Its two parts of the
-- energy have the average shares.
CREATE VIEW ratios AS
WITH single AS MATERIALIZED (
    SELECT design.place, design.net, design.size, design.accelerator, reference.accelerator AS reference, design.cycles,
           1.0 * reference.cycles / design.cycles AS speedup, design.energy_total_pj,
           design.energy_total_pj / reference.energy_total_pj AS energy_ratio,
           design.energy_on_chip_pj / reference.energy_total_pj AS energy_on_chip_ratio,
           design.energy_dram_pj / reference.energy_total_pj AS energy_dram_ratio, design.selection, design.setting
    FROM totals AS design JOIN totals AS reference
        ON reference.net = design.net AND reference.size = design.size AND reference.setting IS design.setting)
SELECT *, '' AS mean_over_networks FROM single
UNION ALL
SELECT min(place), 'geomean', size, accelerator, reference, NULL, geomean(speedup), NULL, geomean(energy_ratio),
       geomean(energy_ratio) * avg(energy_on_chip_ratio / energy_ratio),
       geomean(energy_ratio) * (1 - avg(energy_on_chip_ratio / energy_ratio)), min(selection), setting, 'geometric'
FROM single GROUP BY size, accelerator, reference, setting HAVING count(*) > 1;

/* The paper's geometric means, where a figure prints them: those claims whose query reads the view means below. */
CREATE VIEW paper_means AS
SELECT accelerator, max(iif(query LIKE 'SELECT speedup %', paper_value, NULL)) AS paper_speedup,
       max(iif(query LIKE 'SELECT energy_ratio % experiment = ''fig13''%', paper_value, NULL)) AS paper_energy_ratio
FROM claims JOIN accelerators ON claims.query LIKE '% FROM means WHERE experiment = %accelerator = ''' || accelerator || ''''
GROUP BY accelerator;

-- The geometric means of speedup, fig12 and fig13 over the paper's networks at full size, `n` of them; `basis` for claims:
-- 'whole' means all of them. There is no mean where a network has several rows, those of a sweep.
CREATE VIEW means AS
SELECT experiment, accelerator, geomean(speedup) AS speedup, geomean(energy_ratio) AS energy_ratio, count(*) AS n,
       iif(count(*) = (SELECT count(*) FROM networks WHERE paper), 'whole', 'subset') AS basis
FROM (SELECT 'speedup' AS experiment, net, size, accelerator, speedup, energy_ratio FROM speedup
      UNION ALL SELECT 'fig12', net, size, accelerator, speedup, energy_ratio FROM fig12
      UNION ALL SELECT 'fig13', net, size, accelerator, speedup, energy_ratio FROM fig13) JOIN networks USING (net)
WHERE networks.paper AND size = 'full' GROUP BY experiment, accelerator HAVING count(*) = count(DISTINCT net);

-- The totals of each network on each design with synthetic weights of every seed: model has seed 1, seeds the others.
CREATE VIEW seed_totals AS
SELECT net, size, accelerator, 1 AS seed, cycles, energy_total_pj FROM totals
WHERE weights_source LIKE 'synthetic%' AND coalesce(setting, '') = ''
UNION ALL
SELECT net, size, accelerator, seed, cycles, energy_total_pj FROM seeds;

-- Speedup and energy against each design (reference), as in ratios: mean and standard deviation over the seeds, `seeds` of
-- them. The mean over networks is made for each seed first.
CREATE VIEW seed_ratios AS
WITH single AS MATERIALIZED (
    SELECT design.net, size, design.accelerator, reference.accelerator AS reference, seed,
           1.0 * reference.cycles / design.cycles AS speedup, design.energy_total_pj / reference.energy_total_pj AS energy_ratio
    FROM seed_totals AS design JOIN seed_totals AS reference USING (net, size, seed)),
every AS (
    SELECT * FROM single
    UNION ALL
    SELECT 'geomean', size, accelerator, reference, seed, geomean(speedup), geomean(energy_ratio)
    FROM single GROUP BY size, accelerator, reference, seed HAVING count(*) > 1)
SELECT net, size, accelerator, reference, avg(speedup) AS speedup_mean, deviation(speedup) AS speedup_deviation,
       avg(energy_ratio) AS energy_mean, deviation(energy_ratio) AS energy_deviation, count(*) AS seeds
FROM every GROUP BY net, size, accelerator, reference;

-- The designs as the paper modelled them: the authors' simulator with all that it computes.
CREATE VIEW as_modelled AS
SELECT * FROM oddities WHERE profile = 'bitsim' AND first_layer_weights = 'pruned' AND oddity = 'all';

-- The number of PEs that the estimate of a PE was fitted to, without its own row. For a PE that is not used in the fit the two
-- estimates are equal. null_*: what a guess without any model would be, the mean of the paper's values of the other PEs.
CREATE VIEW pe_fits AS
SELECT pe, (SELECT count(*) FROM pe AS other WHERE other.area_fitted_um2 <> other.area_left_out_um2 AND other.pe <> pe.pe) AS n,
       (SELECT avg(area_paper_um2) FROM pe AS other WHERE other.pe <> pe.pe) AS null_area_um2,
       (SELECT avg(power_paper_mw) FROM pe AS other WHERE other.pe <> pe.pe) AS null_power_mw
FROM pe;

-- The columns of a PE that the report shows for Tables IV to VI.
CREATE VIEW pe_shown AS
SELECT pe AS "PE", fixed(gates_nand2, 0) AS "Gates [NAND2]",
       fixed(gates_synthesised_nand2, 0) AS "by synthesis [NAND2]",
       fixed(area_left_out_um2, 1) AS "Area [µm²]", fixed(area_paper_um2, 1) AS "the paper [µm²]",
       signed(100 * (area_left_out_um2 / area_paper_um2 - 1), 1) AS "area off by [%]",
       fixed(power_left_out_mw, 2) AS "Power [mW]", fixed(power_paper_mw, 2) AS "the paper [mW]",
       signed(100 * (power_left_out_mw / power_paper_mw - 1), 1) AS "power off by [%]"
FROM pe;
