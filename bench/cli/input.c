/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/input.h"

#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h> /* memfd_create */
#include <sys/stat.h>
#include <unistd.h>

static const char standard_input[] = "/dev/stdin";

static outcome_t broken(const char *what, int error)
{
    return outcome_failed("standard input", what, strerror(error), "a file or a pipe", NULL);
}

/* A file that nobody has read from yet needs no copy. */
static bool is_whole_file(void)
{
    struct stat status;
    return fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode) && lseek(STDIN_FILENO, 0, SEEK_CUR) == 0;
}

/* Append a piece. Returns 0 or an errno. */
static int put(int memory, const char *piece, size_t size)
{
    while (size > 0) {
        ssize_t written = write(memory, piece, size);
        if (written < 0)
            return errno;
        piece += written;
        size -= (size_t)written;
    }
    return 0;
}

static outcome_t copy_to(int memory)
{
    enum { PIECE = 1 << 16 };
    char piece[PIECE];
    for (;;) {
        ssize_t got = read(STDIN_FILENO, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return broken("reading", errno);
        if (got == 0)
            return outcome_ok();
        int error = put(memory, piece, (size_t)got);
        if (error != 0)
            return broken("keeping", error);
    }
}

static outcome_t keep(void)
{
    if (isatty(STDIN_FILENO))
        return outcome_usage("-", "standard input", "a terminal", "a file or a pipe",
                             "PROGRAM | bbsbench ... -, or < FILE");
    if (is_whole_file())
        return outcome_ok();
    int memory = memfd_create("input", MFD_CLOEXEC);
    if (memory < 0)
        return broken("keeping", errno);
    outcome_t result = copy_to(memory);
    if (outcome_is_ok(&result) && dup2(memory, STDIN_FILENO) < 0)
        result = broken("keeping", errno);
    close(memory);
    return result;
}

outcome_t input_path(const char *given, const char **path)
{
    *path = given;
    if (given == NULL || (!text_equal(given, "-") && !text_equal(given, standard_input)))
        return outcome_ok();
    *path = standard_input;
    return keep();
}

outcome_t input_text(const char *given, bytes_t *text)
{
    const char *path;
    *text = (bytes_t){.data = NULL};
    if (!text_equal(given, "-")) {
        *text = (bytes_t){.data = (uint8_t *)text_copy(given), .size = strlen(given)};
        return text->data != NULL ? outcome_ok() : outcome_out_of_memory("text");
    }
    outcome_t result = input_path(given, &path);
    if (!outcome_is_ok(&result) || outcome_bad(&result, file_read(path, NULL, text)))
        return result;
    if (text->size > 0 && text->data[text->size - 1] == '\n')
        text->data[--text->size] = '\0';
    if (strlen((const char *)text->data) == text->size)
        return result;
    file_free_bytes(text);
    return outcome_failed("standard input", NULL, "a NUL byte", "text", NULL);
}
