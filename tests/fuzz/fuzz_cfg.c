/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer target: any bytes as a Darknet cfg. A refusal says in which line. What is accepted is read once more in
 * Darknet's way, which is written here a second time: blanks are removed everywhere, a line ends at a line feed or a NUL,
 * '#' and ';' begin comments, and everything else with '=' is a setting. Darknet must then meet nothing that it would
 * take for something else or end the program for. Darknet itself is not called. */
#include "engine/cfg_file.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Darknet's line: without blanks, up to a NUL. Returns where the next one begins. */
static const uint8_t *darknets_line(const uint8_t *at, const uint8_t *end, char *line, size_t room)
{
    size_t length = 0;
    bool cut = false;
    for (; at < end && *at != '\n'; at++) {
        cut = cut || *at == '\0';
        if (!cut && *at != ' ' && *at != '\t' && length + 1 < room)
            line[length++] = (char)*at;
    }
    line[length] = '\0';
    return at < end ? at + 1 : end;
}

static bool is_section(const char *line)
{
    static const char *const known[] = {"[net]",   "[convolutional]", "[maxpool]",  "[avgpool]",
                                        "[route]", "[shortcut]",      "[connected]"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i], line) == 0)
            return true;
    return false;
}

/* Darknet divides by some of these, allocates by others, and looks up names and layers. */
static void check_setting(const char *line, long layers)
{
    const char *equals = strchr(line, '=');
    must(equals != NULL && equals[1] != '\0');
    const long value = strtol(equals + 1, NULL, 10);
    if (strncmp(line, "activation=", 11) == 0)
        must(strcmp(equals, "=relu") == 0 || strcmp(equals, "=linear") == 0);
    else if (strncmp(line, "layers=", 7) == 0 || strncmp(line, "from=", 5) == 0)
        must(value < 0 && layers + value >= 0 && strspn(equals + 2, "0123456789") == strlen(equals + 2));
    else if (strncmp(line, "pad", 3) == 0 || strncmp(line, "batch_normalize=", 16) == 0)
        must(value >= 0 && value <= 1 << 15);
    else
        must(value >= 1 && value <= 1 << 20);
}

static void check_as_darknet(const uint8_t *data, size_t size)
{
    char line[4096];
    long layers = -1; /* before the layer of this section: [net] is none */
    bool started = false;
    for (const uint8_t *at = data, *end = data + size; at < end;) {
        at = darknets_line(at, end, line, sizeof line);
        if (line[0] == '\0' || line[0] == '#' || line[0] == ';')
            continue;
        must(started || strcmp(line, "[net]") == 0);
        if (line[0] == '[') {
            must(is_section(line) && (!started || strcmp(line, "[net]") != 0));
            layers += started;
        } else {
            check_setting(line, layers);
        }
        started = true;
    }
    must(started);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bytes = malloc(size + 1); /* of the input's own size, as file_read() gives it, so that a read beyond is seen */
    if (bytes == NULL)
        return 0;
    if (size > 0)
        memcpy(bytes, data, size);
    bytes[size] = '\0';
    const outcome_t checked = cfg_file_check("fuzz.cfg", &(bytes_t){.data = bytes, .size = size});
    if (outcome_is_ok(&checked))
        check_as_darknet(bytes, size);
    else
        must(strncmp(outcome_text(&checked), "fuzz.cfg: ", 10) == 0);
    free(bytes);
    return 0;
}
