/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Full-size networks against PyTorch's logits on random weights of the real names and shapes (`make parity`, which makes
 * the files with tests/oracle/parity.py and sets BBS_PARITY to their folder): those of the paper by name, others as
 * `--net auto` recognises them, on small pictures. */
#include "base/file.h"
#include "base/progress.h"
#include "base/text.h"
#include "engine/engine.h"
#include "nets/recognise.h"
#include "tensor/safetensors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine_weights.h"
#include "testing.h"

static const double TOLERANCE = 1e-5; /* largest difference / largest logit */

static int64_t largest(const float *values, int64_t count)
{
    int64_t best = 0;
    for (int64_t i = 1; i < count; i++)
        best = values[i] > values[best] ? i : best;
    return best;
}

static void compare(const net_weights_t *weights, const tensor_set_t *set, const char *kernels)
{
    const tensor_t *inputs = tensor_set_find(set, "parity.inputs"), *logits = tensor_set_find(set, "parity.logits");
    const int64_t samples = logits->shape[0], classes = logits->shape[1];
    const float **layers = calloc(weights->table.count, sizeof *layers);
    float *have = calloc((size_t)classes, sizeof *have);
    double error = 0, scale = 0, seconds = 0;
    engine_t *engine;
    for (size_t i = 0; i < weights->table.count; i++)
        layers[i] = weights->layers[i].weights;
    assert_ok(engine_open(weights, kernels, 1, &engine));
    assert_ok(set_weights(engine, weights, layers));
    for (int64_t sample = 0; sample < samples; sample++) {
        const float *want = (const float *)logits->data + sample * classes;
        double started = progress_clock();
        assert_ok(engine_predict(engine, 0, (const float *)inputs->data + sample * (inputs->count / samples), have));
        seconds = progress_clock() - started;
        assert_int_equal(largest(have, classes), largest(want, classes));
        for (int64_t i = 0; i < classes; i++) {
            error = fmax(error, fabs((double)have[i] - (double)want[i]));
            scale = fmax(scale, fabs((double)want[i]));
        }
    }
    print_message("# %s, %s kernels: relative error %.2g over %d samples, %.0f ms a sample on 1 thread\n",
                  weights->network->name, kernels, error / scale, (int)samples, 1000 * seconds);
    assert_true(error / scale <= TOLERANCE);
    engine_close(engine);
    free(layers);
    free(have);
}

static const char *folder_of_files(void)
{
    const char *folder = getenv("BBS_PARITY");
    if (folder == NULL)
        fail_msg("BBS_PARITY is not set: `make parity` makes the files and runs this");
    return folder;
}

static void full_size_networks_agree_with_pytorch(void **state)
{
    (void)state;
    const char *folder = folder_of_files();
    int compared = 0;
    for (const network_t *const *network = net_registry; *network != NULL; network++) {
        const net_size_t *size;
        net_weights_t weights;
        tensor_set_t set;
        text_t path = text_of("%s/%s.safetensors", folder, (*network)->name);
        if (!file_exists(path.chars))
            continue;
        assert_ok(net_find_size(*network, "full", &size));
        assert_ok(safetensors_load(path.chars, NULL, &set));
        assert_ok(net_weights_from(*network, size, path.chars, &set, &weights));
        compare(&weights, &set, "fast");
        compare(&weights, &set, "stock");
        net_weights_free(&weights);
        tensor_set_free(&set);
        compared++;
    }
    assert_true(compared > 0);
}

/* Shapes do not say the side of the pictures, which the average pool leaves open: it is that of the inputs. */
static void recognised_networks_agree_with_pytorch(void **state)
{
    (void)state;
    static const char *const names[] = {"resnet101", "resnet152", "mobilenet_v2"};
    const char *folder = folder_of_files();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        net_made_t made;
        net_weights_t weights;
        tensor_set_t set;
        const text_t path = text_of("%s/%s.safetensors", folder, names[i]);
        assert_ok(safetensors_load(path.chars, NULL, &set));
        assert_ok(net_recognise(path.chars, &set, &(net_hints_t){0}, &made));
        assert_string_equal(made.network.name, names[i]);
        made.size.height = tensor_set_find(&set, "parity.inputs")->shape[2];
        made.size.width = tensor_set_find(&set, "parity.inputs")->shape[3];
        assert_ok(net_weights_from(&made.network, &made.size, path.chars, &set, &weights));
        compare(&weights, &set, "fast");
        compare(&weights, &set, "stock");
        net_weights_free(&weights);
        tensor_set_free(&set);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(full_size_networks_agree_with_pytorch),
                                       cmocka_unit_test(recognised_networks_agree_with_pytorch)};
    return cmocka_run_group_tests_name("parity", tests, NULL, NULL);
}
