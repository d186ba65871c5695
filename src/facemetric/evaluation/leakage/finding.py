"""What the checks for leakage found, in words and as a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from facemetric.types import ItemError
from facemetric.wire.faces import ErrorOut
from facemetric.wire.leakage import LeakageCheckOut, LeakageFindingOut, LeakageOut

Kind: TypeAlias = Literal["person", "file", "picture", "face", "likely person"]
_WORDS: dict[Kind, tuple[str, str]] = {
    "person": ("person", "people"),
    "file": ("file", "files"),
    "picture": ("picture", "pictures"),
    "face": ("face picture", "face pictures"),
    "likely person": ("likely person under another name", "likely people under other names"),
}
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One person or picture that is in two places.

    Attributes
    ----------
    kind
        ``"person"``: by name. ``"file"``: the same bytes, or in a shared numbering the same person
        and file name. ``"picture"``: recompressed, resized, trimmed or mirrored. ``"face"``: the
        embeddings are as alike as those of copies. ``"likely person"``: two names whose mean
        embeddings are alike.
    where
        The two places: ``("fold 2", "fold 7")``, ``("task", "training")``.
    first, second
        Person or photograph, as each place calls it.
    score
        1 for names and files, the correlation of the thumbnails for pictures, the cosine for
        faces and people.
    face_similarity
        For pictures, the cosine of the two faces where embeddings were given.
    note
        What else there is to say: ``"mirrored"``.
    """

    kind: Kind
    where: tuple[str, str]
    first: str
    second: str
    score: float
    face_similarity: float | None = None
    note: str = ""

    def __str__(self) -> str:
        pair = self.first if self.first == self.second else f"{self.first} = {self.second}"
        score = "" if self.kind in ("person", "file") else f" ({self.score:.3f})"
        return f"{pair}{score}{', ' + self.note if self.note else ''}"


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison that was made: what, of how many, and how many pairs it found."""

    kind: Kind
    compared: str
    found: int

    def __str__(self) -> str:
        return f"{self.compared}: {f'{self.found:,} found' if self.found else 'none found'}"


@dataclass(frozen=True, slots=True)
class Leakage:
    """The answer of `check_folds` and `check_training`.

    Attributes
    ----------
    checked
        What was compared.
    findings
        By kind, then by place.
    not_checked
        What could not be compared and why.
    unreadable
        Photographs that could not be decoded.
    """

    checked: tuple[Check, ...]
    findings: tuple[Finding, ...]
    not_checked: tuple[str, ...] = ()
    unreadable: tuple[ItemError, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nothing was found, in what could be checked."""
        return not self.findings

    def __add__(self, other: Leakage) -> Leakage:
        """Join two answers, such as of folds and of training data; what both say is said once."""
        return Leakage(
            self.checked + other.checked,
            self.findings + other.findings,
            tuple(dict.fromkeys(self.not_checked + other.not_checked)),
            tuple(dict.fromkeys(self.unreadable + other.unreadable)),
        )

    def __str__(self) -> str:
        lines = [_line(group) for group in self.by_kind()]
        lines += [f"checked {check}" for check in self.checked]
        lines += [f"not checked: {reason}" for reason in self.not_checked]
        lines += [f"unreadable: {error}" for error in self.unreadable]
        return "\n".join(lines) if lines else "nothing was checked"

    def by_kind(self) -> tuple[tuple[Finding, ...], ...]:
        """Return the findings, those of each kind together."""
        kinds = dict.fromkeys(finding.kind for finding in self.findings)
        return tuple(
            tuple(finding for finding in self.findings if finding.kind == kind) for kind in kinds
        )

    def to_wire(self, *, most: int | None = 1000) -> LeakageOut:
        """Return the wire form, with the first ``most`` findings; their number stays whole."""
        return LeakageOut(
            clean=self.clean,
            checked=tuple(LeakageCheckOut.model_validate(check) for check in self.checked),
            findings_total=len(self.findings),
            findings=tuple(LeakageFindingOut.model_validate(item) for item in self.findings[:most]),
            not_checked=self.not_checked,
            unreadable=tuple(ErrorOut.of(error) for error in self.unreadable),
        )


def _line(group: tuple[Finding, ...]) -> str:
    """Say what the findings of one kind are: ``3 pictures of fold 2 are in fold 7 as well: …``."""
    count = len(group)
    what, are = _WORDS[group[0].kind][count != 1], "is" if count == 1 else "are"
    places = {finding.where for finding in group}
    if len(places) == 1:
        first, second = group[0].where
        head = f"{count:,} {what} of {first} {are} in {second} as well"
        some = [str(finding) for finding in group[:_SHOWN]]
    else:
        head = f"{count:,} {what} {are} in two places"
        some = [f"{' and '.join(one.where)}: {one}" for one in group[:_SHOWN]]
    more = f" … and {count - _SHOWN:,} more" if count > _SHOWN else ""
    return f"{head}: {'; '.join(some)}{more}"
