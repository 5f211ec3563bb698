/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_BERT_H
#define BBS_NETS_BERT_H

#include "nets/recognise.h"

extern const network_t net_bert_mrpc; /* Intel/bert-base-uncased-mrpc */
extern const network_t net_bert_sst2; /* gchhablani/bert-base-cased-finetuned-sst2 */

/* BERT for classification of any width, depth, vocabulary and number of classes, under Hugging Face's names. */
extern const net_family_t net_family_bert;

#endif
