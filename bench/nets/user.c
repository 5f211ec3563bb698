/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nets/user.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LAYERS = 10000, MOST_CHANNELS = 1 << 20, MOST_KERNEL = 1024, MOST_PLANE = 1 << 14, MOST_TOKENS = 1 << 20 };

static const int64_t most_weights = (int64_t)1
                                    << 33; /* this limit times the largest number of pixels or tokens is below 2^63 */

/* ===  Cells  === */

typedef struct {
    const csv_table_t *csv;
    size_t row;
} line_t;

static outcome_t refuse(const line_t *line, const char *column, const char *found, const char *expected)
{
    return outcome_failed(line->csv->path, text_of("line %zu, column %s", line->row + 2, column).chars, found, expected,
                          NULL);
}

static outcome_t read_number(const line_t *line, const char *column, int64_t least, int64_t most, int64_t *value)
{
    size_t index;
    outcome_t result = csv_column(line->csv, column, &index);
    if (!outcome_is_ok(&result))
        return result;
    const char *cell = csv_cell(line->csv, line->row, index);
    if (text_to_integer(cell, least, most, value))
        return result;
    return refuse(line, column, cell[0] == '\0' ? "an empty cell" : cell,
                  text_of("an integer from %" PRId64 " to %" PRId64, least, most).chars);
}

static bool has_name(const net_table_t *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++)
        if (text_equal(table->items[i].name, name))
            return true;
    return false;
}

static outcome_t read_name(const line_t *line, const net_table_t *before, char *name)
{
    size_t index;
    outcome_t result = csv_column(line->csv, "name", &index);
    if (!outcome_is_ok(&result))
        return result;
    const char *cell = csv_cell(line->csv, line->row, index);
    size_t length = strlen(cell);
    if (length == 0 || length >= NET_NAME_SIZE)
        return refuse(line, "name", length == 0 ? "an empty cell" : text_of("%zu characters", length).chars,
                      text_of("1 to %d", NET_NAME_SIZE - 1).chars);
    if (text_equal(cell, "total"))
        return refuse(line, "name", cell, "another name: `total` is the row of the sums");
    if (has_name(before, cell))
        return refuse(line, "name", text_of("%s, as in a line above", cell).chars, "each name once");
    memcpy(name, cell, length + 1);
    return result;
}

static outcome_t read_kind(const line_t *line, net_kind_t *kind)
{
    size_t index;
    outcome_t result = csv_column(line->csv, "kind", &index);
    if (!outcome_is_ok(&result))
        return result;
    const char *cell = csv_cell(line->csv, line->row, index);
    *kind = text_equal(cell, "conv") ? NET_CONV : NET_LINEAR;
    return *kind == NET_CONV || text_equal(cell, "linear")
               ? result
               : refuse(line, "kind", cell[0] == '\0' ? "an empty cell" : cell, "conv or linear");
}

/* ===  Layers  === */

/* The groups of a row, 1 where the table has no such column; the row's c becomes that of one group. */
static outcome_t read_groups(const line_t *line, net_layer_t *layer)
{
    outcome_t result = outcome_ok();
    layer->groups = 1;
    for (size_t i = 0; i < line->csv->columns; i++)
        if (text_equal(line->csv->cells[i], "groups"))
            result = read_number(line, "groups", 1, layer->kind == NET_CONV ? MOST_CHANNELS : 1, &layer->groups);
    if (!outcome_is_ok(&result))
        return result;
    if (layer->k % layer->groups != 0 || layer->c % layer->groups != 0)
        return refuse(line, "groups", text_of("%" PRId64, layer->groups).chars, "a divisor of k and of c");
    layer->c /= layer->groups;
    return result;
}

static outcome_t read_layer(const line_t *line, const net_table_t *before, net_layer_t *layer)
{
    *layer = (net_layer_t){.input = NET_OUTSIDE, .residual = NET_NONE};
    outcome_t result;
    if (outcome_bad(&result, read_name(line, before, layer->name)) || outcome_bad(&result, read_kind(line, &layer->kind)))
        return result;
    bool conv = layer->kind == NET_CONV;
    const struct {
        const char *column;
        int64_t least, most, *value;
    } numbers[] = {
        {"k", 1, MOST_CHANNELS, &layer->k},
        {"c", 1, MOST_CHANNELS, &layer->c},
        {"kh", 1, conv ? MOST_KERNEL : 1, &layer->kh},
        {"kw", 1, conv ? MOST_KERNEL : 1, &layer->kw},
        {"stride", 1, conv ? MOST_KERNEL : 1, &layer->stride},
        {"pad", 0, conv ? MOST_KERNEL : 0, &layer->pad},
        {"in_h", 1, conv ? MOST_PLANE : 1, &layer->in_h},
        {"in_w", 1, conv ? MOST_PLANE : 1, &layer->in_w},
        {"tokens", 1, conv ? 1 : MOST_TOKENS, &layer->tokens},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && outcome_is_ok(&result); i++)
        result = read_number(line, numbers[i].column, numbers[i].least, numbers[i].most, numbers[i].value);
    if (!outcome_is_ok(&result) || outcome_bad(&result, read_groups(line, layer)))
        return result;
    if (layer->in_h + 2 * layer->pad < layer->kh || layer->in_w + 2 * layer->pad < layer->kw)
        return refuse(line, layer->in_h + 2 * layer->pad < layer->kh ? "kh" : "kw", "a kernel larger than the padded input",
                      "a smaller one");
    if (net_layer_weights(layer) > most_weights)
        return refuse(line, "k", text_of("%" PRId64 " weights", net_layer_weights(layer)).chars,
                      text_of("k x c x kh x kw of at most %" PRId64, most_weights).chars);
    layer->out_h = (layer->in_h + 2 * layer->pad - layer->kh) / layer->stride + 1;
    layer->out_w = (layer->in_w + 2 * layer->pad - layer->kw) / layer->stride + 1;
    return result;
}

static bool feeds(const net_layer_t *maker, const net_layer_t *layer)
{
    return maker->k == net_layer_inputs(layer) && maker->tokens == layer->tokens && maker->out_h == layer->in_h &&
           maker->out_w == layer->in_w;
}

static outcome_t read_layers(const csv_table_t *csv, net_table_t *table)
{
    if (csv->rows == 0 || csv->rows > MOST_LAYERS)
        return outcome_failed(csv->path, NULL, text_of("%zu layers", csv->rows).chars,
                              text_of("1 to %d", MOST_LAYERS).chars, NULL);
    table->items = calloc(csv->rows, sizeof *table->items);
    if (table->items == NULL)
        return outcome_out_of_memory(csv->path);
    outcome_t result = outcome_ok();
    for (size_t row = 0; row < csv->rows; row++) {
        const line_t line = {csv, row};
        net_layer_t *layer = &table->items[row];
        if (outcome_bad(&result, read_layer(&line, table, layer)))
            break;
        if (row > 0 && feeds(layer - 1, layer))
            layer->input = (int64_t)row - 1;
        table->count++;
    }
    return result;
}

/* What spreadsheets write instead of commas and plain text, in words. */
static outcome_t check_text(const char *path)
{
    bytes_t bytes;
    outcome_t result = file_read(path, "give a table of layers with --layers (docs/layers.md)", &bytes);
    if (!outcome_is_ok(&result))
        return result;
    char *text = (char *)bytes.data;
    const bool mark = text_starts(text, "\xEF\xBB\xBF"), wide = bytes.size >= 2 && text[0] == '\xFF' && text[1] == '\xFE';
    text[strcspn(text, "\r\n")] = '\0';
    if (mark || wide)
        result = outcome_failed(path, "line 1", wide ? "text in UTF-16" : "a byte order mark before the header",
                                "plain UTF-8 text", "save it as CSV (UTF-8 without a mark)");
    else if (strchr(text, ',') == NULL && strpbrk(text, ";\t") != NULL)
        result = outcome_failed(path, "line 1",
                                strchr(text, ';') != NULL ? "columns separated by ;" : "columns separated by tabs",
                                "columns separated by commas", "save it as CSV with commas");
    file_free_bytes(&bytes);
    return result;
}

/* ===  The network  === */

/* net_layers() frees its table, so it gets a copy. */
static outcome_t copy_layers(const net_size_t *size, net_table_t *table)
{
    const net_table_t *layers = size->shape;
    table->items = malloc(layers->count * sizeof *table->items);
    if (table->items == NULL)
        return outcome_out_of_memory("layers");
    memcpy(table->items, layers->items, layers->count * sizeof *table->items);
    table->count = layers->count;
    return outcome_ok();
}

static void name_network(const char *path, char *name)
{
    const char *from = file_name(path), *dot = strrchr(from, '.');
    size_t length = dot != NULL && dot > from ? (size_t)(dot - from) : strlen(from);
    length = length < NET_NAME_SIZE ? length : NET_NAME_SIZE - 1;
    memcpy(name, from, length);
    name[length] = '\0';
}

outcome_t net_user_read(const char *path, net_user_t *user)
{
    csv_table_t csv;
    *user = (net_user_t){0};
    outcome_t result = check_text(path);
    if (!outcome_is_ok(&result) || outcome_bad(&result, csv_read(path, &csv)))
        return result;
    result = read_layers(&csv, &user->table);
    csv_free(&csv);
    if (!outcome_is_ok(&result)) {
        net_user_free(user);
        return result;
    }
    name_network(path, user->name);
    user->size = (net_size_t){.name = "user", .shape = &user->table};
    user->sizes[0] = &user->size;
    user->network =
        (network_t){.name = user->name, .title = user->name, .family = "user", .sizes = user->sizes, .layers = copy_layers};
    return result;
}

void net_user_free(net_user_t *user)
{
    net_table_free(&user->table);
    *user = (net_user_t){0};
}
