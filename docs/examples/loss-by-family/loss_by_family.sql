-- Mean loss of accuracy by family of networks, with equal weight for each network: the two settings of BBS against int8.
SELECT
    family,                               --| Family | | text key | family of the networks, as in the registry
    method,                               --| Method | | text key | compression method of the weights
    count(*) AS networks,                 --| Networks | | integer | number of networks in the mean
    avg(loss_points) AS mean_loss_points, --| Mean loss | points | real 2 lower | accuracy of int8 minus accuracy of the method: above 0 is worse
    max(stand_in) AS stand_in             --| Stand-in | | flag | 1 when a network is a stand-in for the paper's
FROM losses JOIN networks USING (net)
WHERE method IN ('bbs-cons', 'bbs-mod') AND loss_points IS NOT NULL
GROUP BY family, method
ORDER BY min(networks.place), method
