"""Turns dlib's 5-point shape predictor into plain arrays.

A cascade of forests: each tree compares pairs of pixels, placed relative to the current points,
and adds its leaf's small move to all points. Kazemi and Sullivan 2014, DOI
10.1109/CVPR.2014.241, as serialised in dlib/image_processing/shape_predictor.h.
"""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fingerprint.weights.dlib_dat import DatReader, broken

POINTS = 5


def build(data: bytes) -> bytes:
    """`.dat` bytes in, NPZ bytes out, for S stages, T trees of depth D, P pixels:

    initial [10], first, second int16 [S, T, 2^D - 1], threshold float32 of that shape,
    leaves float32 [S, T, 2^D, 10], anchors int16 [S, P], deltas float32 [S, P, 2].
    """
    reader = DatReader(data)
    reader.expect(1)
    initial = reader.column()
    if initial.size != 2 * POINTS:
        raise broken(f"a shape of {initial.size // 2} points")
    forests = [[_tree(reader) for _ in range(reader.count())] for _ in range(reader.count())]
    anchors = [[reader.integer() for _ in range(reader.count())] for _ in range(reader.count())]
    deltas = [
        [(reader.real(), reader.real()) for _ in range(reader.count())]
        for _ in range(reader.count())
    ]
    if not reader.at_end:
        raise broken("bytes behind the shape predictor")
    splits = [[tree[0] for tree in forest] for forest in forests]
    arrays: dict[str, NDArray[Any]] = {
        "initial": initial,
        "first": np.array([[[s[0] for s in t] for t in f] for f in splits], dtype=np.int16),
        "second": np.array([[[s[1] for s in t] for t in f] for f in splits], dtype=np.int16),
        "threshold": np.array([[[s[2] for s in t] for t in f] for f in splits], np.float32),
        "leaves": np.array([[tree[1] for tree in forest] for forest in forests], np.float32),
        "anchors": np.array(anchors, dtype=np.int16),
        "deltas": np.array(deltas, dtype=np.float32),
    }
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


Split = tuple[int, int, float]


def _tree(reader: DatReader) -> tuple[list[Split], list[list[float]]]:
    splits = [(reader.integer(), reader.integer(), reader.real()) for _ in range(reader.count())]
    leaves = [reader.column().tolist() for _ in range(reader.count())]
    if len(leaves) != len(splits) + 1:
        raise broken("a tree whose leaves do not fit its splits")
    return splits, leaves
