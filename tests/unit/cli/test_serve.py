from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from facemetric.cli import app
from facemetric.cli.serve import named_galleries
from facemetric.errors import InputError


def keys(folder: Path, *arguments: str, code: int = 0) -> Any:
    ran = CliRunner().invoke(app, ["keys", *arguments, "--keys", str(folder / "keys.db"), "--json"])
    assert ran.exit_code == code, ran.output
    return json.loads(ran.stdout)


def test_a_keys_life(tmp_path: Path) -> None:
    made = keys(tmp_path, "new", "door", "--scope", "read", "--scope", "enrol", "-g", "staff")
    key = made["key"]
    assert key["scopes"] == ["enrol", "read"] and key["galleries"] == ["staff"]
    assert made["secret"].startswith(f"fmk_{key['key_id']}_")
    assert keys(tmp_path, "list")["keys"] == [key]
    turned = keys(tmp_path, "rotate", key["key_id"], "--grace-h", "1")
    assert turned["key"] == key and turned["secret"] != made["secret"]
    assert keys(tmp_path, "revoke", key["key_id"])["keys"][0]["revoked"]
    assert keys(tmp_path, "rotate", key["key_id"], code=4)["error"]["code"] == "access"
    assert keys(tmp_path, "revoke", "00000000", code=4)["error"]["item"] == "00000000"


@pytest.mark.parametrize(
    ("words", "item"),
    [
        (("",), "NAME"),
        (("a\nb",), "NAME"),
        (("a" * 101,), "NAME"),
        (("door", "-g", "BAD"), "--gallery"),
    ],
)
def test_a_key_that_cannot_be_makes_no_file(
    tmp_path: Path, words: tuple[str, ...], item: str
) -> None:
    error = keys(tmp_path, "new", *words, "--scope", "read", code=4)["error"]
    assert error["item"] == item and error["fix"]
    assert not (tmp_path / "keys.db").exists()


def test_keys_for_people(tmp_path: Path) -> None:
    def shown(*arguments: str) -> str:
        file = str(tmp_path / "keys.db")
        ran = CliRunner().invoke(app, ["keys", *arguments, "--keys", file])
        assert ran.exit_code == 0, ran.output
        return ran.stdout

    first = shown("new", "door", "--scope", "admin", "--days", "3")
    assert "admin in all galleries" in first
    key_id = first.split()[1]
    assert "valid until" in shown("list")
    assert "revoked" in shown("revoke", key_id)


def test_names_of_galleries(monkeypatch: pytest.MonkeyPatch) -> None:
    assert named_galleries(["people.db"]) == {"main": "people.db"}
    assert named_galleries(["staff=a b.db", "c.db"]) == {"staff": "a b.db", "main": "c.db"}
    address = "postgresql://db/faces?sslmode=require"
    assert named_galleries([address]) == {"main": address}
    assert named_galleries([f"staff={address}"]) == {"staff": address}
    monkeypatch.setenv("FACEMETRIC_GALLERY", "my people.db")
    assert named_galleries(None) == {"main": "my people.db"}
    for wrong in (["a.db", "b.db"], ["staff="]):
        with pytest.raises(InputError):
            named_galleries(wrong)
