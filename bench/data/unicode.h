/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_UNICODE_H
#define BBS_DATA_UNICODE_H

#include <stddef.h>
#include <stdint.h>

/* The classes of characters in BERT's tokenizer. They are those of Hugging Face's tokenizers library, which uses the
 * general categories of Unicode 8.0: newer characters are plain, there and here. So the tokens of a text do not depend on
 * the Unicode version of this machine. */
typedef enum {
    UNICODE_PLAIN,
    UNICODE_SPACE,       /* tab, line feed, carriage return, White_Space: between words */
    UNICODE_REMOVED,     /* U+0000, U+FFFD, categories Cc, Cf, Co */
    UNICODE_IDEOGRAPH,   /* the CJK blocks: each character is a word */
    UNICODE_PUNCTUATION, /* categories P*, and every printable ASCII character that is no letter or digit */
    UNICODE_MARK,        /* category Mn: stripped as an accent */
} unicode_class_t;

unicode_class_t unicode_class(int32_t character);

/* The place of the first byte of text[size] that is no UTF-8; `size`: there is none. */
size_t unicode_check(const char *text, size_t size);

#endif
