/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The knobs and their points. The values in use are those of paper.ini and technology.csv: the paper states groups of 32,
 * N and beta of both settings and the buffers (section V); bandwidth and energy of the DRAM are the authors' simulator's,
 * and the paper states no batch. */
#include "measure/sensitivity.h"

static const sensitivity_point_t group[] = {{8, "bitvert.meta_group=8"},
                                            {16, "bitvert.meta_group=16"},
                                            {32, "bitvert.meta_group=32"},
                                            {64, "bitvert.meta_group=64"},
                                            {128, "bitvert.meta_group=128"}};
static const sensitivity_point_t beta[] = {
    {0, "bitvert.beta_permille=0"},    {5, "bitvert.beta_permille=50"},   {10, "bitvert.beta_permille=100"},
    {20, "bitvert.beta_permille=200"}, {30, "bitvert.beta_permille=300"}, {50, "bitvert.beta_permille=500"},
};
static const sensitivity_point_t columns[] = {{1, "bitvert.low_bits=7"}, {2, "bitvert.low_bits=6"},
                                              {3, "bitvert.low_bits=5"}, {4, "bitvert.low_bits=4"},
                                              {5, "bitvert.low_bits=3"}, {6, "bitvert.low_bits=2"}};
static const sensitivity_point_t weight_buffer[] = {{64, "all.weight_sram_bytes=65536"},
                                                    {128, "all.weight_sram_bytes=131072"},
                                                    {256, "all.weight_sram_bytes=262144"},
                                                    {512, "all.weight_sram_bytes=524288"},
                                                    {1024, "all.weight_sram_bytes=1048576"}};
static const sensitivity_point_t input_buffer[] = {{64, "all.input_sram_bytes=65536"},
                                                   {128, "all.input_sram_bytes=131072"},
                                                   {256, "all.input_sram_bytes=262144"},
                                                   {512, "all.input_sram_bytes=524288"},
                                                   {1024, "all.input_sram_bytes=1048576"}};
static const sensitivity_point_t bandwidth[] = {
    {3.2, "dram.gbytes_per_s=3.2"},   {6.4, "dram.gbytes_per_s=6.4"},   {12.8, "dram.gbytes_per_s=12.8"},
    {25.6, "dram.gbytes_per_s=25.6"}, {51.2, "dram.gbytes_per_s=51.2"}, {102.4, "dram.gbytes_per_s=102.4"},
};
static const sensitivity_point_t dram_energy[] = {{250, "dram.pj_per_64bit=250"},
                                                  {500, "dram.pj_per_64bit=500"},
                                                  {1000, "dram.pj_per_64bit=1000"},
                                                  {2000, "dram.pj_per_64bit=2000"},
                                                  {4000, "dram.pj_per_64bit=4000"}};
static const sensitivity_point_t tokens[] = {{32, NULL}, {128, NULL}, {512, NULL}};
static const sensitivity_point_t batch[] = {{1, NULL}, {4, NULL}, {16, NULL}};

#define POINTS(points) points, sizeof(points) / sizeof *(points)

const sensitivity_knob_t sensitivity_knobs[] = {
    {SENSITIVITY_SETTING, "group", "weights", {32, 32}, POINTS(group), "group"},
    {SENSITIVITY_SETTING, "sensitive channels", "%", {10, 20}, POINTS(beta), "beta"},
    {SENSITIVITY_SETTING, "pruned columns", "columns", {2, 4}, POINTS(columns), "columns"},
    {SENSITIVITY_SETTING, "weight buffer", "KiB", {256, 256}, POINTS(weight_buffer), NULL},
    {SENSITIVITY_SETTING, "activation buffer", "KiB", {256, 256}, POINTS(input_buffer), NULL},
    {SENSITIVITY_SETTING, "DRAM bandwidth", "GB/s", {12.8, 12.8}, POINTS(bandwidth), NULL},
    {SENSITIVITY_SETTING, "DRAM energy", "pJ/64 bit", {1000, 1000}, POINTS(dram_energy), NULL},
    {SENSITIVITY_TOKENS, "tokens", "tokens", {512, 512}, POINTS(tokens), NULL},
    {SENSITIVITY_BATCH, "batch", "samples", {1, 1}, POINTS(batch), NULL},
    {.knob = NULL},
};
