/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tensor/checkpoint.h"

#include "base/file.h"
#include "base/text.h"
#include "tensor/legacy_checkpoint.h"
#include "tensor/safetensors.h"
#include "tensor/zip_checkpoint.h"

#include <stdbool.h>
#include <string.h>

enum { HEAD_SIZE = 512 };

/* The file is read by the first format whose mark is found at its offset. */
typedef struct {
    size_t at;
    const char *mark;
    size_t mark_size;
    outcome_t (*load)(const char *path, const char *todo, tensor_set_t *set);
    outcome_t (*parse)(const char *where, const uint8_t *bytes, size_t size, tensor_set_t *set);
} format_t;

static const format_t formats[] = {
    {0, "PK\003\004", 4, zip_checkpoint_load, zip_checkpoint_parse},
    {0, "\200", 1, legacy_checkpoint_load, legacy_checkpoint_parse}, /* PROTO, the first opcode of any pickle */
    {8, "{", 1, safetensors_load, safetensors_parse},                /* after the length of the header */
};

/* Other files that users often have under these names. */
static const struct {
    size_t at;
    const char *mark;
    const char *what, *todo;
} strangers[] = {
    {0, "version https://git-lfs", "a Git LFS pointer, not the file",
     "get the file itself: bbsbench fetch, or git lfs pull"},
    {0, "<", "a web page", "get the file again; the page may say why"},
    {0, "PK\005\006", "an empty zip archive", "get the file again"},
    {257, "ustar", "a tar archive, as PyTorch wrote before version 0.1.10",
     "load it with torch and save model.state_dict() again"},
};

static const char FORMATS[] = "safetensors, or a checkpoint of torch.save";

static bool has_mark(const uint8_t *head, size_t size, size_t at, const char *mark, size_t mark_size)
{
    return at + mark_size <= size && memcmp(head + at, mark, mark_size) == 0;
}

static outcome_t find_format(const char *where, const uint8_t *head, size_t size, const format_t **format)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (has_mark(head, size, formats[i].at, formats[i].mark, formats[i].mark_size)) {
            *format = &formats[i];
            return outcome_ok();
        }
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
        if (has_mark(head, size, strangers[i].at, strangers[i].mark, strlen(strangers[i].mark)))
            return outcome_failed(where, "byte 0", strangers[i].what, FORMATS, strangers[i].todo);
    return outcome_failed(where, "byte 0", size == 0 ? "an empty file" : "another format", FORMATS, "get the file again");
}

outcome_t tensor_set_load(const char *path, const char *todo, tensor_set_t *set)
{
    *set = (tensor_set_t){0};
    FILE *stream;
    int64_t size;
    uint8_t head[HEAD_SIZE];
    const format_t *format;
    outcome_t result;
    if (outcome_bad(&result, file_open(path, todo, &stream, &size)))
        return result;
    size_t count = fread(head, 1, sizeof head, stream);
    fclose(stream);
    if (outcome_bad(&result, find_format(path, head, count, &format)))
        return result;
    return format->load(path, todo, set);
}

outcome_t tensor_set_parse(const char *where, const uint8_t *bytes, size_t size, tensor_set_t *set)
{
    *set = (tensor_set_t){0};
    const format_t *format;
    outcome_t result;
    if (outcome_bad(&result, find_format(where, bytes, size, &format)))
        return result;
    return format->parse(where, bytes, size, set);
}
