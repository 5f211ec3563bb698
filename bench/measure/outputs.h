/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_OUTPUTS_H
#define BBS_MEASURE_OUTPUTS_H

#include <stdint.h>

/* What the logits of one sample say beside right and wrong, in double precision (docs/outputs.md).
 *
 * Two methods that answer alike can still differ in what they compute. The measures are those of llama.cpp's `perplexity
 * --kl-divergence` (divergence from the unquantised model, on the same input) and of Dutta et al. 2024, "Accuracy is Not
 * All You Need" (flips and the divergence that goes with them).
 *
 * With logits l of the method and r of the reference, for C classes, p = softmax(l), q = softmax(r), label y:
 *
 *     kl            sum of q (log q - log p), in nats: KL(reference || method); 0 when both give the same distribution
 *     logit_error   |l' - r'| / |r'|, Euclidean norms, where ' takes away the vector's own mean: softmax does not see a
 *                   constant that is added to all logits
 *     cross_entropy -log p[y], in nats
 *     margin        l[y] minus the largest other logit: above 0 when the answer is right
 *
 * A value that is not known is NaN: a label that is no class, a reference without spread, logits that are not finite. */

enum { OUTPUTS_INT8, OUTPUTS_FP32, OUTPUTS_REFERENCES };         /* the references, in this order */
extern const char *const outputs_references[OUTPUTS_REFERENCES]; /* their specs */

typedef struct {
    double cross_entropy, margin;
    double kl[OUTPUTS_REFERENCES], logit_error[OUTPUTS_REFERENCES];
} outputs_t;

/* Nothing is known. */
outputs_t outputs_unknown(void);

/* The measures of `logits`, at least one; references[i] are the logits of reference i, or NULL: its two measures are not
 * known. Values are those that a file of rows keeps (nine digits), so that rows made from the file are the same, to the
 * byte. */
outputs_t outputs_of(const float *logits, int64_t classes, int64_t label, const float *const *references);

#endif
