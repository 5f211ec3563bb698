# SPDX-License-Identifier: GPL-3.0-or-later
"""An INT8 network of ONNX Runtime's own kinds from a float one (python3-onnx): quantise.py FLOAT.onnx INT8.onnx

The forms are those of ONNX Runtime's tools quantize_static and quantize_dynamic (documentation, "Quantize ONNX models"),
which exist only for Python's onnxruntime. A CNN is static: weights of 8 bits for each output, activations of 8 bits, as
pairs of QuantizeLinear and DequantizeLinear around every operation, with the ranges made up. A transformer is dynamic: each
product with weights measures its input, and becomes MatMulInteger. So the speed is that of these forms; the answers of the
static network mean nothing."""
import sys

import numpy
import onnx
from onnx import helper, numpy_helper

ACTIVATION_SCALE = 0.05  # made up: the time does not depend on it
KEPT = ("Conv", "Relu", "Add", "MaxPool", "ReduceMean", "GlobalAveragePool", "Gemm", "Flatten", "Reshape")


class Graph:
    def __init__(self, model):
        self.graph = model.graph
        self.values = {t.name: numpy_helper.to_array(t) for t in self.graph.initializer}
        for node in self.graph.node:
            if node.op_type == "Constant":
                self.values[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
            elif node.op_type == "Identity" and node.input[0] in self.values:
                self.values[node.output[0]] = self.values[node.input[0]]
        self.nodes, self.new = [], {}

    def constant(self, name, array):
        self.new[name] = numpy.asarray(array)
        return name

    def add(self, kind, inputs, output, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [output], name=f"{kind}_{output}", **attributes))
        return output

    def finish(self, model):
        del self.graph.node[:]
        self.graph.node.extend(self.nodes)
        used = {name for node in self.nodes for name in node.input}
        produced = {name for node in self.nodes for name in node.output}
        del self.graph.initializer[:]
        for name, array in {**self.values, **self.new}.items():
            if name in used and name not in produced:
                self.graph.initializer.append(numpy_helper.from_array(numpy.array(array, order="C"), name))
        onnx.checker.check_model(model)


def fuse_norms(graph):
    """Conv and the BatchNormalization behind it become one Conv, as ONNX Runtime does before it quantises."""
    readers = {}
    for node in graph.graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    gone, nodes = set(), []
    for node in graph.graph.node:
        if node.op_type == "Constant" or id(node) in gone:
            continue
        behind = readers.get(node.output[0], [])
        if node.op_type == "Conv" and len(behind) == 1 and behind[0].op_type == "BatchNormalization":
            norm = behind[0]
            gamma, beta, mean, variance = (graph.values[name] for name in norm.input[1:5])
            factor = gamma / numpy.sqrt(variance + next(a.f for a in norm.attribute if a.name == "epsilon"))
            weights = graph.values[node.input[1]]
            bias = graph.values[node.input[2]] if len(node.input) > 2 else 0
            out = norm.output[0]
            fused = helper.make_node("Conv", [node.input[0], f"{out}.w", f"{out}.b"], [out], name=f"Conv_{out}")
            fused.attribute.extend(node.attribute)
            graph.values[f"{out}.w"] = (weights * factor[:, None, None, None]).astype(numpy.float32)
            graph.values[f"{out}.b"] = (beta + (bias - mean) * factor).astype(numpy.float32)
            nodes.append(fused)
            gone.add(id(norm))
        else:
            nodes.append(node)
    return nodes


def static(graph, nodes):
    """Pairs of QuantizeLinear and DequantizeLinear around every operation of a CNN."""
    scale = graph.constant("activation.scale", numpy.float32(ACTIVATION_SCALE))
    zero = graph.constant("activation.zero", numpy.uint8(0))
    readers = {}
    for node in nodes:
        for name in node.input:
            readers.setdefault(name, []).append(node.op_type)

    def pair(name):
        graph.add("QuantizeLinear", [name, scale, zero], f"{name}.q")
        return graph.add("DequantizeLinear", [f"{name}.q", scale, zero], f"{name}.d")

    renamed = {entry.name: pair(entry.name) for entry in graph.graph.input}
    outputs = {entry.name for entry in graph.graph.output}
    for node in nodes:
        inputs = [renamed.get(name, name) for name in node.input]
        if node.op_type in ("Conv", "Gemm"):
            weights, own = graph.values[node.input[1]], node.input[1]
            step = numpy.maximum(numpy.abs(weights.reshape(len(weights), -1)).max(1), 1e-9).astype(numpy.float32) / 127
            whole = numpy.round(weights / step.reshape(-1, *[1] * (weights.ndim - 1))).astype(numpy.int8)
            zeros = numpy.zeros(len(step), numpy.int8)
            inputs[1] = graph.add("DequantizeLinear", [graph.constant(f"{own}.q", whole), graph.constant(f"{own}.s", step),
                                                       graph.constant(f"{own}.z", zeros)], f"{own}.d", axis=0)
            both = (step * ACTIVATION_SCALE).astype(numpy.float32)
            bias = numpy.round(graph.values[node.input[2]] / both).astype(numpy.int32)
            inputs[2] = graph.add("DequantizeLinear", [graph.constant(f"{own}.bq", bias), graph.constant(f"{own}.bs", both),
                                                       graph.constant(f"{own}.bz", zeros.astype(numpy.int32))], f"{own}.bd",
                                  axis=0)
        copy = helper.make_node(node.op_type, inputs, list(node.output), name=f"{node.op_type}_{node.output[0]}")
        copy.attribute.extend(node.attribute)
        graph.nodes.append(copy)
        out = node.output[0]
        if node.op_type in KEPT and out not in outputs and readers.get(out) != ["Relu"]:
            renamed[out] = pair(out)


def dynamic(graph, nodes):
    """Products with constant weights measure their input, and multiply integers."""
    quantised = {}
    for node in nodes:
        kind, weights = node.op_type, graph.values.get(node.input[1]) if len(node.input) > 1 else None
        if kind not in ("Gemm", "MatMul") or weights is None or weights.ndim != 2:
            graph.nodes.append(node)
            continue
        transposed = any(a.name == "transB" and a.i == 1 for a in node.attribute)
        source, own, out = node.input[0], node.input[1], node.output[0]
        if source not in quantised:
            quantised[source] = [f"{source}.q", f"{source}.s", f"{source}.z"]
            graph.nodes.append(helper.make_node("DynamicQuantizeLinear", [source], quantised[source], name=f"Dq_{source}"))
        q, s, z = quantised[source]
        matrix = weights.T if transposed else weights
        step = numpy.float32(numpy.abs(matrix).max() / 127)
        graph.constant(f"{own}.q", numpy.round(matrix / step).astype(numpy.int8))
        graph.constant(f"{own}.s", step)
        graph.constant(f"{own}.z", numpy.int8(0))
        graph.add("MatMulInteger", [q, f"{own}.q", z, f"{own}.z"], f"{out}.i")
        graph.add("Cast", [f"{out}.i"], f"{out}.f", to=onnx.TensorProto.FLOAT)
        graph.add("Mul", [s, f"{own}.s"], f"{out}.m")
        has_bias = kind == "Gemm" and len(node.input) > 2
        graph.add("Mul", [f"{out}.f", f"{out}.m"], f"{out}.p" if has_bias else out)
        if has_bias:
            graph.add("Add", [f"{out}.p", node.input[2]], out)


def main(source, target):
    model = onnx.load(source)
    graph = Graph(model)
    nodes = fuse_norms(graph)
    is_cnn = sum(node.op_type == "Conv" for node in nodes) > 1
    (static if is_cnn else dynamic)(graph, nodes)
    graph.finish(model)
    onnx.save(model, target)
    print(f"{target}: {'static' if is_cnn else 'dynamic'}", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
