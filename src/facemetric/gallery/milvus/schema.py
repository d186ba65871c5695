"""The three collections of a Milvus gallery."""

from __future__ import annotations

from typing import Any

from facemetric.errors import GalleryError
from facemetric.gallery.milvus.client import Client

NAMES = ("samples", "people", "facts")
"""That of the facts comes last: with what it says, the gallery is there."""


def create_collections(client: Client, *, dim: int) -> None:
    """Make them all; GalleryError where there are some, with people in them.

    Empty ones were left by a process that was killed while it made the gallery.
    """
    with client.called() as milvus:
        _drop_empty(client, milvus)
        for name in NAMES:
            schema = milvus.create_schema(auto_id=False, enable_dynamic_field=False)
            _text(client, schema, "id", 36, is_primary=True)
            _FIELDS[name](client, schema)
            size = dim if name == "samples" else 2  # Milvus wants a vector everywhere
            schema.add_field("vector", client.kinds.FLOAT_VECTOR, dim=size)
            index = milvus.prepare_index_params()
            index.add_index("vector", index_type="FLAT", metric_type="IP")
            milvus.create_collection(
                f"{client.address.prefix}{name}",
                schema=schema,
                index_params=index,
                consistency_level="Strong",
            )


def _drop_empty(client: Client, milvus: Any) -> None:
    names = [f"{client.address.prefix}{name}" for name in NAMES]
    left = [name for name in names if milvus.has_collection(name, timeout=client.timeout_s)]
    for name in left:
        if not milvus.list_indexes(name):
            continue  # killed before it could be written to
        milvus.load_collection(name)
        (counted,) = milvus.query(name, filter="", output_fields=["count(*)"])
        if counted["count(*)"]:
            raise GalleryError(
                f"its collection {name} holds rows, and nothing says what of",
                item=client.address.shown,
                fix="Restore its collection of facts from a backup, or name another gallery",
            )
    for name in left:
        milvus.drop_collection(name, timeout=client.timeout_s)


def _samples(client: Client, schema: Any) -> None:
    kinds = client.kinds
    _text(client, schema, "person", 36)
    _text(client, schema, "source_sha256", 64)
    schema.add_field("number", kinds.INT64)
    schema.add_field(
        "groups", kinds.ARRAY, element_type=kinds.VARCHAR, max_capacity=256, max_length=256
    )
    schema.add_field("facts", kinds.JSON)


def _people(client: Client, schema: Any) -> None:
    _text(client, schema, "name_key", 1024)
    schema.add_field("number", client.kinds.INT64)
    schema.add_field("facts", client.kinds.JSON)


def _facts(client: Client, schema: Any) -> None:
    schema.add_field("facts", client.kinds.JSON)


def _text(client: Client, schema: Any, name: str, size: int, **more: Any) -> None:
    schema.add_field(name, client.kinds.VARCHAR, max_length=size, **more)


_FIELDS = {"samples": _samples, "people": _people, "facts": _facts}
