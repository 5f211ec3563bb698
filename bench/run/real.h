/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_RUN_REAL_H
#define BBS_RUN_REAL_H

#include "run/full.h"

/* The material of the real mode: networks that others trained on real data, on few real test samples, as a tier of its own.
 *
 * A list (models/real.csv) has one row for each evaluation: a network on a data set.
 *     name                       of the evaluation, for --net
 *     net, size                  of the registry; size "auto": recognised by the tensors, then `net` is one of its family
 *     label                      name of the data in rows: one name for one list of samples
 *     dataset, profile           kind and preprocessing; "" as for bbsbench accuracy. "text": a language model predicts
 *                                a plain text; `vocabulary` is its tokenizer, and net, size, label, profile, heads,
 *                                tokens, methods, part and ranges are not read
 *     heads, tokens              of a recognised transformer, or ""
 *     methods                    "all", or "settings": the references and the paper's two settings
 *     weights, vocabulary, data  names of files in the catalogues; vocabulary may be ""
 *     part                       what follows the place of the data: a folder in it ("/val") or a part (":train")
 *     ranges                     activation ranges of a CNN, relative to the project; "": those beside the weights
 *     correct, samples           right answers that others counted with the float weights, or "": not known
 *     source                     of that count
 *
 * A file is taken from --from FOLDER in place, where it is never copied, else from the cache, else it is fetched. In FOLDER
 * it has the place that it has in the cache, without the first folder's name ("real/"), and may itself be a folder. */

/* Fill `full` as full_plan() does, for the evaluations whose files are here or, unless the request is offline, can be
 * fetched; others are named and left out, an error where the user asked for them by name. A pinned file in FOLDER with
 * another hash is an error. FAULT_MISSING when no evaluation is left. Free with full_free(), whatever the outcome. */
outcome_t real_plan(const full_request_t *request, full_t *full);

#endif
