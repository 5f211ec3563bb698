/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nets/recognise: networks of people's own, from the names and shapes of their tensors. Random weights give PyTorch's
 * logits (tests/oracle/own_nets.py); the tensors of each known network give that network again; a cfg that is written from
 * a shape is the file in models/cfg; what cannot be computed is refused. */
#include "nets/recognise.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/home.h"
#include "engine/engine.h"
#include "nets/names.h"
#include "tensor/checkpoint.h"
#include "weights/checkpoint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "testing.h"
#include "folder.h"

/* ===  Against PyTorch  === */

static void run_floats(const net_weights_t *weights, const char *kernels, const float *input, float *logits)
{
    engine_t *engine;
    assert_ok(engine_open(weights, kernels, 1, &engine));
    for (size_t i = 0; i < weights->table.count; i++)
        assert_ok(engine_set_rows(engine, i, 0, weights->table.items[i].k, weights->layers[i].weights));
    assert_ok(engine_predict(engine, 0, input, logits));
    engine_close(engine);
}

static void compare(const char *name, const char *network, int64_t classes)
{
    text_t path = text_of("%s/%s.safetensors", folder, name);
    checkpoint_t checkpoint;
    tensor_set_t answer;
    float *logits = calloc((size_t)classes, sizeof *logits), most = 0;
    assert_ok(checkpoint_open(&(checkpoint_request_t){.path = path.chars, .threads = 1}, &checkpoint));
    const net_weights_t *weights = &checkpoint.weights;
    assert_string_equal(weights->network->name, network);
    assert_int_equal(weights->size->classes, classes);
    assert_ok(tensor_set_load(text_of("%s/%s.answer.safetensors", folder, name).chars, NULL, &answer));
    const tensor_t *wanted = tensor_set_find(&answer, "logits"), *input = tensor_set_find(&answer, "input");
    assert_int_equal(wanted->count, classes);
    assert_int_equal(input->count, weights->size->channels * weights->size->height * weights->size->width);
    run_floats(weights, "fast", input->data, logits);
    for (int64_t i = 0; i < classes; i++)
        most = fmaxf(most, fabsf(((const float *)wanted->data)[i]));
    for (int64_t i = 0; i < classes; i++)
        if (!(fabsf(logits[i] - ((const float *)wanted->data)[i]) <= 1e-4F * most))
            fail_msg("%s: logit %d is %g, PyTorch's %g", name, (int)i, (double)logits[i],
                     (double)((const float *)wanted->data)[i]);
    tensor_set_free(&answer);
    checkpoint_free(&checkpoint);
    free(logits);
}

static void logits_are_those_of_pytorch(void **state)
{
    (void)state;
    csv_table_t names;
    if (CHILD(child_python(), "-c", "import torchvision") != 0) {
        print_message("# skipped: python3-torchvision is not installed\n");
        skip();
    }
    assert_int_equal(CHILD(child_python(), "tests/oracle/own_nets.py", folder), 0);
    assert_ok(csv_read(text_of("%s/names.csv", folder).chars, &names));
    assert_true(names.rows >= 18);
    for (size_t row = 0; row < names.rows; row++) {
        int64_t classes;
        assert_ok(csv_cell_integer(&names, row, 2, &classes));
        compare(csv_cell(&names, row, 0), csv_cell(&names, row, 1), classes);
    }
    csv_free(&names);
}

/* ===  Against the registry  === */

static void add(tensor_set_t *set, const char *name, int rank, const int64_t *shape)
{
    assert_ok(tensor_set_reserve(set, name, TENSOR_F16, rank, shape, NULL));
}

/* The tensors of a network, without values. */
static void make_set(const network_t *network, const net_size_t *size, tensor_set_t *set)
{
    net_table_t table;
    net_program_t program;
    *set = (tensor_set_t){0};
    assert_ok(net_layers(network, size, &table));
    assert_ok(net_program(network, size, &program));
    for (size_t i = 0; i < table.count; i++) {
        const net_layer_t *layer = &table.items[i];
        add(set, text_of("%s.weight", layer->name).chars, layer->kind == NET_CONV ? 4 : 2,
            (const int64_t[]){layer->k, layer->c, layer->kh, layer->kw});
        if (layer->norm[0] != '\0')
            add(set, text_of("%s.running_mean", layer->norm).chars, 1, &layer->k);
    }
    for (size_t i = 0; i < program.float_count; i++)
        add(set, program.floats[i].name, program.floats[i].rank, program.floats[i].shape);
    net_program_free(&program);
    net_table_free(&table);
}

static void assert_same_tables(const char *name, const net_table_t *found, const net_table_t *wanted)
{
    if (found->count != wanted->count)
        fail_msg("%s: %zu layers, expected %zu", name, found->count, wanted->count);
    for (size_t i = 0; i < found->count; i++)
        if (memcmp(&found->items[i], &wanted->items[i], sizeof found->items[i]) != 0)
            fail_msg("%s: layer %s differs", name, wanted->items[i].name);
}

static void known_networks_are_recognised(void **state)
{
    (void)state;
    static const char *const names[] = {"resnet34", "resnet50",  "resnet20", "resnet32",  "resnet44",
                                        "resnet56", "vit_small", "vit_tiny", "bert_sst2", "mobilenet_v2"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const network_t *network;
        const net_size_t *size;
        tensor_set_t set;
        net_made_t made;
        net_table_t found, wanted;
        assert_ok(net_find(names[i], &network));
        assert_ok(net_find_size(network, "full", &size));
        make_set(network, size, &set);
        assert_ok(net_recognise("f", &set, &(net_hints_t){0}, &made));
        assert_string_equal(made.network.family, network->family);
        assert_int_equal(made.size.classes, size->classes);
        assert_int_equal(made.size.height, size->height);
        assert_int_equal(made.size.width, size->width);
        assert_ok(net_layers(&made.network, &made.size, &found));
        assert_ok(net_layers(network, size, &wanted));
        assert_same_tables(names[i], &found, &wanted);
        net_table_free(&found);
        net_table_free(&wanted);
        tensor_set_free(&set);
    }
}

/* The compact ResNets have the stem of small pictures. What shapes do not say is described, or assumed and said. */
static void small_stems_are_recognised(void **state)
{
    (void)state;
    static const char *const names[] = {"resnet34", "resnet50"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const network_t *network;
        const net_size_t *size;
        tensor_set_t set;
        net_made_t made;
        net_table_t found, wanted;
        assert_ok(net_find(names[i], &network));
        assert_ok(net_find_size(network, "compact", &size));
        make_set(network, size, &set);
        assert_ok(net_recognise("f", &set, &(net_hints_t){.side = size->height}, &made));
        assert_non_null(strstr(made.assumed.chars, "assumed: a max-pool 2 x 2 of stride 2 behind the stem; as described"));
        assert_ok(net_layers(&made.network, &made.size, &found));
        assert_ok(net_layers(network, size, &wanted));
        assert_same_tables(names[i], &found, &wanted);
        net_table_free(&found);
        net_table_free(&wanted);
        /* 32 pixels: no pool keeps them, the pools of 2 and 3 halve them. */
        for (int64_t pool = 0; pool <= 3; pool++) {
            assert_ok(net_recognise("f", &set, &(net_hints_t){.pool = pool}, &made));
            assert_ok(net_layers(&made.network, &made.size, &found));
            assert_int_equal(found.items[1].in_h, pool == 1 ? 32 : 16);
            net_table_free(&found);
        }
        assert_error(net_recognise("f", &set, &(net_hints_t){.pool = 4}, &made), FAULT_FAILED, "stem_pool: found 4");
        tensor_set_free(&set);
    }
}

/* Texts may be cut shorter than the network has places. */
static void the_longest_text_is_a_hint(void **state)
{
    (void)state;
    const network_t *network;
    const net_size_t *size;
    tensor_set_t set;
    net_made_t made;
    assert_ok(net_find("bert_sst2", &network));
    assert_ok(net_find_size(network, "compact", &size));
    make_set(network, size, &set);
    assert_ok(net_recognise("f", &set, &(net_hints_t){.heads = 4, .tokens = 64}, &made));
    assert_int_equal(made.size.width, 64);
    assert_ok(net_recognise("f", &set, &(net_hints_t){.heads = 4, .tokens = 500}, &made));
    assert_int_equal(made.size.width, size->width);
    tensor_set_free(&set);
}

/* The file without its comments and empty lines. */
static void strip(char *text)
{
    char *to = text;
    for (char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        char *next = line + length + (line[length] == '\n');
        if (length > 0 && line[0] != '#') {
            memmove(to, line, length);
            to += length;
            *to++ = '\n';
        }
        line = next;
    }
    *to = '\0';
}

static void a_cfg_from_a_shape_is_the_file(void **state)
{
    (void)state;
    int compared = 0;
    const network_t *const *const registries[] = {net_registry, net_others};
    for (size_t i = 0; i < 2; i++)
        for (const network_t *const *network = registries[i]; *network != NULL; network++)
            for (const net_size_t *const *size = (*network)->sizes; *size != NULL; size++) {
                text_builder_t text = {0};
                text_t path;
                bytes_t bytes;
                if ((*size)->cfg == NULL)
                    continue;
                (*network)->graph(*size, &text);
                assert_ok(home_path((*size)->cfg, &path));
                assert_ok(file_read(path.chars, NULL, &bytes));
                strip((char *)bytes.data);
                strip(text.chars);
                assert_string_equal(text.chars, (char *)bytes.data);
                file_free_bytes(&bytes);
                free(text.chars);
                compared++;
            }
    assert_int_equal(compared, 10);
}

/* ===  Other classes and words  === */

static void a_named_network_takes_the_classes_of_the_weights(void **state)
{
    (void)state;
    const network_t *network;
    const net_size_t *size;
    tensor_set_t set;
    net_made_t made;
    bool refitted;
    assert_ok(net_find("bert_sst2", &network));
    assert_ok(net_find_size(network, "compact", &size));
    make_set(network, size, &set);
    assert_ok(net_refit(network, size, &set, &made, &refitted));
    assert_false(refitted);
    tensor_set_find(&set, "bert.embeddings.word_embeddings.weight")->shape[0] = 77;
    assert_ok(net_refit(network, size, &set, &made, &refitted));
    assert_true(refitted);
    assert_int_equal(made.size.classes, 2);
    net_program_t program;
    assert_ok(net_program(&made.network, &made.size, &program));
    assert_int_equal(program.floats[0].shape[0], 77);
    net_program_free(&program);
    tensor_set_free(&set);
    assert_ok(net_find("resnet20", &network));
    size = network->sizes[0];
    make_set(network, size, &set);
    tensor_set_find(&set, "linear.weight")->shape[0] = 100;
    assert_ok(net_refit(network, size, &set, &made, &refitted));
    assert_true(refitted);
    assert_int_equal(made.size.classes, 100);
    assert_null(made.size.cfg);
    tensor_set_free(&set);
}

/* ===  What is refused  === */

static void what_cannot_be_computed_is_refused(void **state)
{
    (void)state;
    const network_t *network;
    const net_size_t *size;
    tensor_set_t set = {0};
    net_made_t made;
    add(&set, "encoder.layers.0.weight", 2, (const int64_t[]){2, 2});
    assert_error(net_recognise("f", &set, &(net_hints_t){0}, &made), FAULT_FAILED, "the names of one of: ResNet");
    tensor_set_free(&set);
    assert_ok(net_find("resnet34", &network));
    assert_ok(net_find_size(network, "compact", &size));
    make_set(network, size, &set);
    tensor_set_find(&set, "conv1.weight")->shape[2] = tensor_set_find(&set, "conv1.weight")->shape[3] = 5;
    assert_error(net_recognise("f", &set, &(net_hints_t){0}, &made), FAULT_FAILED, "a stem of 5 x 5");
    tensor_set_free(&set);
    assert_ok(net_find("resnet50", &network));
    assert_ok(net_find_size(network, "full", &size));
    make_set(network, size, &set);
    tensor_set_find(&set, "layer1.0.conv2.weight")->shape[1] = 4; /* ResNeXt */
    assert_error(net_recognise("f", &set, &(net_hints_t){0}, &made), FAULT_FAILED, "convolutions with groups");
    tensor_set_free(&set);
    assert_ok(net_find("mobilenet_v2", &network));
    make_set(network, network->sizes[0], &set);
    tensor_set_find(&set, "features.5.conv.0.0.weight")->shape[0] = 128; /* four times as wide, not six */
    assert_error(net_recognise("f", &set, &(net_hints_t){0}, &made), FAULT_FAILED,
                 "other blocks than those of MobileNetV2");
    tensor_set_free(&set);
    assert_ok(net_find("vit_small", &network));
    assert_ok(net_find_size(network, "compact", &size)); /* a width of 96 */
    make_set(network, size, &set);
    assert_error(net_recognise("f", &set, &(net_hints_t){0}, &made), FAULT_FAILED, "number of heads");
    assert_ok(net_recognise("f", &set, &(net_hints_t){.heads = 3}, &made));
    tensor_set_find(&set, "pos_embed")->shape[1] = 49;
    assert_error(net_recognise("f", &set, &(net_hints_t){.heads = 3}, &made), FAULT_FAILED, "49 places");
    tensor_set_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_networks_are_recognised),
        cmocka_unit_test(small_stems_are_recognised),
        cmocka_unit_test(the_longest_text_is_a_hint),
        cmocka_unit_test(a_cfg_from_a_shape_is_the_file),
        cmocka_unit_test(a_named_network_takes_the_classes_of_the_weights),
        cmocka_unit_test(what_cannot_be_computed_is_refused),
        cmocka_unit_test(logits_are_those_of_pytorch),
    };
    return cmocka_run_group_tests_name("recognise", tests, make_folder, remove_folder);
}
