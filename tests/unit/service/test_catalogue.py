"""The page's messages: the same in every language, and all that are used are there."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import facemetric.service
from facemetric import errors
from facemetric.quality import REMARKS
from facemetric.service.page import assets
from facemetric.service.problem import STATUS
from facemetric.wire.faces import RemarkCode
from facemetric.wire.figure_names import FIGURE_NAMES

Message = str | dict[str, str]


def load(name: str) -> dict[str, Message]:
    return json.loads(assets()[f"i18n/{name}.json"].body)


LANGUAGES = sorted(load("languages"))
ENGLISH = load("en")
SCRIPT = "\n".join(asset.body.decode() for name, asset in assets().items() if name.endswith(".js"))
# Families whose members are chosen by what the service answers.
FAMILIES = set(re.findall(r't(?:One|If)\("([^"]+)"', SCRIPT)) | {
    "odds.one_person",
    "odds.two_people",
}
PAGES = set(re.findall(r'\{ name: "(\w+)", scope', SCRIPT))


def forms(message: Message) -> dict[str, str]:
    return {"other": message} if isinstance(message, str) else message


def placeholders(message: Message) -> set[str]:
    return {name for form in forms(message).values() for name in re.findall(r"\{(\w+)\}", form)}


def test_there_is_a_file_for_each_language() -> None:
    there = {name[5:-5] for name in assets() if name.startswith("i18n/")} - {"languages"}
    assert there == set(LANGUAGES) and {"en", "ko"} <= there


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_have_the_same_messages(language: str) -> None:
    messages = load(language)
    assert list(messages) == sorted(ENGLISH)
    for key, message in messages.items():
        assert placeholders(message) == placeholders(ENGLISH[key]), key
        assert all(form.strip() == form and form for form in forms(message).values()), key
        assert "other" in forms(message), key
        if len(forms(ENGLISH[key])) > 1:
            assert isinstance(message, dict) and "n" in placeholders(message), key


def used() -> set[str]:
    keys = set(re.findall(r'"([a-z_]+\.[a-z0-9_.-]+)"', SCRIPT))
    return {key for key in keys if not re.match(r"facemetric\.|[\w.]+\.js$", key)}


def test_every_message_that_is_used_is_there() -> None:
    wanted = {key for key in used() if key not in FAMILIES} | {f"{page}.title" for page in PAGES}
    assert len(wanted) > 200 and len(PAGES) == 8
    assert wanted - set(ENGLISH) == set()
    for family in FAMILIES:
        assert any(key.startswith(f"{family}.") for key in ENGLISH), family


def test_every_message_that_is_there_is_used() -> None:
    wanted = used() | {f"{page}.title" for page in PAGES}
    unused = {
        key for key in ENGLISH if key not in wanted and key.rpartition(".")[0] not in FAMILIES
    }
    assert unused == set()


def test_families_know_what_the_service_may_say() -> None:
    for limit in ("about", "at_least", "at_most"):
        for family in ("odds.rate", "odds.share", "odds.one_person", "odds.two_people"):
            assert f"{family}.{limit}" in ENGLISH
    for state in ("waiting", "running", "done", "failed", "cancelled"):
        assert f"review.state.{state}" in ENGLISH
    assert "problem.other" in ENGLISH


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_remark_on_a_face_has_words(language: str) -> None:
    messages = load(language)
    assert set(REMARKS) == set(get_args(RemarkCode)) and len(REMARKS) > 10
    for code in REMARKS:
        assert placeholders(messages[f"remarks.{code}"]) == {"value", "limit"}, code
    assert sum(key.startswith("remarks.") for key in messages) == len(REMARKS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_figure_has_a_name(language: str) -> None:
    messages = load(language)
    for code, name in FIGURE_NAMES.items():
        assert placeholders(messages[f"figures.{code}"]) == placeholders(name), code
    assert sum(key.startswith("figures.") for key in messages) == len(FIGURE_NAMES)
    assert language != "en" or all(
        messages[f"figures.{code}"] == name for code, name in FIGURE_NAMES.items()
    )


def sent() -> Iterator[str]:
    """Return the codes that the service writes into a problem, out of its own text."""
    for file in Path(facemetric.service.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            place = {"Problem": 1, "_unauthorised": 0, "ItemError": 1}.get(node.func.id)
            if place is not None and len(node.args) > place:
                code = node.args[place]
                if isinstance(code, ast.Constant):
                    yield str(code.value)


def library() -> Iterator[str]:
    kinds = [errors.FacemetricError]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        yield kind.code


BY_STATUS = {"not_found", "method"}
"""Codes that stand for an HTTP status; see ``as_problem``."""
SERVER_TEXT = {"request"}
"""Of any other status: the server's own text is shown, since nobody knows what it may be."""


def test_each_code_of_the_service_has_words() -> None:
    codes = set(sent())
    assert {"scope", "rate", "session", "wrong_key", "damaged_report", "cross_site"} <= codes
    for code in (codes | BY_STATUS | set(STATUS)) - SERVER_TEXT:
        assert f"problem.{code}" in ENGLISH, code
    # What is not in STATUS is sent as 500, with no more than that the service failed.
    assert set(STATUS) <= set(library()) and "problem.defect" in ENGLISH
    assert 'tIf("problem", "defect")' in SCRIPT


def test_each_way_out_belongs_to_a_code() -> None:
    known = set(sent()) | BY_STATUS | set(STATUS)
    told = {key.partition(".")[2] for key in ENGLISH if key.startswith("fix.")}
    assert len(told) > 15 and told <= known


def test_codes_whose_message_says_all_have_one() -> None:
    (listed,) = re.findall(r"const WHOLE = new Set\(\[([^\]]+)\]", SCRIPT)
    codes = re.findall(r'"(\w+)"', listed)
    assert len(codes) > 15 and all(f"problem.{code}" in ENGLISH for code in codes)
