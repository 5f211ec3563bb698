/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/baseline.h"

#include "base/file.h"

text_t baseline_path(const char *reference, const char *name, const char *mode)
{
    text_t path = text_of("%s/%s/%s.csv", reference, mode, name);
    if (!file_exists(path.chars))
        path = text_of("%s/%s.%s.csv", reference, name, mode);
    if (!file_exists(path.chars))
        path = text_of("%s/%s.csv", reference, name);
    return file_exists(path.chars) ? path : text_of("%s", "");
}

outcome_t baseline_compare(const char *reference, const rows_schema_t *schema, const char *mode, const char *folder,
                           diff_t *diff)
{
    csv_table_t before = {0}, after = {0};
    *diff = (diff_t){0};
    text_t path = baseline_path(reference, schema->name, mode);
    if (path.chars[0] == '\0')
        return outcome_skip(text_of("no baseline of %s in %s", schema->name, reference).chars);
    outcome_t result = csv_read(path.chars, &before);
    if (outcome_is_ok(&result))
        result = csv_read(text_of("%s/%s.csv", folder, schema->name).chars, &after);
    if (outcome_is_ok(&result))
        result = diff_tables(&before, &after, schema, diff);
    csv_free(&before);
    csv_free(&after);
    return result;
}
