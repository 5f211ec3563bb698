/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_INTENTS_H
#define BBS_DATA_INTENTS_H

#include "data/dataset.h"

/* What does a person want from an assistant, by one sentence? Two published test sets together, 227 classes and 7,580
 * sentences:
 *     CLINC150 (Larson et al. 2019; github.com/clinc/oos-eval, CC BY 3.0): member "test" of data_full.json, 4,500
 * sentences, 150 intents; the sentences out of scope are not used; Banking77 (Casanueva et al. 2020; PolyAI's
 * task-specific-datasets, CC BY 4.0): test.csv, 3,080 sentences, 77 intents. Classes are the names of the intents in the
 * order of their bytes, CLINC150's first; a name that both have is two classes. PATH is a folder with data_full.json (or
 * clinc150_data_full.json) and banking77_test.csv (or test.csv, or banking_data/test.csv). */
extern const dataset_kind_t dataset_intents;

#endif
