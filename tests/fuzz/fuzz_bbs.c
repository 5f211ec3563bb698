/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer target: any bytes as a .bbs file. Checksums are repaired first, so that mutations get behind them. What
 * decodes must encode to the same bytes again. */
#include "compress/pack.h"
#include "compress/pack_format.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CRC_AT = 12, HEAD_SIZE_AT = 16, FILE_SIZE_AT = 24 };

static void put(uint8_t *to, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get(const uint8_t *from, int bytes)
{
    uint64_t value = 0;
    for (int i = bytes; i-- > 0;)
        value = value << 8 | from[i];
    return value;
}

/* The head's checksum and the file size, as if the writer had computed them. */
static void repair_head(uint8_t *bytes, size_t size)
{
    if (size < PACK_HEADER_SIZE)
        return;
    put(bytes + FILE_SIZE_AT, size, 8);
    uint64_t head = get(bytes + HEAD_SIZE_AT, 8);
    if (head < PACK_HEADER_SIZE || head > size)
        return;
    put(bytes + CRC_AT, 0, 4);
    put(bytes + CRC_AT, crc32_z(0, bytes, (size_t)head), 4);
}

/* The tensors' checksums, as far as the head can be read. */
static void repair_tensors(uint8_t *bytes, size_t size)
{
    pack_head_t head;
    outcome_t read = pack_head_read("fuzz", bytes, size, &head);
    if (!outcome_is_ok(&read))
        return;
    for (size_t i = 0; i < head.count; i++)
        head.entries[i].crc = (uint32_t)crc32_z(0, bytes + head.entries[i].offset, (size_t)head.entries[i].size);
    pack_head_write(&head, bytes);
    pack_head_free(&head);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bytes = malloc(size + 1); /* of the input's own size, so that a read beyond it is seen */
    if (bytes == NULL)
        return 0;
    memcpy(bytes, data, size);
    tensor_set_t set;
    outcome_t decoded = pack_decode("fuzz", bytes, size, 1, &set);
    if (!outcome_is_ok(&decoded)) {
        repair_head(bytes, size);
        repair_tensors(bytes, size);
        decoded = pack_decode("fuzz", bytes, size, 1, &set);
    }
    if (outcome_is_ok(&decoded)) {
        bytes_t again;
        pack_report_t report;
        outcome_t encoded = pack_encode("fuzz", &set, 1, &again, &report);
        if (outcome_is_ok(&encoded)) {
            tensor_set_t back;
            outcome_t reread = pack_decode("fuzz", again.data, again.size, 1, &back);
            if (!outcome_is_ok(&reread) || back.count != set.count)
                abort();
            for (size_t i = 0; i < set.count; i++)
                if (memcmp(set.items[i].data, back.items[i].data,
                           (size_t)set.items[i].count * tensor_type_size(set.items[i].type)) != 0)
                    abort();
            tensor_set_free(&back);
            file_free_bytes(&again);
        }
        tensor_set_free(&set);
    }
    free(bytes);
    return 0;
}
