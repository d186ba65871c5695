"""The folder of a run: what lies where."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from facemetric.errors import DataError, InputError
from facemetric.training.recipe import Recipe, parse_recipe

RECIPE_NAME = "recipe.json"
RESULTS_NAME = "results.json"
PEOPLE_NAME = "people.json"
ENVIRONMENT_NAME = "environment.json"
CHECKPOINTS_NAME = "checkpoints"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A run's files: the resolved recipe, the classes, checkpoints, logs, results, the page."""

    path: Path

    @property
    def checkpoints(self) -> Path:
        """Folder of the checkpoints."""
        return self.path / CHECKPOINTS_NAME

    def prepare(self, recipe: Recipe, names: tuple[str, ...], *, resume: bool) -> None:
        """Create the folder with the recipe, or check that it belongs to this one.

        Raises
        ------
        InputError
            There is a run already and ``resume`` was not asked for, or it has another recipe or
            other people.
        DataError
            The folder cannot be written.
        """
        self.check(recipe, resume=resume)
        if self.exists:
            if self.read(PEOPLE_NAME) != list(names):
                raise InputError(
                    "the run learnt other people than the training set now holds",
                    item=str(self.path),
                    fix="Bring the training set back, or begin another run",
                )
            return
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.write(PEOPLE_NAME, list(names))
            self.write(RECIPE_NAME, recipe.model_dump(mode="json"))
        except OSError as error:
            raise DataError(
                f"cannot be written: {error.strerror or error}", item=str(self.path)
            ) from error

    def recipe(self) -> Recipe:
        """Return the run's resolved recipe; DataError where there is none."""
        return parse_recipe(self.read(RECIPE_NAME), item=str(self.path / RECIPE_NAME))

    def read(self, name: str) -> Any:
        """Return a JSON document; DataError where it is absent or damaged."""
        path = self.path / name
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise DataError(
                f"cannot be read: {reason}", item=str(path), fix="Name the folder of a run"
            ) from error

    def write(self, name: str, document: Mapping[str, Any] | list[Any]) -> None:
        """Write a JSON document, whole or not at all."""
        path = self.path / name
        half = path.with_name(f".{name}.part")
        half.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        half.replace(path)

    @property
    def exists(self) -> bool:
        """Whether a run was begun there."""
        return (self.path / RECIPE_NAME).exists()

    def changes(self, recipe: Recipe) -> list[str]:
        """Return in what a recipe would make another run than the one that is here."""
        # What the run's own recipe does not name has its default, also where it is newer.
        known = self.recipe().model_dump(mode="json")
        return sorted(_differences(known, recipe.model_dump(mode="json"), ""))

    def check(self, recipe: Recipe, *, resume: bool) -> None:
        """Raise InputError where the folder holds a run that this recipe may not go on with."""
        if not self.exists:
            return
        if not resume:
            raise InputError(
                "there is a run already",
                item=str(self.path),
                fix="Go on with --resume, or choose another folder",
            )
        changed = self.changes(recipe)
        if changed:
            raise InputError(
                f"the run has another recipe: {'; '.join(changed)}",
                item=str(self.path),
                fix="Resume with the same recipe, or begin another run",
            )


# What may change on the way without another result.
_FREE = frozenset(
    {
        "name",
        "run.threads",
        "run.log_every_steps",
        "data.workers",
        "data.in_memory",
        "data.memory_mb",
        "data.split.every_epochs",
        "checkpoints.every_epochs",
        "checkpoints.every_steps",
        "checkpoints.keep_every_epochs",
    }
)


def _differences(known: Any, wanted: Any, place: str) -> set[str]:
    if isinstance(known, dict) and isinstance(wanted, dict):
        found: set[str] = set()
        for key in known.keys() | wanted.keys():
            inner = f"{place}.{key}" if place else str(key)
            found |= _differences(known.get(key), wanted.get(key), inner)
        return found
    if isinstance(known, list) and isinstance(wanted, list) and len(known) == len(wanted):
        return set().union(
            *(
                _differences(one, other, f"{place}.{number}")
                for number, (one, other) in enumerate(zip(known, wanted, strict=True))
            )
        )
    if known == wanted or place in _FREE:
        return set()
    return {f"{place} was {json.dumps(known)}, is {json.dumps(wanted)}"}
