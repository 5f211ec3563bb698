/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/version.h"

#include "base/cpu.h"
#include "commit.h"
#include "engine/loader.h"

#include <stdio.h>

#include <cjson/cJSON.h>
#include <gsl/gsl_version.h>
#include <zlib.h>

static outcome_t run(const options_t *options)
{
    (void)options;
    printf("bbsbench 0.1.0, commit %s%s%s\n", BBS_COMMIT, BBS_DIRTY > 0 ? " with local changes" : "",
           BBS_DIRTY < 0 ? ": " BBS_COMMIT_NOTE : "");
    printf("compiler   " __VERSION__ ", " BBS_COMPILER_FLAGS "\n");
    printf("libraries  GSL %s, cJSON %s, zlib %s\n", gsl_version, cJSON_Version(), zlibVersion());
    printf("engine     %s\n", loader_describe().chars);
    printf("processor  %s, %d available, vector set %s\n", cpu_name().chars, cpu_count(), cpu_vector_set());
    return outcome_ok();
}

static const option_t option_table[] = {{NULL, NULL, NULL, NULL}};

const command_t command_version = {
    .name = "version",
    .summary = "print commit, compiler, libraries and processor",
    .operands = "",
    .options = option_table,
    .examples = "# what a report of a problem should name\n"
                "bbsbench version\n"
                "# the same, as other programs spell it\n"
                "bbsbench --version",
    .run = run,
};
