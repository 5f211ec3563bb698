/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_PIECES_JSON_H
#define BBS_DATA_PIECES_JSON_H

#include "base/json.h"
#include "data/pieces_internal.h"

enum { PIECES_ALPHABET = 2 * PIECES_BYTES };

/* A tokenizer.json that is being read. */
typedef struct {
    const char *path;
    int64_t words; /* of the model; 0: any */
    pieces_t *pieces;
    bool normalizes;                  /* the file changes a text before it cuts it */
    int16_t byte_of[PIECES_ALPHABET]; /* the byte that a character writes, or -1 */
} pieces_json_t;

/* The kind of the model, the normalizer and the pre-tokenizer: what each may be is in pieces_rules.c; everything else is
 * refused by its name. */
outcome_t pieces_json_rules(pieces_json_t *json, const cJSON *tree);

/* <s> is what the post-processor puts before a text, else the bos_token of tokenizer_config.json beside the file; </s> is
 * the eos_token there. For a tokenizer whose vocabulary is read. */
outcome_t pieces_json_ends(pieces_json_t *json, const cJSON *tree);

#endif
