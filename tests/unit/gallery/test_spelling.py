"""Real names of many languages pass; what would make two of them look alike does not."""

from __future__ import annotations

import ast
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facemetric.gallery.names import clean_name
from facemetric.gallery.spelling import fault_of

REAL = {
    "Persian, ZWNJ between letters": "علی\u200cرضا حسینی\u200cنژاد",
    "Arabic with vowels": "مُحَمَّد عَبْد الله",
    "Hebrew with points": "יִצְחָק",
    "Urdu": "فاطمہ‌ظہیر",
    "Hindi": "कृष्ण शर्मा",
    "Marathi, ZWJ behind a virama": "र\u094d\u200dयान",
    "Bengali, ZWJ before a virama": "র\u200d\u09cdযাচেল",
    "Malayalam, ZWJ at the end of a word": "രമേശന\u0d4d\u200d നായര\u0d4d\u200d",
    "Sinhala": "ශ\u0dca\u200dරී ලංකා",
    "Kannada, ZWNJ behind a virama": "ರಾಜ\u0ccd\u200cಕುಮಾರ್",
    "Tamil": "செல்வி",
    "Thai": "สมชาย",
    "Khmer": "សុខ ចាន់",
    "Burmese": "အောင်ဆန်း",
    "Tibetan": "བསྟན་འཛིན",
    "Mongolian, vowel separator and selector": "ᠡᠨᠡ\u180eᠡ ᠠ\u180bᠨ",
    "Japanese, variant of an ideograph": "辻\U000e0100 葛\U000e0101",
    "Chinese, beyond the basic plane": "\U00020bb7野 \U00031350",
    "Korean": "김철수",
    "Vietnamese": "Nguyễn Thị Hồng Ánh",
    "Irish, Hawaiian": "Seán O\u2019Brien Kaleo\u02bbo",
    "Catalan, Polish": "Gal·la Wałęsa-Łoś",
    "N'Ko and Adlam": "ߞߊ߲ߞߊ߲ 𞤀𞤣𞤤𞤢𞤥",
    "mixed directions": "David דוד (ديفيد)",
    "a group with pictures": "❤\ufe0f family 👨\u200d👩\u200d👧 👩🏽\u200d🚀",
    "title and dots": "Dr. J. R. R. Tolkien, Jr.",
}


@pytest.mark.parametrize("name", REAL.values(), ids=REAL)
def test_real_names_have_no_fault(name: str) -> None:
    assert fault_of(name) is None
    assert fault_of(unicodedata.normalize("NFC", name)) is None


@pytest.mark.parametrize(
    ("name", "cause", "spelt"),
    [
        ("Anna\u202enosraL", "U+202E RIGHT-TO-LEFT OVERRIDE as character 5, which changes", True),
        ("\u2066Anna\u2069", "U+2066 LEFT-TO-RIGHT ISOLATE as character 1, which changes", True),
        ("An\u200bna", "U+200B ZERO WIDTH SPACE as character 3, which cannot be seen", True),
        ("An\u200dna", "U+200D ZERO WIDTH JOINER as character 3, which cannot be seen", True),
        ("علی\u200c", "U+200C ZERO WIDTH NON-JOINER as character 4, which cannot be seen", True),
        ("علی\u200c\u200cرضا", "U+200C", True),
        ("Anna\ufe0f", "U+FE0F VARIATION SELECTOR-16 as character 5", True),
        ("Anna\U000e0041", "U+E0041 TAG LATIN CAPITAL LETTER A", True),
        ("Anna\u200e", "U+200E LEFT-TO-RIGHT MARK", True),
        ("Anna\u2800Ek", "U+2800 BRAILLE PATTERN BLANK", True),
        ("Anna\ue000\ufdd0", "U+FDD0 as character 6, which is no character", True),
        ("\u0301Anna", "U+0301 COMBINING ACUTE ACCENT as character 1, which is a mark for", True),
        ("\u3164", "U+3164 HANGUL FILLER", False),
        ("\u200d\u200d", "U+200D", False),
        ("An\nna", "U+000A as character 3, which is a control character", True),
        ("An\ud800na", "U+D800 as character 3, which is half of a surrogate pair", True),
    ],
)
def test_what_is_not_seen_as_it_is_spelt_is_refused(name: str, cause: str, spelt: bool) -> None:
    fault = fault_of(name)
    assert fault is not None
    assert fault[0].startswith(f"has {cause}")
    assert fault[1] is not None and fault[1].startswith("Spell it" if spelt else "Use letters")


@pytest.mark.parametrize(
    "name",
    [
        "Anna \u2764\ufe0f\ufe0f",
        "Anna \u2764\ufe0f\ufe0e",
        "Anna \u2764\u200d\ufe0f",
        "\u8fbb\U000e0100\U000e0101",
        "\u1820\u180b\u180b",
        "\u1820\u180b\u180e",
        "Anna \u0301Ek",
        "Anna \u20dd",
    ],
)
def test_one_selector_a_base_and_no_mark_on_a_space(name: str) -> None:
    assert fault_of(name) is not None


@given(st.text(st.sampled_from("An \u0301\u2764\ufe0f\u200d\u180b\u1820\u0915\u094d\u202e\ud800")))
def test_the_spelling_that_is_proposed_is_accepted(text: str) -> None:
    fault = fault_of(" ".join(unicodedata.normalize("NFC", text).split()))
    if fault is None or fault[1] == "Use letters that can be seen":
        return
    wanted = ast.literal_eval((fault[1] or "").removeprefix("Spell it "))
    assert wanted and clean_name(wanted) == wanted


def test_no_format_character_passes_in_a_latin_name() -> None:
    formats = [
        chr(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in ("Cf", "Cc", "Cs")
    ]
    assert len(formats) > 2000
    passed = {one for one in formats if fault_of(f"Anna{one}Ek") is None}
    # Format characters that are drawn: the signs of numbers, years, verses and abbreviations.
    drawn = {*map(chr, range(0x600, 0x606)), *"\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"}
    assert passed == drawn


def test_the_rule_is_in_one_place() -> None:
    root = Path(sys.modules["facemetric"].__file__ or "").parent
    users = [one for one in root.rglob("*.py") if "fault_of(" in one.read_text("utf-8")]
    assert sorted(one.name for one in users) == ["names.py", "spelling.py"]
