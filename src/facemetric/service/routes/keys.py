"""API keys over the API, for keys that are bound to no gallery."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from facemetric.errors import AccessError
from facemetric.service.access import GuardedRoute, needs
from facemetric.service.answers import TheKey, TheService, answer
from facemetric.service.keydocuments import key_document
from facemetric.service.keys import Key
from facemetric.service.problem import Problem
from facemetric.service.service import Service
from facemetric.service.workforce import Deadline
from facemetric.wire import KeysOut, NewKeyOut
from facemetric.wire.requests import KeyIn

router = APIRouter(tags=["keys"], route_class=GuardedRoute)

KeyId = Annotated[str, Path(pattern="^[0-9a-f]{8}$", description="A key's id.")]
Grace = Annotated[
    float, Query(ge=0, le=720, description="Hours for which the secret before is still taken.")
]


@router.get("/v1/keys", response_model=KeysOut, summary="List keys", openapi_extra=needs("admin"))
async def list_keys(service: TheService, key: TheKey) -> Response:
    """List all keys, the revoked ones too; secrets are kept nowhere."""
    _whole(key)
    return answer(KeysOut(keys=tuple(map(key_document, service.keys.list()))))


@router.post(
    "/v1/keys",
    response_model=NewKeyOut,
    status_code=201,
    summary="Make a key",
    openapi_extra=needs("admin", takes="json"),
)
async def new_key(asked: KeyIn, service: TheService, key: TheKey) -> Response:
    """Make a key; its secret is in this answer and never again."""
    _whole(key)

    def work(deadline: Deadline) -> NewKeyOut:
        made, secret = service.keys.new(
            asked.name,
            scopes=asked.scopes,
            galleries=asked.galleries,
            expires=asked.expires,
            per_minute=asked.per_minute,
        )
        service.audit("key.new", key, subject=made.id)
        return NewKeyOut(key=key_document(made), secret=secret)

    return answer(await service.workforce.paperwork(key, work), status=201)


@router.post(
    "/v1/keys/{key_id}/rotate",
    response_model=NewKeyOut,
    summary="Give a key another secret",
    openapi_extra=needs("admin"),
)
async def rotate_key(
    key_id: KeyId, service: TheService, key: TheKey, grace_h: Grace = 0
) -> Response:
    """Give a key another secret; the one before is taken for `grace_h` hours longer."""
    _whole(key)
    _there(service, key_id)

    def work(deadline: Deadline) -> NewKeyOut:
        try:
            turned, secret = service.keys.rotate(key_id, grace=timedelta(hours=grace_h))
        except AccessError as error:
            raise Problem(409, "access", error.cause, field="key_id", fix=error.fix) from error
        service.audit("key.rotate", key, subject=key_id)
        return NewKeyOut(key=key_document(turned), secret=secret)

    return answer(await service.workforce.paperwork(key, work))


@router.delete(
    "/v1/keys/{key_id}",
    response_model=KeysOut,
    summary="Revoke a key",
    openapi_extra=needs("admin"),
)
async def revoke_key(key_id: KeyId, service: TheService, key: TheKey) -> Response:
    """End a key at once and for good."""
    _whole(key)
    _there(service, key_id)

    def work(deadline: Deadline) -> KeysOut:
        revoked = service.keys.revoke(key_id)
        service.audit("key.revoke", key, subject=key_id)
        return KeysOut(keys=(key_document(revoked),))

    return answer(await service.workforce.paperwork(key, work))


def _whole(key: Key) -> None:
    """Refuse keys that are bound to galleries: they could make themselves larger."""
    if key.galleries is not None:
        raise Problem(
            403,
            "bound_key",
            "this key is bound to galleries, and keys are for the whole service",
            field="Authorization",
            fix="Use an admin key for all galleries",
        )


def _there(service: Service, key_id: str) -> Key:
    try:
        return service.keys.get(key_id)
    except AccessError as error:
        raise Problem(
            404,
            "key",
            "there is no such key",
            field="key_id",
            fix="GET /v1/keys lists the ids of all",
        ) from error
