import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facemetric.datasets import photos, sample_photos
from facemetric.errors import DataError


def test_packaged_photographs_are_found_without_importing(tmp_path: Path) -> None:
    pytest.importorskip("skimage")
    found = {photo.people[0]: photo for photo in sample_photos(tmp_path, missing_ok=True)}
    assert set(found) == {"Grace Hopper", "Eileen Collins"}
    from skimage.data import astronaut

    with Image.open(found["Eileen Collins"].path) as picture:
        assert np.array_equal(np.asarray(picture), astronaut())
    assert all("public domain" in photo.licence for photo in found.values())


def test_absent_files_are_named(tmp_path: Path) -> None:
    pytest.importorskip("skimage")
    with pytest.raises(DataError, match=r"absent: obama.jpg, .*biden.jpg.*make samples"):
        sample_photos(tmp_path)


def test_absent_packages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "find_spec", lambda name: None)
    with pytest.raises(DataError, match="matplotlib and skimage are absent"):
        sample_photos(tmp_path)
    assert sample_photos(tmp_path, missing_ok=True) == ()


def test_nothing_heavy_is_imported() -> None:
    import subprocess

    code = (
        "import sys; from facemetric.datasets import sample_photos; "
        "sample_photos(missing_ok=True); "
        "print(sorted({'matplotlib', 'skimage', 'cv2', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.samples
def test_fetched_photographs(samples: dict[str, Path]) -> None:
    folder = samples["obama"].parent
    found = sample_photos(folder)
    assert len(found) == len(samples) == 8
    assert len({photo.people for photo in found}) == 4
    assert [photo.path.name for photo in found if photo.partial] == [
        "obama_partial_face.jpg",
        "obama_partial_face2.jpg",
    ]
    digests = {hashlib.sha256(photo.path.read_bytes()).hexdigest() for photo in found[2:]}
    assert digests == {pinned.sha256 for pinned in photos.FETCHED}
