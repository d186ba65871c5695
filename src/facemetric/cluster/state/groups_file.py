"""Groups that are kept: photographs join them later, and corrections hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import numpy as np

from facemetric.cluster.corrections import chain, inherit, reconcile
from facemetric.cluster.joining import join_groups
from facemetric.cluster.method import Int64
from facemetric.cluster.state.records import (
    About,
    Correction,
    Joined,
    KeptFace,
    NewFace,
    face_name,
    kept_face,
)
from facemetric.cluster.state.store import Faces, Store
from facemetric.errors import GroupsError
from facemetric.types import check_embeddings

Tell = Callable[[int, int], None]


def _silent(done: int, total: int) -> None:
    pass


class GroupsFile:
    """Faces, their groups and what was said of them, in one SQLite file.

    Groups have numbers that stay: of what joins a group, of what is split off, and when all is
    grouped anew. A face that is alone has none.

    Parameters
    ----------
    path
        The file.
    about
        What a new file is for; ``None`` opens only what is there.

    Raises
    ------
    GroupsError
        It cannot be opened, or holds embeddings of something else than ``about``. Its threshold
        and seed stay those that it was made with.
    """

    def __init__(self, path: str | Path, about: About | None = None) -> None:
        self._store = Store(Path(path), about)
        try:
            self.about = self._store.about()
            if about is not None:
                self._check(about)
        except BaseException:
            self.close()
            raise

    @property
    def path(self) -> Path:
        """The file."""
        return self._store.path

    def close(self) -> None:
        """Let go of the file; further calls do nothing."""
        self._store.close()

    def __enter__(self) -> GroupsFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """Return the number of faces."""
        return int(self._store.rows("SELECT count(*) FROM faces")[0][0])

    def digest(self, source: str) -> str | None:
        """Return the SHA-256 of a photograph as it was added; ``None`` where it was not."""
        found = self._store.rows("SELECT sha256 FROM photos WHERE source = ?", source)
        return str(found[0][0]) if found else None

    def add(self, source: str, sha256: str, faces: Sequence[NewFace]) -> None:
        """Add a photograph and its faces, which `join` groups; one of that name is replaced.

        What is added is on disk when this returns.

        Raises
        ------
        InputError
            An embedding is not finite, or not of the file's dimension.
        """
        if faces:
            check_embeddings(np.stack([one.embedding for one in faces]), dim=self.about.dim)
        with self._writing():
            self._store.add(source, sha256, faces)

    def join(self, *, tell: Tell = _silent) -> Joined:
        """Group the faces that were added since, with one another and with the groups.

        Groups keep their numbers and faces; see `join_groups`.

        Parameters
        ----------
        tell
            Called with the new faces that were compared, and all new ones.
        """
        with self._writing():
            faces = self._store.faces(self.about.dim)
            old, new = np.flatnonzero(faces.joined), np.flatnonzero(~faces.joined)
            if not len(new):
                return Joined()
            faces = faces.take(np.concatenate([old, new]))
            fresh = self._store.fresh()
            labels = self._grouped(faces, old=len(old), tell=tell)[len(old) :]
            return Joined(
                faces=len(new),
                joined=int(((labels >= 0) & (labels < fresh)).sum()),
                founded=len(np.unique(labels[labels >= fresh])),
            )

    def regroup(self, *, threshold: tuple[float, str] | None = None, tell: Tell = _silent) -> None:
        """Group all faces from the beginning; corrections hold.

        A group keeps the number that most of its faces had.

        Parameters
        ----------
        threshold
            Another one from now on, and where it is from.
        tell
            Called with the faces that were compared, and all.
        """
        with self._writing():
            if threshold is not None:
                self._store.set_threshold(*threshold)
                self.about = self._store.about()
            self._grouped(self._store.faces(self.about.dim), old=0, tell=tell)

    def correct(self, first: str, second: str, *, same: bool) -> None:
        """Say that two faces are one person, or are not; the groups change at once.

        Parameters
        ----------
        first, second
            Names: the photograph, with ``#2`` behind it for its second face.
        same
            Which of the two. What was said of this pair before no longer counts.

        Raises
        ------
        GroupsError
            There is no such face, or it contradicts what was said of others; the cause has the
            chain.
        """
        with self._writing():
            self._store.correct(self._pair(first, second), same=same)
            faces = self._store.faces(self.about.dim)
            said = self._store.corrections(faces)
            for one, other in said.different.tolist():
                way = chain(one, other, said.same)
                if way is not None:
                    raise self._contradiction(faces.rows[way], first, second, same=same)
            alone = faces.labels < 0
            begin = faces.labels.copy()
            begin[alone] = faces.labels.max(initial=-1) + 1 + np.arange(int(alone.sum()))
            groups = reconcile(
                begin,
                faces.vectors,
                threshold=self.about.threshold,
                corrections=said,
                seed=self.about.seed,
            )
            self._label(faces, groups)

    def withdraw(self, first: str, second: str) -> None:
        """Take back what was said of two faces; `regroup` groups them as if it had not been.

        Raises
        ------
        GroupsError
            Nothing was said of them, or there is no such face.
        """
        with self._writing():
            if not self._store.withdraw(self._pair(first, second)):
                raise GroupsError(f"nothing was said of it and {second}", item=first)

    def forget(self, source: str) -> None:
        """Erase a photograph, its faces and what was said of them; the bytes are overwritten.

        Raises
        ------
        GroupsError
            It is not there.
        """
        with self._writing():
            if not self._store.forget(source):
                raise GroupsError("is no photograph of these groups", item=source)
        self._store.rewrite()

    def corrections(self) -> tuple[Correction, ...]:
        """Return what was said, in the order of faces."""
        rows = self._store.rows("SELECT first, second, same FROM corrections ORDER BY 1, 2")
        result = []
        for first, second, same in rows:
            one, other = self._names([first, second])
            result.append(Correction(one, other, bool(same)))
        return tuple(result)

    def faces(self) -> Iterator[KeptFace]:
        """Yield all faces, in the order in which they were added."""
        for source, place, text, label in self._store.rows(
            """SELECT p.source, f.place, f.face, f.label FROM faces f
            JOIN photos p ON p.row = f.photo ORDER BY f.row"""
        ):
            try:
                yield kept_face(source, place, text, label)
            except (ValueError, KeyError, TypeError) as error:
                raise GroupsError(
                    f"what is kept of {face_name(source, place)} is damaged: {error}",
                    item=str(self.path),
                    fix=f"Restore a copy, or forget the photograph {source} and add it again",
                ) from error

    def _check(self, wanted: About) -> None:
        for what in ("bundle", "bundle_sha256", "dim", "flip"):
            held, asked = getattr(self.about, what), getattr(wanted, what)
            if held != asked:
                raise GroupsError(
                    f"holds embeddings of {what} {held!r}, not {asked!r}",
                    item=str(self.path),
                    fix="Use the same bundle and --flip, or another file",
                )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """All or nothing, by the threshold that the file has now: others may have changed it."""
        with self._store.writing():
            self.about = self._store.about()
            yield

    def _grouped(self, faces: Faces, *, old: int, tell: Tell) -> Int64:
        """Group faces of which the first ``old`` were grouped before; return their labels."""
        groups = join_groups(
            faces.vectors,
            faces.labels[:old],
            threshold=self.about.threshold,
            corrections=self._store.corrections(faces),
            seed=self.about.seed,
            tell=lambda done: tell(done, len(faces.rows) - old),
        )
        return self._label(replace(faces, joined=np.ones(len(groups), np.bool_)), groups)

    def _label(self, faces: Faces, groups: Int64) -> Int64:
        labels, fresh = inherit(groups, faces.labels, fresh=self._store.fresh())
        self._store.label(faces, labels, fresh)
        return labels

    def _pair(self, first: str, second: str) -> tuple[int, int]:
        one, other = sorted((self._store.face(first), self._store.face(second)))
        if one == other:
            raise GroupsError("is the same face as itself, always", item=first)
        return one, other

    def _names(self, rows: Sequence[int] | Int64) -> list[str]:
        names = []
        for row in rows:
            ((source, place),) = self._store.rows(
                """SELECT p.source, f.place FROM faces f JOIN photos p ON p.row = f.photo
                WHERE f.row = ?""",
                int(row),
            )
            names.append(face_name(source, place))
        return names

    def _contradiction(self, way: Int64, first: str, second: str, *, same: bool) -> GroupsError:
        names = self._names(way)
        chain_text = " = ".join(names)
        return GroupsError(
            f"cannot be one person with {second}: then {chain_text}, and it was said that "
            f"{names[0]} and {names[-1]} are different people"
            if same
            else f"cannot be another person than {second}: it was said that {chain_text}",
            item=first,
            fix="Withdraw one of these corrections first",
        )
