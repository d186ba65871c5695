"""The graph against the architecture run with torch's own operators, nothing folded."""

import io
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as functional

from facemetric.bundle import (
    Network,
    golden_chip,
    import_facenet_pytorch,
    preprocess,
    verify_bundle,
)
from facemetric.errors import BundleError, DependencyError

State = dict[str, torch.Tensor]
# name: channels in, channels out, window, stride, padding
UNITS: dict[str, tuple[int, int, tuple[int, int], int, tuple[int, int]]] = {
    "conv2d_1a": (3, 32, (3, 3), 2, (0, 0)),
    "conv2d_2a": (32, 32, (3, 3), 1, (0, 0)),
    "conv2d_2b": (32, 64, (3, 3), 1, (1, 1)),
    "conv2d_3b": (64, 80, (1, 1), 1, (0, 0)),
    "conv2d_4a": (80, 192, (3, 3), 1, (0, 0)),
    "conv2d_4b": (192, 256, (3, 3), 2, (0, 0)),
    "mixed_6a.branch0": (256, 384, (3, 3), 2, (0, 0)),
    "mixed_6a.branch1.0": (256, 192, (1, 1), 1, (0, 0)),
    "mixed_6a.branch1.1": (192, 192, (3, 3), 1, (1, 1)),
    "mixed_6a.branch1.2": (192, 256, (3, 3), 2, (0, 0)),
    "mixed_7a.branch0.0": (896, 256, (1, 1), 1, (0, 0)),
    "mixed_7a.branch0.1": (256, 384, (3, 3), 2, (0, 0)),
    "mixed_7a.branch1.0": (896, 256, (1, 1), 1, (0, 0)),
    "mixed_7a.branch1.1": (256, 256, (3, 3), 2, (0, 0)),
    "mixed_7a.branch2.0": (896, 256, (1, 1), 1, (0, 0)),
    "mixed_7a.branch2.1": (256, 256, (3, 3), 1, (1, 1)),
    "mixed_7a.branch2.2": (256, 256, (3, 3), 2, (0, 0)),
}
BLOCKS = {
    **{f"repeat_1.{n}": (256, 96, 0.17) for n in range(5)},
    **{f"repeat_2.{n}": (896, 256, 0.10) for n in range(10)},
    **{f"repeat_3.{n}": (1792, 384, 0.20) for n in range(5)},
    "block8": (1792, 384, 1.0),
}
for _name, (_channels, _, _) in BLOCKS.items():
    _width = {256: 32, 896: 128, 1792: 192}[_channels]
    for _unit in ("branch0", "branch1.0", *(["branch2.0"] if _channels == 256 else [])):
        UNITS[f"{_name}.{_unit}"] = (_channels, _width, (1, 1), 1, (0, 0))
    if _channels == 256:
        for _unit in ("branch1.1", "branch2.1", "branch2.2"):
            UNITS[f"{_name}.{_unit}"] = (32, 32, (3, 3), 1, (1, 1))
    else:
        _reach = 7 if _channels == 896 else 3
        UNITS[f"{_name}.branch1.1"] = (_width, _width, (1, _reach), 1, (0, _reach // 2))
        UNITS[f"{_name}.branch1.2"] = (_width, _width, (_reach, 1), 1, (_reach // 2, 0))


@pytest.fixture(scope="module")
def state() -> State:
    made = torch.Generator().manual_seed(0)
    values: State = {}

    def normal(*shape: int, scale: float = 1.0) -> torch.Tensor:
        return torch.randn(*shape, generator=made) * scale

    def norm(name: str, count: int) -> None:
        values[f"{name}.weight"] = normal(count, scale=0.1) + 1
        values[f"{name}.bias"] = normal(count, scale=0.1)
        values[f"{name}.running_mean"] = normal(count, scale=0.1)
        values[f"{name}.running_var"] = normal(count).abs() + 0.5
        values[f"{name}.num_batches_tracked"] = torch.tensor(1)

    for name, (channels, width, window, _, _) in UNITS.items():
        fan = channels * window[0] * window[1]
        values[f"{name}.conv.weight"] = normal(width, channels, *window, scale=(2 / fan) ** 0.5)
        norm(f"{name}.bn", width)
    for name, (channels, joined, _) in BLOCKS.items():
        values[f"{name}.conv2d.weight"] = normal(channels, joined, 1, 1, scale=joined**-0.5)
        values[f"{name}.conv2d.bias"] = normal(channels, scale=0.1)
    values["last_linear.weight"] = normal(512, 1792, scale=1792**-0.5)
    norm("last_bn", 512)
    values["logits.weight"] = normal(3, 512)
    return values


def saved(state: State, path: Path) -> Path:
    torch.save(state, path)
    return path


def run(state: State, x: torch.Tensor) -> torch.Tensor:
    def norm(x: torch.Tensor, name: str) -> torch.Tensor:
        keys = ("running_mean", "running_var", "weight", "bias")
        return functional.batch_norm(x, *(state[f"{name}.{key}"] for key in keys), eps=1e-3)

    def units(x: torch.Tensor, *names: str) -> torch.Tensor:
        for name in names:
            _, _, _, stride, padding = UNITS[name]
            x = functional.conv2d(x, state[f"{name}.conv.weight"], None, stride, padding)
            x = norm(x, f"{name}.bn").relu()
        return x

    def branches(x: torch.Tensor, name: str) -> list[torch.Tensor]:
        found = []
        for branch in range(4):
            parts = sorted(key for key in UNITS if key.startswith(f"{name}.branch{branch}"))
            found += [units(x, *parts)] if parts else []
        return found

    def block(x: torch.Tensor, name: str) -> torch.Tensor:
        joined = torch.cat(branches(x, name), 1)
        up = functional.conv2d(joined, state[f"{name}.conv2d.weight"], state[f"{name}.conv2d.bias"])
        return up * BLOCKS[name][2] + x

    x = functional.max_pool2d(units(x, "conv2d_1a", "conv2d_2a", "conv2d_2b"), 3, 2)
    x = units(x, "conv2d_3b", "conv2d_4a", "conv2d_4b")
    for n in range(5):
        x = block(x, f"repeat_1.{n}").relu()
    x = torch.cat([*branches(x, "mixed_6a"), functional.max_pool2d(x, 3, 2)], 1)
    for n in range(10):
        x = block(x, f"repeat_2.{n}").relu()
    x = torch.cat([*branches(x, "mixed_7a"), functional.max_pool2d(x, 3, 2)], 1)
    for n in range(5):
        x = block(x, f"repeat_3.{n}").relu()
    x = block(x, "block8").mean((2, 3)) @ state["last_linear.weight"].T
    return norm(x, "last_bn")


def test_equals_the_architecture_in_torch(state: State, tmp_path: Path) -> None:
    path = saved(state, tmp_path / "20180402-114759-vggface2.pt")
    bundle = import_facenet_pytorch(path)
    verify_bundle(bundle)
    manifest = bundle.manifest
    assert (bundle.id, bundle.dim) == ("facenet-pytorch-vggface2", 512)
    assert manifest.input.max_batch is None
    assert manifest.alignment.template == "margin-crop-160"
    chips = golden_chip(160, 160)[None]
    wanted = run(state, torch.from_numpy(preprocess(chips, manifest.input))).numpy()
    came = Network(bundle).raw(chips)
    assert np.abs(wanted).max() > 0.1
    np.testing.assert_allclose(came, wanted, atol=1e-4 * np.abs(wanted).max())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda s: s.pop("repeat_2.7.branch1.1.conv.weight"),
            "'repeat_2.7.branch1.1.conv.weight' is",
        ),
        (
            lambda s: s.update({"block8.conv2d.bias": torch.zeros(3)}),
            r"shape \(1792,\), got \(3,\)",
        ),
        (lambda s: s.update({"last_bn.running_var": -torch.ones(512)}), "negative"),
        (lambda s: s.update({"last_linear.weight": torch.zeros(4)}), "'last_linear.weight'"),
        (lambda s: s.clear(), "'conv2d_1a.conv.weight' is missing"),
    ],
)
def test_the_weight_that_is_wrong_is_named(
    state: State, tmp_path: Path, change: object, words: str
) -> None:
    broken = dict(state)
    change(broken)  # type: ignore[operator]
    path = saved(broken, tmp_path / "x.pt")
    with pytest.raises(BundleError, match=words):
        import_facenet_pytorch(path, preset="facenet-pytorch-casia-webface")


class Trap:
    """Unpickled, it makes the file that it is told of."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (self.path,)  # type: ignore[return-value]


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    for kind in ("torch", "pickle"):
        buffer = io.BytesIO()
        (torch.save if kind == "torch" else pickle.dump)({"x": Trap(tmp_path / "owned")}, buffer)
        path = tmp_path / "vggface2.pt"
        path.write_bytes(buffer.getvalue())
        with pytest.raises(BundleError, match="weights-only loader refuses it"):
            import_facenet_pytorch(path)
        assert not (tmp_path / "owned").exists()


def test_other_contents_and_names_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "vggface2.pt"
    path.write_bytes(b"junk")
    with pytest.raises(BundleError, match="refuses it"):
        import_facenet_pytorch(path)
    torch.save([torch.zeros(1)], path)
    with pytest.raises(BundleError, match="got list"):
        import_facenet_pytorch(path)
    with pytest.raises(BundleError, match="does not say on which data"):
        import_facenet_pytorch(tmp_path / "weights.pt")
    with pytest.raises(BundleError, match="is of onnx files"):
        import_facenet_pytorch(path, preset="opencv-sface")


def test_without_torch_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vggface2.pt").write_bytes(b"x")
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(DependencyError, match=r"facemetric\[train\]"):
        import_facenet_pytorch(tmp_path / "vggface2.pt")
