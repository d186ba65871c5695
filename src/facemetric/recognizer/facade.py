"""The recogniser: one object from photographs to decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

from facemetric.bundle import Bundle, open_bundle
from facemetric.cluster import METHODS
from facemetric.decide import Threshold, manual_threshold, threshold_for, threshold_for_gallery
from facemetric.decide import verify as decide_verify
from facemetric.detect import Detector, Mtcnn, Select
from facemetric.embed import Embedder
from facemetric.errors import InputError, NoFaceError
from facemetric.gallery import Consent, Gallery
from facemetric.recognizer.bound import check_bound, codec_of
from facemetric.recognizer.enrol import enroll_photos
from facemetric.recognizer.group import group_photos
from facemetric.recognizer.identify import identify_photos
from facemetric.recognizer.pipeline import MAX_PIXELS, Photo, Pipeline, source_name
from facemetric.recognizer.seen import (
    Comparison,
    EnrollReport,
    Groups,
    IdentifiedPhoto,
    SeenPhoto,
)
from facemetric.types import Face, Float32, ItemError

DEFAULT_BUNDLE = "dlib-resnet-v1"
MIN_FACE_PX = 40.0
MIN_FACE_SHARE = 1 / 50
THRESHOLDS = (0.6, 0.7, 0.85)
"""Stricter at the end than MTCNN's own: of 7,701 faces in LFW none scores less than 0.9."""


class Recognizer:
    """Detect, align, embed, and decide, with one model bundle.

    Parameters
    ----------
    bundle
        Name of a built-in or imported bundle, the path of one, or an open ``Bundle``.
    detector
        Anything that satisfies ``facemetric.detect.Detector``; MTCNN where ``None``.
    min_face_px
        Smallest face looked for, in pixels of the full-size photograph. ``None``: 40, or 1/50 of
        the photograph's longer side where that is more. Not used with a ``detector`` of your own.
    provider, threads
        Where the networks run; see ``facemetric.runtime.Session``.
    flip
        Average each embedding with the mirrored face's: better, at twice the embedding time.
    max_pixels
        Larger photographs are refused.

    Raises
    ------
    BundleError, IntegrityError
        The bundle cannot be read, or is not what it says.
    ProviderError
        The provider is not there.

    Examples
    --------
    >>> recognizer = Recognizer()                                    # doctest: +SKIP
    >>> recognizer.verify("passport.jpg", "selfie.jpg").same         # doctest: +SKIP
    True
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
    ) -> None:
        if detector is not None and min_face_px is not None:
            raise InputError("a detector of your own has its own smallest face", item="min_face_px")
        self.bundle = bundle if isinstance(bundle, Bundle) else open_bundle(bundle)
        if detector is None:
            detector = default_detector(min_face_px=min_face_px, provider=provider, threads=threads)
        embedder = Embedder(self.bundle, provider=provider, threads=threads, flip=flip)
        self._pipeline = Pipeline(detector, embedder, max_pixels=max_pixels)

    @property
    def flip(self) -> bool:
        """Whether embeddings are averaged with those of the mirrored faces."""
        return self._pipeline.embedder.flip

    @property
    def detector(self) -> Detector:
        """What finds the faces."""
        return self._pipeline.detector

    def open_gallery(
        self,
        path: str | Path,
        *,
        create: bool = True,
        read_only: bool = False,
        codes: bool = False,
    ) -> Gallery:
        """Open a gallery of this bundle's embeddings, made where there is none.

        It is bound to the bundle, its graph and ``flip``.

        Parameters
        ----------
        path
            The gallery's file.
        create
            Make it where it is absent.
        read_only
            Never write to it, which is enough to identify; it must exist.
        codes
            Make a gallery that stores one byte per dimension, a quarter of the room. One that
            exists keeps what it was made with, and opens without this.

        Raises
        ------
        BundleMismatchError
            It holds embeddings of another bundle, graph or ``flip``, or floats where ``codes`` are
            wanted.
        BundleError
            The bundle has no ``codes``.
        GalleryError
            It cannot be opened.
        """
        return Gallery.open(
            path,
            bundle=self.bundle.id,
            dim=self.bundle.dim,
            bundle_sha256=self.bundle.manifest.model.sha256,
            flip=self.flip,
            codec=codec_of(self.bundle) if codes else None,
            create=create,
            read_only=read_only,
        )

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
        self, photos: Iterable[Photo], *, select: Select = "all", max_faces: int | None = None
    ) -> Iterator[SeenPhoto | ItemError]:
        """Yield each photograph with its faces, or what was wrong with it, in order."""
        return self._pipeline.see(photos, select=select, max_faces=max_faces)

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
        decision = decide_verify(one.faces[0].embedding, other.faces[0].embedding, chosen)
        return Comparison(one, other, decision)

    def enroll(
        self,
        gallery: Gallery | Callable[[], Gallery],
        name: str,
        photos: Iterable[Photo],
        *,
        select: Select | None = None,
        refuse_poor: bool = False,
        consent: Consent | None = None,
        keep_until: datetime | None = None,
        conflicts: Literal["refuse", "allow"] = "refuse",
    ) -> EnrollReport:
        """Enrol a person from one photograph or more; a name that is known gets more samples.

        Photographs that cannot serve are listed in ``errors`` and the others are enrolled, in one
        transaction: what is returned is on disk.

        Parameters
        ----------
        gallery
            From ``open_gallery``; or a function that opens one, which is called once there is a
            face to enrol, so that none is made in vain. Closing it is up to you.
        name
            The person's name.
        photos
            Photographs of that person.
        select
            Which face of a photograph with several. ``None``: the largest where it is at least
            twice as large as the next; otherwise that photograph is refused as ambiguous.
        refuse_poor
            Refuse faces with quality problems instead of reporting them.
        consent, keep_until
            Stored with the person.
        conflicts
            ``"allow"`` enrols a face of a picture that another person has as well; the report
            names who.

        Raises
        ------
        BundleMismatchError
            The gallery holds embeddings of another bundle, graph or ``flip``.
        InputError
            ``keep_until`` has passed, or has no time zone.
        PersonError
            The name cannot be one, or another person has the same face of the same picture and
            ``conflicts`` is ``"refuse"``.
        GalleryError
            The gallery cannot be written.
        """
        return enroll_photos(
            self._pipeline,
            gallery,
            name,
            photos,
            select=select,
            refuse_poor=refuse_poor,
            consent=consent,
            keep_until=keep_until,
            conflicts=conflicts,
        )

    def identify(
        self,
        gallery: Gallery,
        photo: Photo,
        *,
        stranger_risk: float = 0.01,
        threshold: float | None = None,
        classifier: str = "nearest",
        candidates: int = 5,
        select: Select = "all",
        max_faces: int | None = None,
    ) -> IdentifiedPhoto:
        """Say who is in one photograph; see ``identify_many``.

        Raises
        ------
        ImageError
            The photograph cannot be read.
        """
        (result,) = self.identify_many(
            gallery,
            [photo],
            stranger_risk=stranger_risk,
            threshold=threshold,
            classifier=classifier,
            candidates=candidates,
            select=select,
            max_faces=max_faces,
        )
        if isinstance(result, ItemError):
            raise result.to_error()
        return result

    def identify_many(
        self,
        gallery: Gallery,
        photos: Iterable[Photo],
        *,
        stranger_risk: float = 0.01,
        threshold: float | None = None,
        classifier: str = "nearest",
        candidates: int = 5,
        select: Select = "all",
        max_faces: int | None = None,
    ) -> Iterator[IdentifiedPhoto | ItemError]:
        """Say who is in each photograph, or that the face is unknown, in order.

        The work is done as the answers are taken.

        Parameters
        ----------
        gallery
            From ``open_gallery``.
        photos
            Photographs with any number of faces.
        stranger_risk
            Largest acceptable chance that somebody who is not enrolled is given a name; the
            threshold follows from it and the gallery's size.
        threshold
            A cosine by hand instead.
        classifier
            ``"nearest"``, ``"knn"``, ``"centroid"`` or ``"linear-svm"``: who comes first.
        candidates
            How many candidates to list for a face.
        select, max_faces
            Which faces of a photograph; see ``facemetric.detect.select_faces``.

        Raises
        ------
        BundleMismatchError
            The gallery holds embeddings of another bundle, graph or ``flip``.
        CalibrationError
            No calibrated threshold keeps the risk that low for so many samples.
        """
        check_bound(gallery, self._pipeline.embedder)
        return identify_photos(
            self._pipeline,
            gallery,
            photos,
            threshold=self.gallery_threshold(
                gallery, stranger_risk=stranger_risk, threshold=threshold
            ),
            classifier=classifier,
            candidates=candidates,
            select=select,
            max_faces=max_faces,
        )

    def gallery_threshold(
        self, gallery: Gallery, *, stranger_risk: float = 0.01, threshold: float | None = None
    ) -> Threshold:
        """Return the threshold that ``identify_many`` uses for these options.

        Raises
        ------
        CalibrationError
            No calibrated threshold keeps the risk that low for so many samples.
        """
        if threshold is not None:
            return manual_threshold(threshold)
        return threshold_for_gallery(
            self.bundle.manifest,
            compared=gallery.stats().samples,
            stranger_risk=stranger_risk,
            flip=self.flip,
        )

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
        METHODS[method]  # before the work, not after it
        if people is None:
            if method == "k-means":
                raise InputError("'k-means' needs the number of people", item="people")
            chosen = self._threshold(far=far, by_hand=threshold)
        elif threshold is None:
            chosen = None
        else:
            raise InputError("a number of people and a threshold exclude each other", item="people")
        return group_photos(
            self._pipeline, photos, method=method, threshold=chosen, people=people, seed=seed
        )

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
    *, min_face_px: float | None = None, provider: str = "cpu", threads: int | None = None
) -> Mtcnn:
    """Make the detector that recognition uses where none is given."""
    return Mtcnn(
        min_face_px=MIN_FACE_PX if min_face_px is None else min_face_px,
        min_face_share=MIN_FACE_SHARE if min_face_px is None else 0.0,
        thresholds=THRESHOLDS,
        provider=provider,
        threads=threads,
    )
