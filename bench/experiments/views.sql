-- Views that several queries share.

-- models

-- Each network as a whole on each design; `place` is its place among the rows of the models.
CREATE VIEW totals AS
SELECT rowid AS place, * FROM model WHERE layer = 'total';

-- Every total against that of each design on the same network. With two networks or more follows a row `geomean` for each design:
-- the geometric mean over its networks, whose two parts of the energy have the shares that they have on average.
CREATE VIEW ratios AS
WITH single AS MATERIALIZED (
    SELECT design.place, design.net, design.size, design.accelerator, reference.accelerator AS reference, design.cycles,
           1.0 * reference.cycles / design.cycles AS speedup, design.energy_total_pj,
           design.energy_total_pj / reference.energy_total_pj AS energy_ratio,
           design.energy_on_chip_pj / reference.energy_total_pj AS energy_on_chip_ratio,
           design.energy_dram_pj / reference.energy_total_pj AS energy_dram_ratio, design.selection
    FROM totals AS design JOIN totals AS reference USING (net, size))
SELECT *, '' AS mean_over_networks FROM single
UNION ALL
SELECT min(place), 'geomean', size, accelerator, reference, NULL, geomean(speedup), NULL, geomean(energy_ratio),
       geomean(energy_ratio) * avg(energy_on_chip_ratio / energy_ratio),
       geomean(energy_ratio) * (1 - avg(energy_on_chip_ratio / energy_ratio)), min(selection), 'geometric'
FROM single GROUP BY size, accelerator, reference HAVING count(*) > 1;

-- The geometric means of speedup, fig12 and fig13, over `n` networks; `basis` for claims: the whole is all networks of the paper.
CREATE VIEW means AS
SELECT experiment, accelerator, geomean(speedup) AS speedup, geomean(energy_ratio) AS energy_ratio, count(*) AS n,
       iif(count(*) = (SELECT count(*) FROM networks WHERE paper), 'whole', 'subset') AS basis
FROM (SELECT 'speedup' AS experiment, net, accelerator, speedup, energy_ratio FROM speedup
      UNION ALL SELECT 'fig12', net, accelerator, speedup, energy_ratio FROM fig12
      UNION ALL SELECT 'fig13', net, accelerator, speedup, energy_ratio FROM fig13)
WHERE net <> 'geomean' GROUP BY experiment, accelerator;

-- How many PEs an estimate of a PE was fitted to, its own row left out. The two estimates of a PE are the same where it is none
-- of the PEs that the constants are fitted to.
CREATE VIEW pe_fits AS
SELECT pe, (SELECT count(*) FROM pe AS other WHERE other.area_fitted_um2 <> other.area_left_out_um2 AND other.pe <> pe.pe) AS n
FROM pe;

-- The columns of a PE that the report shows for Tables IV to VI.
CREATE VIEW pe_shown AS
SELECT pe AS "PE", fixed(gates_nand2, 0) AS "Gates [NAND2]",
       fixed(area_left_out_um2, 1) AS "Area [µm²]", fixed(area_paper_um2, 1) AS "the paper [µm²]",
       signed(100 * (area_left_out_um2 / area_paper_um2 - 1), 1) AS "area off by [%]",
       fixed(power_left_out_mw, 2) AS "Power [mW]", fixed(power_paper_mw, 2) AS "the paper [mW]",
       signed(100 * (power_left_out_mw / power_paper_mw - 1), 1) AS "power off by [%]"
FROM pe;
