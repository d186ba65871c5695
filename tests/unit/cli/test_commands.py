from __future__ import annotations

import errno
import io
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from facemetric import Bundle, Recognizer
from facemetric.bundle import open_bundle
from facemetric.bundle.manifest import Codes
from facemetric.cli import app
from facemetric.cli.cast import Casting
from facemetric.cli.demonstration import Demonstration
from facemetric.cli.output import table
from facemetric.cli.sources import read_sources
from facemetric.decide import manual_threshold
from facemetric.gallery import SqliteGallery
from facemetric.wire import schemas

pytestmark = pytest.mark.samples

SAME = ("--threshold", "0.93")


def run(*arguments: object, stdin: bytes | str | None = None) -> Result:
    return CliRunner().invoke(app, [str(item) for item in arguments], input=stdin)


def answer(*arguments: object, code: int = 0, stdin: bytes | None = None) -> dict[str, Any]:
    result = run(*arguments, "--json", stdin=stdin)
    assert result.exit_code == code, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    assert document["schema"] in {*schemas(), "facemetric.evaluate.lfw/1"}
    return document


@pytest.fixture
def gallery(tmp_path: Path, samples: dict[str, Path]) -> Path:
    path = tmp_path / "people.db"
    for name, stem in (("Barack Obama", "obama"), ("Joe Biden", "biden")):
        result = run("enroll", name, samples[stem], "--gallery", path)
        assert result.exit_code == 0, result.output
    return path


def test_detect_goes_on_after_bad_items(
    samples: dict[str, Path], no_face_photo: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0 not a picture")
    document = answer("detect", samples["obama"], broken, no_face_photo, code=3)
    assert [len(photo["faces"]) for photo in document["photos"]] == [1, 0]
    (face,) = document["photos"][0]["faces"]
    left, top, right, bottom = face["box_xyxy_px"]
    assert left < min(x for x, _ in face["landmarks_px"])
    assert bottom > max(y for _, y in face["landmarks_px"])
    assert right - left > 100
    assert bottom - top > 100
    (error,) = document["errors"]
    assert error["item"] == str(broken)
    assert error["code"] == "decode"


def test_detect_reads_standard_input_lists_globs_and_folders(
    samples: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = answer("detect", "-", stdin=samples["obama"].read_bytes())
    assert document["photos"][0]["source"] == "<standard input>"
    listing = tmp_path / "list.txt"
    listing.write_text(f"{samples['obama']}\n\n{samples['biden']}\n", encoding="utf-8")
    named = [photo["source"] for photo in answer("detect", f"@{listing}")["photos"]]
    assert named == [str(samples["obama"]), str(samples["biden"])]
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "one.jpg").write_bytes(samples["obama"].read_bytes())
    for source in (folder, folder / "*.jpg"):
        assert len(answer("detect", source)["photos"]) == 1


@pytest.mark.parametrize("command", ["detect", "identify", "cluster"])
def test_sources_that_give_nothing(command: str, tmp_path: Path) -> None:
    document = answer(command, tmp_path / "absent.jpg", code=4)
    assert document["schema"] == "facemetric.error/1"
    assert "absent.jpg" in document["error"]["item"]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run(command, empty).exit_code == 4
    assert "empty" in run(command, empty).stderr


def test_verify_answers_by_exit_code(samples: dict[str, Path]) -> None:
    same = answer("verify", samples["obama"], samples["obama2"])
    assert same["same"] is True
    assert same["distance"] == pytest.approx(2 - 2 * same["similarity"])
    assert same["liveness"] == "not_checked"
    assert same["threshold"]["far"] == 1e-3
    assert answer("verify", samples["obama"], samples["biden"], code=1)["same"] is False
    text = run("verify", samples["obama"], samples["biden"])
    assert text.stdout.startswith("different people")
    assert "liveness" in text.stdout


def test_verify_refuses_what_is_not_calibrated(samples: dict[str, Path]) -> None:
    document = answer("verify", samples["obama"], samples["obama2"], "--far", "1e-9", code=4)
    assert document["error"]["code"] == "calibration"
    by_hand = answer("verify", samples["obama"], samples["obama2"], *SAME)
    assert by_hand["threshold"]["far"] is None


def test_verify_names_the_photograph_without_a_face(
    samples: dict[str, Path], no_face_photo: Path
) -> None:
    document = answer("verify", samples["obama"], no_face_photo, code=4)
    assert document["error"]["code"] == "no_face"
    assert document["error"]["item"] == str(no_face_photo)


def test_enrol_and_identify(gallery: Path, samples: dict[str, Path], tmp_path: Path) -> None:
    page = tmp_path / "out" / "page.html"
    document = answer(
        "identify",
        samples["obama2"],
        samples["astronaut"],
        "--gallery",
        gallery,
        "--html",
        page,
    )
    known, stranger = document["photos"]
    assert known["faces"][0]["name"] == "Barack Obama"
    assert known["faces"][0]["candidates"][0]["name"] == "Barack Obama"
    assert stranger["faces"][0]["name"] is None
    assert stranger["faces"][0]["reason"].startswith("unknown")
    assert document["people"] == 2
    assert 0 < document["stranger_risk"] <= 0.01
    html = page.read_text(encoding="utf-8")
    assert html.count("data:image/jpeg;base64,") >= 2
    assert "Barack Obama" in html
    text = run("identify", samples["obama2"], "--gallery", gallery).stdout
    assert re.search(r"Barack Obama +similarity 0\.9\d+", text)


def test_enrolling_twice_is_told(gallery: Path, samples: dict[str, Path]) -> None:
    document = answer("enroll", "barack obama", samples["obama"], "--gallery", gallery)
    assert document["created"] is False
    assert document["name"] == "Barack Obama"
    assert [sample["duplicate"] for sample in document["samples"]] == [True]
    other = answer("enroll", "Somebody", samples["obama"], "--gallery", gallery, code=4)
    assert other["error"]["code"] == "person"
    assert "--allow-conflict" in other["error"]["fix"]
    allowed = answer("enroll", "Somebody", samples["obama"], "-g", gallery, "--allow-conflict")
    assert [sample["also_of"] for sample in allowed["samples"]] == [["Barack Obama"]]
    text = run("enroll", "Nobody", samples["obama"], "-g", gallery, "--allow-conflict").stdout
    assert "note: enrolled as Somebody as well" in text


def test_enrolling_what_cannot_be_enrolled(
    samples: dict[str, Path], two_faces_photo: Path, no_face_photo: Path, tmp_path: Path
) -> None:
    path = tmp_path / "people.db"
    document = answer("enroll", "A", two_faces_photo, no_face_photo, "-g", path, code=4)
    assert [error["code"] for error in document["errors"]] == ["image", "no_face"]
    assert document["person_id"] is None
    assert list(tmp_path.iterdir()) == []  # no gallery in vain
    partly = answer("enroll", "A", samples["obama"], no_face_photo, "-g", path, code=3)
    assert len(partly["samples"]) == 1


def test_people(gallery: Path, samples: dict[str, Path]) -> None:
    on = ("--gallery", gallery)
    listed = answer("people", "list", *on)
    assert [person["name"] for person in listed["people"]] == ["Barack Obama", "Joe Biden"]
    assert answer("people", "rename", "Joe Biden", "Joseph", *on)["person"]["name"] == "Joseph"
    shown = answer("people", "show", "joseph", *on)
    assert [sample["source"] for sample in shown["samples"]] == [str(samples["biden"])]
    merged = answer("people", "merge", "Barack Obama", "Joseph", *on)
    assert merged["person"]["samples"] == 2
    assert run("people", "remove", "Barack Obama", *on).exit_code == 2
    assert merged["purged"] is True
    removed = answer("people", "remove", "Barack Obama", "--yes", *on)
    assert (removed["action"], removed["purged"]) == ("remove", True)
    assert answer("people", "list", *on)["people"] == []
    missing = answer("people", "show", "Nobody", *on, code=4)
    assert missing["error"]["code"] == "person"


def test_an_erasure_tells_what_is_still_in_the_file(
    gallery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SqliteGallery, "_purge", lambda _, wait: False)
    result = run("people", "remove", "Joe Biden", "--yes", "--gallery", gallery, "--json")
    assert json.loads(result.stdout)["purged"] is False
    assert "another process is reading" in result.stderr
    assert f"Afterwards: facemetric gallery purge --gallery {gallery}\n" in result.stderr
    late = run("gallery", "purge", "--gallery", gallery)
    assert (late.exit_code, "not all could be cleared" in late.stdout) == (4, True)
    assert answer("gallery", "purge", "--gallery", gallery, code=4)["purged"] is False
    monkeypatch.undo()
    (problem,) = answer("gallery", "check", "--gallery", gallery, code=4)["problems"]
    assert problem.endswith(f"until a purge: facemetric gallery purge --gallery {gallery}")
    assert answer("gallery", "purge", "--gallery", gallery)["purged"] is True
    assert run("gallery", "check", "--gallery", gallery).stdout == "sound\n"
    assert b"Joe Biden" not in gallery.read_bytes()


def test_people_whose_time_has_passed(gallery: Path, samples: dict[str, Path]) -> None:
    on = ("--gallery", gallery)
    past = datetime(2020, 1, 2, tzinfo=UTC)
    refused = answer(
        "enroll", "Ada", samples["astronaut"], "--keep-until", "2020-01-02", *on, code=4
    )
    assert (refused["error"]["code"], refused["error"]["item"]) == ("input", "keep_until")
    answer("enroll", "Ada", samples["astronaut"], "--keep-until", "2999-01-01", *on)
    assert answer("people", "expired", *on)["people"] == []
    with SqliteGallery(gallery) as opened:
        for name in ("Barack Obama", "Joe Biden"):
            opened.set_terms(name, consent=None, keep_until=past)
    listed = answer("people", "expired", *on)
    assert [person["name"] for person in listed["people"]] == ["Barack Obama", "Joe Biden"]
    assert listed["people"][0]["keep_until"] == past.isoformat()
    assert (listed["removed"], listed["purged"]) == (False, None)
    assert "2 people due to be erased" in run("people", "expired", *on).stdout
    unasked = run("people", "expired", "--remove", *on)
    assert (unasked.exit_code, "Pass --yes" in unasked.stderr) == (2, True)
    removed = answer("people", "expired", "--remove", "--yes", *on)
    assert [person["name"] for person in removed["people"]] == ["Barack Obama", "Joe Biden"]
    assert (removed["removed"], removed["purged"]) == (True, True)
    assert [person["name"] for person in answer("people", "list", *on)["people"]] == ["Ada"]
    assert b"Joe Biden" not in gallery.read_bytes()
    assert "0 people erased" in run("people", "expired", "--remove", *on).stdout


def test_whose_time_was_extended_meanwhile_stays(
    gallery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    past = datetime(2020, 1, 2, tzinfo=UTC)
    with SqliteGallery(gallery) as other:
        for name in ("Barack Obama", "Joe Biden"):
            other.set_terms(name, consent=None, keep_until=past)

        def extend(_: str) -> None:
            other.set_terms("Joe Biden", consent=None, keep_until=None)

        monkeypatch.setattr("facemetric.cli.people.confirm", extend)
        removed = answer("people", "expired", "--remove", "--gallery", gallery)
        assert [person["name"] for person in removed["people"]] == ["Barack Obama"]
        assert [person.name for person in other] == ["Joe Biden"]


def test_a_gallery_of_the_other_flip_setting_is_refused(
    gallery: Path, samples: dict[str, Path]
) -> None:
    for command in (("identify",), ("enroll", "Ada")):
        document = answer(*command, samples["astronaut"], "--no-flip", "-g", gallery, code=4)
        assert document["error"]["code"] == "bundle_mismatch"
        assert document["error"]["item"] == str(gallery)
        assert "--flip" in document["error"]["fix"]


def test_one_byte_codes_of_the_bundle(
    samples: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = open_bundle("dlib-resnet-v1")
    made.model_path()
    coded, bare = (
        Bundle(made.manifest.model_copy(update={"codes": codes}), made.folder)
        for codes in (Codes(low=(-1.0,) * made.dim, step=(2 / 255,) * made.dim), None)
    )
    path = tmp_path / "people.db"
    enroll = ("enroll", "Barack", samples["obama"], "--gallery", path)
    monkeypatch.setattr("facemetric.recognizer.viewer.open_bundle", lambda _: bare)
    document = answer(*enroll, "--codes", code=4)
    assert (document["error"]["code"], document["error"]["item"]) == ("bundle", made.id)
    assert not path.exists()
    monkeypatch.setattr("facemetric.recognizer.viewer.open_bundle", lambda _: coded)
    answer(*enroll, "--codes")
    with SqliteGallery(path) as opened:
        assert opened.stats().encoding == "u8"
    answer("enroll", "Joe", samples["biden"], "--gallery", path)  # no flag needed
    found = answer("identify", samples["obama2"], "--gallery", path, *SAME)
    assert found["photos"][0]["faces"][0]["name"] == "Barack"


def test_a_missing_gallery_is_not_made_by_reading(samples: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    for command in (("people", "list"), ("identify", samples["obama"])):
        document = answer(*command, "--gallery", path, code=4)
        assert document["error"]["code"] == "gallery"
    assert not path.exists()


def test_cluster(samples: dict[str, Path], tmp_path: Path) -> None:
    page = tmp_path / "groups.html"
    document = answer("cluster", *samples.values(), "--html", page, *SAME)
    largest = document["groups"][0]
    stems = {Path(face["source"]).stem for face in largest["faces"]}
    assert stems == {stem for stem in samples if stem.startswith("obama")}
    assert "Group 1" in page.read_text(encoding="utf-8")


def test_models(tmp_path: Path) -> None:
    (model,) = (one for one in answer("models", "list")["models"] if one["id"] == "dlib-resnet-v1")
    assert model["licence"] == "CC0-1.0"
    assert model["commercial_use"] is True
    assert model["calibrated"] is True
    assert answer("models", "verify", "dlib-resnet-v1")["models"][0]["dim"] == 128
    assert "CC0" in run("models", "show", "dlib-resnet-v1").stdout
    unknown = answer("models", "show", "dlib-resnet-v2", code=4)
    assert "dlib-resnet-v1" in unknown["error"]["fix"]
    wrong = tmp_path / "model.onnx"
    wrong.write_bytes(b"no graph")
    assert run("models", "import", wrong).exit_code == 4


def test_doctor_finds_a_sound_installation() -> None:
    document = answer("doctor")
    assert document["ok"] is True
    assert {"facemetric", "providers", "detector", "bundle"} <= {
        check["name"] for check in document["checks"]
    }


def test_doctor_tells_the_version_of_the_runtime() -> None:
    (check,) = (one for one in answer("doctor")["checks"] if one["name"] == "providers")
    assert re.match(r"cpu.* \(onnxruntime\S* \d+\.\d+\S*, \d+ cores\)$", check["detail"])


def test_doctor_tells_a_broken_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    from facemetric.errors import IntegrityError

    def broken(name: str) -> None:
        raise IntegrityError("expected SHA-256 a, got b", item=name, fix="Install again")

    monkeypatch.setattr("facemetric.bundle.open_bundle", broken)
    document = answer("doctor", code=1)
    failed = [check for check in document["checks"] if check["state"] == "failed"]
    assert any("expected SHA-256 a, got b" in check["detail"] for check in failed)


def test_standard_input_that_is_no_picture() -> None:
    document = answer("detect", "-", code=4, stdin=io.BytesIO(b"text").getvalue())
    assert "standard input" in document["error"]["item"]


def test_names_that_are_no_text_and_controls_do_no_harm(
    samples: dict[str, Path], tmp_path: Path
) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/odd\xff\x1b[31m.jpg"))
    try:
        odd.write_bytes(samples["obama"].read_bytes())
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    command = [sys.executable, "-m", "facemetric", "detect", str(tmp_path)]
    for encoding in ("utf-8", "ascii"):
        environment = os.environ | {"PYTHONIOENCODING": f"{encoding}:strict"}
        for options in ([], ["--json"]):
            done = subprocess.run([*command, *options], env=environment, capture_output=True)
            assert done.returncode == 0, done.stderr
            assert b"\x1b" not in done.stdout
            if options:
                (photo,) = json.loads(done.stdout)["photos"]
                assert photo["source"] == str(odd)
            else:
                assert b"odd\\udcff\\x1b[31m.jpg: 1 face" in done.stdout


def test_tables_stand_straight_under_wide_letters(capsys: pytest.CaptureFixture[str]) -> None:
    table([("오바마 🎉", "1"), ("Ada", "2"), ("e\u0301", "3")], ("name", "n"))
    assert (
        capsys.readouterr().out == "name       n\n오바마 🎉  1\nAda        2\ne\u0301          3\n"
    )


def test_a_folder_that_cannot_be_read_does_not_hide_the_others(
    samples: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "locked", "z"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "photo.jpg").write_bytes(samples["obama"].read_bytes())
    scan = os.scandir

    def refuse(path: Path) -> Any:
        if Path(path).name == "locked":
            raise PermissionError(errno.EACCES, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    photos, errors = read_sources([str(tmp_path)])
    assert [path.parent.name for path in photos if isinstance(path, Path)] == ["a", "z"]
    assert [error.item for error in errors] == [str(tmp_path / "locked")]
    assert "Permission denied" in errors[0].cause


@pytest.mark.parametrize("where", ["file/people.db", "x" * 300 + "/people.db"])
def test_a_gallery_that_cannot_be_made_is_an_error_of_the_gallery(
    samples: dict[str, Path], tmp_path: Path, where: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    path = tmp_path / where
    document = answer("enroll", "Ada", samples["obama"], "--gallery", path, code=4)
    assert (document["error"]["code"], document["error"]["item"]) == ("gallery", str(path))
    document = answer("people", "list", "--gallery", path, code=4)
    assert (document["error"]["code"], document["error"]["item"]) == ("gallery", str(path))


def test_a_page_that_cannot_be_written_is_told_before_the_work(
    gallery: Path, samples: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    for page in (tmp_path / "file" / "page.html", tmp_path):
        for command in (("identify", "-g", gallery), ("cluster",)):
            result = run(*command, samples["obama"], "--html", page, *SAME)
            assert result.exit_code == 4
            assert result.stdout == ""
            assert f"{page}: the page cannot be written" in result.stderr


def test_the_demo_names_the_provider_that_it_ran_on(
    samples: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    casting = Casting((("Ada", samples["obama"]),), (), (), (), ())
    demonstration = Demonstration(
        Recognizer(), casting, provider="a-provider", say=lambda text: None
    )
    chosen = manual_threshold(0.93)
    monkeypatch.setattr(Recognizer, "gallery_threshold", lambda *_: chosen)
    monkeypatch.setattr(Recognizer, "_threshold", lambda *_, **__: chosen)
    demonstration.run()
    demonstration.write(tmp_path / "page.html")
    assert "a-provider" in (tmp_path / "page.html").read_text(encoding="utf-8")
