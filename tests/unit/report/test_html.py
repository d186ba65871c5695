from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.report.html import Html, element, escape, isolate, join
from layouts.markup import read

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


@settings(deadline=None, max_examples=200)
@given(ANY_TEXT)
def test_any_text_stays_text_and_can_be_written(value: str) -> None:
    markup = element("p", value, title=value)
    markup.encode("utf-8")
    reader = read(markup)
    assert [tag for tag, _ in reader.tags] == ["p"]
    assert set(reader.tags[0][1]) == {"title"}
    assert len(reader.text) == len(value)


@settings(deadline=None, max_examples=100)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cn")), max_size=60))
def test_ordinary_text_is_shown_unchanged(value: str) -> None:
    reader = read(element("p", value, title=value))
    assert reader.text == value
    assert reader.tags[0][1]["title"] == value


def test_markup_passes_once_and_sums_do_not() -> None:
    bold = element("b", "<")
    assert element("p", bold) == "<p><b>&lt;</b></p>"
    assert element("p", bold + "") == "<p>&lt;b&gt;&amp;lt;&lt;/b&gt;</p>"


def test_attributes_are_always_escaped() -> None:
    assert element("i", title=Html('"><script>')) == '<i title="&quot;&gt;&lt;script&gt;"></i>'


def test_absent_and_bare_attributes() -> None:
    assert element("br", hidden=True, title=None, lang=False) == "<br hidden>"
    assert element("i", aria_hidden="true", class_="a") == '<i aria-hidden="true" class="a"></i>'


def test_undecodable_file_name_is_replaced() -> None:
    assert escape("caf\udce9\x00.jpg") == "caf\ufffd\ufffd.jpg"


def test_names_are_isolated() -> None:
    assert isolate("\u202egpj.exe") == "<bdi>\u202egpj.exe</bdi>"


def test_join_leaves_out_what_is_absent() -> None:
    assert join([None, "", "a&", Html("<br>")]) == "a&amp;<br>"
