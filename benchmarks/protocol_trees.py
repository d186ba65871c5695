"""Build every protocol's layout, full size, from LFW, CelebA and ORL.

The official files of most protocols cannot be had freely. These folders have their layouts and
about their sizes, and other people's faces: figures on them are not figures of the official sets.
Photographs are links; frames of "videos" and the ``.bin`` are written. OUT must be outside the
repository: the photographs may not be passed on.

    python benchmarks/protocol_trees.py /tmp/trees

A line for each tree, with its counts and the command that evaluates it, goes to OUT/README too.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from _bundles import MOBILEFACENET
from facemetric.bundle import cache_folder, import_onnx
from facemetric.datasets import (
    data_root,
    read_bin_pairs,
    read_celeba,
    read_cfp_pairs,
    read_fgnet,
    read_identity_folders,
    read_ijb,
    read_insightface_ijb,
    read_lfw_pairs,
    read_megaface_distractors,
    read_megaface_probes,
    read_megaface_training,
    read_noise_list,
    read_open_set,
    read_youtube_faces,
)
from facemetric.embed import Embedder
from facemetric.evaluation import CentralFaceFinder, FaceEmbedder, nearest_people
from facemetric.quality.pose import pose_of_landmarks
from facemetric.types import Face

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from layouts import (
    cfp,
    faces,
    folders,
    ijb,
    insightface_bin,
    megaface,
    people,
    youtube_faces,
)

LFW_FACE_PX, CELEBA_FACE_PX = 40, 20
# Cosine of two people's mean embeddings under mobilefacenet-ms1m; see calibrate_builtin.py.
SHARED_SIMILARITY = 0.56
SIZES = (10, 100, 1_000, 10_000)
TRAINING_PEOPLE = 500


@dataclass
class Sources:
    """Photographs, and where the central face of each is."""

    data: Path
    seed: int
    lfw: people.People = field(init=False)
    celeba: people.People = field(init=False)
    orl: people.People = field(init=False)
    face: dict[Path, Face] = field(init=False)

    def __post_init__(self) -> None:
        self.lfw = people.lfw_people(self.data / "lfw")
        photos = read_celeba(self.data)
        named: dict[str, list[Path]] = {}
        for path, person in zip(photos.paths, photos.people, strict=True):
            named.setdefault(f"celeba_{int(person):05d}", []).append(path)
        self.celeba = {name: named[name] for name in sorted(named)}
        orl = sorted((self.data / "orl").iterdir(), key=lambda folder: int(folder.name[1:]))
        self.orl = {folder.name: sorted(folder.glob("*.png")) for folder in orl}
        paths = [path for mine in self.lfw.values() for path in mine]
        found = self.finder(LFW_FACE_PX)(paths)
        self.face = {path: face for path, face in zip(paths, found, strict=True) if face}

    def finder(self, min_face_px: float) -> CentralFaceFinder:
        return CentralFaceFinder(
            min_face_px=min_face_px, cache=_cache(), progress=_progress("faces")
        )

    def face_of(self, photo: Path) -> Face:
        """Return the detector's face, else the middle of the photograph."""
        return self.face[photo] if photo in self.face else faces.central_face(photo)

    def yaw_deg(self, photo: Path) -> float:
        """0 where no face is found: such a photograph is no profile."""
        face = self.face.get(photo)
        return 0.0 if face is None else pose_of_landmarks(face.landmarks_px).yaw_deg

    def celeba_people_in_lfw(self) -> set[str]:
        """By embedding; nobody where the network is not at hand."""
        graph = self.data / "models" / f"{MOBILEFACENET}.onnx"
        if not graph.is_file():
            print(f"MegaFace's noise list stays empty, for there is no {graph}", file=sys.stderr)
            return set()
        means = []
        with tempfile.TemporaryDirectory() as scratch:
            bundle = import_onnx(graph, preset=MOBILEFACENET, folder=Path(scratch) / "bundle")
            for collection, face_px in ((self.celeba, CELEBA_FACE_PX), (self.lfw, LFW_FACE_PX)):
                embed = FaceEmbedder(
                    Embedder(bundle, flip=True),
                    self.finder(face_px),
                    cache=_cache(),
                    progress=_progress("embeddings"),
                )
                paths = [path for mine in collection.values() for path in mine]
                labels = np.repeat(
                    np.arange(len(collection)), [len(p) for p in collection.values()]
                )
                vectors, found = embed(paths)
                means += [vectors[found], labels[found]]
        near = nearest_people(*means)
        names = list(self.celeba)
        return {names[row] for row in near.people[near.similarities >= SHARED_SIMILARITY]}


Report = tuple[list[str], list[str]]  # what is in the tree, which arguments evaluate it


def cfp_tree(sources: Sources, root: Path) -> Report:
    chosen = people.several(sources.lfw, 6)
    cfp.build_cfp(root, chosen, yaw_deg=sources.yaw_deg, seed=sources.seed)
    kinds = [read_cfp_pairs(root, "FF"), read_cfp_pairs(root, "FP")]
    turned = sorted({p for p in kinds[1].paths if p.parent.name == "profile"})
    yaws = [
        abs(sources.yaw_deg(sources.data / "lfw" / p.resolve().parent.name / p.resolve().name))
        for p in turned
    ]
    counts = [
        f"{kind}: {len(k)} pairs ({int(k.same.sum())} genuine), {k.folds} folds, "
        f"{len(k.paths)} photographs, {len(set(k.people))} people"
        for kind, k in zip(("FF", "FP"), kinds, strict=True)
    ]
    counts.append(
        "the most turned of each person's LFW photographs stand for profiles: |yaw| "
        f"{np.percentile(yaws, 10):.0f} / {np.median(yaws):.0f} / {np.percentile(yaws, 90):.0f} "
        "degrees (10th percentile, median, 90th); CFP's are near 90"
    )
    return counts, [f"cfp --data {root}"]


def youtube_tree(sources: Sources, root: Path) -> Report:
    youtube_faces.build_youtube_faces(root, sources.lfw, long_videos=10, seed=sources.seed)
    read = read_youtube_faces(root)
    frames = sum(map(len, read.frames))
    return [
        f"{len(read)} pairs ({int(read.same.sum())} genuine), {read.folds} folds, "
        f"{len(read.names)} videos, {len(set(read.people))} people, {frames} frames read",
        "a video is made from two or more LFW photographs; 10 have 120 frames, the others 4 to 8",
    ], [f"ytf --data {root}"]


def bin_tree(sources: Sources, root: Path) -> Report:
    pairs = read_lfw_pairs(sources.data / "lfw")
    listed = [
        (pairs.paths[a], pairs.paths[b], bool(same))
        for (a, b), same in zip(pairs.pairs.tolist(), pairs.same, strict=True)
    ]
    path = insightface_bin.build_bin(root / "lfw.bin", listed, face_of=sources.face_of)
    read = read_bin_pairs(path)
    return [
        f"{len(read)} pairs ({int(read.same.sum())} genuine), {read.folds} folds, "
        f"{len(read.images)} pictures, {path.stat().st_size >> 20} MiB: LFW's pairs.txt"
    ], [f"bin {path}"]


def megaface_tree(sources: Sources, root: Path) -> Report:
    probes = people.several(sources.lfw, 2)
    single = {name: paths for name, paths in sources.lfw.items() if len(paths) == 1}
    crowd = {**sources.celeba, **single}
    shared = sources.celeba_people_in_lfw()
    rng = np.random.default_rng(sources.seed)
    trainable = [name for name, paths in sources.celeba.items() if len(paths) > 1]
    training = sorted(str(name) for name in rng.permutation(trainable)[:TRAINING_PEOPLE])
    megaface.build_megaface(
        root,
        probes,
        crowd,
        sizes=SIZES,
        sets=3,
        wrong_distractors=[path for name in sorted(shared) for path in crowd[name]],
        fgnet=sources.orl,
        training={name: sources.celeba[name] for name in training},
        seed=sources.seed,
    )
    lists = root / "devkit" / "templatelists"
    scrub = read_megaface_probes(lists / "facescrub_features_list.json", root / "facescrub_images")
    fgnet = read_megaface_probes(lists / "fgnet_features_list.json", root / "fgnet_images")
    noise = read_noise_list(root / "megaface_noises.txt")
    all_of_them = read_megaface_distractors(root / "megaface_lst", root / "megaface_images")
    kept = read_megaface_distractors(root / "megaface_lst", root / "megaface_images", noise=noise)
    trained = read_megaface_training(root / "challenge2_lst", root / "challenge2_images")
    second = max(int(path.name.split("_")[-2]) for path in (lists / "challenge2").glob("*.json_*"))
    ages = read_fgnet(root / "fgnet_images").age_years
    return [
        f"probes: {len(scrub)} LFW photographs of {len(scrub.names)} people (FaceScrub's place)",
        f"distractors: {len(all_of_them)} (CelebA, and LFW's people with one photograph), "
        f"{len(kept)} without the noise list; lists of {', '.join(map(str, SIZES))} in 3 sets "
        f"and of {len(all_of_them)}",
        f"noise list: {len(noise)} CelebA photographs of {len(shared)} people who are in LFW too",
        f"FG-NET layout: {len(fgnet)} ORL photographs of {len(fgnet.names)} people, ages made up "
        f"({ages.min()} to {ages.max()})",
        f"challenge 2: {len(trained)} training photographs of {len(trained.names)} CelebA people, "
        f"{second} distractors without them",
    ], [f"megaface --data {root}"]


def ijb_trees(sources: Sources, root: Path) -> Report:
    drawn = ijb.draw_templates(sources.lfw, seed=sources.seed)
    other = ijb.draw_templates(people.several(sources.lfw, 5), seed=sources.seed + 1)
    ijb.build_ijb(root / "IJB-C", drawn, name="IJB-C", face_of=sources.face_of)
    ijb.build_ijb(root / "IJB-B", other, name="IJB-B", face_of=sources.face_of)
    ijb.build_insightface_ijb(root / "IJBC", drawn, name="IJB-C", face_of=sources.face_of)
    counts = []
    for name, read in (
        ("IJB-C", read_ijb(root / "IJB-C", "IJB-C")),
        ("IJB-B", read_ijb(root / "IJB-B", "IJB-B")),
        ("IJBC (InsightFace's form)", read_insightface_ijb(root / "IJBC", "IJB-C")),
    ):
        enrolled = " + ".join(str(len(gallery)) for gallery in read.galleries)
        counts.append(
            f"{name}: {len(read.templates)} templates of {len(read.templates.paths)} faces, "
            f"galleries {enrolled}, {len(read.probes)} probes, {len(read)} pairs "
            f"({int(read.same.sum())} genuine)"
        )
    return counts, [f"ijb --data {root / name}" for name in ("IJB-C", "IJB-B", "IJBC")]


def open_set_tree(sources: Sources, root: Path) -> Report:
    read = read_open_set(folders.build_open_set(root, sources.lfw, seed=sources.seed))
    return [
        f"{len(read.gallery.names)} people enrolled with {len(read.gallery)} photographs, "
        f"{len(read.mated)} mated probes, {len(read.non_mated)} of {len(read.non_mated.names)} "
        "strangers"
    ], [f"open-set --data {root}"]


def personal_tree(sources: Sources, root: Path) -> Report:
    folders.build_personal_photos(root, people.several(sources.lfw, 10))
    return _people(root), [f"personal --data {root}"]


def holdout_tree(sources: Sources, root: Path) -> Report:
    folders.build_identity_folders(root, sources.celeba)
    return [*_people(root), "CelebA's two subsets as one"], [f"holdout --data {root}"]


def folder_tree(sources: Sources, root: Path) -> Report:
    chosen = {name: paths[:15] for name, paths in people.several(sources.lfw, 5).items()}
    folders.build_identity_folders(root, chosen)
    return _people(root), [f"folder --data {root}"]


def faulty_tree(sources: Sources, root: Path) -> Report:
    chosen = people.some(sources.lfw, several=100, each=6, single=50, seed=sources.seed)
    folders.build_faulty_folder(root, chosen, seed=sources.seed)
    found = [
        str(path.relative_to(root))
        for name in (folders.BROKEN, folders.NO_FACE, folders.TWIN)
        for path in root.glob(f"*/{name}")
    ]
    return [*_people(root), f"with faults: {', '.join(found)}"], [f"folder --data {root}"]


def lfw_itself(sources: Sources, root: Path) -> Report:
    root.parent.mkdir(parents=True, exist_ok=True)
    root.symlink_to((sources.data / "lfw").absolute())
    read = read_lfw_pairs(root)
    return [
        f"{len(read)} pairs, {read.folds} folds, {len(read.paths)} photographs: a link to LFW"
    ], [f"lfw --data {root}"]


TREES: dict[str, Callable[[Sources, Path], Report]] = {
    "lfw": lfw_itself,
    "cfp": cfp_tree,
    "bin": bin_tree,
    "ytf": youtube_tree,
    "megaface": megaface_tree,
    "ijb": ijb_trees,
    "open-set": open_set_tree,
    "personal": personal_tree,
    "holdout": holdout_tree,
    "folder": folder_tree,
    "faulty": faulty_tree,
}


def _people(root: Path) -> list[str]:
    read = read_identity_folders(root)
    return [f"{len(read)} photographs of {len(read.names)} people"]


def _cache() -> Path:
    return cache_folder() / "evaluation"


def _progress(what: str) -> Callable[[int, int], None]:
    return lambda done, of: print(f"\r{what}: {done}/{of}", end="", file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path, help="folder to make, outside the repository")
    parser.add_argument("--data", type=Path, help="folder with lfw/, celeba10k/ … (default: found)")
    parser.add_argument("--only", nargs="+", choices=TREES, help="some trees (default: all)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    out = options.out.resolve()
    repository = Path(__file__).resolve().parent.parent
    if repository in (out, *out.parents):
        parser.error(f"{out} is inside the repository, and the photographs may not be passed on")
    chosen = options.only or list(TREES)
    there = [name for name in chosen if (out / name).exists()]
    if there:
        parser.error(f"{out} has {', '.join(there)} already: delete these folders first")
    sources = Sources(options.data or data_root(), options.seed)
    print(file=sys.stderr)
    out.mkdir(parents=True, exist_ok=True)
    with (out / "README").open("a", encoding="utf-8") as readme:
        if not readme.tell():
            readme.write(f"{__doc__.strip()}\n\n")
        for name in chosen:
            start = time.perf_counter()
            counts, commands = TREES[name](sources, out / name)
            seconds = time.perf_counter() - start
            lines = [f"{out / name}  ({seconds:.0f} s, seed {options.seed})"]
            lines += [f"    {line}" for line in counts]
            lines += [f"    facemetric evaluate {line}" for line in commands]
            print("\n".join(lines), flush=True)
            readme.write("\n".join([*lines, ""]) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
