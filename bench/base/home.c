/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/home.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char installed[] = "share/bbsbench", beside[] = "bbsbench.root";

static bool is_home(const text_t *folder)
{
    return file_is_folder(text_of("%s/models/cfg", folder->chars).chars);
}

/* The folder of the program, with symbolic links followed; "" when it is not known. */
static text_t program_folder(void)
{
    text_t folder = {{0}};
    ssize_t length = readlink("/proc/self/exe", folder.chars, sizeof folder.chars - 1);
    folder.chars[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(folder.chars, '/');
    folder.chars[slash != NULL ? slash - folder.chars : 0] = '\0';
    return folder;
}

static bool find_above(text_t program, text_t *folder)
{
    for (;;) {
        *folder = program;
        if (is_home(folder))
            return true;
        *folder = text_of("%s/%s", program.chars, installed);
        if (is_home(folder))
            return true;
        char *slash = strrchr(program.chars, '/');
        if (slash == NULL)
            return false;
        *slash = '\0';
    }
}

/* The folder that make has written into the file beside the program. */
static bool read_beside(const text_t *program, text_t *folder)
{
    bytes_t bytes;
    outcome_t result = file_read(text_of("%s/%s", program->chars, beside).chars, NULL, &bytes);
    if (!outcome_is_ok(&result))
        return false;
    *folder = text_of("%.*s", (int)strcspn((const char *)bytes.data, "\n"), (const char *)bytes.data);
    file_free_bytes(&bytes);
    return is_home(folder);
}

outcome_t home_folder(text_t *folder)
{
    const char *root = getenv("BBS_ROOT");
    if (root != NULL && *root != '\0') {
        *folder = text_of("%s", root);
        return file_check_path(folder->chars);
    }
    const text_t program = program_folder();
    if (find_above(program, folder) || read_beside(&program, folder))
        return outcome_ok();
    *folder = text_of(".");
    if (is_home(folder))
        return outcome_ok();
    return outcome_missing("bbsbench", "its models and tables",
                           text_of("none above %s, nor in this folder", program.chars).chars, "the folder of the project",
                           "set BBS_ROOT to that folder");
}

outcome_t home_path(const char *relative, text_t *path)
{
    text_t folder;
    outcome_t result;
    *path = text_of("%s", relative);
    if (relative[0] == '/')
        return file_check_path(path->chars);
    if (outcome_bad(&result, home_folder(&folder)))
        return result;
    *path = text_of("%s/%s", folder.chars, relative);
    return file_check_path(path->chars);
}

/* The rest of the path below the folder, or NULL. */
static const char *below(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    return length > 0 && text_starts(path, folder) && path[length] == '/' ? path + length + 1 : NULL;
}

text_t home_record(const char *path)
{
    text_t folder, whole;
    outcome_t result;
    if (outcome_bad(&result, file_absolute(path, &whole)) || outcome_bad(&result, home_folder(&folder)))
        return text_of("%s", path);
    char *real = realpath(folder.chars, NULL);
    const char *rest = below(whole.chars, folder.chars);
    if (rest == NULL && real != NULL)
        rest = below(whole.chars, real);
    text_t recorded = text_of("%s", rest != NULL ? rest : whole.chars);
    free(real);
    return recorded;
}

outcome_t home_output(const char *relative, text_t *path)
{
    text_t makefile;
    outcome_t result = home_path("Makefile", &makefile);
    if (!outcome_is_ok(&result))
        return result;
    if (file_exists(makefile.chars))
        return home_path(relative, path);
    *path = text_of("%s", relative);
    return outcome_ok();
}
