"""MegaFace: one mate of a probe hidden among up to a million distractors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets import DISTRACTOR_SIZES, LabelledPhotos
from facemetric.errors import DataError, InputError
from facemetric.evaluation.leakage.names import is_number, plain_name
from facemetric.evaluation.metrics import supports
from facemetric.evaluation.metrics.distractors import search_distractors
from facemetric.evaluation.parts import Part
from facemetric.evaluation.parts.distractors import (
    measure_against_distractors,
    measure_distractors,
)
from facemetric.evaluation.parts.streamed import highest_far, impostors_to_keep
from facemetric.evaluation.settings import Settings
from facemetric.evaluation.task import BY_RULE, Condition, Task, person_numbers
from facemetric.types import Float32, ItemError

HEADLINE_FAR = 1e-6
"""The rate that MegaFace's tables print."""

TITLE = "One mate among distractors, as in MegaFace (Kemelmacher-Shlizerman et al., CVPR 2016)"
_MOST_KEPT = 800_000  # impostors for intervals: a draw of people takes milliseconds


@dataclass(frozen=True, eq=False, kw_only=True)
class MegafaceTask(Task):
    """Probes, then distractors, in ``photos``.

    Attributes
    ----------
    probes
        How many of the photographs are probes; the others are distractors.
    subsets
        Rows among the distractors for each size, ``int64`` and rising. The last is the largest,
        and has the first rows.
    """

    protocol: ClassVar[str] = "megaface"
    probes: int
    subsets: tuple[NDArray[np.int64], ...]

    def measure(
        self, vectors: Float32, found: NDArray[np.bool_], settings: Settings
    ) -> tuple[Part, ...]:
        """Return rank 1 by size, the ranks at the largest, and TAR against the distractors."""
        people = person_numbers(self.people[: self.probes])
        sizes = [len(subset) for subset in self.subsets]
        total = self.probes * sizes[-1]
        fars = _fars(settings, total)
        met = search_distractors(
            vectors[: self.probes],
            people,
            vectors[self.probes :],
            self.subsets,
            keep=impostors_to_keep(total, max(fars), most=_MOST_KEPT),
        )
        notes = (
            "Every ordered pair of a person's photographs is a probe and its mate. A distractor "
            "as similar as the mate counts against it.",
        )
        return (
            *measure_distractors(met, people, sizes, settings, notes=notes),
            measure_against_distractors(met, people, sizes[-1], settings, fars=fars),
        )


def megaface_task(
    probes: LabelledPhotos,
    distractors: Sequence[Path],
    *,
    subsets: Sequence[Sequence[Path]] = (),
    sizes: Sequence[int] = (),
    seed: int = 0,
    shared_ids: bool = False,
    title: str = TITLE,
    conditions: dict[str, Condition] | None = None,
) -> MegafaceTask:
    """Make the task of some probes and distractors.

    Photographs of people who have only one cannot be probes. A distractor in a folder with the name
    of one of the probes' people, or that is the file of a probe, is left out, and the task says so.

    Parameters
    ----------
    probes
        People with their photographs.
    distractors
        Photographs of other people.
    subsets
        The distractors of each smaller size, where lists say which; else prefixes of one random
        order.
    sizes
        Of the prefixes; by default 10, 100 … up to all.
    seed
        Of the random order.
    shared_ids
        Whether numbers for names mean the same in both sets, as within one collection. Otherwise
        folder ``001`` of one is nobody of the other.
    title, conditions
        Of the task.

    Raises
    ------
    DataError
        Fewer than two people have two photographs, or no distractor is left.
    InputError
        A size is out of range, or both ``subsets`` and ``sizes`` are given.
    """
    if subsets and sizes:
        raise InputError("expected subsets or sizes, got both", item="sizes")
    usable = _with_mates(probes)
    kept, left_out = _strangers(usable, distractors, shared_ids=shared_ids)
    if not kept:
        raise DataError("none is left that shows somebody else", item="distractors")
    if subsets:
        kept, rows = _listed(kept, subsets)
    else:
        rows = [np.arange(size) for size in _sizes(sizes, len(kept))]
        kept = [kept[row] for row in np.random.default_rng(seed).permutation(len(kept))]
        kept = kept[: len(rows[-1])]
    return MegafaceTask(
        title=title,
        photos=(*usable.paths, *kept),
        people=(*usable.people, *_folders(kept)),
        conditions={
            **(conditions or {}),
            "probes": len(usable),
            "probe_people": len(usable.names),
            "photographs_without_mate": len(probes) - len(usable),
            "distractors": len(kept),
            "distractors_left_out": len(left_out),
            "sizes": ", ".join(str(len(one)) for one in rows),
            **({} if subsets else {"order_seed": seed}),
        },
        left_out=tuple(left_out),
        probes=len(usable),
        subsets=tuple(rows),
    )


def _fars(settings: Settings, total: int) -> tuple[float, ...]:
    """Return the rates, the one that MegaFace prints first."""
    fars = settings.fars_for(total, highest=highest_far(total, most=_MOST_KEPT))
    if settings.fars:
        return fars
    first = [HEADLINE_FAR] if supports(total, HEADLINE_FAR) else [max(fars)]
    return tuple(dict.fromkeys([*first, *fars]))


def _with_mates(probes: LabelledPhotos) -> LabelledPhotos:
    labels = probes.labels
    chosen = probes.take(np.flatnonzero(np.bincount(labels)[labels] > 1))
    if len(chosen.names) < 2:
        raise DataError(
            f"expected two people with two photographs, got {len(chosen.names)} such of "
            f"{len(probes.names)}",
            item="probes",
            fix="A probe needs a mate: give folders or a list with several photographs a person",
        )
    return chosen


def _strangers(
    probes: LabelledPhotos, distractors: Sequence[Path], *, shared_ids: bool
) -> tuple[list[Path], list[ItemError]]:
    """Return the distractors that show none of the probes' people by name, and the others."""
    spelt = {plain_name(name): name for name in probes.names if shared_ids or not is_number(name)}
    files = {path.resolve() for path in probes.paths}
    plain = {folder: plain_name(folder) for folder in {path.parent.name for path in distractors}}
    kept, left_out = [], []
    for path in distractors:
        person = spelt.get(plain[path.parent.name])
        if person is not None:
            cause = f"a distractor of {person}, who is among the probes"
        elif path.resolve() in files:
            cause = "a distractor that is a probe too"
        else:
            kept.append(path)
            continue
        left_out.append(ItemError(str(path), BY_RULE, cause))
    return kept, left_out


def _listed(
    kept: Sequence[Path], subsets: Sequence[Sequence[Path]]
) -> tuple[list[Path], list[NDArray[np.int64]]]:
    """Return the distractors of all lists, those of the largest first, and the rows of each."""
    allowed = set(kept)
    lists = sorted(([path for path in one if path in allowed] for one in subsets), key=len)
    if not lists[0]:
        raise DataError("a list has no distractor that is left", item="distractors")
    order = list(dict.fromkeys(path for one in reversed(lists) for path in one))
    row_of = {path: row for row, path in enumerate(order)}
    return order, [np.sort(np.array([row_of[path] for path in one])) for one in lists]


def _sizes(asked: Sequence[int], available: int) -> list[int]:
    if asked:
        wrong = [size for size in asked if not 1 <= size <= available]
        if wrong:
            raise InputError(
                f"expected 1 to {available:,} distractors, which is how many there are, got "
                f"{wrong[0]:,}",
                item="sizes",
            )
        return sorted(set(asked))
    return sorted({*(size for size in DISTRACTOR_SIZES if size < available), available})


def _folders(paths: Sequence[Path]) -> list[str]:
    """Return who is in each photograph: the folder's name where there are several folders."""
    names = [path.parent.name for path in paths]
    return names if len(set(names)) > 1 else [""] * len(names)
