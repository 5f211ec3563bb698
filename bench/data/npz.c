/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/npz.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <zip.h> /* libzip */

/* DEFLATE_RATIO: deflate cannot compress by more than 1032 to 1 (zlib's FAQ, technical details). */
enum { MOST_BYTES = 1 << 30, DEFLATE_RATIO = 1032, MAGIC = 6, VERSION_1 = 10, VERSION_2 = 12, MOST_HEADER = 1 << 12 };

static const char again[] = "get the file again, or write it again with numpy.savez_compressed";

static outcome_t refuse(const char *path, const char *name, const char *found, const char *expected)
{
    return outcome_failed(path, text_of("entry %s.npy", name).chars, found, expected, again);
}

/* ===  The entry  === */

static outcome_t check_entry(const char *path, const char *name, const zip_stat_t *about)
{
    if (about->encryption_method != ZIP_EM_NONE ||
        (about->comp_method != ZIP_CM_STORE && about->comp_method != ZIP_CM_DEFLATE))
        return refuse(path, name, "another compression, or encryption", "stored or deflated");
    if (about->size < VERSION_1 || about->size > MOST_BYTES || about->size / DEFLATE_RATIO > about->comp_size)
        return refuse(path, name, text_of("%" PRIu64 " bytes out of %" PRIu64, about->size, about->comp_size).chars,
                      text_of("%d to %d bytes, that its compression can have", VERSION_1, MOST_BYTES).chars);
    return outcome_ok();
}

/* A read past the end makes libzip compare the CRC. */
static outcome_t read_entry(const char *path, const char *name, zip_t *zip, const zip_stat_t *about, bytes_t *bytes)
{
    zip_file_t *file = zip_fopen_index(zip, about->index, 0);
    if (file == NULL)
        return refuse(path, name, zip_strerror(zip), "a readable entry");
    outcome_t result = outcome_ok();
    uint64_t done = 0;
    zip_int64_t got = 1;
    bytes->data = malloc((size_t)about->size + 1);
    bytes->size = (size_t)about->size;
    if (bytes->data == NULL)
        result = outcome_out_of_memory(path);
    while (outcome_is_ok(&result) && got > 0 && done <= about->size) {
        got = zip_fread(file, bytes->data + done, about->size + 1 - done);
        done += got > 0 ? (uint64_t)got : 0;
    }
    if (outcome_is_ok(&result) && (got < 0 || done != about->size))
        result = refuse(path, name, got < 0 ? zip_file_strerror(file) : text_of("%" PRIu64 " bytes", done).chars,
                        text_of("%" PRIu64 " bytes, as the directory says", about->size).chars);
    zip_fclose(file);
    return result;
}

static outcome_t read_bytes(const char *path, const char *todo, const char *name, bytes_t *bytes)
{
    enum {
        NEEDED = ZIP_STAT_INDEX | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD
    };
    zip_stat_t about;
    int code = 0;
    if (!file_exists(path))
        return file_absent(path, path, NULL, "a NumPy archive", todo);
    zip_t *zip = zip_open(path, ZIP_RDONLY, &code);
    if (zip == NULL)
        return outcome_failed(path, NULL, "no zip archive that libzip can open", "a NumPy archive (.npz)", again);
    outcome_t result;
    if (zip_stat(zip, text_of("%s.npy", name).chars, 0, &about) != 0 || (about.valid & NEEDED) != NEEDED)
        result = refuse(path, name, "no such entry", "an array of this name");
    else if (!outcome_bad(&result, check_entry(path, name, &about)))
        result = read_entry(path, name, zip, &about, bytes);
    zip_discard(zip);
    return result;
}

/* ===  The header  === */

/* The text behind 'KEY': in the header, or NULL. */
static const char *value_of(const char *header, const char *key)
{
    const char *at = strstr(header, text_of("'%s':", key).chars);
    if (at == NULL)
        return NULL;
    at += strlen(key) + 3;
    return at + strspn(at, " ");
}

/* "(964, 20, 105, 105)" or "(3,)": as many numbers as the rank, then perhaps a comma. */
static bool take_shape(const char *text, int rank, npz_t *array)
{
    if (text == NULL || *text != '(')
        return false;
    array->rank = rank;
    text++;
    for (int i = 0; i < rank; i++) {
        char number[20] = "";
        text += strspn(text, " ");
        const size_t digits = strspn(text, "0123456789");
        if (digits == 0 || digits >= sizeof number)
            return false;
        memcpy(number, text, digits);
        text += digits;
        if (!text_to_integer(number, 1, MOST_BYTES, &array->shape[i]) || (*text != ',' && i + 1 < rank))
            return false;
        text += *text == ',';
    }
    return *text == ')';
}

static outcome_t take_header(const char *path, const char *name, const char *header, int rank, npz_t *array)
{
    const char *type = value_of(header, "descr"), *order = value_of(header, "fortran_order");
    if (type == NULL || (!text_starts(type, "'|b1'") && !text_starts(type, "'|u1'")))
        return refuse(path, name, text_of("values of type %.20s", type != NULL ? type : "unknown").chars,
                      "one byte a value, |b1 or |u1");
    if (order == NULL || !text_starts(order, "False"))
        return refuse(path, name, "Fortran order, or no order", "the last index fastest");
    if (!take_shape(value_of(header, "shape"), rank, array))
        return refuse(path, name, text_of("the header %.200s", header).chars, text_of("a shape of %d numbers", rank).chars);
    return outcome_ok();
}

static outcome_t parse(const char *path, const char *name, int rank, npz_t *array)
{
    const uint8_t *bytes = array->bytes.data;
    const bool second = bytes[MAGIC] == 2;
    if (memcmp(bytes, "\x93NUMPY", MAGIC) != 0 || (bytes[MAGIC] != 1 && !second))
        return refuse(path, name, "other first bytes", "\\x93NUMPY and version 1 or 2");
    const size_t start = second ? VERSION_2 : VERSION_1;
    const size_t length = array->bytes.size < start ? MOST_HEADER
                          : second ? bytes[8] | (size_t)bytes[9] << 8 | (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24
                                   : bytes[8] | (size_t)bytes[9] << 8;
    if (length >= MOST_HEADER || start + length > array->bytes.size)
        return refuse(path, name, text_of("a header of %zu bytes", length).chars,
                      text_of("at most %d, and within the entry", MOST_HEADER - 1).chars);
    char header[MOST_HEADER] = "";
    memcpy(header, bytes + start, length);
    outcome_t result = take_header(path, name, header, rank, array);
    if (!outcome_is_ok(&result))
        return result;
    int64_t count = 1;
    for (int i = 0; i < rank; i++)
        if (__builtin_mul_overflow(count, array->shape[i], &count))
            return refuse(path, name, "a shape that overflows", "a real array");
    array->values = bytes + start + length;
    if ((int64_t)(array->bytes.size - start - length) != count)
        return refuse(path, name, text_of("%zu values", array->bytes.size - start - length).chars,
                      text_of("%" PRId64 " by the shape", count).chars);
    return result;
}

outcome_t npz_read(const char *path, const char *todo, const char *name, int rank, npz_t *array)
{
    *array = (npz_t){.rank = 0};
    outcome_t result = read_bytes(path, todo, name, &array->bytes);
    if (!outcome_is_ok(&result) || outcome_bad(&result, parse(path, name, rank, array)))
        npz_free(array);
    return result;
}

void npz_free(npz_t *array)
{
    file_free_bytes(&array->bytes);
    *array = (npz_t){.rank = 0};
}
