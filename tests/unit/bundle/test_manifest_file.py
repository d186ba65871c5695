import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.bundle import Manifest, open_bundle
from facemetric.bundle.manifest_file import (
    MAX_MANIFEST_BYTES,
    manifest_bytes,
    parse_manifest,
    read_manifest,
)
from facemetric.errors import BundleError, FacemetricError

VALID = json.loads(manifest_bytes(open_bundle("dlib-resnet-v1").manifest))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def test_bytes_read_back_as_the_same_manifest() -> None:
    manifest = parse_manifest(json.dumps(VALID).encode(), item="x")
    assert parse_manifest(manifest_bytes(manifest), item="x") == manifest


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=200))
def test_random_bytes_give_bundle_errors(data: bytes) -> None:
    with pytest.raises(BundleError):
        parse_manifest(data, item="x")


@settings(deadline=None, max_examples=300)
@given(JSON)
def test_random_json_gives_bundle_errors(value: object) -> None:
    with pytest.raises(BundleError):
        parse_manifest(json.dumps(value).encode(), item="x")


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(sorted(VALID)), st.data())
def test_a_field_replaced_gives_a_manifest_or_a_bundle_error(
    field: str, data: st.DataObject
) -> None:
    values = dict(VALID)
    if isinstance(VALID[field], dict) and data.draw(st.booleans()):
        inner = data.draw(st.sampled_from(sorted(VALID[field])))
        values[field] = {**VALID[field], inner: data.draw(JSON)}
    else:
        values[field] = data.draw(JSON)
    try:
        manifest = parse_manifest(json.dumps(values).encode(), item="x")
    except FacemetricError as error:
        assert isinstance(error, BundleError)
    else:
        assert isinstance(manifest, Manifest)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("input", "colour"), "rbg", r"input\.colour.*'rgb' or 'bgr'.*got 'rbg'"),
        (("input", "color"), "rgb", r"input\.color: is unknown here \(got 'rgb'\)"),
        (("input", "scale"), [0, 1, 1], r"input.*scale must not be zero"),
        (("input", "scale"), [1, 1e-320, 1], r"input.*scale must not be zero; its size is 1e-06"),
        (("input", "scale"), [1, 1, -1e300], r"input.*scale must .* to 1e\+06"),
        (("input", "mean"), [0, 1e39, 0], r"input.*mean must be within"),
        (("input", "mean"), [float("nan"), 1, 1], r"input\.mean\.0.*finite"),
        (("model", "file"), "../model.onnx", r"model\.file"),
        (("model", "sha256"), "0", r"model\.sha256"),
        (("id",), "A b", r"id: .*got 'A b'"),
        (("embedding", "dim"), 64, r"(golden|codes)\..* must have 64 values"),
        (("schema_version",), 2, r"schema_version"),
    ],
)
def test_errors_name_the_field_what_came_and_what_to_do(
    path: tuple[str, ...], value: object, words: str
) -> None:
    values = json.loads(json.dumps(VALID))
    target = values
    for part in path[:-1]:
        target = target[part]
    target[path[-1]] = value
    with pytest.raises(BundleError, match=words) as caught:
        parse_manifest(json.dumps(values).encode(), item="bundle.json")
    assert str(caught.value).startswith("bundle.json: ")
    assert "Correct these fields" in str(caught.value)


NEWER = "It was perhaps written by a newer facemetric: update. Correct these fields"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("spread", [], "spread: is unknown here (got [])"),
        ("schema_version", 2, "schema_version: Input should be 1 (got 2)"),
    ],
)
def test_what_is_unknown_here_was_perhaps_written_by_a_newer_program(
    field: str, value: object, words: str
) -> None:
    with pytest.raises(BundleError) as caught:
        parse_manifest(json.dumps({**VALID, field: value}).encode(), item="x")
    assert words in str(caught.value)
    assert NEWER in str(caught.value)


@pytest.mark.parametrize(("field", "value"), [("schema_version", 0), ("id", "A b")])
def test_what_is_wrong_is_no_newer_program_s(field: str, value: object) -> None:
    with pytest.raises(BundleError) as caught:
        parse_manifest(json.dumps({**VALID, field: value}).encode(), item="x")
    assert "newer" not in str(caught.value)


def test_a_field_that_older_programs_refuse_is_written_where_it_says_something() -> None:
    manifest = open_bundle("dlib-resnet-v1").manifest
    assert json.loads(manifest_bytes(manifest))["spreads"]
    without = manifest.model_copy(update={"spreads": ()})
    written = manifest_bytes(without)
    assert set(VALID) - set(json.loads(written)) == {"spreads"}
    assert parse_manifest(written, item="x") == without


def test_a_giant_manifest_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "bundle.json"
    path.write_bytes(b" " * (MAX_MANIFEST_BYTES + 1))
    with pytest.raises(BundleError, match="holds no weights"):
        read_manifest(path)


def test_a_missing_manifest_says_what_a_bundle_is(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"a folder, or a \.zip"):
        read_manifest(tmp_path / "bundle.json")
