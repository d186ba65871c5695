from __future__ import annotations

from pathlib import Path

import pytest

from facemetric.cli.erasing import tell_unpurged


@pytest.mark.parametrize(("encrypted", "ending"), [(False, ""), (True, " --key-file FILE")])
def test_the_command_that_purges_later_can_be_typed_as_it_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], encrypted: bool, ending: str
) -> None:
    path = tmp_path / "people.db"
    tell_unpurged(False, str(path), encrypted=encrypted)
    told = capsys.readouterr().err
    assert told.endswith(f"Afterwards: facemetric gallery purge --gallery {path}{ending}\n")
    tell_unpurged(True, str(path), encrypted=encrypted)
    tell_unpurged(None, str(path), encrypted=encrypted)
    assert capsys.readouterr() == ("", "")
