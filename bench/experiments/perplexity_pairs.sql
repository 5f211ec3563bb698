-- Pairs of methods on the same windows of a text: which one predicts it better, and is the difference more than chance? Pairs of
-- about the same size, at most half a bit a weight apart, and those that experiment ordering compares by right answers.
WITH methods AS (
    SELECT rowid AS place, net, text, tokenizer, context, method, bits_per_weight_with_metadata AS bits FROM perplexity),
ordered AS (SELECT DISTINCT first, second FROM ordering),
pairs AS (
    SELECT one.place AS place, other.place AS other_place, one.net, one.text, one.tokenizer, one.context, one.method AS first,
        other.method AS second, one.bits AS first_bits, other.bits AS second_bits,
        EXISTS (SELECT 1 FROM ordered WHERE first = one.method AND second = other.method) AS is_ordered
    FROM methods AS one JOIN methods AS other
        ON other.net = one.net AND other.text = one.text AND other.tokenizer = one.tokenizer AND other.context = one.context
        AND other.place <> one.place
    WHERE is_ordered OR (one.place < other.place AND abs(one.bits - other.bits) <= 0.5
        AND NOT EXISTS (SELECT 1 FROM ordered WHERE first = other.method AND second = one.method))),
said AS MATERIALIZED (
    SELECT methods.place, windows.window, windows.tokens, windows.tokens = methods.context AS whole, windows.nats,
        windows.divergence AS kl
    FROM methods CROSS JOIN windows ON windows.net = methods.net AND windows.text = methods.text
        AND windows.tokenizer = methods.tokenizer AND windows.context = CAST(methods.context AS TEXT) AND windows.method = methods.method),
tested AS (
    SELECT pairs.*, count(*) AS windows, sum(a.tokens) AS tokens, sum(a.nats - b.nats) / sum(a.tokens) AS difference,
        bootstrap_low((a.nats - b.nats) / a.tokens, a.window, 1) FILTER (WHERE a.whole) AS low,
        bootstrap_high((a.nats - b.nats) / a.tokens, a.window, 1) FILTER (WHERE a.whole) AS high,
        sum(a.kl - b.kl) / sum(a.tokens) AS kl,
        bootstrap_low((a.kl - b.kl) / a.tokens, a.window, 1) FILTER (WHERE a.whole) AS kl_low,
        bootstrap_high((a.kl - b.kl) / a.tokens, a.window, 1) FILTER (WHERE a.whole) AS kl_high
    FROM pairs JOIN said AS a ON a.place = pairs.place JOIN said AS b ON b.place = other_place AND b.window = a.window
    GROUP BY pairs.place, other_place)
SELECT net,                                --| Network | | text key | the language model
    text,                                  --| Text | | text key | file of the text
    tokenizer,                             --| Tokenizer | | text key | file of the tokenizer
    context,                               --| Context | tokens | integer key | tokens of a whole window
    first,                                 --| First | | text key | the first method
    second,                                --| Second | | text key | the method that it is compared with
    tokens,                                --| N | tokens | integer | tokens that both methods predicted
    windows,                               --| Windows | | integer | windows of these tokens
    first_bits AS first_bits_per_weight,   --| First | bits a weight | real follows 2 | stored bits per weight of the first method, with metadata
    second_bits AS second_bits_per_weight, --| Second | bits a weight | real follows 2 | the same of the second method
    difference,                            --| Difference | nats | real follows 5 | mean of -log p of the first minus that of the second: below 0 the first is better
    low AS difference_low,                 --| Low | nats | real follows 5 | lower end of its 95 % interval (bootstrap over the whole windows)
    high AS difference_high,               --| High | nats | real follows 5 | upper end of the same interval
    CASE WHEN high < 0 THEN 'first' WHEN low > 0 THEN 'second' ELSE 'undecided' END
        AS better,                         --| Better | | text | the better one when the interval leaves out 0, else undecided
    kl AS kl_difference,                   --| KL difference | nats | real follows 6 | mean divergence (KL) of the next token from int8 of the first minus that of the second: below 0 the first is nearer; empty where one of them is int8 or fp32
    kl_low AS kl_difference_low,           --| Low | nats | real follows 6 | lower end of its 95 % interval (bootstrap over the whole windows)
    kl_high AS kl_difference_high,         --| High | nats | real follows 6 | upper end of the same interval
    CASE WHEN kl_high < 0 THEN 'first' WHEN kl_low > 0 THEN 'second' WHEN kl IS NOT NULL THEN 'undecided' ELSE '' END
        AS nearer,                         --| Nearer | | text | the one nearer to int8 when the interval leaves out 0, else undecided; empty without a divergence
    is_ordered AS ordered                  --| In ordering | | flag | 1: experiment ordering compares the two by right answers
FROM tested
ORDER BY is_ordered DESC, place, other_place
