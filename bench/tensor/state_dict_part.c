/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tensor/state_dict_part.h"

#include "tensor/tensor.h"

#include <inttypes.h>
#include <string.h>

enum { ORDERED_DICT = TENSOR_TYPE_COUNT, REBUILD_TENSOR, REBUILD_TENSOR_V2, REBUILD_PARAMETER, REBUILD_FROM_TYPE };

/* Files from before PyTorch 0.4 call _rebuild_tensor; subclasses of Tensor are built by _rebuild_from_type_v2. */
const pickle_global_t state_dict_globals[] = {
    {"collections", "OrderedDict", ORDERED_DICT},
    {"torch._utils", "_rebuild_tensor", REBUILD_TENSOR},
    {"torch._utils", "_rebuild_tensor_v2", REBUILD_TENSOR_V2},
    {"torch._utils", "_rebuild_parameter", REBUILD_PARAMETER},
    {"torch._utils", "_rebuild_parameter_with_state", REBUILD_PARAMETER},
    {"torch._tensor", "_rebuild_from_type_v2", REBUILD_FROM_TYPE},
    {"torch", "DoubleStorage", TENSOR_F64},
    {"torch", "FloatStorage", TENSOR_F32},
    {"torch", "HalfStorage", TENSOR_F16},
    {"torch", "BFloat16Storage", TENSOR_BF16},
    {"torch", "LongStorage", TENSOR_I64},
    {"torch", "IntStorage", TENSOR_I32},
    {"torch", "ShortStorage", TENSOR_I16},
    {"torch", "CharStorage", TENSOR_I8},
    {"torch", "ByteStorage", TENSOR_U8},
    {"torch", "BoolStorage", TENSOR_BOOL},
    {NULL, NULL, 0},
};

/* The keys under which training programs save the state dict; of several, the first is taken. */
static const struct {
    const char *key;
    bool averaged; /* weights averaged over the training (EMA) */
} wrappers[] = {
    {"state_dict_ema", true},    /* timm */
    {"model_ema", true},         /* torchvision's references, DeiT */
    {"ema", true},               /* EMA libraries */
    {"params_ema", true},        /* BasicSR */
    {"state_dict", false},       /* the ImageNet example of PyTorch, timm, Lightning, MMPretrain */
    {"model", false},            /* torchvision's references, DeiT, fairseq */
    {"model_state_dict", false}, /* PyTorch's tutorial on checkpoints */
    {"net", false},              /* pytorch-cifar */
    {"network", false},
    {"params", false}, /* BasicSR */
    {"checkpoint", false},
    {"module", false}, /* DeepSpeed */
};

enum { WRAPPERS = sizeof wrappers / sizeof wrappers[0], DEPTH = 4 };

static const char AGAIN[] = "save a plain state dict: torch.save(model.state_dict(), PATH)";

/* ===  Values  === */

const pickle_value_t *state_dict_tensor(const pickle_t *pickle, const pickle_value_t *value)
{
    if (pickle_is_call(pickle, value, REBUILD_PARAMETER)) {
        const pickle_value_t *arguments = pickle_item(pickle, value, 1);
        if (arguments->count == 0)
            return NULL;
        value = pickle_item(pickle, arguments, 0);
    }
    if (pickle_is_call(pickle, value, REBUILD_FROM_TYPE)) { /* (function, type, arguments, attributes) */
        const pickle_value_t *arguments = pickle_item(pickle, value, 1);
        const pickle_value_t *function = arguments->count >= 3 ? pickle_item(pickle, arguments, 0) : value;
        bool known = function->kind == PICKLE_GLOBAL &&
                     (function->integer == REBUILD_TENSOR || function->integer == REBUILD_TENSOR_V2);
        const pickle_value_t *inner = known ? pickle_item(pickle, arguments, 2) : NULL;
        return inner != NULL && inner->kind == PICKLE_TUPLE ? inner : NULL;
    }
    if (!pickle_is_call(pickle, value, REBUILD_TENSOR) && !pickle_is_call(pickle, value, REBUILD_TENSOR_V2))
        return NULL;
    return pickle_item(pickle, value, 1);
}

bool state_dict_foreign_tensor(const pickle_t *pickle, const pickle_value_t *value)
{
    static const char PREFIX[] = "_rebuild_"; /* of torch's functions that build tensors */
    if (value->kind != PICKLE_CALL)
        return false;
    const pickle_value_t *called = pickle_item(pickle, value, 0);
    return called->kind == PICKLE_FOREIGN && called->count >= sizeof PREFIX - 1 &&
           memcmp(called->chars, PREFIX, sizeof PREFIX - 1) == 0;
}

static bool entries_of(const pickle_t *pickle, const pickle_value_t *value, pickle_entries_t *entries)
{
    return pickle_entries(pickle, value, ORDERED_DICT, entries);
}

/* The name of what an object was made of, "" for plain values: copyreg's functions have the class as their argument. */
static text_t class_of(const pickle_t *pickle, const pickle_value_t *value)
{
    const pickle_value_t *called = value->kind == PICKLE_CALL ? pickle_item(pickle, value, 0) : value;
    if (called->kind != PICKLE_FOREIGN)
        return text_of("%s", "");
    if (value->kind == PICKLE_CALL && called->count > 0 && called->chars[0] == '_') { /* only a call has arguments */
        const pickle_value_t *arguments = pickle_item(pickle, value, 1);
        if (arguments->count > 0 && pickle_item(pickle, arguments, 0)->kind == PICKLE_FOREIGN)
            called = pickle_item(pickle, arguments, 0);
    }
    text_t name = text_of("%.*s", called->count < 80 ? (int)called->count : 80, called->chars);
    for (char *at = name.chars; *at != '\0'; at++)
        if (*at < ' ' || *at > '~')
            *at = '?';
    return name;
}

/* The number of tensors with names. */
static uint32_t count_tensors(const pickle_entries_t *entries)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < entries->count; i++) {
        const pickle_value_t *key, *value;
        if (!pickle_entry(entries, i, &key, &value))
            continue;
        const bool tensor =
            state_dict_tensor(entries->pickle, value) != NULL || state_dict_foreign_tensor(entries->pickle, value);
        if (tensor && key->kind == PICKLE_TEXT)
            count++;
    }
    return count;
}

/* The value under a key, or NULL. */
static const pickle_value_t *look_up(const pickle_entries_t *entries, const char *name)
{
    const pickle_value_t *key, *value;
    for (uint32_t i = 0; i < entries->count; i++)
        if (pickle_entry(entries, i, &key, &value) && pickle_is_text(key, name))
            return value;
    return NULL;
}

/* ===  The choice  === */

static bool leads_to_tensors(const pickle_entries_t *entries, int depth);

/* The dictionary under the key of a wrapper, if it leads to tensors. */
static bool open_wrapper(const pickle_entries_t *entries, int wrapper, int depth, pickle_entries_t *inner)
{
    const pickle_value_t *value = look_up(entries, wrappers[wrapper].key);
    return value != NULL && entries_of(entries->pickle, value, inner) && leads_to_tensors(inner, depth + 1);
}

static bool leads_to_tensors(const pickle_entries_t *entries, int depth)
{
    pickle_entries_t inner;
    if (count_tensors(entries) > 0)
        return true;
    for (int i = 0; i < WRAPPERS && depth < DEPTH; i++)
        if (open_wrapper(entries, i, depth, &inner))
            return true;
    return false;
}

static void say_choice(const pickle_entries_t *entries, int chosen, int depth, text_t *said)
{
    pickle_entries_t inner;
    if (!wrappers[chosen].averaged)
        return;
    *said = text_of("the weights averaged over the training, under %s", wrappers[chosen].key);
    for (int i = chosen + 1; i < WRAPPERS; i++)
        if (open_wrapper(entries, i, depth, &inner)) {
            *said =
                text_of("%s; there are also those under %s (give FILE#%s)", said->chars, wrappers[i].key, wrappers[i].key);
            return;
        }
}

/* The keys whose values are dictionaries of named tensors. */
static int other_parts(const pickle_entries_t *entries, pickle_entries_t *last, text_t *names)
{
    int count = 0;
    *names = text_of("%s", "");
    for (uint32_t i = 0; i < entries->count; i++) {
        const pickle_value_t *key, *value;
        pickle_entries_t inner;
        if (!pickle_entry(entries, i, &key, &value) || key->kind != PICKLE_TEXT ||
            !entries_of(entries->pickle, value, &inner) || !leads_to_tensors(&inner, 1))
            continue;
        *last = inner;
        *names =
            text_of("%s%s%.*s", names->chars, count++ > 0 ? ", " : "", key->count < 80 ? (int)key->count : 80, key->chars);
    }
    return count;
}

/* There is no known key: the dictionary itself, the only part in it that has more tensors, or an error. */
static outcome_t choose_other(const char *where, pickle_entries_t *entries, text_t *said)
{
    const pickle_t *pickle = entries->pickle;
    const uint32_t own = count_tensors(entries);
    pickle_entries_t inner;
    text_t names;
    int count = other_parts(entries, &inner, &names);
    if (own > 0 && (count != 1 || count_tensors(&inner) <= own))
        return outcome_ok();
    if (count > 1)
        return outcome_failed(where, NULL, text_of("tensors under several keys: %.300s", names.chars).chars,
                              "one state dict", "choose one: FILE#KEY");
    if (count == 1) {
        *said = text_of("the weights under %s", names.chars);
        *entries = inner;
        return outcome_ok();
    }
    for (int i = 0; i < WRAPPERS; i++) {
        const pickle_value_t *value = look_up(entries, wrappers[i].key);
        text_t name = value != NULL ? class_of(pickle, value) : text_of("%s", "");
        if (name.chars[0] != '\0')
            return outcome_failed(where, text_of("key %s", wrappers[i].key).chars,
                                  text_of("a whole object (%s)", name.chars).chars, "a state dict", AGAIN);
    }
    return outcome_failed(where, NULL, "no tensors", "a state dict, or one under the key state_dict or model", AGAIN);
}

static outcome_t take_part(const char *where, const char *part, pickle_entries_t *entries)
{
    const pickle_value_t *value = look_up(entries, part);
    pickle_entries_t inner;
    text_t names;
    if (value != NULL && entries_of(entries->pickle, value, &inner) && leads_to_tensors(&inner, 1)) {
        *entries = inner;
        return outcome_ok();
    }
    int count = other_parts(entries, &inner, &names);
    return outcome_failed(where, text_of("key %.100s", part).chars,
                          value != NULL ? "no state dict under this key" : "no such key",
                          count > 0 ? text_of("one of %.300s", names.chars).chars : "a file with several state dicts",
                          count > 0 ? NULL : "leave out the # and the key");
}

outcome_t state_dict_part(const char *where, const pickle_t *pickle, const char *part, pickle_entries_t *entries,
                          text_t *said)
{
    const pickle_value_t *root = pickle_root(pickle);
    outcome_t result = outcome_ok();
    *said = text_of("%s", "");
    if (!entries_of(pickle, root, entries)) {
        text_t name = class_of(pickle, root);
        return outcome_failed(where, text_of("byte %" PRIu32, root->at).chars,
                              name.chars[0] == '\0' ? "no dictionary"
                                                    : text_of("a whole object (%s), no dictionary", name.chars).chars,
                              "names and tensors", AGAIN);
    }
    if (part != NULL && outcome_bad(&result, take_part(where, part, entries)))
        return result;
    for (int depth = 0; depth < DEPTH; depth++) {
        pickle_entries_t inner;
        int wrapper = 0;
        while (wrapper < WRAPPERS && !open_wrapper(entries, wrapper, depth, &inner))
            wrapper++;
        if (wrapper == WRAPPERS)
            break;
        if (said->chars[0] == '\0')
            say_choice(entries, wrapper, depth, said);
        *entries = inner;
    }
    return choose_other(where, entries, said);
}
