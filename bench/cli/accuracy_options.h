/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_CLI_ACCURACY_OPTIONS_H
#define BBS_CLI_ACCURACY_OPTIONS_H

#include "base/text.h"
#include "cli/options.h"
#include "measure/accuracy.h"

/* The options that say what accuracy is measured of, for the tables of commands. Each command has --net, --data and
 * --calibration of its own. */
/* clang-format off */
#define ACCURACY_OPTIONS \
    {"size", "compact|full", NULL, "width of the networks (default compact; full for a network without a compact size)"}, \
    {"weights", "FILE", NULL, \
     "checkpoint to use in place of the shipped one, for one network: safetensors, torch.save (FILE#KEY: the state dict\n" \
     "under KEY), an index of shards, a folder with one of these, or what quantize, compress, pack and unpack wrote"}, \
    {"dataset", "NAME", NULL, \
     "kind of the data, where it is not the network's own: imagenet, cifar10, glue-sst2, glue-mrpc ..."}, \
    {"profile", "NAME", NULL, \
     "preprocessing of the samples (default: as config.json beside the weights says, else the network's; unknown: lists them)"}, \
    {"heads", "N", "0", "with --net auto: heads of a transformer's attention, where config.json does not say; 0: assumed"}, \
    {"tokens", "N", "0", \
     "with --net auto: pieces of the longest text, others are cut; 0: as many as the network has places"}, \
    {"ignore-extra", NULL, NULL, "leave out float tensors of the checkpoint that the network does not ask for"}, \
    {"vocabulary", "FILE", NULL, "WordPiece vocabulary of the checkpoint (vocab.txt), for networks that read text"}, \
    {"method", "SPEC...", NULL, "NAME[:key=value...], may be given several times (default fp32, int8, bbs-cons, bbs-mod)"}, \
    {"samples", "N", "0", "at most N samples, from a fixed balanced list; 0: all"}, \
    {"activations", "fp32|int8", "fp32", \
     "int8: 8-bit activations and exact integer sums, the same answers on every machine"}, \
    {"ranges", "FILE", NULL, \
     "ranges of 8-bit activations, from bbsbench calibrate (default: NAME.ranges.csv beside the weights)"}, \
    {"kernels", "fast|winograd|stock|plain", "fast", \
     "oneDNN; the same with Winograd's 3x3 convolutions (CNNs, fp32), faster, with sums that round otherwise: logits within 8e-7 of " \
     "the largest (docs/performance.md); Darknet's own functions (fp32); plain integer loops (int8)"}, \
    {"first-layer", "keep|prune", "keep", "keep: the convolution that reads the image stays at 8 bits"}
/* clang-format on */

/* The configuration of a command line, without network and size. */
typedef struct {
    accuracy_config_t config;
    const char **internal_methods; /* of the command line; NULL: the usual ones */
} accuracy_options_t;

/* Read all these options, --data, --calibration and --jobs; texts are those of `options`. Free in any case. */
outcome_t accuracy_options_read(const options_t *options, accuracy_options_t *read);
void accuracy_options_free(accuracy_options_t *read);

/* Call `visit` with the configuration of each network of --net; "all": every network that has the size of --size. */
typedef outcome_t (*accuracy_options_visit_t)(void *to, const accuracy_config_t *config);
outcome_t accuracy_options_each(const options_t *options, const accuracy_config_t *config, accuracy_options_visit_t visit,
                                void *to);

/* Append the options of `bbsbench accuracy` that give the rows of this configuration of one network, with absolute paths.
 */
outcome_t accuracy_options_write(const accuracy_config_t *config, text_builder_t *line);

#endif
