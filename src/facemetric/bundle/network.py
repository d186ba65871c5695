"""A bundle's graph, running: chips in, raw embeddings out."""

from __future__ import annotations

import numpy as np

from facemetric.bundle.bundle import Bundle
from facemetric.bundle.preprocess import preprocess
from facemetric.errors import IntegrityError
from facemetric.runtime import Session
from facemetric.types import Float32, UInt8


class Network:
    """The loaded graph of a bundle, checked against its manifest.

    Parameters
    ----------
    bundle
        Its graph is hashed, and built where it is not yet there.
    provider, threads
        See :class:`facemetric.runtime.Session`.

    Raises
    ------
    IntegrityError
        The file's hash, or the graph's input or output, is not what the manifest says.
    """

    def __init__(
        self, bundle: Bundle, *, provider: str = "cpu", threads: int | None = None
    ) -> None:
        self.bundle = bundle
        self._session = Session(bundle.model_path(), provider=provider, threads=threads)
        check_shapes(bundle, self._session)

    def raw(self, chips: UInt8) -> Float32:
        """Run all chips ``uint8 (N, H, W, 3)`` at once, or in parts of the graph's largest batch.

        Parameters
        ----------
        chips
            RGB, of the manifest's size.

        Returns
        -------
        numpy.ndarray
            ``float32 (N, D)`` as the graph gives them, not of unit length.
        """
        manifest = self.bundle.manifest
        values = preprocess(chips, manifest.input)
        step = manifest.input.max_batch or len(values)
        parts = [np.empty((0, self.bundle.dim), np.float32)]
        for start in range(0, len(values), max(step, 1)):
            feeds = {manifest.model.input: values[start : start + step]}
            parts.append(self._session.run(feeds, [manifest.model.output])[0])
        raw: Float32 = np.concatenate(parts)
        wrong = ~np.isfinite(raw).all(axis=1) | ~raw.any(axis=1)
        if wrong.any():
            raise IntegrityError(
                f"the network gave no direction for chips {np.flatnonzero(wrong)[:5].tolist()} "
                "(values not finite, or all zero)",
                item=self.bundle.id,
                fix="Try it with verify_bundle; another provider may compute wrongly",
            )
        return raw


def check_shapes(bundle: Bundle, session: Session) -> None:
    """Raise IntegrityError unless the graph's input and output are those of the manifest."""
    manifest = bundle.manifest
    spec = manifest.input
    pixels = [spec.height_px, spec.width_px]
    wanted = [3, *pixels] if spec.layout == "nchw" else [*pixels, 3]
    for kind, name, shapes, sizes in (
        ("input", manifest.model.input, session.inputs, wanted),
        ("output", manifest.model.output, session.outputs, [manifest.embedding.dim]),
    ):
        if name not in shapes:
            raise IntegrityError(
                f"the manifest's model.{kind} is {name!r}, the graph has {sorted(shapes)}",
                item=bundle.id,
                fix="Correct the manifest or import the graph again",
            )
        came = shapes[name]
        fits = len(came) == 1 + len(sizes) and all(
            not isinstance(size, int) or size == want
            for size, want in zip(came[1:], sizes, strict=True)
        )
        # Only the input's batch counts: exporters write 1 for outputs that are as free as it.
        fixed = came[0] if kind == "input" and came and isinstance(came[0], int) else None
        if not fits or (fixed is not None and fixed != spec.max_batch):
            raise IntegrityError(
                f"{kind} {name!r}: expected {['N', *sizes]} with "
                f"{spec.max_batch or 'any number'} chips at once, the graph has {came}",
                item=bundle.id,
                fix="Correct the manifest or import the graph again",
            )
