/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/generate.h"

#include "base/progress.h"
#include "base/text.h"
#include "cli/method_options.h"
#include "measure/generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const option_t option_table[] = {
    {"weights", "PATH", option_required, "checkpoint: safetensors, an index of shards, a folder, or a file of llama2.c"},
    {"tokenizer", "FILE", option_required,
     "tokenizer.json of Hugging Face, tokenizer.model of SentencePiece, or tokenizer.bin of llama2.c"},
    {"prompt", "TEXT", option_required, "what the text begins with; '' for nothing"},
    {"tokens", "N", "64", "at most N tokens after the prompt"},
    {"method", "SPEC", "fp32", "how the weights are compressed: NAME[:key=value...]"},
    {"kernels", "fast|stock", "fast", "oneDNN, or Darknet's own functions"},
    JOBS_OPTION,
    {NULL, NULL, NULL, NULL},
};

static const char details[] =
    "The likeliest token follows each time, so a method writes the same text each time; compare it with that of fp32. The\n"
    "text ends after --tokens, or where the model ends it. Prompt and text fit into the model's context. Keys and values of\n"
    "the text so far are kept, so each token after the prompt is one pass of one token.";

/* What the files do not say and was assumed. On standard error: the output is the text alone. */
static void print_notes(const char *notes)
{
    for (size_t length; *notes != '\0'; notes += length + (notes[length] != '\0')) {
        length = strcspn(notes, "\n");
        fprintf(stderr, "note: %.*s\n", (int)length, notes);
    }
}

/* The prompt comes first, once the weights are there. */
static void take_token(void *context, const generate_token_t *token)
{
    const char *prompt = context;
    if (token->number == 1) {
        if (!progress_is_quiet())
            print_notes(token->notes);
        fputs(prompt, stdout);
    }
    fwrite(token->text, 1, token->size, stdout);
    fflush(stdout);
}

static outcome_t run(const options_t *options)
{
    enum { MOST_TOKENS = 1 << 17 };
    generate_config_t config = {.weights = options_text(options, "weights"),
                                .tokenizer = options_text(options, "tokenizer"),
                                .prompt = options_text(options, "prompt"),
                                .method = options_text(options, "method"),
                                .kernels = options_text(options, "kernels")};
    outcome_t result;
    if (outcome_bad(&result, options_integer(options, "tokens", 1, MOST_TOKENS, &config.tokens)) ||
        outcome_bad(&result, method_options_jobs(options, &config.threads)))
        return result;
    char *prompt = text_copy(config.prompt);
    if (prompt == NULL)
        return outcome_out_of_memory("prompt");
    result = generate_run(&config, take_token, prompt);
    if (outcome_is_ok(&result))
        putchar('\n');
    free(prompt);
    return result;
}

const command_t command_generate = {
    .name = "generate",
    .summary = "text of a language model under a compression method, token by token, greedily",
    .operands = "",
    .options = option_table,
    .details = details,
    .examples =
        "# a small model of llama2.c\n"
        "bbsbench generate --weights stories260K.bin --tokenizer tok512.bin --prompt 'Once upon a time' --tokens 100\n"
        "# the same after bit columns were pruned\n"
        "bbsbench generate --weights stories260K.bin --tokenizer tok512.bin --prompt 'Once upon a time' \\\n"
        "    --method zps:columns=4:beta=0",
    .stopped = "nothing is kept; give the same command again",
    .run = run,
};
