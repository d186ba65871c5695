"""Fixtures that find real photographs, or say why a test cannot run without them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from layouts.people import People, packaged_people, small_lfw_people
from layouts.small import SmallTrees, build_small_trees

# Tests run side by side and are small: torch's threads would wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Elsewhere every run draws other examples; a change is judged by the same ones each time.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep bundles, caches and galleries of the tests out of the user's folders."""
    home = tmp_path_factory.mktemp("facemetric-home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FACEMETRIC_HOME", str(home))
        patch.delenv("FACEMETRIC_GALLERY", raising=False)
        yield home


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The research photographs (never committed); skips where they are absent."""
    from facemetric.datasets import data_root as find
    from facemetric.errors import DataError

    try:
        return find()
    except DataError as error:
        pytest.skip(f"research photographs are absent: {error}")


@pytest.fixture(scope="session")
def samples() -> dict[str, Path]:
    """The sample photographs that packages ship, by file stem; skips where they are absent."""
    from facemetric.datasets import sample_photos
    from facemetric.errors import DataError

    beside = Path(__file__).parent.parent / ".samples"
    folder = Path(os.environ.get("FACEMETRIC_SAMPLES", beside))
    try:
        return {photo.path.stem: photo.path for photo in sample_photos(folder)}
    except DataError as error:
        pytest.skip(f"sample photographs are absent: {error}")


@pytest.fixture(scope="session")
def no_face_photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real photograph without a face (scikit-learn's picture of a flower)."""
    import cv2
    from sklearn.datasets import load_sample_images

    path = tmp_path_factory.mktemp("no-face") / "flower.png"
    assert cv2.imwrite(str(path), load_sample_images().images[1][:, :, ::-1])
    return path


@pytest.fixture(scope="session")
def two_faces_photo(samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people of about the same size in one picture: two photographs side by side."""
    import cv2
    import numpy as np

    halves = [
        cv2.resize(cv2.imread(str(samples[name]))[:1100], (700, 900)) for name in ("obama", "biden")
    ]
    path = tmp_path_factory.mktemp("two-faces") / "two.jpg"
    assert cv2.imwrite(str(path), np.hstack(halves))
    return path


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> People:
    """Photographs that packages ship, as if of twenty people; skips where they are absent."""
    from facemetric.errors import DataError

    beside = Path(__file__).parent.parent / ".samples"
    samples = Path(os.environ.get("FACEMETRIC_SAMPLES", beside))
    try:
        return packaged_people(samples, tmp_path_factory.mktemp("packaged"))
    except (DataError, FileNotFoundError) as error:
        pytest.skip(f"sample photographs are absent: {error}")


@pytest.fixture(scope="session")
def small_trees(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> SmallTrees:
    """Every protocol's layout, small: from LFW where it is, else from what packages ship."""
    from facemetric.datasets import data_root as find
    from facemetric.datasets import has_data

    if has_data() and (find() / "lfw").is_dir():
        people = small_lfw_people(find() / "lfw")
    else:
        people = request.getfixturevalue("packaged")
    return build_small_trees(tmp_path_factory.mktemp("trees"), people)


@pytest.fixture(scope="session")
def packaged_trees(packaged: People, tmp_path_factory: pytest.TempPathFactory) -> SmallTrees:
    """The same layouts from what packages ship, wherever the tests run."""
    return build_small_trees(tmp_path_factory.mktemp("packaged-trees"), packaged)
