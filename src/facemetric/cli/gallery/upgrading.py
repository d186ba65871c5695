"""The work of ``facemetric gallery upgrade``: check, measure, ask, convert."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from facemetric.cli.output import complain, counting, people_counted
from facemetric.errors import BundleError, GalleryError, InputError
from facemetric.processors import session_threads

if TYPE_CHECKING:
    from facemetric.bundle import Bundle
    from facemetric.datasets import LabelledPhotos
    from facemetric.embed import Embedder
    from facemetric.gallery import Gallery
    from facemetric.jobs.upgrading import Photographs, SharedFaces, UpgradePlan
    from facemetric.vault import MasterKey
    from facemetric.wire import GalleryUpgradeOut, UpgradeAskedOut


@dataclass(frozen=True)
class Asked:
    """What was asked for; see the command's options."""

    gallery: str
    target: str
    new: str
    key: MasterKey | None
    old: str | None
    photos: str | None
    adaptor: str
    photographs: bool
    base: Path | None
    name: str | None
    far: float
    most_loss: float
    accept: bool
    dry_run: bool
    yes: bool
    held_share: float
    min_face_px: float | None
    seed: int
    cache: bool
    workers: int
    provider: str
    threads: int | None
    progress: bool
    json: bool


def run_upgrade(asked: Asked) -> GalleryUpgradeOut:
    """Upgrade, or only measure; raises as what it calls."""
    from facemetric.bundle import open_bundle
    from facemetric.cli.galleries import shown_address
    from facemetric.gallery import Gallery
    from facemetric.jobs.upgrading import (
        Photographs,
        check_bundles,
        check_name,
        check_samples,
        upgraded_name,
    )
    from facemetric.wire import GalleryUpgradeOut

    with Gallery.open(asked.gallery, key=asked.key, create=False, read_only=True) as source:
        _refuse_same(source, asked)
        new = open_bundle(asked.new)
        old = open_bundle(asked.old if asked.old is not None else source.bundle)
        check_bundles(source, old, new)
        flip = source.flip is not False
        name = asked.name if asked.name is not None else upgraded_name(old.id, new.id)
        check_name(name)
        photographs = None
        if asked.photographs:
            photographs = Photographs(_embedder(asked, new, flip), base=asked.base)
        check_samples(source, photographs, mapped=asked.photos is not None)
        plan = None
        if asked.photos is not None:
            plan = _plan(asked, asked.photos, old, new, flip=flip, name=name)
        answer = GalleryUpgradeOut(
            gallery=shown_address(asked.gallery),
            target=shown_address(asked.target),
            bundle=new.id if plan is None else name,
            report=None if plan is None else plan.report,
            dry_run=asked.dry_run,
        )
        if not _go_on(asked, answer, people=len(source)):
            return answer
        return _converted(asked, answer, source, new, plan, photographs, flip=flip)


def _plan(
    asked: Asked, photos: str, old: Bundle, new: Bundle, *, flip: bool, name: str
) -> UpgradePlan:
    """Return the map of an interrupted upgrade, or a new one."""
    from facemetric.evaluation.calibration.collection import read_collection
    from facemetric.jobs.upgrading import (
        UpgradePlan,
        chosen_adaptor,
        fit_and_measure,
        photos_digest,
        report_out,
    )
    from facemetric.wire import UpgradeAskedOut

    labelled, face_px, data = read_collection(photos)
    wanted = UpgradeAskedOut(
        old_bundle=old.id,
        old_sha256=old.manifest.model.sha256,
        new_bundle=new.id,
        new_sha256=new.manifest.model.sha256,
        flip=flip,
        adaptor=chosen_adaptor(asked.adaptor, old, new),
        photos=photos,
        digest=photos_digest(labelled, cache=_cache(asked)),
        held_share=asked.held_share,
        seed=asked.seed,
    )
    kept = _kept(asked, wanted, name)
    if kept is not None:
        if not asked.json:
            complain(f"goes on with the map of the bundle {name}")
        return kept
    shared = _shared(asked, data, labelled, face_px, (old, new), flip=flip)
    adaptor, report = fit_and_measure(
        shared, adaptor=wanted.adaptor, held_share=asked.held_share, seed=asked.seed
    )
    return UpgradePlan(report_out(report, wanted), adaptor)


def _kept(asked: Asked, wanted: UpgradeAskedOut, name: str) -> UpgradePlan | None:
    from facemetric.jobs.upgrading import kept_plan

    try:
        return kept_plan(name, wanted)
    except BundleError:
        if asked.dry_run:  # nothing will be written
            return None
        raise


def _shared(
    asked: Asked,
    data: str,
    photos: LabelledPhotos,
    face_px: float,
    bundles: tuple[Bundle, Bundle],
    *,
    flip: bool,
) -> SharedFaces:
    from facemetric.evaluation import CentralFaceFinder, FaceEmbedder
    from facemetric.jobs.upgrading import embed_shared, held_people

    held_people(data, photos, held_share=asked.held_share, seed=asked.seed)  # before the work
    folder = _cache(asked)
    old, new = bundles
    with (
        counting(f"{data}: faces") as faces,
        counting(f"{data}: {old.id}") as first,
        counting(f"{data}: {new.id}") as second,
    ):
        finder = CentralFaceFinder(
            min_face_px=asked.min_face_px or face_px,
            cache=folder,
            workers=asked.workers,
            processes=True,
            progress=faces,
        )
        embed = [
            FaceEmbedder(
                _embedder(asked, bundle, flip),
                finder,
                cache=folder,
                workers=asked.workers,
                progress=tell,
            )
            for bundle, tell in ((old, first), (new, second))
        ]
        return embed_shared(data, photos, old=embed[0], new=embed[1])


def _go_on(asked: Asked, answer: GalleryUpgradeOut, *, people: int) -> bool:
    """Show the report, and say whether to change anything."""
    from facemetric.cli.gallery.upgrade_text import print_report

    if not asked.json:
        print_report(answer, far=asked.far)
    if asked.dry_run:
        return False
    if answer.report is not None and answer.report.loss > asked.most_loss and not asked.accept:
        raise GalleryError(
            f"new embeddings with mapped ones are {100 * answer.report.loss:.2f} points less "
            f"accurate than the weaker bundle alone, at most {100 * asked.most_loss:g} are "
            "accepted; nothing was changed",
            item=answer.gallery,
            fix="Try another --adaptor or more --photos, keep the photographs at hand, or take it "
            "as it is (--accept)",
        )
    if not asked.yes:
        _confirm(f"Write {people_counted(people)} into {answer.target}?")
    return True


def _confirm(question: str) -> None:
    if not sys.stdin.isatty():
        print("error: nothing was changed. Pass --yes to go on without asking", file=sys.stderr)
        raise typer.Exit(2)
    if not typer.confirm(question, err=True):
        raise typer.Exit(2)


def _converted(
    asked: Asked,
    answer: GalleryUpgradeOut,
    source: Gallery,
    new: Bundle,
    plan: UpgradePlan | None,
    photographs: Photographs | None,
    *,
    flip: bool,
) -> GalleryUpgradeOut:
    from facemetric.bundle.folders import imported_folder
    from facemetric.cli.galleries import check_folder, open_or_make
    from facemetric.cli.gallery.counting import counting_people
    from facemetric.gallery import Gallery
    from facemetric.jobs.upgrading import convert_gallery, save_upgraded
    from facemetric.wire import ErrorOut

    check_folder(asked.target)  # before a bundle is saved for it
    if plan is not None and not imported_folder(answer.bundle).exists():
        save_upgraded(new, plan, name=answer.bundle)
    with ExitStack() as stack:
        target = stack.enter_context(
            open_or_make(
                asked.target,
                lambda: Gallery.open(
                    asked.target,
                    key=asked.key,
                    bundle=answer.bundle,
                    dim=new.dim,
                    bundle_sha256=new.manifest.model.sha256,
                    flip=flip,
                ),
            )
        )
        tell = stack.enter_context(counting_people(len(source), asked.progress))
        done = convert_gallery(
            source,
            target,
            mapping=None if plan is None else plan.mapping,
            photographs=photographs,
            tell=tell,
        )
    return answer.model_copy(
        update={
            "people": done.people,
            "samples": done.samples,
            "new_people": done.new_people,
            "mapped": done.mapped,
            "embedded": done.embedded,
            "from_portraits": photographs.from_portraits if photographs is not None else 0,
            "not_at_hand": dict(photographs.missing) if photographs is not None else {},
            "errors": tuple(map(ErrorOut.of, photographs.errors if photographs else ())),
            "source_checksum": done.source_checksum,
            "checksum": done.checksum,
        }
    )


def _refuse_same(source: Gallery, asked: Asked) -> None:
    """Raise InputError where the new gallery is the old one, before any work."""
    from facemetric.cli.galleries import place_there, shown_address

    if place_there(asked.target) == source.place:
        raise InputError(
            "is the old gallery",
            item=shown_address(asked.target),
            fix="Name another one: the old one stays as it is",
        )


def _embedder(asked: Asked, bundle: Bundle, flip: bool) -> Embedder:
    from facemetric.embed import Embedder

    return Embedder(
        bundle, provider=asked.provider, threads=session_threads(asked.threads), flip=flip
    )


def _cache(asked: Asked) -> Path | None:
    from facemetric.bundle import cache_folder

    return cache_folder() / "evaluation" if asked.cache else None
