"""What names may be spelt with: what can be seen, in the order in which it is shown."""

from __future__ import annotations

import unicodedata

_RIGHT_TO_LEFT_AND_BACK = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""Embeddings, overrides and isolates; letters that run right to left need none."""
_ZERO_WIDTH_JOINER = 0x200D
_JOINERS = (0x200C, _ZERO_WIDTH_JOINER)
_PICTURE_SELECTOR = "\ufe0f"

_UNSEEN = (
    # Unicode's Default_Ignorable_Code_Point.
    *((0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5)),
    *((0x180B, 0x180F), (0x200B, 0x200F), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F)),
    *((0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3)),
    *((0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
    # And what is blank without being a space: Braille's, annotations' ends, hieroglyphs' frames.
    *((0x2800, 0x2800), (0xFFF9, 0xFFFB), (0x13430, 0x1343F)),
)
_JOINING = (
    # Scripts whose letters change beside a joiner: Arabic to Mongolian, those of India, Adlam …
    *((0x0600, 0x0DFF), (0x0F00, 0x109F), (0x1700, 0x18AF), (0x1900, 0x1CFF), (0xA800, 0xABFF)),
    *((0xFB50, 0xFDFF), (0xFE70, 0xFEFC), (0x10A00, 0x10FFF), (0x11000, 0x11FFF)),
    (0x1E900, 0x1E95F),
)
_MONGOLIAN = ((0x1800, 0x18AF),)
_IDEOGRAPHS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFD))
_VIRAMA_CLASS = 9


def fault_of(text: str) -> tuple[str, str | None] | None:
    """Return what is wrong with the spelling of a trimmed name, and the way out; `None`: nothing.

    Refused are control characters, halves of surrogate pairs, what is no character, what turns
    text around, and what nobody sees, so that two names that look alike are spelt alike. Joiners
    (ZWJ, ZWNJ) may stand where they shape letters or symbols, and one selector of variants behind
    an ideograph, a Mongolian letter or a symbol. Letters of different scripts may still look alike.
    """
    faults = _faults(text)
    if not faults:
        return None
    place, fault = next(iter(faults.items()))
    letter = text[place]
    name = f"U+{ord(letter):04X} {unicodedata.name(letter, '')}".rstrip()
    rest, found = text, faults
    while found:  # each turn takes something away: what stood behind it may be at fault next
        rest = "".join(one for at, one in enumerate(rest) if at not in found)
        rest = " ".join(unicodedata.normalize("NFC", rest).split())
        found = _faults(rest)
    wanted = f"Spell it {rest!r}" if rest else "Use letters that can be seen"
    return f"has {name} as character {place + 1}, which {fault}", wanted


def _faults(text: str) -> dict[int, str]:
    """Return what is wrong, by the place of the character."""
    if text.isascii() and text.isprintable():
        return {}
    return {place: fault for place in range(len(text)) if (fault := _fault(text, place))}


def _fault(text: str, place: int) -> str | None:
    letter = text[place]
    code, kind = ord(letter), unicodedata.category(letter)
    if kind == "Cc":
        return "is a control character"
    if kind == "Cs":
        return "is half of a surrogate pair"
    if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return "is no character"
    if code in _RIGHT_TO_LEFT_AND_BACK:
        return "changes the order in which letters are shown"
    if kind.startswith("M") and (place == 0 or text[place - 1].isspace()):
        return "is a mark for a letter before it"
    if _is_in(code, _UNSEEN) and not _has_effect(text, place):
        return "cannot be seen there"
    return None


def _has_effect(text: str, place: int) -> bool:
    """Whether a joiner or a selector stands behind what it can change."""
    code = ord(text[place])
    before, after = text[:place][-1:], text[place + 1 :][:1]
    if not before:
        return False
    if code in _JOINERS:
        if _is_joining(before):
            return _is_joining(after) or unicodedata.combining(before) == _VIRAMA_CLASS
        shown = _is_picture(before) or before == _PICTURE_SELECTOR
        return code == _ZERO_WIDTH_JOINER and shown and _is_picture(after)
    if 0x180B <= code <= 0x180F:
        return _is_in(ord(before), _MONGOLIAN) and not _is_in(ord(before), _UNSEEN)
    if 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
        return _is_in(ord(before), _IDEOGRAPHS) or (
            code in (0xFE0E, 0xFE0F) and _is_picture(before)
        )
    return False


def _is_joining(letter: str) -> bool:
    return (
        bool(letter)
        and unicodedata.category(letter)[0] in "LM"
        and _is_in(ord(letter), _JOINING)
        and not _is_in(ord(letter), _UNSEEN)
    )


def _is_picture(letter: str) -> bool:
    """Whether it is a picture or its shade: ❤ and what may follow."""
    return bool(letter) and unicodedata.category(letter) in ("So", "Sk")


def _is_in(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)
