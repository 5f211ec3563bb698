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
    ("one redundant column too few", "bench/compress/columns.h", "high < 64 >> redundant", "high < 63 >> redundant", "test_compress test_methods"),
    ("a constant loses its highest bit", "bench/compress/columns.h", "constant & 63", "constant & 31", "test_compress test_pack"),
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
    ("a damaged file of answers is believed", "bench/measure/predictions.c", "cells[LABEL].integer != predictions->label[row]", "cells[LABEL].integer < 0", "test_predictions"),
    ("answers of another key are taken", "bench/measure/predictions.c", "*found && !text_equal(stored.chars, key)", "*found && stored.length == 0", "test_predictions"),
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
    ("a divergence is in bits", "bench/measure/outputs.c", "not_below_zero(log1p(sum_of(&sum)))", "not_below_zero(log1p(sum_of(&sum)) / M_LN2)", "test_outputs"),
    ("the classes of the glyphs are counted from the end", "bench/data/glyphs.c", "record[0] << 8 | record[1];", "CLASSES - 1 - (record[0] << 8 | record[1]);", "test_glyphs"),
    ("a range of samples loses its last", "bench/shards/cut.c", "next = evaluation->samples * (part + 1) / parts;", "next = evaluation->samples * (part + 1) / parts - (parts > 1);", "test_cluster"),
    ("a unit may be smaller than wanted", "bench/shards/cut.c", "round(parts) : floor(parts)", "round(parts) : ceil(parts)", "test_cluster"),
    ("keys of other values are equal", "bench/shards/fields.c", "&& text_equal(is->value.chars, was->value.chars)", "&& was->value.chars != is->value.chars", "test_cluster"),
    ("what may differ may always differ", "bench/shards/fields.c", "|| !is_in(is->name.chars, allowed)", "|| is_in(is->name.chars, allowed)", "test_cluster"),
    ("a worker that is gone still runs", "bench/shards/parts.c", "kill((pid_t)number, 0) == 0 || errno == EPERM", "number > 0", "test_unit_files"),
    ("units of models may leave out a part", "bench/shards/model_unit.c", "if (unit->first != next)", "if (unit->first < next)", "test_unit_files"),
    ("rows with a text's end inside are whole", "bench/shards/model_unit.c", "strlen(text) != bytes->size", "strlen(text) > bytes->size", "test_unit_files"),
    ("files of other samples are a unit's own", "bench/shards/work.c", "is_of_range(key.chars, work->unit) &&", "key.length > 0 &&", "test_plan_hostile.sh"),
    ("a unit that left nothing is done", "bench/shards/work.c", "if (parts_are_there(work->plan, unit))", "if (unit->count > 0)", "test_plan_hostile.sh"),
    ("files of another program are a unit's own", "bench/shards/work.c", "text_ends(key.chars, text_of(\" %s\", work->stamp).chars)", "work->stamp != NULL", "test_cluster.sh"),
    ("a part of models is of the wrong design", "bench/shards/model_unit.c", "one.accelerators = plan->accelerators + accelerator;", "one.accelerators = plan->accelerators + (part + accelerator - part) % plan->accelerator_count * 0;", "test_cluster.sh"),
    ("without <s> the first token counts", "bench/measure/windows.c", "WINDOWS_BEGIN_NEVER ? 1 : 0", "WINDOWS_BEGIN_NEVER ? 0 : 0", "test_windows"),
    ("a token counts in every window", "bench/measure/windows.c", "fresh = end > first ? end : first", "fresh = first", "test_windows"),
    ("a window predicts one token too many", "bench/measure/windows.c", "rule->context : rule->context - 1", "rule->context : rule->context", "test_windows"),
    ("a token is predicted from itself", "bench/measure/windows.c", "at->first + i - 1", "at->first + i", "test_windows"),
    ("bytes of all predicted tokens count", "bench/measure/windows.c", "for (int64_t i = fresh; i < end; i++)", "for (int64_t i = first; i < end; i++)", "test_windows"),
    ("the rightmost of equal pairs is joined", "bench/data/joining.c", "x->left < y->left", "x->left > y->left", "test_pieces test_json_pieces"),
    ("the lowest priority is joined first", "bench/data/joining.c", "x->priority > y->priority ||", "x->priority < y->priority ||", "test_pieces test_json_pieces"),
    ("a pair is joined after its right symbol has changed", "bench/data/joining.c", "|| work->symbols[right].number != pair.b", "|| work->symbols[right].number < 0", "test_pieces test_json_pieces"),
    ("a symbol's left neighbour is the one that is gone", "bench/data/joining.c", "links[links[right].after].before = pair.left", "links[links[right].after].before = right", "test_pieces test_json_pieces"),
    ("a character without a piece is its first byte", "bench/data/pieces_encode.c", "pieces->bytes[(uint8_t)text[at + i]]", "pieces->bytes[(uint8_t)text[at]]", "test_pieces"),
    ("later merges come first", "bench/data/merges.c", "-(double)merge->rank", "(double)merge->rank", "test_json_pieces"),
    ("a word that is a token is joined all the same", "bench/data/pieces_encode.c", "pieces->whole_words ? pieces_find(pieces, word, size) : -1", "pieces->whole_words && size == 0 ? pieces_find(pieces, word, size) : -1", "test_json_pieces"),
    ("the shortest special token is found", "bench/data/pieces_encode.c", "piece->size > pieces->items[found].size", "piece->size < pieces->items[found].size", "test_json_pieces"),
    ("a blank stands before every part", "bench/data/pieces_encode.c", "take_part(encoding, text + begin, size - begin, begin == 0)", "take_part(encoding, text + begin, size - begin, size > 0)", "test_json_pieces"),
    ("what is no blank is one", "bench/data/word_split.c", "at[1] == 's' ? 'p' : 'P'", "at[1] == 's' ? 'p' : 'p'", "test_word_split test_json_pieces"),
    ("an escaped backslash before u0000 is NUL", "bench/measure/passages.c", "at += text[at] == '\\\\'; /*", "at += text[at] == '\\0'; /*", "test_passages"),
    ("a cache holds what a token attends to in the mean", "bench/measure/next_tokens.c", "workload->cache_bits), keys, exact_times(seen, CHIP_BITS))", "workload->cache_bits), seen, exact_times(seen, CHIP_BITS))", "test_language_model"),
    ("the head is the rows that were looked at", "bench/measure/next_tokens.c", "*members[i] = scaled(*members[i], shape->k, part->k);", "*members[i] = scaled(*members[i], part->k, part->k);", "test_language_model"),
    ("parts of weights replace each other", "bench/engine/product_tiles.c", "part > 0, target, stride", "part > PARTS_LIMIT, target, stride", "test_products"),
    ("a row of sums is rescaled by the step of its neighbour", "bench/engine/integer_attention.c", "space->zero[i] *= ZERO_LEVEL", "space->zero[i] *= ZERO_LEVEL - 1", "test_language test_integers"),
    ("a block of queries does not see its last key", "bench/engine/integer_attention.c", ".first = all->past + first,", ".first = all->past + first - (first > 0),", "test_language test_integers"),
    ("a difference is that of the reference", "bench/measure/likelihoods.c", "method->nats[i] - reference->nats[i]", "reference->nats[i] - method->nats[i]", "test_likelihoods test_perplexity"),
    ("an interval takes each window for one token", "bench/measure/likelihoods.c", "counts[w] = window->counts;", "counts[w] = window->counts > 0;", "test_likelihoods test_perplexity"),
    ("a divergence is not divided by its weights", "bench/measure/likelihoods.c", "mean / weight - (log(weight)", "mean - (log(weight)", "test_likelihoods test_perplexity"),
    ("the highest number of equal logits is first", "bench/measure/likelihoods.c", "logits[i] > logits[best] ? i : best", "logits[i] >= logits[best] ? i : best", "test_likelihoods test_perplexity"),
    ("a mean is over all tokens, not those that count", "bench/measure/perplexity.c", "row->nats = sum / (double)row->tokens", "row->nats = sum / (double)windows->tokens", "test_likelihoods test_perplexity"),
    ("logits of a second pass lie behind those of the first", "bench/measure/perplexity.c", "kept + (at - session->windows.items[session->begin].at) * session->language.words", "kept + at % session->windows.items[session->begin].counts * session->language.words", "test_likelihoods test_perplexity"),
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
    of_builds = shutil.ignore_patterns("asan", "fuzz", "lint-*", "coverage", "tsan", "onnx")
    of_all = shutil.ignore_patterns(".git", "results-*")

    def ignored(folder, names):
        """tests/fuzz has the seeds of tests; build/fuzz is another build."""
        return of_all(folder, names) | (of_builds(folder, names) if pathlib.Path(folder) == pathlib.Path("build") else set())

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
