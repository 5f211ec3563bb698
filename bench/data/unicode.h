/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_UNICODE_H
#define BBS_DATA_UNICODE_H

#include <stdint.h>

/* What BERT's tokenizer makes of a character. The classes are those of Hugging Face's tokenizers library, which takes
 * general categories from Unicode 8.0 and has kept to them: a character that is newer is plain there, and here. So the
 * tokens of a text depend neither on this machine's Unicode version nor on what a later one makes of a character. */
typedef enum {
    UNICODE_PLAIN,
    UNICODE_SPACE,       /* tab, line feed, carriage return, White_Space: between words */
    UNICODE_REMOVED,     /* U+0000, U+FFFD, categories Cc, Cf, Co */
    UNICODE_IDEOGRAPH,   /* the CJK blocks: a word each */
    UNICODE_PUNCTUATION, /* categories P*, and every printable ASCII character that is no letter or digit */
    UNICODE_MARK,        /* category Mn: stripped as an accent */
} unicode_class_t;

unicode_class_t unicode_class(int32_t character);

#endif
