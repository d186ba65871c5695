"""The gallery against a dictionary that does the same."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from facemetric.errors import PersonError
from facemetric.gallery import NewSample, SqliteGallery
from facemetric.gallery.sqlite import memory
from facemetric.index import Codec
from facemetric.vault import MasterKey

NAMES = ("Ada", "Bob", "Zoë", "Straße", "김철수", "De la Cruz")
SPELLINGS = (str, str.upper, lambda name: f"  {name.lower()} ")
DIM = 4


def embedding(photo: int) -> np.ndarray:
    values = np.random.default_rng(photo).normal(size=DIM)
    return (values / np.linalg.norm(values)).astype(np.float32)


@dataclass
class Known:
    """A person of the model: photographs in the order in which they were enrolled."""

    name: str
    photos: dict[int, None] = field(default_factory=dict)


names = st.sampled_from(NAMES)
spelt = st.builds(lambda name, spelling: spelling(name), names, st.sampled_from(SPELLINGS))
photos = st.lists(st.integers(0, 11), min_size=1, max_size=3)


class GalleryMachine(RuleBasedStateMachine):
    master: MasterKey | None = None

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.model: dict[str, Known] = {}
        self.order: list[tuple[str, int]] = []
        self.gallery = self.open()
        self.reader = SqliteGallery(self.folder / "g.db", read_only=True, key=self.master)

    def open(self) -> SqliteGallery:
        return SqliteGallery(self.folder / "g.db", bundle="net", dim=DIM, key=self.master)

    @staticmethod
    def key(name: str) -> str:
        return " ".join(name.split()).casefold()

    @rule(name=spelt, photos=photos)
    def enroll(self, name: str, photos: list[int]) -> None:
        key = self.key(name)
        samples = [NewSample(embedding(p), f"{p}.jpg", f"{p:064x}") for p in photos]
        taken = {p for other, known in self.model.items() if other != key for p in known.photos}
        if taken & set(photos):
            with pytest.raises(PersonError, match="already enrolled"):
                self.gallery.enroll(name, samples)
            return
        answer = self.gallery.enroll(name, samples)
        assert answer.created == (key not in self.model)
        person = self.model.setdefault(key, Known(" ".join(name.split())))
        for photo, receipt in zip(photos, answer.receipts, strict=True):
            assert receipt.status == ("duplicate" if photo in person.photos else "added")
            if photo not in person.photos:
                person.photos[photo] = None
                self.order.append((key, photo))

    @rule(old=spelt, new=spelt)
    def rename(self, old: str, new: str) -> None:
        old_key, new_key = self.key(old), self.key(new)
        if old_key not in self.model or (new_key != old_key and new_key in self.model):
            with pytest.raises(PersonError):
                self.gallery.rename(old, new)
            return
        self.gallery.rename(old, new)
        self.model = {
            (new_key if key == old_key else key): known for key, known in self.model.items()
        }
        self.model[new_key].name = " ".join(new.split())
        self.order = [(new_key if key == old_key else key, p) for key, p in self.order]

    @rule(into=spelt, other=spelt)
    def merge(self, into: str, other: str) -> None:
        into_key, other_key = self.key(into), self.key(other)
        if into_key == other_key or not {into_key, other_key} <= self.model.keys():
            with pytest.raises(PersonError):
                self.gallery.merge(into, other)
            return
        self.gallery.merge(into, other)
        self.model[into_key].photos.update(self.model.pop(other_key).photos)
        self.order = [(into_key if key == other_key else key, p) for key, p in self.order]

    @rule(name=spelt)
    def remove(self, name: str) -> None:
        key = self.key(name)
        if key not in self.model:
            with pytest.raises(PersonError, match="no such person"):
                self.gallery.remove(name)
            return
        removal = self.gallery.remove(name, purge=False)
        assert removal.samples == len(self.model.pop(key).photos)
        self.order = [(owner, p) for owner, p in self.order if owner != key]

    @precondition(lambda self: self.order)
    @rule(data=st.data())
    def remove_sample(self, data: st.DataObject) -> None:
        key, photo = data.draw(st.sampled_from(self.order))
        found = [s for s in self.gallery.samples(key) if s.source == f"{photo}.jpg"]
        self.gallery.remove_sample(found[0].id, purge=False)
        del self.model[key].photos[photo]
        self.order.remove((key, photo))

    @rule()
    def reopen(self) -> None:
        self.gallery.close()
        self.gallery = self.open()

    @rule(seed=st.integers(100, 200), k=st.integers(1, 8))
    def search(self, seed: int, k: int) -> None:
        query = embedding(seed)
        scored = [(float(embedding(p).astype(float) @ query), key) for key, p in self.order]
        best: dict[str, float] = {}
        for similarity, key in sorted(scored, key=lambda item: -item[0]):
            best.setdefault(key, similarity)
        for gallery in (self.gallery, self.reader):
            (answer,) = gallery.search(query[None], k)
            assert [match.name for match in answer] == [self.model[key].name for key in best][:k]
            wanted = list(best.values())[:k]
            assert [match.similarity for match in answer] == pytest.approx(wanted, abs=1e-6)

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        for gallery in (self.gallery, self.reader):
            people = {person.name: person.samples for person in gallery.people()}
            assert people == {k.name: len(k.photos) for k in self.model.values()}
            vectors = gallery.vectors()
            assert [vectors.names[person] for person in vectors.person_ids] == [
                self.model[key].name for key, _ in self.order
            ]
            wanted = [embedding(photo) for _, photo in self.order]
            np.testing.assert_array_equal(
                vectors.embeddings, np.array(wanted, dtype=np.float32).reshape(-1, DIM)
            )

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            assert [p for p in self.gallery.check() if "purge" not in p] == []
            self.gallery.close()
            self.reader.close()
            shutil.rmtree(self.folder)


class CodesMachine(GalleryMachine):
    """The same, with more vectors than are held as floats."""

    @initialize()
    def start(self) -> None:
        coarse = Codec(np.full(DIM, -1.0), np.full(DIM, 2 / 255))
        self.patches = (
            mock.patch.object(memory, "FLOAT_ROWS", 2),
            mock.patch.object(Codec, "fit", lambda values: coarse),
        )
        for patch in self.patches:
            patch.start()
        super().start()

    def teardown(self) -> None:
        super().teardown()
        for patch in getattr(self, "patches", ()):
            patch.stop()


class SealedMachine(CodesMachine):
    """The same again, encrypted."""

    master = MasterKey(bytes(range(32)))


TestGallery = GalleryMachine.TestCase
TestSealed = SealedMachine.TestCase
TestCodes = CodesMachine.TestCase
TestSealed.settings = settings(deadline=None, max_examples=15, stateful_step_count=25)
TestCodes.settings = settings(deadline=None, max_examples=25, stateful_step_count=25)
TestGallery.settings = settings(deadline=None, max_examples=25, stateful_step_count=25)
