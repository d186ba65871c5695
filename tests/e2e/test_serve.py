"""The service as a process: started, asked, killed, started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from facemetric.client import Client
from facemetric.errors import ServiceError


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    command = [sys.executable, "-m", "facemetric", "serve", "--json", "--port", "0", *options]
    command += ["--gallery", f"main={folder / 'people.db'}", "--keys", str(folder / "keys.db")]
    with (folder / "log.jsonl").open("a") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert process.stdout is not None
        try:
            lines = []
            for line in process.stdout:
                lines.append(line)
                if line.startswith("}"):
                    break
            yield process, json.loads("".join(lines))
        finally:
            process.kill()
            process.wait(120)
            process.stdout.close()


def keys(folder: Path, *arguments: str) -> Any:
    command = [sys.executable, "-m", "facemetric", "keys", *arguments, "--json"]
    command += ["--keys", str(folder / "keys.db")]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    return json.loads(ran.stdout)


def test_what_was_acknowledged_survives_a_kill(samples: dict[str, Path], tmp_path: Path) -> None:
    with serving(tmp_path) as (process, told):
        assert told["url"].startswith("http://127.0.0.1:") and told["key"]
        first = json.loads((tmp_path / "log.jsonl").read_text().splitlines()[0])
        assert first["event"].startswith("no key can be used")
        assert first["file"] == str(tmp_path / "keys.db")
        acknowledged: list[str] = []

        def enrol() -> None:
            photo = samples["obama"].read_bytes()
            with Client(told["url"], told["key"], retries=0) as client:
                main = client.gallery("main")
                for number in range(1000):
                    made = main.enrol(f"person {number}", [photo], conflicts="allow")
                    acknowledged.append(str(made.person_id))

        def until_it_dies() -> None:
            with pytest.raises(ServiceError):
                enrol()

        writer = threading.Thread(target=until_it_dies)
        writer.start()
        while len(acknowledged) < 3:
            writer.join(0.01)
            assert writer.is_alive()
        process.send_signal(signal.SIGKILL)
        writer.join(120)
    with serving(tmp_path) as (_, told), Client(told["url"], told["key"]) as client:
        there = {person.person_id for person in client.gallery("main").people()}
        assert set(acknowledged) <= there
        assert len(there) <= len(acknowledged) + 1
        assert client.compare(samples["obama"], samples["obama2"]).same


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_keys_of_the_command_line_hold_at_once_and_a_signal_ends_it(tmp_path: Path) -> None:
    made = keys(tmp_path, "new", "door", "--scope", "read", "--gallery", "main")
    with serving(tmp_path) as (process, told):
        assert told["key"] is None
        with Client(told["url"], made["secret"]) as client:
            assert client.whoami().key.name == "door"
            turned = keys(tmp_path, "rotate", made["key"]["key_id"])
            with pytest.raises(ServiceError):
                client.whoami()
        with Client(told["url"], turned["secret"]) as client:
            assert client.galleries().galleries[0].people == 0
            keys(tmp_path, "revoke", made["key"]["key_id"])
            with pytest.raises(ServiceError):
                client.whoami()
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert lines[0]["event"] == "new gallery"
    assert (lines[0]["gallery"], lines[0]["place"]) == ("main", str(tmp_path / "people.db"))
    assert [lines[1]["event"], lines[-1]["event"]] == ["started", "stopped"]
    assert made["secret"] not in (tmp_path / "log.jsonl").read_text()


def test_others_are_not_served_without_a_key(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "facemetric", "serve", "--host", "0.0.0.0", "--port", "0"]
    command += ["--gallery", str(tmp_path / "people.db"), "--keys", str(tmp_path / "keys.db")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 4
    assert "facemetric keys new" in ran.stderr
    assert not (tmp_path / "people.db").exists()


def test_a_private_key_alone_is_told_of(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "facemetric", "serve", "--port", "0", "--tls-key", "key.pem"]
    command += ["--gallery", str(tmp_path / "people.db"), "--keys", str(tmp_path / "keys.db")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 4
    assert ran.stderr.startswith("error: key.pem: a private key came without its certificate")
