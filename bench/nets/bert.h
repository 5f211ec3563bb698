/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_BERT_H
#define BBS_NETS_BERT_H

#include "nets/net.h"

extern const network_t net_bert_mrpc; /* Intel/bert-base-uncased-mrpc */
extern const network_t net_bert_sst2; /* gchhablani/bert-base-cased-finetuned-sst2 */

#endif
