from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from facemetric.errors import BundleMismatchError, InputError
from facemetric.gallery import Gallery, NewSample, SqliteGallery
from facemetric.index import Codec

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
            connection.execute("INSERT INTO bundles VALUES ('net-v2', 4, NULL, NULL, '')")
            connection.execute(
                "INSERT INTO embeddings (sample, bundle, flip, encoding, vector, created) "
                "VALUES (1, 'net-v2', 1, 'f32', X'00', '')"
            )
        assert gallery.samples()[0].bundles == ("net-v1", "net-v2")
        np.testing.assert_array_equal(gallery.vectors().embeddings[0], sample(1).embedding)
        gallery.remove("Ada")
        with gallery._database.read() as connection:
            assert connection.execute("SELECT count(*) FROM embeddings").fetchone() == (0,)
