/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The profile bitsim with all oddities against the authors' simulator, layer by layer: cycles, bytes and energies.
 *
 * Its counts are reference data beside the project (BBS_TEST_DATA/../peer); the ResNet-34 of those rows is made by a script
 * that comes with them. Without them one test remains: the network `golden`, ten awkward layers whose weights follow from a
 * formula, against the rows that this project gave when each was equal to the simulator's (tests/data/golden.counts.csv).
 * `test_simulator --write FROM TO` writes those rows again: FROM has the same rows and the numbers of sensitive channels.
 */
#include "accel/memory.h"
#include "base/csv.h"
#include "nets/user.h"
#include "weights/int8_network.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "golden.h"
#include "simulated.h"
#include "testing.h"

/* ===  Comparing with rows  === */

typedef struct {
    csv_table_t csv;
    int64_t compared, known, differing, rows;
} rows_t;

static const char *text_at(const rows_t *rows, size_t row, const char *column)
{
    size_t index;
    assert_ok(csv_column(&rows->csv, column, &index));
    return csv_cell(&rows->csv, row, index);
}

static double real_at(const rows_t *rows, size_t row, const char *column)
{
    return strtod(text_at(rows, row, column), NULL);
}

/* A difference with a name. BitVert's mean precision in this layer is 20/3 bits, and DRAM takes exactly 150 cycles. In the
 * simulator's binary fractions that is 149.99999999999997, which it cuts to 149. */
static bool is_known(const rows_t *rows, size_t row, int value, double ours, double theirs)
{
    return value == DRAM_TIME && ours == theirs + 1 && text_equal(text_at(rows, row, "network"), "golden") &&
           text_equal(text_at(rows, row, "accelerator"), "bitvert-cons") &&
           (text_equal(text_at(rows, row, "layer"), "conv1") || text_equal(text_at(rows, row, "layer"), "total"));
}

static void compare(rows_t *rows, size_t row, int value, double ours, double tolerance)
{
    size_t column;
    outcome_t known = csv_column(&rows->csv, values_of[value].column, &column);
    const char *text = outcome_is_ok(&known) ? csv_cell(&rows->csv, row, column) : "";
    double theirs = strtod(text, NULL);
    if (value == WEIGHT)
        theirs *= real_at(rows, row, "weight_fetches");
    if (text[0] == '\0') /* no such value in this row */
        return;
    rows->compared++;
    if (fabs(ours - theirs) <= tolerance * theirs)
        return;
    if (is_known(rows, row, value, ours, theirs)) {
        rows->known++;
        return;
    }
    if (rows->differing++ < 20)
        print_message("%s, %s, %s, %s: %s %.12g, the simulator %.12g\n", text_at(rows, row, "network"),
                      text_at(rows, row, "accelerator"), text_at(rows, row, "settings"), text_at(rows, row, "layer"),
                      values_of[value].column, ours, theirs);
}

static bool is_row_of(const rows_t *rows, size_t row, const subject_t *subject, const case_t *one)
{
    return text_equal(text_at(rows, row, "network"), subject->network->name) &&
           text_equal(text_at(rows, row, "accelerator"), one->accelerator) &&
           text_equal(text_at(rows, row, "peer_commit"), one->commit) &&
           text_equal(text_at(rows, row, "settings"), one->settings);
}

static double tolerance_of(const case_t *one, int value, bool total)
{
    if (!one->sampled)
        return values_of[value].exact;
    return total ? values_of[value].sampled_total : values_of[value].sampled;
}

static void give_layer(const run_t *run, size_t layer, size_t layers, double *ours)
{
    const accel_storage_t storage = accel_storage(run->accelerator, &run->config);
    give(run, &run->counts[layer], ours);
    ours[INPUT] = (double)memory_input_bytes(&run->config, &storage, &run->layers[layer]);
    bool free_output = layer + 1 == layers && run->layers[layer].shape->kind == NET_LINEAR;
    ours[OUTPUT] = free_output ? 0.0 : (double)memory_output_bytes(&run->config, &storage, &run->layers[layer]);
}

static void give_total(const run_t *run, size_t layers, double *ours)
{
    counts_t total = {0};
    for (size_t i = 0; i < layers; i++)
        counts_add(&total, &run->counts[i]);
    give(run, &total, ours);
    ours[INPUT] = ours[OUTPUT] = NAN;
}

static bool find_case(const rows_t *rows, const subject_t *subject, const case_t *one, size_t *first)
{
    for (*first = 0; *first < rows->csv.rows; (*first)++)
        if (is_row_of(rows, *first, subject, one))
            return true;
    return false;
}

/* Run the setting whose rows begin at `first`: its layers in order, then the total. */
static void run_case(const rows_t *rows, size_t first, const subject_t *subject, const case_t *one, run_t *run)
{
    size_t layers = subject->table.count;
    int64_t *sensitive = calloc(layers, sizeof *sensitive);
    assert_non_null(sensitive);
    assert_true(first + layers < rows->csv.rows);
    for (size_t i = 0; i < layers; i++) {
        assert_string_equal(text_at(rows, first + i, "layer"), subject->table.items[i].name);
        sensitive[i] = (int64_t)real_at(rows, first + i, "sensitive_channels");
    }
    assert_string_equal(text_at(rows, first + layers, "layer"), "total");
    count(subject, one, sensitive, run);
    free(sensitive);
}

static void compare_case(rows_t *rows, const subject_t *subject, const case_t *one)
{
    size_t first, layers = subject->table.count;
    run_t run;
    double ours[VALUES];
    if (!find_case(rows, subject, one, &first))
        return;
    run_case(rows, first, subject, one, &run);
    for (size_t i = 0; i <= layers; i++) {
        if (i < layers)
            give_layer(&run, i, layers, ours);
        else
            give_total(&run, layers, ours);
        for (int value = 0; value < VALUES; value++)
            if (value != WEIGHT || i < layers) /* of the total they are without what is fetched again */
                compare(rows, first + i, value, ours[value], tolerance_of(one, value, i == layers));
    }
    rows->rows += (int64_t)layers + 1;
    drop(&run);
}

static void compare_network(rows_t *rows, const subject_t *subject)
{
    int64_t expected = 0;
    for (size_t row = 0; row < rows->csv.rows; row++)
        expected += text_equal(text_at(rows, row, "network"), subject->network->name);
    for (int i = 0; i < CASES; i++)
        compare_case(rows, subject, &cases[i]);
    print_message("# %s: %" PRId64 " of %" PRId64 " rows, %" PRId64 " values compared, %" PRId64 " differ, %" PRId64
                  " differ for a known reason\n",
                  subject->network->name, rows->rows, expected, rows->compared, rows->differing, rows->known);
    assert_int_equal(rows->rows, expected);
    assert_int_equal(rows->differing, 0);
}

/* ===  The networks  === */

enum { MOST_CHANNELS = 640 };

static void open_golden(net_user_t *user, subject_t *subject)
{
    static float ones[MOST_CHANNELS];
    for (int i = 0; i < MOST_CHANNELS; i++)
        ones[i] = 1.0F;
    assert_ok(net_user_read("tests/data/golden.csv", user));
    subject->network = &user->network;
    assert_ok(net_layers(&user->network, &user->size, &subject->table));
    subject->layers = calloc(subject->table.count, sizeof *subject->layers);
    assert_non_null(subject->layers);
    for (size_t i = 0; i < subject->table.count; i++) {
        const net_layer_t *shape = &subject->table.items[i];
        int64_t size = net_layer_weights(shape);
        int8_t *q = malloc((size_t)size);
        assert_non_null(q);
        golden_fill(shape->name, (uint32_t)i, shape->k, size / shape->k, q);
        subject->layers[i] = (compress_layer_t){
            .name = shape->name, .k = shape->k, .c = shape->c, .kh = shape->kh, .kw = shape->kw, .q = q, .scale = ones};
    }
}

static void close_golden(net_user_t *user, subject_t *subject)
{
    for (size_t i = 0; i < subject->table.count; i++)
        free((void *)subject->layers[i].q);
    free(subject->layers);
    net_table_free(&subject->table);
    net_user_free(user);
}

/* The full size of a network of the registry; `path` NULL: without weights. */
static void open_network(const char *name, const char *path, int8_network_t *int8, subject_t *subject)
{
    const net_size_t *size;
    assert_ok(net_find(name, &subject->network));
    assert_ok(net_find_size(subject->network, "full", &size));
    assert_ok(net_layers(subject->network, size, &subject->table));
    if (path != NULL)
        assert_ok(int8_network_load(subject->network, size, path, true, THREADS, int8));
    else
        assert_ok(int8_network_reserve_table(&subject->table, true, NULL, int8));
    subject->layers = int8->layers;
}

/* ===  Writing the committed rows  === */

static void write_row(csv_writer_t *writer, const rows_t *rows, size_t row, const double *values, bool total)
{
    static const char *const copied[] = {"network",  "accelerator", "peer_commit",
                                         "settings", "layer",       "sensitive_channels"};
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++)
        csv_text(writer, text_at(rows, row, copied[i]));
    for (int value = 0; value < LOCAL_READ_PJ; value++)
        csv_text(writer, total && (value == INPUT || value == OUTPUT) ? "" : text_of("%.16g", values[value]).chars);
    csv_text(writer, "1"); /* weight_fetches: weight_bytes are those of all fetches */
    csv_end_row(writer);
}

static void write_case(csv_writer_t *writer, const rows_t *rows, const subject_t *subject, const case_t *one)
{
    size_t first, layers = subject->table.count;
    run_t run;
    if (!find_case(rows, subject, one, &first))
        return;
    run_case(rows, first, subject, one, &run);
    double ours[VALUES];
    for (size_t i = 0; i < layers; i++) {
        give_layer(&run, i, layers, ours);
        write_row(writer, rows, first + i, ours, false);
    }
    give_total(&run, layers, ours);
    write_row(writer, rows, first + layers, ours, true);
    drop(&run);
}

static int write_golden(const char *from, const char *to)
{
    rows_t rows = {0};
    net_user_t user;
    subject_t subject;
    csv_writer_t writer;
    text_t header = text_of("network,accelerator,peer_commit,settings,layer,sensitive_channels");
    for (int value = 0; value < LOCAL_READ_PJ; value++)
        header = text_of("%s,%s", header.chars, values_of[value].column);
    assert_ok(csv_read(from, &rows.csv));
    assert_ok(csv_create(&writer, to, text_of("%s,weight_fetches", header.chars).chars));
    open_golden(&user, &subject);
    for (int i = 0; i < CASES; i++)
        write_case(&writer, &rows, &subject, &cases[i]);
    assert_ok(csv_commit(&writer));
    close_golden(&user, &subject);
    csv_free(&rows.csv);
    return 0;
}

/* ===  Tests  === */

static text_t peer(const char *name)
{
    const char *data = getenv("BBS_TEST_DATA");
    return text_of("%s/../peer/%s", data != NULL ? data : "../shared/data", name);
}

static void open_peer(rows_t *rows)
{
    *rows = (rows_t){0};
    text_t path = peer("counts.csv");
    if (access(path.chars, R_OK) != 0) {
        print_message("# skipped: no %s (set BBS_TEST_DATA)\n", path.chars);
        skip();
    }
    assert_ok(csv_read(path.chars, &rows->csv));
}

static void golden_is_what_it_was_when_it_was_the_simulators(void **state)
{
    (void)state;
    rows_t rows = {0};
    net_user_t user;
    subject_t subject;
    assert_ok(csv_read("tests/data/golden.counts.csv", &rows.csv));
    open_golden(&user, &subject);
    compare_network(&rows, &subject);
    assert_int_equal(rows.rows, rows.csv.rows);
    assert_int_equal(rows.known, 0);
    assert_true(rows.compared > 700);
    close_golden(&user, &subject);
    csv_free(&rows.csv);
}

static void golden_is_the_simulators(void **state)
{
    (void)state;
    rows_t rows;
    net_user_t user;
    subject_t subject;
    open_peer(&rows);
    open_golden(&user, &subject);
    compare_network(&rows, &subject);
    close_golden(&user, &subject);
    csv_free(&rows.csv);
}

/* Stripes, which does not look at weights. */
static void vgg16_is_the_simulators(void **state)
{
    (void)state;
    rows_t rows;
    int8_network_t int8;
    subject_t subject;
    open_peer(&rows);
    open_network("vgg16", NULL, &int8, &subject);
    compare_network(&rows, &subject);
    net_table_free(&subject.table);
    int8_network_free(&int8);
    csv_free(&rows.csv);
}

static void resnet34_is_the_simulators(void **state)
{
    (void)state;
    char folder[] = "/tmp/bbs-test-simulator-XXXXXX";
    const char *python = getenv("PYTHON") != NULL ? getenv("PYTHON") : "/usr/bin/python3";
    rows_t rows;
    int8_network_t int8;
    subject_t subject;
    open_peer(&rows);
    if (system(text_of("%s -c 'import numpy' 2>/dev/null", python).chars) != 0) {
        print_message("# skipped: no numpy for %s\n", python);
        csv_free(&rows.csv);
        skip();
    }
    assert_non_null(mkdtemp(folder));
    assert_int_equal(system(text_of("%s %s %s", python, peer("make_tensors.py").chars, folder).chars), 0);
    open_network("resnet34", text_of("%s/resnet34.safetensors", folder).chars, &int8, &subject);
    compare_network(&rows, &subject);
    net_table_free(&subject.table);
    int8_network_free(&int8);
    csv_free(&rows.csv);
    assert_int_equal(system(text_of("rm -rf %s", folder).chars), 0);
}

/* One tile of 8 weights of 127 at 6 bits: of the 7 magnitude columns, 7 at 8 bits take a cycle each. At submission 6
 * columns were left in a convolution and 5 in a linear layer; a tile of 64 has one magnitude column, which is dropped. */
static void bitwave_at_submission_by_hand(void **state)
{
    (void)state;
    const struct {
        net_kind_t kind;
        int8_t weight;
        int64_t cycles, submitted;
    } expected[] = {{NET_CONV, 127, 7, 6}, {NET_LINEAR, 127, 7, 5}, {NET_CONV, 64, 1, 0}, {NET_CONV, -32, 1, 1}};
    const case_t plain = {"bitwave", "", "", {FLIP_2, "bitwave.fixed_array=1"}, 0, UINT32_MAX, false};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        int8_t weights[8];
        memset(weights, expected[i].weight, sizeof weights);
        net_layer_t shape = {.name = "one", .kind = expected[i].kind, .k = 1, .c = 8, .kh = 1, .kw = 1, .stride = 1};
        shape.in_h = shape.in_w = shape.out_h = shape.out_w = shape.tokens = 1;
        shape.input = NET_OUTSIDE;
        shape.residual = NET_NONE;
        accel_layer_t layer = {.shape = &shape, .weights = weights};
        run_t run;
        counts_t counts;
        const network_t network = {.family = "user"};
        configure(&plain, &network, &run);
        assert_ok(accel_count(run.accelerator, &run.config, &layer, 1, THREADS, &counts));
        assert_int_equal(counts.compute_cycles, expected[i].cycles);
        run.config.oddities = ODDITY_BITWAVE_SUBMITTED;
        assert_ok(accel_count(run.accelerator, &run.config, &layer, 1, THREADS, &counts));
        assert_int_equal(counts.compute_cycles, expected[i].submitted);
        assert_int_equal(accel_pruning(run.accelerator, &run.config).columns, 0); /* nothing is flipped */
    }
}

int main(int count, char **arguments)
{
    if (count == 4 && strcmp(arguments[1], "--write") == 0)
        return write_golden(arguments[2], arguments[3]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bitwave_at_submission_by_hand), cmocka_unit_test(golden_is_what_it_was_when_it_was_the_simulators),
        cmocka_unit_test(golden_is_the_simulators),      cmocka_unit_test(vgg16_is_the_simulators),
        cmocka_unit_test(resnet34_is_the_simulators),
    };
    return cmocka_run_group_tests_name("simulator", tests, NULL, NULL);
}
