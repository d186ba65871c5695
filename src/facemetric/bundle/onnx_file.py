"""Reading an ONNX file that somebody else made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from facemetric.errors import BundleError, IntegrityError

_ARITHMETIC = frozenset({"Add", "Sub", "Mul", "Div"})


@dataclass(frozen=True, slots=True)
class GraphPort:
    """Name and shape of a graph's input or output; a free dimension is ``None``."""

    name: str
    shape: tuple[int | None, ...]


class OnnxFile:
    """A parsed ONNX graph with one picture input.

    Raises
    ------
    BundleError
        The bytes are no ONNX, weights lie in other files, or there is not one float32 input of
        four dimensions.
    """

    def __init__(self, data: bytes, *, path: Path) -> None:
        import onnx

        self._onnx = onnx
        self.data = data
        self.path = path
        try:
            self._model = onnx.load_model_from_string(data)
        except Exception as error:  # protobuf's own class, which moves between releases
            raise self._bad("not an ONNX file", "Pass the .onnx file itself") from error
        graph = self._model.graph
        if not graph.node or not graph.output:
            raise self._bad("an ONNX file without a graph", "Export the model again")
        for tensor in _tensors(self._model):
            if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
                raise self._bad(
                    f"weight {tensor.name!r} lies in another file",
                    "Save the model as one file: onnx.save_model(model, path, "
                    "save_as_external_data=False)",
                )
        stored = {tensor.name for tensor in graph.initializer}
        inputs = [value for value in graph.input if value.name not in stored]
        if len(inputs) != 1:
            raise self._bad(
                f"expected one input, got {[value.name for value in inputs]}",
                "Pass a recognition model, which takes aligned faces alone",
            )
        self.input = self._port(inputs[0])
        self.outputs = [self._port(value) for value in graph.output]
        if len(self.input.shape) != 4:
            raise self._bad(
                f"input {self.input.name!r}: expected 4 dimensions, got {self.input.shape}",
                "Pass a recognition model, which takes pictures",
            )

    @property
    def layout(self) -> str | None:
        """``"nchw"`` or ``"nhwc"`` by where the three channels are; ``None`` where it is open."""
        if self.input.shape[1] == 3:
            return "nchw"
        return "nhwc" if self.input.shape[3] == 3 else None

    @property
    def normalises_itself(self) -> bool:
        """Whether the graph begins with arithmetic on its input by a single number."""
        graph = self._model.graph
        single = {t.name for t in graph.initializer if int(np.prod(t.dims)) == 1}
        for node in graph.node:
            if node.op_type == "Constant":
                value = next((a.t for a in node.attribute if a.name == "value"), None)
                if value is not None and int(np.prod(value.dims)) == 1:
                    single.add(node.output[0])
            elif self.input.name in node.input:
                others = [name for name in node.input if name != self.input.name]
                return node.op_type in _ARITHMETIC and all(name in single for name in others)
        return False

    def output(self, name: str | None) -> GraphPort:
        """Return the output of this name, or the only one."""
        names = [port.name for port in self.outputs]
        if name is None and len(names) == 1:
            return self.outputs[0]
        if name not in names:
            raise self._bad(
                f"no output {name!r} among {names}" if name else f"several outputs: {names}",
                "Name the one that is the embedding (output_name=, --output-name)",
            )
        return self.outputs[names.index(name)]

    def with_free_batch(self) -> bytes:
        """Return the graph with its batch dimension freed, which may or may not be right."""
        model = self._onnx.ModelProto()
        model.CopyFrom(self._model)
        graph = model.graph
        fixed = self.input.shape[0]
        del graph.value_info[:]
        for value in (*graph.input, *graph.output):
            dims = value.type.tensor_type.shape.dim
            if dims and dims[0].dim_value == fixed and fixed:
                dims[0].dim_param = "N"
        shapes = {node.input[1] for node in graph.node if node.op_type == "Reshape"}
        tensors = [tensor for tensor in graph.initializer if tensor.name in shapes]
        for node in graph.node:
            if node.op_type == "Constant" and node.output[0] in shapes:
                tensors += [
                    attribute.t for attribute in node.attribute if attribute.name == "value"
                ]
        for tensor in tensors:
            values = np.array(self._onnx.numpy_helper.to_array(tensor))
            if values.ndim == 1 and values.size > 1 and values[0] == fixed:
                values[0] = 0 if -1 in values[1:] else -1  # 0: as it comes; -1: what is left
                name = tensor.name
                tensor.CopyFrom(self._onnx.numpy_helper.from_array(values, name))
        serialised: bytes = model.SerializeToString(deterministic=True)
        return serialised

    def _port(self, value: Any) -> GraphPort:
        kind = value.type.tensor_type
        if kind.elem_type != self._onnx.TensorProto.FLOAT:
            names = self._onnx.TensorProto.DataType
            known = kind.elem_type in names.values()
            came = names.Name(kind.elem_type).lower() if known else "no tensor"
            raise self._bad(
                f"{value.name!r}: expected float32, got {came}",
                "Export the model with float32 input and output",
            )
        shape = tuple(
            int(dim.dim_value) if dim.HasField("dim_value") and dim.dim_value > 0 else None
            for dim in kind.shape.dim
        )
        return GraphPort(value.name, shape)

    def _bad(self, cause: str, fix: str) -> BundleError:
        return IntegrityError(cause, item=str(self.path), fix=fix)


def _tensors(model: Any) -> Iterator[Any]:
    """Yield every stored tensor, those of inner graphs and functions too."""
    graphs = [model.graph]
    nodes = [node for function in model.functions for node in function.node]
    while graphs or nodes:
        if graphs:
            graph = graphs.pop()
            yield from graph.initializer
            for sparse in graph.sparse_initializer:
                yield from (sparse.values, sparse.indices)
            nodes.extend(graph.node)
        else:
            for attribute in nodes.pop().attribute:
                yield from (attribute.t, *attribute.tensors)
                for sparse in (attribute.sparse_tensor, *attribute.sparse_tensors):
                    yield from (sparse.values, sparse.indices)
                graphs.extend((attribute.g, *attribute.graphs))
