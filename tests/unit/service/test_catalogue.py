"""The page's messages: the same in every language, and all that are used are there."""

from __future__ import annotations

import json
import re

import pytest

from facemetric.service.page import assets

Message = str | dict[str, str]


def load(name: str) -> dict[str, Message]:
    return json.loads(assets()[f"i18n/{name}.json"].body)


LANGUAGES = sorted(load("languages"))
ENGLISH = load("en")
SCRIPT = "\n".join(asset.body.decode() for name, asset in assets().items() if name.endswith(".js"))
# Families whose members are chosen by what the service answers.
FAMILIES = set(re.findall(r'tOne\("([^"]+)"', SCRIPT)) | {"odds.one_person", "odds.two_people"}
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
    assert len(wanted) > 200 and len(PAGES) == 7
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
