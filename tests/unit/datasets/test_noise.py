from pathlib import Path

import pytest

from facemetric.datasets import read_noise_list
from facemetric.errors import DataError


def test_matches_ends_of_paths(tmp_path: Path) -> None:
    path = tmp_path / "noises.txt"
    path.write_text(
        "# a comment\nAnn Lee_12.png\n\n1\t534/53@N00/37_1.jpg\n485/48@N00/12_3.jpg\nno.suffix\n"
    )
    noise = read_noise_list(path)
    assert len(noise) == 4
    assert "Ann_Lee/Ann_Lee_12.jpg" in noise
    assert Path("/data/Ann Lee/Ann_Lee_12.JPEG") in noise
    assert "x/534/53@N00/37_1.jpg" in noise
    assert "485/48@N00/12_3.png" in noise
    assert "no.suffix" in noise
    assert "48@N00/12_3.jpg" not in noise
    assert "Ann_Lee_123.jpg" not in noise
    assert "no.other" not in noise
    assert 3 not in noise


def test_an_empty_list_is_one(tmp_path: Path) -> None:
    path = tmp_path / "noises_empty.txt"
    path.touch()
    assert len(read_noise_list(path)) == 0
    assert "a.jpg" not in read_noise_list(path)


def test_says_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "noises.txt"
    with pytest.raises(DataError, match="the noise list cannot be read"):
        read_noise_list(path)
    path.write_text("a.jpg\n../b.jpg\n")
    with pytest.raises(DataError, match=r"line 2: expected a path inside"):
        read_noise_list(path)
