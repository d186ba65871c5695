"""Inception-ResNet v1 as facenet-pytorch names its weights, as an ONNX graph.

C. Szegedy et al., "Inception-v4, Inception-ResNet and the Impact of Residual Connections on
Learning" (2016), with the widths that D. Sandberg's FaceNet uses. Batch normalisation and the
blocks' residual scale are folded into the convolutions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from facemetric.bundle.graph import GraphBuilder
from facemetric.errors import BundleError
from facemetric.types import Float32, Float64

INPUT = "chips"
OUTPUT = "embeddings"
SIZE_PX = 160
_EPSILON = 1e-3


def inception_resnet_graph(weights: Mapping[str, Float32], *, item: str) -> tuple[bytes, int]:
    """Build the graph from a state dictionary.

    Parameters
    ----------
    weights
        Arrays by facenet-pytorch's names; ``logits.*`` and counters are not used.
    item
        What errors name.

    Returns
    -------
    tuple
        The ONNX bytes and the embedding's length. The output is not of unit length.

    Raises
    ------
    BundleError
        A weight is missing or has another shape; it is named.
    """
    return _Builder(weights, item).convert()


class _Builder:
    def __init__(self, weights: Mapping[str, Float32], item: str) -> None:
        self.weights = weights
        self.item = item
        self.graph = GraphBuilder("inception_resnet_v1")

    def convert(self) -> tuple[bytes, int]:
        x = self.unit(INPUT, "conv2d_1a", 3, 32, (3, 3), stride=2)
        x = self.unit(x, "conv2d_2a", 32, 32, (3, 3))
        x = self.unit(x, "conv2d_2b", 32, 64, (3, 3), same=True)
        x = self.pool(x)
        x = self.unit(x, "conv2d_3b", 64, 80, (1, 1))
        x = self.unit(x, "conv2d_4a", 80, 192, (3, 3))
        x = self.unit(x, "conv2d_4b", 192, 256, (3, 3), stride=2)
        for block in range(5):
            x = self.residual(x, f"repeat_1.{block}", self.block35, 256, 96, scale=0.17)
        x = self.mixed_6a(x)
        for block in range(10):
            x = self.residual(x, f"repeat_2.{block}", self.block17, 896, 256, scale=0.10)
        x = self.mixed_7a(x)
        for block in range(5):
            x = self.residual(x, f"repeat_3.{block}", self.block8, 1792, 384, scale=0.20)
        x = self.residual(x, "block8", self.block8, 1792, 384, scale=1.0, last=True)
        return self.head(x)

    def block35(self, x: str, name: str) -> list[str]:
        one = self.unit(x, f"{name}.branch0", 256, 32, (1, 1))
        two = self.unit(x, f"{name}.branch1.0", 256, 32, (1, 1))
        two = self.unit(two, f"{name}.branch1.1", 32, 32, (3, 3), same=True)
        three = self.unit(x, f"{name}.branch2.0", 256, 32, (1, 1))
        three = self.unit(three, f"{name}.branch2.1", 32, 32, (3, 3), same=True)
        return [one, two, self.unit(three, f"{name}.branch2.2", 32, 32, (3, 3), same=True)]

    def block17(self, x: str, name: str) -> list[str]:
        return self.crossed(x, name, 896, 128, 7)

    def block8(self, x: str, name: str) -> list[str]:
        return self.crossed(x, name, 1792, 192, 3)

    def crossed(self, x: str, name: str, channels: int, width: int, reach: int) -> list[str]:
        one = self.unit(x, f"{name}.branch0", channels, width, (1, 1))
        two = self.unit(x, f"{name}.branch1.0", channels, width, (1, 1))
        two = self.unit(two, f"{name}.branch1.1", width, width, (1, reach), same=True)
        return [one, self.unit(two, f"{name}.branch1.2", width, width, (reach, 1), same=True)]

    def residual(
        self,
        x: str,
        name: str,
        branches: Callable[[str, str], list[str]],
        channels: int,
        joined: int,
        *,
        scale: float,
        last: bool = False,
    ) -> str:
        """Add ``relu(x + scale * conv(concat(branches(x))))``, without the ReLU for the last."""
        y = self.graph.node("Concat", *branches(x, name), axis=1)
        weight = self.take(f"{name}.conv2d.weight", (channels, joined, 1, 1))
        bias = self.take(f"{name}.conv2d.bias", (channels,))
        y = self.convolution(y, weight * scale, bias * scale)
        y = self.graph.node("Add", y, x)
        return y if last else self.graph.node("Relu", y)

    def mixed_6a(self, x: str) -> str:
        one = self.unit(x, "mixed_6a.branch0", 256, 384, (3, 3), stride=2)
        two = self.unit(x, "mixed_6a.branch1.0", 256, 192, (1, 1))
        two = self.unit(two, "mixed_6a.branch1.1", 192, 192, (3, 3), same=True)
        two = self.unit(two, "mixed_6a.branch1.2", 192, 256, (3, 3), stride=2)
        return self.graph.node("Concat", one, two, self.pool(x), axis=1)

    def mixed_7a(self, x: str) -> str:
        one = self.unit(x, "mixed_7a.branch0.0", 896, 256, (1, 1))
        one = self.unit(one, "mixed_7a.branch0.1", 256, 384, (3, 3), stride=2)
        two = self.unit(x, "mixed_7a.branch1.0", 896, 256, (1, 1))
        two = self.unit(two, "mixed_7a.branch1.1", 256, 256, (3, 3), stride=2)
        three = self.unit(x, "mixed_7a.branch2.0", 896, 256, (1, 1))
        three = self.unit(three, "mixed_7a.branch2.1", 256, 256, (3, 3), same=True)
        three = self.unit(three, "mixed_7a.branch2.2", 256, 256, (3, 3), stride=2)
        return self.graph.node("Concat", one, two, three, self.pool(x), axis=1)

    def head(self, x: str) -> tuple[bytes, int]:
        x = self.graph.node("Flatten", self.graph.node("GlobalAveragePool", x), axis=1)
        linear = self.weights.get("last_linear.weight")
        dim = 512 if linear is None or linear.ndim != 2 else linear.shape[0]
        weight = self.take("last_linear.weight", (dim, 1792))
        gain, shift = self.normaliser("last_bn", dim)
        folded = self.graph.weight((weight * gain[:, None]).T)
        self.graph.node("Gemm", x, folded, self.graph.weight(shift))
        shape = ("N", 3, SIZE_PX, SIZE_PX)
        return self.graph.finish((INPUT, shape), (OUTPUT, ("N", dim))), dim

    def unit(
        self,
        x: str,
        name: str,
        channels: int,
        width: int,
        window: tuple[int, int],
        *,
        stride: int = 1,
        same: bool = False,
    ) -> str:
        """Add convolution, batch normalisation and ReLU."""
        weight = self.take(f"{name}.conv.weight", (width, channels, *window))
        gain, shift = self.normaliser(f"{name}.bn", width)
        weight = weight * gain[:, None, None, None]
        rows, columns = (window[0] // 2, window[1] // 2) if same else (0, 0)
        x = self.convolution(x, weight, shift, stride=stride, pads=(rows, columns, rows, columns))
        return self.graph.node("Relu", x)

    def convolution(
        self,
        x: str,
        weight: Float64,
        bias: Float64,
        *,
        stride: int = 1,
        pads: tuple[int, int, int, int] = (0, 0, 0, 0),
    ) -> str:
        values = weight.astype(np.float32), bias.astype(np.float32)
        return self.graph.convolution(x, *values, stride=(stride, stride), pads=pads)

    def pool(self, x: str) -> str:
        return self.graph.node("MaxPool", x, kernel_shape=(3, 3), strides=(2, 2))

    def normaliser(self, name: str, count: int) -> tuple[Float64, Float64]:
        """Return the gain and shift that a batch normalisation is at inference."""
        variance = self.take(f"{name}.running_var", (count,))
        if (variance < 0).any():
            raise self.bad(f"{name}.running_var has negative values")
        gain = self.take(f"{name}.weight", (count,)) / np.sqrt(variance + _EPSILON)
        mean = self.take(f"{name}.running_mean", (count,))
        return gain, self.take(f"{name}.bias", (count,)) - mean * gain

    def take(self, name: str, shape: tuple[int, ...]) -> Float64:
        if name not in self.weights:
            raise self.bad(f"weight {name!r} is missing")
        values = self.weights[name]
        if values.shape != shape:
            raise self.bad(f"weight {name!r}: expected shape {shape}, got {values.shape}")
        return values.astype(np.float64)

    def bad(self, cause: str) -> BundleError:
        return BundleError(
            cause,
            item=self.item,
            fix="Pass the state dictionary of facenet-pytorch's InceptionResnetV1",
        )
