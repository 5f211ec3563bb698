/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a tokenizer.json says about how a text is changed and cut. Llama 3 and SmolLM cut it into words whose bytes are
 * joined; Llama 2 and TinyLlama write blanks as U+2581 and join characters. Names and meanings are those of Hugging Face's
 * library `tokenizers`. */
#include "data/pieces_json.h"

#include "base/text.h"

#include <string.h>

/* The pattern of "ByteLevel" where it cuts by itself (GPT-2's encoder.py, 2019). */
static const char gpt2_pattern[] = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const char *text_at(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(member(object, name));
    return text != NULL ? text : "";
}

static bool is_type(const cJSON *object, const char *type)
{
    return text_equal(text_at(object, "type"), type);
}

/* `place` of the file has `what`, which this version does not read. */
static outcome_t unread(const pieces_json_t *json, const char *place, const char *what, const char *expected)
{
    return outcome_failed(json->path, place, what[0] != '\0' ? text_of("%.100s", what).chars : "no type", expected,
                          "this version reads the tokenizers of the Llama family");
}

/* ===  The model  === */

static outcome_t read_model(pieces_json_t *json, const cJSON *model)
{
    static const char *const empty[] = {"dropout", "continuing_subword_prefix", "end_of_word_suffix"};
    if (!is_type(model, "BPE") && (member(model, "type") != NULL || member(model, "merges") == NULL))
        return unread(json, "model", text_at(model, "type"), "BPE");
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        const cJSON *value = member(model, empty[i]);
        if (value != NULL && !cJSON_IsNull(value) && !(cJSON_IsString(value) && value->valuestring[0] == '\0'))
            return unread(json, "model", empty[i], "BPE without it");
    }
    json->pieces->whole_words = cJSON_IsTrue(member(model, "ignore_merges"));
    return outcome_ok();
}

/* ===  The normalizer  === */

static outcome_t read_normalizer(pieces_json_t *json, const cJSON *normalizer, bool *blanks)
{
    static const char expected[] = "Prepend or Replace, of a blank by U+2581";
    outcome_t result = outcome_ok();
    if (normalizer == NULL || cJSON_IsNull(normalizer))
        return result;
    json->normalizes = true;
    if (is_type(normalizer, "Sequence")) {
        const cJSON *all = member(normalizer, "normalizers");
        for (const cJSON *item = all != NULL ? all->child : NULL; item != NULL && outcome_is_ok(&result); item = item->next)
            result = is_type(item, "Sequence") ? unread(json, "normalizer", "a Sequence in a Sequence", expected)
                                               : read_normalizer(json, item, blanks);
        return result;
    }
    if (is_type(normalizer, "Prepend") && text_equal(text_at(normalizer, "prepend"), pieces_mark)) {
        json->pieces->blank = PIECES_BLANK_ALWAYS;
        return result;
    }
    if (is_type(normalizer, "Replace") && text_equal(text_at(member(normalizer, "pattern"), "String"), " ") &&
        text_equal(text_at(normalizer, "content"), pieces_mark)) {
        *blanks = true;
        return result;
    }
    return unread(json, "normalizer", text_at(normalizer, "type"), expected);
}

/* ===  The pre-tokenizer  === */

static outcome_t read_split(pieces_json_t *json, const cJSON *part)
{
    const char *pattern = text_at(member(part, "pattern"), "Regex"), *literal = text_at(member(part, "pattern"), "String");
    if (!text_equal(text_at(part, "behavior"), "Isolated") || cJSON_IsTrue(member(part, "invert")))
        return unread(json, "pre_tokenizer", text_of("Split, %.30s", text_at(part, "behavior")).chars, "Split, Isolated");
    return word_split_add(&json->pieces->split, json->path, "pre_tokenizer", pattern[0] != '\0' ? pattern : literal,
                          pattern[0] == '\0');
}

static outcome_t read_byte_level(pieces_json_t *json, const cJSON *part)
{
    json->pieces->words = true;
    if (!cJSON_IsFalse(member(part, "add_prefix_space")))
        return unread(json, "pre_tokenizer", "ByteLevel with add_prefix_space", "without it");
    if (cJSON_IsFalse(member(part, "use_regex")))
        return outcome_ok();
    return word_split_add(&json->pieces->split, json->path, "pre_tokenizer", gpt2_pattern, false);
}

/* SentencePiece's blanks, where the normalizer does not say so. */
static outcome_t read_metaspace(pieces_json_t *json, const cJSON *part, bool *blanks)
{
    const char *scheme = text_at(part, "prepend_scheme");
    if (!text_equal(text_at(part, "replacement"), pieces_mark) || !cJSON_IsFalse(member(part, "split")))
        return unread(json, "pre_tokenizer", "Metaspace that splits, or has another mark", "Metaspace without split");
    *blanks = true;
    json->pieces->blank = text_equal(scheme, "always")  ? PIECES_BLANK_ALWAYS
                          : text_equal(scheme, "first") ? PIECES_BLANK_FIRST
                                                        : PIECES_BLANK_NEVER;
    return outcome_ok();
}

static outcome_t read_part(pieces_json_t *json, const cJSON *part, bool *blanks)
{
    if (json->pieces->words)
        return unread(json, "pre_tokenizer", "a part after ByteLevel", "ByteLevel as the last one");
    if (is_type(part, "Split"))
        return read_split(json, part);
    if (is_type(part, "Digits"))
        return word_split_add(&json->pieces->split, json->path, "pre_tokenizer",
                              cJSON_IsTrue(member(part, "individual_digits")) ? "\\p{N}" : "\\p{N}+", false);
    if (is_type(part, "ByteLevel"))
        return read_byte_level(json, part);
    if (is_type(part, "Metaspace"))
        return read_metaspace(json, part, blanks);
    return unread(json, "pre_tokenizer", text_at(part, "type"), "Split, Digits, ByteLevel, Metaspace");
}

static outcome_t read_pre_tokenizer(pieces_json_t *json, const cJSON *all, bool *blanks)
{
    outcome_t result = outcome_ok();
    if (all == NULL || cJSON_IsNull(all))
        return result;
    if (!is_type(all, "Sequence"))
        return read_part(json, all, blanks);
    const cJSON *parts = member(all, "pretokenizers");
    for (const cJSON *part = parts != NULL ? parts->child : NULL; part != NULL && outcome_is_ok(&result); part = part->next)
        result = read_part(json, part, blanks);
    return result;
}

outcome_t pieces_json_rules(pieces_json_t *json, const cJSON *tree)
{
    pieces_t *pieces = json->pieces;
    bool blanks = false; /* U+2581 stands for a blank */
    outcome_t result;
    if (outcome_bad(&result, read_model(json, member(tree, "model"))) ||
        outcome_bad(&result, read_normalizer(json, member(tree, "normalizer"), &blanks)) ||
        outcome_bad(&result, read_pre_tokenizer(json, member(tree, "pre_tokenizer"), &blanks)))
        return result;
    if (pieces->words && json->normalizes)
        return unread(json, "normalizer", text_at(member(tree, "normalizer"), "type"), "none beside ByteLevel");
    if (!pieces->words && (!blanks || pieces->split.count > 0))
        return unread(json, "pre_tokenizer", "neither ByteLevel nor blanks as U+2581", "one of them");
    if (!pieces->words && !cJSON_IsTrue(member(member(tree, "model"), "byte_fallback")))
        return unread(json, "model", "no byte_fallback", "a token for each byte");
    if (!pieces->words && pieces->whole_words)
        return unread(json, "model", "ignore_merges without words", "merges");
    pieces->marks = !pieces->words;
    return result;
}

/* ===  The ends  === */

/* The number of the first token of a template that puts one before the text, or -1. */
static outcome_t read_processor(const pieces_json_t *json, const cJSON *processor, int32_t *begin)
{
    outcome_t result = outcome_ok();
    if (processor == NULL || cJSON_IsNull(processor) || is_type(processor, "ByteLevel"))
        return result;
    if (is_type(processor, "Sequence")) {
        const cJSON *all = member(processor, "processors");
        for (const cJSON *part = all != NULL ? all->child : NULL; part != NULL && outcome_is_ok(&result); part = part->next)
            result = is_type(part, "Sequence") ? unread(json, "post_processor", "a Sequence in a Sequence", "its parts")
                                               : read_processor(json, part, begin);
        return result;
    }
    if (!is_type(processor, "TemplateProcessing"))
        return unread(json, "post_processor", text_at(processor, "type"), "TemplateProcessing, ByteLevel");
    const cJSON *first = member(cJSON_GetArrayItem(member(processor, "single"), 0), "SpecialToken");
    const cJSON *special = member(member(processor, "special_tokens"), text_at(first, "id"));
    const cJSON *number = cJSON_GetArrayItem(member(special, "ids"), 0);
    if (first == NULL)
        return result;
    if (!cJSON_IsNumber(number) || number->valuedouble < 0 || number->valuedouble >= (double)json->pieces->count ||
        cJSON_GetArraySize(member(special, "ids")) != 1)
        return unread(json, "post_processor", "a template whose first token has no number", "one token");
    *begin = (int32_t)number->valuedouble;
    return result;
}

/* "<s>", or {"content": "<s>", ...}; the number of that token, or -1. */
static int32_t named(const pieces_t *pieces, const cJSON *value)
{
    const char *name = cJSON_IsObject(value) ? text_at(value, "content") : cJSON_GetStringValue(value);
    for (size_t i = 0; i < pieces->added_count && name != NULL; i++) {
        const piece_t *piece = &pieces->items[pieces->added[i]];
        if (piece->size == strlen(name) && memcmp(piece->text, name, piece->size) == 0)
            return pieces->added[i];
    }
    return -1;
}

outcome_t pieces_json_ends(pieces_json_t *json, const cJSON *tree)
{
    const text_t beside = file_beside(json->path, "tokenizer_config.json");
    pieces_t *pieces = json->pieces;
    outcome_t result = read_processor(json, member(tree, "post_processor"), &pieces->begin);
    bytes_t bytes;
    cJSON *config;
    if (!outcome_is_ok(&result) || !file_exists(beside.chars))
        return result;
    if (outcome_bad(&result, file_read(beside.chars, NULL, &bytes)))
        return result;
    if (!outcome_bad(&result, json_parse(beside.chars, NULL, "a tokenizer_config.json of Hugging Face",
                                         (const char *)bytes.data, bytes.size, &config))) {
        pieces->begin = pieces->begin >= 0 ? pieces->begin : named(pieces, member(config, "bos_token"));
        pieces->end = named(pieces, member(config, "eos_token"));
        cJSON_Delete(config);
    }
    file_free_bytes(&bytes);
    return result;
}
