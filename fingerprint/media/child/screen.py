"""Brings decoded pictures to the size that is asked for and hands them over."""

from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from fingerprint.media.child import geometry
from fingerprint.media.child.bounds import check_pixels
from fingerprint.media.child.outlet import Outlet
from fingerprint.media.child.probing import aspect_of, matrix_of
from fingerprint.media.protocol import Job, Told
from fingerprint.media.sampling import fitted

RGB = "rgb24"


class Screen:
    """Where the frames of one job are shown."""

    def __init__(self, job: Job, outlet: Outlet, video: VideoStream) -> None:
        self._job = job
        self._outlet = outlet
        self._video = video
        self._reformatter = VideoReformatter()

    def show(self, frame: VideoFrame, at_ms: int, shown_ms: int, told: Told = (0, 0, 0, 0)) -> None:
        """Shrink a frame and hand it over; `told` is what the packets after it tell."""
        check_pixels(frame.width, frame.height, self._job.limits)
        shown = geometry.squared(frame.width, frame.height, aspect_of(self._video))
        if shown[0] * shown[1] > self._job.limits.pixels_max:
            shown = (frame.width, frame.height)
        width, height = fitted(*shown, self._job.max_side)
        turn = geometry.from_matrix(matrix_of(frame))
        small = self._reformatter.reformat(frame, width, height, RGB, interpolation="AREA")
        plane = small.planes[0]
        self._outlet.picture(
            memoryview(plane),
            plane.line_size,
            (width, height),
            times_ms=(at_ms, shown_ms),
            turn=(turn.mirrored, turn.quarters),
            scale=max(width, height) / max(shown),
            told=told,
        )
