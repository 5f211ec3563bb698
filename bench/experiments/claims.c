/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/claims.h"

#include "base/text.h"
#include "rows/writer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ===  Reading  === */

typedef struct {
    const char *id, *experiment, *what, *location, *read_from, *unit, *tolerance, *tolerance_reason, *needs, *query, *basis;
    const char *rests_on, *topic, *null_model, *why;
    double paper_value;
} claim_cells_t;

#define TEXT(row, member) .name = #member, ROWS_PLACE_TEXT(row, member)
#define REAL(row, member) .name = #member, ROWS_PLACE_REAL(row, member)

static const rows_column_t claim_columns[] = {
    {TEXT(claim_cells_t, id), .key = true, .heading = "Claim", .meaning = "number of the claim"},
    {TEXT(claim_cells_t, experiment), .heading = "Experiment", .meaning = "the experiment that measures it"},
    {TEXT(claim_cells_t, what), .heading = "What the paper says", .meaning = "the number, in words"},
    {TEXT(claim_cells_t, location), .heading = "Where", .meaning = "where in the paper"},
    {TEXT(claim_cells_t, read_from), .heading = "Read from", .meaning = "text, table or figure"},
    {TEXT(claim_cells_t, unit), .heading = "Unit", .meaning = "of the number"},
    {REAL(claim_cells_t, paper_value), .heading = "Paper", .decimals = ROWS_ANY_DECIMALS,
     .meaning = "the paper's number; empty where it prints none"},
    {TEXT(claim_cells_t, tolerance), .heading = "Tolerance", .meaning = "tolerated difference: 5%, 0.1, <= or >="},
    {TEXT(claim_cells_t, tolerance_reason), .heading = "Why", .meaning = "reason of the tolerance"},
    {TEXT(claim_cells_t, needs), .heading = "Needs", .meaning = "material that a full check needs"},
    {TEXT(claim_cells_t, query), .heading = "Query",
     .meaning = "query that measures it here, with columns value, n, basis, note"},
    {TEXT(claim_cells_t, basis), .heading = "Basis",
     .meaning = "whole, synthetic or subset: the best basis that the value can have"},
    {TEXT(claim_cells_t, rests_on), .heading = "Rests on", .meaning = "models, data and assumptions behind the value"},
    {TEXT(claim_cells_t, topic), .heading = "Topic",
     .meaning = "accuracy, compression, sparsity, speed, energy, area or examples"},
    {TEXT(claim_cells_t, null_model), .heading = "Null model",
     .meaning = "a guess that knows nothing of the claim, in words; the query has its value in the column null_value"},
    {TEXT(claim_cells_t, why), .heading = "Why it differs",
     .meaning = "what explains a difference beyond the tolerance, in a sentence; \"Not known\" is an answer"},
    {.name = NULL},
};

const rows_schema_t claims_schema = {
    .name = "claims", .about = "The claims of the paper, and the query that measures each here.", .columns = claim_columns};

static bool read_tolerance(const char *text, tolerance_kind_t *kind, double *value)
{
    *value = 0;
    *kind = text[0] == '\0'          ? TOLERANCE_NONE
            : text_equal(text, "<=") ? TOLERANCE_AT_MOST
            : text_equal(text, ">=") ? TOLERANCE_AT_LEAST
            : text_ends(text, "%")   ? TOLERANCE_SHARE
                                     : TOLERANCE_ABSOLUTE;
    if (*kind == TOLERANCE_ABSOLUTE)
        return text_to_real(text, value) && *value >= 0;
    if (*kind != TOLERANCE_SHARE)
        return true;
    text_t digits = text_of("%.*s", (int)strlen(text) - 1, text);
    bool good = text_to_real(digits.chars, value) && *value >= 0;
    *value /= 100;
    return good;
}

static const char *const basis_names[] = {
    [BASIS_WHOLE] = "whole", [BASIS_SYNTHETIC] = "synthetic", [BASIS_SUBSET] = "subset", [BASIS_STAND_IN] = "stand-in"};
static const char *const topic_names[TOPIC_COUNT] = {
    [TOPIC_ACCURACY] = "accuracy", [TOPIC_COMPRESSION] = "compression", [TOPIC_SPARSITY] = "sparsity",
    [TOPIC_SPEED] = "speed",       [TOPIC_ENERGY] = "energy",           [TOPIC_AREA] = "area",
    [TOPIC_EXAMPLES] = "examples"};

const char *claim_basis_name(claim_basis_t basis)
{
    return basis_names[basis];
}

const char *claim_topic_name(claim_topic_t topic)
{
    return topic_names[topic];
}

static bool read_name(const char *text, const char *const *names, int count, int *found)
{
    for (*found = 0; *found < count; ++*found)
        if (text_equal(text, names[*found]))
            return true;
    return false;
}

static bool read_basis(const char *text, claim_basis_t *basis)
{
    int found;
    bool known = read_name(text, basis_names, BASIS_STAND_IN + 1, &found);
    *basis = known ? (claim_basis_t)found : *basis;
    return known;
}

static bool read_topic(const char *text, claim_topic_t *topic)
{
    int found;
    bool known = read_name(text, topic_names, TOPIC_COUNT, &found);
    *topic = known ? (claim_topic_t)found : *topic;
    return known;
}

static text_t line_of(const claims_t *claims, const claim_t *claim)
{
    return text_of("line %zu, claim %s", (size_t)(claim - claims->items) + 2, claim->id);
}

static outcome_t read_claim(claims_t *claims, size_t row, claim_t *claim)
{
    const rows_table_t *table = &claims->table;
    *claim = (claim_t){.id = rows_text_at(table, row, "id"),
                       .experiment = rows_text_at(table, row, "experiment"),
                       .what = rows_text_at(table, row, "what"),
                       .location = rows_text_at(table, row, "location"),
                       .read_from = rows_text_at(table, row, "read_from"),
                       .unit = rows_text_at(table, row, "unit"),
                       .tolerance_text = rows_text_at(table, row, "tolerance"),
                       .tolerance_reason = rows_text_at(table, row, "tolerance_reason"),
                       .needs = rows_text_at(table, row, "needs"),
                       .query = rows_text_at(table, row, "query"),
                       .rests_on = rows_text_at(table, row, "rests_on"),
                       .null_model = rows_text_at(table, row, "null_model"),
                       .why = rows_text_at(table, row, "why"),
                       .null_value = NAN,
                       .paper = rows_real_at(table, row, "paper_value"),
                       .n = ROWS_UNKNOWN};
    const char *basis = rows_text_at(table, row, "basis");
    text_t line = line_of(claims, claim);
    if (!read_tolerance(claim->tolerance_text, &claim->tolerance_kind, &claim->tolerance))
        return outcome_failed(claims->path, line.chars, text_of("tolerance \"%.100s\"", claim->tolerance_text).chars,
                              "\"5%\", \"0.1\", \"<=\" or \">=\"", NULL);
    if (!isnan(claim->paper) && (claim->tolerance_kind == TOLERANCE_NONE || claim->tolerance_reason[0] == '\0'))
        return outcome_failed(claims->path, line.chars, "a value without a tolerance or its reason", "both", NULL);
    bool asked = claim->query[0] != '\0';
    if (asked && (!read_basis(basis, &claim->best) || claim->rests_on[0] == '\0'))
        return outcome_failed(claims->path, line.chars, "a query without basis or rests_on",
                              "whole, synthetic or subset, and what the value rests on", NULL);
    if (!read_topic(rows_text_at(table, row, "topic"), &claim->topic))
        return outcome_failed(claims->path, line.chars,
                              text_of("topic \"%.100s\"", rows_text_at(table, row, "topic")).chars,
                              "accuracy, compression, sparsity, speed, energy, area or examples", NULL);
    for (size_t i = 0; i < row; i++)
        if (text_equal(claims->items[i].id, claim->id))
            return outcome_failed(claims->path, line.chars, "a second claim with this id", "one row per id", NULL);
    return outcome_ok();
}

outcome_t claims_read(const char *path, claims_t *claims)
{
    *claims = (claims_t){.path = text_copy(path)};
    outcome_t result = claims->path != NULL ? outcome_ok() : outcome_out_of_memory(path);
    if (!outcome_is_ok(&result) || outcome_bad(&result, rows_read(&claims_schema, path, &claims->table)))
        goto out;
    claims->items = calloc(claims->table.count + 1, sizeof *claims->items);
    if (claims->items == NULL)
        result = outcome_out_of_memory(path);
    for (size_t row = 0; row < claims->table.count && outcome_is_ok(&result); row++)
        if (!outcome_bad(&result, read_claim(claims, row, &claims->items[row])))
            claims->count++;

out:
    if (!outcome_is_ok(&result))
        claims_free(claims);
    return result;
}

outcome_t claims_add_table(const char *path, rows_database_t *database)
{
    outcome_t result = rows_database_add_table(database, &claims_schema);
    return outcome_is_ok(&result) ? rows_database_load(database, &claims_schema, path) : result;
}

void claims_free(claims_t *claims)
{
    for (size_t i = 0; i < claims->count; i++)
        free(claims->items[i].note);
    free(claims->items);
    free(claims->path);
    rows_table_free(&claims->table);
    *claims = (claims_t){.items = NULL};
}

/* ===  Measuring  === */

static outcome_t set_note(claim_t *claim, const char *note)
{
    free(claim->note);
    claim->note = text_copy(note);
    return claim->note != NULL ? outcome_ok() : outcome_out_of_memory("claims");
}

/* Is the cell of this column in the first row NULL or a number, with `integer` an integer? */
static bool is_number(const rows_table_t *rows, const char *column, bool integer)
{
    const rows_cell_t *cell = rows_cell(rows, 0, rows_table_column(rows, column));
    return cell->kind == ROWS_CELL_NULL || cell->kind == ROWS_CELL_INTEGER || (cell->kind == ROWS_CELL_REAL && !integer);
}

/* Take value, n, basis and note from the row of the query. */
static outcome_t take_value(const rows_table_t *rows, const char *where, claim_t *claim)
{
    claim_basis_t basis = claim->best;
    const char *said = rows_text_at(rows, 0, "basis"), *note = rows_text_at(rows, 0, "note");
    if (rows_table_column(rows, "value") == rows->column_count || rows_table_column(rows, "n") == rows->column_count)
        return outcome_failed(where, "query", "no column value or n", "value, n [, basis] [, note]", NULL);
    if (rows->count > 1)
        return outcome_failed(where, "query", text_of("%zu rows", rows->count).chars, "one", NULL);
    if (said[0] != '\0' && !read_basis(said, &basis))
        return outcome_failed(where, "basis", said, "whole, synthetic, subset or stand-in", NULL);
    if ((claim->null_model[0] != '\0') != (rows_table_column(rows, "null_value") < rows->column_count))
        return outcome_failed(where, "null_value",
                              claim->null_model[0] ? "a null model without its value" : "a value without its null model",
                              "both the cell null_model and the column null_value of the query, or neither", NULL);
    if (rows->count == 0)
        return outcome_ok();
    if (!is_number(rows, "value", false) || !is_number(rows, "n", true))
        return outcome_failed(where, "query", "a value that is no number, or n that is no integer",
                              "value: a number; n: an integer", NULL);
    if (isnan(rows_real_at(rows, 0, "value")))
        return outcome_ok();
    claim->measured = true;
    claim->value = rows_real_at(rows, 0, "value");
    claim->n = rows_integer_at(rows, 0, "n");
    if (claim->null_model[0] != '\0')
        claim->null_value = rows_real_at(rows, 0, "null_value");
    claim->basis = basis > claim->best ? basis : claim->best;
    return note[0] != '\0' ? set_note(claim, note) : outcome_ok();
}

outcome_t claims_measure(claims_t *claims, rows_database_t *database)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < claims->count && outcome_is_ok(&result); i++) {
        rows_table_t rows;
        text_t where = text_of("%s, %s", claims->path, line_of(claims, &claims->items[i]).chars);
        if (claims->items[i].query[0] == '\0' ||
            outcome_bad(&result, rows_database_query(database, claims->items[i].query, where.chars, &rows)))
            continue;
        result = take_value(&rows, where.chars, &claims->items[i]);
        rows_table_free(&rows);
    }
    return result;
}

outcome_t claims_without(claims_t *claims, const char *experiment, bool blocked, const char *reason)
{
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < claims->count && outcome_is_ok(&result); i++) {
        claim_t *claim = &claims->items[i];
        if (claim->measured || !text_equal(claim->experiment, experiment))
            continue;
        claim->blocked = blocked;
        result = set_note(claim, reason);
    }
    return result;
}

/* ===  Writing  === */

typedef struct {
    const char *id, *experiment, *topic, *what, *unit, *basis, *verdict, *note, *rests_on, *query, *null_model, *why;
    double paper_value, value, difference, null_value;
    int64_t n;
} result_cells_t;

static const rows_column_t result_columns[] = {
    {TEXT(result_cells_t, id), .key = true, .heading = "Claim", .meaning = "number of the claim"},
    {TEXT(result_cells_t, experiment), .heading = "Experiment", .meaning = "the experiment that measures it"},
    {TEXT(result_cells_t, topic), .heading = "Topic", .meaning = "what the claim is about"},
    {TEXT(result_cells_t, what), .heading = "What the paper says", .meaning = "the number, in words"},
    {TEXT(result_cells_t, unit), .heading = "Unit", .meaning = "of the number"},
    {REAL(result_cells_t, paper_value), .heading = "Paper", .decimals = ROWS_ANY_DECIMALS, .meaning = "the paper's number"},
    {REAL(result_cells_t, value), .heading = "This run", .decimals = ROWS_ANY_DECIMALS,
     .meaning = "the value that this run measured"},
    {REAL(result_cells_t, difference), .heading = "Difference", .decimals = ROWS_ANY_DECIMALS,
     .meaning = "this run minus the paper; empty where the two may not be compared"},
    {.name = "n",
     ROWS_PLACE_INTEGER(result_cells_t, n),
     .heading = "N",
     .meaning = "number of samples, networks, PEs or groups behind the value"},
    {TEXT(result_cells_t, basis), .heading = "Basis", .meaning = "whole, synthetic, subset or stand-in"},
    {TEXT(result_cells_t, verdict), .heading = "Verdict", .meaning = "in words"},
    {TEXT(result_cells_t, note), .heading = "Note", .meaning = "note on the value, or the reason why there is none"},
    {TEXT(result_cells_t, rests_on), .heading = "Rests on", .meaning = "models, data and assumptions behind the value"},
    {TEXT(result_cells_t, query), .heading = "Query", .meaning = "the query that yields value and n"},
    {TEXT(result_cells_t, null_model), .heading = "Null model", .meaning = "a guess that knows nothing of the claim"},
    {REAL(result_cells_t, null_value), .heading = "Its value", .decimals = ROWS_ANY_DECIMALS,
     .meaning = "the value of the null model: as good as this run's, then the claim has no evidence"},
    {TEXT(result_cells_t, why), .heading = "Why it differs",
     .meaning = "what explains a difference beyond the tolerance; empty for a claim without one"},
    {.name = NULL},
};

static const rows_schema_t result_schema = {
    .name = "claims", .about = "The claims of the paper with this run's values and verdicts.", .columns = result_columns};

static void write_claim(rows_writer_t *writer, const claim_t *claim)
{
    const result_cells_t cells = {.id = claim->id,
                                  .experiment = claim->experiment,
                                  .topic = claim_topic_name(claim->topic),
                                  .what = claim->what,
                                  .unit = claim->unit,
                                  .paper_value = claim->paper,
                                  .value = claim->measured ? claim->value : (double)NAN,
                                  .difference = claim_difference(claim),
                                  .n = claim->n,
                                  .basis = claim->measured ? claim_basis_name(claim->basis) : "",
                                  .verdict = verdict_name(claim_verdict(claim)),
                                  .note = claim->note != NULL ? claim->note : "",
                                  .rests_on = claim->rests_on,
                                  .query = claim->query,
                                  .null_model = claim->null_model,
                                  .null_value = claim->null_value,
                                  .why = claim_is_beyond(claim) ? claim->why : ""};
    rows_write(writer, &cells);
}

static outcome_t write_json(const char *csv, const char *path)
{
    rows_table_t table;
    outcome_t result = rows_read(&result_schema, csv, &table);
    if (!outcome_is_ok(&result))
        return result;
    result = rows_write_json(&table, path);
    rows_table_free(&table);
    return result;
}

outcome_t claims_write(const claims_t *claims, const char *folder)
{
    rows_writer_t writer;
    text_t csv = text_of("%s/claims.csv", folder);
    outcome_t result = rows_create(&writer, &result_schema, csv.chars);
    if (!outcome_is_ok(&result))
        return result;
    for (size_t i = 0; i < claims->count; i++)
        write_claim(&writer, &claims->items[i]);
    if (outcome_bad(&result, rows_commit(&writer)))
        return result;
    return write_json(csv.chars, text_of("%s/claims.json", folder).chars);
}
