"""dlib's canvas of image copies, to run our converted net on the very pixels that dlib runs on.

The product runs each copy alone; this proves that net, resizing and boxes are dlib's when the
copies lie as dlib lays them. Follows `compute_tiled_image_pyramid_details` in
dlib/image_transforms/image_pyramid.h, less the outer margin, which our net adds itself.
"""

from dataclasses import dataclass

import numpy as np
import onnxruntime as ort

from fingerprint.face.detector import hull_overlap
from fingerprint.face.models import Detection
from fingerprint.face.pyramid import Level, levels

_GAP_PX = 10


@dataclass(frozen=True, slots=True)
class Tile:
    """A copy and where its top left corner lies."""

    level: Level
    top: int
    left: int

    def distance(self, x: float, y: float) -> float:
        """From a whole canvas pixel to the tile, 0 inside."""
        dx = max(self.left - x, 0, x - (self.left + self.level.columns - 1))
        dy = max(self.top - y, 0, y - (self.top + self.level.rows - 1))
        return float(np.hypot(dx, dy))


def detect_like_dlib(net: ort.InferenceSession, rgb: np.ndarray) -> list[Detection]:
    """Faces that dlib's `cnn_face_detection_model_v1` would find, best first."""
    figures = net.get_modelmeta().custom_metadata_map
    mean = np.array(figures["mean_rgb"].split(), dtype=np.float32)
    planes = np.ascontiguousarray((rgb - mean).transpose(2, 0, 1)[None], dtype=np.float32)
    tiles = lay_out(rgb.shape[0], rgb.shape[1])
    height = max(tile.top + tile.level.rows for tile in tiles)
    canvas = np.zeros((1, 3, height, rgb.shape[1]), dtype=np.float32)
    for tile in tiles:
        planes = _resized(net, planes, tile.level)
        rows, columns = tile.level.rows, tile.level.columns
        canvas[..., tile.top : tile.top + rows, tile.left : tile.left + columns] = planes
    scores = net.run(["scores"], {"planes": canvas, "size": np.array(canvas.shape)})[0][0, 0]
    first, window = int(figures["first_px"]), int(figures["window_px"])
    hits = []
    for row, column in np.argwhere(scores > 0):
        x, y = 8 * int(column) + first, 8 * int(row) + first
        tile = min(tiles, key=lambda t, x=x, y=y: t.distance(x, y))
        box = tile.level.box(x - tile.left, y - tile.top, window)
        hits.append(Detection(box, float(scores[row, column])))
    return _suppressed(hits, float(figures["nms_iou"]))


def _resized(net: ort.InferenceSession, planes: np.ndarray, level: Level) -> np.ndarray:
    """The next copy; one below the net's field of view is left black, no face fits in it."""
    size = np.array([1, 3, level.rows, level.columns])
    if planes.shape == tuple(size):
        return planes
    if min(level.rows, level.columns) < 8:
        return np.zeros(tuple(size), dtype=np.float32)
    return net.run(["level"], {"planes": planes, "size": size})[0]


def _suppressed(hits: list[Detection], overlap_max: float) -> list[Detection]:
    kept: list[Detection] = []
    for hit in sorted(hits, key=lambda h: -h.score):
        if all(hull_overlap(hit.box, other.box) <= overlap_max for other in kept):
            kept.append(hit)
    return kept


def lay_out(rows: int, columns: int) -> list[Tile]:
    """Down the left, then back up along the right while there is room."""
    plan = levels(rows, columns, first=1.0, every=1, side_min=1)
    plan = tuple(level for level in plan if level.rows >= 5)
    height = _column_height(plan)
    tiles: list[Tile] = []
    top = 0
    for level in plan:
        if top >= height:
            break
        tiles.append(Tile(level, top, 0))
        top += level.rows + _GAP_PX
    bottom = top - _GAP_PX
    for level in plan[len(tiles) :]:
        if bottom - level.rows < rows:
            break
        tiles.append(Tile(level, bottom - level.rows, columns - level.columns))
        bottom -= level.rows + _GAP_PX
    return tiles


def _column_height(plan: tuple[Level, ...]) -> int:
    total = sum(level.rows + _GAP_PX for level in plan) - 2 * _GAP_PX
    height, before = 0, 0
    for level in plan:
        fits = level.columns <= plan[0].columns - before - _GAP_PX
        if fits and (height - plan[0].rows) * 2 >= total - plan[0].rows:
            break
        height += level.rows + _GAP_PX
        before = level.columns
    return height - _GAP_PX
