/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/commands.h"

#include "cli/accuracy.h"
#include "cli/area.h"
#include "cli/bisect.h"
#include "cli/calibrate.h"
#include "cli/compare.h"
#include "cli/compress.h"
#include "cli/density.h"
#include "cli/diff.h"
#include "cli/explain.h"
#include "cli/fetch.h"
#include "cli/generate.h"
#include "cli/help.h"
#include "cli/history.h"
#include "cli/list.h"
#include "cli/merge.h"
#include "cli/pack.h"
#include "cli/perplexity.h"
#include "cli/plan.h"
#include "cli/portrait.h"
#include "cli/query.h"
#include "cli/quantize.h"
#include "cli/report.h"
#include "cli/run.h"
#include "cli/simulate.h"
#include "cli/sram.h"
#include "cli/stats.h"
#include "cli/status.h"
#include "cli/unpack.h"
#include "cli/version.h"
#include "cli/work.h"

#include <stddef.h>

const command_t *const command_registry[] = {
    &command_fetch,
    &command_explain,
    &command_quantize,
    &command_compress,
    &command_pack,
    &command_unpack,
    &command_stats,
    &command_accuracy,
    &command_perplexity,
    &command_generate,
    &command_portrait,
    &command_simulate,
    &command_calibrate,
    &command_density,
    &command_sram,
    &command_area,
    &command_run,
    &command_plan,
    &command_work,
    &command_merge,
    &command_status,
    &command_report,
    &command_query,
    &command_diff,
    &command_compare,
    &command_history,
    &command_bisect,
    &command_list,
    &command_help,
    &command_version,
    NULL,
};
