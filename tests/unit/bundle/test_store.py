import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from facemetric.bundle import (
    Bundle,
    describe_bundle,
    licence_text,
    list_bundles,
    open_bundle,
    remove_bundle,
    save_bundle,
    save_manifest,
    verify_bundle,
)
from facemetric.bundle.manifest import Calibration, Golden, Licence, ModelFile, OperatingPoint
from facemetric.errors import BundleError, IntegrityError, UnknownNameError

from .conftest import DIM, tiny_graph, tiny_manifest


def test_a_saved_bundle_opens_by_folder_and_verifies(tiny: Bundle) -> None:
    opened = open_bundle(tiny.folder)
    assert opened.manifest == tiny.manifest
    assert open_bundle(str(tiny.folder)).id == "tiny"
    with pytest.raises(IntegrityError, match="no golden embedding"):
        verify_bundle(opened)


def test_opening_reads_no_weights_and_using_checks_them(tiny: Bundle) -> None:
    path = tiny.folder / "model.onnx"
    path.write_bytes(path.read_bytes() + b"\x00")
    opened = open_bundle(tiny.folder)
    with pytest.raises(IntegrityError, match=r"expected SHA-256 \w{64}, got \w{64}"):
        opened.model_path()
    path.unlink()
    with pytest.raises(BundleError, match="the graph is missing"):
        opened.model_path()


def test_the_hash_is_checked_once_and_again_on_demand(tiny: Bundle) -> None:
    path = tiny.model_path()
    path.write_bytes(b"")
    assert tiny.model_path() == path
    with pytest.raises(IntegrityError):
        tiny.model_path(recheck=True)


def test_verify_notices_another_embedding(make_tiny: Callable[..., Bundle]) -> None:
    wrong = make_tiny("wrong", golden=Golden(embedding=(1.0,) + (0.0,) * (DIM - 1)))
    with pytest.raises(IntegrityError, match="golden embedding differs by"):
        verify_bundle(wrong)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"input": {"height_px": 32, "width_px": 16}}, r"input 'chips': expected"),
        ({"embedding": {"dim": 4}}, r"output 'embeddings': expected \['N', 4\]"),
        ({"input": {"height_px": 16, "width_px": 16, "layout": "nhwc"}}, "input 'chips'"),
        ({"model": {"input": "x"}}, r"model\.input is 'x', the graph has \['chips'\]"),
        ({"model": {"output": "y"}}, r"model\.output is 'y'"),
    ],
)
def test_verify_notices_other_shapes_and_names(
    make_tiny: Callable[..., Bundle], changes: dict[str, dict[str, object]], words: str
) -> None:
    if "model" in changes:
        model = {"input": "chips", "output": "embeddings", **changes["model"]}
        digest = hashlib.sha256(tiny_graph()).hexdigest()
        changes = {"model": ModelFile.model_validate({**model, "sha256": digest}).model_dump()}
    with pytest.raises(IntegrityError, match=words):
        verify_bundle(make_tiny("odd", **changes))


def test_saving_is_all_or_nothing(tmp_path: Path, tiny: Bundle) -> None:
    graph = tiny_graph(seed=1)
    with pytest.raises(IntegrityError, match=r"model\.sha256 is"):
        save_bundle(tmp_path / "new", tiny.manifest, graph)
    with pytest.raises(BundleError, match="replace=True"):
        save_bundle(tiny.folder, tiny_manifest(graph), graph)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(BundleError, match="no bundle"):
        save_bundle(tmp_path / "mine", tiny_manifest(graph), graph, replace=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "tiny"]
    replaced = save_bundle(tiny.folder, tiny_manifest(graph), graph, replace=True)
    assert replaced.model_path().read_bytes() == graph
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "tiny"]


def test_a_manifest_is_enriched_in_place(tiny: Bundle) -> None:
    point = OperatingPoint(
        far=0.01, similarity=0.5, far_low=0.009, far_high=0.011, impostor_pairs=1000
    )
    table = Calibration(data="a test", flip=True, people=10, points=(point,))
    enriched = tiny.manifest.model_copy(update={"calibrations": (table,)})
    saved = save_manifest(tiny, enriched)
    assert open_bundle(tiny.folder).manifest == saved.manifest == enriched
    assert "similarity 0.500 at FAR 0.01" in describe_bundle(saved)
    other = tiny.manifest.model_copy(update={"id": "other"})
    with pytest.raises(BundleError, match="another graph"):
        save_manifest(tiny, other)
    with pytest.raises(BundleError, match="only a bundle in a folder"):
        save_manifest(open_bundle("dlib-resnet-v1"), enriched)


def test_listing_names_built_in_imported_and_damaged_bundles(home: Path) -> None:
    graph = tiny_graph()
    folder = home / "data" / "bundles"
    save_bundle(folder / "tiny", tiny_manifest(graph), graph)
    (folder / "broken").mkdir()
    (folder / "broken" / "bundle.json").write_text(json.dumps({"id": 3}))
    entries = {entry.name: entry for entry in list_bundles()}
    assert entries["dlib-resnet-v1"].origin == "built-in"
    assert entries["tiny"].origin == "imported" and entries["tiny"].manifest is not None
    assert entries["broken"].manifest is None and "id:" in str(entries["broken"].problem)
    assert open_bundle("tiny").folder == folder / "tiny"
    remove_bundle("tiny")
    assert "tiny" not in {entry.name for entry in list_bundles()}
    with pytest.raises(UnknownNameError):
        remove_bundle("dlib-resnet-v1")


def test_unknown_names_get_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"Did you mean 'dlib-resnet-v1'\?"):
        open_bundle("dlib-resnet")
    (tmp_path / "model.onnx").write_bytes(b"x")
    with pytest.raises(BundleError, match=r"Import an \.onnx"):
        open_bundle(tmp_path / "model.onnx")
    with pytest.raises(BundleError, match=r"bundle\.json: cannot be read"):
        open_bundle(tmp_path)


@pytest.mark.parametrize(
    ("allowed", "words"),
    [(True, "commercial use allowed"), (False, "NO commercial use"), (None, "does not say")],
)
def test_the_licence_is_said_in_words(
    make_tiny: Callable[..., Bundle], allowed: bool | None, words: str
) -> None:
    licence = Licence(spdx="X-1", commercial_use=allowed, training_data="faces", notes="Mind it.")
    bundle = make_tiny("said", licence=licence.model_dump())
    text = licence_text(bundle.manifest)
    assert text in describe_bundle(bundle)
    for part in ("X-1", words, "Training data: faces", "Mind it."):
        assert part in text


def test_a_path_that_cannot_be_looked_at_is_an_error_of_the_bundle(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"cannot be opened: .*Check the path"):
        open_bundle(tmp_path / ("x" * 300))
