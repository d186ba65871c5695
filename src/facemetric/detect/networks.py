"""The three networks of the cascade as ONNX graphs.

Zhang et al., "Joint Face Detection and Alignment using Multi-task Cascaded Convolutional
Networks", 2016 (arXiv:1604.02878). Against the published layers these are changed, none of which
changes a result beyond rounding:

- ``(x - 127.5) / 128`` goes into the first convolution, so that a graph takes bytes;
- the softmax of two classes becomes the difference of their logits, since
  ``p(face) = sigmoid(logit_face - logit_other)``;
- a PReLU is ``a * x + (1 - a) * relu(x)``: ONNX Runtime has no blocked PReLU kernel, and its plain
  one took more time than all convolutions together;
- the first pooling, over the largest maps, comes before its PReLU (see ``_Graph.first``), and its
  channels are filled up to whole blocks;
- the column-major flattening of the Caffe models goes into the rows of the first dense layer.

The weights lie as rows × columns, offsets as left, top, right, bottom and landmarks as five x, then
five y: compared array by array with facenet-pytorch's copy of the same Caffe models, and seen on
photographs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from facemetric.types import AnyArray, Float32

_MEAN, _SCALE = 127.5, 128.0
_OPSET, _IR = 17, 8


def pnet(weights: Sequence[Float32]) -> bytes:
    """Build P-Net: bytes ``(1, H, W, 3)`` to ``(1, 5, h, w)``, logit and four offsets per cell."""
    graph = _Graph(["height", "width"])
    arrays = iter(weights)
    graph.first(arrays, pool=2)
    graph.conv(arrays)
    graph.conv(arrays)
    offset_kernel, offset_bias, class_kernel, class_bias = arrays
    kernel = np.concatenate([_difference(class_kernel), offset_kernel], axis=-1)
    bias = np.concatenate([_difference(class_bias), offset_bias])
    graph.add("Conv", kernel.transpose(3, 2, 0, 1), bias)
    return graph.finish(["n", 5, "rows", "columns"])


def rnet(weights: Sequence[Float32]) -> bytes:
    """Build R-Net: crops ``uint8 (N, 24, 24, 3)`` to ``(N, 5)``, logit and four offsets."""
    graph = _Graph([24, 24])
    arrays = iter(weights)
    graph.first(arrays, pool=3)
    graph.conv(arrays)
    graph.pool(3)
    graph.conv(arrays)
    graph.dense(arrays, rows=3)
    offset_kernel, offset_bias, class_kernel, class_bias = arrays
    graph.heads([_difference(class_kernel), offset_kernel], [_difference(class_bias), offset_bias])
    return graph.finish(["n", 5])


def onet(weights: Sequence[Float32]) -> bytes:
    """Build O-Net: crops ``uint8 (N, 48, 48, 3)`` to ``(N, 15)``: logit, offsets, 5 x, 5 y."""
    graph = _Graph([48, 48])
    arrays = iter(weights)
    graph.first(arrays, pool=3)
    graph.conv(arrays)
    graph.pool(3)
    graph.conv(arrays)
    graph.pool(2)
    graph.conv(arrays)
    graph.dense(arrays, rows=3)
    offset_kernel, offset_bias, point_kernel, point_bias, class_kernel, class_bias = arrays
    graph.heads(
        [_difference(class_kernel), offset_kernel, point_kernel],
        [_difference(class_bias), offset_bias, point_bias],
    )
    return graph.finish(["n", 15])


def suppression() -> bytes:
    """Build greedy suppression by intersection over union: the rows kept, best first, ``(K, 3)``.

    The same answer as ``suppression.nms`` gives, in a tenth of the time.
    """
    from onnx import TensorProto, helper

    inputs = [
        helper.make_tensor_value_info("boxes", TensorProto.FLOAT, [1, "n", 4]),
        helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 1, "n"]),
        helper.make_tensor_value_info("most", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("threshold", TensorProto.FLOAT, [1]),
    ]
    kept = helper.make_tensor_value_info("kept", TensorProto.INT64, ["k", 3])
    names = [value.name for value in inputs]
    return _serialise([helper.make_node("NonMaxSuppression", names, ["kept"])], inputs, kept, [])


def _serialise(nodes: list[Any], inputs: list[Any], output: Any, constants: list[Any]) -> bytes:
    from onnx import checker, helper

    graph = helper.make_graph(nodes, "mtcnn", inputs, [output], constants)
    opset = helper.make_opsetid("", _OPSET)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=_IR)
    checker.check_model(model)
    return bytes(model.SerializeToString())


def _blocks(channels: int) -> int:
    """Round up to whole blocks of ONNX Runtime's widest kernels."""
    return -(-channels // 16) * 16


def _difference(two_classes: AnyArray) -> AnyArray:
    return two_classes[..., 1:] - two_classes[..., :1]


class _Graph:
    """A chain of ONNX nodes that grows at its end."""

    def __init__(self, size: Sequence[int | str]) -> None:
        self._input_shape = ["n", *size, 3]
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._last = "pixels"
        self._channels = 3
        self.add("Cast", to=1)
        self.add("Transpose", perm=[0, 3, 1, 2])

    def add(
        self, kind: str, *constants: AnyArray, after: Sequence[str] = (), **attributes: Any
    ) -> None:
        from onnx import helper, numpy_helper

        names = [f"{kind.lower()}_{len(self._nodes)}_{i}" for i in range(len(constants))]
        for name, values in zip(names, constants, strict=True):
            array = np.ascontiguousarray(values, dtype=np.float32)
            self._constants.append(numpy_helper.from_array(array, name))
        output = f"{kind.lower()}_{len(self._nodes)}"
        node = helper.make_node(kind, [self._last, *after, *names], [output], **attributes)
        self._nodes.append(node)
        self._last = output

    def first(self, arrays: Iterable[AnyArray], *, pool: int) -> None:
        """Convolution, PReLU with slope ``a`` and pooling, the last two in the other order.

        With ``M = pool(x)``: where ``a >= 0`` PReLU rises, so that ``pool(prelu(x)) = prelu(M) =
        M + (1 - a) * relu(-M)``. Where ``a < 0``, ``prelu(x) = max(x, a * x)``, so that it is
        ``max(M, Q) = M + relu(Q - M)`` with ``Q = pool(a * x)``, for which channels are added.
        """
        kernel, bias, slope = (next(iter(arrays)) for _ in range(3))
        kernel, slope = kernel / _SCALE, slope.ravel()
        bias = bias - _MEAN * kernel.sum(axis=(0, 1, 2))
        falling = np.flatnonzero(slope < 0)
        kernel = np.concatenate([kernel, kernel[..., falling] * slope[falling]], axis=-1)
        bias = np.concatenate([bias, bias[falling] * slope[falling]])
        pooled, channels = _blocks(len(bias)), _blocks(len(slope))
        missing = pooled - len(bias)
        kernel = np.pad(kernel, [(0, 0)] * 3 + [(0, missing)])
        self.add("Conv", kernel.transpose(3, 2, 0, 1), np.pad(bias, (0, missing)))
        self.pool(pool)
        straight, bent = np.eye(channels, pooled), -np.eye(channels, pooled)
        bent[falling, len(slope) + np.arange(len(falling))] = 1
        weight = np.zeros(channels)
        weight[: len(slope)] = np.where(slope < 0, 1, 1 - slope)
        start = self._last
        self.add("Conv", bent[:, :, None, None])
        self.add("Relu")
        self.add("Conv", np.diag(weight)[:, :, None, None])
        addend, self._last = self._last, start
        self.add("Conv", straight[:, :, None, None])
        self.add("Add", after=[addend])
        self._channels = channels

    def conv(self, arrays: Iterable[AnyArray]) -> None:
        kernel, bias, slope = (next(iter(arrays)) for _ in range(3))
        kernel = np.pad(kernel, [(0, 0), (0, 0), (0, self._channels - kernel.shape[2]), (0, 0)])
        self._channels = len(bias)
        self.add("Conv", kernel.transpose(3, 2, 0, 1), bias)
        self.prelu(slope.reshape(-1, 1, 1))

    def pool(self, size: int) -> None:
        # Caffe rounds the number of windows up.
        self.add("MaxPool", kernel_shape=[size, size], strides=[2, 2], ceil_mode=1)

    def dense(self, arrays: Iterable[AnyArray], *, rows: int) -> None:
        kernel, bias, slope = (next(iter(arrays)) for _ in range(3))
        units = kernel.shape[1]
        by_column = kernel.reshape(rows, rows, -1, units)  # column, row, channel
        self.add("Flatten", axis=1)
        self.add("Gemm", by_column.transpose(2, 1, 0, 3).reshape(-1, units), bias)
        self.prelu(slope)

    def prelu(self, slope: AnyArray) -> None:
        straight = self._last
        self.add("Relu")
        self.add("Mul", 1 - slope)
        bent, self._last = self._last, straight
        self.add("Mul", slope)
        self.add("Add", after=[bent])

    def heads(self, kernels: Sequence[AnyArray], biases: Sequence[AnyArray]) -> None:
        self.add("Gemm", np.concatenate(kernels, axis=1), np.concatenate(biases))

    def finish(self, output_shape: Sequence[int | str]) -> bytes:
        from onnx import TensorProto, helper

        pixels = helper.make_tensor_value_info("pixels", TensorProto.UINT8, self._input_shape)
        answer = helper.make_tensor_value_info(self._last, TensorProto.FLOAT, output_shape)
        return _serialise(self._nodes, [pixels], answer, self._constants)
