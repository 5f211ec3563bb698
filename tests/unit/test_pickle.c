/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tensor/: the pickle machine by itself, opcode by opcode: what it makes of values, and how it refuses. */
#include "tensor/pickle.h"

#include <stdlib.h>
#include <string.h>

#include "testing.h"

static const pickle_global_t globals[] = {{"collections", "OrderedDict", 7}, {NULL, NULL, 0}};

/* The literal without its closing NUL, copied to a block of its size so that the sanitizers see every byte beyond. */
#define READ(literal, pickle) read_bytes(literal, sizeof literal - 1, pickle)

static uint8_t *copy;

static outcome_t read_bytes(const char *bytes, size_t size, pickle_t *pickle)
{
    free(copy);
    copy = malloc(size + (size == 0));
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    return pickle_read("p", copy, size, globals, pickle);
}

static void values_are_read(void **state)
{
    (void)state;
    pickle_t pickle;
    assert_ok(READ(
        "\x80\x02("
        "K\xffM\xff\xffJ\xff\xff\xff\xff\x8a\x02\xff\x7f\x8a\x00\x8a\x01\x80\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01"
        "I-4294967296\nN\x88\x89G\x40\x04\x00\x00\x00\x00\x00\x00X\x03\0\0\0abcU\x01zt.rest",
        &pickle));
    const pickle_value_t *root = pickle_root(&pickle);
    const int64_t integers[] = {255, 65535, -1, 32767, 0, -128};
    assert_int_equal(root->kind, PICKLE_TUPLE);
    assert_int_equal(root->count, 14);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(pickle_item(&pickle, root, i)->kind, PICKLE_INTEGER);
        assert_true(pickle_item(&pickle, root, i)->integer == integers[i]);
    }
    assert_int_equal(pickle_item(&pickle, root, 6)->kind, PICKLE_LONG);
    assert_int_equal(pickle_item(&pickle, root, 6)->count, 9);
    assert_true(pickle_item(&pickle, root, 7)->integer == -4294967296);
    assert_int_equal(pickle_item(&pickle, root, 8)->kind, PICKLE_NONE);
    assert_int_equal(pickle_item(&pickle, root, 9)->integer, 1);
    assert_int_equal(pickle_item(&pickle, root, 10)->integer, 0);
    assert_true(pickle_item(&pickle, root, 11)->real == 2.5);
    assert_true(pickle_is_text(pickle_item(&pickle, root, 12), "abc"));
    assert_false(pickle_is_text(pickle_item(&pickle, root, 12), "ab"));
    assert_true(pickle_is_text(pickle_item(&pickle, root, 13), "z"));
    assert_int_equal(pickle.size, 71);
    pickle_free(&pickle);
}

static void containers_and_calls_are_noted(void **state)
{
    (void)state;
    pickle_t pickle;
    assert_ok(READ("\x80\x04\x95\x10\0\0\0\0\0\0\0\x8c\x0b"
                   "collections\x94\x8c\x0bOrderedDict\x93)R\x94(\x8c\x01"
                   "aK\x01u"
                   "\x8c\x01"
                   "b](K\x02K\x03"
                   "eK\x04"
                   "as}\x8c\x01mK\x05sb.",
                   &pickle));
    const pickle_value_t *root = pickle_root(&pickle);
    assert_true(pickle_is_call(&pickle, root, 7));
    assert_int_equal(root->count, 6); /* what is called, its arguments, two pairs; the attributes of BUILD are left out */
    assert_int_equal(pickle_item(&pickle, root, 5)->count, 3);
    assert_int_equal(pickle_item(&pickle, pickle_item(&pickle, root, 5), 2)->integer, 4);
    pickle_free(&pickle);
}

static void a_mark_may_have_nothing_above_it(void **state)
{
    (void)state;
    pickle_t pickle;
    assert_ok(READ("\x80\x02(t.", &pickle));
    assert_int_equal(pickle_root(&pickle)->kind, PICKLE_TUPLE);
    assert_int_equal(pickle_root(&pickle)->count, 0);
    pickle_free(&pickle);
    assert_ok(READ("\x80\x02](e.", &pickle));
    assert_int_equal(pickle_root(&pickle)->count, 0);
    pickle_free(&pickle);
}

static void a_list_may_hold_itself(void **state)
{
    (void)state;
    pickle_t pickle;
    assert_ok(READ("\x80\x02]q\x05h\x05"
                   "a.",
                   &pickle));
    assert_ptr_equal(pickle_item(&pickle, pickle_root(&pickle), 0), pickle_root(&pickle));
    pickle_free(&pickle);
}

#define REFUSED(literal, reason)                                    \
    do {                                                            \
        pickle_t pickle;                                            \
        assert_error(READ(literal, &pickle), FAULT_FAILED, reason); \
        assert_int_equal(pickle.count, 0);                          \
        assert_null(pickle.values);                                 \
    } while (0)

static void what_is_outside_the_subset_is_refused_with_its_place(void **state)
{
    (void)state;
    REFUSED("", "byte 0: found the end");
    REFUSED("\x80\x02N", "byte 3: found the end");
    REFUSED("\x80\x06N.", "opcode PROTO (0x80) at byte 0: found protocol 6");
    REFUSED("\x80\x01N.", "found protocol 1");
    REFUSED("\x80\x02"
            "cos\nsystem",
            "no end of the line");
    REFUSED("\x80\x04K\x01K\x02\x93.", "no module and name");
    REFUSED("\x80\x02(i.", "opcode unknown (0x69) at byte 3"); /* INST */
    REFUSED("\x80\x02(o.", "opcode unknown (0x6f) at byte 3"); /* OBJ */
    REFUSED("\x80\x02"
            "\x82\x01.",
            "opcode unknown (0x82) at byte 2");                  /* EXT1 */
    REFUSED("\x80\x02P1\n.", "opcode unknown (0x50) at byte 2"); /* PERSID */
    REFUSED("\x80\x02N)\x81.", "opcode NEWOBJ (0x81) at byte 4: found a call of another value");
    REFUSED("\x80\x02}}}R.", "opcode REDUCE (0x52) at byte 5: found a call of another value");
    REFUSED("\x80\x02"
            "}}b.",
            "opcode BUILD (0x62) at byte 4: found attributes for another value");
}

/* argparse.Namespace(lr=...), a set, a numpy scalar made of bytes, os.system("ls"): kept as opaque values, and nothing is
 * called. */
static void foreign_objects_are_kept_as_values(void **state)
{
    (void)state;
    pickle_t pickle;
    assert_ok(READ("\x80\x02(cargparse\nNamespace\n)\x81}X\x02\0\0\0lrK\x01sb"
                   "\x8f(K\x01K\x02\x90"
                   "cnumpy\nscalar\nC\x02\x00\x40\x85R"
                   "cos\nsystem\nU\x02ls\x85R"
                   "\x8c\x02os\x8c\x04"
                   "eval\x93t.",
                   &pickle));
    const pickle_value_t *root = pickle_root(&pickle);
    const char *const called[] = {"Namespace", NULL, "scalar", "system"};
    assert_int_equal(root->count, 5);
    for (size_t i = 0; i < 4; i++) {
        const pickle_value_t *value = pickle_item(&pickle, root, i);
        assert_int_equal(value->kind, called[i] != NULL ? PICKLE_CALL : PICKLE_LIST);
        if (called[i] == NULL)
            continue;
        const pickle_value_t *name = pickle_item(&pickle, value, 0);
        assert_int_equal(name->kind, PICKLE_FOREIGN);
        assert_true(name->count == strlen(called[i]) && memcmp(name->chars, called[i], name->count) == 0);
        for (int id = -8; id < 32; id++)
            assert_false(pickle_is_call(&pickle, value, id));
    }
    assert_int_equal(pickle_item(&pickle, root, 1)->count, 2);
    const pickle_value_t *bytes = pickle_item(&pickle, pickle_item(&pickle, pickle_item(&pickle, root, 2), 1), 0);
    assert_int_equal(bytes->kind, PICKLE_BYTES);
    assert_int_equal(bytes->count, 2);
    assert_int_equal(pickle_item(&pickle, root, 4)->kind, PICKLE_FOREIGN);
    pickle_free(&pickle);
}

/* A name that only looks like one of the table is another one. */
static void only_whole_names_are_known(void **state)
{
    (void)state;
    pickle_t pickle;
    assert_ok(
        READ("\x80\x02(ccollections\nOrderedDic\nccollections.O\nrderedDict\nccollections\nOrderedDict\nt.", &pickle));
    const pickle_value_t *root = pickle_root(&pickle);
    assert_int_equal(pickle_item(&pickle, root, 0)->kind, PICKLE_FOREIGN);
    assert_int_equal(pickle_item(&pickle, root, 1)->kind, PICKLE_FOREIGN);
    assert_int_equal(pickle_item(&pickle, root, 2)->kind, PICKLE_GLOBAL);
    pickle_free(&pickle);
}

static void empty_stacks_are_refused(void **state)
{
    (void)state;
    REFUSED("\x80\x02.", "opcode STOP (0x2e) at byte 2: found 0 values on the stack");
    REFUSED("\x80\x02NN.", "found 2 values on the stack");
    REFUSED("\x80\x02N(.", "found 0 values on the stack");
    REFUSED("\x80\x02t.", "opcode TUPLE (0x74) at byte 2: found no mark");
    REFUSED("\x80\x02\x87.", "opcode TUPLE3 (0x87) at byte 2: found 0 values");
    REFUSED("\x80\x02N(\x85.", "found 0 values"); /* not from below the mark */
    REFUSED("\x80\x02R.", "opcode REDUCE (0x52) at byte 2: found 0 values");
    REFUSED("\x80\x02Q.", "opcode BINPERSID (0x51) at byte 2: found 0 values");
    REFUSED("\x80\x02(e.", "found 0 values");
    REFUSED("\x80\x02N(Ne.", "opcode APPENDS (0x65) at byte 5: found another value below");
    REFUSED("\x80\x02](NNu.", "found another value below");
    REFUSED("\x80\x02}(Nu.", "found a key without a value");
    REFUSED("\x80\x02q\0.", "opcode BINPUT (0x71) at byte 2: found 0 values");
    REFUSED("\x80\x02\x94.", "opcode MEMOIZE (0x94) at byte 2: found 0 values");
}

static void giant_numbers_are_refused(void **state)
{
    (void)state;
    REFUSED("\x80\x02X\xff\xff\xff\xffz.", "opcode BINUNICODE (0x58) at byte 2: found 2 bytes left");
    REFUSED("\x80\x02\x8d\xff\xff\xff\xff\xff\xff\xff\xffz.", "expected 18446744073709551615");
    REFUSED("\x80\x02T\xff\xff\xff\x7fz.", "expected 2147483647");
    REFUSED("\x80\x02\x8b\xff\xff\xff\xff.", "opcode LONG4 (0x8b) at byte 2: found 1 bytes left");
    REFUSED("\x80\x02J\0\0", "opcode BININT (0x4a) at byte 2: found 2 bytes left");
    REFUSED("\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f.", "a frame of 9223372036854775807 bytes");
    REFUSED("\x80\x02I99999999999999999999\n.", "decimal integer");
    REFUSED("\x80\x02Ix\n.", "decimal integer");
    REFUSED("\x80\x02Nr\xff\xff\xff\xff.", "opcode LONG_BINPUT (0x72) at byte 3: found memo 4294967295");
    REFUSED("\x80\x02h\x03.", "opcode BINGET (0x68) at byte 2: found memo 3");
    REFUSED("\x80\x02Nq\x02h\x01t.", "opcode BINGET (0x68) at byte 5: found memo 1");
    REFUSED("\x80\x02j\xff\xff\xff\x7f.", "found memo 2147483647");
}

static int release(void **state)
{
    (void)state;
    free(copy);
    copy = NULL;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(containers_and_calls_are_noted),
        cmocka_unit_test(a_mark_may_have_nothing_above_it),
        cmocka_unit_test(a_list_may_hold_itself),
        cmocka_unit_test(what_is_outside_the_subset_is_refused_with_its_place),
        cmocka_unit_test(foreign_objects_are_kept_as_values),
        cmocka_unit_test(only_whole_names_are_known),
        cmocka_unit_test(empty_stacks_are_refused),
        cmocka_unit_test(giant_numbers_are_refused),
    };
    return cmocka_run_group_tests_name("pickle", tests, NULL, release);
}
