/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fetch/fetch.h"

#include "base/registry.h"
#include "base/stop.h"
#include "fetch/cache_lock.h"
#include "fetch/curl.h"
#include "fetch/notes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* ===  The plan  === */

static bool is_wanted(const fetch_request_t *request, const catalogue_item_t *item)
{
    bool wanted = request->wanted_count == 0;
    for (size_t i = 0; i < request->wanted_count; i++)
        wanted = wanted || text_equal(request->wanted[i], item->owner) || text_equal(request->wanted[i], item->name);
    return wanted;
}

/* Find the file below the folder: in the subfolders of the cache, or directly. */
static bool find_in_folder(const char *folder, const char *file, text_t *path)
{
    const char *base = strrchr(file, '/');
    const char *const names[] = {file, strchr(file, '/') ? strchr(file, '/') + 1 : file, base ? base + 1 : file};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        *path = text_of("%s/%s", folder, names[i]);
        if (text_fits(path) && file_exists(path->chars))
            return true;
    }
    return false;
}

static outcome_t plan_step(const fetch_request_t *request, const catalogue_item_t *item, fetch_plan_t *plan)
{
    fetch_step_t *step = &plan->steps[plan->count++];
    *step = (fetch_step_t){.item = item, .state = FETCH_ABSENT};
    int64_t there = 0;
    outcome_t result;
    if (outcome_bad(&result, catalogue_place(item->file, &step->path)))
        return result;
    if (file_exists(step->path.chars)) {
        step->state = FETCH_HERE;
        return result;
    }
    step->bytes = item->bytes > 0 ? item->bytes : item->about;
    if (request->from != NULL && find_in_folder(request->from, item->file, &step->from)) {
        step->state = FETCH_TAKE;
        if (outcome_bad(&result, file_size(step->from.chars, &step->bytes)))
            return result;
    } else if (item->url[0] != '\0') {
        text_t part = text_of("%s.part", step->path.chars);
        step->state = FETCH_LOAD;
        plan->loads++;
        if (file_exists(part.chars) && outcome_bad(&result, file_size(part.chars, &there)))
            return result;
    } else {
        step->bytes = 0;
        plan->absent++;
        return result;
    }
    plan->unknown += step->bytes == 0;
    step->bytes = step->bytes > there ? step->bytes - there : 0;
    if (__builtin_add_overflow(plan->bytes, step->bytes, &plan->bytes))
        plan->bytes = INT64_MAX;
    return result;
}

/* "did you mean resnet34?" for an unknown owner, or "". */
static text_t near_owner(const fetch_request_t *request, const char *name)
{
    enum { MOST_NEAR = 256 };
    const char *names[MOST_NEAR + 1] = {NULL};
    size_t count = 0;
    for (size_t c = 0; c < request->catalogue_count; c++)
        for (size_t i = 0; i < request->catalogues[c].count && count < MOST_NEAR; i++) {
            const catalogue_t *catalogue = &request->catalogues[c];
            if (i == 0 || !text_equal(catalogue->items[i].owner, catalogue->items[i - 1].owner))
                names[count++] = catalogue->items[i].owner;
        }
    return registry_guess(names, name);
}

static outcome_t check_wanted(const fetch_request_t *request)
{
    for (size_t w = 0; w < request->wanted_count; w++) {
        const fetch_request_t one = {.wanted = &request->wanted[w], .wanted_count = 1};
        text_builder_t known = {0};
        bool found = false;
        for (size_t c = 0; c < request->catalogue_count && !found; c++)
            for (size_t i = 0; i < request->catalogues[c].count && !found; i++) {
                const catalogue_item_t *item = &request->catalogues[c].items[i];
                found = is_wanted(&one, item);
                if (known.chars == NULL || strstr(known.chars, item->owner) == NULL)
                    text_append(&known, "%s%s", known.length > 0 ? ", " : "", item->owner);
            }
        outcome_t result = outcome_ok();
        if (!found)
            result = known.failed ? outcome_out_of_memory("fetch")
                                  : outcome_usage("fetch", request->wanted[w], "nothing of that name", known.chars,
                                                  near_owner(request, request->wanted[w]).chars);
        free(known.chars);
        if (!outcome_is_ok(&result))
            return result;
    }
    return outcome_ok();
}

outcome_t fetch_plan(const fetch_request_t *request, fetch_plan_t *plan)
{
    *plan = (fetch_plan_t){.steps = NULL};
    size_t most = 0;
    outcome_t result;
    if (outcome_bad(&result, check_wanted(request)))
        return result;
    if (request->from != NULL && !file_may_enter(request->from))
        return file_absent(request->from, "--from", request->from, "a folder with files to take", NULL);
    for (size_t c = 0; c < request->catalogue_count; c++)
        most += request->catalogues[c].count;
    plan->steps = calloc(most + 1, sizeof *plan->steps);
    if (plan->steps == NULL)
        return outcome_out_of_memory("fetch");
    for (size_t c = 0; c < request->catalogue_count; c++)
        for (size_t i = 0; i < request->catalogues[c].count; i++) {
            const catalogue_item_t *item = &request->catalogues[c].items[i];
            if (is_wanted(request, item) && outcome_bad(&result, plan_step(request, item, plan))) {
                fetch_plan_free(plan);
                return result;
            }
        }
    return result;
}

void fetch_plan_free(fetch_plan_t *plan)
{
    free(plan->steps);
    *plan = (fetch_plan_t){.steps = NULL};
}

outcome_t fetch_free_bytes(double *bytes, text_t *root)
{
    struct statvfs status;
    outcome_t result;
    if (outcome_bad(&result, catalogue_place("", root)) || outcome_bad(&result, file_make_folder(root->chars)))
        return result;
    if (statvfs(root->chars, &status) != 0)
        return outcome_failed(root->chars, "free space", strerror(errno), "a disk", NULL);
    *bytes = (double)status.f_bavail * (double)status.f_frsize;
    return result;
}

outcome_t fetch_check_disk(const fetch_plan_t *plan)
{
    text_t root;
    double free_bytes, needed = (double)plan->bytes + (double)plan->unpacked;
    outcome_t result;
    if (outcome_bad(&result, fetch_free_bytes(&free_bytes, &root)) || needed <= free_bytes)
        return result;
    return outcome_failed(root.chars, NULL, text_of("%.1f MB free", free_bytes / 1e6).chars,
                          text_of("%.1f MB for the files to fetch", needed / 1e6).chars,
                          "free some disk space, set BBS_HOME to another place, or fetch less (--net, --dataset)");
}

/* ===  Printing  === */

static const char *const state_names[] = {
    [FETCH_HERE] = "here", [FETCH_TAKE] = "take", [FETCH_LOAD] = "download", [FETCH_ABSENT] = "needs --from"};

static text_t size_text(const catalogue_item_t *item)
{
    if (item->bytes > 0)
        return text_of("%.1f MB", (double)item->bytes / 1e6);
    return item->about > 0 ? text_of("about %.1f MB", (double)item->about / 1e6) : text_of("size not known");
}

void fetch_print(const fetch_plan_t *plan, bool details, FILE *log)
{
    size_t unpinned = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const catalogue_item_t *item = plan->steps[i].item;
        bool pinned = catalogue_is_pinned(item);
        unpinned += !pinned;
        fprintf(log, "%-44s %-10s %18s  %-12s  %s\n", item->name, item->owner, size_text(item).chars,
                state_names[plan->steps[i].state], pinned ? "pinned" : "not pinned");
        if (details)
            fprintf(log, "    %s\n    sha256 %s%s, licence %s\n    %s\n", item->url[0] ? item->url : "no address",
                    item->sha256[0] ? item->sha256 : "not published", item->sha256[0] && !pinned ? "..." : "",
                    item->licence[0] ? item->licence : "not stated", item->source);
    }
    if (unpinned > 0)
        fprintf(log, "%zu not pinned: their hash is not published, so nobody can tell whether the right file comes\n",
                unpinned);
    fprintf(log, "to fetch: %.1f MB", (double)plan->bytes / 1e6);
    if (plan->unknown > 0)
        fprintf(log, " and %zu files of unknown size", plan->unknown);
    fprintf(log, "\n");
}

/* ===  The work  === */

/* A length that is only known roughly: an error page or half a file is farther off than its rounding. */
static bool is_about(int64_t bytes, int64_t about)
{
    int64_t slack = about / 20;
    return bytes >= about - slack && bytes <= about + slack;
}

/* Does the file begin as a page of HTML? Login pages and error pages come with "200 OK", too. None of our files begins so.
 */
static bool is_page(const char *path)
{
    static const char *const beginnings[] = {"<!doctype", "<html", "<?xml", "<head", "<body"};
    char head[256] = "";
    FILE *stream = fopen(path, "rb");
    if (stream == NULL)
        return false;
    size_t got = fread(head, 1, sizeof head - 1, stream);
    fclose(stream);
    head[got] = '\0';
    const char *start = text_starts(head, "\xEF\xBB\xBF") ? head + 3 : head;
    start += strspn(start, " \t\r\n");
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (strncasecmp(start, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return false;
}

static outcome_t check_length(const catalogue_item_t *item, const char *path, int64_t bytes)
{
    const text_t found = text_of("%" PRId64 " bytes", bytes);
    if (item->bytes > 0 && bytes != item->bytes)
        return outcome_failed(path, NULL, found.chars, text_of("%" PRId64, item->bytes).chars, NULL);
    if (item->bytes == 0 && item->about > 0 && !is_about(bytes, item->about))
        return outcome_failed(path, NULL, found.chars, text_of("about %" PRId64, item->about).chars, NULL);
    return outcome_ok();
}

/* What is wrong with the file at `path` by the catalogue alone; ok when nothing is. */
static outcome_t compare_with_catalogue(const catalogue_item_t *item, const char *path, int64_t bytes, const sha256_t *hash)
{
    bool pinned = catalogue_is_pinned(item);
    outcome_t result;
    if (outcome_bad(&result, check_length(item, path, bytes)))
        return result;
    if (!pinned && is_page(path))
        return outcome_failed(path, NULL, "a page of HTML", "the file of the catalogue", NULL);
    if (!text_starts(hash->hex, item->sha256))
        return outcome_failed(path, "SHA-256", hash->hex, text_of("%s%s", item->sha256, pinned ? "" : "...").chars, NULL);
    return result;
}

/* Compare length and hash with the catalogue. A file that is not pinned gets a note when it has just come, and must be as
 * in its note later. `*wrong`: the error says that this is not the file, and not that it could not be looked at. */
static outcome_t compare(const catalogue_item_t *item, const char *path, bool has_come, sha256_t *hash, bool *wrong)
{
    sha256_t noted = {""};
    int64_t bytes;
    outcome_t result;
    *wrong = false;
    if (outcome_bad(&result, file_size(path, &bytes)) || outcome_bad(&result, sha256_file(path, hash)))
        return result;
    if (outcome_bad(&result, compare_with_catalogue(item, path, bytes, hash))) {
        *wrong = true;
        return result;
    }
    if (catalogue_is_pinned(item) || (!has_come && outcome_bad(&result, notes_read(item->file, &noted))))
        return result;
    if (noted.hex[0] == '\0') {
        outcome_t written = notes_write(item->file, hash, bytes);
        return has_come ? written : outcome_ok(); /* a cache that is only read may lack the note */
    }
    *wrong = !text_equal(noted.hex, hash->hex);
    return *wrong ? outcome_failed(path, "SHA-256", hash->hex, noted.hex, "it has changed since it came") : result;
}

/* Verify a file of the cache. A wrong one is renamed to FILE.bad. */
static outcome_t verify(const fetch_step_t *step, const char *path, bool has_come, sha256_t *hash)
{
    bool wrong;
    outcome_t result = compare(step->item, path, has_come, hash, &wrong);
    text_t aside = text_of("%s.bad", step->path.chars);
    if (wrong && text_fits(&aside) && rename(path, aside.chars) == 0)
        result = outcome_failed(outcome_text(&result), NULL, NULL, NULL,
                                text_of("it is kept as %s; fetch it again", aside.chars).chars);
    return result;
}

static outcome_t copy_file(const char *from, const char *to)
{
    enum { STEP = 1 << 16 };
    uint8_t block[STEP];
    FILE *in;
    int64_t size;
    outfile_t out;
    outcome_t result;
    if (outcome_bad(&result, file_open(from, NULL, &in, &size)))
        return result;
    if (outcome_bad(&result, outfile_open(&out, to))) {
        fclose(in);
        return result;
    }
    for (size_t got = STEP; got == STEP;) {
        got = fread(block, 1, STEP, in);
        fwrite(block, 1, got, out.stream);
    }
    int error = ferror(in) != 0 ? errno : 0;
    fclose(in);
    result = error != 0 ? outcome_failed(from, "reading", strerror(error), "a readable file", NULL) : outfile_commit(&out);
    outfile_abandon(&out);
    return result;
}

/* Link the user's file into the cache where that is possible, else copy it. A wrong one stays where it is. */
static outcome_t take(const fetch_step_t *step, sha256_t *hash)
{
    bool wrong;
    outcome_t result;
    if (outcome_bad(&result, compare(step->item, step->from.chars, true, hash, &wrong)) ||
        link(step->from.chars, step->path.chars) == 0)
        return result;
    return copy_file(step->from.chars, step->path.chars);
}

/* Bytes of an earlier download that can be continued: only where the whole hash will tell whether they fit. */
static int64_t usable_part(const catalogue_item_t *item, const char *part)
{
    int64_t bytes = 0;
    outcome_t result = outcome_ok();
    if (file_exists(part))
        result = file_size(part, &bytes);
    if (outcome_is_ok(&result) && catalogue_is_pinned(item) && (item->bytes == 0 || bytes <= item->bytes))
        return bytes;
    unlink(part);
    return 0;
}

static outcome_t load_into(const fetch_step_t *step, const char *part, sha256_t *hash)
{
    const catalogue_item_t *item = step->item;
    int64_t there = usable_part(item, part);
    outcome_t result = outcome_ok();
    if (there == 0 || there != item->bytes)
        result = curl_download(item->url, part, item->bytes, item->about);
    if (!outcome_is_ok(&result) || there == 0)
        return outcome_is_ok(&result) ? verify(step, part, true, hash) : result;
    bool wrong;
    result = compare(item, part, true, hash, &wrong);
    if (!wrong)
        return result;
    unlink(part); /* the earlier bytes may be of another file: once more, from the start */
    if (outcome_bad(&result, curl_download(item->url, part, item->bytes, item->about)))
        return result;
    return verify(step, part, true, hash);
}

static outcome_t load(const fetch_step_t *step, sha256_t *hash)
{
    text_t part = text_of("%s.part", step->path.chars);
    outcome_t result;
    if (outcome_bad(&result, file_check_path(part.chars)) || outcome_bad(&result, load_into(step, part.chars, hash)))
        return result;
    if (rename(part.chars, step->path.chars) != 0)
        return outcome_failed(step->path.chars, "renaming", strerror(errno), "a writable folder", NULL);
    return result;
}

static outcome_t execute_step(const fetch_step_t *step, FILE *log)
{
    text_t folder = step->path;
    sha256_t hash = {""};
    /* Another program may have fetched it since the plan was made. */
    fetch_state_t state = file_exists(step->path.chars) ? FETCH_HERE : step->state;
    outcome_t result = outcome_ok();
    char *slash = strrchr(folder.chars, '/');
    *slash = '\0';
    if (state != FETCH_ABSENT && outcome_bad(&result, file_make_folder(folder.chars)))
        return result;
    switch (state) {
    case FETCH_HERE:
        result = verify(step, step->path.chars, false, &hash);
        break;
    case FETCH_TAKE:
        result = take(step, &hash);
        break;
    case FETCH_LOAD:
        result = load(step, &hash);
        break;
    case FETCH_ABSENT:
        fprintf(log, "%-44s has no address: %s; bring it with --from FOLDER\n", step->item->name, step->item->source);
        return result;
    }
    if (!outcome_is_ok(&result))
        return result;
    if (catalogue_is_pinned(step->item))
        fprintf(log, "%-44s verified: %s\n", step->item->name, step->path.chars);
    else
        fprintf(log, "%-44s not pinned: %s, sha256 %s\n", step->item->name, step->path.chars, hash.hex);
    return result;
}

outcome_t fetch_execute(const fetch_plan_t *plan, FILE *log)
{
    int lock;
    stop_t stop;
    stop_watch(&stop, "what has come is kept; go on with the same command");
    outcome_t result = cache_lock_take(log, &lock);
    for (size_t i = 0; i < plan->count && outcome_is_ok(&result); i++)
        result = execute_step(&plan->steps[i], log);
    cache_lock_release(lock);
    stop_end(&stop);
    if (!outcome_is_ok(&result) || plan->absent == 0)
        return result;
    return outcome_missing("fetch", NULL, text_of("%zu files without an address", plan->absent).chars, NULL,
                           "get them from the sources above; then fetch again with --from FOLDER");
}
