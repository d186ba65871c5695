"""Evaluation reports: listed, shown, sent; nothing else of the machine is."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from facemetric.errors import InputError, SourceError
from facemetric.report.evaluation.folder import MARK, write_report_folder
from facemetric.service.engine import Engine
from facemetric.service.page import CSP
from facemetric.service.reportdocuments import FILES, summary
from facemetric.service.reportshelf import MOST, AbsentError, ReportShelf
from facemetric.service.routes.reports import EXAMPLES, PAGE_HEADERS
from facemetric.wire import ReportOut, ReportsOut, StudyOut, to_json
from layouts.reports import CREATED, written_report
from layouts.service import Served, served

SECRET = "the secret of another folder"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("matplotlib", reason="plots need the extra eval")
    return written_report(tmp_path_factory.mktemp("one") / "out", bundles=("model-a", "model-b"))


@pytest.fixture
def folder(report: Path, tmp_path: Path) -> Path:
    """A folder of reports beside a file that is nobody's business."""
    (tmp_path / "secret.txt").write_text(SECRET)
    shutil.copytree(report, tmp_path / "reports" / "lfw")
    return tmp_path / "reports"


@pytest.fixture
def shelved(folder: Path, engine: Engine, tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path, engine, lambda usual: replace(usual, reports=folder)) as running:
        yield running


def test_a_report_is_listed_with_its_main_figures(shelved: Served) -> None:
    answer = shelved.http.get("/v1/reports", headers=shelved.bearer("read"))
    (one,) = ReportsOut.model_validate(answer.json()).reports
    assert (one.name, one.kind, one.protocol, one.title) == (
        "lfw",
        "evaluation",
        "made-up",
        "Made-up pairs",
    )
    assert one.created == CREATED.isoformat() and one.leakage == "not_checked"
    assert [model.bundle for model in one.models] == ["model-a", "model-b"]
    first, rate = one.models[0].figures
    assert first.name == "accuracy" and first.interval and first.value
    assert first.interval.low <= first.value <= first.interval.high
    assert rate.name == "TAR at FAR 0.1"  # the strictest of 120 pairs of strangers


def test_a_report_is_shown_as_its_json_says(shelved: Served, folder: Path) -> None:
    shown = ReportOut.model_validate(shelved.http.get("/v1/reports/lfw").json())
    written = json.loads((folder / "lfw" / "evaluation.json").read_text())
    for model, measured in zip(shown.models, written["measured"], strict=True):
        assert model.bundle == measured["bundle"]
        for part, wanted in zip(model.parts, measured["parts"], strict=True):
            assert (part.name, part.counts) == (wanted["name"], wanted["counts"])
            values = [figure["value"] for figure in wanted["figures"]]
            assert [figure.value for figure in part.figures] == values
    assert len(shown.comparisons) == len(written["comparisons"]) > 0


def test_the_page_of_a_report_can_do_nothing(shelved: Served, folder: Path) -> None:
    answer = shelved.http.get("/v1/reports/lfw/page")
    assert answer.content == (folder / "lfw" / "index.html").read_bytes()
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for name, value in PAGE_HEADERS.items():
        assert answer.headers[name] == value
    policy = answer.headers["content-security-policy"].split("; ")
    assert "sandbox" in policy and "default-src 'none'" in policy  # no allow-… whatever
    assert not any("script" in rule or "http" in rule or "*" in rule for rule in policy)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-src 'self'" in CSP.split("; ")


def test_the_newest_comes_first(shelved: Served, report: Path, folder: Path) -> None:
    later = written_report(folder / "later", created=CREATED + timedelta(days=1))
    assert later.exists()
    listed = shelved.http.get("/v1/reports").json()["reports"]
    assert [one["name"] for one in listed] == ["later", "lfw"]


def test_studies_are_reports_too(shelved: Served, folder: Path) -> None:
    measured = json.loads((folder / "lfw" / "evaluation.json").read_text())["measured"][0]
    study = StudyOut.model_validate(
        {
            "version": "0.1.0",
            "study": "jpeg",
            "title": "JPEG quality",
            "axis": "quality",
            "paper": [],
            "paper_note": "",
            "studied": [{"bundle": "model-a", "unchanged": measured, "levels": []}],
        }
    )
    files = {"index.html": b"<!doctype html>", "study.json": to_json(study).encode()}
    write_report_folder(folder / "jpeg", files)
    os.utime(folder / "jpeg" / "study.json", (0, 0))
    one = shelved.http.get("/v1/reports/jpeg").json()["report"]
    assert (one["kind"], one["title"]) == ("study", "JPEG quality: Made-up pairs")
    assert one["created"] == "1970-01-01T00:00:00+00:00"


@pytest.mark.parametrize("written_s", [-1e18, 0.0, 1e18])
def test_a_file_may_claim_any_time(folder: Path, written_s: float) -> None:
    file, model = FILES["evaluation"]
    document = model.model_validate_json((folder / "lfw" / file).read_bytes())
    for created in (None, "yesterday", "9999-12-31T23:59:59-23:00"):
        changed = document.model_copy(update={"created": created})
        told = summary(changed, "lfw", written_s=written_s).created
        assert datetime.fromisoformat(told).tzinfo is not None


def spoil(place: Path, how: str, secret: Path) -> None:
    document, page = place / "evaluation.json", place / "index.html"
    if how == "no document":
        document.unlink()
    elif how == "half a document":
        document.write_bytes(document.read_bytes()[:1000])
    elif how == "another document":
        document.write_text('{"schema": "facemetric.evaluation_report/2"}')
    elif how == "no model":
        changed = json.loads(document.read_text()) | {"measured": []}
        document.write_text(json.dumps(changed))
    elif how == "nested":
        document.write_text('{"measured":' * 100_000)
    elif how == "no mark":
        (place / MARK).unlink()
    elif how == "an empty mark":
        (place / MARK).write_bytes(b"")
    elif how == "no page":
        page.unlink()
    elif how == "the page is a link":
        page.unlink()
        page.symlink_to(secret)
    elif how == "the document is a link":
        document.rename(place / "kept.json")
        document.symlink_to("kept.json")
    elif how == "the page is a folder":
        page.unlink()
        page.mkdir()
    elif how == "the page is a pipe":
        page.unlink()
        os.mkfifo(page)
    elif how == "a huge page":
        os.truncate(page, 65 << 20)
    else:
        raise AssertionError(how)


@pytest.mark.parametrize(
    ("how", "cause"),
    [
        ("no document", "evaluation.json is missing"),
        ("half a document", "evaluation.json is not as it is written"),
        ("another document", "evaluation.json is not as it is written: schema"),
        ("no model", "evaluation.json has the figures of no model"),
        ("nested", "evaluation.json is not as it is written"),
        ("no mark", f"it lacks the file {MARK}"),
        ("an empty mark", "its page or its figures were never written"),
        ("no page", "index.html is missing"),
        ("the page is a link", "index.html cannot be opened"),
        ("the document is a link", "evaluation.json cannot be opened"),
        ("the page is a folder", "index.html is no file"),
        ("the page is a pipe", "index.html is no file"),
        ("a huge page", "index.html is larger than 64 MiB"),
    ],
)
def test_a_damaged_report_is_listed_with_its_cause(
    shelved: Served, folder: Path, how: str, cause: str
) -> None:
    shutil.copytree(folder / "lfw", folder / "bad")
    spoil(folder / "bad", how, folder.parent / "secret.txt")
    listed = shelved.http.get("/v1/reports").json()
    assert [one["name"] for one in listed["reports"]] == ["lfw"]
    (error,) = listed["errors"]
    assert (error["item"], error["code"]) == ("bad", "damaged_report")
    assert error["cause"].startswith(cause) and error["fix"]
    answer = shelved.http.get("/v1/reports/bad")
    assert (answer.status_code, answer.json()["code"]) == (409, "damaged_report")
    assert SECRET not in shelved.http.get("/v1/reports/bad/page").text


def test_a_link_is_not_followed(shelved: Served, folder: Path, report: Path) -> None:
    (folder / "linked").symlink_to(report)
    (folder / "out").symlink_to(folder.parent)
    (folder / "self").symlink_to(".")
    listed = shelved.http.get("/v1/reports").json()
    assert {one["item"] for one in listed["errors"]} == {"linked", "out", "self"}
    assert all("link" in one["cause"] for one in listed["errors"])
    for name in ("linked", "out", "self"):
        for path in (f"/v1/reports/{name}", f"/v1/reports/{name}/page"):
            assert shelved.http.get(path).status_code == 409


HOSTILE = (
    ".",
    "..",
    "../reports/lfw",
    "..\\reports\\lfw",
    "lfw/../lfw",
    "lfw/index.html",
    "/etc",
    "//etc/passwd",
    "~",
    "\0",
    "lfw\0",
    "lfw\n",
    "LFW ",
    "%2e%2e",
    "..%2f",
    "x" * 255,
    "é" * 200,
    "\udcff",
    MARK,
    ".hidden",
    "file.txt",
    "other",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_leads_anywhere_else(shelved: Served, folder: Path, name: str) -> None:
    shutil.copytree(folder / "lfw", folder / ".hidden")
    (folder / "file.txt").write_text(SECRET)
    (folder / "other").mkdir()
    (folder / "other" / "index.html").write_text(SECRET)
    shutil.copytree(folder / "lfw", folder.parent / "outside")
    shelf = ReportShelf(folder)
    for read in (shelf.show, shelf.page):
        with pytest.raises(AbsentError):
            read(name)
    if name in (".", ".."):
        return  # no client sends these: they are taken out of the address before
    there = quote(name, safe="", errors="surrogateescape")
    for path in (f"/v1/reports/{there}", f"/v1/reports/{there}/page"):
        answer = shelved.http.get(path)
        assert answer.status_code in (404, 422), path
        assert SECRET not in answer.text and str(folder) not in answer.text
    assert shelved.http.get("/v1/reports").json()["errors"] == []


def test_names_of_any_language_work(shelved: Served, folder: Path) -> None:
    for name in ("내 보고서", "a b & <i>#?%", "x" * 200):
        shutil.copytree(folder / "lfw", folder / name)
        address = f"/v1/reports/{quote(name, safe='')}"
        assert shelved.http.get(address).json()["report"]["name"] == name
        assert shelved.http.get(f"{address}/page").status_code == 200


@pytest.mark.parametrize("path", ["", "/lfw", "/lfw/page", "/none"])
def test_a_bound_key_sees_no_reports(shelved: Served, path: str) -> None:
    answer = shelved.http.get(f"/v1/reports{path}", headers=shelved.bearer("main"))
    assert (answer.status_code, answer.json()["code"]) == (403, "bound_key")


def test_without_a_folder_there_are_no_reports(service: Served) -> None:
    for path in ("", "/lfw", "/lfw/page"):
        answer = service.http.get(f"/v1/reports{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "reports")
        assert "--reports" in answer.json()["fix"]


def test_a_folder_that_goes_is_told(shelved: Served, folder: Path) -> None:
    folder.rename(folder.parent / "moved")
    answer = shelved.http.get("/v1/reports")
    assert answer.status_code == 422 and "cannot be read" in answer.json()["detail"]
    assert str(folder) not in answer.text


def test_a_folder_that_cannot_serve(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such folder"):
        ReportShelf(tmp_path / "absent")
    with pytest.raises(InputError, match="got a report"):
        ReportShelf(folder / "lfw")


def test_there_may_be_many(folder: Path) -> None:
    for number in range(MOST + 3):
        (folder / f"{number:04d}").mkdir()
    assert ReportShelf(folder).all().left_out == 4


def test_the_examples_are_what_is_answered() -> None:
    assert ReportsOut.model_validate(EXAMPLES["list"]).reports
    assert ReportOut.model_validate(EXAMPLES["show"]).models


def test_the_session_says_whether_there_are_reports(shelved: Served, service: Served) -> None:
    for running, there in ((shelved, True), (service, False)):
        begun = running.http.post(
            "/session",
            json={"key": running.secrets["read"]},
            headers={"X-Facemetric": "page", "Authorization": ""},
        )
        assert begun.json()["reports"] is there
