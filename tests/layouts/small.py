"""All layouts in a small version: built in about a second, without a detector."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .cfp import build_cfp
from .faces import central_face
from .folders import (
    build_faulty_folder,
    build_identity_folders,
    build_open_set,
    build_personal_photos,
)
from .ijb import Drawn, build_ijb, build_insightface_ijb, draw_templates
from .insightface_bin import build_bin
from .megaface import build_megaface
from .people import People, several
from .youtube_faces import build_youtube_faces

FOLDS = 2
CFP_PAIRS, YTF_PAIRS, BIN_PAIRS = 12, 6, 10
"""Genuine pairs of a fold, and as many impostor pairs."""

MEGAFACE_SIZES = (10, 100)


@dataclass(frozen=True)
class SmallTrees:
    """Where each layout is, and what it was made from.

    Attributes
    ----------
    people
        Eight people with six photographs and twelve with one.
    pairs
        The pairs of ``bin_file``: two photographs and whether they show one person.
    """

    people: People
    pairs: tuple[tuple[Path, Path, bool], ...]
    templates: Drawn
    cfp: Path
    youtube_faces: Path
    bin_file: Path
    megaface: Path
    ijbb: Path
    ijbc: Path
    insightface_ijbc: Path
    open_set: Path
    personal_photos: Path
    people_folder: Path
    faulty_folder: Path


def build_small_trees(root: Path, people: People, *, seed: int = 0) -> SmallTrees:
    """Build every layout below ``root``."""
    many = several(people, 2)
    pairs = _pairs(many)
    drawn = draw_templates(people, video_share=0.5, seed=seed)
    probes = {name: many[name] for name in sorted(many)[:4]}
    crowd = {name: paths for name, paths in people.items() if name not in probes}
    training = {name: many[name] for name in sorted(many)[4:6]}
    fgnet = {name: many[name][:3] for name in sorted(many)}
    return SmallTrees(
        people=people,
        pairs=pairs,
        templates=drawn,
        cfp=build_cfp(root / "cfp", people, folds=FOLDS, pairs_each=CFP_PAIRS, seed=seed),
        youtube_faces=build_youtube_faces(
            root / "ytf", people, folds=FOLDS, pairs_each=YTF_PAIRS, frames=(2, 4), seed=seed
        ),
        bin_file=build_bin(root / "bin" / "lfw.bin", pairs, face_of=central_face),
        megaface=build_megaface(
            root / "megaface",
            probes,
            crowd,
            sizes=MEGAFACE_SIZES,
            wrong_probes=[probes[min(probes)][0]],
            wrong_distractors=[crowd[min(crowd)][0]],
            fgnet=fgnet,
            training=training,
            seed=seed,
        ),
        ijbb=build_ijb(root / "ijb" / "IJB-B", drawn, name="IJB-B", face_of=central_face),
        ijbc=build_ijb(root / "ijb" / "IJB-C", drawn, name="IJB-C", face_of=central_face),
        insightface_ijbc=build_insightface_ijb(
            root / "ijb" / "IJBC", drawn, name="IJB-C", face_of=central_face
        ),
        open_set=build_open_set(root / "open-set", people, seed=seed),
        personal_photos=build_personal_photos(root / "personal", people, most_each=4),
        people_folder=build_identity_folders(root / "people", people),
        faulty_folder=build_faulty_folder(root / "faulty", many, seed=seed),
    )


def _pairs(many: People) -> tuple[tuple[Path, Path, bool], ...]:
    names = sorted(many)
    pairs: list[tuple[Path, Path, bool]] = []
    for number in range(BIN_PAIRS * FOLDS):
        mine, next_one = many[names[number % 8]], many[names[(number + 1) % 8]]
        shot = number // 8
        pairs += [(mine[shot], mine[shot + 1], True), (mine[shot], next_one[shot], False)]
    return tuple(pairs)
