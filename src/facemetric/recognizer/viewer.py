"""Photographs seen, compared and grouped, without a gallery."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from facemetric.bundle import Bundle, open_bundle
from facemetric.cluster import METHODS
from facemetric.decide import Threshold, manual_threshold, odds_table, threshold_for
from facemetric.decide import verify as decide_verify
from facemetric.detect import Detector, Mtcnn, Select
from facemetric.embed import Embedder
from facemetric.errors import InputError, NoFaceError
from facemetric.processors import session_threads, usable_processors
from facemetric.recognizer.group import group_photos
from facemetric.recognizer.parallel import ParallelPipeline
from facemetric.recognizer.pipeline import MAX_PIXELS, Photo, Pipeline, source_name
from facemetric.recognizer.seen import Comparison, Groups, SeenPhoto
from facemetric.types import Face, Float32, ItemError

DEFAULT_BUNDLE = "dlib-resnet-v1"
MIN_FACE_PX = 40.0
MIN_FACE_SHARE = 1 / 50
THRESHOLDS = (0.6, 0.7, 0.85)
"""Stricter at the end than MTCNN's own: of 7,701 faces in LFW none scores less than 0.9."""


class Viewer:
    """The part of recognition that needs no gallery: detect, align, embed, compare, group.

    ``Recognizer`` adds galleries, and describes the parameters.
    """

    def __init__(
        self,
        bundle: str | Path | Bundle = DEFAULT_BUNDLE,
        *,
        detector: Detector | None = None,
        min_face_px: float | None = None,
        provider: str = "cpu",
        threads: int | None = None,
        flip: bool = True,
        max_pixels: int = MAX_PIXELS,
        embedder: Embedder | None = None,
        full: bool | None = None,
    ) -> None:
        if detector is not None and min_face_px is not None:
            raise InputError("a detector of your own has its own smallest face", item="min_face_px")
        if embedder is not None:
            bundle = embedder.bundle
        self.bundle = bundle if isinstance(bundle, Bundle) else open_bundle(bundle)
        # Only the default's smallest face grows with the photograph, and so bears a reduced decode.
        if full is None:
            full = detector is not None or min_face_px is not None
        own = detector is not None or embedder is not None
        workers = 1 if own or provider != "cpu" else threads or usable_processors()
        if detector is None:
            detector = default_detector(min_face_px=min_face_px, provider=provider)

        def made(count: int | None) -> Embedder:
            return Embedder(
                self.bundle, provider=provider, threads=session_threads(count), flip=flip
            )

        self._pipeline: Pipeline
        if workers == 1:
            self._pipeline = Pipeline(
                detector, embedder or made(threads), max_pixels=max_pixels, full=full
            )
        else:
            self._pipeline = ParallelPipeline(
                detector,
                made(threads),
                lambda: made(1),
                workers=workers,
                max_pixels=max_pixels,
                full=full,
            )

    @property
    def flip(self) -> bool:
        """Whether embeddings are averaged with those of the mirrored faces."""
        return self._pipeline.embedder.flip

    @property
    def detector(self) -> Detector:
        """What finds the faces."""
        return self._pipeline.detector

    def detect(
        self, photo: Photo, *, select: Select = "all", max_faces: int | None = None
    ) -> tuple[Face, ...]:
        """Find faces, without embedding them; see ``facemetric.detect.select_faces``.

        Raises
        ------
        ImageError
            The photograph cannot be read.
        """
        return self._pipeline.detect(photo, select=select, max_faces=max_faces)

    def see(
        self, photo: Photo, *, select: Select = "all", max_faces: int | None = None
    ) -> SeenPhoto:
        """Find, align, measure and embed the faces of one photograph.

        Raises
        ------
        ImageError
            The photograph cannot be read.
        """
        (result,) = self.see_many([photo], select=select, max_faces=max_faces)
        if isinstance(result, ItemError):
            raise result.to_error()
        return result

    def see_many(
        self,
        photos: Iterable[Photo],
        *,
        select: Select = "all",
        max_faces: int | None = None,
        portraits: bool = False,
    ) -> Iterator[SeenPhoto | ItemError]:
        """Yield each photograph with its faces, or what was wrong with it, in order.

        With ``portraits``, each face has a picture that a gallery can keep.
        """
        return self._pipeline.see(photos, select=select, max_faces=max_faces, portraits=portraits)

    def embed(self, photo: Photo, *, select: Select = "largest") -> Float32:
        """Return the embedding ``float32 (D,)`` of the face in a photograph.

        Raises
        ------
        NoFaceError
            There is none.
        ImageError
            The photograph cannot be read.
        """
        return self._one_face(photo, select).faces[0].embedding

    def verify(
        self,
        first: Photo,
        second: Photo,
        *,
        far: float = 1e-3,
        threshold: float | None = None,
        select: Select = "largest",
    ) -> Comparison:
        """Decide whether two photographs show the same person.

        Parameters
        ----------
        first, second
            Photographs.
        far
            False-accept rate that the bundle's calibration chooses the threshold for.
        threshold
            A cosine by hand instead.
        select
            Which face, where a photograph has several: ``"largest"`` or ``"central"``.

        Raises
        ------
        NoFaceError
            One of them shows no face.
        CalibrationError
            The bundle's calibration does not support ``far``, and no threshold was given.
        """
        chosen = self._threshold(far=far, by_hand=threshold)
        one, other = self._one_face(first, select), self._one_face(second, select)
        decision = decide_verify(
            one.faces[0].embedding,
            other.faces[0].embedding,
            chosen,
            odds=odds_table(self.bundle.manifest, flip=self.flip),
        )
        return Comparison(one, other, decision)

    def group(
        self,
        photos: Iterable[Photo],
        *,
        method: str = "auto",
        far: float = 1e-3,
        threshold: float | None = None,
        people: int | None = None,
        seed: int = 0,
    ) -> Groups:
        """Group the faces of many photographs by person.

        Parameters
        ----------
        photos
            Photographs with any number of faces.
        method
            A name in ``facemetric.cluster.METHODS``; ``"auto"`` needs no number of people.
        far, threshold
            As for ``verify``: from which similarity two faces may be one person.
        people
            Number of groups, for the methods that take one; in place of a threshold.
        seed
            For the methods that draw.

        Raises
        ------
        InputError
            An option does not fit the method.
        UnknownNameError
            No such method.
        CalibrationError
            The bundle's calibration does not support ``far``, and neither threshold nor number of
            people was given.
        """
        chosen = self.group_threshold(method=method, far=far, threshold=threshold, people=people)
        return group_photos(
            self._pipeline, photos, method=method, threshold=chosen, people=people, seed=seed
        )

    def group_threshold(
        self,
        *,
        method: str = "auto",
        far: float = 1e-3,
        threshold: float | None = None,
        people: int | None = None,
    ) -> Threshold | None:
        """Return the threshold that ``group`` uses for these options, before any work is done.

        ``None`` where a number of people stands in its place.

        Raises
        ------
        InputError, UnknownNameError, CalibrationError
            As ``group``.
        """
        METHODS[method]
        if people is None:
            if method == "k-means":
                raise InputError(
                    "'k-means' needs the number of people",
                    item="people",
                    fix="Give it, or use 'auto', which needs none",
                )
            return self._threshold(far=far, by_hand=threshold)
        if threshold is not None:
            raise InputError(
                "a number of people and a threshold exclude each other",
                item="people",
                fix="Leave one of them out",
            )
        return None

    def _threshold(self, *, far: float, by_hand: float | None) -> Threshold:
        if by_hand is not None:
            return manual_threshold(by_hand)
        return threshold_for(self.bundle.manifest, far=far, flip=self.flip)

    def _one_face(self, photo: Photo, select: Select) -> SeenPhoto:
        if select == "all":
            raise InputError("one face is needed: 'largest' or 'central'", item="select")
        seen = self.see(photo, select=select)
        if not seen.faces:
            raise NoFaceError(
                "no face was found",
                item=source_name(photo),
                fix="Use a photograph that shows the face larger, or lower min_face_px",
            )
        return seen


def default_detector(
    *, min_face_px: float | None = None, provider: str = "cpu", threads: int = 1
) -> Mtcnn:
    """Make the detector that recognition uses where none is given.

    Its networks are so small that a second thread costs more than it gives, on photographs of any
    size (``benchmarks/side_by_side.py``): detect in several photographs at a time instead.
    """
    return Mtcnn(
        min_face_px=MIN_FACE_PX if min_face_px is None else min_face_px,
        min_face_share=MIN_FACE_SHARE if min_face_px is None else 0.0,
        thresholds=THRESHOLDS,
        provider=provider,
        threads=threads,
    )
