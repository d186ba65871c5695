from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from facemetric.errors import BundleMismatchError, InputError
from facemetric.gallery import Enrolment, Gallery, NewSample, SqliteGallery
from facemetric.index import Codec
from facemetric.types import ItemError

MakeSample = Callable[..., NewSample]


def test_a_gallery_knows_its_bundle(path: Path) -> None:
    with Gallery.open(path, bundle="net-v1", dim=8) as made:
        identity = made.id
    with Gallery.open(path) as again:
        assert (again.bundle, again.dim, again.id) == ("net-v1", 8, identity)
    Gallery.open(path, bundle="net-v1", dim=8).close()


@pytest.mark.parametrize(
    ("options", "cause"),
    [
        (
            {"bundle": "net-v2"},
            "gallery.db: holds embeddings of bundle 'net-v1', not of 'net-v2'. Use bundle 'net-v1'",
        ),
        ({"bundle": "net-v1", "dim": 16}, "holds embeddings of 8 dimensions, not of 16"),
        ({"codec": Codec([0.0] * 8, [0.1] * 8)}, "holds floats"),
    ],
)
def test_another_bundle_is_refused(path: Path, options: dict[str, object], cause: str) -> None:
    SqliteGallery(path, bundle="net-v1", dim=8).close()
    with pytest.raises(BundleMismatchError, match=cause):
        Gallery.open(path, **options)
    Gallery.open(path).close()


@pytest.mark.parametrize("options", [{"bundle": "net-v1"}, {"dim": 8}, {"bundle": "", "dim": 8}])
def test_a_new_gallery_must_be_bound(path: Path, options: dict[str, object]) -> None:
    with pytest.raises(InputError, match="Pass bundle and dim"):
        SqliteGallery(path, **options)
    assert not path.exists()
    with pytest.raises(InputError, match="the codec has 2 dimensions, wanted 8"):
        SqliteGallery(path, bundle="b", dim=8, codec=Codec([0.0] * 2, [0.1] * 2))


def test_codes_take_a_byte_per_dimension(path: Path, sample: MakeSample) -> None:
    codec = Codec([-1.0] * 8, [2 / 255] * 8)
    with SqliteGallery(path, bundle="net-v1", dim=8, codec=codec) as gallery:
        gallery.enroll("Ada", [sample(1)])
        assert gallery.stats().encoding == "u8"
    with SqliteGallery(path, codec=codec) as gallery:
        stored = gallery.vectors().embeddings
        wanted = codec.decode(codec.encode(sample(1).embedding[None]))
        np.testing.assert_array_equal(stored, wanted)
        assert gallery.search(sample(1).embedding[None], 1)[0][0].similarity > 0.999
        assert gallery.check() == []
        with gallery._database.read() as connection:
            (size,) = connection.execute("SELECT length(vector) FROM embeddings").fetchone()
        assert size == 8
    with pytest.raises(BundleMismatchError, match="holds codes of another codec"):
        SqliteGallery(path, codec=Codec([-1.0] * 8, [1 / 255] * 8))


def test_a_sample_may_have_embeddings_of_several_bundles(path: Path, sample: MakeSample) -> None:
    with SqliteGallery(path, bundle="net-v1", dim=8) as gallery:
        gallery.enroll("Ada", [sample(1)])
        with gallery._database.write() as connection:
            connection.execute("INSERT INTO bundles (id, dim, created) VALUES ('net-v2', 4, '')")
            connection.execute(
                "INSERT INTO embeddings (sample, bundle, flip, encoding, vector, created) "
                "VALUES (1, 'net-v2', 1, 'f32', X'00', '')"
            )
        assert gallery.samples()[0].bundles == ("net-v1", "net-v2")
        np.testing.assert_array_equal(gallery.vectors().embeddings[0], sample(1).embedding)
        gallery.remove("Ada")
        with gallery._database.read() as connection:
            assert connection.execute("SELECT count(*) FROM embeddings").fetchone() == (0,)


ONE, OTHER = "1" * 64, "2" * 64


def test_the_network_behind_an_id_may_not_change(path: Path) -> None:
    with Gallery.open(path, bundle="net-v1", dim=8, bundle_sha256=ONE) as made:
        assert made.bundle_sha256 == made.stats().bundle_sha256 == ONE
    with pytest.raises(
        BundleMismatchError,
        match=r"gallery\.db: the network behind 'net-v1' has changed: .*1{12}….*2{12}….* new ga",
    ):
        Gallery.open(path, bundle="net-v1", dim=8, bundle_sha256=OTHER)
    with Gallery.open(path) as again:
        assert again.bundle_sha256 == ONE
    with pytest.raises(InputError, match="bundle_sha256: expected 64 hex digits, got 'abc'"):
        Gallery.open(path, bundle_sha256="abc")


def test_the_first_writer_settles_the_network_of_an_older_gallery(path: Path) -> None:
    Gallery.open(path, bundle="net-v1", dim=8).close()
    with Gallery.open(path, bundle_sha256=OTHER, flip=True, read_only=True) as reader:
        assert (reader.bundle_sha256, reader.flip) == (None, None)
    with Gallery.open(path, bundle_sha256=ONE, flip=False) as writer:
        assert (writer.bundle_sha256, writer.flip) == (ONE, False)
    for options in ({"bundle_sha256": OTHER}, {"flip": True}):
        with pytest.raises(BundleMismatchError):
            Gallery.open(path, read_only=True, **options)


@pytest.mark.parametrize(("flip", "option"), [(True, "--flip"), (False, "--no-flip")])
def test_flip_is_one_setting_for_the_whole_gallery(
    path: Path, sample: MakeSample, flip: bool, option: str
) -> None:
    with Gallery.open(path, bundle="net-v1", dim=8, flip=flip) as gallery:
        assert gallery.flip is gallery.stats().flip is flip
        gallery.enroll("Ada", [replace(sample(1), flip=flip)])
        with pytest.raises(
            BundleMismatchError, match=rf"photo 2\.jpg: .*Use {option} \(flip={flip}"
        ):
            gallery.enroll("Ada", [replace(sample(2), flip=not flip)])
        people = [
            ("Bob", [replace(sample(3), flip=not flip)]),
            ("Cy", [replace(sample(4), flip=flip)]),
        ]
        failed, done = gallery.enroll_many(people)
        assert isinstance(failed, ItemError) and failed.code == "bundle_mismatch"
        assert isinstance(done, Enrolment)
        assert len(gallery.samples()) == 2
    with pytest.raises(BundleMismatchError, match=rf"gallery\.db: .*Use {option} "):
        Gallery.open(path, flip=not flip, read_only=True)
    Gallery.open(path, flip=flip).close()


def test_the_first_sample_settles_flip_where_nobody_told(path: Path, sample: MakeSample) -> None:
    plain = replace(sample(1), flip=False)
    with SqliteGallery(path, bundle="net-v1", dim=8) as gallery:
        assert gallery.flip is None
        with pytest.raises(BundleMismatchError):
            gallery.enroll("Ada", [plain, sample(2)])
        assert gallery.flip is None
        gallery.enroll("Ada", [plain])
        assert gallery.flip is False
        assert gallery.check() == []
        with gallery._database.write() as connection:
            connection.execute("UPDATE embeddings SET flip = 1")
        assert gallery.check() == ["vectors with another flip setting than the gallery: 1"]
