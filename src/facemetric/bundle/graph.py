"""Writing an ONNX graph, byte for byte the same on every run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from facemetric.types import AnyArray, Float32

OPSET = 13
IR_VERSION = 7  # the first that goes with opset 13: old runtimes read it too


class GraphBuilder:
    """Collects nodes and weights of a graph with one input and one output.

    The protocol buffers are filled field by field, without ``onnx.helper``, whose choice of fields
    changes between releases: the file's SHA-256 must not.

    Parameters
    ----------
    name
        Written into the file as the graph's name.
    """

    def __init__(self, name: str) -> None:
        import onnx

        self._onnx = onnx
        self._model = onnx.ModelProto(ir_version=IR_VERSION, producer_name="facemetric")
        self._model.opset_import.add(domain="", version=OPSET)
        self._graph = self._model.graph
        self._graph.name = name
        self._count = 0

    def weight(self, values: AnyArray) -> str:
        """Store an array as float32 (int64 where it is integer) and return its name."""
        kind = np.dtype("<i8") if np.issubdtype(values.dtype, np.integer) else np.dtype("<f4")
        tensor = self._graph.initializer.add(
            name=self._name("w"),
            data_type=self._onnx.TensorProto.INT64 if kind.kind == "i" else 1,
            raw_data=np.ascontiguousarray(values, dtype=kind).tobytes(),
        )
        tensor.dims.extend(values.shape)
        return str(tensor.name)

    def node(
        self, operator: str, *inputs: str, **attributes: int | float | str | Sequence[int]
    ) -> str:
        """Add an operator and return the name of its output."""
        kinds = self._onnx.AttributeProto
        output = self._name("x")
        node = self._graph.node.add(op_type=operator, name=output)
        node.input.extend(inputs)
        node.output.append(output)
        for key, value in attributes.items():
            if isinstance(value, str):
                node.attribute.add(name=key, type=kinds.STRING, s=value.encode())
            elif isinstance(value, float):
                node.attribute.add(name=key, type=kinds.FLOAT, f=value)
            elif isinstance(value, int):
                node.attribute.add(name=key, type=kinds.INT, i=value)
            else:
                node.attribute.add(name=key, type=kinds.INTS).ints.extend(value)
        return output

    def convolution(
        self,
        source: str,
        weight: Float32,
        bias: Float32 | None = None,
        *,
        stride: tuple[int, int] = (1, 1),
        pads: tuple[int, int, int, int] = (0, 0, 0, 0),
        dilation: tuple[int, int] = (1, 1),
        groups: int = 1,
    ) -> str:
        """Add a convolution: ``weight (n, c, kh, kw)``, ``pads`` top, left, bottom, right."""
        names = [self.weight(weight)] + ([] if bias is None else [self.weight(bias)])
        return self.node(
            "Conv",
            source,
            *names,
            kernel_shape=weight.shape[2:],
            strides=stride,
            pads=pads,
            dilations=dilation,
            group=groups,
        )

    def finish(
        self, source: tuple[str, Sequence[int | str]], output: tuple[str, Sequence[int | str]]
    ) -> bytes:
        """Name the input and the output with their shapes (a string is a free dimension)."""
        last = self._graph.node[-1]
        last.output[0] = output[0]
        for values, (name, shape) in ((self._graph.input, source), (self._graph.output, output)):
            value: Any = values.add(name=name)
            tensor = value.type.tensor_type
            tensor.elem_type = self._onnx.TensorProto.FLOAT
            for size in shape:
                if isinstance(size, str):
                    tensor.shape.dim.add(dim_param=size)
                else:
                    tensor.shape.dim.add(dim_value=size)
        serialised: bytes = self._model.SerializeToString(deterministic=True)
        return serialised

    def _name(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"
