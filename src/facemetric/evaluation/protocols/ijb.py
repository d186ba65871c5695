"""IJB-B and IJB-C: faces pooled into templates, compared one to one and searched for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from facemetric.align import TEMPLATES, fit_similarity
from facemetric.datasets import (
    BoxedPhoto,
    FaceTemplates,
    IjbProtocol,
    Photo,
    read_ijb,
    read_insightface_ijb,
)
from facemetric.errors import DataError, InputError
from facemetric.evaluation.parts import Part
from facemetric.evaluation.protocols.template_figures import (
    measure_galleries,
    measure_template_pairs,
)
from facemetric.evaluation.settings import Settings
from facemetric.evaluation.task import Condition, Task
from facemetric.types import Float32, Float64

IjbSet: TypeAlias = Literal["ijbb", "ijbc"]
IjbLayout: TypeAlias = Literal["nist", "insightface"]

_TITLES = {
    "ijbb": "IJB-B (Whitelam et al., CVPR Workshops 2017), templates 1:1 and 1:N",
    "ijbc": "IJB-C (Maze et al., ICB 2018), templates 1:1 and 1:N",
}
_NAMES: dict[IjbSet, Literal["IJB-B", "IJB-C"]] = {"ijbb": "IJB-B", "ijbc": "IJB-C"}
_PLACES: dict[tuple[IjbSet, IjbLayout], str] = {
    ("ijbb", "nist"): "protocol/ijbb_1N_probe_mixed.csv",
    ("ijbc", "nist"): "protocols/ijbc_1N_probe_mixed.csv",
    ("ijbb", "insightface"): "meta/ijbb_face_tid_mid.txt",
    ("ijbc", "insightface"): "meta/ijbc_face_tid_mid.txt",
}
# Where a detector's box lies about the five points: the corners in an arcface-112 chip.
_BOX_IN_CHIP = np.array([[17.0, 11.0], [95.0, 117.0]])


@dataclass(frozen=True, eq=False, kw_only=True)
class IjbTask(Task):
    """Templates of IJB-B or IJB-C.

    Attributes
    ----------
    ijb
        Templates, pairs, galleries and probes.
    """

    protocol: ClassVar[str] = "ijb"
    ijb: IjbProtocol

    def measure(
        self, vectors: Float32, found: NDArray[np.bool_], settings: Settings
    ) -> tuple[Part, ...]:
        """Return the figures of 1:1, and of 1:N in each gallery and on average."""
        templates = self.ijb.templates
        pooled = pool_templates(vectors, templates.template, templates.media)
        empty = count_templates_without_faces(templates, found)
        notes = (f"In {empty:,} templates no face was found in the given boxes.",) if empty else ()
        parts: list[Part] = []
        if len(self.ijb):
            parts.append(measure_template_pairs("1:1", pooled, self.ijb, settings, notes=notes))
        if self.ijb.galleries:
            parts += measure_galleries(pooled, self.ijb, settings, notes=notes)
        return tuple(parts)


def ijb_task(
    root: Path,
    *,
    name: IjbSet | None = None,
    layout: IjbLayout | None = None,
    probes: Literal["mixed", "img", "video"] = "mixed",
) -> IjbTask:
    """Read IJB-B or IJB-C.

    A face is the one that the detector finds in the given box, else the box itself; where the
    files give landmarks, nothing is detected.

    Parameters
    ----------
    root
        Folder of the publisher's archive, or IJBB or IJBC of InsightFace's.
    name
        ``None``: by the files that ``root`` has.
    layout
        ``"nist"`` for the publisher's, ``"insightface"`` for loose crops with landmarks; ``None``
        as ``name``.
    probes
        Which probes of 1:N; 1:1 is there with the mixed ones alone. The publisher's layout only.

    Raises
    ------
    DataError
        See `facemetric.datasets.read_ijb` and `read_insightface_ijb`; or no such files are in
        ``root``, or those of several sets.
    InputError
        ``probes`` does not go with the layout.
    """
    root = Path(root)
    chosen, form = _which(root, name, layout)
    if form == "nist":
        ijb = read_ijb(root, _NAMES[chosen], probes=probes)
    elif probes != "mixed":
        raise InputError(
            f"InsightFace's layout has mixed probes only, got {probes!r}", item="probes"
        )
    else:
        ijb = read_insightface_ijb(root, _NAMES[chosen])
        _check_labels(ijb, root / "meta" / f"{chosen}_template_pair_label.txt")
    photos = template_photos(ijb.templates)
    unboxed = sum(isinstance(photo, Path) for photo in photos)
    conditions: dict[str, Condition] = {
        "set": _NAMES[chosen],
        "layout": form,
        "probes": probes,
        "templates": len(ijb.templates),
        "pooling": "mean of each medium, mean of the media, unit norm",
    }
    if unboxed:
        conditions["faces_without_box"] = unboxed
    subjects = ijb.templates.subjects[ijb.templates.template]
    return IjbTask(
        title=_TITLES[chosen],
        photos=photos,
        people=tuple(map(str, subjects.tolist())) if (subjects >= 0).all() else (),
        conditions=conditions,
        ijb=ijb,
    )


def template_photos(templates: FaceTemplates) -> tuple[Photo, ...]:
    """Return each face of the templates as a photograph with its box and landmarks.

    Landmarks without a box get the box that a detector would give about them. A face with neither
    is the photograph: its central face counts.
    """
    boxes = templates.boxes_xyxy_px.copy()
    marked = np.asarray(np.isfinite(templates.landmarks_px).all(axis=(1, 2)))
    bare = marked & ~np.isfinite(boxes).all(axis=1)
    if bare.any():
        boxes[bare] = _boxes_about(templates.landmarks_px[bare])
    photos: list[Photo] = []
    for path, box, points, has_points in zip(
        templates.paths,
        boxes.round(3).tolist(),
        templates.landmarks_px.tolist(),
        marked,
        strict=True,
    ):
        if box[0] != box[0]:
            photos.append(path)
            continue
        landmarks = tuple((x, y) for x, y in points) if has_points else None
        photos.append(BoxedPhoto(path, tuple(box), landmarks))
    return tuple(photos)


def pool_templates(
    vectors: Float32, template: NDArray[np.int64], media: NDArray[np.int64]
) -> Float32:
    """Return ``float32 (T, D)``: the unit vector of each template.

    Faces of one medium (a photograph, or the frames of a video) are averaged first, then the media
    of the template: a video counts as much as a still. Crosswhite et al., "Template adaptation for
    face verification and identification", FG 2017.

    Parameters
    ----------
    vectors
        ``float32 (F, D)``: one for each face.
    template
        ``int64 (F,)``: its template, from 0; each has at least one face.
    media
        ``int64 (F,)``: its medium.

    Raises
    ------
    InputError
        The vectors of a template cancel out.
    """
    order = np.lexsort((media, template))
    changes = (np.diff(template[order]) != 0) | (np.diff(media[order]) != 0)
    medium_starts = np.append(0, np.flatnonzero(changes) + 1)
    template_of_medium = template[order][medium_starts]
    template_starts = np.append(0, np.flatnonzero(np.diff(template_of_medium)) + 1)
    per_medium = _means(vectors[order], medium_starts)
    pooled = _means(per_medium, template_starts)
    lengths = np.linalg.norm(pooled, axis=1, keepdims=True)
    if (lengths < 1e-6).any():
        raise InputError("its faces cancel out", item=f"template {int(lengths.argmin())}")
    unit: Float32 = (pooled / lengths).astype(np.float32)
    return unit


def count_templates_without_faces(templates: FaceTemplates, found: NDArray[np.bool_]) -> int:
    """Return how many templates have no face that was found (``bool (F,)``)."""
    return int((np.bincount(templates.template, found, minlength=len(templates)) == 0).sum())


def _means(rows: Float32 | Float64, starts: NDArray[np.int64]) -> Float64:
    counts = np.diff(np.append(starts, len(rows)))
    sums = np.add.reduceat(rows, starts, axis=0, dtype=np.float64)
    means: Float64 = sums / counts[:, None]
    return means


def _boxes_about(landmarks_px: Float64) -> Float64:
    """Return ``float64 (N, 4)``: the upright square-on box of the chip's face, about its middle."""
    points = TEMPLATES["arcface-112"].points_px
    assert points is not None
    matrices = fit_similarity(landmarks_px, points, name="landmarks")
    scale = np.sqrt(np.linalg.det(matrices[:, :, :2]))[:, None]
    middle = _BOX_IN_CHIP.mean(axis=0) - matrices[:, :, 2]
    centre = np.linalg.solve(matrices[:, :, :2], middle[:, :, None])[:, :, 0]
    half = (_BOX_IN_CHIP[1] - _BOX_IN_CHIP[0]) / 2 / scale
    return np.concatenate([centre - half, centre + half], axis=1)


def _check_labels(ijb: IjbProtocol, path: Path) -> None:
    """DataError where a pair's label contradicts the people of its templates."""
    subjects = ijb.templates.subjects[ijb.pairs]
    known = (subjects >= 0).all(axis=1)
    wrong = np.flatnonzero(known & ((subjects[:, 0] == subjects[:, 1]) != ijb.same))
    if len(wrong):
        one, other = ijb.templates.ids[ijb.pairs[wrong[0]]].tolist()
        raise DataError(
            f"label {int(ijb.same[wrong[0]])} for templates {one} and {other} contradicts the "
            "people in the 1:N files",
            item=f"{path}, line {wrong[0] + 1}",
        )


def _which(root: Path, name: IjbSet | None, layout: IjbLayout | None) -> tuple[IjbSet, IjbLayout]:
    wanted = [key for key in _PLACES if name in (None, key[0]) and layout in (None, key[1])]
    if len(wanted) == 1:
        return wanted[0]
    there = [key for key in wanted if (root / _PLACES[key]).is_file()]
    if len(there) == 1:
        return there[0]
    listed = ", ".join(_PLACES[key] for key in (there or wanted))
    if there:
        raise DataError(
            f"has several sets: {listed}", item=str(root), fix="Say which: --set, --layout"
        )
    raise DataError(
        f"expected one of {listed}",
        item=str(root),
        fix="Give the folder that the archive unpacks to",
    )
