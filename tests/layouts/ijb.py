"""IJB-B and IJB-C: the publisher's csv files, and InsightFace's text lists."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from .faces import FaceOf
from .people import People, link, several
from .pictures import read_picture, soften, write_picture

IjbName = Literal["IJB-B", "IJB-C"]
HEADER = (
    *("TEMPLATE_ID", "SUBJECT_ID", "FILENAME", "SIGHTING_ID"),
    *("FACE_X", "FACE_Y", "FACE_WIDTH", "FACE_HEIGHT", "FRAME_NUM", "FACIAL_HAIR", "AGE"),
    *("INDOOR_OUTDOOR", "SKINTONE", "GENDER", "YAW", "ROLL"),
    *(f"OCC{number}" for number in range(1, 19)),
)
_PARTS = {"IJB-B": ("ijbb", "protocol", ("S1", "S2")), "IJB-C": ("ijbc", "protocols", ("G1", "G2"))}
_FRAMES = 3


@dataclass(frozen=True)
class Shot:
    """One face of a template; ``frame`` is the frame's number where it is from a video."""

    photo: Path
    medium: int
    frame: int | None = None

    @property
    def name(self) -> str:
        """The publisher's file name."""
        still = self.frame is None
        return f"img/{self.medium}.jpg" if still else f"frames/{self.medium}_{self.frame}.png"


@dataclass(frozen=True)
class Template:
    """Several faces of one person."""

    number: int
    subject: int
    shots: tuple[Shot, ...]


@dataclass(frozen=True)
class Drawn:
    """Two galleries that share nobody, and the probes of both."""

    galleries: tuple[tuple[Template, ...], tuple[Template, ...]]
    probes: tuple[Template, ...]

    @property
    def templates(self) -> list[Template]:
        """All of them."""
        return [*self.galleries[0], *self.galleries[1], *self.probes]

    @property
    def matches(self) -> Iterable[tuple[Template, Template]]:
        """Every enrolled template with every probe."""
        enrolled = self.galleries[0] + self.galleries[1]
        return ((one, other) for one in enrolled for other in self.probes)


def draw_templates(people: People, *, video_share: float = 0.2, seed: int = 0) -> Drawn:
    """Enrol half of the photographs (at most five) of everybody who has three or more.

    The others become probes of one to four photographs. In a share of these the first photograph
    stands for a video: three frames of it, one medium.
    """
    rng = np.random.default_rng(seed)
    chosen = several(people, 3)
    order = rng.permutation(len(chosen))
    numbers = iter(rng.permutation(4 * sum(map(len, chosen.values()))) + 1)
    media = iter(range(1, 2 * sum(map(len, chosen.values())) + 1))
    galleries: tuple[list[Template], list[Template]] = ([], [])
    probes: list[Template] = []
    for row, name in zip(order.tolist(), sorted(chosen), strict=True):
        photos = [chosen[name][i] for i in rng.permutation(len(chosen[name]))]
        subject, half = 3 * row + 1, min(5, len(photos) // 2)
        shots = tuple(Shot(photo, next(media)) for photo in photos[:half])
        galleries[row % 2].append(Template(int(next(numbers)), subject, shots))
        rest = photos[half:]
        while rest:
            size = int(rng.integers(1, 5))
            part, rest = rest[:size], rest[size:]
            found = [Shot(photo, next(media)) for photo in part]
            if rng.random() < video_share:
                frames = range(1, 1 + _FRAMES)
                found[:1] = [Shot(part[0], found[0].medium, frame) for frame in frames]
            probes.append(Template(int(next(numbers)), subject, tuple(found)))
    return Drawn((tuple(galleries[0]), tuple(galleries[1])), tuple(probes))


def build_ijb(root: Path, drawn: Drawn, *, name: IjbName, face_of: FaceOf) -> Path:
    """Write the publisher's layout: ``images/`` and the csv files of 1:1 and 1:N.

    The probes of ``…_probe_img.csv`` and ``…_probe_video.csv`` are those of the mixed file that
    hold stills alone and those that hold frames.
    """
    prefix, folder, parts = _PARTS[name]
    protocol = root / folder
    protocol.mkdir(parents=True, exist_ok=True)
    boxes = {
        shot.photo: [f"{value:.1f}" for value in face_of(shot.photo).box_xyxy_px]
        for template in drawn.templates
        for shot in template.shots
    }
    for shot in (shot for template in drawn.templates for shot in template.shots):
        _show(root / "images" / shot.name, shot)
    for part, gallery in zip(parts, drawn.galleries, strict=True):
        _sheet(protocol / f"{prefix}_1N_gallery_{part}.csv", gallery, boxes)
    stills = [t for t in drawn.probes if all(shot.frame is None for shot in t.shots)]
    videos = [t for t in drawn.probes if any(shot.frame is not None for shot in t.shots)]
    for kind, probes in (("mixed", drawn.probes), ("img", stills), ("video", videos)):
        if probes:
            _sheet(protocol / f"{prefix}_1N_probe_{kind}.csv", probes, boxes)
    pairs = "".join(f"{one.number},{other.number}\n" for one, other in drawn.matches)
    (protocol / f"{prefix}_11_{parts[0]}_{parts[1]}_matches.csv").write_text(pairs)
    return root


def build_insightface_ijb(root: Path, drawn: Drawn, *, name: IjbName, face_of: FaceOf) -> Path:
    """Write InsightFace's layout: ``loose_crop/`` and ``meta/``; a picture is a whole photograph.

    Its csv files are the publisher's, whose file names nothing here reads.
    """
    prefix, _, parts = _PARTS[name]
    meta = root / "meta"
    meta.mkdir(parents=True, exist_ok=True)
    faces, points = [], []
    shots = [(template, shot) for template in drawn.templates for shot in template.shots]
    for number, (template, shot) in enumerate(shots, start=1):
        _show(root / "loose_crop" / f"{number}.jpg", shot)
        face = face_of(shot.photo)
        faces.append(f"{number}.jpg {template.number} {shot.medium}\n")
        values = " ".join(f"{value:.3f}" for value in face.landmarks_px.ravel())
        points.append(f"{number}.jpg {values} {face.score:.4f}\n")
    (meta / f"{prefix}_face_tid_mid.txt").write_text("".join(faces))
    (meta / f"{prefix}_name_5pts_score.txt").write_text("".join(points))
    pairs = "".join(
        f"{one.number} {other.number} {int(one.subject == other.subject)}\n"
        for one, other in drawn.matches
    )
    (meta / f"{prefix}_template_pair_label.txt").write_text(pairs)
    for part, templates in zip((*parts, None), (*drawn.galleries, drawn.probes), strict=True):
        kind = "probe_mixed" if part is None else f"gallery_{part}"
        _sheet(meta / f"{prefix}_1N_{kind}.csv", templates, {})
    return root


def _show(path: Path, shot: Shot) -> None:
    if shot.frame is None:
        link(path, shot.photo)
    else:
        rng = np.random.default_rng([shot.medium, shot.frame])
        write_picture(path, soften(read_picture(shot.photo), rng), jpeg_quality=95)


def _sheet(path: Path, templates: Sequence[Template], boxes: dict[Path, list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        for template in templates:
            for shot in template.shots:
                frame = "nan" if shot.frame is None else shot.frame
                row = [template.number, template.subject, shot.name, shot.medium]
                box = _corner_and_size(boxes[shot.photo]) if boxes else ["nan"] * 4
                writer.writerow([*row, *box, frame, *["-1"] * (len(HEADER) - 9)])


def _corner_and_size(corners: list[str]) -> list[str]:
    left, top, right, bottom = map(float, corners)
    return [f"{value:.1f}" for value in (left, top, right - left, bottom - top)]
