"""Reader of dlib's serialised residual network (``.dat``), in pure Python.

dlib writes every integer as a control byte (low nibble: number of bytes, 0x80: negative) and that
many little-endian bytes; a float as mantissa and exponent, both integers; a string as length and
bytes; a tensor as version, four dimensions and raw float32. A network is written from its outside
to its inside, but each layer's values follow those of the layers before it, so that the file reads
from input to output. Every read is checked against what is left of the file, so that no input can
make this module reserve more memory than the file is long.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from facemetric.errors import IntegrityError
from facemetric.types import Float32

_EMPTY_TENSORS = 3  # gradient buffers, which a saved network leaves empty
_WRAPPER_VERSIONS = frozenset({1, 2, 3})


@dataclass(frozen=True, eq=False, slots=True)
class DlibLayer:
    """One layer: its kind, and those of the values that its kind has.

    Attributes
    ----------
    kind
        ``"con"``, ``"affine"``, ``"relu"``, ``"max_pool"``, ``"avg_pool"``, ``"add_prev"``,
        ``"fc"``.
    weight, bias
        con: ``(n, c, kh, kw)`` and ``(n,)``; affine: gammas and betas ``(n,)``; fc: ``(in, out)``.
    window, stride, padding
        Rows and columns of a convolution or a pool; a window of 0 is the whole picture.
    """

    kind: str
    weight: Float32 | None = None
    bias: Float32 | None = None
    window: tuple[int, int] = (0, 0)
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class DlibNetwork:
    """Input side in pixels, mean colour (RGB, to subtract before ``/ 256``) and the layers."""

    size_px: tuple[int, int]
    mean_rgb: tuple[float, float, float]
    layers: tuple[DlibLayer, ...]


def read_dlib_network(data: bytes, *, item: str = "<dlib network>") -> DlibNetwork:
    """Parse a serialised ``loss_metric`` network over ``input_rgb_image_sized``.

    Raises
    ------
    IntegrityError
        Where the bytes are not such a network.
    """
    return _Reader(data, item).network()


class _Reader:
    def __init__(self, data: bytes, item: str) -> None:
        self.data = data
        self.item = item
        self.at = 0

    def fail(self, wanted: str, came: object) -> NoReturn:
        raise IntegrityError(
            f"not a dlib residual network: at byte {self.at} expected {wanted}, got {came!r}",
            item=self.item,
            fix="Fetch the file again",
        )

    def take(self, count: int) -> bytes:
        if count > len(self.data) - self.at:
            self.fail(f"{count} more bytes", f"{len(self.data) - self.at}")
        start, self.at = self.at, self.at + count
        return self.data[start : self.at]

    def integer(self, low: int = -(2**63), high: int = 2**63) -> int:
        control = self.take(1)[0]
        if control & 0x70 or not 1 <= control & 0x0F <= 8:
            self.fail("an integer's control byte", control)
        value = int.from_bytes(self.take(control & 0x0F), "little")
        value = -value if control & 0x80 else value
        if not low <= value <= high:
            self.fail(f"an integer in {low}..{high}", value)
        return value

    def real(self) -> float:
        mantissa, exponent = self.integer(-(2**53), 2**53), self.integer(-2000, 960)
        return math.ldexp(mantissa, exponent)

    def text(self, length: int | None = None) -> str:
        length = self.integer(1, 64) if length is None else length
        raw = self.take(length)
        if not raw.isascii():
            self.fail("a layer name", raw)
        return raw.decode("ascii")

    def dimensions(self) -> tuple[int, int, int, int]:
        dims = [self.integer(0, 2**31) for _ in range(4)]
        return dims[0], dims[1], dims[2], dims[3]

    def tensor(self) -> Float32:
        self.integer(2, 2)
        count = math.prod(self.dimensions())
        return np.frombuffer(self.take(4 * count), dtype="<f4").astype(np.float32)

    def alias(self) -> tuple[int, int, int, int]:
        self.integer(1, 1)
        return self.dimensions()

    def pair(self, low: int, high: int) -> tuple[int, int]:
        return self.integer(low, high), self.integer(low, high)

    def network(self) -> DlibNetwork:
        self.integer(1, 1)
        name = self.text()
        if name != "loss_metric_2":
            self.fail("'loss_metric_2'", name)
        self.real(), self.real()
        while (length := self.integer(1, 64)) in _WRAPPER_VERSIONS:
            pass
        name = self.text(length)
        if name != "input_rgb_image_sized":
            self.fail("'input_rgb_image_sized'", name)
        mean = (self.real(), self.real(), self.real())
        rows, columns = self.pair(1, 4096)
        layers = [self.layer()]
        self.integer(1, 1)  # copies of a sample; only the layer next to the input has it
        while self.at < len(self.data):
            layers.append(self.layer())
        return DlibNetwork((columns, rows), mean, tuple(layers))

    def layer(self) -> DlibLayer:
        name = self.text()
        if name == "con_4":
            layer = self.convolution()
        elif name == "affine_":
            layer = self.affine()
        elif name == "fc_2":
            layer = self.dense()
        elif name in ("max_pool_2", "avg_pool_2"):
            window, stride, padding = self.pair(0, 64), self.pair(1, 64), self.pair(0, 64)
            layer = DlibLayer(name[:-2], window=window, stride=stride, padding=padding)
        elif name in ("relu_", "add_prev_"):
            layer = DlibLayer(name[:-1])
        else:
            self.fail("a known layer", name)
        flags = self.take(3)  # setup called, gradient stale, output disabled: not needed to infer
        if not set(flags) <= set(b"01"):
            self.fail("three flags", flags)
        for _ in range(_EMPTY_TENSORS):
            if self.tensor().size:
                self.fail("an empty gradient", "values")
        return layer

    def convolution(self) -> DlibLayer:
        values = self.tensor()
        count = self.integer(1, 65536)
        window, stride, padding = self.pair(1, 64), self.pair(1, 64), self.pair(0, 64)
        shape, bias_shape = self.alias(), self.alias()
        self.rates()
        split = math.prod(shape)
        wanted = (1, count, 1, 1)
        if shape[0] != count or shape[2:] != window or bias_shape != wanted or shape[1] == 0:
            self.fail(f"{count} filters of {window}", (shape, bias_shape))
        if values.size != split + count:
            self.fail(f"{split + count} values", values.size)
        return DlibLayer(
            "con", values[:split].reshape(shape), values[split:], window, stride, padding
        )

    def affine(self) -> DlibLayer:
        values = self.tensor()
        gammas, betas = self.alias(), self.alias()
        self.integer(0, 1)
        count = gammas[1]
        if gammas != (1, count, 1, 1) or betas != gammas or values.size != 2 * count:
            self.fail("as many gammas as betas", (gammas, betas, values.size))
        return DlibLayer("affine", values[:count], values[count:])

    def dense(self) -> DlibLayer:
        outputs, inputs = self.integer(1, 65536), self.integer(1, 65536)
        values = self.tensor()
        shape, bias_shape = self.alias(), self.alias()
        self.integer(1, 1)  # "no bias"
        self.rates()
        if shape != (inputs, outputs, 1, 1) or any(bias_shape) or values.size != inputs * outputs:
            self.fail(f"{inputs} x {outputs} values without bias", (shape, bias_shape, values.size))
        return DlibLayer("fc", values.reshape(inputs, outputs))

    def rates(self) -> None:
        for _ in range(4):  # learning-rate and weight-decay multipliers
            self.real()
