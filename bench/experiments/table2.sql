-- Table II: BBS moderate and 6-bit ANT, weights only and with 6-bit activations, on two CNNs; with beta=0 no channel is sensitive.
WITH shown(turn, net, method) AS (
    VALUES (1, 'vgg16', 'bbs-mod'), (2, 'vgg16', 'zps:columns=4:beta=0'), (3, 'vgg16', 'ant'),
           (4, 'vgg16', 'ant:activations=6'), (5, 'resnet50', 'bbs-mod'), (6, 'resnet50', 'zps:columns=4:beta=0'),
           (7, 'resnet50', 'ant'), (8, 'resnet50', 'ant:activations=6'))
SELECT losses.net AS net, size, data, losses.method AS method, samples,
    1 AS networks,               --| Networks | | integer | number of networks of the row
    accuracy_percent,
    loss_points,                 --| Loss against int8 | points | real 2 follows | accuracy of int8 minus accuracy of the method, same samples: above 0 is worse
    NULL AS loss_low_points,     --| Loss, low end | points | real 2 follows | only for means over networks: lower end of the 95 % bootstrap interval
    NULL AS loss_high_points,    --| Loss, high end | points | real 2 follows | only for means over networks: upper end of the 95 % bootstrap interval
    bits_per_weight, bits_per_weight_with_metadata, activation_bits, whole_layers, layers, stand_in, f1_percent, f1_batch32_percent
FROM shown JOIN losses USING (net, method)
ORDER BY turn, place
