"""Data keys, wrapped by a master key: rotating the master key rewraps one row."""

from __future__ import annotations

import os
from dataclasses import dataclass

from facemetric.errors import KeyMismatchError, TamperedError
from facemetric.vault.masterkey import KEY_BYTES, MasterKey, derived
from facemetric.vault.sealer import Blinder, Sealer


@dataclass(frozen=True, slots=True)
class Envelope:
    """A wrapped data key, as it is stored.

    Attributes
    ----------
    master_id
        Id of the master key that opens it.
    wrapped
        The sealed data key, 60 bytes.
    """

    master_id: str
    wrapped: bytes


class DataKey:
    """256 secret bits that seal what belongs to one owner, such as a gallery.

    Parameters
    ----------
    secret
        32 random bytes.
    owner
        Whose data: authenticated with everything that is sealed.
    """

    __slots__ = ("_owner", "_secret")

    def __init__(self, secret: bytes, owner: str) -> None:
        self._secret = secret
        self._owner = owner.encode()

    @classmethod
    def new(cls, owner: str) -> DataKey:
        """Make a data key from the system's random numbers."""
        return cls(os.urandom(KEY_BYTES), owner)

    def wrap(self, master: MasterKey) -> Envelope:
        """Seal the data key with a master key."""
        return Envelope(master.id, _wrapper(master, self._owner).seal(self._secret, b"data key"))

    def sealer(self, kind: str) -> Sealer:
        """Return what seals one kind of values, such as a column: each kind has a key."""
        context = self._owner + b"\x00" + kind.encode()
        return Sealer(derived(self._secret, "values", context=context), context)

    def blinder(self) -> Blinder:
        """Return what makes values comparable."""
        return Blinder(derived(self._secret, "blind index", context=self._owner))

    def file_secret(self, kind: str) -> bytes:
        """Return 32 bytes for sealed files of one kind."""
        return derived(self._secret, "files", context=self._owner + b"\x00" + kind.encode())

    def __repr__(self) -> str:
        return f"DataKey(owner={self._owner.decode()!r})"

    def __reduce__(self) -> str:
        raise TypeError("a data key is not pickled")


def unwrap(envelope: Envelope, master: MasterKey, *, owner: str, item: str) -> DataKey:
    """Open a wrapped data key.

    Parameters
    ----------
    envelope
        From `DataKey.wrap`.
    master
        The master key that it was wrapped with.
    owner
        Whose data key it is.
    item
        What errors call that.

    Raises
    ------
    KeyMismatchError
        It was wrapped with another master key.
    TamperedError
        It was changed, or is that of another owner.
    """
    if envelope.master_id != master.id:
        raise KeyMismatchError(
            f"is encrypted with the key {envelope.master_id}, got the key {master.id}",
            item=item,
            fix="Pass the key that it was made with, or was last rotated to",
        )
    try:
        secret = _wrapper(master, owner.encode()).open(envelope.wrapped, b"data key")
    except TamperedError:
        raise TamperedError(
            "its data key is damaged, or was wrapped for something else",
            item=item,
            fix="Restore it from a backup",
        ) from None
    return DataKey(secret, owner)


def _wrapper(master: MasterKey, owner: bytes) -> Sealer:
    return Sealer(master.derive("wrap data keys", context=owner), owner)
