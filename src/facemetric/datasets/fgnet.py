"""FG-NET: one person a number, at many ages; the second probe set of MegaFace."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets.labelled import PHOTO_SUFFIXES, LabelledPhotos
from facemetric.errors import DataError

_NAME = re.compile(r"(\d{3})A(\d{2})([a-z]?)", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class FgnetPhotos:
    """Photographs with person and age.

    Attributes
    ----------
    photos
        Sorted by file name; the person is the number as text, ``"001"``.
    age_years
        ``int64 (N,)``: of the person in each photograph.
    """

    photos: LabelledPhotos
    age_years: NDArray[np.int64]


def read_fgnet(folder: Path) -> FgnetPhotos:
    """Read the folder of FG-NET's photographs, ``001A02.JPG`` (person 001 at the age of 2).

    Files with other suffixes than a photograph's are passed over. The full set has 1,002
    photographs of 82 people.

    Raises
    ------
    DataError
        The folder cannot be read or is empty, or a photograph has another name.
    """
    folder = Path(folder)
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix.lower() in PHOTO_SUFFIXES)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", item=str(folder)) from error
    if not files:
        raise DataError(
            "no photographs", item=str(folder), fix="Give the set's images folder (001A02.JPG …)"
        )
    people, ages = [], []
    for file in files:
        match = _NAME.fullmatch(file.stem)
        if match is None:
            raise DataError("expected a name like 001A02.JPG", item=str(file))
        people.append(match[1])
        ages.append(int(match[2]))
    return FgnetPhotos(LabelledPhotos(tuple(files), tuple(people)), np.array(ages, np.int64))
