/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "library/call.h"

#include "base/cpu.h"
#include "base/text.h"

#include <string.h>

const char *bbs_version(void)
{
    return BBS_VERSION;
}

outcome_t call_begin(call_t *call)
{
    *call = (call_t){.c = newlocale(LC_ALL_MASK, "C", (locale_t)0)};
    fegetenv(&call->floats);
    cpu_float_environment();
    if (call->c == (locale_t)0)
        return outcome_out_of_memory("locale");
    call->locale = uselocale(call->c); /* of this thread: numbers in a method have a point, not a comma */
    return outcome_ok();
}

bbs_code_t call_end(const call_t *call, const outcome_t *outcome, bbs_error_t *error)
{
    bbs_code_t code = outcome_is_ok(outcome) ? BBS_OK : outcome_fault(outcome) == FAULT_USAGE ? BBS_USAGE : BBS_FAILED;
    if (error != NULL) {
        error->code = code;
        text_shorten(outcome_text(outcome), error->message, sizeof error->message);
    }
    if (call->c != (locale_t)0) {
        uselocale(call->locale);
        freelocale(call->c);
    }
    fesetenv(&call->floats);
    return code;
}

outcome_t call_threads(int wanted, int *threads)
{
    const int most = cpu_count();
    if (wanted < 0)
        return outcome_usage("threads", NULL, text_of("%d", wanted).chars, "0 (one a processor) or more", NULL);
    *threads = wanted == 0 || wanted > most ? most : wanted;
    return outcome_ok();
}
