"""What every route needs: the service, the key, an answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request, Response

from facemetric.service.keys import Key
from facemetric.service.names import GALLERY
from facemetric.service.service import Service
from facemetric.wire import Wire, to_json


def answer(document: Wire, *, status: int = 200) -> Response:
    """Return a document as the answer to a request."""
    body = to_json(document, indent=None).encode("utf-8", "backslashreplace")
    return Response(body, status_code=status, media_type="application/json")


# A plain function would go through a thread of its own.
async def _service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


async def _key(request: Request) -> Key:
    key: Key = request.state.key
    return key


TheService = Annotated[Service, Depends(_service)]
TheKey = Annotated[Key, Depends(_key)]
GalleryName = Annotated[str, Path(pattern=GALLERY, description="A gallery of this service.")]
_ID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
PersonId = Annotated[
    str, Path(pattern=_ID, description="A person's id; names do not belong into addresses.")
]
SampleId = Annotated[str, Path(pattern=_ID, description="The id of an enrolled photograph.")]
