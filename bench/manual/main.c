/* SPDX-License-Identifier: GPL-3.0-or-later */
/* manual FOLDER DATE: write the manual pages and the completion scripts of bbsbench into a folder. Run by make only. */
#include "base/outfile.h"
#include "base/text.h"
#include "cli/commands.h"
#include "manual/completion.h"
#include "manual/pages.h"

#include <stdio.h>

static outcome_t write_page(const char *folder, const char *date, const command_t *command)
{
    outfile_t file;
    text_t path = command != NULL ? text_of("%s/bbsbench-%s.1", folder, command->name) : text_of("%s/bbsbench.1", folder);
    outcome_t result = outfile_open(&file, path.chars);
    if (!outcome_is_ok(&result))
        return result;
    if (command == NULL)
        pages_write_program(date, file.stream);
    else if (outcome_bad(&result, pages_write_command(command, date, file.stream)))
        outfile_abandon(&file);
    return outcome_is_ok(&result) ? outfile_commit(&file) : result;
}

static outcome_t write_script(const char *folder, const char *name, outcome_t (*write)(FILE *stream))
{
    outfile_t file;
    outcome_t result = outfile_open(&file, text_of("%s/%s", folder, name).chars);
    if (!outcome_is_ok(&result))
        return result;
    if (outcome_bad(&result, write(file.stream)))
        outfile_abandon(&file);
    return outcome_is_ok(&result) ? outfile_commit(&file) : result;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: manual FOLDER DATE\n", stderr);
        return FAULT_USAGE;
    }
    static const struct {
        const char *name;
        outcome_t (*write)(FILE *stream);
    } scripts[] = {{"bbsbench.bash", completion_write_bash},
                   {"_bbsbench", completion_write_zsh},
                   {"bbsbench.fish", completion_write_fish}};
    outcome_t result = write_page(argv[1], argv[2], NULL);
    for (const command_t *const *command = command_registry; *command != NULL && outcome_is_ok(&result); command++)
        result = write_page(argv[1], argv[2], *command);
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts && outcome_is_ok(&result); i++)
        result = write_script(argv[1], scripts[i].name, scripts[i].write);
    if (!outcome_is_ok(&result))
        fprintf(stderr, "error: %s\n", outcome_text(&result));
    return (int)outcome_fault(&result);
}
