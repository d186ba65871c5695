from pathlib import Path

import numpy as np
import pytest

from facemetric.datasets import read_insightface_ijb
from facemetric.errors import DataError, InputError

POINTS = "38.3 51.7 73.5 51.5 56.0 71.7 41.5 92.4 70.7 92.2 0.99"
HEADER = "TEMPLATE_ID,SUBJECT_ID,FILENAME,SIGHTING_ID"
FILES = {
    "ijbc_face_tid_mid.txt": ["1.jpg 9 70", "2.jpg 9 70", "3.jpg 4 71", "4.jpg 5 72"],
    "ijbc_name_5pts_score.txt": [f"{number}.jpg {POINTS}" for number in (1, 2, 3, 4)],
    "ijbc_template_pair_label.txt": ["9 4 1", "9 5 0"],
    "ijbc_1N_gallery_G1.csv": [HEADER, "4,100,img/1.jpg,1"],
    "ijbc_1N_gallery_G2.csv": [HEADER, "5,200,img/2.jpg,2"],
    "ijbc_1N_probe_mixed.csv": [HEADER, "9,100,img/3.jpg,3", "9,100,img/4.jpg,3"],
}


def make(root: Path, changes: dict[str, list[str]] | None = None) -> Path:
    (root / "loose_crop").mkdir(exist_ok=True)
    for number in (1, 2, 3, 4):
        (root / "loose_crop" / f"{number}.jpg").touch()
    (root / "meta").mkdir(exist_ok=True)
    for name, lines in (FILES | (changes or {})).items():
        (root / "meta" / name).write_text("\n".join(lines) + "\n")
    return root


def test_templates_pairs_and_search(tmp_path: Path) -> None:
    read = read_insightface_ijb(make(tmp_path), "IJB-C")
    templates = read.templates
    assert templates.ids.tolist() == [4, 5, 9]
    assert templates.subjects.tolist() == [100, 200, 100]
    assert templates.template.tolist() == [2, 2, 0, 1]
    assert templates.media.tolist() == [70, 70, 71, 72]
    assert templates.paths[0] == tmp_path / "loose_crop/1.jpg"
    assert templates.landmarks_px[3].tolist()[0] == [38.3, 51.7]
    assert np.isnan(templates.boxes_xyxy_px).all()
    assert read.pairs.tolist() == [[2, 0], [2, 1]]
    assert read.same.tolist() == [True, False]
    assert [gallery.tolist() for gallery in read.galleries] == [[0], [1]]
    assert read.probes.tolist() == [2]


def test_without_the_search(tmp_path: Path) -> None:
    make(tmp_path)
    for path in (tmp_path / "meta").glob("*.csv"):
        path.unlink()
    read = read_insightface_ijb(tmp_path, "IJB-C", search=False)
    assert read.templates.subjects.tolist() == [-1, -1, -1]
    assert read.galleries == ()
    assert len(read.probes) == 0
    with pytest.raises(DataError, match="the templates cannot be read"):
        read_insightface_ijb(tmp_path, "IJB-C")
    with pytest.raises(InputError, match="expected IJB-B or IJB-C"):
        read_insightface_ijb(tmp_path, "IJBC")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("file", "lines", "message"),
    [
        ("face_tid_mid.txt", ["1.jpg 9"], "line 1: expected photograph, template, medium"),
        ("face_tid_mid.txt", ["1.jpg 9 x"], "line 1: expected a medium"),
        ("name_5pts_score.txt", ["1.jpg 1"], "expected 4 lines, got 1"),
        ("name_5pts_score.txt", [f"1.jpg {POINTS}"] * 4, "line 2: expected 2.jpg and 11 numbers"),
        (
            "name_5pts_score.txt",
            [f"{number}.jpg {POINTS.replace('51.7', 'inf')}" for number in (1, 2, 3, 4)],
            "line 1: expected finite numbers",
        ),
        (
            "name_5pts_score.txt",
            [f"{number}.jpg {POINTS.replace('51.7', 'a')}" for number in (1, 2, 3, 4)],
            "line 1: expected numbers",
        ),
        ("template_pair_label.txt", ["9 4 1", "9 4 2"], "line 2: expected 0 or 1 last, got 2"),
        ("template_pair_label.txt", ["9 6 1"], "1 templates have no faces, the first is 6"),
        ("1N_gallery_G1.csv", [HEADER, "7,100,a.jpg,1"], "templates have no faces, the first is 7"),
        ("1N_gallery_G1.csv", [HEADER, "4,200,a.jpg,1"], "subject 200 is enrolled twice"),
        ("1N_gallery_G1.csv", [HEADER, "9,300,a.jpg,1"], "template 9 shows 300 in another file"),
    ],
)
def test_says_what_is_wrong(tmp_path: Path, file: str, lines: list[str], message: str) -> None:
    make(tmp_path, {f"ijbc_{file}": lines})
    with pytest.raises(DataError) as caught:
        read_insightface_ijb(tmp_path, "IJB-C")
    assert message in str(caught.value)


def test_missing_photographs(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "loose_crop/2.jpg").unlink()
    with pytest.raises(DataError, match=r"1 of 4 photographs are missing, the first is 2\.jpg"):
        read_insightface_ijb(tmp_path, "IJB-C")
