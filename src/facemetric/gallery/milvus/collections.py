"""The collections of a Milvus gallery: rows by condition, by value, by nearness."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from facemetric.gallery.milvus.client import Client
from facemetric.gallery.milvus.schema import NAMES, create_collections

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
    client
        Open.
    """

    def __init__(self, client: Client) -> None:
        self.client = client

    def exist(self) -> bool:
        """Whether somebody began to make the gallery, at least."""
        with self.client.called() as client:
            return bool(client.has_collection(self._name("facts"), timeout=self._timeout_s))

    def create(self, *, dim: int) -> None:
        """Make the collections; see `create_collections`."""
        create_collections(self.client, dim=dim)

    def load(self) -> None:
        """Make the collections ready to be read."""
        with self.client.called() as client:
            for name in NAMES:
                client.load_collection(self._name(name))

    def facts(self) -> Row | None:
        """Return what the gallery is bound to; `None` where it was not made to the end."""
        rows = self.where("facts", 'id == "gallery"', ("facts",))
        return rows[0]["facts"] if rows else None

    def put_facts(self, facts: Row) -> None:
        """Replace what the gallery is bound to."""
        self.put("facts", [{"id": "gallery", "facts": facts}])

    def put(self, name: str, rows: Sequence[Row]) -> None:
        """Write rows, in place of those of the same id."""
        dummy = {} if name == "samples" else {"vector": _NOWHERE}
        with self.client.called() as client:
            for start in range(0, len(rows), ROWS_AT_ONCE):
                part = [row | dummy for row in rows[start : start + ROWS_AT_ONCE]]
                client.upsert(self._name(name), part, timeout=self._timeout_s)

    def delete(self, name: str, ids: Sequence[str]) -> None:
        """Delete rows by id."""
        with self.client.called() as client:
            for start in range(0, len(ids), IDS_AT_ONCE):
                part = list(ids[start : start + IDS_AT_ONCE])
                client.delete(self._name(name), ids=part, timeout=self._timeout_s)

    def where(self, name: str, condition: str, fields: Sequence[str]) -> list[Row]:
        """Return the rows that a condition holds for."""
        with self.client.called() as client:
            return [
                dict(row)
                for row in client.query(
                    self._name(name),
                    filter=condition,
                    output_fields=["id", *fields],
                    timeout=self._timeout_s,
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
        with self.client.called() as client:
            rows = client.query_iterator(
                self._name(name),
                batch_size=ROWS_AT_ONCE,
                filter=condition,
                output_fields=["id", *fields],
                timeout=self._timeout_s,
            )
            try:
                while batch := rows.next():
                    yield from (dict(row) for row in batch)
            finally:
                rows.close()

    def count(self, name: str) -> int:
        """Return how many rows there are."""
        with self.client.called() as client:
            found = client.query(
                self._name(name),
                filter="",
                output_fields=["count(*)"],
                timeout=self._timeout_s,
            )
            return int(found[0]["count(*)"])

    def nearest(
        self, vectors: list[list[float]], limit: int, condition: str, *, breadth: int
    ) -> list[list[tuple[str, str]]]:
        """Return (sample's id, person's id) of the nearest samples of each vector.

        ``breadth`` is that of the walk through a graph; told where none is known of, too, since
        somebody else may have built one.
        """
        with self.client.called() as client:
            found = client.search(
                self._name("samples"),
                data=vectors,
                anns_field="vector",
                limit=limit,
                filter=condition,
                output_fields=["person"],
                search_params={"metric_type": "IP", "params": {"ef": max(breadth, limit)}},
                timeout=self._timeout_s,
            )
            return [[(hit["id"], hit["entity"]["person"]) for hit in hits] for hits in found]

    def index_samples(self, kind: str, settings: dict[str, int]) -> None:
        """Replace the index of the samples' vectors; nobody can search meanwhile."""
        with self.client.called() as client:
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
        file = self.client.address.file
        if file is None:
            return 0
        parts = file.rglob("*") if file.is_dir() else [file]
        return sum(part.stat().st_size for part in parts if part.is_file())

    def compact(self) -> None:
        """Ask for deleted rows to be dropped from the files."""
        with self.client.called() as client:
            for name in ("samples", "people"):
                client.flush(self._name(name))
                client.compact(self._name(name))

    @property
    def _timeout_s(self) -> float:
        return self.client.timeout_s

    def _name(self, name: str) -> str:
        return f"{self.client.address.prefix}{name}"
