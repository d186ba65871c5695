from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.datasets import read_ijb
from facemetric.datasets.ijb import integer_table
from facemetric.errors import DataError, InputError

HEADER = (
    "TEMPLATE_ID,SUBJECT_ID,FILENAME,SIGHTING_ID,FACE_X,FACE_Y,FACE_WIDTH,FACE_HEIGHT,FRAME_NUM"
)
FILES = {
    "ijbc_1N_gallery_G1.csv": [HEADER, "5,100,img/1.jpg,1,10,20,30,40,nan"],
    "ijbc_1N_gallery_G2.csv": [HEADER, "3,200,img/2.jpg,2,1.5,2,3,4,nan"],
    "ijbc_1N_probe_mixed.csv": [
        HEADER,
        "9,100,frames/7_1.png,7,1,1,5,5,1",
        "9,100,frames/7_2.png,7,nan,nan,nan,nan,2",
        "9,100,img/3.jpg,8,0,0,5,5,nan",
        "4,300,img/1.jpg,1,50,20,30,40,nan",
    ],
    "ijbc_1N_probe_img.csv": [HEADER, "21,200,img/3.jpg,8,0,0,5,5,nan"],
    "ijbc_11_G1_G2_matches.csv": ["5,9", "3,9", "5,4"],
}


def make(root: Path, changes: dict[str, list[str]] | None = None) -> Path:
    for name in ("img/1.jpg", "img/2.jpg", "img/3.jpg", "frames/7_1.png", "frames/7_2.png"):
        path = root / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (root / "protocols").mkdir(exist_ok=True)
    for name, lines in (FILES | (changes or {})).items():
        (root / "protocols" / name).write_text("\n".join(lines) + "\n")
    return root


def test_templates_pairs_and_search(tmp_path: Path) -> None:
    read = read_ijb(make(tmp_path), "IJB-C")
    templates = read.templates
    assert templates.ids.tolist() == [3, 4, 5, 9]
    assert templates.subjects.tolist() == [200, 300, 100, 100]
    assert templates.template.tolist() == [2, 0, 3, 3, 3, 1]
    assert templates.media.tolist() == [1, 2, 7, 7, 8, 1]
    assert templates.paths[2] == tmp_path / "images/frames/7_1.png"
    assert templates.boxes_xyxy_px[0].tolist() == [10, 20, 40, 60]
    assert np.isnan(templates.boxes_xyxy_px[3]).all()
    assert np.isnan(templates.landmarks_px).all()
    assert read.pairs.tolist() == [[2, 3], [0, 3], [2, 1]]
    assert read.same.tolist() == [True, False, False]
    assert [gallery.tolist() for gallery in read.galleries] == [[2], [0]]
    assert read.probes.tolist() == [1, 3]
    assert (len(read), len(templates)) == (3, 4)


def test_other_probes_have_no_pairs(tmp_path: Path) -> None:
    read = read_ijb(make(tmp_path), "IJB-C", probes="img")
    assert len(read) == 0
    assert read.templates.subjects[read.probes].tolist() == [200]


def test_ijb_b_names(tmp_path: Path) -> None:
    root = make(tmp_path)
    (root / "protocols").rename(root / "protocol")
    for path in (root / "protocol").iterdir():
        path.rename(
            path.with_name(
                path.name.replace("ijbc", "ijbb").replace("G1", "S1").replace("G2", "S2")
            )
        )
    for path in (root / "images").iterdir():
        path.rename(root / path.name)
    (root / "images").rmdir()
    assert read_ijb(root, "IJB-B").templates.paths[0] == root / "img/1.jpg"
    with pytest.raises(InputError, match="expected IJB-B or IJB-C"):
        read_ijb(root, "IJB-A")  # type: ignore[arg-type]


G1 = "ijbc_1N_gallery_G1.csv"


@pytest.mark.parametrize(
    ("file", "lines", "message"),
    [
        (G1, ["TEMPLATE_ID,FILENAME"], "line 1: expected a column SUBJECT_ID"),
        (G1, [HEADER], "no templates in it"),
        (G1, [HEADER, "5,100"], "line 2: expected 9 fields, got 2"),
        (G1, [HEADER, "x,1,img/1.jpg,1,1,1,1,1,"], "line 2: expected a template"),
        (G1, [HEADER, "5,nan,img/1.jpg,1,1,1,1,1,"], "line 2: expected a subject"),
        (G1, [HEADER, "5,1,../1.jpg,1,1,1,1,1,"], "line 2: expected a path inside"),
        (G1, [HEADER, "5,1,img/1.jpg,1,1,nan,1,1,"], "line 2: expected a box"),
        (G1, [HEADER, "5,1,img/1.jpg,1,1,1,-1,1,"], "line 2: expected a box"),
        (G1, [HEADER, "5,1,img/1.jpg,1,1,a,1,1,"], "line 2: expected left, top, width, height"),
        (G1, [HEADER, "3,1,img/1.jpg,1,1,1,1,1,"], "template 3 is in another file too"),
        (G1, [HEADER, "5,200,img/1.jpg,1,1,1,1,1,"], "subject 200 is enrolled twice"),
        (
            G1,
            [HEADER, "5,1,img/1.jpg,1,1,1,1,1,", "5,2,img/1.jpg,1,1,1,1,1,"],
            "line 3: template 5 shows 1 and 2",
        ),
        (G1, [HEADER, "5,1,img/9.jpg,1,1,1,1,1,"], "1 of 6 photographs are missing"),
        ("ijbc_11_G1_G2_matches.csv", ["5,9", "5"], "line 2: expected 2 integers, got '5'"),
        ("ijbc_11_G1_G2_matches.csv", ["5,77"], "1 templates have no faces, the first is 77"),
        ("ijbc_11_G1_G2_matches.csv", ["5," + "9" * 30], "line 1: expected 2 integers"),
    ],
)
def test_says_what_is_wrong(tmp_path: Path, file: str, lines: list[str], message: str) -> None:
    make(tmp_path, {file: lines})
    with pytest.raises(DataError) as caught:
        read_ijb(tmp_path, "IJB-C")
    assert message in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_absent(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gallery_G1\.csv.*cannot be read"):
        read_ijb(tmp_path, "IJB-C")
    make(tmp_path)
    table = tmp_path / "protocols" / "ijbc_11_G1_G2_matches.csv"
    table.write_text("")
    with pytest.raises(DataError, match="the table is empty"):
        read_ijb(tmp_path, "IJB-C")
    table.unlink()
    with pytest.raises(DataError, match="the table cannot be read"):
        read_ijb(tmp_path, "IJB-C")


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet='0123,"\n\x00 -a', max_size=30))
def test_any_text_gives_a_protocol_or_a_data_error(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    root = make(tmp_path_factory.mktemp("ijb"), {G1: [HEADER, text]})
    try:
        read = read_ijb(root, "IJB-C")
    except DataError:
        return
    assert (read.templates.ids[read.galleries[0]] == 5).any()


@given(st.lists(st.tuples(*[st.integers(-(2**63), 2**63 - 1)] * 3), min_size=1))
@settings(max_examples=30, deadline=None)
def test_tables_equal_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, int, int]]
) -> None:
    path = tmp_path_factory.mktemp("table") / "table.txt"
    path.write_text("".join(f"{a} {b} {c}\n" for a, b, c in rows))
    np.testing.assert_array_equal(integer_table(path, columns=3, separator=None), rows)
    with pytest.raises(DataError, match="line 1: expected 2 integers"):
        integer_table(path, columns=2, separator=None)


@pytest.mark.parametrize("text", ["1,2\n3\n", "1,2\n3,4.5\n", "1,2\n#,4\n", "1,2\n3,4,\n"])
def test_tables_name_the_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=r"table\.csv, line 2: expected 2 integers"):
        integer_table(path, columns=2, separator=",")
