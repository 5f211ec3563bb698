/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names are changed by two tables of rules: the wrappers below, which may hold any network, and the network's own
 * (net_rename_t). Rules are applied until none fits, because wrappers can be nested. */
#include "nets/names.h"

#include "base/text.h"

#include <string.h>

static const net_rename_t wrappers[] = {
    {NET_AT_FRONT, "module.", ""},    /* torch.nn.DataParallel and DistributedDataParallel */
    {NET_AT_FRONT, "_orig_mod.", ""}, /* torch.compile */
    {NET_AT_FRONT, "model.", ""},     /* Lightning: the attribute of the LightningModule */
    {NET_AT_FRONT, "net.", ""},        {NET_AT_FRONT, "backbone.", ""}, /* MMPretrain, DINO */
    {NET_AT_FRONT, "timm_model.", ""},                                  /* Hugging Face's TimmWrapperModel */
    {NET_AT_FRONT, NULL, NULL},
};

/* Apply a rule; false when it does not fit. */
static bool apply(const net_rename_t *rule, text_t *name)
{
    if (rule->where == NET_AT_FRONT && text_starts(name->chars, rule->from)) {
        *name = text_of("%s%s", rule->to, name->chars + strlen(rule->from));
        return true;
    }
    if (rule->where == NET_AT_END && text_ends(name->chars, rule->from)) {
        *name = text_of("%.*s%s", (int)(strlen(name->chars) - strlen(rule->from)), name->chars, rule->to);
        return true;
    }
    return false;
}

static bool apply_first(const net_rename_t *rules, text_t *name)
{
    for (const net_rename_t *rule = rules; rule != NULL && rule->from != NULL; rule++)
        if (apply(rule, name))
            return true;
    return false;
}

outcome_t net_names_settle(const network_t *network, const char *where, tensor_set_t *set)
{
    enum { PASSES = 8 }; /* no real checkpoint has so many nested wrappers */
    for (size_t i = 0; i < set->count; i++) {
        text_t name = text_of("%s", set->items[i].name);
        int passes = 0;
        while (text_fits(&name) && passes < PASSES &&
               (apply_first(wrappers, &name) || apply_first(network->renames, &name)))
            passes++;
        if (passes == 0)
            continue;
        if (!text_fits(&name))
            return outcome_failed(where, text_of("tensor %.200s", set->items[i].name).chars, "a name that is too long",
                                  text_of("at most %d bytes", TEXT_MOST).chars, NULL);
        if (tensor_set_find(set, name.chars) != NULL)
            return outcome_failed(where, text_of("tensor %.200s", set->items[i].name).chars,
                                  "a second tensor of this layer", text_of("one %.200s", name.chars).chars,
                                  "save the plain state dict of one model");
        outcome_t result = tensor_set_rename(set, i, name.chars);
        if (!outcome_is_ok(&result))
            return result;
    }
    return outcome_ok();
}
