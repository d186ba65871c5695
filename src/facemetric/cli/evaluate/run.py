"""One measuring command: its bundles, caches, figures and where they go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from facemetric.cli.options import DEFAULT_BUNDLE, Provider
from facemetric.cli.output import complain, counting, print_json, shown

if TYPE_CHECKING:
    from facemetric.bundle import Bundle
    from facemetric.evaluation import (
        CentralFaceFinder,
        Change,
        Embedded,
        Evaluation,
        FaceRule,
        Part,
        Settings,
        Task,
    )


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

    def measure(self, task: Task) -> None:
        """Embed the task's photographs with each bundle, measure, and say what came out."""
        evaluations = [self.evaluate(task, bundle) for bundle in self.bundles()]
        self.answer(evaluations)

    def evaluate(self, task: Task, bundle: Bundle, *, change: Change | None = None) -> Evaluation:
        """Measure one bundle."""
        from facemetric.evaluation import evaluate

        return evaluate(
            task,
            lambda photos: self._embed(task, bundle, change),
            self.settings(),
            bundle=bundle.id,
            conditions={"flip": self.flip, "min_face_px": self.min_face},
        )

    def bundles(self) -> list[Bundle]:
        """Open the bundles, each once."""
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
        from facemetric.evaluation import CentreCrop, ReadyChips

        if task.faces == "centre":
            return CentreCrop()
        return ReadyChips() if task.faces == "ready" else self.finder()

    def finder(self) -> CentralFaceFinder:
        """Return the detector with its cache."""
        from facemetric.evaluation import CentralFaceFinder

        return CentralFaceFinder(
            min_face_px=self.min_face,
            cache=self.cache_folder(),
            workers=self.workers,
            processes=True,
        )

    def cache_folder(self) -> Path | None:
        """Return where embeddings are kept; ``None`` for nowhere."""
        from facemetric.bundle import cache_folder

        return cache_folder() / "evaluation" if self.cache else None

    def answer(self, evaluations: list[Evaluation]) -> None:
        """Print the figures, or the JSON, and write the report."""
        from facemetric._version import __version__
        from facemetric.wire import EvaluateOut

        if self.json_:
            measured = tuple(one.to_wire() for one in evaluations)
            print_json(EvaluateOut(version=__version__, measured=measured))
            return
        for number, one in enumerate(evaluations):
            if number:
                print()
            _print(one)

    def _embed(self, task: Task, bundle: Bundle, change: Change | None) -> Embedded:
        from facemetric.embed import Embedder
        from facemetric.evaluation import FaceEmbedder

        folder = self.cache_folder()
        with counting(f"{bundle.id}: embeddings") as count:
            embed = FaceEmbedder(
                Embedder(
                    bundle, provider=self.provider.value, threads=self.threads, flip=self.flip
                ),
                self.rule(task),
                cache=folder,
                change=change,
                workers=self.workers,
                progress=count,
            )
            return embed(task.photos)


def _print(one: Evaluation) -> None:
    print(one.task.title)
    print(f"{one.bundle}, {'with' if one.conditions['flip'] else 'no'} flip averaging")
    print(f"  photographs  {len(one.found):,}, a face found in {int(one.found.sum()):,}")
    for part in one.parts:
        print(f"{part.name}: {', '.join(f'{n:,} {what}' for what, n in part.counts.items())}")
        _print_figures(part)
    for failed in one.task.left_out:
        complain(f"left out: {failed}")


def _print_figures(part: Part) -> None:
    width = max(len(figure.name) for figure in part.figures)
    for figure in part.figures:
        print(f"  {figure.name:<{width}}  {figure.text()}")
        if figure.note and figure.value is None:
            print(f"  {'':<{width}}  {shown(figure.note)}")
    for note in part.notes:
        print(f"  {shown(note)}")
