"""Where the page behind goes on, as text that tells nobody a name."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json

from fastapi import Request

from facemetric.errors import TamperedError
from facemetric.gallery import Gallery, ListPlace
from facemetric.service.problem import Problem
from facemetric.service.sessions import cookie_of
from facemetric.vault import MasterKey, Sealer


class Cursors:
    """Seals places in the list of one gallery's people for whoever asks.

    A place holds a name, and a cursor may stand in an address, which proxies log. So it is sealed,
    with a secret that comes with the request: nothing is kept, every process of a service opens
    it, and nobody with another key does.

    Parameters
    ----------
    request
        One that was admitted.
    gallery
        Whose people.
    """

    def __init__(self, request: Request, gallery: Gallery) -> None:
        credential = request.headers.get("authorization") or cookie_of(request) or ""
        secret = MasterKey(hashlib.sha256(credential.encode("utf-8", "surrogatepass")).digest())
        self._sealer = Sealer(secret.derive("cursors"))
        self._gallery = gallery.id.encode()

    def cursor(self, place: ListPlace) -> str:
        """Return a place as text."""
        sealed = self._sealer.seal(json.dumps(place).encode(), self._gallery)
        return base64.urlsafe_b64encode(sealed).decode()

    def place(self, cursor: str) -> ListPlace:
        """Return the place of a cursor; a Problem 422 where it is none, or somebody else's."""
        try:
            sealed = base64.b64decode(cursor, altchars=b"-_", validate=True)
            key, identity = json.loads(self._sealer.open(sealed, self._gallery))
        except (binascii.Error, ValueError, TamperedError):
            raise Problem(
                422,
                "cursor",
                "this is not the `next` that this key got for this gallery",
                field="after",
                fix="List from the beginning, without it",
            ) from None
        return ListPlace(key, identity)
