"""The product of one-byte codes and one-byte queries, by ONNX Runtime's integer kernels."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from facemetric.processors import session_threads
from facemetric.runtime import Session
from facemetric.types import UInt8

Int8 = NDArray[np.int8]
Int32 = NDArray[np.int32]


class IntegerProduct:
    """``uint8 (N, D)`` times ``int8 (D, Q)``, summed exactly in 32 bits.

    The codes are the left factor: they are read once, in place, row by row, while the few queries
    are repacked for the processor's dot-product instructions (VNNI, AMX, NEON's ``sdot``). With
    them on the right, all codes would be repacked in every call.

    Parameters
    ----------
    threads
        ``None``: as many as processors may be used.
    """

    def __init__(self, *, threads: int | None = None) -> None:
        self._session = Session(_graph(), threads=session_threads(threads))

    def __call__(self, codes: UInt8, queries: Int8) -> Int32:
        """Return ``int32 (N, Q)``."""
        (sums,) = self._session.run({"codes": codes, "queries": queries})
        return sums


@cache
def _graph() -> bytes:
    from onnx import TensorProto, helper

    node = helper.make_node("MatMulInteger", ["codes", "queries"], ["sums"])
    graph = helper.make_graph(
        [node],
        "integer-product",
        [
            helper.make_tensor_value_info("codes", TensorProto.UINT8, ["N", "D"]),
            helper.make_tensor_value_info("queries", TensorProto.INT8, ["D", "Q"]),
        ],
        [helper.make_tensor_value_info("sums", TensorProto.INT32, ["N", "Q"])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    serialised: bytes = model.SerializeToString()
    return serialised
