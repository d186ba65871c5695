"""Master keys: 256 secret bits with a public id, from a file, the environment or a command."""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
import shlex
import stat
import subprocess
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from facemetric.errors import KeyMismatchError, VaultError

KEY_BYTES = 32
COMMAND_TIMEOUT_S = 30.0
_PREFIX = "facemetric-key-1:"
_WANTED = (
    "Expected 256 bits: a file of `facemetric vault new-key`, 64 hex digits, or base64 of 32 bytes"
)


class MasterKey:
    """256 secret bits that wrap data keys; its representation shows the id alone.

    Parameters
    ----------
    secret
        32 bytes from a good source.

    Attributes
    ----------
    id
        16 hex digits that follow from the secret and tell nothing about it.

    Raises
    ------
    KeyMismatchError
        ``secret`` does not have 32 bytes.
    """

    __slots__ = ("_secret", "id")

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise KeyMismatchError(f"a key has {KEY_BYTES} bytes, got {len(secret)}", item="key")
        self._secret = bytes(secret)
        self.id = derived(self._secret, "key id", size=8).hex()

    @classmethod
    def new(cls) -> MasterKey:
        """Make a key from the system's random numbers."""
        return cls(os.urandom(KEY_BYTES))

    @classmethod
    def parse(cls, text: str, *, item: str = "key") -> MasterKey:
        """Return the key that a text spells; KeyMismatchError, which does not show it, where none.

        Three spellings: that of ``facemetric vault new-key``, 64 hex digits, base64 of 32 bytes.
        """
        lines = (line.strip() for line in text.splitlines())
        word = " ".join(line for line in lines if line and not line.startswith("#"))
        word = word.removeprefix(_PREFIX)
        secret = b""
        if re.fullmatch("[0-9a-fA-F]{64}", word):
            secret = bytes.fromhex(word)
        elif re.fullmatch("[0-9A-Za-z+/_-]{43}=?", word):
            padded = word.rstrip("=").replace("-", "+").replace("_", "/") + "="
            try:
                secret = base64.b64decode(padded, validate=True)
            except binascii.Error:
                secret = b""
        if len(secret) != KEY_BYTES:
            raise KeyMismatchError("holds no key", item=item, fix=_WANTED)
        return cls(secret)

    def spelt(self) -> str:
        """Return the text that `parse` reads. It is the secret: keep it out of logs."""
        return _PREFIX + base64.urlsafe_b64encode(self._secret).decode().rstrip("=")

    def derive(self, purpose: str, *, context: bytes = b"") -> bytes:
        """Return 32 bytes for one purpose, which tell nothing of those for another."""
        return derived(self._secret, purpose, context=context)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MasterKey):
            return NotImplemented
        return hmac.compare_digest(self._secret, other._secret)

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"MasterKey(id={self.id!r})"

    def __reduce__(self) -> str:
        raise TypeError("a master key is not pickled: hand over where it is read from")


def derived(secret: bytes, purpose: str, *, context: bytes = b"", size: int = KEY_BYTES) -> bytes:
    """Return ``size`` bytes (at most 32) that follow from a uniformly random secret.

    HKDF's expansion with SHA-256, one block (RFC 5869, section 2.3).
    """
    info = b"facemetric vault 1\x00" + purpose.encode() + b"\x00" + context
    return hmac.digest(secret, info + b"\x01", sha256)[:size]


def key_from_file(path: str | Path) -> MasterKey:
    """Read a key from a file.

    Raises
    ------
    VaultError
        It cannot be read, or it is yours and others may read it too.
    KeyMismatchError
        It holds no key.
    """
    try:
        with Path(path).open(encoding="utf-8") as file:
            _check_private(os.fstat(file.fileno()), path)
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "no text"
        raise VaultError(
            f"the key cannot be read: {reason}",
            item=str(path),
            fix="Name a file that `facemetric vault new-key` has written",
        ) from None
    return MasterKey.parse(text, item=str(path))


def _check_private(facts: os.stat_result, path: str | Path) -> None:
    """Refuse a file of one's own that others may read, as ssh does.

    Files of somebody else (secrets that systemd or a container hands over) have rights that are
    not ours to change; pipes have none that matter.
    """
    if os.name != "posix" or not stat.S_ISREG(facts.st_mode) or facts.st_uid != os.getuid():
        return
    if facts.st_mode & 0o077:
        raise VaultError(
            "others than its owner may read the key",
            item=str(path),
            fix=f"chmod 600 {path}, and change the key if somebody may have read it "
            "(facemetric vault rotate)",
        )


def key_from_environment(
    name: str, environment: Mapping[str, str] | None = None
) -> MasterKey | None:
    """Return the key in an environment variable; `None` where it is not set or empty."""
    text = (os.environ if environment is None else environment).get(name, "")
    return MasterKey.parse(text, item=name) if text.strip() else None


def key_from_command(command: str, *, timeout_s: float = COMMAND_TIMEOUT_S) -> MasterKey:
    """Run a command, without a shell, and return the key that it prints.

    Raises
    ------
    VaultError
        It cannot be started, fails or takes too long. What it printed is not shown.
    KeyMismatchError
        It prints no key.
    """
    item = "key command"
    try:
        words = shlex.split(command)
        if not words:
            raise VaultError("the command is empty", item=item)
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=timeout_s, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        reason = getattr(error, "strerror", None) or (
            f"it took more than {timeout_s:g} s"
            if isinstance(error, subprocess.TimeoutExpired)
            else "its quotes do not match"
        )
        # Without `from`: the error of a timeout holds what was printed.
        raise VaultError(f"gave no key: {reason}", item=item, fix="Run it by hand") from None
    if done.returncode:
        raise VaultError(
            f"gave no key: it ended with {done.returncode}", item=item, fix="Run it by hand"
        )
    return MasterKey.parse(done.stdout.decode("utf-8", "replace"), item=item)


def write_key(path: str | Path, key: MasterKey) -> None:
    """Write a key into a new file, for the owner alone; VaultError where that cannot be done."""
    file = Path(path)
    try:
        with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as opened:
            opened.write(f"# facemetric master key {key.id}\n{key.spelt()}\n")
            opened.flush()
            os.fsync(opened.fileno())
    except FileExistsError:
        raise VaultError(
            "is there already and was not touched",
            item=str(file),
            fix="Name another file: what was sealed with a lost key cannot be opened again",
        ) from None
    except OSError as error:
        raise VaultError(f"the key cannot be written: {error.strerror}", item=str(file)) from error
