"""The converter against an independent evaluation of the Keras layers in torch, channels last."""

import json
import os
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch
import torch.nn.functional as functional

from facemetric.bundle import Network, golden_chip, import_keras_facenet, verify_bundle
from facemetric.bundle.keras_file import KerasFile
from facemetric.bundle.keras_graph import keras_graph
from facemetric.errors import BundleError, IntegrityError
from facemetric.runtime import Session


class Sketch:
    """Writes a functional model as Keras does, with random weights."""

    def __init__(self, size: int = 24, *, style: int = 2) -> None:
        self.rng = np.random.default_rng(0)
        self.style = style
        self.layers: list[dict[str, Any]] = []
        self.arrays: dict[str, dict[str, np.ndarray]] = {}
        shape = {"batch_input_shape": [None, size, size, 3]}
        self.channels = {self.add("InputLayer", "input_1", [], **shape): 3}

    def add(self, kind: str, name: str, sources: list[str], **config: Any) -> str:
        if self.style == 2:
            nodes: list[Any] = [[[source, 0, 0, {}] for source in sources]] if sources else []
        else:
            tensors = [{"config": {"keras_history": [source, 0, 0]}} for source in sources]
            nodes = [{"args": tensors if len(tensors) == 1 else [tensors]}] if sources else []
        config = {"name": name, **config}
        self.layers.append({"class_name": kind, "config": config, "inbound_nodes": nodes})
        return name

    def plain(self, kind: str, name: str, source: str, **config: Any) -> str:
        self.channels[name] = self.channels[source]
        return self.add(kind, name, [source], **config)

    def conv(
        self, name: str, source: str, width: int, window: tuple[int, int], **config: Any
    ) -> str:
        settings = {
            "strides": [1, 1],
            "padding": "valid",
            "dilation_rate": [1, 1],
            "groups": 1,
            "activation": "linear",
            "use_bias": False,
            "data_format": "channels_last",
            **config,
        }
        shape = (*window, self.channels[source] // settings["groups"], width)
        arrays = {"kernel": self.rng.normal(size=shape) / np.sqrt(np.prod(shape[:3]))}
        if settings["use_bias"]:
            arrays["bias"] = self.rng.normal(size=width)
        self.arrays[name] = arrays
        self.channels[name] = width
        return self.add("Conv2D", name, [source], **settings)

    def norm(self, name: str, source: str, *, rank: int = 4, scale: bool = False) -> str:
        count = self.channels[source]
        names = ["beta", "moving_mean", *(["gamma"] if scale else [])]
        self.arrays[name] = {key: self.rng.normal(size=count) for key in names}
        self.arrays[name]["moving_variance"] = self.rng.uniform(0.5, 2, size=count)
        settings = {"axis": [rank - 1], "epsilon": 1e-3, "center": True, "scale": scale}
        return self.plain("BatchNormalization", name, source, **settings)

    def dense(self, name: str, source: str, width: int, inputs: int, **config: Any) -> str:
        settings = {"activation": "linear", "use_bias": True, **config}
        self.arrays[name] = {"kernel": self.rng.normal(size=(inputs, width)) / np.sqrt(inputs)}
        if settings["use_bias"]:
            self.arrays[name]["bias"] = self.rng.normal(size=width)
        self.channels[name] = width
        return self.add("Dense", name, [source], **settings)

    def join(self, kind: str, name: str, sources: list[str], **config: Any) -> str:
        widths = [self.channels[source] for source in sources]
        self.channels[name] = sum(widths) if kind == "Concatenate" else widths[0]
        return self.add(kind, name, sources, **config)

    def save(self, path: Path, output: str) -> Path:
        inputs, outputs = [["input_1", 0, 0]], [[output, 0, 0]]
        flat = self.style == 3  # Keras 3 leaves the outer list out
        model = {
            "name": "model",
            "layers": self.layers,
            "input_layers": inputs[0] if flat else inputs,
            "output_layers": outputs[0] if flat else outputs,
        }
        with h5py.File(path, "w") as file:
            file.attrs["model_config"] = json.dumps({"class_name": "Functional", "config": model})
            root = file.create_group("model_weights")
            for name, arrays in self.arrays.items():
                group = root.create_group(name)
                group.attrs["weight_names"] = [f"{name}/{key}:0" for key in arrays]
                for key, values in arrays.items():
                    group.create_dataset(f"{name}/{key}:0", data=values.astype(np.float32))
        return path


def facenet_like(style: int = 2) -> tuple[Sketch, str]:
    s = Sketch(style=style)
    x = s.conv("c1", "input_1", 6, (3, 3), strides=[2, 2])
    x = s.plain("Activation", "a1", s.norm("b1", x), activation="relu")
    x = s.conv("c2", x, 8, (3, 3), padding="same", use_bias=True, activation="relu")
    x = s.plain("MaxPooling2D", "p1", x, pool_size=[3, 3], strides=[2, 2], padding="same")
    one = s.plain("Activation", "a2", s.norm("b2", s.conv("c3", x, 4, (1, 1))), activation="relu")
    two = s.conv("c4", x, 4, (1, 7), padding="same", strides=[1, 1])
    two = s.plain("Activation", "a3", s.norm("b3", two, scale=True), activation="tanh")
    joined = s.join("Concatenate", "cat", [one, two], axis=3)
    up = s.conv("c5", joined, 8, (1, 1), use_bias=True)
    up = s.plain("Lambda", "l1", up, function=["not code"], arguments={"scale": 0.17})
    x = s.plain("Activation", "a4", s.join("Add", "add", [x, up]), activation="relu")
    x = s.plain("AveragePooling2D", "p2", x, pool_size=[3, 3], strides=[2, 2], padding="same")
    x = s.plain("GlobalAveragePooling2D", "gap", x)
    x = s.plain("Dropout", "drop", x, rate=0.2)
    x = s.dense("bottleneck", x, 128, 8, use_bias=False)
    return s, s.norm("b4", x, rank=2)


def unfolded() -> tuple[Sketch, str]:
    """Layers that cannot be folded: used twice, after a ReLU, or after no convolution."""
    s = Sketch(11)
    x = s.plain("ZeroPadding2D", "pad", "input_1", padding=[[1, 2], [0, 3]])
    x = s.norm("b0", x, scale=True)
    x = s.conv("c1", x, 6, (3, 2), strides=[2, 1], dilation_rate=[1, 1], padding="same")
    side = s.norm("b1", x)
    scaled = s.plain("Lambda", "l1", x, function=[], arguments={"scale": -2.5})
    x = s.plain("ReLU", "r1", s.join("Add", "add", [side, scaled, x]), max_value=None)
    x = s.conv("c2", x, 4, (2, 2), groups=2, activation="sigmoid")
    x = s.norm("b2", x)
    x = s.plain("Flatten", "flat", x)
    return s, s.dense("d", x, 5, 4 * 6 * 13, activation="relu")


def same(x: torch.Tensor, window: Any, strides: Any, value: float) -> torch.Tensor:
    pads: list[int] = []
    for axis in (3, 2):
        length, width, step = x.shape[axis], window[axis - 2], strides[axis - 2]
        missing = max((-(-length // step) - 1) * step + width - length, 0)
        pads += [missing // 2, missing - missing // 2]
    return functional.pad(x, pads, value=value)


def evaluate(sketch: Sketch, output: str, x: torch.Tensor) -> np.ndarray:
    """Run the layers in the order written, in float64, nothing folded."""
    done: dict[str, torch.Tensor] = {}
    for layer in sketch.layers:
        kind, c = layer["class_name"], layer["config"]
        nodes = layer["inbound_nodes"]
        inputs = [done[entry[0]] for entry in nodes[0]] if nodes else [x]
        w = {
            key: torch.from_numpy(v.astype(np.float32)).double()
            for key, v in sketch.arrays.get(c["name"], {}).items()
        }
        y = inputs[0]
        if kind == "Conv2D":
            kernel = w["kernel"].permute(3, 2, 0, 1)
            if c["padding"] == "same":
                y = same(y, kernel.shape[2:], c["strides"], 0.0)
            y = functional.conv2d(y, kernel, w.get("bias"), stride=c["strides"], groups=c["groups"])
        elif kind == "BatchNormalization":
            shape = (1, -1, *(1,) * (y.ndim - 2))
            y = (y - w["moving_mean"].view(shape)) / (
                w["moving_variance"].view(shape) + 1e-3
            ).sqrt()
            y = y * w.get("gamma", torch.ones(1)).view(shape) + w["beta"].view(shape)
        elif kind == "MaxPooling2D":
            if c["padding"] == "same":
                y = same(y, c["pool_size"], c["strides"], -torch.inf)
            y = functional.max_pool2d(y, c["pool_size"], c["strides"])
        elif kind == "AveragePooling2D":  # the padding does not count
            pooled, ones = (
                functional.avg_pool2d(same(v, c["pool_size"], c["strides"], 0.0), 3, c["strides"])
                for v in (y, torch.ones_like(y))
            )
            y = pooled / ones
        elif kind == "ZeroPadding2D":
            (top, bottom), (left, right) = c["padding"]
            y = functional.pad(y, (left, right, top, bottom))
        elif kind == "Concatenate":
            y = torch.cat(inputs, 1)
        elif kind == "Add":
            y = torch.stack(inputs).sum(0)
        elif kind == "Lambda":
            y = y * c["arguments"]["scale"]
        elif kind == "GlobalAveragePooling2D":
            y = y.mean((2, 3))
        elif kind == "Flatten":
            y = y.permute(0, 2, 3, 1).flatten(1)
        elif kind == "Dense":
            y = y @ w["kernel"] + w.get("bias", torch.zeros(1))
        activation = "relu" if kind == "ReLU" else c.get("activation", "linear")
        done[c["name"]] = y if activation == "linear" else getattr(torch, activation)(y)
    return done[output].numpy()


def converted(path: Path) -> tuple[bytes, tuple[int, int], int]:
    file = KerasFile(path.read_bytes(), path=path)
    try:
        return keras_graph(file)
    finally:
        file.close()


@pytest.mark.parametrize("make", [facenet_like, unfolded])
def test_equals_the_layers_run_one_by_one(make: Any, tmp_path: Path) -> None:
    sketch, output = make()
    graph, size, dim = converted(sketch.save(tmp_path / "m.h5", output))
    x = np.random.default_rng(1).normal(size=(3, 3, *size)).astype(np.float32)
    came = Session(graph).run({"chips": x})[0]
    wanted = evaluate(sketch, output, torch.from_numpy(x).double())
    assert came.shape == (3, dim) == wanted.shape
    np.testing.assert_allclose(came, wanted, atol=1e-5)


def test_normalisation_is_folded(tmp_path: Path) -> None:
    import onnx

    sketch, output = facenet_like()
    graph = onnx.load_model_from_string(converted(sketch.save(tmp_path / "m.h5", output))[0]).graph
    kinds = {node.op_type for node in graph.node}
    assert "Mul" not in kinds and "BatchNormalization" not in kinds
    assert [node.op_type for node in graph.node].count("Add") == 1


def test_the_tensors_of_keras_3_are_read(tmp_path: Path) -> None:
    old, output = facenet_like(style=2)
    new, _ = facenet_like(style=3)
    graphs = [
        converted(sketch.save(tmp_path / f"{sketch.style}.h5", output))[0] for sketch in (old, new)
    ]
    assert graphs[0] == graphs[1]


@pytest.mark.parametrize(
    ("kind", "config", "words"),
    [
        ("LSTM", {}, "'last' is of the unknown kind 'LSTM'"),
        ("Functional", {}, "unknown kind 'Functional'"),
        ("Lambda", {"arguments": {}}, "only a multiplication by 'scale'"),
        ("Lambda", {"arguments": {"scale": 1, "up": 2}}, "only a multiplication by 'scale'"),
        ("Activation", {"activation": "swish"}, "'swish' is unknown"),
        ("ReLU", {"max_value": 6.0}, "plain ReLU"),
        ("Flatten", {"data_format": "channels_first"}, "channels_last"),
        ("MaxPooling2D", {"pool_size": [30, 30], "strides": [1, 1], "padding": "valid"}, "window"),
        ("MaxPooling2D", {"pool_size": [0, 1], "strides": [1, 1], "padding": "valid"}, "positive"),
        ("Conv2D", {}, "'last'"),
    ],
)
def test_unknown_layers_and_settings_are_named(
    tmp_path: Path, kind: str, config: dict[str, Any], words: str
) -> None:
    sketch = Sketch()
    sketch.plain(kind, "last", "input_1", **config)
    with pytest.raises(BundleError, match=words):
        converted(sketch.save(tmp_path / "m.h5", "last"))


def test_loops_and_missing_sources_are_refused(tmp_path: Path) -> None:
    sketch = Sketch()
    sketch.add("Add", "a", ["input_1", "b"])
    sketch.add("Add", "b", ["input_1", "a"])
    with pytest.raises(BundleError, match="needs its own output"):
        converted(sketch.save(tmp_path / "m.h5", "a"))
    sketch = Sketch()
    sketch.add("Add", "a", ["input_1", "ghost"])
    with pytest.raises(BundleError, match="'ghost' is referred to and missing"):
        converted(sketch.save(tmp_path / "n.h5", "a"))


def test_weights_outside_of_the_file_are_refused(tmp_path: Path) -> None:
    sketch, output = facenet_like()
    path = sketch.save(tmp_path / "m.h5", output)
    other = sketch.save(tmp_path / "other.h5", output)
    with h5py.File(path, "r+") as file:
        del file["model_weights/c1"]
        file["model_weights/c1"] = h5py.ExternalLink(other, "model_weights/c1")
    with pytest.raises(BundleError, match="link to elsewhere"):
        converted(path)
    path = sketch.save(tmp_path / "m.h5", output)
    with h5py.File(path, "r+") as file:
        group = file["model_weights/c1/c1"]
        shape = group["kernel:0"].shape
        del group["kernel:0"]
        stored = [(str(other), 0, h5py.h5f.UNLIMITED)]
        group.create_dataset("kernel:0", shape, "f4", external=stored)
    with pytest.raises(BundleError, match="stored in another file"):
        converted(path)


def test_giant_weights_are_not_read(tmp_path: Path) -> None:
    sketch, output = facenet_like()
    path = sketch.save(tmp_path / "m.h5", output)
    with h5py.File(path, "r+") as file:
        group = file["model_weights/c1/c1"]
        del group["kernel:0"]
        group.create_dataset("kernel:0", (1 << 20, 1 << 20), "f4", chunks=(64, 64))
    assert path.stat().st_size < 1_000_000
    with pytest.raises(BundleError, match="bytes of weights"):
        converted(path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.h5"
    path.write_bytes(b"no HDF5")
    with pytest.raises(BundleError, match="no Keras model in HDF5"):
        import_keras_facenet(path, any_weights=True)
    with pytest.raises(IntegrityError, match="any_weights=True"):
        import_keras_facenet(path)
    with pytest.raises(BundleError, match="cannot be read"):
        import_keras_facenet(tmp_path / "absent.h5")


def test_a_model_of_another_size_is_refused(tmp_path: Path) -> None:
    sketch, output = facenet_like()
    path = sketch.save(tmp_path / "m.h5", output)
    with pytest.raises(BundleError, match="expected 160x160 pixels and 128 values"):
        import_keras_facenet(path, any_weights=True)


def test_a_model_of_its_size_becomes_a_bundle(tmp_path: Path) -> None:
    sketch, output = facenet_like()
    sketch.layers[0]["config"]["batch_input_shape"] = [None, 160, 160, 3]
    path = sketch.save(tmp_path / "m.h5", output)
    bundle = import_keras_facenet(path, any_weights=True, id="mine")
    verify_bundle(bundle)
    manifest = bundle.manifest
    assert (bundle.id, bundle.dim, manifest.calibrations) == ("mine", 128, ())
    assert manifest.alignment.template == "margin-crop-160"
    assert manifest.alignment.margin_px == 32
    assert manifest.input.whiten


@pytest.mark.data
def test_the_published_file_equals_torch() -> None:
    path = os.environ.get("FACEMETRIC_KERAS_FACENET")
    if not path:
        pytest.skip("set FACEMETRIC_KERAS_FACENET to facenet_keras_2024.h5 to compare it whole")
    bundle = import_keras_facenet(path)
    with h5py.File(path) as file:
        config = json.loads(file.attrs["model_config"])["config"]
        sketch = Sketch()
        sketch.layers = config["layers"]
        for name, group in file["model_weights"].items():
            names = list(group.attrs.get("weight_names", []))
            sketch.arrays[name] = {key.split("/")[-1][:-2]: group[key][()] for key in names}
    chip = golden_chip(160, 160)[None]
    x = (chip.astype(np.float64) - chip.mean()) / chip.std()
    pixels = torch.from_numpy(x.transpose(0, 3, 1, 2))
    wanted = evaluate(sketch, config["output_layers"][0][0], pixels)
    assert np.abs(Network(bundle).raw(chip) - wanted).max() <= 1e-4
