/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report, in the order of a reader's questions: which kind of run is this, what are the results, how far can I trust
 * them (claims, baseline, provenance, environment, cost, limits), and how do I reproduce them. */
#include "run/publish.h"

#include "base/file.h"
#include "base/home.h"
#include "base/text.h"
#include "experiments/claims_summary.h"
#include "experiments/claims_table.h"
#include "experiments/experiment_rows.h"
#include "experiments/page_document.h"
#include "run/again.h"
#include "run/baseline.h"
#include "run/manifest_files.h"
#include "run/record_section.h"
#include "report/html.h"
#include "report/markdown.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_DIFFERENCES_SHOWN = 50 };

typedef struct {
    const publish_request_t *request;
    run_mode_t mode; /* with the number of samples of this run */
    claims_t claims;
    rows_database_t *database; /* the rows of the run folder */
    document_t document;
} publication_t;

static bool is_finished(const publication_t *publication, const experiment_t *experiment)
{
    return manifest_has_rows(publication->request->manifest, experiment->id);
}

/* Has the file of a finished experiment at least one row? Limits and commands of an empty one are about nothing. */
static bool has_rows(const publication_t *publication, const experiment_t *experiment)
{
    const cJSON *entry = manifest_experiment(publication->request->manifest, experiment->id);
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(entry, "row_count");
    return cJSON_IsNumber(rows) && rows->valuedouble > 0;
}

/* A mode with an experiment of its own shows its page alone: the other pages are about the paper's networks. */
static bool is_shown(const publication_t *publication, const experiment_t *experiment)
{
    const char *own = publication->mode.own;
    return is_finished(publication, experiment) && (own == NULL || text_equal(experiment->id, own));
}

/* Called for every finished experiment that is shown, in order. */
typedef outcome_t (*part_t)(publication_t *publication, const experiment_t *experiment);

static outcome_t for_each_shown(publication_t *publication, part_t part)
{
    const experiments_t *experiments = publication->request->experiments;
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < experiments->count && outcome_is_ok(&result); i++)
        if (is_shown(publication, &experiments->items[i]))
            result = part(publication, &experiments->items[i]);
    return result;
}

/* ===  Reading  === */

/* Record why the claims of an experiment have no value. */
static outcome_t explain_missing(publication_t *publication)
{
    const experiments_t *experiments = publication->request->experiments;
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < experiments->count && outcome_is_ok(&result); i++) {
        const char *id = experiments->items[i].id, *state = manifest_state(publication->request->manifest, id);
        const cJSON *reason =
            cJSON_GetObjectItemCaseSensitive(manifest_experiment(publication->request->manifest, id), "reason");
        bool blocked = text_equal(state, "blocked") || text_equal(state, "failed");
        if (text_equal(state, "finished"))
            result = claims_without(&publication->claims, id, false, "the rows of this run do not contain this number");
        else if (blocked)
            result =
                claims_without(&publication->claims, id, true, cJSON_IsString(reason) ? reason->valuestring : "failed");
        else
            result = claims_without(&publication->claims, id, false,
                                    state[0] != '\0' ? "the run has not finished" : "the experiment was not asked for");
    }
    return result;
}

static outcome_t read_all(publication_t *publication)
{
    outcome_t result;
    if (outcome_bad(&result, manifest_mode(publication->request->manifest, &publication->mode)) ||
        outcome_bad(&result, claims_read(publication->request->claims, &publication->claims)))
        return result;
    experiment_source_t source = {.folder = publication->request->folder,
                                  .mode = &publication->mode,
                                  .holds = manifest_has_rows,
                                  .context = publication->request->manifest};
    if (outcome_bad(&result, experiment_rows_open(publication->request->experiments, &source, &publication->database)) ||
        outcome_bad(&result, claims_measure(&publication->claims, publication->database)))
        return result;
    return explain_missing(publication);
}

/* ===  Sections  === */

/* "7 networks, N = 1,000 to 10,000": what the accuracy rows of this run cover; "" when there are none. */
static outcome_t covered(publication_t *publication, text_t *words)
{
    static const char query[] =
        "SELECT count(DISTINCT net) || ' networks, N = ' || grouped(min(samples)) || iif(min(samples) < max(samples), "
        "' to ' || grouped(max(samples)), '') || ' samples a network, ' AS words FROM accuracy HAVING count(*) > 0";
    rows_table_t rows;
    outcome_t result = rows_database_query(publication->database, query, "report", &rows);
    if (!outcome_is_ok(&result))
        return result;
    *words = text_of("%s", rows.count > 0 ? rows_text_at(&rows, 0, "words") : "");
    rows_table_free(&rows);
    return outcome_ok();
}

static outcome_t present_banner(publication_t *publication)
{
    document_t *document = &publication->document;
    const manifest_t *manifest = publication->request->manifest;
    text_t words;
    outcome_t result = covered(publication, &words);
    if (!outcome_is_ok(&result))
        return result;
    document_heading(document, 1, "bbsbench: bi-directional bit-level sparsity");
    const cJSON *known =
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(manifest->json, "program"), "dirty");
    const char *dirty = manifest_text(manifest, "program", "dirty");
    const text_t chosen = run_mode_chosen(&publication->mode);
    document_paragraph(document, "Mode %s%s, %sstarted %s, %s, commit `%s`%s.", publication->mode.name,
                       chosen.chars[0] != '\0' ? text_of(" with chosen %s", chosen.chars).chars : "", words.chars,
                       manifest_text(manifest, NULL, "started_utc"), manifest_text(manifest, "machine", "processor"),
                       manifest_text(manifest, "program", "commit"),
                       dirty[0] != '\0'      ? ", changes unknown"
                       : cJSON_IsTrue(known) ? " with local changes"
                                             : "");
    document_notice(document, publication->mode.brings ? TONE_GOOD : TONE_CAUTION, "%s. %s",
                    run_mode_title(&publication->mode).chars, publication->mode.meaning);
    const char *left_out = manifest_text(manifest, "configuration", "networks left out");
    if (left_out[0] != '\0')
        document_notice(document, TONE_CAUTION, "NOT RUN: %s. Their files were neither here nor could they be fetched.",
                        left_out);
    if (!manifest_is_finished(manifest))
        document_notice(document, TONE_BAD, "THIS RUN HAS NOT FINISHED: some experiments have no rows; see Cost.");
    return outcome_ok();
}

static outcome_t present_headline(publication_t *publication, const experiment_t *experiment)
{
    return page_headline(&experiment->page, publication->database, &publication->document);
}

/* A heading is printed only with something below it. */
static outcome_t present_limits(publication_t *publication, const experiment_t *experiment)
{
    if (experiment->page.limit_count == 0 || !has_rows(publication, experiment))
        return outcome_ok();
    document_t *document = &publication->document;
    const size_t before = document->count;
    document_section(document, 3, text_of("%s-limits", experiment->id).chars, "What this does not show");
    const size_t heading = document->count;
    outcome_t result = page_limits(&experiment->page, publication->database, document);
    if (document->count == heading)
        document_cut(document, before);
    return result;
}

/* The command for all rows of the experiment, then those of its page, which show a part of them. */
static outcome_t present_again(publication_t *publication, const experiment_t *experiment)
{
    document_t *document = &publication->document;
    if (!has_rows(publication, experiment))
        return outcome_ok();
    char *command = again_command(manifest_text(publication->request->manifest, NULL, "command"), experiment->id);
    if (command == NULL)
        return outcome_out_of_memory("report");
    document_paragraph(document, "The rows of `%s` again, and those that they follow from:", experiment->file);
    document_command(document, "%s", command);
    free(command);
    const size_t before = document->count;
    document_paragraph(document, "Some of them alone:");
    const size_t heading = document->count;
    outcome_t result = page_again(&experiment->page, publication->database, document);
    if (document->count == heading)
        document_cut(document, before);
    return result;
}

/* A section is whole: figure and tables, the claims of the paper on them, what they do not show, and how to make the rows
 * again. */
static outcome_t present_section(publication_t *publication, const experiment_t *experiment)
{
    if (experiment->page.block_count == 0)
        return outcome_ok();
    document_section(&publication->document, 2, experiment->id, "%s", experiment->page.title.chars);
    outcome_t result = page_body(&experiment->page, publication->database, &publication->document);
    if (!outcome_is_ok(&result))
        return result;
    claims_present_own(&publication->claims, experiment->id, &publication->document);
    if (!outcome_bad(&result, present_limits(publication, experiment)))
        result = present_again(publication, experiment);
    return result;
}

/* An experiment that was asked for and could not run: why, and what it takes. */
static void present_blocked(publication_t *publication, const experiment_t *experiment)
{
    document_t *document = &publication->document;
    const manifest_t *manifest = publication->request->manifest;
    const char *state = manifest_state(manifest, experiment->id);
    const cJSON *reason = cJSON_GetObjectItemCaseSensitive(manifest_experiment(manifest, experiment->id), "reason");
    if (!text_equal(state, "blocked") && !text_equal(state, "failed"))
        return;
    document_section(document, 2, experiment->id, "%s", experiment->page.title.chars);
    document_notice(document, TONE_CAUTION, "NOT RUN: %s", cJSON_IsString(reason) ? reason->valuestring : "it failed");
    document_paragraph(
        document, "It needs: %s. With these, `build/bbsbench run --only %s` and the options of this run make its rows.",
        experiment->page.needs.chars, experiment->id);
}

static const column_t summary_columns[] = {
    {"Experiment", "", false}, {"Baseline", "", false}, {"Result", "", false}, {"Rows", "", false}, {NULL, NULL, false}};

static const column_t difference_columns[] = {{"Row", "", false},     {"Column", "", false}, {"Baseline", "", true},
                                              {"This run", "", true}, {"State", "", false},  {NULL, NULL, false}};

static tone_t difference_tone(diff_status_t status)
{
    return status == DIFF_IMPROVED                              ? TONE_GOOD
           : status == DIFF_REGRESSED || status == DIFF_MISSING ? TONE_BAD
                                                                : TONE_CAUTION;
}

static void present_differences(const diff_t *diff, const char *id, document_t *document)
{
    size_t shown = diff->entry_count < MOST_DIFFERENCES_SHOWN ? diff->entry_count : MOST_DIFFERENCES_SHOWN;
    if (shown == 0)
        return;
    document_fold(document, "Differences of %s", id);
    document_table(document, difference_columns, "The first %zu of %zu differences.", shown, diff->entry_count);
    for (size_t i = 0; i < shown; i++) {
        const diff_entry_t *entry = &diff->entries[i];
        document_cell(document, "%s", entry->row);
        document_cell(document, "%s", entry->column);
        document_cell(document, "%s", diff_value(entry->baseline, entry->baseline_samples).chars);
        document_cell(document, "%s", diff_value(entry->measured, entry->measured_samples).chars);
        document_mark(document, difference_tone(entry->status), diff_status_name(entry->status));
    }
    document_fold_end(document);
}

/* One line of the baseline section; the differences are kept in `diff`, because they follow the table. */
static outcome_t present_baseline_row(publication_t *publication, const experiment_t *experiment, diff_t *diff)
{
    document_t *document = &publication->document;
    char summary[256] = "–";
    const publish_request_t *request = publication->request;
    const rows_schema_t *schema = experiment_rows_schema(experiment, publication->database);
    const baseline_request_t baselines = {.reference = request->reference,
                                          .mode = publication->mode.name,
                                          .folder = request->folder,
                                          .partial = run_mode_is_chosen(&publication->mode)};
    text_t path = baseline_path(request->reference, experiment->id, publication->mode.name);
    size_t left_out;
    outcome_t result = baseline_compare(&baselines, schema, diff, &left_out);
    if (outcome_is_error(&result))
        return result;
    document_cell(document, "%s", experiment->id);
    const char *file = strrchr(path.chars, '/');
    document_cell(document, "%s", file != NULL ? file + 1 : "none");
    if (outcome_is_skip(&result)) {
        document_mark(document, TONE_NOTE, "not compared");
    } else {
        diff_summary(diff, summary, sizeof summary);
        document_mark(document, diff_is_clean(diff) ? TONE_GOOD : TONE_CAUTION, diff_is_clean(diff) ? "same" : "different");
    }
    document_cell(document, "%s%s", summary,
                  left_out > 0 ? text_of("; %zu rows of this run are not among them", left_out).chars : "");
    return outcome_ok();
}

/* The largest allowed difference of a count of samples over all experiments, in thousandths. */
static long long most_flips(const publication_t *publication)
{
    int64_t most = 0;
    for (size_t i = 0; i < rows_database_count(publication->database); i++) {
        const rows_schema_t *schema = rows_database_schema(publication->database, i);
        most = schema->flips_per_thousand > most ? schema->flips_per_thousand : most;
    }
    return most;
}

static outcome_t present_baselines(publication_t *publication)
{
    const experiments_t *experiments = publication->request->experiments;
    document_t *document = &publication->document;
    outcome_t result = outcome_ok();
    diff_t *diffs = calloc(experiments->count + 1, sizeof *diffs);
    if (diffs == NULL)
        return outcome_out_of_memory("report");
    document_heading(document, 2, "Against the committed baseline");
    document_table(
        document, summary_columns,
        "Compared with the rows in `results/reference`. Model rows are compared exactly; counts of float kernels may differ by "
        "%lld in 1,000 samples, because processors sum in different orders. Improvements never offset regressions.%s",
        most_flips(publication),
        run_mode_is_chosen(&publication->mode)
            ? " The user chose what was run, so only rows of the same networks, methods and number of samples are compared."
            : "");
    for (size_t i = 0; i < experiments->count && outcome_is_ok(&result); i++)
        if (is_finished(publication, &experiments->items[i]))
            result = present_baseline_row(publication, &experiments->items[i], &diffs[i]);
    for (size_t i = 0; i < experiments->count; i++) {
        present_differences(&diffs[i], experiments->items[i].id, document);
        diff_free(&diffs[i]);
    }
    free(diffs);
    return result;
}

static outcome_t present_reproduce(publication_t *publication)
{
    document_t *document = &publication->document;
    char *command = again_command(manifest_text(publication->request->manifest, NULL, "command"), NULL);
    if (command == NULL)
        return outcome_out_of_memory("report");
    document_section(document, 2, "reproduce", "How to reproduce this run");
    document_paragraph(
        document,
        "Every number was computed by this run on this machine, except what is marked as the paper's. The %d "
        "files of the run have the SHA-256 that the run recorded when it wrote them. From the project's top "
        "folder, at the commit above, this command repeats the whole run. It prints the name of its folder, of which "
        "`build/bbsbench report FOLDER` makes the report:",
        manifest_file_count(publication->request->manifest));
    document_command(document, "%s", command);
    free(command);
    return outcome_ok();
}

static outcome_t put_together(publication_t *publication)
{
    document_t *document = &publication->document;
    outcome_t result;
    if (outcome_bad(&result, present_banner(publication)))
        return result;
    document_fold(document, "All sections of this report");
    document_contents(document);
    document_fold_end(document);
    /* A mode with an experiment of its own measures no claim of the paper. */
    const bool about_paper = publication->mode.own == NULL;
    if (about_paper)
        claims_summary_present(&publication->claims, document);
    document_section(document, 2, "headlines", about_paper ? "What else was measured" : "What was measured");
    if (outcome_bad(&result, for_each_shown(publication, present_headline)) ||
        outcome_bad(&result, for_each_shown(publication, present_section)))
        return result;
    for (size_t i = 0; i < publication->request->experiments->count; i++)
        present_blocked(publication, &publication->request->experiments->items[i]);
    if (about_paper)
        claims_present(&publication->claims, document);
    if (outcome_bad(&result, present_baselines(publication)))
        return result;
    record_present_provenance(publication->request->manifest, document);
    record_present_environment(publication->request->manifest, document);
    record_present_cost(publication->request->manifest, publication->request->experiments, document);
    return present_reproduce(publication);
}

/* The folder may come from someone else, and a link in it may lead anywhere. */
static outcome_t check_places(const char *folder)
{
    static const char *const names[] = {"report.md", "report.html", "report.json", "claims.csv", "claims.json"};
    outcome_t result = outcome_ok();
    for (size_t i = 0; i < sizeof names / sizeof *names && outcome_is_ok(&result); i++)
        result = file_refuse_link(text_of("%s/%s", folder, names[i]).chars);
    return result;
}

outcome_t publish_report(const publish_request_t *request)
{
    publication_t publication = {.request = request};
    outcome_t result = check_places(request->folder);
    if (outcome_is_ok(&result))
        result = read_all(&publication);
    if (outcome_is_ok(&result))
        result = put_together(&publication);
    if (outcome_is_ok(&result))
        result = markdown_write(&publication.document, request->folder, text_of("%s/report.md", request->folder).chars);
    if (outcome_is_ok(&result))
        result = html_write(&publication.document, text_of("bbsbench report, %s run", publication.mode.name).chars,
                            request->folder, text_of("%s/report.html", request->folder).chars);
    if (outcome_is_ok(&result))
        result = claims_write(&publication.claims, request->folder);
    if (outcome_is_ok(&result))
        result = claims_summary_write(&publication.claims, request->folder);
    if (outcome_is_ok(&result) && request->summary != NULL && publication.mode.own == NULL)
        claims_summary_print(&publication.claims, request->summary);
    rows_database_close(publication.database);
    document_free(&publication.document);
    claims_free(&publication.claims);
    return result;
}

outcome_t publish_experiments(const char *folder, experiments_t *experiments)
{
    manifest_t manifest;
    outcome_t result = manifest_read(folder, &manifest);
    if (!outcome_is_ok(&result))
        return result;
    const char *own = manifest_text(&manifest, NULL, "own_experiments");
    text_t path;
    if (own[0] == '\0')
        result = experiments_open(NULL, experiments);
    else if (!outcome_bad(&result, home_path(own, &path)))
        result = file_is_folder(path.chars) ? experiments_open(path.chars, experiments)
                                            : outcome_missing(manifest.path, "own_experiments", "no such folder",
                                                              path.chars, "say with --experiments where it is now");
    manifest_free(&manifest);
    return result;
}
