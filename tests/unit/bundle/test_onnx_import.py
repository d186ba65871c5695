from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facemetric.bundle import (
    Bundle,
    Network,
    describe_bundle,
    golden_chip,
    import_onnx,
    open_bundle,
    preprocess,
    verify_bundle,
)
from facemetric.bundle.graph import GraphBuilder
from facemetric.bundle.preset import PRESETS
from facemetric.errors import BundleError, InputError, IntegrityError, UnknownNameError
from facemetric.runtime import Session

from .conftest import DIM, SIDE, tiny_graph

FLAGS = {
    "colour": "rgb",
    "mean": (127.5, 127.5, 127.5),
    "scale": (128.0, 128.0, 128.0),
    "template": "arcface-112",
    "licence": "MIT",
    "training_data": "none",
}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "My Model.onnx"
    path.write_bytes(tiny_graph())
    return path


def write(path: Path, graph: GraphBuilder | bytes, shape: tuple[object, ...], out: object) -> Path:
    if isinstance(graph, GraphBuilder):
        graph = graph.finish(("chips", shape), ("embeddings", out))  # type: ignore[arg-type]
    path.write_bytes(graph)
    return path


def golden_chips(bundle: Bundle, count: int) -> np.ndarray:
    chip = golden_chip(bundle.manifest.input.height_px, bundle.manifest.input.width_px)
    return np.stack([np.roll(chip, 3 * n, axis=1) for n in range(count)])


def raw(bundle: Bundle, count: int = 4) -> np.ndarray:
    return Network(bundle).raw(golden_chips(bundle, count))


def test_flags_make_a_bundle_that_opens_by_name(model: Path, tiny: Bundle) -> None:
    bundle = import_onnx(model, **FLAGS, commercial_use=False, description="Mine.")
    verify_bundle(bundle)
    opened = open_bundle("my-model")
    spec = opened.manifest.input
    assert (spec.height_px, spec.width_px, spec.layout, spec.max_batch) == (
        SIDE,
        SIDE,
        "nchw",
        None,
    )
    assert opened.dim == DIM
    text = describe_bundle(opened)
    assert "Licence: MIT (NO commercial use)" in text and "Mine." in text
    assert opened.manifest.provenance.source == "My Model.onnx"
    np.testing.assert_allclose(raw(opened), raw(tiny), atol=1e-6)


def test_missing_flags_are_all_named(model: Path) -> None:
    with pytest.raises(InputError, match=r"mean, scale, licence, training_data\. Give them"):
        import_onnx(model, colour="rgb", template="arcface-112")


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"scale": (0, 1, 1)}, InputError, "scale must not be zero"),
        ({"colour": "grey"}, InputError, "colour"),
        ({"id": "No Way"}, InputError, "small letters"),
        ({"height_px": 112}, BundleError, "expected height_px 112, the graph takes 16"),
        ({"layout": "nhwc"}, BundleError, "layout is 'nhwc'"),
        ({"output_name": "fc1"}, BundleError, r"no output 'fc1' among \['embeddings'\]"),
        ({"preset": "buffalo"}, UnknownNameError, "Known:"),
        ({"preset": "keras-facenet"}, BundleError, "is of keras files"),
        ({"preset": "insightface-buffalo-l"}, BundleError, "expected height_px 112"),
        ({"preset": "mobilefacenet-ms1m"}, IntegrityError, "any_weights=True"),
    ],
)
def test_what_clashes_is_said(
    model: Path, changes: dict[str, object], kind: type[Exception], words: str
) -> None:
    flags = {} if "preset" in changes else FLAGS
    with pytest.raises(kind, match=words):
        import_onnx(model, **{**flags, **changes})


def test_an_import_does_not_overwrite(model: Path) -> None:
    first = import_onnx(model, **FLAGS)
    with pytest.raises(BundleError, match="replace=True"):
        import_onnx(model, **FLAGS)
    again = import_onnx(model, **{**FLAGS, "colour": "bgr"}, replace=True)
    assert again.folder == first.folder
    assert open_bundle("my-model").manifest.input.colour == "bgr"


def test_a_preset_with_options_over_it(model: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "r50.onnx", tiny_graph(side=112, dim=512), (), ())
    bundle = import_onnx(path, preset="insightface-buffalo-l", folder=tmp_path / "out")
    assert bundle.manifest.input == PRESETS["insightface-buffalo-l"].input
    assert bundle.manifest.licence.commercial_use is False
    changed = import_onnx(path, preset="insightface-buffalo-l", id="bgr", colour="bgr")
    assert changed.manifest.input.colour == "bgr" and changed.id == "bgr"


def test_every_preset_can_become_a_manifest() -> None:
    assert len(PRESETS) >= 8
    for name, preset in PRESETS.items():
        assert preset.id == name
        assert preset.licence.training_data and preset.source
        figures = preset.calibrations or preset.results or preset.codes
        assert preset.source_sha256 is not None or not figures


def test_a_fixed_batch_is_freed_where_that_is_right(tmp_path: Path, tiny: Bundle) -> None:
    rng = np.random.default_rng(0)
    graph = GraphBuilder("reshaped")
    x = graph.convolution("chips", rng.normal(size=(4, 3, 3, 3)).astype(np.float32))
    x = graph.node("GlobalAveragePool", graph.node("Relu", x))
    x = graph.node("Reshape", x, graph.weight(np.array([1, 4])))
    x = graph.node("MatMul", x, graph.weight(rng.normal(size=(4, DIM))))
    graph.node("Reshape", x, graph.weight(np.array([1, -1])))
    path = write(tmp_path / "m.onnx", graph, (1, 3, SIDE, SIDE), (1, DIM))
    bundle = import_onnx(path, **FLAGS)
    assert bundle.manifest.input.max_batch is None
    assert bundle.manifest.provenance.recipe == "batch dimension freed"
    np.testing.assert_allclose(raw(bundle), raw(tiny), atol=1e-6)


def mixing_graph() -> GraphBuilder:
    """Make a graph whose embeddings depend on the other chips of the batch."""
    graph = GraphBuilder("mixing")
    x = graph.node("Flatten", graph.node("GlobalAveragePool", "chips"), axis=1)
    mean = graph.node("ReduceMean", x, axes=(0,), keepdims=1)
    graph.node("Add", x, mean)
    return graph


@pytest.mark.parametrize("batch", [1, "N"])
def test_a_graph_that_mixes_its_batch_is_limited_to_one(tmp_path: Path, batch: int | str) -> None:
    path = write(tmp_path / "m.onnx", mixing_graph(), (batch, 3, SIDE, SIDE), (batch, 3))
    bundle = import_onnx(path, **FLAGS)
    assert bundle.manifest.input.max_batch == 1
    chip = golden_chip(SIDE, SIDE)
    alone = Network(bundle).raw(chip[None])
    np.testing.assert_array_equal(Network(bundle).raw(np.stack([chip, 255 - chip]))[:1], alone)


def test_an_output_that_claims_a_batch_of_one_is_no_limit(tmp_path: Path, tiny: Bundle) -> None:
    model = onnx.load_model_from_string(tiny_graph())
    model.graph.output[0].type.tensor_type.shape.dim[0].dim_value = 1
    path = write(tmp_path / "m.onnx", model.SerializeToString(), (), ())
    bundle = import_onnx(path, **FLAGS)
    assert bundle.manifest.input.max_batch is None
    np.testing.assert_allclose(raw(bundle), raw(tiny), atol=1e-6)


def test_a_batch_of_another_size_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "m.onnx", tiny_graph(batch=4), (), ())
    with pytest.raises(BundleError, match="exactly 4 chips"):
        import_onnx(path, **FLAGS)


def test_a_channels_last_graph_is_recognised(tmp_path: Path, tiny: Bundle) -> None:
    rng = np.random.default_rng(0)
    graph = GraphBuilder("nhwc")
    x = graph.node("Transpose", "chips", perm=(0, 3, 1, 2))
    x = graph.convolution(x, rng.normal(size=(4, 3, 3, 3)).astype(np.float32))
    x = graph.node("Flatten", graph.node("GlobalAveragePool", graph.node("Relu", x)), axis=1)
    graph.node("MatMul", x, graph.weight(rng.normal(size=(4, DIM))))
    path = write(tmp_path / "m.onnx", graph, ("N", SIDE, SIDE, 3), ("N", DIM))
    bundle = import_onnx(path, **FLAGS)
    assert bundle.manifest.input.layout == "nhwc"
    np.testing.assert_allclose(raw(bundle), raw(tiny), atol=1e-6)


def test_double_normalisation_is_refused(tmp_path: Path) -> None:
    graph = GraphBuilder("self")
    x = graph.node("Sub", "chips", graph.weight(np.array([127.5])))
    x = graph.node("Mul", x, graph.weight(np.array([1 / 128])))
    graph.node("Flatten", graph.node("GlobalAveragePool", x), axis=1)
    path = write(tmp_path / "m.onnx", graph, ("N", 3, SIDE, SIDE), ("N", 3))
    with pytest.raises(BundleError, match="normalises its input itself"):
        import_onnx(path, **FLAGS)
    plain = {**FLAGS, "mean": (0, 0, 0), "scale": (1, 1, 1)}
    assert import_onnx(path, **plain).dim == 3


def test_weights_in_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(bytes(4 * 3 * 4 * 3 * 3))
    model = onnx.load_model_from_string(tiny_graph())
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../secret")
    path = write(tmp_path / "m.onnx", model.SerializeToString(), (), ())
    with pytest.raises(BundleError, match="lies in another file"):
        import_onnx(path, **FLAGS)


def test_external_weights_inside_an_attribute_are_refused(tmp_path: Path) -> None:
    model = onnx.load_model_from_string(tiny_graph())
    inner = onnx.GraphProto(name="inner")
    tensor = inner.initializer.add(name="hidden", data_location=onnx.TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="/etc/passwd")
    node = model.graph.node.add(op_type="If")
    node.attribute.add(name="then_branch", type=onnx.AttributeProto.GRAPH).g.CopyFrom(inner)
    path = write(tmp_path / "m.onnx", model.SerializeToString(), (), ())
    with pytest.raises(BundleError, match="'hidden' lies in another file"):
        import_onnx(path, **FLAGS)


def test_other_inputs_and_types_are_named(tmp_path: Path) -> None:
    model = onnx.load_model_from_string(tiny_graph())
    model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.FLOAT16
    path = write(tmp_path / "m.onnx", model.SerializeToString(), (), ())
    with pytest.raises(BundleError, match="expected float32, got float16"):
        import_onnx(path, **FLAGS)
    model = onnx.load_model_from_string(tiny_graph())
    model.graph.input.add(name="more").CopyFrom(model.graph.input[0])
    path.write_bytes(model.SerializeToString())
    with pytest.raises(BundleError, match="expected one input"):
        import_onnx(path, **FLAGS)


def test_a_constant_network_is_refused(tmp_path: Path) -> None:
    graph = GraphBuilder("constant")
    x = graph.node("Flatten", graph.node("GlobalAveragePool", "chips"), axis=1)
    x = graph.node("Mul", x, graph.weight(np.zeros(3)))
    graph.node("Add", x, graph.weight(np.ones(3)))
    path = write(tmp_path / "m.onnx", graph, ("N", 3, SIDE, SIDE), ("N", 3))
    with pytest.raises(IntegrityError, match="the same embedding for every chip"):
        import_onnx(path, **FLAGS)


@settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(junk=st.binary(max_size=300))
def test_random_bytes_are_refused(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "junk.onnx"
    path.write_bytes(junk)
    with pytest.raises(BundleError):
        import_onnx(path, **FLAGS)


@pytest.mark.data
def test_mobilefacenet_is_imported_with_a_free_batch(data_root: Path) -> None:
    bundle = import_onnx(
        data_root / "models" / "mobilefacenet-ms1m.onnx", preset="mobilefacenet-ms1m"
    )
    verify_bundle(bundle)
    assert bundle.manifest.input.max_batch is None
    values = preprocess(golden_chips(bundle, 3), bundle.manifest.input)
    file = Session(data_root / "models" / "mobilefacenet-ms1m.onnx")
    alone = [file.run({"input0": values[row : row + 1]})[0] for row in range(3)]
    np.testing.assert_allclose(raw(bundle, 3), np.concatenate(alone), atol=1e-5)
    assert "Apache-2.0" in describe_bundle(bundle)
