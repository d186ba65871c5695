import numpy as np
import pytest

from facemetric.datasets.chips import open_chips, open_list_file
from facemetric.errors import DataError

FORMS = {
    "list.lst": "0\tAnn/0.jpg\t7\n1\tBob/3.jpg\t12\n2\tAnn/1.jpg\t7\n",
    "mxnet.lst": "5\t7.000000\tAnn/0.jpg\n6\t12.000000\tBob/3.jpg\n9\t7.000000\tAnn/1.jpg\n",
    "list.txt": "Ann/0.jpg 7\nBob/3.jpg   12\nAnn/1.jpg\t7\n",
    "list.csv": 'extra,file,Person\nx,Ann/0.jpg,7\n"a, b","Bob/3.jpg",12\n\n,Ann/1.jpg,7\n',
    "list.tsv": "label\tpath\n7\tAnn/0.jpg\n12\tBob/3.jpg\n7\tAnn\\1.jpg\n",
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form(name, people, chip):
    (people / name).write_text(FORMS[name])
    source = open_chips(people / name)
    assert source.names == ("12", "7")
    assert source.labels.tolist() == [1, 0, 1]
    assert [source.item(row) for row in range(3)] == ["Ann/0.jpg", "Bob/3.jpg", "Ann/1.jpg"]
    assert source.encoded(1) == chip(3)


def test_names_with_blanks_and_another_root(people, tmp_path):
    (people / "Ann" / "in the sun.jpg").write_bytes(b"x")
    listing = tmp_path / "lists" / "list.txt"
    listing.parent.mkdir()
    listing.write_text("Ann/in the sun.jpg Ann\n")
    source = open_list_file(listing, root=people)
    assert (source.item(0), source.names) == ("Ann/in the sun.jpg", ("Ann",))
    listing.write_text("in the sun.jpg\tAnn Other\n")
    assert open_list_file(listing, root=people / "Ann").names == ("Ann Other",)
    with pytest.raises(DataError, match="1 of 1 photographs are missing, the first is in the sun"):
        open_list_file(listing)
    assert len(open_list_file(listing, check_files=False)) == 1


@pytest.mark.parametrize("name", ["../people/Ann/0.jpg", "{people}/Ann/0.jpg", "Ann/../../x.jpg"])
def test_nothing_outside_the_root_unasked(name, people, tmp_path):
    name = name.format(people=people)
    listing = people / "list.txt"
    listing.write_text(f"Ann/1.jpg 1\n{name} 1\n")
    with pytest.raises(DataError, match=r"list\.txt, line 2: expected a path inside .*anywhere"):
        open_list_file(listing)
    source = open_list_file(listing, anywhere=True, check_files=False)
    assert source.photos.paths[1] == people / name
    assert np.array_equal(source.labels, [0, 0])


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.txt", "Ann/0.jpg 1\nAnn/1.jpg\n", "line 2: expected a path and a person"),
        ("a.txt", "Ann/0.jpg 1\n\nAnn/1.jpg 1\n", "line 2: expected a path and a person"),
        ("a.txt", "Ann/0.jpg 1\nAnn/./0.jpg 2\n", "line 2: Ann/0.jpg is already in line 1"),
        ("a.txt", "", "the list is empty"),
        ("a.txt", "Ann/9.jpg 1\n", "1 of 1 photographs are missing, the first is Ann/9.jpg"),
        ("a.lst", "0\tAnn/0.jpg\n", "line 1: expected a number, a path and a label"),
        ("a.lst", "0 Ann/0.jpg 1\n", "line 1: expected a number, a path and a label"),
        ("a.lst", "0\tAnn/0.jpg\t1\n1\t2\tAnn/1.jpg\n", "line 2: expected a whole number"),
        ("a.lst", "0\tAnn/0.jpg\t1.5\n", "line 1: expected a whole number as label"),
        ("a.lst", "0\tAnn/0.jpg\t-1\n", "line 1: expected a whole number as label"),
        ("a.csv", "Ann/0.jpg,1\n", "line 1: expected one column path or file or image"),
        ("a.csv", "path,file,person\n", "line 1: expected one column path .* got 2"),
        ("a.csv", "path,person\nAnn/0.jpg\n", "line 2: expected 2 columns as in the header, got 1"),
        ("a.csv", 'path,person\n"Ann/0.jpg,1\n', "line 2: unexpected end of data"),
        ("a.csv", "path,person\n", "names no photographs"),
        ("a.csv", "path,person\nAnn/0.jpg,\n", "line 2: the person is missing"),
        ("a.tsv", "path\tperson\n\t1\n", "line 2: expected a path inside the set, got ''"),
    ],
)
def test_errors_name_file_and_line(name, text, message, people):
    (people / name).write_text(text)
    with pytest.raises(DataError, match=rf"{name[:-4]}\{name[-4:]}.*{message}"):
        open_chips(people / name)


def test_what_cannot_be_read(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe\0")
    with pytest.raises(DataError, match="the list cannot be read"):
        open_list_file(tmp_path / "a.txt")
    with pytest.raises(DataError, match=r"expected a list .* got \.json"):
        open_list_file(tmp_path / "a.json")
