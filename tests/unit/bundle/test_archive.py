import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facemetric.bundle import Bundle, open_bundle, pack_bundle
from facemetric.bundle.manifest_file import manifest_bytes
from facemetric.errors import BundleError, FacemetricError, IntegrityError

from .conftest import tiny_graph, tiny_manifest


def write_zip(path: Path, members: dict[str, bytes], *, compress: bool = False) -> Path:
    kind = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", kind) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def good_members() -> dict[str, bytes]:
    graph = tiny_graph()
    return {"bundle.json": manifest_bytes(tiny_manifest(graph)), "model.onnx": graph}


def test_a_packed_bundle_opens_and_is_the_same(tiny: Bundle, tmp_path: Path, home: Path) -> None:
    path = pack_bundle(tiny, tmp_path / "tiny.zip")
    opened = open_bundle(path)
    assert opened.manifest == tiny.manifest
    assert not home.exists()
    assert opened.model_path().read_bytes() == tiny.model_path().read_bytes()
    assert opened.model_path().is_relative_to(home / "cache")
    again = pack_bundle(opened, tmp_path / "again.zip")
    assert again.read_bytes() == path.read_bytes()
    with pytest.raises(BundleError, match=r"ends in \.zip"):
        pack_bundle(tiny, tmp_path / "tiny.tar")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"../evil.txt": b"x"}, "expected only"),
        ({"/etc/evil": b"x"}, "expected only"),
        ({"sub/model.onnx": b"x"}, "expected only"),
        ({f"{n}.txt": b"x" for n in range(9)}, "two files, got 11 entries"),
        ({"bundle.json": b"{}"}, r"bundle\.json.*Field required"),
    ],
)
def test_anything_but_the_two_files_is_refused(
    tmp_path: Path, home: Path, more: dict[str, bytes], words: str
) -> None:
    path = write_zip(tmp_path / "x.zip", {**good_members(), **more})
    with pytest.raises(BundleError, match=words):
        open_bundle(path)
    assert not home.exists()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_stand_twice_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in [*good_members().items(), ("model.onnx", b"other")]:
            archive.writestr(name, data)
    with pytest.raises(BundleError, match="two files, got 3"):
        open_bundle(path)


def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    members = {**good_members(), "model.onnx": bytes(50_000_000)}
    with pytest.raises(BundleError, match="claims 50000000 bytes out of"):
        open_bundle(write_zip(tmp_path / "x.zip", members, compress=True))
    members = {**good_members(), "bundle.json": bytes(50_000_000)}
    with pytest.raises(BundleError, match="claims"):
        open_bundle(write_zip(tmp_path / "y.zip", members, compress=True))


def test_another_graph_than_the_manifests_is_refused(tmp_path: Path) -> None:
    members = {**good_members(), "model.onnx": tiny_graph(seed=5)}
    opened = open_bundle(write_zip(tmp_path / "x.zip", members))
    with pytest.raises(IntegrityError, match="expected SHA-256"):
        opened.model_path()


def test_missing_members_and_files_are_named(tmp_path: Path) -> None:
    members = good_members()
    path = write_zip(tmp_path / "x.zip", {"model.onnx": members["model.onnx"]})
    with pytest.raises(BundleError, match=r"bundle\.json is not at its top level"):
        open_bundle(path)
    path = write_zip(tmp_path / "y.zip", {"bundle.json": members["bundle.json"]})
    with pytest.raises(BundleError, match=r"model\.onnx is not at its top level"):
        open_bundle(path)
    with pytest.raises(BundleError, match="cannot be read"):
        open_bundle(tmp_path / "absent.zip")


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_archives_give_errors_of_ours(tmp_path: Path, data: st.DataObject) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in good_members().items():
            archive.writestr(name, member)
    damaged = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(1, min(len(damaged), 400)))
        damaged[-place] = data.draw(st.integers(0, 255))
    damaged = damaged[: data.draw(st.integers(len(damaged) - 60, len(damaged)))]
    path = tmp_path / "fuzz.zip"
    path.write_bytes(damaged)
    try:
        digest = open_bundle(path).manifest.model.sha256
        model = open_bundle(path).model_path().read_bytes()
    except FacemetricError as error:
        assert isinstance(error, BundleError)
    else:
        assert digest and model == tiny_graph()
