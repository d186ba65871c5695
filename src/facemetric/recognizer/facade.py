"""The recogniser: one object from photographs to decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from facemetric.decide import Threshold, manual_threshold, odds_table, threshold_for_gallery
from facemetric.detect import Select
from facemetric.gallery import Consent, Gallery
from facemetric.recognizer.bound import check_bound, codec_of
from facemetric.recognizer.enrol import enroll_photos
from facemetric.recognizer.identify import identify_photos
from facemetric.recognizer.pipeline import Photo
from facemetric.recognizer.seen import EnrollReport, IdentifiedPhoto
from facemetric.recognizer.viewer import Viewer
from facemetric.types import ItemError
from facemetric.vault import MasterKey


class Recognizer(Viewer):
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
        Where the networks run; see ``facemetric.runtime.Session``. On the CPU so many photographs
        are looked at side by side (where ``None``: as many as processors may be used), unless a
        ``detector`` or an ``embedder`` is yours, which one thread alone uses.
    flip
        Average each embedding with the mirrored face's: better, at twice the embedding time.
    max_pixels
        Larger photographs are refused.
    embedder
        One that is there already, in place of ``bundle``, ``flip`` and its own networks.
    full
        Look for faces in all pixels, where a large photograph is otherwise decoded reduced.
        ``None``: only with a ``detector`` or ``min_face_px`` of your own.

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

    def open_gallery(
        self,
        path: str | Path,
        *,
        create: bool = True,
        read_only: bool = False,
        codes: bool = False,
        key: MasterKey | None = None,
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
        key
            Encrypt a gallery that is made, or open one that is encrypted.

        Raises
        ------
        KeyMismatchError
            It is encrypted, and the key is missing or another.
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
            key=key,
            create=create,
            read_only=read_only,
        )

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
        groups: Sequence[str] = (),
        conflicts: Literal["refuse", "allow"] = "refuse",
        keep_portraits: bool = False,
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
        consent, keep_until, groups
            Stored with the person; groups are added to those the person is in.
        conflicts
            ``"allow"`` enrols a face of a picture that another person has as well; the report
            names who.
        keep_portraits
            Keep a small picture of each face with its sample, other faces and the scene left out;
            see ``Portrait``. Otherwise nothing of the photographs is kept.

        Raises
        ------
        BundleMismatchError
            The gallery holds embeddings of another bundle, graph or ``flip``.
        InputError
            ``keep_until`` has passed, or has no time zone; the gallery keeps no portraits.
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
            groups=groups,
            conflicts=conflicts,
            keep_portraits=keep_portraits,
        )

    def identify(
        self,
        gallery: Gallery,
        photo: Photo,
        *,
        stranger_risk: float = 0.01,
        threshold: float | Threshold | None = None,
        classifier: str = "nearest",
        candidates: int = 5,
        groups: Sequence[str] | None = None,
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
            groups=groups,
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
        threshold: float | Threshold | None = None,
        classifier: str = "nearest",
        candidates: int = 5,
        groups: Sequence[str] | None = None,
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
            A cosine by hand instead, or what ``gallery_threshold`` returned.
        classifier
            ``"nearest"``, ``"knn"``, ``"centroid"`` or ``"linear-svm"``: who comes first.
        candidates
            How many candidates to list for a face.
        groups
            Look among the people of any of these groups alone, with ``"nearest"`` only. The
            threshold stays that of the whole gallery.
        select, max_faces
            Which faces of a photograph; see ``facemetric.detect.select_faces``.

        Raises
        ------
        BundleMismatchError
            The gallery holds embeddings of another bundle, graph or ``flip``.
        CalibrationError
            No calibrated threshold keeps the risk that low for so many samples.
        InputError
            An option is out of range, or ``groups`` are given to another classifier.
        """
        check_bound(gallery, self._pipeline.embedder)
        return identify_photos(
            self._pipeline,
            gallery,
            photos,
            threshold=self.gallery_threshold(
                gallery, stranger_risk=stranger_risk, threshold=threshold
            ),
            odds=odds_table(self.bundle.manifest, flip=self.flip),
            classifier=classifier,
            candidates=candidates,
            groups=groups,
            select=select,
            max_faces=max_faces,
        )

    def gallery_threshold(
        self,
        gallery: Gallery,
        *,
        stranger_risk: float = 0.01,
        threshold: float | Threshold | None = None,
    ) -> Threshold:
        """Return the threshold that ``identify_many`` uses for these options.

        Raises
        ------
        CalibrationError
            No calibrated threshold keeps the risk that low for so many samples.
        """
        if isinstance(threshold, Threshold):
            return threshold
        if threshold is not None:
            return manual_threshold(threshold)
        return threshold_for_gallery(
            self.bundle.manifest,
            compared=gallery.compared(),
            stranger_risk=stranger_risk,
            flip=self.flip,
        )
