# SPDX-License-Identifier: GPL-3.0-or-later
"""The PEs of this folder: their ports, and what their ports must be given to compute a dot product.

A PE takes a list of weights and activations as `steps`, one a cycle: (registered, direct). `registered` are ports with a
register inside the PE; `direct` are ports without one, which the step needs one cycle later. What has no entry is 0. The sums
that the accumulator must have are plain products of weights and activations, without any bits.

Activations are -127 to 127: like the units of bench/accel/area.c, the PEs have no bit for the opposite of -128.
"""


def packed(numbers, bits):
    """The numbers as one, the first in the lowest bits."""
    return sum((number & (1 << bits) - 1) << bits * i for i, number in enumerate(numbers))


def dot(weights, activations):
    return sum(w * a for w, a in zip(weights, activations))


def drawn(random, low, high, count):
    """Random numbers, or in one of four cases the same for all: the extremes where sums are largest."""
    if random.random() < 0.25:
        return [random.choice((low, high, 0, -1))] * count
    return [random.randint(low, high) for _ in range(count)]


def bits_of(choices):
    return (choices - 1).bit_length()


class Stripes:
    name, module, parameters, group = "stripes", "stripes", {}, 8
    ports = {"activations": 64, "weight_bits": 8, "column": 3, "sign": 1}

    def draw(self, random):
        return drawn(random, -128, 127, 8)

    def steps(self, weights, activations):
        for column in reversed(range(8)):
            bits = packed([w >> column for w in weights], 1)
            yield dict(activations=packed(activations, 8), weight_bits=bits, column=column, sign=int(column == 7)), {}

    def product(self, weights, activations):
        return dot(weights, activations)


class Pragmatic(Stripes):
    name = module = "pragmatic"
    ports = {"activations": 64, "places": 16, "negative": 8, "valid": 8, "column": 3, "any": 1}

    def steps(self, weights, activations):
        left = [abs(w) for w in weights]
        while any(left):
            lowest = [(l & -l).bit_length() - 1 for l in left]
            column = min(place for place in lowest if place >= 0)
            valid = [column <= place < column + 4 for place in lowest]
            yield dict(activations=packed(activations, 8), negative=packed([w < 0 for w in weights], 1), any=1, column=column,
                       valid=packed(valid, 1), places=packed([p - column if v else 0 for p, v in zip(lowest, valid)], 2)), {}
            left = [l & (l - 1) if v else l for l, v in zip(left, valid)]


class BitWave(Stripes):
    name = module = "bitwave"
    ports = {"activations": 64, "weight_bits": 8, "negative": 8, "column": 3}

    def draw(self, random):
        return drawn(random, -127, 127, 8)

    def steps(self, weights, activations):
        for column in range(7):
            bits = packed([abs(w) >> column for w in weights], 1)
            if bits:
                yield dict(activations=packed(activations, 8), weight_bits=bits, column=column,
                           negative=packed([w < 0 for w in weights], 1)), {}


class Bitlet(Stripes):
    name, module, group = "bitlet", "bitlet", 32
    ports = {"activations": 256, "selections": 40, "valid": 8}

    def draw(self, random):
        return drawn(random, -128, 127, 32)

    def steps(self, weights, activations):
        queues = [[i for i, w in enumerate(weights) if w >> lane & 1] for lane in range(8)]
        for cycle in range(max(map(len, queues))):
            valid = [cycle < len(queue) for queue in queues]
            selections = [queue[cycle] if v else 0 for queue, v in zip(queues, valid)]
            yield dict(activations=packed(activations, 8), selections=packed(selections, 5), valid=packed(valid, 1)), {}


class BitVert:
    """A group is (stored, columns, sparse, constant, signed): weight = stored * 2^sparse + constant, see bench/accel/pe/pe.h."""
    module, group = "bitvert", 16

    def __init__(self, subgroup, optimised, constant=True):
        self.name = "bitvert-%d%s%s" % (subgroup, "-opt" * optimised, "" if constant else " without constant")
        self.parameters = dict(SUBGROUP=subgroup, NARROW=int(optimised), SERIAL=int(optimised), CONSTANT=int(constant))
        self.subgroup, self.optimised, self.constant, self.lanes = subgroup, optimised, constant, subgroup // 2
        self.inputs = self.lanes + 1 if optimised else subgroup
        self.sum = 8 + bits_of(subgroup)
        groups = 16 // subgroup
        self.ports = {"activations": 128, "activation_sums": groups * self.sum, "selections": 8 * bits_of(self.inputs),
                      "valid": 8, "inverted": groups, "column": 3, "sign": 1, "factor": 3 if optimised else 6,
                      "factor_is_signed": 1, "high_factor": 1, "multiply": 1}

    def draw(self, random):
        columns = random.randint(2, 8)
        sparse = random.randint(0, 8 - columns)
        signed = random.random() < 0.5
        constant = (random.randint(-32, 31) if signed else random.randint(0, 63)) if self.constant else 0
        return drawn(random, -(1 << columns - 1), (1 << columns - 1) - 1, 16), columns, sparse, constant, signed

    def product(self, group, activations):
        stored, _, sparse, constant, _ = group
        return dot([s * 2 ** sparse + constant for s in stored], activations)

    def schedule(self, bits):
        """One column of a sub-group: whether it is inverted, and the weight that each lane takes (None: no one)."""
        inverted = sum(bits) > self.lanes
        left = {i for i, bit in enumerate(bits) if bit != inverted}
        lanes = []
        for lane in range(self.lanes):
            first = lane if self.optimised else 0
            taken = min((i for i in left if first <= i < first + self.inputs), default=None)
            left.discard(taken)
            lanes.append(None if taken is None else taken - first)
        assert not left
        return inverted, lanes

    def factors(self, cycle, constant, signed):
        """The direct ports: the constant in two cycles of 3 bits, of which only the high ones can be signed, or in one."""
        if self.optimised:
            return dict(factor=constant >> 3 * cycle & 7, high_factor=cycle, multiply=1,
                        factor_is_signed=int(signed and cycle == 1)) if cycle < 2 else {}
        return dict(factor=constant & 63, factor_is_signed=int(signed), multiply=1) if cycle == 0 else {}

    def steps(self, group, activations):
        stored, columns, sparse, constant, signed = group
        parts = [slice(at, at + self.subgroup) for at in range(0, 16, self.subgroup)]
        sums = packed([sum(activations[part]) for part in parts], self.sum)
        for cycle in range(columns):
            bit = columns - 1 - cycle
            plans = [self.schedule([s >> bit & 1 for s in stored[part]]) for part in parts]
            lanes = [lane for _, of_part in plans for lane in of_part]
            yield dict(activations=packed(activations, 8), activation_sums=sums, column=bit + sparse, sign=int(cycle == 0),
                       selections=packed([lane or 0 for lane in lanes], bits_of(self.inputs)),
                       valid=packed([lane is not None for lane in lanes], 1),
                       inverted=packed([inverted for inverted, _ in plans], 1)), self.factors(cycle, constant, signed)


PES = [Stripes(), Pragmatic(), Bitlet(), BitWave(), BitVert(16, False), BitVert(16, True), BitVert(8, False), BitVert(8, True),
       BitVert(4, False), BitVert(4, True)]
WITHOUT_CONSTANT = BitVert(8, True, constant=False)
