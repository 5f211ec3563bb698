-- Mean loss of accuracy by family of networks, each network counting alike: the two settings of BBS against int8.
SELECT
    family,                               --| Family | | text key | family of the networks, as in the registry
    method,                               --| Method | | text key | how the weights are compressed
    count(*) AS networks,                 --| Networks | | integer | how many networks the mean is of
    avg(loss_points) AS mean_loss_points, --| Mean loss | points | real 2 lower | accuracy of int8 less that of the method: above 0 is worse
    max(stand_in) AS stand_in             --| Stand-in | | flag | 1 when a network stands in for the paper's
FROM losses JOIN networks USING (net)
WHERE method IN ('bbs-cons', 'bbs-mod') AND loss_points IS NOT NULL
GROUP BY family, method
ORDER BY min(networks.place), method
