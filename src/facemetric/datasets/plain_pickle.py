"""Pickles of plain data, read by walking their opcodes: nothing is imported, nothing called.

Python's unpickler builds whatever a file asks for and so runs code that the file chooses. Here the
opcodes of lists, tuples, numbers, text and bytes are interpreted one by one, and of the globals
only a handful of names is known, each standing for a fixed rule of this module. Anything else ends
the reading with an error.
"""

from __future__ import annotations

import math
import pickletools
import warnings
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import DataError

_Stack: TypeAlias = list[Any]

_GLOBALS = {
    ("_codecs", "encode"): "encode",
    ("__builtin__", "bytes"): "bytes",
    ("builtins", "bytes"): "bytes",
    ("numpy", "ndarray"): "ndarray",
    ("numpy", "dtype"): "dtype",
    **{
        (f"numpy.{core}.multiarray", name): name
        for core in ("core", "_core")
        for name in ("_reconstruct", "scalar")
    },
    **{(f"numpy.{core}.numeric", "_frombuffer"): "_frombuffer" for core in ("core", "_core")},
}
_DTYPES = frozenset({"b1", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8"})
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_NUMBERS = frozenset({"INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4"})
_TEXTS = frozenset({"UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"})
_BYTES = frozenset({"BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"})
_VALUES = _NUMBERS | _TEXTS | _BYTES
_TUPLES = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_PUTS = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_GETS = frozenset({"GET", "BINGET", "LONG_BINGET"})
_MARK = object()


class _Refused(ValueError):
    """The pickle holds something that plain data does not need."""


@dataclass(frozen=True)
class _Global:
    name: str


@dataclass
class _Dtype:
    code: str
    order: str = "|"

    def numpy(self) -> np.dtype[Any]:
        return np.dtype((self.order if self.order in "<>" else "=") + self.code)


@dataclass
class PlainArray:
    """A numpy array of a pickle: its bytes, not interpreted.

    Attributes
    ----------
    raw
        The elements in the order of the file.
    dtype
        Integers or bool.
    shape
        At most one dimension is longer than 1.
    """

    raw: bytes = b""
    dtype: np.dtype[Any] | None = None
    shape: tuple[int, ...] = ()

    def values(self) -> NDArray[Any]:
        """Return the elements ``(N,)``."""
        return np.frombuffer(self.raw, self.dtype or np.uint8)


def read_plain_pickle(data: bytes, *, name: str) -> Any:
    """Interpret a pickle (protocols 1 to 5) of lists, tuples, numbers, text, bytes and arrays.

    Arrays come back as `PlainArray`. Byte strings of Python 2 come back as ``bytes``.

    Raises
    ------
    DataError
        The data is no whole pickle, or holds any other kind of object.
    """
    machine = _Machine(len(data))
    position = 0
    try:
        with warnings.catch_warnings():
            # Python's walk resolves escapes in names, and warns of those that it does not know.
            warnings.simplefilter("ignore", DeprecationWarning)
            for opcode, argument, at in pickletools.genops(data):
                position = at or 0
                machine.step(opcode.name, argument)
    # What a damaged file can make the walk run into.
    except (ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
        problem = str(error) if isinstance(error, _Refused) else f"{type(error).__name__}: {error}"
        raise DataError(
            f"not a pickle of plain data (at byte {position}): {problem[:200]}",
            item=name,
            fix="Other contents are never unpickled, since that runs code of the file's choice; "
            "fetch the file again from its publisher",
        ) from error
    return machine.result


class _Machine:
    """A stack, marks and a memo, as the pickle format describes them."""

    def __init__(self, size: int) -> None:
        self.result: Any = None
        self._stack: _Stack = []
        self._memo: dict[int, Any] = {}
        # A file cannot encode more text than it holds: bounds what a memo can multiply.
        self._encodable = size

    def step(self, code: str, argument: Any) -> None:
        stack = self._stack
        if code in _VALUES:
            stack.append(bytes(argument) if isinstance(argument, bytearray) else argument)
        elif code in _CONSTANTS:
            stack.append(_CONSTANTS[code])
        elif code in ("SHORT_BINSTRING", "BINSTRING"):
            stack.append(argument.encode("latin-1"))
        elif code in _PUTS:
            self._memo[argument] = self._top()
        elif code == "MEMOIZE":
            self._memo[len(self._memo)] = self._top()
        elif code in _GETS:
            stack.append(self._memo[argument])
        elif code == "MARK":
            stack.append(_MARK)
        elif code == "EMPTY_LIST":
            stack.append([])
        elif code == "LIST":
            stack.append(self._to_mark())
        elif code == "TUPLE":
            stack.append(tuple(self._to_mark()))
        elif code in _TUPLES:
            stack.append(tuple(self._pop(_TUPLES[code])))
        elif code == "APPEND":
            self._append(self._pop(1))
        elif code == "APPENDS":
            self._append(self._to_mark())
        elif code == "GLOBAL":
            stack.append(_known(*argument.split(" ", 1)))
        elif code == "STACK_GLOBAL":
            stack.append(_known(*self._pop(2)))
        elif code == "REDUCE":
            stack.append(self._reduce(*self._pop(2)))
        elif code == "BUILD":
            (state,) = self._pop(1)
            _build(self._top(), state)
        elif code == "STOP":
            (self.result,) = self._pop(1)
        elif code not in ("PROTO", "FRAME"):
            raise _Refused(f"opcode {code}")

    def _top(self) -> Any:
        if not self._stack or self._stack[-1] is _MARK:
            raise _Refused("a value is wanted where there is none")
        return self._stack[-1]

    def _pop(self, count: int) -> _Stack:
        taken = self._stack[len(self._stack) - count :] if count else []
        if len(taken) != count or len(self._stack) < count or any(x is _MARK for x in taken):
            raise _Refused("a value is wanted where there is none")
        del self._stack[len(self._stack) - count :]
        return taken

    def _to_mark(self) -> _Stack:
        taken: _Stack = []
        while self._stack:
            value = self._stack.pop()
            if value is _MARK:
                return taken[::-1]
            taken.append(value)
        raise _Refused("a mark is wanted where there is none")

    def _append(self, values: _Stack) -> None:
        if not isinstance(self._top(), list):
            raise _Refused("something is appended to what is no list")
        self._top().extend(values)

    def _reduce(self, function: Any, arguments: Any) -> Any:
        if not isinstance(function, _Global) or not isinstance(arguments, tuple):
            raise _Refused("a call of something unknown")
        if function.name == "encode":
            text, codec = arguments
            if not isinstance(text, str) or _text(codec) not in ("latin1", "latin-1"):
                raise _Refused("an encoding other than latin1")
            self._encodable -= len(text)
            if self._encodable < 0:
                raise _Refused("more text than the file holds")
            return text.encode("latin-1")
        if function.name == "bytes" and not arguments:
            return b""
        if function.name == "dtype":
            return _dtype(*arguments)
        if function.name == "_reconstruct":
            if not (isinstance(arguments[0], _Global) and arguments[0].name == "ndarray"):
                raise _Refused("an array of another class than ndarray")
            return PlainArray()
        if function.name == "_frombuffer":
            raw, dtype, shape, _ = arguments
            return _array(PlainArray(), shape, dtype, raw)
        if function.name == "scalar":
            dtype, raw = arguments
            return _array(PlainArray(), (), dtype, raw).values()[0].item()
        raise _Refused(f"a call of {function.name}")


def _known(module: Any, name: Any) -> _Global:
    found = _GLOBALS.get((_text(module), _text(name)))
    if found is None:
        raise _Refused(f"the global {_text(module)[:80]}.{_text(name)[:80]}")
    return _Global(found)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("ascii")
    if not isinstance(value, str):
        raise _Refused("text is wanted where there is none")
    return value


def _dtype(code: Any, *flags: Any) -> _Dtype:
    if _text(code) not in _DTYPES or len(flags) > 2:
        raise _Refused(f"array elements of type {_text(code)[:20]!r}")
    return _Dtype(_text(code))


def _build(target: Any, state: Any) -> None:
    if not isinstance(state, tuple):
        raise _Refused("a state that is no tuple")
    if isinstance(target, _Dtype):
        if len(state) != 8 or any(part is not None for part in state[2:5]):
            raise _Refused("array elements that are structures")
        target.order = _text(state[1])
        if target.order not in ("<", ">", "|", "="):
            raise _Refused("a byte order that is none")
    elif isinstance(target, PlainArray):
        _version, shape, dtype, _fortran, raw = state
        _array(target, shape, dtype, raw)
    else:
        raise _Refused("a state for something that has none")


def _array(target: PlainArray, shape: Any, dtype: Any, raw: Any) -> PlainArray:
    if not (isinstance(dtype, _Dtype) and isinstance(raw, bytes) and isinstance(shape, tuple)):
        raise _Refused("an array of another form than numpy's")
    if any(type(length) is not int or length < 0 for length in shape):
        raise _Refused("an array with a shape that is none")
    if sum(length > 1 for length in shape) > 1:
        raise _Refused("an array of several dimensions")
    kind = dtype.numpy()
    wanted = kind.itemsize * math.prod(shape)
    if wanted != len(raw):
        raise _Refused(f"an array of {len(raw)} bytes where its shape wants {wanted}")
    target.raw, target.dtype, target.shape = raw, kind, shape
    return target
