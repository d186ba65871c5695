"""Figures' names as codes: every name that an evaluation gives is known."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import facemetric.evaluation
from facemetric.wire import FigureOut
from facemetric.wire.figure_names import FIGURE_NAMES, figure_code

MAKERS = {"Figure", "_share", "_alarms", "_rate", "_with_interval"}


@pytest.mark.parametrize(
    ("name", "code", "numbers"),
    [
        ("accuracy", "accuracy", {}),
        ("accuracy (facenet grid 0.01)", "accuracy_grid", {}),
        ("TAR at FAR 0.001", "tar_at_far", {"far": 0.001}),
        ("TAR at FAR 1e-06", "tar_at_far", {"far": 1e-6}),
        ("VAL at FAR 0.001 (facenet grid)", "val_grid", {"far": 0.001}),
        (
            "VAL at FAR 0.001, with 1,250 pairs (i, i)",
            "val_with_selves",
            {"far": 0.001, "number": 1250},
        ),
        ("DIR at FPIR 0.01", "dir_at_fpir", {"fpir": 0.01}),
        ("rank-20 identification", "rank", {"rank": 20}),
        ("rank-1 among 1,000,000 distractors", "rank_among", {"number": 1_000_000}),
    ],
)
def test_a_name_is_a_code_and_its_numbers(name: str, code: str, numbers: dict[str, float]) -> None:
    assert figure_code(name) == (code, numbers)
    out = FigureOut(name=name, unit="share", value=0.5)
    assert (out.code, out.numbers) == (code, numbers)
    assert FigureOut.model_validate_json(out.model_dump_json()) == out


@pytest.mark.parametrize("name", ["", "TAR at FAR", "TAR at FAR ..", "accuracy of somebody"])
def test_another_name_has_no_code(name: str) -> None:
    assert figure_code(name) is None
    assert FigureOut(name=name, unit="share", value=None).code is None


def names() -> Iterator[str]:
    """Return the names in the evaluation's own text, with 1 for whatever is put into them."""
    for file in Path(facemetric.evaluation.__file__).parent.rglob("*.py"):
        if file.parent.name == "studies":  # whose names are those of studies
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id in MAKERS and node.args:
                    yield from text_of(node.args[0])
            elif isinstance(node, ast.FunctionDef) and node.name in {"tar_name", "_name"}:
                yield from text_of(node.body[-1].value)  # type: ignore[attr-defined]
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "name":
                yield from text_of(node.value)


def text_of(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        yield "".join(
            str(part.value) if isinstance(part, ast.Constant) else "1" for part in node.values
        )


def test_each_name_that_an_evaluation_gives_has_a_code() -> None:
    found = set(names())
    assert {"TAR at FAR 1", "VAL at FAR 1", "DIR at FPIR 1", "accuracy", "not named"} <= found
    assert {name for name in found if figure_code(name) is None} == set()
    assert len(FIGURE_NAMES) > 25
