/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_BASE_TEXT_H
#define BBS_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Short texts by value: a message or a path can be built without owning memory:
 *     return outcome_failed(path, NULL, text_of("%zu bytes", size).chars, "at least 8 bytes", NULL);
 * There is room for every path that Linux opens (PATH_MAX). A longer text is cut and ends in "…": text_fits() is false,
 * and base/file.c opens no path of such a length. For a text without a bound use text_builder_t. */
enum {
    TEXT_CAPACITY = 4096,
    TEXT_MOST = TEXT_CAPACITY - 6 /* a text of at most so many bytes was not cut: the "…" and a split character need 5 */
};
typedef struct {
    char chars[TEXT_CAPACITY];
} text_t;

text_t text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool text_fits(const text_t *text); /* false when text_of() may have cut it */

/* Copy `text` into `chars` of `size` bytes, at least 8. A text that does not fit is cut after a whole character and ends in
 * "…". */
void text_shorten(const char *text, char *chars, size_t size);

/* A text that grows as needed. Start with {0}; free() `chars`, which is NULL until something is appended. When memory is
 * out the text stays as it was, and `failed` stays true. */
typedef struct {
    char *chars;
    size_t length, capacity;
    bool failed;
} text_builder_t;

void text_append(text_builder_t *builder, const char *format, ...) __attribute__((format(printf, 2, 3)));

bool text_equal(const char *a, const char *b);
bool text_starts(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);

/* A copy to free(), or NULL when memory is out. */
char *text_copy(const char *text);

/* Read a number from the whole text; false when the text holds anything else or the value is out of range. */
bool text_to_integer(const char *text, int64_t least, int64_t most, int64_t *value);
bool text_to_real(const char *text, double *value);

/* The text without the white space around it: a pointer into `text`, which is cut in place. */
char *text_trim(char *text);

/* Split "a,b,c" in place at `separator`; `parts` receives at most `limit` pointers. Returns how many there are, which
 * can be more than `limit`. An empty text has no parts. */
size_t text_split(char *text, char separator, char **parts, size_t limit);

#endif
