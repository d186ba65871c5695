"""A functional Keras network as an ONNX graph.

Batch normalisation and scaling that directly follow a linear convolution or dense layer are folded
into its weights. Pictures are NCHW in the graph, whatever Keras had.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from facemetric.bundle.graph import GraphBuilder
from facemetric.bundle.keras_file import KerasFile
from facemetric.bundle.keras_layers import KerasLayers
from facemetric.bundle.keras_windows import pair, placed
from facemetric.types import Float64

INPUT = "chips"
OUTPUT = "embeddings"
_ACTIVATIONS = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh"}


@dataclass(frozen=True, slots=True)
class _Tensor:
    """A value in the graph: its name and its shape without the batch, ``(C, H, W)`` or ``(D,)``."""

    name: str
    shape: tuple[int, ...]


def keras_graph(file: KerasFile) -> tuple[bytes, tuple[int, int], int]:
    """Convert a Keras model layer by layer.

    Returns
    -------
    tuple
        The ONNX bytes, the chip's height and width, and the embedding's length.

    Raises
    ------
    BundleError
        A layer is of a kind, or has a setting, that is not known here; it is named.
    """
    return _Converter(file).convert()


class _Converter:
    def __init__(self, file: KerasFile) -> None:
        self.file = file
        self.graph = GraphBuilder("keras")
        self.layers = KerasLayers(file)
        self.done: dict[str, _Tensor] = {}
        self.folded: set[str] = set()

    def convert(self) -> tuple[bytes, tuple[int, int], int]:
        if len(self.file.inputs) != 1 or len(self.file.outputs) != 1:
            raise self.file.bad(
                f"expected one input and one output, got {self.file.inputs}, {self.file.outputs}"
            )
        try:
            for name in self.layers.ordered():
                self.done[name] = self._layer(name)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise self.file.bad(f"layer {name!r} cannot be converted: {error!r}") from error
        source, output = self.done[self.file.inputs[0]], self.done[self.file.outputs[0]]
        if len(source.shape) != 3 or source.shape[0] != 3 or len(output.shape) != 1:
            raise self.file.bad(
                f"expected a colour picture in and a vector out, got {source.shape}, {output.shape}"
            )
        self.graph.node("Identity", output.name)
        data = self.graph.finish((INPUT, ("N", *source.shape)), (OUTPUT, ("N", *output.shape)))
        return data, (source.shape[1], source.shape[2]), output.shape[0]

    def _layer(self, name: str) -> _Tensor:
        kind, config = self.layers.kind(name), self.layers.config(name)
        sources = [self.done[source] for source in self.layers.sources[name]]
        if name in self.folded:
            return sources[0]
        handler = _HANDLERS.get(kind)
        if handler is None:
            raise self.file.bad(
                f"layer {name!r} is of the unknown kind {kind!r}",
                "Export the model to ONNX with its own tools and use import_onnx",
            )
        if config.get("data_format", "channels_last") != "channels_last":
            raise self.file.bad(f"layer {name!r}: expected data_format 'channels_last'")
        return handler(self, config, sources)

    def input_layer(self, config: dict[str, Any], sources: list[_Tensor]) -> _Tensor:
        shape = config.get("batch_input_shape") or config["batch_shape"]
        rows, columns, channels = (int(size) for size in shape[1:])
        return _Tensor(INPUT, (channels, rows, columns))

    def convolution(self, config: dict[str, Any], sources: list[_Tensor]) -> _Tensor:
        (source,) = sources
        weights = self.file.weights(config["name"])
        kernel = weights["kernel"].transpose(3, 2, 0, 1)
        gain, shift = self._following(config, kernel.shape[0])
        bias = weights["bias"] if config["use_bias"] else np.zeros(kernel.shape[0], np.float32)
        window, stride = kernel.shape[2:], pair(config["strides"])
        dilation, groups = pair(config["dilation_rate"]), int(config.get("groups", 1))
        if kernel.shape[1] * groups != source.shape[0]:
            raise ValueError(f"{kernel.shape[1]} channels wanted, {source.shape[0]} came")
        size, pads = placed(source.shape[1:], window, stride, dilation, config["padding"])
        folded = (kernel * gain[:, None, None, None]).astype(np.float32)
        x = self.graph.convolution(
            source.name,
            folded,
            (bias * gain + shift).astype(np.float32),
            stride=stride,
            pads=pads,
            dilation=dilation,
            groups=groups,
        )
        return self._activated(config, _Tensor(x, (kernel.shape[0], *size)))

    def dense(self, config: dict[str, Any], sources: list[_Tensor]) -> _Tensor:
        (source,) = sources
        weights = self.file.weights(config["name"])
        kernel = weights["kernel"]
        if source.shape != kernel.shape[:1]:
            raise ValueError(f"a vector of {kernel.shape[0]} wanted, {source.shape} came")
        gain, shift = self._following(config, kernel.shape[1])
        bias = weights["bias"] if config["use_bias"] else np.zeros(kernel.shape[1], np.float32)
        x = self.graph.node(
            "Gemm",
            source.name,
            self.graph.weight(kernel * gain),
            self.graph.weight(bias * gain + shift),
        )
        return self._activated(config, _Tensor(x, (kernel.shape[1],)))

    def normalisation(self, config: dict[str, Any], sources: list[_Tensor]) -> _Tensor:
        (source,) = sources
        gain, shift = self._normaliser(config, source.shape[0], rank=len(source.shape) + 1)
        shape = (-1,) + (1,) * (len(source.shape) - 1)
        x = self.graph.node("Mul", source.name, self.graph.weight(gain.reshape(shape)))
        return _Tensor(
            self.graph.node("Add", x, self.graph.weight(shift.reshape(shape))), source.shape
        )

    def activation(self, config: dict[str, Any], sources: list[_Tensor]) -> _Tensor:
        return self._activated(config, sources[0])

    def relu(self, config: dict[str, Any], sources: list[_Tensor]) -> _Tensor:
        if (
            config.get("max_value") is not None
            or config.get("negative_slope")
            or config.get("threshold")
        ):
            raise ValueError("a plain ReLU wanted")
        return _Tensor(self.graph.node("Relu", sources[0].name), sources[0].shape)

    def concatenation(self, config: dict[str, Any], sources: list[_Tensor]) -> _Tensor:
        rank = len(sources[0].shape) + 1
        if config["axis"] not in (-1, rank - 1):
            raise ValueError(f"axis {config['axis']}: only channels can be joined")
        if len({source.shape[1:] for source in sources}) != 1:
            raise ValueError("pictures of unlike sizes")
        x = self.graph.node("Concat", *(source.name for source in sources), axis=1)
        channels = sum(source.shape[0] for source in sources)
        return _Tensor(x, (channels, *sources[0].shape[1:]))

    def scaling(self, config: dict[str, Any], sources: list[_Tensor]) -> _Tensor:
        factor = self.graph.weight(np.array(_scale(config), np.float32))
        return _Tensor(self.graph.node("Mul", sources[0].name, factor), sources[0].shape)

    def addition(self, config: dict[str, Any], sources: list[_Tensor]) -> _Tensor:
        if len({source.shape for source in sources}) != 1:
            raise ValueError("unlike shapes")
        x = sources[0].name
        for source in sources[1:]:
            x = self.graph.node("Add", x, source.name)
        return _Tensor(x, sources[0].shape)

    def maximum(self, config: dict[str, Any], sources: list[_Tensor]) -> _Tensor:
        return self._pool("MaxPool", config, sources[0])

    def average(self, config: dict[str, Any], sources: list[_Tensor]) -> _Tensor:
        return self._pool("AveragePool", config, sources[0])

    def global_average(self, config: dict[str, Any], sources: list[_Tensor]) -> _Tensor:
        x = self.graph.node("GlobalAveragePool", sources[0].name)
        if config.get("keepdims"):
            return _Tensor(x, (sources[0].shape[0], 1, 1))
        return _Tensor(self.graph.node("Flatten", x, axis=1), sources[0].shape[:1])

    def flattening(self, config: dict[str, Any], sources: list[_Tensor]) -> _Tensor:
        x = sources[0].name
        if len(sources[0].shape) == 3:  # Keras flattens with the channels last
            x = self.graph.node("Transpose", x, perm=(0, 2, 3, 1))
        return _Tensor(self.graph.node("Flatten", x, axis=1), (math.prod(sources[0].shape),))

    def padding(self, config: dict[str, Any], sources: list[_Tensor]) -> _Tensor:
        (top, bottom), (left, right) = config["padding"]
        channels, rows, columns = sources[0].shape
        ends = self.graph.weight(np.array([0, 0, top, left, 0, 0, bottom, right]))
        x = self.graph.node("Pad", sources[0].name, ends, mode="constant")
        return _Tensor(x, (channels, rows + top + bottom, columns + left + right))

    def nothing(self, config: dict[str, Any], sources: list[_Tensor]) -> _Tensor:
        return sources[0]

    def _pool(self, operator: str, config: dict[str, Any], source: _Tensor) -> _Tensor:
        window, stride = pair(config["pool_size"]), pair(config["strides"] or config["pool_size"])
        size, pads = placed(source.shape[1:], window, stride, (1, 1), config["padding"])
        x = self.graph.node(operator, source.name, kernel_shape=window, strides=stride, pads=pads)
        return _Tensor(x, (source.shape[0], *size))

    def _activated(self, config: dict[str, Any], source: _Tensor) -> _Tensor:
        name = config["activation"]
        if name == "linear":
            return source
        if not isinstance(name, str) or name not in _ACTIVATIONS:
            raise ValueError(f"activation {name!r} is unknown")
        return _Tensor(self.graph.node(_ACTIVATIONS[name], source.name), source.shape)

    def _following(self, config: dict[str, Any], count: int) -> tuple[Float64, Float64]:
        """Return gain and shift of the linear layers that come right after, and mark them done."""
        gain, shift = np.ones(count), np.zeros(count)
        name = config["name"]
        rank = 2 if self.layers.kind(name) == "Dense" else 4
        while config["activation"] == "linear" and (user := self.layers.only_user(name)):
            name = user
            if self.layers.kind(name) == "BatchNormalization":
                more, add = self._normaliser(self.layers.config(name), count, rank=rank)
                gain, shift = gain * more, shift * more + add
            elif self.layers.kind(name) == "Lambda":
                factor = _scale(self.layers.config(name))
                gain, shift = gain * factor, shift * factor
            else:
                break
            self.folded.add(name)
        return gain, shift  # float64: rounded once, after the folding

    def _normaliser(
        self, config: dict[str, Any], count: int, *, rank: int
    ) -> tuple[Float64, Float64]:
        axis = config["axis"]
        axis = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
        if axis not in (-1, rank - 1):
            raise ValueError(f"{config['name']}: axis {axis}: only channels can be normalised")
        weights = {
            key: np.float64(value) for key, value in self.file.weights(config["name"]).items()
        }
        gain = 1.0 / np.sqrt(weights["moving_variance"] + float(config["epsilon"]))
        if config["scale"]:
            gain = gain * weights["gamma"]
        shift = -weights["moving_mean"] * gain
        if config["center"]:
            shift = shift + weights["beta"]
        if gain.shape != (count,) or shift.shape != (count,):
            raise ValueError(f"{config['name']}: {count} values wanted, got {gain.shape}")
        return gain, shift


_HANDLERS: dict[str, Callable[[_Converter, dict[str, Any], list[_Tensor]], _Tensor]] = {
    "Activation": _Converter.activation,
    "Add": _Converter.addition,
    "AveragePooling2D": _Converter.average,
    "BatchNormalization": _Converter.normalisation,
    "Concatenate": _Converter.concatenation,
    "Conv2D": _Converter.convolution,
    "Dense": _Converter.dense,
    "Dropout": _Converter.nothing,
    "Flatten": _Converter.flattening,
    "GlobalAveragePooling2D": _Converter.global_average,
    "InputLayer": _Converter.input_layer,
    "Lambda": _Converter.scaling,
    "MaxPooling2D": _Converter.maximum,
    "ReLU": _Converter.relu,
    "ZeroPadding2D": _Converter.padding,
}


def _scale(config: dict[str, Any]) -> float:
    """Return the factor of a scaling Lambda. Its code, which is in the file, is never run.

    What the code does cannot be known without it; FaceNet's residual blocks, the one use of Lambda
    that is taken here, pass ``scale`` and multiply by it.
    """
    arguments = config.get("arguments")
    if not isinstance(arguments, dict) or set(arguments) != {"scale"}:
        raise ValueError(f"Lambda with {arguments!r}: only a multiplication by 'scale' is known")
    factor = float(arguments["scale"])
    if not math.isfinite(factor):
        raise ValueError(f"scale {factor}")
    return factor
