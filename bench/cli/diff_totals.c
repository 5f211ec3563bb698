/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/diff_totals.h"

#include "base/text.h"
#include "measure/model_rows.h"
#include "rows/diff.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ===  Printing  === */

static int widest_setting(const diff_total_t *totals, size_t count)
{
    size_t width = 0;
    for (size_t i = 0; i < count; i++)
        width = strlen(totals[i].setting) > width ? strlen(totals[i].setting) : width;
    return (int)width;
}

static void print_names(const char *net, const diff_total_t *total, int width, FILE *stream)
{
    fprintf(stream, "%-12s  %-13s", net, total->design);
    if (width > 0)
        fprintf(stream, "  %-*s", width, total->setting);
}

static bool is_same_design(const diff_total_t *a, const diff_total_t *b)
{
    return text_equal(a->design, b->design) && text_equal(a->setting, b->setting);
}

/* The geometric means of the design and setting of totals[first], unless an earlier total had them. */
static void print_geomean(const diff_total_t *totals, size_t count, size_t first, int width, FILE *stream)
{
    double cycles = 0.0, energy = 0.0;
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_same_design(&totals[i], &totals[first]))
            continue;
        if (i < first)
            return;
        cycles += log(totals[i].cycles[0] / totals[i].cycles[1]);
        energy += log(totals[i].energy_pj[1] / totals[i].energy_pj[0]);
        used++;
    }
    if (used < 2)
        return;
    print_names("geomean", &totals[first], width, stream);
    fprintf(stream, "  %13s  %13s  %7.3f  %12s  %12s  %6.3f  N = %zu networks\n", "", "", exp(cycles / (double)used), "",
            "", exp(energy / (double)used), used);
}

void diff_totals_print(const diff_total_t *totals, size_t count, FILE *stream)
{
    const int width = widest_setting(totals, count);
    if (count == 0)
        return;
    fprintf(stream, "%-12s  %-13s", "network", "accelerator");
    if (width > 0)
        fprintf(stream, "  %-*s", width, "setting");
    fprintf(stream, "  %13s  %13s  %7s  %12s  %12s  %6s\n", "cycles before", "after", "speedup", "uJ before", "after",
            "ratio");
    for (size_t i = 0; i < count; i++) {
        const diff_total_t *total = &totals[i];
        print_names(total->net, total, width, stream);
        fprintf(stream, "  %13.0f  %13.0f  %7.3f  %12.2f  %12.2f  %6.3f\n", total->cycles[0], total->cycles[1],
                total->cycles[0] / total->cycles[1], total->energy_pj[0] / 1e6, total->energy_pj[1] / 1e6,
                total->energy_pj[1] / total->energy_pj[0]);
    }
    for (size_t i = 0; i < count; i++)
        print_geomean(totals, count, i, width, stream);
    fprintf(stream, "\n");
}

/* ===  From rows  === */

static const char total_row[] = "total";

bool diff_totals_has(const rows_schema_t *schema)
{
    const char *needed[MODEL_TOTAL_COLUMNS];
    model_total_columns(needed);
    for (size_t i = 0; i < MODEL_TOTAL_COLUMNS; i++)
        if (rows_find_column(schema, needed[i]) == NULL)
            return false;
    return true;
}

typedef struct {
    const csv_table_t *tables[2];
    size_t columns[2][MODEL_TOTAL_COLUMNS];
    diff_total_t *totals;
    size_t count;
} collection_t;

/* One row that both tables have: called by diff_pairs(). */
static outcome_t collect(void *context, const char *name, size_t before, size_t after)
{
    collection_t *all = context;
    const size_t rows[2] = {before, after};
    diff_total_t total = {.net = csv_cell(all->tables[0], before, all->columns[0][MODEL_NET]),
                          .design = csv_cell(all->tables[0], before, all->columns[0][MODEL_DESIGN]),
                          .setting = csv_cell(all->tables[0], before, all->columns[0][MODEL_SETTING])};
    outcome_t result = outcome_ok();
    (void)name;
    if (!text_equal(csv_cell(all->tables[0], before, all->columns[0][MODEL_LAYER]), total_row))
        return result;
    for (int side = 0; side < 2 && outcome_is_ok(&result); side++)
        if (!outcome_bad(&result, csv_cell_real(all->tables[side], rows[side], all->columns[side][MODEL_CYCLES],
                                                &total.cycles[side])))
            result = csv_cell_real(all->tables[side], rows[side], all->columns[side][MODEL_ENERGY], &total.energy_pj[side]);
    if (outcome_is_ok(&result) && total.cycles[0] > 0.0 && total.cycles[1] > 0.0)
        all->totals[all->count++] = total;
    return result;
}

outcome_t diff_totals_of_rows(const csv_table_t *before, const csv_table_t *after, const rows_schema_t *schema,
                              FILE *stream)
{
    collection_t all = {.tables = {before, after}};
    const char *needed[MODEL_TOTAL_COLUMNS];
    outcome_t result = outcome_ok();
    model_total_columns(needed);
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < MODEL_TOTAL_COLUMNS && outcome_is_ok(&result); i++)
            result = csv_column(all.tables[side], needed[i], &all.columns[side][i]);
    if (!outcome_is_ok(&result))
        return result;
    all.totals = calloc(before->rows + 1, sizeof *all.totals);
    if (all.totals == NULL)
        return outcome_out_of_memory("totals");
    result = diff_pairs(before, after, schema, collect, &all);
    if (outcome_is_ok(&result))
        diff_totals_print(all.totals, all.count, stream);
    free(all.totals);
    return result;
}
