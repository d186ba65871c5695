import os
import pickle
import pickletools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.datasets.plain_pickle import PlainArray, read_plain_pickle
from facemetric.errors import DataError

PROTOCOLS = range(1, pickle.HIGHEST_PROTOCOL + 1)


def plain(value: Any) -> Any:
    if isinstance(value, PlainArray):
        return value.values().reshape(value.shape).tolist()
    if isinstance(value, tuple | list):
        return type(value)(plain(part) for part in value)
    return value


leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(1 << 70), 1 << 70)
    | st.binary(max_size=300)
    | st.text(st.characters(codec="utf-8"), max_size=20)
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.lists(inner).map(tuple), max_leaves=12
)


@settings(max_examples=150, deadline=None)
@given(values, st.sampled_from(PROTOCOLS))
def test_equals_the_unpickler_on_plain_data(value: Any, protocol: int) -> None:
    assert read_plain_pickle(pickle.dumps(value, protocol), name="x") == value


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "array",
    [
        np.frombuffer(b"\xff\xd8abc", np.uint8),
        np.arange(5, dtype=">i4"),
        np.array([[True], [False]]),
        np.array([], np.uint8),
    ],
    ids=["u1", "big-endian", "bool column", "empty"],
)
def test_arrays(array: np.ndarray[Any, Any], protocol: int) -> None:
    read = read_plain_pickle(pickle.dumps([array, array], protocol), name="x")
    assert plain(read) == [array.tolist()] * 2


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_numpy_scalars(protocol: int) -> None:
    data = pickle.dumps([np.True_, np.False_, np.int64(-7)], protocol)
    assert read_plain_pickle(data, name="x") == [True, False, -7]


def test_byte_strings_of_python_2() -> None:
    data = b"\x80\x02]q\x00(U\x03\xff\xd8\x00q\x01T\x02\x00\x00\x00abh\x01e."
    assert read_plain_pickle(data, name="x") == [b"\xff\xd8\x00", b"ab", b"\xff\xd8\x00"]
    assert pickle.loads(data, encoding="bytes") == [b"\xff\xd8\x00", b"ab", b"\xff\xd8\x00"]


class Attack:
    """Writes a file when it is unpickled."""

    def __init__(self, target: Path, how: str) -> None:
        self.target, self.how = target, how

    def __reduce__(self) -> Any:
        code = f"open({str(self.target)!r}, 'w').close()"
        return {
            "eval": (eval, (code,)),
            "exec": (exec, (code,)),
            "system": (os.system, (f"touch {self.target}",)),
        }[self.how]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("how", ["eval", "exec", "system"])
def test_nothing_is_executed(tmp_path: Path, protocol: int, how: str) -> None:
    target = tmp_path / "owned"
    data = pickle.dumps(([b"x", Attack(target, how)], [True]), protocol)
    with pytest.raises(DataError, match="not a pickle of plain data"):
        read_plain_pickle(data, name="evil.bin")
    assert not target.exists()
    pickle.loads(data)
    assert target.exists()  # the attack is a real one


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "pickle exhausted before seeing STOP"),
        (b"\x80\x02]", "pickle exhausted"),
        (b".", "a value is wanted where there is none"),
        (b"(.", "a value is wanted"),
        (b"t.", "a mark is wanted"),
        (b"h\x05.", "KeyError"),
        (b"}.", "opcode EMPTY_DICT"),
        (b"cos\nsystem\n.", "the global os.system"),
        (b"c_codecs\ndecode\n.", "the global _codecs.decode"),
        (b"c\\u\nx\n.", "the global \\u.x"),
        (b"c_codecs\nencode\n(X\x01\x00\x00\x00aX\x05\x00\x00\x00utf-7tR.", "other than latin1"),
        (b"c_codecs\nencode\n(X\x02\x00\x00\x00\xc4\x80X\x06\x00\x00\x00latin1tR.", "Unicode"),
        (b"K\x01K\x02\x85R.", "a call of something unknown"),
        (b"cnumpy\nndarray\nK\x02\x85R.", "a call of ndarray"),
        (b"K\x01K\x02a.", "appended to what is no list"),
        (b"K\x01)b.", "a state for something that has none"),
        (b"cnumpy\ndtype\nX\x01\x00\x00\x00O\x85R.", "array elements of type 'O'"),
        (b"cnumpy.core.multiarray\n_reconstruct\ncos\nsystem\n", "the global os.system"),
        (b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\ndtype\nK\x00U\x01btR.", "another class"),
        (b"\x80\x04\x8c\x02os\x8c\x06system\x93.", "the global os.system"),
    ],
)
def test_says_what_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(DataError) as caught:
        read_plain_pickle(data, name="some.bin")
    assert message in str(caught.value)
    assert str(caught.value).startswith("some.bin: not a pickle of plain data (at byte ")


def test_memo_cannot_multiply_text() -> None:
    text = b"X\xe8\x03\x00\x00" + b"a" * 1000
    start = b"\x80\x02](c_codecs\nencode\nq\x00" + text + b"q\x01X\x06\x00\x00\x00latin1\x86q\x02R"
    data = start + b"h\x00h\x02R" * 5000 + b"e."
    with pytest.raises(DataError, match="more text than the file holds"):
        read_plain_pickle(data, name="x")


def test_a_list_inside_itself_is_no_trap() -> None:
    value = read_plain_pickle(b"]q\x00h\x00a.", name="x")
    assert value[0] is value


SEEDS = [
    pickle.dumps(([np.frombuffer(b"\xff\xd8ab", np.uint8), b"cd"], [True]), protocol)
    for protocol in PROTOCOLS
]
OPCODES = [opcode.code.encode("latin-1") for opcode in pickletools.opcodes]


PLAIN = {type(None), bool, int, bytes, str}


def read_or_refused(data: bytes) -> None:
    """Whatever the bytes: plain data, or the one error."""
    try:
        value = read_plain_pickle(data, name="fuzzed")
    except DataError as error:
        assert str(error).startswith("fuzzed: not a pickle of plain data")
        return
    waiting, seen = [value], set()
    while waiting:
        part = waiting.pop()
        if type(part) in (tuple, list):
            if id(part) not in seen:
                seen.add(id(part))
                waiting += part
        else:
            # What stands for a global is inert: a name in a class of the reader's own.
            assert type(part) in PLAIN or type(part).__module__ == read_plain_pickle.__module__


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damaged_files_give_plain_data_or_a_data_error(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        count = data.draw(st.integers(0, 3))
        content[at : at + count] = data.draw(st.sampled_from(OPCODES) | st.binary(max_size=4))
    read_or_refused(bytes(content))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(OPCODES) | st.binary(max_size=3), max_size=30))
def test_random_opcodes_give_plain_data_or_a_data_error(parts: list[bytes]) -> None:
    read_or_refused(b"".join(parts) + b".")
