"""What every section of a recipe has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of a recipe: unknown keys are refused, values do not change."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class OpenSection(BaseModel):
    """A part that names a component; further keys are the component's own options."""

    model_config = ConfigDict(
        extra="allow", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )

    @property
    def options(self) -> dict[str, object]:
        """The keys that the section itself does not know."""
        return dict(self.__pydantic_extra__ or {})
