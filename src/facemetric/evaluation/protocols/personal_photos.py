"""FaceNet's personal photographs: all squared pairs of one collection."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets import read_identity_folders
from facemetric.errors import DataError
from facemetric.evaluation.figure import Figure
from facemetric.evaluation.parts import Part, Verification, headline_first, measure_all_pairs
from facemetric.evaluation.protocols.holdout import LEAST_PEOPLE
from facemetric.evaluation.screening import Screen, reasons_text, unscreened
from facemetric.evaluation.settings import Settings
from facemetric.evaluation.task import Task, person_numbers
from facemetric.types import Float32

TITLE = "Personal photographs, all squared pairs of a collection, as in FaceNet section 4.2"

_RULE = (
    "All N x N squared pairs, save the N of a photograph with itself, which are always accepted: "
    "(i, j) and (j, i) are one comparison, so that both rates are those of the pairs counted here."
)


@dataclass(frozen=True, eq=False, kw_only=True)
class PersonalTask(Task):
    """VAL and FAR over the pairs of one collection.

    Schroff, Kalenichenko, Philbin, "FaceNet", CVPR 2015, section 4.2: three collections of about
    12,000 photographs there, which were never published. The paper does not say whether a
    photograph is paired with itself; VAL is given without such pairs, and with them beside it.
    """

    protocol: ClassVar[str] = "personal"

    def measure(
        self, vectors: Float32, found: NDArray[np.bool_], settings: Settings
    ) -> tuple[Part, ...]:
        """Return VAL at each FAR."""
        part = measure_all_pairs(
            "collection", vectors, person_numbers(self.people), settings, notes=(_RULE,)
        )
        figures = headline_first(
            [replace(one, name=one.name.replace("TAR", "VAL")) for one in part.figures]
        )
        selves = _with_selves(figures[0], part, len(vectors))
        return (replace(part, figures=(figures[0], *selves, *figures[1:])),)


def personal_photos_task(root: Path, *, screen: Screen = unscreened) -> PersonalTask:
    """Read one collection.

    Parameters
    ----------
    root
        A folder for each person.
    screen
        Says which photographs can be used.

    Raises
    ------
    DataError
        The folder is laid out otherwise, has fewer than three people, or nobody has two
        photographs.
    """
    root = Path(root)
    screened = screen(read_identity_folders(root))
    photos = screened.photos
    if len(photos.names) < LEAST_PEOPLE or len(photos.names) == len(photos):
        raise DataError(
            f"{LEAST_PEOPLE} people are needed, one of them with two photographs; there are "
            f"{len(photos.names)} people with {len(photos)} photographs"
            f"{reasons_text(screened.left_out)}",
            item=str(root),
            fix="Add photographs",
        )
    return PersonalTask(
        title=TITLE,
        photos=photos.paths,
        people=photos.people,
        conditions={"data": root.absolute().name},
        left_out=screened.left_out,
    )


def _with_selves(figure: Figure, part: Verification, photos: int) -> tuple[Figure, ...]:
    """Return VAL with the pairs of a photograph with itself, all of them accepted."""
    if figure.value is None:
        return ()
    ordered = 2 * part.genuine.total
    share = (figure.value * ordered + photos) / (ordered + photos)
    return (Figure(f"{figure.name}, with {photos:,} pairs (i, i)", share),)
