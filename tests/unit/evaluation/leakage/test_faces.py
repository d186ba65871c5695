import cv2
import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.datasets import EncodedPhoto
from facemetric.errors import InputError
from facemetric.evaluation.leakage import faces
from facemetric.evaluation.leakage.faces import copy_similarity, like_pairs


def unit(rng: np.random.Generator, count: int, dim: int = 6) -> np.ndarray:
    vectors = rng.normal(size=(count, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 9), st.floats(-0.5, 0.9))
@settings(deadline=None, max_examples=40)
def test_pairs_equal_a_loop(seed: int, n: int, m: int, similarity: float) -> None:
    rng = np.random.default_rng(seed)
    first, second, groups = unit(rng, n), unit(rng, m), rng.integers(0, 3, n)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(faces, "_ROWS", 4)
        patch.setattr(faces, "_COLUMNS", 3)
        two = like_pairs(first, second, similarity=similarity).rows.tolist()
        one = like_pairs(first, similarity=similarity, groups=groups).rows.tolist()
    assert two == [[i, j] for i in range(n) for j in range(m) if first[i] @ second[j] >= similarity]
    assert one == [
        [i, j]
        for i in range(n)
        for j in range(i + 1, n)
        if first[i] @ first[j] >= similarity and groups[i] != groups[j]
    ]


def test_similarity_of_copies() -> None:
    data = cv2.imencode(".png", skimage.data.astronaut()[:, :, ::-1])[1].tobytes()
    asked: list[str] = []

    def embed(photos):  # type: ignore[no-untyped-def]
        asked.extend(photo.name for photo in photos)
        copy = "quality" in photos[0].name
        vectors = np.array([[0.8, 0.6] if copy else [1, 0]] * len(photos), np.float32)
        return vectors, np.array([photo.name != "no face" for photo in photos])

    photos = [EncodedPhoto(name, data) for name in ("a", "b", "no face")]
    assert copy_similarity(photos, embed, quality=40) == pytest.approx(0.8)
    assert asked[3:] == ["a at quality 40", "b at quality 40", "no face at quality 40"]
    with pytest.raises(InputError, match="no face in any of 1"):
        copy_similarity(photos[2:], embed)
    with pytest.raises(InputError, match="at least one"):
        copy_similarity([], embed)
    with pytest.raises(InputError, match="quality from 1"):
        copy_similarity(photos, embed, quality=0)
