# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrong changes, one at a time, and the tests that should catch each: mutate.py [FIRST-LAST]

A copy of the project is changed, built and tested; the project itself is left alone. For each change one line: "caught by
TEST: the first case that failed", or SURVIVED. A test that fails without the change, too, catches nothing: UNSOUND. A change
whose text is no longer in its file is STALE: mend the table. Ends with 1 unless all are caught. BUILD names the build whose
objects are the starting point (default build)."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

# what is wrong | file | text | text in its place | tests that should see it
MUTANTS = [
    ("rounded averaging rounds half up", "bench/compress/ra.c", "twice == count && mean % 2 == 1", "twice == count", "test_compress"),
    ("one redundant column too few", "bench/compress/columns.c", "high < 64 >> redundant", "high < 63 >> redundant", "test_compress test_methods"),
    ("a constant loses its highest bit", "bench/compress/columns.c", "constant & 63", "constant & 31", "test_compress test_pack"),
    ("a last short group is one weight short", "bench/compress/columns.c", "count = c - at < group ? c - at : group;\n            column_code_t", "count = c - at < group ? c - at - 1 : group;\n            column_code_t", "test_compress"),
    ("-128 is clamped like +128", "bench/compress/quantize.c", "steps < -128.0f ? -128.0f", "steps < -127.0f ? -127.0f", "test_quantize"),
    ("one sensitive channel too many", "bench/compress/select.c", "(double)total + PRODUCT_SLACK", "(double)total + 1", "test_select"),
    ("a tile is rounded down", "bench/accel/exact.c", "a / divisor + (a % divisor != 0)", "a / divisor", "test_accel"),
    ("a tile of one too many", "bench/accel/exact.c", "a / divisor + (a % divisor != 0)", "a / divisor + 1", "test_accel"),
    ("tiles of pixels ignore the rows", "bench/accel/tile.c", "exact_ceil(layer->out_w, columns), layer->out_h)", "exact_ceil(layer->out_w, columns), 1)", "test_accel"),
    ("padding counts as inside", "bench/accel/tile.c", "before > 0 ? exact_ceil(before, stride) : 0", "0", "test_pairs"),
    ("columns of SparTen are left too early", "bench/accel/pairs_tile.c", "ones[column] > most; column++", "ones[column] > most + 2; column++", "test_pairs"),
    ("steps at other places are drawn as one kind", "bench/accel/pairs_inputs.c", "a->y == b->y && a->x == b->x", "a->y == b->y", "test_pairs"),
    ("slices of Bitlet in another order", "bench/accel/cost_rows.c", "0, 2, 1, 3, 4, 6, 5, 7", "0, 1, 2, 3, 4, 5, 6, 7", "test_vectors"),
    ("BitWave flips channels that stay", "bench/accel/bitwave.c", "(layer->kept != NULL && layer->kept[k])", "false", "test_accelerators test_model"),
    ("ties of a flipped group go up", "bench/accel/flip.c", "(1 << low) / 2 - 1 : 0", "(1 << low) / 2 : 0", "test_vectors"),
    ("Stripes takes a cycle more", "bench/accel/stripes.c", "exact_times(work->tiles, bits)", "exact_times(work->tiles, bits + 1)", "test_accel"),
    ("the DRAM access costs 2 % more", "bench/accel/technology.csv", "dram.access,1000,", "dram.access,1020,", "test_technology test_accel_memory test_simulator"),
    ("the clock is 2 % slower", "bench/accel/technology.csv", "clock.period,1.25,", "clock.period,1.275,", "test_accel"),
    ("energy of the logic without its lanes", "bench/accel/energy.c", "power * period * (double)config->lanes / lanes", "power * period", "test_configuration"),
    ("queries that share keys are forgotten", "bench/nets/llama_pass.c", "vectors = pass->tokens * (shape->heads / shape->key_heads)", "vectors = pass->tokens", "test_language_model"),
    ("a token does not attend to itself", "bench/nets/llama_pass.c", "(pass->tokens - 1) / 2", "pass->tokens / 2", "test_language_model"),
    ("sequences share their keys", "bench/nets/llama_pass.c", "shape->key_heads * pass->batch * parts", "shape->key_heads * parts", "test_language_model"),
    ("the head is run for every token", "bench/nets/llama_pass.c", "shape->words, shape->width, pass->batch,", "shape->words, shape->width, pass->tokens * pass->batch,", "test_language_model"),
    ("a cache of any width is read as one of 8 bits", "bench/measure/next_tokens.c", "exact_times(work->value_bits, workload->cache_bits)", "exact_times(work->value_bits, CHIP_BITS)", "test_language_model"),
    ("labels of CIFAR-10 are those of the next image", "bench/data/cifar.c", "cifar->bytes.data[i * RECORD]", "cifar->bytes.data[(i + 1) % samples * RECORD]", "test_pictures"),
    ("BatchNorm's epsilon is 1e-3", "bench/nets/weights.c", "net_batchnorm_epsilon = 1e-5F", "net_batchnorm_epsilon = 1e-3F", "test_engine test_nets"),
    ("lost answers are counted as gained", "bench/rows/statistics.c", "before[i] != labels[i] && after[i] == labels[i]", "before[i] == labels[i] && after[i] != labels[i]", "test_statistics"),
    ("McNemar's test is one-sided", "bench/rows/statistics.c", "2 * gsl_cdf_binomial_P", "gsl_cdf_binomial_P", "test_statistics"),
    ("F1 counts class 0", "bench/rows/statistics.c", "both += labels[i] == 1 && predicted[i] == 1", "both += labels[i] == 0 && predicted[i] == 0", "test_statistics"),
    ("the exact integers lose a part", "bench/engine/parts.c", "needed = part + 1", "needed = part > 0 ? part : 1", "test_levels test_products"),
    ("a damaged file of answers is believed", "bench/measure/predictions.c", "label != expected->label[row]", "false", "test_predictions"),
    ("answers of another key are taken", "bench/measure/predictions.c", "text_equal(csv_cell(table, 0, KEY), key)", "true", "test_predictions"),
    ("rows that the run has not written are believed", "bench/run/manifest_files.c", "text_equal(seen.sha256.hex, sha256)", "true", "test_manifest_files"),
    ("rows without a record are believed", "bench/run/manifest_files.c", "find(manifest, name) != NULL ? outcome_ok()", "true ? outcome_ok()", "test_foreign.sh"),
    ("a link at a place of the report is followed", "bench/base/file.c", "|| !S_ISLNK(status.st_mode)", "|| true", "test_hostile.sh"),
    ("a name that is a pipe reaches gnuplot", "bench/base/file.c", "path[0] == '/' ? \"\" : \"./\"", "path[0] == '/' ? \"\" : \"\"", "test_hostile.sh"),
    ("a formula is written as it is", "bench/base/csv.c", "is_formula(value) ? \"'\" : \"\"", "false ? \"'\" : \"\"", "test_base"),
    ("a lack of memory is a wrong JSON", "bench/base/json.c", "*json == NULL && errno == ENOMEM", "false", "test_json"),
    ("a tree that lacks a member is printed", "bench/base/json.c", "parent->type = cJSON_Invalid", "parent->type = parent->type", "test_json"),
    ("one bit of a weight of a compact network", "models/compact/vgg16.safetensors", None, None, "test_hygiene.sh"),
    ("Holm's correction does not multiply", "bench/rows/holm.c", "(double)(tests - rank) * p[order[rank]]", "p[order[rank]]", "test_paired"),
    ("a paired interval has its signs swapped", "bench/rows/paired.c", "centre = gained - lost", "centre = lost - gained", "test_paired"),
    ("a claim may be off by twice its tolerance", "bench/experiments/claims_verdict.c", "gap <= claim->tolerance * fabs", "gap <= 2 * claim->tolerance * fabs", "test_claims"),
    ("a worse row does not fail a comparison", "bench/track/verdict.c", "row->change == CHANGE_WORSE || row->change == CHANGE_MISSING", "row->change == CHANGE_MISSING", "test_comparison"),
    ("a comparison always ends with 0", "bench/cli/compare.c", "comparison_failures(&comparison, rule) > 0)", "comparison_failures(&comparison, rule) > comparison.count)", "test_history.sh"),
    ("a divergence is in bits", "bench/measure/outputs.c", "not_below_zero(log1p(sum))", "not_below_zero(log1p(sum) / M_LN2)", "test_outputs"),
    ("the classes of the glyphs are counted from the end", "bench/data/glyphs.c", "record[0] << 8 | record[1];", "CLASSES - 1 - (record[0] << 8 | record[1]);", "test_glyphs"),
]


def change(path, old, new):
    """False when the text is not there. Without a text the middle byte has its lowest exponent bit flipped."""
    data = path.read_bytes()
    if old is None:
        middle = len(data) // 2 | 3
        path.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1:])
        return True
    if old.encode() not in data:
        return False
    path.write_bytes(data.replace(old.encode(), new.encode(), 1))
    return True


def outcome_of(tree, test):
    """What fails first in a test: the name of its case, or that it is not compiled; None when it passes."""
    name = test.removesuffix(".sh")
    unit = f"build/tests/{name}"
    built = subprocess.run(["make", "-j2", "all" if test.endswith(".sh") else unit], cwd=tree, capture_output=True, text=True, check=False)
    if built.returncode != 0:
        return f"{name}: it is not compiled"
    command = ["sh", f"tests/shell/{test}"] if test.endswith(".sh") else [unit]
    environment = dict(os.environ, BUILD="build", BBSBENCH=str(tree / "build/bbsbench"), CMOCKA_MESSAGE_OUTPUT="TAP", BBS_TEST_DATA="none", BBS_HISTORY="")
    result = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    failed = [line for line in result.stdout.splitlines() if line.startswith("not ok") and "# SKIP" not in line]
    if result.returncode == 0 and not failed:
        return None
    return f"{name}: {failed[0].split(' - ')[-1] if failed else f'exit code {result.returncode}'}"


def verdict(tree, mutant, sound):
    """What became of one wrong change. `sound` remembers the tests that pass without a change: no other can catch one."""
    _, name, old, new, tests = mutant
    for test in tests.split():
        if test not in sound:
            failure = outcome_of(tree, test)
            if failure is not None:
                return f"UNSOUND, it fails without the change: {failure}"
            sound.add(test)
    path = tree / name
    original = path.read_bytes()
    if not change(path, old, new):
        return "STALE"
    failures = (outcome_of(tree, test) for test in tests.split())
    failure = next((failure for failure in failures if failure is not None), None)
    path.write_bytes(original)
    return f"caught by {failure}" if failure is not None else f"SURVIVED {tests}"


def copy_project(tree):
    """The project and its build, as a repository of its own: some tests ask git which files there are."""
    ignored = shutil.ignore_patterns(".git", "asan", "fuzz", "lint-*", "coverage", "tsan", "onnx", "results-*")
    shutil.copytree(".", tree, symlinks=True, ignore=ignored)
    if os.environ.get("BUILD", "build") != "build":
        shutil.copytree(os.environ["BUILD"], tree / "build", dirs_exist_ok=True)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "The project"]):
        subprocess.run([*git, *command], cwd=tree, check=True)


def main():
    first, last = (int(part) for part in (sys.argv[1] if len(sys.argv) > 1 else f"1-{len(MUTANTS)}").split("-"))
    missed, sound = 0, set()
    with tempfile.TemporaryDirectory(prefix="bbs-mutation-") as folder:
        tree = pathlib.Path(folder) / "project"
        copy_project(tree)
        for number, mutant in enumerate(MUTANTS, 1):
            if first <= number <= last:
                said = verdict(tree, mutant, sound)
                missed += not said.startswith("caught by")
                print(f"{number:2d} {mutant[0]}: {said}", flush=True)
    return missed > 0


sys.exit(main())
