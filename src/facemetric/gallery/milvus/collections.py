"""The collections of a Milvus gallery, and calls to them with errors put into words."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from facemetric.errors import DependencyError, GalleryError
from facemetric.gallery.milvus.address import MilvusAddress
from facemetric.gallery.milvus.lite import hold, let_go

Row = dict[str, Any]

ROWS_AT_ONCE = 1000
IDS_AT_ONCE = 500
_NOWHERE = [0.0, 0.0]
"""Milvus wants a vector in every collection."""


class Collections:
    """Facts, people and samples of one gallery.

    Everything is read with the consistency level *Strong*: what was acknowledged is seen.

    Parameters
    ----------
    address
        Where.
    timeout_s
        Of a call.

    Raises
    ------
    DependencyError
        pymilvus is not installed, or for a file milvus-lite.
    GalleryError
        The server cannot be reached.
    """

    def __init__(self, address: MilvusAddress, *, timeout_s: float) -> None:
        self.address = address
        self.lock = threading.RLock()
        self._process = os.getpid()
        self._pymilvus = _pymilvus()
        self._timeout_s = timeout_s
        self._client: Any = None
        options: dict[str, Any] = {"timeout": timeout_s}
        if address.token:
            options["token"] = address.token
        if address.database:
            options["db_name"] = address.database
        if address.file is not None:
            hold(address.file)
        try:
            with self._translated():
                self._client = self._pymilvus.MilvusClient(address.uri, **options)
        except BaseException:
            self._let_go()
            raise

    def exist(self) -> bool:
        """Whether the gallery is there."""
        with self._called() as client:
            return bool(client.has_collection(self._name("facts")))

    def create(self, *, dim: int) -> None:
        """Make the three collections, that of the facts last: with it, the gallery is there."""
        kinds = self._pymilvus.DataType

        def text(schema: Any, name: str, size: int, **more: Any) -> None:
            schema.add_field(name, kinds.VARCHAR, max_length=size, **more)

        with self._called() as client:
            samples = client.create_schema(auto_id=False, enable_dynamic_field=False)
            text(samples, "id", 36, is_primary=True)
            text(samples, "person", 36)
            text(samples, "source_sha256", 64)
            samples.add_field("number", kinds.INT64)
            samples.add_field(
                "groups",
                kinds.ARRAY,
                element_type=kinds.VARCHAR,
                max_capacity=256,
                max_length=256,
            )
            samples.add_field("facts", kinds.JSON)
            samples.add_field("vector", kinds.FLOAT_VECTOR, dim=dim)
            people = client.create_schema(auto_id=False, enable_dynamic_field=False)
            text(people, "id", 36, is_primary=True)
            text(people, "name_key", 1024)
            people.add_field("number", kinds.INT64)
            people.add_field("facts", kinds.JSON)
            people.add_field("vector", kinds.FLOAT_VECTOR, dim=2)
            facts = client.create_schema(auto_id=False, enable_dynamic_field=False)
            text(facts, "id", 36, is_primary=True)
            facts.add_field("facts", kinds.JSON)
            facts.add_field("vector", kinds.FLOAT_VECTOR, dim=2)
            for name, schema in (("samples", samples), ("people", people), ("facts", facts)):
                index = client.prepare_index_params()
                index.add_index("vector", index_type="FLAT", metric_type="IP")
                client.create_collection(
                    self._name(name),
                    schema=schema,
                    index_params=index,
                    consistency_level="Strong",
                )

    def load(self) -> None:
        """Make the collections ready to be read."""
        with self._called() as client:
            for name in ("samples", "people", "facts"):
                client.load_collection(self._name(name))

    def facts(self) -> Row:
        """Return what the gallery is bound to."""
        rows = self.where("facts", 'id == "gallery"', ("facts",))
        if not rows:
            raise GalleryError(
                "was not made to the end", item=self.address.shown, fix="Drop its collections"
            )
        found: Row = rows[0]["facts"]
        return found

    def put_facts(self, facts: Row) -> None:
        """Replace what the gallery is bound to."""
        self.put("facts", [{"id": "gallery", "facts": facts}])

    def put(self, name: str, rows: Sequence[Row]) -> None:
        """Write rows, in place of those of the same id."""
        dummy = {} if name == "samples" else {"vector": _NOWHERE}
        with self._called() as client:
            for start in range(0, len(rows), ROWS_AT_ONCE):
                part = [row | dummy for row in rows[start : start + ROWS_AT_ONCE]]
                client.upsert(self._name(name), part)

    def delete(self, name: str, ids: Sequence[str]) -> None:
        """Delete rows by id."""
        with self._called() as client:
            for start in range(0, len(ids), IDS_AT_ONCE):
                client.delete(self._name(name), ids=list(ids[start : start + IDS_AT_ONCE]))

    def where(self, name: str, condition: str, fields: Sequence[str]) -> list[Row]:
        """Return the rows that a condition holds for."""
        with self._called() as client:
            return [
                dict(row)
                for row in client.query(
                    self._name(name), filter=condition, output_fields=["id", *fields]
                )
            ]

    def among(
        self, name: str, field: str, values: Iterable[str], fields: Sequence[str]
    ) -> list[Row]:
        """Return the rows whose field has one of some values."""
        wanted = sorted(set(values))
        found: list[Row] = []
        for start in range(0, len(wanted), IDS_AT_ONCE):
            listed = json.dumps(wanted[start : start + IDS_AT_ONCE], ensure_ascii=False)
            found += self.where(name, f"{field} in {listed}", fields)
        return found

    def every(self, name: str, fields: Sequence[str], condition: str = "") -> Iterator[Row]:
        """Yield all rows (that a condition holds for), in no order."""
        with self._called() as client:
            rows = client.query_iterator(
                self._name(name),
                batch_size=ROWS_AT_ONCE,
                filter=condition,
                output_fields=["id", *fields],
            )
            try:
                while batch := rows.next():
                    yield from (dict(row) for row in batch)
            finally:
                rows.close()

    def count(self, name: str) -> int:
        """Return how many rows there are."""
        with self._called() as client:
            found = client.query(self._name(name), filter="", output_fields=["count(*)"])
            return int(found[0]["count(*)"])

    def nearest(
        self, vectors: list[list[float]], limit: int, condition: str, *, breadth: int | None
    ) -> list[list[tuple[str, str]]]:
        """Return (sample's id, person's id) of the nearest samples of each vector.

        ``breadth`` is that of the walk through an HNSW graph; `None` where there is none.
        """
        wanted = {} if breadth is None else {"ef": max(breadth, limit)}
        with self._called() as client:
            found = client.search(
                self._name("samples"),
                data=vectors,
                anns_field="vector",
                limit=limit,
                filter=condition,
                output_fields=["person"],
                search_params={"metric_type": "IP", "params": wanted},
            )
            return [[(hit["id"], hit["entity"]["person"]) for hit in hits] for hits in found]

    def index_samples(self, kind: str, settings: dict[str, int]) -> None:
        """Replace the index of the samples' vectors; nobody can search meanwhile."""
        with self._called() as client:
            name = self._name("samples")
            client.flush(name)
            client.release_collection(name)
            client.drop_index(name, "vector")
            index = client.prepare_index_params()
            index.add_index("vector", index_type=kind, metric_type="IP", params=settings)
            client.create_index(name, index)
            client.load_collection(name)

    def size_bytes(self) -> int:
        """Return the size of the file of Milvus Lite; 0 for a server."""
        file = self.address.file
        if file is None:
            return 0
        parts = file.rglob("*") if file.is_dir() else [file]
        return sum(part.stat().st_size for part in parts if part.is_file())

    def compact(self) -> None:
        """Ask for deleted rows to be dropped from the files."""
        with self._called() as client:
            for name in ("samples", "people"):
                client.flush(self._name(name))
                client.compact(self._name(name))

    def close(self) -> None:
        """Close the connection; further calls do nothing."""
        with self.lock:
            if self._client is not None and os.getpid() == self._process:
                self._client.close()
                self._let_go()
            self._client = None

    def _let_go(self) -> None:
        if self.address.file is not None:
            let_go(self.address.file)

    def _name(self, name: str) -> str:
        return f"{self.address.prefix}{name}"

    @contextmanager
    def _called(self) -> Iterator[Any]:
        with self.lock, self._translated():
            if self._client is None:
                raise GalleryError(
                    "is closed", item=self.address.shown, fix="Open the gallery again"
                )
            if os.getpid() != self._process:
                raise GalleryError(
                    "was opened by the parent process",
                    item=self.address.shown,
                    fix="Open the gallery again in this process",
                )
            yield self._client

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except self._pymilvus.exceptions.MilvusException as error:
            cause = str(getattr(error, "message", "") or error).splitlines()[0]
            if self._client is None and self.address.file is not None:
                raise GalleryError(
                    f"cannot be opened: {cause}",
                    item=self.address.shown,
                    fix="Close it in other processes: a Milvus Lite file serves one at a time",
                ) from error
            raise GalleryError(
                cause, item=self.address.shown, fix="Check the server and the address"
            ) from error


def _pymilvus() -> Any:
    try:
        import pymilvus
        import pymilvus.exceptions
    except ImportError as error:
        raise DependencyError(
            "Milvus galleries need pymilvus",
            item="pymilvus",
            fix='Install it: pip install "facemetric[milvus]"',
        ) from error
    return pymilvus
