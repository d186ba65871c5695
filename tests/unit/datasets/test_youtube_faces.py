from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.datasets import read_youtube_faces
from facemetric.errors import DataError, InputError

HEADER = "split number, pair number, first name, second name, is same"
LINES = [
    HEADER,
    "1, 1, Ann_Lee/0, Ann_Lee/3, 1",
    "1, 2, Ann_Lee/0, Bob/1, 0",
    "2, 1, Bob/1, Cy/5, 0",
]


def make(root: Path, lines: list[str] = LINES) -> Path:
    for video, numbers in (
        ("Ann_Lee/0", (7, 10, 8, 9)),
        ("Ann_Lee/3", (1,)),
        ("Bob/1", (100, 99)),
        ("Cy/5", (1, 2, 3)),
    ):
        folder = root / "frame_images_DB" / video
        folder.mkdir(parents=True, exist_ok=True)
        for number in numbers:
            (folder / f"{folder.name}.{number}.jpg").touch()
        (folder / "Thumbs.db").touch()
    (root / "splits.txt").write_text("\n".join(lines) + "\n")
    return root


def test_reads_pairs_and_first_frames(tmp_path: Path) -> None:
    pairs = read_youtube_faces(make(tmp_path), frames=3)
    assert pairs.names == ("Ann_Lee/0", "Ann_Lee/3", "Bob/1", "Cy/5")
    assert pairs.people == ("Ann_Lee", "Ann_Lee", "Bob", "Cy")
    assert pairs.pairs.tolist() == [[0, 1], [0, 2], [2, 3]]
    assert pairs.same.tolist() == [True, False, False]
    assert pairs.fold.tolist() == [0, 0, 1]
    assert (len(pairs), pairs.folds) == (3, 2)
    names = [[path.name for path in frames] for frames in pairs.frames]
    assert names == [
        ["0.7.jpg", "0.8.jpg", "0.9.jpg"],
        ["3.1.jpg"],
        ["1.99.jpg", "1.100.jpg"],
        ["5.1.jpg", "5.2.jpg", "5.3.jpg"],
    ]
    assert len(read_youtube_faces(tmp_path, frames=None).frames[0]) == 4


def test_without_header_and_aligned(tmp_path: Path) -> None:
    make(tmp_path, LINES[1:])
    (tmp_path / "frame_images_DB").rename(tmp_path / "aligned_images_DB")
    for path in (tmp_path / "aligned_images_DB").rglob("*.jpg"):
        path.rename(path.with_name(f"aligned_detect_{path.name}"))
    pairs = read_youtube_faces(tmp_path, frame_folder="aligned_images_DB", frames=1)
    assert pairs.frames[0][0].name == "aligned_detect_0.7.jpg"


@pytest.mark.parametrize(
    ("row", "text", "message"),
    [
        (1, "1, 1, Ann_Lee/0, Bob/1", "line 2: expected fold, number, video, video, 0 or 1"),
        (1, "1, 1, Ann_Lee/0, Bob/1, 2", "line 2: expected fold"),
        (1, "0, 1, Ann_Lee/0, Bob/1, 0", "line 2: expected a fold"),
        (2, "1, 1, Ann_Lee, Bob/1, 0", "line 3: expected person/video"),
        (2, "1, 1, ../Ann_Lee, Bob/1, 0", "line 3: expected a path inside"),
        (2, "1, 1, Bob/1, Bob/1, 1", "line 3: one video twice"),
        (2, "1, 1, Bob/1, Cy/5, 1", "line 3: expected one person, got Bob and Cy"),
        (2, "1, 1, Ann_Lee/0, Ann_Lee/3, 0", "line 3: expected two people"),
        (3, "3, 1, Bob/1, Cy/5, 0", "expected folds numbered 1, 2"),
        (3, "2, 1, Bob/1, Cy/6, 0", "the frames cannot be read"),
    ],
)
def test_says_what_is_wrong(tmp_path: Path, row: int, text: str, message: str) -> None:
    lines = [*LINES]
    lines[row] = text
    with pytest.raises(DataError) as caught:
        read_youtube_faces(make(tmp_path, lines))
    assert message in str(caught.value)


def test_frames(tmp_path: Path) -> None:
    make(tmp_path)
    with pytest.raises(InputError, match="expected at least 1 or None"):
        read_youtube_faces(tmp_path, frames=0)
    odd = tmp_path / "frame_images_DB/Cy/5/cover.jpg"
    odd.touch()
    with pytest.raises(DataError, match=r"cover\.jpg: expected video\.frame\.jpg"):
        read_youtube_faces(tmp_path)
    for path in odd.parent.iterdir():
        path.unlink()
    with pytest.raises(DataError, match=r"Cy/5: a video without frames"):
        read_youtube_faces(tmp_path)
    (tmp_path / "splits.txt").write_text(HEADER)
    with pytest.raises(DataError, match="expected folds numbered 1, 2"):
        read_youtube_faces(tmp_path)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(alphabet="01,Bob/Cy5 \x00.\n", max_size=24), max_size=4))
def test_any_text_gives_pairs_or_a_data_error(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    root = make(tmp_path_factory.mktemp("ytf"), lines)
    try:
        pairs = read_youtube_faces(root)
    except DataError:
        return
    assert len(pairs) > 0
    assert all(pairs.frames)
