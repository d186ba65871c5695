"""The manifest: everything a network needs beside its weights, in one checked document.

``bundle.json`` stands beside ``model.onnx``. Unknown fields are refused, so that a typing error
cannot silently change a colour order.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

SCHEMA_VERSION = 1

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
# Far beyond any use, and far from where 32-bit floats overflow or lose their digits.
_LEAST_SCALE, _MOST = 1e-6, 1e6

Triple = tuple[float, float, float]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ModelFile(_Part):
    """The graph: its file name inside the bundle, its hash, and which input and output to use."""

    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.onnx$")] = "model.onnx"
    sha256: Sha256
    input: str
    output: str


class Input(_Part):
    """How a ``uint8 (S, S, 3)`` RGB chip becomes the network's input.

    ``x = (pixel - mean) / scale`` per channel, in the order of ``colour``; with ``whiten`` each
    chip is first brought to zero mean and unit deviation (the deviation is at least
    ``1/sqrt(number of values)``), as FaceNet does, and ``mean`` and ``scale`` then apply to that.
    """

    height_px: Annotated[int, Field(ge=8, le=2048)]
    width_px: Annotated[int, Field(ge=8, le=2048)]
    colour: Literal["rgb", "bgr"] = "rgb"
    layout: Literal["nchw", "nhwc"] = "nchw"
    mean: Triple = (0.0, 0.0, 0.0)
    scale: Triple = (1.0, 1.0, 1.0)
    whiten: bool = False
    max_batch: Annotated[int, Field(ge=1)] | None = None
    """Largest batch the graph takes; ``None`` where it is dynamic."""

    @model_validator(mode="after")
    def _pixels_stay_finite(self) -> Input:
        if any(not _LEAST_SCALE <= abs(value) <= _MOST for value in self.scale):
            raise ValueError(f"scale must not be zero; its size is {_LEAST_SCALE:g} to {_MOST:g}")
        if any(abs(value) > _MOST for value in self.mean):
            raise ValueError(f"mean must be within {-_MOST:g} to {_MOST:g}")
        return self


class Alignment(_Part):
    """Which cut the network was trained on (``facemetric.align``)."""

    template: str
    margin_px: float | None = None
    """For ``margin-crop-160`` only: pixels added around the box, at the chip's scale."""


class Checkpoint(_Part):
    """The weights that the graph was made of, to train on with, and the recipe of their training.

    Both files lie beside the graph; an archive holds neither.
    """

    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.safetensors$")] = (
        "network.safetensors"
    )
    sha256: Sha256
    recipe: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.json$")] = "recipe.json"


class Comparable(_Part):
    """An older bundle, by its name and its graph."""

    bundle: str
    sha256: Sha256


class Embedding(_Part):
    """What comes out."""

    dim: Annotated[int, Field(ge=2, le=8192)]
    comparable_with: tuple[Comparable, ...] = ()
    """Bundles whose embeddings can be compared with these: the network was trained for that."""


class Licence(_Part):
    """Who may use the weights for what.

    ``commercial_use`` is ``None`` where the publisher does not say.
    """

    spdx: str
    commercial_use: bool | None
    training_data: str
    """Terms of the data that the network was trained on."""
    notes: str = ""


class Provenance(_Part):
    """Where the bundle came from."""

    source: str
    source_sha256: Sha256 | None = None
    data: str = ""
    recipe: str = ""
    commit: str = ""
    created: str = ""
    importer: str = ""


class Result(_Part):
    """One measured figure with its conditions; ``low`` and ``high`` bound it (95 %)."""

    protocol: str
    metric: str
    value: float
    deviation: float | None = None
    low: float | None = None
    high: float | None = None
    conditions: str = ""


class OperatingPoint(_Part):
    """A threshold and the false-accept rate measured at it.

    ``far_low`` and ``far_high`` bound the rate (95 %); ``impostor_pairs`` were compared.
    """

    far: Annotated[float, Field(gt=0, le=1)]
    similarity: Annotated[float, Field(ge=-1, le=1)]
    far_low: float
    far_high: float
    tar: float | None = None
    impostor_pairs: Annotated[int, Field(ge=1)]
    genuine_pairs: Annotated[int, Field(ge=0)] = 0


class SearchPoint(_Part):
    """A threshold and how often a search for a stranger names somebody at it.

    Measured in galleries of ``gallery`` people with one photograph each. ``fpir_low`` and
    ``fpir_high`` bound the rate (95 %); ``searches`` photographs of people outside were looked up.
    """

    fpir: Annotated[float, Field(gt=0, le=1)]
    gallery: Annotated[int, Field(ge=1)]
    similarity: Annotated[float, Field(ge=-1, le=1)]
    fpir_low: float
    fpir_high: float
    searches: Annotated[int, Field(ge=1)]


class LikelihoodRatios(_Part):
    """How much more often one person's pairs have a similarity than pairs of strangers have it.

    ``table`` has (similarity, log10 of the ratio), both rising; between two rows the logarithm is
    a straight line, outside it stays at the last row's, which is as far as the pairs support it.
    ``cllr`` is the cost of the ratios in bits on people whom they were not fitted to, ``min_cllr``
    that of the best rising table for these pairs; 0 is perfect, 1 says nothing.
    """

    method: Literal["isotonic", "logistic"]
    table: Annotated[tuple[tuple[float, float], ...], Field(min_length=2)]
    cllr: Annotated[float, Field(ge=0)]
    min_cllr: Annotated[float, Field(ge=0)]
    genuine_pairs: Annotated[int, Field(ge=1)]
    impostor_pairs: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _both_columns_rise(self) -> LikelihoodRatios:
        for before, after in pairwise(self.table):
            if not (before[0] < after[0] and before[1] <= after[1]):
                raise ValueError("table must have rising similarities and ratios")
        return self


class Calibration(_Part):
    """Thresholds measured on one data set, for embeddings with or without flip averaging.

    ``points`` are for one comparison; ``searches`` for one against many, by falling FPIR within
    rising sizes of the gallery; ``likelihood_ratios`` for weighing a similarity as evidence.
    """

    data: str
    flip: bool
    people: Annotated[int, Field(ge=2)]
    points: tuple[OperatingPoint, ...]
    searches: tuple[SearchPoint, ...] = ()
    likelihood_ratios: LikelihoodRatios | None = None
    notes: str = ""

    @model_validator(mode="after")
    def _thresholds_rise_as_far_falls(self) -> Calibration:
        fars = [point.far for point in self.points]
        values = [point.similarity for point in self.points]
        if fars != sorted(set(fars), reverse=True) or values != sorted(values):
            raise ValueError("points must have falling FAR and rising similarity")
        return self

    @model_validator(mode="after")
    def _searches_are_in_order(self) -> Calibration:
        for before, after in pairwise(self.searches):
            if before.gallery > after.gallery or (
                before.gallery == after.gallery
                and not (before.fpir > after.fpir and before.similarity <= after.similarity)
            ):
                raise ValueError(
                    "searches must have rising galleries, and for each falling FPIR and rising "
                    "similarity"
                )
        return self


class SpreadPoint(_Part):
    """How many strangers' visits reach the threshold of a FAR, with its 95 % interval."""

    far: Annotated[float, Field(gt=0, le=1)]
    strangers: Annotated[float, Field(ge=0, le=1)]
    strangers_low: float
    strangers_high: float


class Spread(_Part):
    """How the similarity of a visit is corrected for how unlike its shots are.

    The mean of the shots' cosines to a face, divided by the ``exponent``-th power of the length of
    the mean of their unit embeddings. ``points`` are what it was chosen by: visits of strangers,
    each looked up ``looks`` times, with ``least_shots`` photographs at first and the ``most_shots``
    least alike in the end, ``pairs`` of them each against one enrolled photograph, reach the
    threshold of each FAR no more often than single photographs may.
    """

    flip: bool
    exponent: Annotated[float, Field(ge=0, le=1)]
    least_shots: Annotated[int, Field(ge=1)]
    most_shots: Annotated[int, Field(ge=1)]
    looks: Annotated[int, Field(ge=1)]
    data: str
    people: Annotated[int, Field(ge=2)]
    pairs: Annotated[int, Field(ge=1)]
    points: tuple[SpreadPoint, ...]
    notes: str = ""


class Codes(_Part):
    """One byte a dimension: ``code = round((x - low) / step)`` in 0..255 (``facemetric.index``)."""

    low: tuple[float, ...]
    step: tuple[Annotated[float, Field(gt=0)], ...]


class Golden(_Part):
    """The unit embedding of the built-in test chip, to notice a runtime that computes wrongly."""

    embedding: tuple[float, ...]
    tolerance: Annotated[float, Field(gt=0)] = 1e-3


class Manifest(_Part):
    """All that is known of a model bundle."""

    schema_version: Literal[1] = 1
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
    description: str = ""
    model: ModelFile
    input: Input
    alignment: Alignment
    embedding: Embedding
    licence: Licence
    provenance: Provenance
    results: tuple[Result, ...] = ()
    calibrations: tuple[Calibration, ...] = ()
    spreads: tuple[Spread, ...] = ()
    codes: Codes | None = None
    golden: Golden | None = None
    checkpoint: Checkpoint | None = None

    @model_validator(mode="after")
    def _lengths_agree(self) -> Manifest:
        dim = self.embedding.dim
        if self.codes and {len(self.codes.low), len(self.codes.step)} != {dim}:
            raise ValueError(f"codes.low and codes.step must have {dim} values")
        if self.golden and len(self.golden.embedding) != dim:
            raise ValueError(f"golden.embedding must have {dim} values")
        return self
