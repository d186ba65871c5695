from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from facemetric import wire
from facemetric.errors import InputError, SourceError
from facemetric.evaluation import Evaluation, ReadyChips, Settings
from facemetric.evaluation.leakage import Check, Finding, Leakage
from facemetric.evaluation.report import check_report, write_report
from facemetric.evaluation.report.leakage import finding_views
from facemetric.evaluation.report.parts import part_view
from facemetric.evaluation.report.write import model_names

LEAKAGE = Leakage(
    checked=(Check("person", "30 people", 1), Check("picture", "120 photographs", 0)),
    findings=(Finding("person", ("fold 1", "fold 2"), "P01", "P01", 1.0),),
    not_checked=("faces: no embeddings",),
)


@pytest.fixture(scope="module")
def out(
    measure: Callable[[str, float], Evaluation], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    evaluations = [measure("good", 0.5), measure("bad", 1.0)]
    traits = {"sharpness": np.arange(120.0), "yaw_deg": np.full(120, np.nan)}
    page = write_report(
        evaluations,
        tmp_path_factory.mktemp("report") / "out",
        faces=ReadyChips(),
        traits=traits,
        groups=[None if i < 4 else "ab"[i // 4 % 2] for i in range(120)],
        leakage=LEAKAGE,
        created=datetime(2026, 1, 2, 3, 4),
    )
    assert page.name == "index.html"
    return page.parent


def test_the_page_shows_every_part_of_both_models(out: Path) -> None:
    text = (out / "index.html").read_text(encoding="utf-8")
    for said in (
        "Made-up task",
        "Verification: pairs",
        "Verification: all pairs",
        "Identification: open set",
        ">Groups<",
        "good is better",
        "1 found",
        "not checked",
        "gone.jpg",
        "P01/007.png",
        "Slices",
        "two groups",
        "Sharpness",
        "2026-01-02",
    ):
        assert said.replace("good is better", "is better") in text, said
    # No angle of a head was known.
    assert "Pose" not in text
    # The photograph that cannot be decoded is named, not shown.
    assert "data:image/jpeg" in text


def test_plots_come_as_svg_and_png(out: Path) -> None:
    names = {path.name for path in (out / "plots").iterdir()}
    for name in (
        *("verification-pairs-roc", "verification-pairs-folds", "verification-pairs-scores-2"),
        *("verification-all-pairs-roc", "verification-all-pairs-angles-1"),
        *("identification-open-set-cmc", "identification-open-set-dir"),
        *("verification-pairs-slices-sharpness", "verification-pairs-slices-groups"),
    ):
        assert {f"{name}.svg", f"{name}.png"} <= names, name
    # All pairs of the same photographs: sliced once.
    assert not any("all-pairs-slices" in name for name in names)


def test_the_document_is_valid_and_complete(out: Path) -> None:
    text = (out / "evaluation.json").read_text(encoding="utf-8")
    document = wire.EvaluationReportOut.model_validate_json(text)
    assert json.loads(text)["schema"] == "facemetric.evaluation_report/1"
    assert [one.bundle for one in document.measured] == ["good", "bad"]
    assert document.leakage is not None and document.leakage.findings_total == 1
    figures = {(one.part, one.figure) for one in document.comparisons}
    assert {("pairs", "accuracy"), ("open set", "rank-1 identification")} <= figures
    assert all(one.first_value - one.second_value == pytest.approx(one.difference)
               for one in document.comparisons)  # fmt: skip
    assert {(one.trait, one.model) for one in document.slices} == {
        ("sharpness", "good"), ("sharpness", "bad"), ("groups", "good"), ("groups", "bad")
    }  # fmt: skip
    for one in document.slices:
        total = sum(each.fmr.trials for each in one.slices)
        assert total + sum(each.fnmr.trials for each in one.slices) + one.left_out == 120 * 119 // 2


def test_one_model_without_anything_else(
    measure: Callable[[str, float], Evaluation], tmp_path: Path
) -> None:
    one = measure("", 0.8)
    lonely = replace(one, parts=one.parts[3:])
    page = write_report([lonely], tmp_path / "out", groups=["a"] * 120)
    text = page.read_text(encoding="utf-8")
    assert "No check was made" in text and "BCubed F" in text
    assert "no rates by group" in text
    assert "Which model is better" not in text and "data:image/jpeg" not in text
    document = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    assert document["leakage"] is None and document["comparisons"] == []
    # An earlier report is replaced.
    assert write_report([lonely], tmp_path / "out") == page


def test_what_does_not_belong_together_is_refused(
    measure: Callable[[str, float], Evaluation], tmp_path: Path
) -> None:
    one = measure("a", 0.8)
    other = replace(one, parts=one.parts[:1])
    with pytest.raises(InputError, match="at least one"):
        write_report([], tmp_path)
    with pytest.raises(InputError, match="every model under one task"):
        write_report([one, other], tmp_path)
    with pytest.raises(InputError, match="sharpness: expected 120 values, got 3"):
        write_report([one], tmp_path, traits={"sharpness": np.zeros(3)})
    with pytest.raises(InputError, match="groups: expected 120 values, got 1"):
        write_report([one], tmp_path, groups=["a"])
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(SourceError, match="no report"):
        check_report(tmp_path)


def test_two_models_of_one_name_get_numbers(measure: Callable[[str, float], Evaluation]) -> None:
    one = measure("a", 0.8)
    assert model_names([one, replace(one, bundle="b"), one]) == ("a (1)", "b", "a (2)")
    assert model_names([replace(one, bundle="")]) == ("model",)


def test_findings_name_the_checks_that_found_them() -> None:
    leakage = Leakage(
        checked=(
            Check("person", "30 people of 10 folds", 0),
            Check("person", "30 people with 12 training people", 1),
        ),
        findings=LEAKAGE.findings,
    )
    found, clean = finding_views(leakage)
    assert found.text == "Among 30 people with 12 training people."
    assert (clean.check, clean.found) == ("30 people of 10 folds", 0)


def test_a_note_of_one_model_alone_names_it(measure: Callable[[str, float], Evaluation]) -> None:
    good, bad = measure("good", 0.5), measure("bad", 1.0)
    first, *_ = bad.parts
    own = replace(bad, parts=(replace(first, notes=("Threshold 0.9",)), *bad.parts[1:]))
    made = partial(part_view, faces=None, traits=None, groups=None, sliced=True)
    settings = Settings(replicates=100)
    assert "bad: Threshold 0.9" in made([good, own], ["good", "bad"], 0, (), settings).notes
    assert "Threshold 0.9" in made([own], ["bad"], 0, (), settings).notes
