"""dlib's face recognition ResNet as an ONNX graph.

Each affine layer follows a convolution and is folded into it, so that every residual block is two
convolutions that ONNX Runtime fuses with the addition and the ReLU.
"""

from __future__ import annotations

from typing import NoReturn

import numpy as np

from facemetric.bundle.dlib_file import DlibLayer, DlibNetwork
from facemetric.bundle.graph import GraphBuilder
from facemetric.errors import IntegrityError
from facemetric.types import Float32

INPUT = "chips"
OUTPUT = "embeddings"


def dlib_graph(network: DlibNetwork, *, item: str = "<dlib network>") -> bytes:
    """Serialise ``network`` as ONNX: input ``chips (N, 3, H, W)``, output ``embeddings (N, D)``.

    The input is ``(pixel - mean) / 256``; the output is dlib's own, not of unit length.

    Raises
    ------
    IntegrityError
        The layers do not form a residual network of the kind that dlib's face model is.
    """
    return _Converter(network, item).convert()


class _Converter:
    def __init__(self, network: DlibNetwork, item: str) -> None:
        self.layers = list(network.layers)
        self.item = item
        self.graph = GraphBuilder("dlib_face_recognition_resnet_model_v1")
        self.columns, self.rows = network.size_px
        self.size = (self.rows, self.columns)
        self.channels = 3

    def convert(self) -> bytes:
        x, self.size = self.convolution(INPUT, self.size)
        self.take("relu")
        pool = self.take("max_pool")
        if pool.padding != (0, 0):
            self.fail("a pool without padding")
        x = self.graph.node(
            "MaxPool", self.graph.node("Relu", x), kernel_shape=pool.window, strides=pool.stride
        )
        self.size = _reduced(self.size, pool)
        while self.layers and self.layers[0].kind == "con":
            x = self.block(x)
        if self.take("avg_pool").window != (0, 0):
            self.fail("a global average")
        weight = self.take("fc").weight
        if self.layers or weight is None or weight.shape[0] != self.channels:
            self.fail("one last fc layer")
        mean = self.graph.node("GlobalAveragePool", x)
        # A 1x1 convolution, unlike Gemm, computes each row alike whatever the batch.
        outputs = weight.shape[1]
        x = self.graph.convolution(mean, weight.T.reshape(outputs, -1, 1, 1))
        self.graph.node("Flatten", x, axis=1)
        return self.graph.finish(
            (INPUT, ("N", 3, self.rows, self.columns)), (OUTPUT, ("N", outputs))
        )

    def block(self, source: str) -> str:
        """Add ``relu(conv(relu(conv(x))) + skip(x))``, the smaller side padded with zeros."""
        before = self.channels
        x, size = self.convolution(source, self.size)
        self.take("relu")
        x, size = self.convolution(self.graph.node("Relu", x), size)
        skip, skip_size = source, self.size
        if self.layers and self.layers[0].kind == "avg_pool":
            pool = self.take("avg_pool")
            if pool.padding != (0, 0) or pool.window == (0, 0):
                self.fail("a pool without padding")
            # One convolution both averages and adds the missing channels.
            average = np.zeros((self.channels, before, *pool.window), np.float32)
            for channel in range(min(before, self.channels)):
                average[channel, channel] = 1.0 / (pool.window[0] * pool.window[1])
            skip = self.graph.convolution(source, average, stride=pool.stride)
            skip_size = _reduced(self.size, pool)
        elif before != self.channels:
            self.fail("as many channels on both branches")
        self.take("add_prev")
        self.take("relu")
        self.size = (max(size[0], skip_size[0]), max(size[1], skip_size[1]))
        x, skip = self.padded(x, size), self.padded(skip, skip_size)
        return self.graph.node("Relu", self.graph.node("Add", x, skip))

    def padded(self, source: str, size: tuple[int, int]) -> str:
        if size == self.size:
            return source
        ends = [0, 0, 0, 0, 0, 0, self.size[0] - size[0], self.size[1] - size[1]]
        return self.graph.node("Pad", source, self.graph.weight(np.array(ends)), mode="constant")

    def convolution(self, source: str, size: tuple[int, int]) -> tuple[str, tuple[int, int]]:
        layer, affine = self.take("con"), self.take("affine")
        weight, bias = layer.weight, layer.bias
        gamma, beta = affine.weight, affine.bias
        if weight is None or bias is None or gamma is None or beta is None:
            self.fail("weights")
        if weight.shape[1] != self.channels or gamma.shape != bias.shape:
            self.fail(f"filters over {self.channels} channels")
        self.channels = weight.shape[0]
        folded: Float32 = weight * gamma[:, None, None, None]
        rows, columns = layer.padding
        x = self.graph.convolution(
            source,
            folded,
            bias * gamma + beta,
            stride=layer.stride,
            pads=(rows, columns, rows, columns),
        )
        size = _reduced(size, layer)
        if min(size) < 1:
            self.fail("a window inside the picture")
        return x, size

    def take(self, kind: str) -> DlibLayer:
        if not self.layers or self.layers[0].kind != kind:
            self.fail(f"a layer {kind!r}")
        return self.layers.pop(0)

    def fail(self, wanted: str) -> NoReturn:
        came = self.layers[0].kind if self.layers else "the end"
        raise IntegrityError(
            f"not dlib's face network: expected {wanted} before {came!r}",
            item=self.item,
            fix="Only dlib_face_recognition_resnet_model_v1 and networks of its kind are read",
        )


def _reduced(size: tuple[int, int], layer: DlibLayer) -> tuple[int, int]:
    rows, columns = (
        (size[axis] + 2 * layer.padding[axis] - layer.window[axis]) // layer.stride[axis] + 1
        for axis in (0, 1)
    )
    return rows, columns
