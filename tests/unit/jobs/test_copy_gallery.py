"""Galleries copied, exported and imported: whole, once, checked."""

from __future__ import annotations

import dataclasses
import stat
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as arrow
import pytest
from pyarrow import parquet

from facemetric.errors import (
    BundleMismatchError,
    DataError,
    InputError,
    IntegrityError,
    PersonError,
)
from facemetric.gallery import Consent, Gallery, NewSample, PersonRecord, SqliteGallery
from facemetric.index import Codec
from facemetric.jobs.copy_gallery import copy_gallery
from facemetric.jobs.parquet import export_gallery, import_gallery
from facemetric.jobs.parquet import file as parquet_file
from facemetric.types import ChipQuality, Face

DIM = 8


def unit(count: int, seed: int = 0) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(count, DIM))
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


def new(path: Path, **options: object) -> SqliteGallery:
    return SqliteGallery(path, **{"bundle": "net", "dim": DIM, "flip": True, **options})  # type: ignore[arg-type]


def filled(path: Path, people: int = 600, **options: object) -> SqliteGallery:
    gallery = new(path, **options)
    points = np.arange(10, dtype=np.float32).reshape(5, 2)
    face = Face(np.array([1, 2, 30, 40], np.float32), 0.1 + 0.2, points)
    quality = ChipQuality(70.5, 120.25, -3.0, 1.5, 0.25, 0.5, 0.2, 0.01)
    vectors = unit(2 * people)
    list(
        gallery.enroll_many(
            (f"P{n}", [NewSample(one, "a", None, face, quality), NewSample(two, "b")])
            for n, (one, two) in enumerate(zip(vectors[::2], vectors[1::2], strict=True))
        )
    )
    told = datetime(2024, 1, 1, tzinfo=UTC)
    gallery.set_terms("P0", consent=Consent("consent", "asked", told), keep_until=told)
    gallery.set_groups("P1", ["staff", "Büro"])
    gallery.remove_sample(gallery.samples("P2")[0].id)
    for sample in gallery.samples("P3"):
        gallery.remove_sample(sample.id, purge=False)
    gallery.purge()
    return gallery


def assert_same(one: Gallery, other: Gallery) -> None:
    def all_of(gallery: Gallery) -> list[PersonRecord]:
        return [record for chunk in gallery.records() for record in chunk]

    for a, b in zip(all_of(one), all_of(other), strict=True):
        assert a.person == b.person
        for x, y in zip(a.samples, b.samples, strict=True):
            np.testing.assert_array_equal(x.embedding, y.embedding)
            assert x.flip == y.flip
            for name in ("id", "source", "source_sha256", "quality", "taken", "created", "bundles"):
                assert getattr(x.sample, name) == getattr(y.sample, name)
            if x.sample.face is not None:
                assert y.sample.face is not None and x.sample.face.score == y.sample.face.score
                np.testing.assert_array_equal(x.sample.face.box_xyxy_px, y.sample.face.box_xyxy_px)


def test_everyone_arrives_once(tmp_path: Path) -> None:
    seen: list[int] = []
    with filled(tmp_path / "a.db") as source, new(tmp_path / "b.db") as target:
        target.enroll("Somebody else", [NewSample(unit(1, 9)[0], "x")])
        copied = copy_gallery(source, target, tell=seen.append)
        assert (copied.people, copied.samples, copied.new_people) == (600, 1197, 600)
        assert seen == [256, 512, 600]
        again = copy_gallery(source, target)
        assert again == dataclasses.replace(copied, new_people=0)
        target.remove("Somebody else")
        assert_same(source, target)


def test_an_interrupted_copy_goes_on(tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(people: int) -> None:
        if people > 256:
            raise Stop

    with filled(tmp_path / "a.db") as source, new(tmp_path / "b.db") as target:
        with pytest.raises(Stop):
            copy_gallery(source, target, tell=stop)
        assert 0 < len(target) < 600
        assert copy_gallery(source, target).new_people == 600 - 512
        assert_same(source, target)


def test_what_arrives_changed_is_named(tmp_path: Path) -> None:
    with filled(tmp_path / "a.db", 5) as source, new(tmp_path / "b.db") as target:
        copy_gallery(source, target)
        target.rename("P4", "Renamed")
        with pytest.raises(IntegrityError, match="Renamed: is not the same on both sides"):
            copy_gallery(source, target)

    class Losing(SqliteGallery):
        def restore(self, records: Sequence[PersonRecord]) -> int:
            return super().restore(records[1:])

    with (
        SqliteGallery(tmp_path / "a.db") as source,
        Losing(tmp_path / "c.db", bundle="net", dim=DIM) as target,
        pytest.raises(IntegrityError, match="1 person did not arrive, such as "),
    ):
        copy_gallery(source, target)


def test_codes_stay_the_codes_they_are(tmp_path: Path) -> None:
    codec = Codec.fit(unit(500, 3))
    with (
        filled(tmp_path / "a.db", 20, codec=codec) as source,
        new(tmp_path / "b.db", codec=codec) as target,
        new(tmp_path / "c.db") as floats,
    ):
        copy_gallery(source, target)
        assert_same(source, target)
        copy_gallery(source, floats)
        np.testing.assert_array_equal(floats.vectors().embeddings, source.vectors().embeddings)


def test_floats_are_not_rounded_into_codes(tmp_path: Path) -> None:
    codec = Codec.fit(unit(500, 3))
    with (
        filled(tmp_path / "a.db", 20) as source,
        new(tmp_path / "b.db", codec=codec) as target,
    ):
        with pytest.raises(BundleMismatchError, match="the source floats, which would be rounded"):
            copy_gallery(source, target)
        assert len(target) == 0


def test_nor_are_codes_of_another_codec(tmp_path: Path) -> None:
    with (
        filled(tmp_path / "a.db", 20, codec=Codec.fit(unit(500, 3))) as source,
        new(tmp_path / "b.db", codec=Codec.fit(unit(500, 4))) as target,
    ):
        with pytest.raises(BundleMismatchError, match="the source those of another codec, which"):
            copy_gallery(source, target)
        assert len(target) == 0


@pytest.mark.parametrize("seed", [None, 4], ids=["floats", "another codec"])
def test_a_file_that_codes_would_round_is_refused_first(
    tmp_path: Path, seed: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exactly one vector of many is not kept: nobody is stored before it was looked at."""
    monkeypatch.setattr(parquet_file, "BATCH_ROWS", 8)
    codec = Codec.fit(unit(500, 3))
    file = tmp_path / "people.parquet"
    its = None if seed is None else Codec.fit(unit(500, seed))
    with filled(tmp_path / "a.db", 20, codec=codec) as source:
        export_gallery(source, file)
    with new(tmp_path / "b.db", codec=codec) as target:
        assert import_gallery(file, target).new_people == 20
    vector = unit(1, 9)
    if its is not None:
        vector = its.decode(its.encode(vector))
    table = parquet.read_table(file)
    rows = table.to_pylist()
    rows[-1]["embedding"] = vector[0].tolist()
    parquet.write_table(arrow.Table.from_pylist(rows, schema=table.schema), file)
    with new(tmp_path / "c.db", codec=codec) as target:
        with pytest.raises(BundleMismatchError, match=r"would be rounded; nothing was stored"):
            import_gallery(file, target)
        assert len(target) == 0
    with new(tmp_path / "d.db") as floats:
        assert import_gallery(file, floats).new_people == 20


def test_galleries_that_cannot_be_compared(tmp_path: Path) -> None:
    with filled(tmp_path / "a.db", 4) as source:
        for name, options in (("flip", {"flip": False}), ("bundle", {"bundle": "other"})):
            with (
                new(tmp_path / f"{name}.db", **options) as target,
                pytest.raises(BundleMismatchError, match=f"target: holds embeddings of {name}"),
            ):
                copy_gallery(source, target)
        with new(tmp_path / "b.db") as target:
            target.enroll("p1", [NewSample(unit(1, 9)[0], "x")])
            with pytest.raises(PersonError, match="P1: somebody else has the name"):
                copy_gallery(source, target)
            assert len(target) == 1


def test_parquet_and_back(tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    with filled(tmp_path / "a.db") as source, new(tmp_path / "b.db") as target:
        written = export_gallery(source, path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        read = import_gallery(path, target)
        assert written == read
        assert (read.people, read.samples, read.new_people) == (600, 1197, 600)
        assert_same(source, target)
        assert copy_gallery(source, target).checksum == read.checksum
        assert import_gallery(path, target).new_people == 0
        table = parquet.read_table(path)
        assert table.num_rows == 1198  # one for the person without a sample
        assert table.schema.field("embedding").type == arrow.list_(arrow.float32(), DIM)
        with pytest.raises(DataError, match="is there already"):
            export_gallery(source, path)
    assert sorted(one.name for one in tmp_path.glob("*parquet*")) == ["people.parquet"]


def test_files_that_are_no_gallery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "people.parquet"
    with filled(tmp_path / "a.db", 30) as source, new(tmp_path / "b.db") as target:
        with pytest.raises(DataError, match="no such file"):
            import_gallery(path, target)
        parquet.write_table(arrow.table({"a": [1]}), path)
        with pytest.raises(DataError, match="is no gallery in Parquet"):
            import_gallery(path, target)
        path.write_bytes(b"PAR1")
        with pytest.raises(DataError, match="is no gallery in Parquet"):
            import_gallery(path, target)
        path.unlink()
        export_gallery(source, path)
        data = bytearray(path.read_bytes())
        data[len(data) // 4 : len(data) // 4 + 64] = bytes(64)
        path.write_bytes(data)
        with pytest.raises(DataError, match="is damaged"):
            import_gallery(path, target)
        assert len(target) == 0
        path.unlink()
        monkeypatch.setattr(parquet_file, "VERSION", 3)
        export_gallery(source, path)
        monkeypatch.setattr(parquet_file, "VERSION", 1)
        with pytest.raises(DataError, match="has version 3, this program reads up to 2"):
            import_gallery(path, target)
        with new(tmp_path / "c.db", bundle="other") as other:
            path.unlink()
            export_gallery(source, path)
            with pytest.raises(BundleMismatchError, match="holds embeddings of bundle 'net'"):
                import_gallery(path, other)


def test_what_is_there_already_is_compared_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    with filled(tmp_path / "a.db", 5) as source, new(tmp_path / "b.db") as target:
        export_gallery(source, path)
        import_gallery(path, target)
        target.remove_sample(target.samples("P4")[0].id)
        with pytest.raises(IntegrityError, match=r"P4: is not the same .*import again"):
            import_gallery(path, target)


def test_rows_that_were_sorted_otherwise_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    with filled(tmp_path / "a.db", 600) as source, new(tmp_path / "b.db") as target:
        export_gallery(source, path)
        table = parquet.read_table(path)
        parquet.write_table(table.take([*range(1, table.num_rows), 0]), path)
        with pytest.raises(DataError, match=r"rows of 'P0' .* do not stand together"):
            import_gallery(path, target)
        assert len(target) == 0


@pytest.mark.parametrize(
    ("column", "value", "error", "said"),
    [
        ("name", " P1  a", PersonError, "spaces to spare.*Spell it 'P1 a'"),
        ("name", "p2", PersonError, "p2: somebody else has the name"),
        (
            "name",
            "P\u200b1",
            DataError,
            r"row \d, of person \S{36}: the name has U\+200B.* rename ",
        ),
        ("name", None, DataError, r"row \d, of person \S{36}, has nothing as name"),
        ("groups", ["a\x00b"], DataError, r"row \d, of person \S{36}: the group's name has U"),
        ("groups", ["a\u200b"], DataError, r"row \d, of person \S{36}: the group's name has U"),
        ("groups", None, DataError, r"row \d, of person \S{36}, has nothing as groups"),
        ("groups", ["b", "a"], InputError, "P1: expected groups sorted"),
        ("person_id", 'x" or id != "', DataError, r"row \d has .* as person_id, expected a UUID"),
        ("person_id", None, DataError, r"row \d has nothing as person_id, expected a UUID"),
        ("sample_id", "X", InputError, "P1: expected a UUID in lower case"),
        ("source_sha256", "zz", InputError, "64 hex digits"),
        ("embedding", [float("nan")] * DIM, InputError, "not finite"),
    ],
)
def test_what_no_gallery_writes_is_not_stored(
    tmp_path: Path, column: str, value: object, error: type[Exception], said: str
) -> None:
    path = tmp_path / "people.parquet"
    with filled(tmp_path / "a.db", 5) as source, new(tmp_path / "b.db") as target:
        export_gallery(source, path)
        table = parquet.read_table(path)
        rows = table.to_pylist()
        for row in rows:
            if row["name"] == "P1":
                row[column] = value
        fields = [field.with_nullable(True) for field in table.schema]
        schema = arrow.schema(fields, table.schema.metadata)
        parquet.write_table(arrow.Table.from_pylist(rows, schema=schema), path)
        with pytest.raises(error, match=said):
            import_gallery(path, target)
        assert len(target) == 0


def test_a_sample_cannot_be_two_peoples(tmp_path: Path) -> None:
    with filled(tmp_path / "a.db", 5) as source, new(tmp_path / "b.db") as target:
        (records,) = source.records()
        other = dataclasses.replace(records[1], samples=records[0].samples)
        with pytest.raises(PersonError, match=r"sample .* is there twice"):
            target.restore([records[0], other])
        with pytest.raises(PersonError, match="the person is there twice"):
            target.restore([records[0], records[0]])
        assert len(target) == 0


def test_a_disk_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can be made, nothing can be cleared either."""

    def refused(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    with filled(tmp_path / "a.db", 5) as source, monkeypatch.context() as disk:
        disk.setattr(Path, "touch", refused)
        disk.setattr(Path, "unlink", refused)
        with pytest.raises(DataError, match=r"p.parquet: cannot be written: Read-only file system"):
            export_gallery(source, tmp_path / "p.parquet")
