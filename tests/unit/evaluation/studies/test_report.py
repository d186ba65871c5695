from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from facemetric.errors import SourceError
from facemetric.evaluation import Settings
from facemetric.evaluation.protocols import LfwTask
from facemetric.evaluation.studies import (
    STUDIES,
    StudyResult,
    run_study,
    study_document,
    study_rows,
    study_view,
    write_study,
)
from facemetric.report.evaluation import study_page

from .conftest import SHAPE, Network


@pytest.fixture(scope="module")
def result(task: LfwTask) -> StudyResult:
    settings = Settings(replicates=100)
    return run_study(
        STUDIES["dimension"], task, Network(), settings, shape=SHAPE, levels=[4, 64], bundle="net"
    )


def test_rows(result: StudyResult) -> None:
    header, rows = study_rows(result)
    assert header[:2] == ("dimensions", "accuracy")
    assert header[-1] == "FaceNet (paper)"
    assert [row[0] for row in rows] == ["4", "64", "unchanged"]
    assert [row[-1] for row in rows] == ["–", "86.8 %", "–"]
    assert rows[0][1] == result.evaluations[0].parts[0].figure("accuracy").text()
    assert rows[2][1] == result.unchanged.parts[0].figure("accuracy").text()


def test_document(result: StudyResult) -> None:
    made = json.loads(study_document([result]).model_dump_json(by_alias=True))
    assert made["schema"] == "facemetric.study/1"
    assert made["paper"][0] == {"level": 64, "val": 0.868}
    (one,) = made["studied"]
    assert [entry["level"] for entry in one["levels"]] == [4, 64]
    assert one["levels"][0]["measured"]["conditions"]["level"] == 4
    assert one["unchanged"]["bundle"] == "net"


def test_view(result: StudyResult) -> None:
    made = study_view([result, result])
    assert made.figures[0].title == "accuracy"
    assert len(made.figures[0].lines) == 2
    papers = [bool(figure.paper) for figure in made.figures]
    assert papers == [len(papers) == 1, True][: len(papers)]
    first = made.figures[0].lines[0]
    assert first.values[0] == result.evaluations[0].parts[0].figure("accuracy").value
    assert (first.low <= first.values).all() and (first.values <= first.high).all()


def test_folder(result: StudyResult, tmp_path: Path) -> None:
    page = write_study([result], tmp_path / "out")
    files = {str(path.relative_to(tmp_path / "out")) for path in page.parent.rglob("*.*")}
    assert {"index.html", "study.json", "plots/pairs-accuracy.svg"} <= files
    document = json.loads((page.parent / "study.json").read_text())
    assert document["study"] == "dimension"
    write_study([result], page.parent)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine")
    with pytest.raises(SourceError, match="it holds files that are no report"):
        write_study([result], tmp_path / "mine")


def test_networks_of_different_dimensions_stand_side_by_side(
    result: StudyResult, task: LfwTask
) -> None:
    settings, study = Settings(replicates=100), STUDIES["dimension"]
    other = run_study(study, task, Network(), settings, shape=SHAPE, levels=[64, 128], bundle="net")
    made = study_view([result, other])
    assert made.lead == "net (1), net (2)"
    first, second = made.figures[0].lines
    assert made.figures[0].levels.tolist() == [4, 64, 128]
    assert np.isnan(first.values).tolist() == [False, False, True]
    assert np.isnan(second.values).tolist() == [True, False, False]
    assert (first.texts[2], second.texts[0]) == ("–", "–")
    page, _ = study_page(made)
    assert "net (2)" in page
