/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bbsbench sram`: the table of SRAM banks, and the error of interpolating between two rows: each row is left out once and
 * interpolated from its neighbours with the same bus width. */
#include "cli/sram.h"

#include "accel/sram.h"
#include "base/csv.h"
#include "base/text.h"
#include "cli/output.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The quantities of a bank. */
enum { READ, WRITE, AREA, ACCESS, LEAKAGE, QUANTITIES };

static const char *const titles[QUANTITIES] = {"read pJ", "write pJ", "area mm2", "access ns", "leakage mW"};

typedef struct {
    double of[QUANTITIES];
} figures_t;

static figures_t figures_of(const sram_bank_t *bank)
{
    return (figures_t){{bank->read_pj, bank->write_pj, bank->area_mm2, bank->access_ns, bank->leakage_mw}};
}

/* ===  Leaving out  === */

/* Errors of the interpolated bank in per cent of the row's values; NaN for the first and last row of a bus width, which
 * cannot be interpolated. */
static figures_t errors_of(size_t row)
{
    sram_bank_t guess;
    bool can = sram_left_out(row, &guess);
    figures_t is = figures_of(&sram_rows[row]), would_be = can ? figures_of(&guess) : is, errors;
    for (int i = 0; i < QUANTITIES; i++)
        errors.of[i] = can ? 100 * (would_be.of[i] / is.of[i] - 1) : (double)NAN;
    return errors;
}

static outcome_t write_rows(const char *path)
{
    csv_writer_t writer;
    outcome_t result = csv_create(&writer, path,
                                  "size_bytes,bus_bits,read_energy_pj,write_energy_pj,area_mm2,access_ns,leakage_mw,"
                                  "read_error_percent,write_error_percent,area_error_percent,access_error_percent,"
                                  "leakage_error_percent");
    if (!outcome_is_ok(&result))
        return result;
    for (size_t row = 0; row < sram_row_count; row++) {
        figures_t is = figures_of(&sram_rows[row]), errors = errors_of(row);
        csv_integer(&writer, sram_rows[row].bytes);
        csv_integer(&writer, sram_rows[row].bus_bits);
        for (int i = 0; i < QUANTITIES; i++)
            csv_real(&writer, is.of[i]);
        for (int i = 0; i < QUANTITIES; i++)
            csv_real(&writer, errors.of[i]);
        csv_end_row(&writer);
    }
    return csv_commit(&writer);
}

static int by_size(const void *left, const void *right)
{
    double a = fabs(*(const double *)left), b = fabs(*(const double *)right);
    return (a > b) - (a < b);
}

static double middle_of(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_size);
    double upper = fabs(values[count / 2]);
    return count % 2 ? upper : (fabs(values[count / 2 - 1]) + upper) / 2;
}

static outcome_t print_errors(void)
{
    printf("%10s  %8s", "bytes", "bus bits");
    for (int i = 0; i < QUANTITIES; i++)
        printf("  %11s  %7s", titles[i], "error");
    printf("\n");
    double *errors = malloc(QUANTITIES * sram_row_count * sizeof *errors);
    size_t left_out = 0;
    if (errors == NULL)
        return outcome_out_of_memory("sram");
    for (size_t row = 0; row < sram_row_count; row++) {
        figures_t is = figures_of(&sram_rows[row]), error = errors_of(row);
        bool can = !isnan(error.of[READ]);
        printf("%10" PRId64 "  %8" PRId64, sram_rows[row].bytes, sram_rows[row].bus_bits);
        for (int i = 0; i < QUANTITIES; i++) {
            printf("  %11.6g  %7s", is.of[i], can ? text_of("%+.1f%%", error.of[i]).chars : "-");
            errors[(size_t)i * sram_row_count + left_out] = error.of[i];
        }
        printf("\n");
        left_out += can;
    }
    printf(
        "\nLeave-one-out error of interpolation, linear in log(bytes) between rows of the same bus width; N = %zu of %zu rows\n"
        "(the others are the first or last of a bus width):\n",
        left_out, sram_row_count);
    for (int i = 0; i < QUANTITIES; i++) {
        double *of = errors + (size_t)i * sram_row_count, median = middle_of(of, left_out);
        printf("  %-10s  median %4.1f%%, largest %4.1f%%\n", titles[i], median, fabs(of[left_out - 1]));
    }
    free(errors);
    return outcome_ok();
}

/* ===  One bank  === */

static outcome_t print_bank(int64_t bytes, int64_t bus_bits)
{
    sram_bank_t bank;
    bool interpolated;
    outcome_t result = sram_bank(bytes, bus_bits, &bank, &interpolated);
    if (!outcome_is_ok(&result))
        return result;
    figures_t is = figures_of(&bank);
    printf("%" PRId64 " bytes, bus of %" PRId64 " bits: %s\n", bytes, bus_bits,
           interpolated ? "interpolated" : "a row of the table");
    for (int i = 0; i < QUANTITIES; i++)
        printf("  %-10s  %.6g\n", titles[i], is.of[i]);
    return result;
}

static outcome_t run(const options_t *options)
{
    enum { MOST = 1 << 30 };
    int64_t bytes, bus_bits;
    output_t output;
    outcome_t result = outcome_ok();
    if (options_given(options, "bytes") || options_given(options, "bus")) {
        if (outcome_bad(&result, options_integer(options, "bytes", 1, MOST, &bytes)) ||
            outcome_bad(&result, options_integer(options, "bus", 1, MOST, &bus_bits)))
            return result;
        return print_bank(bytes, bus_bits);
    }
    if (outcome_bad(&result, output_open(options, &output)))
        return result;
    if (!outcome_bad(&result, write_rows(output.rows)))
        result = print_errors();
    return output_close(&output, "sram", NULL, result);
}

static const option_t option_table[] = {
    {"bytes", "N", NULL, "one bank of this size, with --bus"},
    {"bus", "BITS", NULL, "and this bus width"},
    OUTPUT_OPTIONS,
    {NULL, NULL, NULL, NULL},
};

const command_t command_sram = {
    .name = "sram",
    .summary = "print the SRAM banks of the models, and the error of interpolating between them",
    .operands = "",
    .options = option_table,
    .details =
        "28 nm by CACTI 7 (bench/accel/sram.csv). A bank without a row is interpolated linearly in log(bytes) between\n"
        "rows of the same bus width, and results from it are marked; a size outside the table is refused.",
    .examples = "# all banks with the errors of interpolation\n"
                "bbsbench sram\n"
                "# one bank\n"
                "bbsbench sram --bytes 65536 --bus 128",
    .run = run};
