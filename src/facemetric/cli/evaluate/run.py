"""One measuring command: its bundles, caches, figures and where they go."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from facemetric.cli.evaluate.leakage import find_leakage, say_leakage
from facemetric.cli.options import DEFAULT_BUNDLE, Provider
from facemetric.cli.output import (
    SourcesError,
    complain,
    counting,
    finish,
    print_json,
    shown,
)
from facemetric.errors import InputError
from facemetric.processors import session_threads

if TYPE_CHECKING:
    from facemetric.bundle import Bundle
    from facemetric.datasets import LabelledPhotos, Photo
    from facemetric.evaluation import (
        CentralFaceFinder,
        Change,
        Condition,
        Embed,
        Embedded,
        Evaluation,
        FaceRule,
        Part,
        Screening,
        Settings,
        Task,
    )
    from facemetric.evaluation.cache import Progress
    from facemetric.evaluation.leakage import Leakage


_MOST_NAMED = 20  # a noise list is long


@dataclass(frozen=True, kw_only=True)
class Run:
    """The shared options, and what every measuring command does with them."""

    bundle: list[str] | None
    far: list[float] | None
    fpir: list[float] | None
    replicates: int
    confidence: float
    seed: int
    min_face: float
    flip: bool
    training: Path | None
    groups: Path | None
    report: Path | None
    cache: bool
    workers: int
    provider: Provider
    threads: int | None
    json_: bool

    def check(self, *, compares: bool = True) -> None:
        """Refuse, before the work, what would fail after it.

        Parameters
        ----------
        compares
            Whether ``--training`` and ``--groups`` are used.
        """
        from facemetric.datasets import read_identity_folders
        from facemetric.evaluation.report import check_groups, check_report

        self.bundles()
        if compares and self.groups is not None:
            if self.report is None:
                raise InputError(
                    "groups are shown in the report alone",
                    item="--groups",
                    fix="Add --report FOLDER",
                )
            check_groups(self.groups)
        if compares and self.training is not None:
            read_identity_folders(self.training)
        if self.report is not None:
            check_report(self.report)

    def measure(self, task: Task) -> None:
        """Embed the task's photographs with each bundle, measure, and say what came out."""
        groups = self._groups(task)
        bundles = self.bundles()
        embeds = [self.embed(task, bundle) for bundle in bundles]
        evaluations = [
            self.evaluate(task, bundle, embed)
            for bundle, embed in zip(bundles, embeds, strict=True)
        ]
        leakage = self._leakage(evaluations[0], bundles[0], embeds[0])
        say_leakage(leakage)
        if self.report is not None:
            self._write_report(evaluations, groups, leakage)
        self._print(evaluations, leakage)
        finish(task.failed, done=len(task.photos), json_=self.json_, most=_MOST_NAMED)

    def evaluate(self, task: Task, bundle: Bundle, embed: Embed) -> Evaluation:
        """Measure one bundle, given what embeds with it."""
        from facemetric.evaluation import evaluate

        return evaluate(
            task.for_bundle(bundle.manifest, flip=self.flip),
            embed,
            self.settings(),
            bundle=bundle.id,
            conditions=self.conditions(),
        )

    def embed(self, task: Task, bundle: Bundle, *, change: Change | None = None) -> Embed:
        """Return what embeds photographs with a bundle, under a progress bar."""
        from facemetric.embed import Embedder
        from facemetric.evaluation import FaceEmbedder

        network = Embedder(
            bundle,
            provider=self.provider.value,
            threads=session_threads(self.threads),
            flip=self.flip,
        )

        def embed(photos: Sequence[Photo]) -> Embedded:
            with counting(f"{bundle.id}: embeddings") as count:
                return FaceEmbedder(
                    network,
                    self.rule(task),
                    cache=self.cache_folder(),
                    change=change,
                    workers=self.workers,
                    progress=count,
                )(photos)

        return embed

    def conditions(self) -> dict[str, Condition]:
        """Return what the embeddings depend on beside the bundle."""
        return {"flip": self.flip, "min_face_px": self.min_face}

    def bundles(self) -> list[Bundle]:
        """Open the bundles, each once."""
        return self._opened

    @functools.cached_property
    def _opened(self) -> list[Bundle]:
        from facemetric.bundle import open_bundle

        return [open_bundle(name) for name in dict.fromkeys(self.bundle or [DEFAULT_BUNDLE])]

    def settings(self) -> Settings:
        """Return how figures are made."""
        from facemetric.evaluation import Settings

        return Settings(
            fars=tuple(self.far or ()),
            fpirs=tuple(self.fpir or ()),
            replicates=self.replicates,
            confidence=self.confidence,
            seed=self.seed,
        )

    def rule(self, task: Task) -> FaceRule:
        """Return which face of a photograph counts, as the task asks for."""
        from facemetric.evaluation import CentreCrop, ReadyChips, UsualPlace

        if task.faces == "centre":
            return CentreCrop()
        if task.faces == "usual":
            return UsualPlace(self.finder(), task.photos)
        return ReadyChips() if task.faces == "ready" else self.finder()

    def finder(self, *, progress: Progress | None = None) -> CentralFaceFinder:
        """Return the detector with its cache."""
        from facemetric.evaluation import CentralFaceFinder

        return CentralFaceFinder(
            min_face_px=self.min_face,
            cache=self.cache_folder(),
            workers=self.workers,
            processes=True,
            progress=progress,
        )

    def screen(self, photos: LabelledPhotos) -> Screening:
        """Leave out the photographs that cannot be used, each with its reason.

        Raises
        ------
        SourcesError
            None can.
        """
        from facemetric.evaluation import screen
        from facemetric.evaluation.digests import Digests

        with counting("faces") as count:
            finder = self.finder(progress=count)
            screened = screen(photos, finder, digests=Digests(self.cache_folder()))
        if not len(screened.photos):
            raise SourcesError(f"none of {len(photos)} photographs can be used", screened.left_out)
        return screened

    def cache_folder(self) -> Path | None:
        """Return where embeddings are kept; ``None`` for nowhere."""
        from facemetric.bundle import cache_folder

        return cache_folder() / "evaluation" if self.cache else None

    def _groups(self, task: Task) -> tuple[str | None, ...] | None:
        from facemetric.evaluation.report import read_groups

        if self.groups is None:
            return None
        return read_groups(self.groups, task.photos, task.people)

    def _leakage(self, one: Evaluation, bundle: Bundle, embed: Embed) -> Leakage | None:
        return find_leakage(
            one,
            bundle,
            embed,
            training=self.training,
            flip=self.flip,
            cache=self.cache_folder(),
            workers=self.workers,
        )

    def _write_report(
        self,
        evaluations: list[Evaluation],
        groups: tuple[str | None, ...] | None,
        leakage: Leakage | None,
    ) -> None:
        from facemetric.evaluation import FaceTraits
        from facemetric.evaluation.report import write_report

        assert self.report is not None
        task = evaluations[0].task
        rule = self.rule(task)
        with counting("traits") as count:
            traits = FaceTraits(
                rule, cache=self.cache_folder(), workers=self.workers, progress=count
            )(task.photos)
        page = write_report(
            evaluations, self.report, faces=rule, traits=traits, groups=groups, leakage=leakage
        )
        complain(f"report: {page}")

    def _print(self, evaluations: list[Evaluation], leakage: Leakage | None) -> None:
        from facemetric._version import __version__
        from facemetric.wire import EvaluateOut

        if self.json_:
            document = EvaluateOut(
                version=__version__,
                leakage=None if leakage is None else leakage.to_wire(),
                measured=tuple(one.to_wire() for one in evaluations),
            )
            print_json(document)
            return
        for number, one in enumerate(evaluations):
            if number:
                print()
            _print(one)
        if leakage is not None and leakage.clean:
            print(f"no leakage found in {len(leakage.checked)} comparisons")


def _print(one: Evaluation) -> None:
    print(one.task.title)
    print(f"{one.bundle}, {'with' if one.conditions['flip'] else 'no'} flip averaging")
    print(f"  photographs  {len(one.found):,}, a face found in {int(one.found.sum()):,}")
    by_rule = len(one.task.left_out) - len(one.task.failed)
    if by_rule:
        print(f"  left out     {by_rule:,} by the protocol's rules (--json names them)")
    for part in one.parts:
        print(f"{part.name}: {part.compared}" if part.counts else part.name)
        _print_figures(part)


def _print_figures(part: Part) -> None:
    width = max(len(figure.name) for figure in part.figures)
    for figure in part.figures:
        print(f"  {figure.name:<{width}}  {figure.text()}")
        if figure.note and figure.value is None:
            print(f"  {'':<{width}}  {shown(figure.note)}")
    for note in part.notes:
        print(f"  {shown(note)}")
