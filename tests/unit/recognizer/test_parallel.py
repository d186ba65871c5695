"""Several photographs at a time give what one after another gives."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from facemetric.embed import Embedder
from facemetric.errors import InputError
from facemetric.recognizer import Recognizer, default_detector
from facemetric.recognizer.parallel import ParallelPipeline
from facemetric.recognizer.pipeline import MAX_PIXELS, Pipeline
from facemetric.types import Image, ItemError


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    from facemetric.bundle import open_bundle

    return Embedder(open_bundle("dlib-resnet-v1"), threads=1)


def parallel(embedder: Embedder, workers: int = 3) -> ParallelPipeline:
    return ParallelPipeline(
        default_detector(), embedder, lambda: embedder, workers=workers, max_pixels=MAX_PIXELS
    )


def test_the_same_as_one_after_another(embedder: Embedder, samples: dict[str, Path]) -> None:
    photos: list[object] = [samples[name] for name in sorted(samples)]
    photos[2:2] = [b"no picture", Path("nowhere.jpg")]
    one = list(Pipeline(default_detector(), embedder, max_pixels=MAX_PIXELS).see(photos))
    several = list(parallel(embedder).see(iter(photos)))
    assert len(one) == len(several) == len(photos)
    for expected, got in zip(one, several, strict=True):
        if isinstance(expected, ItemError):
            assert got == expected
            continue
        assert not isinstance(got, ItemError)
        assert got.source == expected.source and len(got.faces) == len(expected.faces)
        for face, other in zip(expected.faces, got.faces, strict=True):
            np.testing.assert_allclose(face.embedding, other.embedding, atol=1e-6)


def test_it_takes_few_photographs_ahead(embedder: Embedder) -> None:
    taken: list[int] = []

    def empty_photographs() -> Iterator[Image]:
        for number in range(50):
            taken.append(number)
            yield Image(np.zeros((64, 64, 3), np.uint8), (64, 64))

    seen = parallel(embedder, workers=2).see(empty_photographs())
    next(seen)
    assert len(taken) <= 6
    seen.close()
    assert len(taken) <= 6 and not [t for t in threading.enumerate() if "ThreadPool" in t.name]


def test_one_photograph_needs_no_second_embedder(
    embedder: Embedder, samples: dict[str, Path]
) -> None:
    def refuse() -> Embedder:
        raise AssertionError("made for one photograph")

    pipeline = ParallelPipeline(
        default_detector(), embedder, refuse, workers=2, max_pixels=MAX_PIXELS
    )
    (seen,) = pipeline.see([samples["obama"]])
    assert not isinstance(seen, ItemError) and len(seen.faces) == 1
    assert list(pipeline.see([])) == []
    with pytest.raises(InputError, match="Put it in a list"):
        list(pipeline.see("photo.jpg"))


def test_a_recogniser_works_side_by_side_unless_a_part_is_yours(embedder: Embedder) -> None:
    assert isinstance(Recognizer(threads=2)._pipeline, ParallelPipeline)
    for alone in (Recognizer(threads=1), Recognizer(embedder=embedder, threads=2)):
        assert type(alone._pipeline) is Pipeline
