"""What ``facemetric cluster`` is asked to change in a file of groups."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from facemetric.cluster.state import GroupsFile

DEFAULT_FAR = 1e-3


@dataclass(frozen=True, slots=True)
class Asked:
    """Corrections, in the order in which they are carried out from the last to the first."""

    same: tuple[str, str] | None
    different: tuple[str, str] | None
    withdraw: tuple[str, str] | None
    forget: str | None
    regroup: bool

    def refuse(self) -> None:
        """Refuse them all, for there is no file."""
        for name in ("same", "different", "withdraw", "forget", "regroup"):
            if getattr(self, name):
                raise typer.BadParameter(
                    "needs --state, the file of groups", param_hint=f"--{name}"
                )

    def change(self, file: GroupsFile) -> None:
        """Carry out all but ``regroup``; GroupsError where one is impossible."""
        if self.forget is not None:
            file.forget(_place(self.forget))
        if self.withdraw is not None:
            file.withdraw(*map(_place, self.withdraw))
        if self.same is not None:
            first, second = map(_place, self.same)
            file.correct(first, second, same=True)
        if self.different is not None:
            first, second = map(_place, self.different)
            file.correct(first, second, same=False)


def _place(name: str) -> str:
    """Return the name by which a file of groups knows a photograph or face."""
    source, sign, number = name.rpartition("#")
    if sign and number.isdecimal() and not os.path.lexists(name):
        return f"{Path(source).resolve()}#{number}"
    return str(Path(name).resolve())
