/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "measure/preprocessing.h"

#include "base/file.h"
#include "base/text.h"
#include "data/lines.h"

#include <string.h>

/* ===  Texts  === */

static const profile_t *profile_for_case(bool lower_case)
{
    const profile_t *profile = NULL;
    const outcome_t found = profile_find(lower_case ? "wordpiece-uncased" : "wordpiece-cased", &profile);
    return outcome_is_ok(&found) ? profile : NULL;
}

/* tokenizer_config.json beside the weights: "do_lower_case": true or false. */
static bool read_tokenizer(const char *weights, bool *lower_case)
{
    text_t path = checkpoint_beside(weights, "tokenizer_config.json");
    bytes_t bytes;
    if (!file_exists(path.chars))
        return false;
    outcome_t result = file_read(path.chars, NULL, &bytes);
    if (!outcome_is_ok(&result))
        return false;
    const char *key = strstr((const char *)bytes.data, "\"do_lower_case\"");
    const char *value = key != NULL ? key + strcspn(key, ":") : NULL;
    value = value != NULL && *value == ':' ? value + 1 + strspn(value + 1, " \t\r\n") : NULL;
    const bool known = value != NULL && (text_starts(value, "true") || text_starts(value, "false"));
    *lower_case = known && text_starts(value, "true");
    file_free_bytes(&bytes);
    return known;
}

/* Has a piece of the vocabulary a capital letter? Special pieces, in brackets, do not count. */
static outcome_t has_capitals(const char *vocabulary, bool *capitals)
{
    lines_t lines;
    *capitals = false;
    outcome_t result = lines_read(vocabulary, "give the vocab.txt of the weights with --vocabulary", &lines);
    if (!outcome_is_ok(&result))
        return result;
    for (size_t i = 0; i < lines.count && !*capitals; i++)
        *capitals = lines.items[i][0] != '[' && strpbrk(lines.items[i], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL;
    lines_free(&lines);
    return result;
}

static outcome_t choose_text(const checkpoint_t *checkpoint, const char *vocabulary, preprocessing_t *chosen)
{
    bool lower_case, capitals;
    outcome_t result = outcome_ok();
    if (read_tokenizer(checkpoint->weights.path.chars, &lower_case)) {
        chosen->profile = profile_for_case(lower_case);
        chosen->said = text_of("as tokenizer_config.json says");
    } else if (vocabulary != NULL && !outcome_bad(&result, has_capitals(vocabulary, &capitals))) {
        chosen->profile = profile_for_case(!capitals);
        chosen->said = text_of("the vocabulary has %s", capitals ? "capital letters" : "no capital letters");
    }
    return result;
}

/* ===  All  === */

static outcome_t choose_picture(const checkpoint_t *checkpoint, preprocessing_t *chosen)
{
    const profile_t *base = chosen->profile;
    bool found = false;
    if (checkpoint->description == NULL || checkpoint->description[0] == '\0')
        return outcome_ok();
    outcome_t result = profile_describe(checkpoint->described_in.chars, checkpoint->description, base,
                                        checkpoint->weights.size->height, &chosen->description, &chosen->profile, &found);
    if (outcome_is_ok(&result) && found)
        chosen->said = text_of("as %s says", checkpoint->described_in.chars);
    return result;
}

outcome_t preprocessing_choose(const checkpoint_t *checkpoint, const char *asked, const char *vocabulary,
                               preprocessing_t *chosen)
{
    const char *usual = checkpoint->weights.size->profile;
    outcome_t result = profile_find(asked != NULL ? asked : usual, &chosen->profile);
    chosen->said = text_of("%s", asked != NULL ? "--profile" : "that of the network");
    if (!outcome_is_ok(&result) || asked != NULL)
        return result;
    return chosen->profile->text != NULL ? choose_text(checkpoint, vocabulary, chosen) : choose_picture(checkpoint, chosen);
}
