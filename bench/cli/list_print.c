/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line of a table is printed cell by cell: each cell holds what is left of its text, and a row ends when none has any. */
#include "cli/list_print.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 80, GAP = 2, CELL_MOST = 22, LAST_LEAST = 12 };

/* ===  Texts  === */

static bool begins_character(char byte)
{
    return ((unsigned char)byte & 0xC0U) != 0x80U;
}

static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++)
        width += begins_character(*text);
    return width;
}

/* Bytes of the next line of at most `width` characters: up to the last blank that fits, or in the middle of a long word. */
static size_t line_length(const char *text, size_t width)
{
    size_t bytes = 0, characters = 0, blank = 0;
    for (; text[bytes] != '\0'; bytes++) {
        if (begins_character(text[bytes]) && characters++ == width)
            return text[bytes] == ' ' ? bytes : blank > 0 ? blank : bytes;
        if (text[bytes] == ' ')
            blank = bytes;
    }
    return bytes;
}

/* Print the next line of the text, padded to `width` on the right or the left, and step over it. */
static void put_line(const char **text, size_t width, bool to_the_right, bool pad, FILE *stream)
{
    const size_t bytes = line_length(*text, width);
    size_t used = 0;
    for (size_t i = 0; i < bytes; i++)
        used += begins_character((*text)[i]);
    const int blanks = (int)(width - used);
    if (to_the_right)
        fprintf(stream, "%*s", blanks, "");
    fprintf(stream, "%.*s", (int)bytes, *text);
    if (pad && !to_the_right)
        fprintf(stream, "%*s", blanks, "");
    *text += bytes;
    while (**text == ' ')
        ++*text;
}

/* Is something left after cell `column`? Blanks at the end of a line are not printed. */
static bool any_left(const char *const *cells, size_t column, size_t count)
{
    for (size_t i = column; i < count; i++)
        if (cells[i][0] != '\0')
            return true;
    return false;
}

/* ===  Tables  === */

typedef struct {
    size_t count;
    char **texts;      /* heading, then the cells, row by row */
    const char **left; /* of the row that is being printed */
    size_t *widths;
    bool *to_the_right;
} layout_t;

static void free_layout(layout_t *layout, size_t rows)
{
    for (size_t i = 0; layout->texts != NULL && i < (rows + 1) * layout->count; i++)
        free(layout->texts[i]);
    free(layout->texts);
    free(layout->left);
    free(layout->widths);
    free(layout->to_the_right);
}

static char *heading_of(const rows_column_t *column)
{
    return text_copy(column->unit != NULL && column->unit[0] != '\0'
                         ? text_of("%s, %s", column->heading, column->unit).chars
                         : column->heading);
}

/* The texts of all cells, and the width of each column: the longest text, at most CELL_MOST; the last one gets the rest. */
static bool fill_layout(const rows_table_t *rows, layout_t *layout)
{
    size_t used = 0;
    for (size_t i = 0; i < layout->count; i++) {
        layout->to_the_right[i] = rows_column_is_numeric(rows, i);
        for (size_t row = 0; row <= rows->count; row++) {
            char **text = &layout->texts[row * layout->count + i];
            *text =
                row == 0 ? heading_of(&rows->columns[i]) : rows_cell_text(&rows->columns[i], rows_cell(rows, row - 1, i));
            if (*text == NULL)
                return false;
            const size_t width = width_of(*text);
            layout->widths[i] = width > layout->widths[i] ? width : layout->widths[i];
        }
        layout->widths[i] = layout->widths[i] > CELL_MOST ? CELL_MOST : layout->widths[i];
        used += i + 1 < layout->count ? layout->widths[i] + GAP : 0;
    }
    layout->widths[layout->count - 1] = used + LAST_LEAST < WIDTH ? WIDTH - used : LAST_LEAST;
    return true;
}

static void put_row(layout_t *layout, size_t row, FILE *stream)
{
    for (size_t i = 0; i < layout->count; i++)
        layout->left[i] = layout->texts[row * layout->count + i];
    while (any_left(layout->left, 0, layout->count)) {
        for (size_t i = 0; i < layout->count; i++) {
            const bool more = any_left(layout->left, i + 1, layout->count);
            put_line(&layout->left[i], layout->widths[i], layout->to_the_right[i] && layout->left[i][0] != '\0', more,
                     stream);
            if (!more)
                break;
            fprintf(stream, "%*s", GAP, "");
        }
        fputc('\n', stream);
    }
}

outcome_t list_print_table(const rows_table_t *rows, FILE *stream)
{
    const size_t columns = rows->column_count;
    layout_t layout = {.count = columns};
    outcome_t result = outcome_out_of_memory("list");
    layout.texts = calloc((rows->count + 1) * columns, sizeof *layout.texts);
    layout.left = calloc(columns, sizeof *layout.left);
    layout.widths = calloc(columns, sizeof *layout.widths);
    layout.to_the_right = calloc(columns, sizeof *layout.to_the_right);
    if (layout.texts != NULL && layout.left != NULL && layout.widths != NULL && layout.to_the_right != NULL &&
        fill_layout(rows, &layout)) {
        for (size_t row = 0; row <= rows->count; row++)
            put_row(&layout, row, stream);
        result = outcome_ok();
    }
    free_layout(&layout, rows->count);
    return result;
}

/* ===  Entries  === */

static void put_entry_cell(const char *heading, size_t indent, const char *text, FILE *stream)
{
    const char *left = text;
    while (*left != '\0') {
        fprintf(stream, "%-*s", (int)indent, left == text ? heading : "");
        put_line(&left, WIDTH - indent, false, false, stream);
        fputc('\n', stream);
    }
}

static size_t indent_of(const rows_table_t *rows)
{
    size_t indent = 0;
    for (size_t i = 0; i < rows->column_count; i++)
        indent = width_of(rows->columns[i].heading) > indent ? width_of(rows->columns[i].heading) : indent;
    return indent + GAP;
}

/* The text of a cell with its unit; "" when it has no value. The caller free()s it. */
static char *text_with_unit(const rows_table_t *rows, size_t row, size_t column)
{
    const rows_cell_t *cell = rows_cell(rows, row, column);
    const char *unit = rows->columns[column].unit;
    if (cell->kind == ROWS_CELL_NULL)
        return text_copy("");
    char *text = rows_cell_text(&rows->columns[column], cell);
    if (text == NULL || unit == NULL || unit[0] == '\0')
        return text;
    char *with_unit = text_copy(text_of("%s %s", text, unit).chars);
    free(text);
    return with_unit;
}

outcome_t list_print_entries(const rows_table_t *rows, FILE *stream)
{
    const size_t indent = indent_of(rows);
    for (size_t row = 0; row < rows->count; row++) {
        if (row > 0)
            fputc('\n', stream);
        for (size_t i = 0; i < rows->column_count; i++) {
            char *text = text_with_unit(rows, row, i);
            if (text == NULL)
                return outcome_out_of_memory("list");
            put_entry_cell(rows->columns[i].heading, indent, text, stream);
            free(text);
        }
    }
    return outcome_ok();
}

outcome_t list_print_sections(const rows_table_t *rows, FILE *stream)
{
    for (size_t row = 0; row < rows->count; row++) {
        for (size_t i = 0; i < rows->column_count; i++) {
            char *text = text_with_unit(rows, row, i);
            if (text == NULL)
                return outcome_out_of_memory("list");
            if (i == 0)
                fprintf(stream, "%s### %s\n\n", row > 0 ? "\n" : "", text);
            else if (text[0] != '\0')
                fprintf(stream, "* **%s**: %s\n", rows->columns[i].heading, text);
            free(text);
        }
    }
    return outcome_ok();
}
