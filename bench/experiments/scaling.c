/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/scaling.h"

#include "accel/designs.h"
#include "base/text.h"
#include "measure/model.h"
#include "experiments/rows.h"
#include "nets/resnet.h"
#include "nets/bert.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

const int64_t scaling_points[SCALING_POINTS] = {2, 4, 8, 16, 32};

static const network_t *const networks[] = {&net_resnet50, &net_bert_mrpc};

static const struct {
    const accelerator_t *accelerator;
    int64_t group; /* weights that a PE of 8 lanes takes at a time */
} designs[] = {{&accelerator_stripes, 8}, {&accelerator_pragmatic, 8},     {&accelerator_bitlet, 32},
               {&accelerator_bitwave, 8}, {&accelerator_bitvert_cons, 16}, {&accelerator_bitvert_mod, 16}};

enum { NETWORKS = sizeof networks / sizeof *networks, DESIGNS = sizeof designs / sizeof *designs, LANES = 8 };

static const char *const keys[] = {"net", "size", "accelerator", "pe_columns", NULL};
static const diff_column_t columns[] = {{"compute_cycles", SENSE_LOWER_IS_BETTER, false},
                                        {"cycles", SENSE_LOWER_IS_BETTER, false},
                                        {"speedup", SENSE_HIGHER_IS_BETTER, false},
                                        {NULL, SENSE_NONE, false}};
const diff_rule_t scaling_rule = {.keys = keys, .columns = columns};

/* ===  Rows  === */

/* Copy a cell of the model's row. */
static void copy(csv_writer_t *writer, rows_t *model, size_t row, const char *column)
{
    csv_text(writer, rows_text(model, row, column));
}

/* Model rows are those of `layer = total`, by network, design and point. */
static void write_row(csv_writer_t *writer, rows_t *model, size_t row)
{
    size_t point = row % SCALING_POINTS, network = row / SCALING_POINTS / DESIGNS;
    size_t reference = network * DESIGNS * SCALING_POINTS + point;
    copy(writer, model, row, "net");
    copy(writer, model, row, "size");
    copy(writer, model, row, "accelerator");
    csv_integer(writer, scaling_points[point]);
    copy(writer, model, row, "compute_cycles");
    copy(writer, model, row, "cycles");
    copy(writer, model, reference, "accelerator");
    csv_real(writer, (double)rows_integer(model, reference, "cycles") / (double)rows_integer(model, row, "cycles"));
    copy(writer, model, row, "useful_percent");
    copy(writer, model, row, "intra_pe_stall_percent");
    copy(writer, model, row, "inter_pe_stall_percent");
    copy(writer, model, row, "weights_source");
    csv_end_row(writer);
}

static outcome_t write_rows(const char *from, const char *path)
{
    csv_table_t table;
    csv_writer_t writer;
    outcome_t result = csv_read(from, &table);
    if (!outcome_is_ok(&result))
        return result;
    rows_t model = rows_of(&table);
    result = csv_create(&writer, path,
                        "net,size,accelerator,pe_columns,compute_cycles,cycles,reference,speedup,useful_percent,"
                        "intra_pe_stall_percent,inter_pe_stall_percent,weights_source");
    if (outcome_is_ok(&result)) {
        for (size_t row = 0; row < table.rows; row++)
            write_row(&writer, &model, row);
        if (outcome_is_ok(&model.outcome)) {
            result = csv_commit(&writer);
        } else {
            csv_abandon(&writer);
            result = model.outcome;
        }
    }
    csv_free(&table);
    return result;
}

outcome_t scaling_write(const experiment_context_t *context, const char *name, bool utilisation)
{
    const accelerator_t *accelerators[DESIGNS];
    accel_config_t configs[DESIGNS];
    for (size_t i = 0; i < DESIGNS; i++) {
        accelerators[i] = designs[i].accelerator;
        configs[i] = accelerators[i]->defaults;
        configs[i].group = designs[i].group;
        configs[i].lanes = LANES;
        configs[i].fixed_array = true;
    }
    model_plan_t plan = {.networks = networks,
                         .network_count = NETWORKS,
                         .size = "full",
                         .accelerators = accelerators,
                         .accelerator_count = DESIGNS,
                         .energy_table = "bitsim",
                         .layer = "total",
                         .configs = configs,
                         .any_budget = true,
                         .utilisation = utilisation,
                         .sweep_key = "rows",
                         .sweep_values = scaling_points,
                         .sweep_count = SCALING_POINTS,
                         .origin = MODEL_SYNTHETIC,
                         .threads = context->jobs};
    model_total_t *totals = calloc(model_points(&plan), sizeof *totals);
    if (totals == NULL)
        return outcome_out_of_memory(name);
    text_t model = text_of("%s/%s.model", context->folder, name), path = text_of("%s/%s", context->folder, name);
    outcome_t result = model_run(&plan, model.chars, totals);
    free(totals);
    if (outcome_is_ok(&result))
        result = write_rows(model.chars, path.chars);
    unlink(model.chars);
    return result;
}

/* ===  Reading  === */

double scaling_value(const csv_table_t *table, const char *net, const char *accelerator, int64_t count, const char *column)
{
    rows_t rows = rows_of(table);
    for (size_t row = rows_find(&rows, 0, "net", net); row < table->rows; row = rows_find(&rows, row + 1, "net", net))
        if (text_equal(rows_text(&rows, row, "accelerator"), accelerator) &&
            rows_integer(&rows, row, "pe_columns") == count)
            return rows_real(&rows, row, column);
    return NAN;
}
