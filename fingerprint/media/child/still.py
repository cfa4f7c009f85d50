"""Pictures that do not move, and short ones that do: JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF.

The size is checked from the header before a pixel is decoded, so a bomb costs nothing. An animated
picture is a film without sound; its frames are taken by the same cells.
"""

import importlib
import struct
import warnings
from collections.abc import Iterator
from typing import BinaryIO

from PIL import Image, ImageFile, ImageSequence

from fingerprint.media.child import geometry
from fingerprint.media.child.bounds import check_pixels
from fingerprint.media.child.outlet import Outlet
from fingerprint.media.faults import Case, Refused
from fingerprint.media.limits import Limits
from fingerprint.media.protocol import Facts, Job
from fingerprint.media.sampling import Cells, fitted

PLUGINS = {
    "JPEG": "Jpeg",
    "PNG": "Png",
    "WEBP": "WebP",
    "GIF": "Gif",
    "BMP": "Bmp",
    "TIFF": "Tiff",
    "AVIF": "Avif",
}
"""Formats we read and the part of Pillow that does."""
NEEDED_LATER = (
    "mmap",
    "PIL.ImageCms",
    "PIL.ImageColor",
    "PIL.ImagePalette",
    "PIL.MpoImagePlugin",
    "PIL.TiffImagePlugin",
)
"""What Pillow loads when it meets Lab colours, an orientation, a palette, several pictures, a flat
bitmap."""
DAMAGE = (
    OSError,
    ValueError,
    SyntaxError,
    KeyError,
    IndexError,
    TypeError,
    EOFError,
    RuntimeError,
    struct.error,
)
"""What Pillow and the codecs behind it raise for damaged files."""
ANIMATION_PICTURES = 32
"""Pixels of all pictures of an animation together, in largest pictures: a minute in full HD."""
DEFAULT_FRAME_MS = 100
PAPER = (255, 255, 255)
WHITES = (1, 255, 65_535, 2**31 - 1)
PAGES_MAX = 500
NEW_SUBFILE_TYPE = 254


def load(still_format: str) -> None:
    """Load the parts of Pillow that read this format; nothing can be loaded once confined."""
    if still_format not in PLUGINS:
        raise Refused(Case.UNKNOWN_CODEC, codec=still_format)
    for name in (f"PIL.{PLUGINS[still_format]}ImagePlugin", *NEEDED_LATER):
        importlib.import_module(name)


def probe(file: BinaryIO, still_format: str, limits: Limits, outlet: Outlet) -> None:
    """Find the facts and say them."""
    image = _opened(file, still_format, limits)
    moving = _is_animated(image)
    duration_ms = 0
    if moving:
        duration_ms = sum(lasts for _, lasts in _sequence(image, limits))
    else:
        _load(image, outlet)
    turn = geometry.from_exif(_orientation(image))
    width, height = turn.shown(*image.size)
    name = (image.format or "").lower()
    outlet.say(
        Facts(
            form="film" if moving else "still",
            container=name,
            duration_ms=duration_ms,
            width=width,
            height=height,
            turns=turn.quarters,
            fps=0.0,
            audio_codec="",
            video_codec=name,
            audio_streams=0,
            video_streams=1,
            audio_start_ms=0,
            video_start_ms=0,
        )
    )
    outlet.end(duration_ms)


def frames(file: BinaryIO, still_format: str, job: Job, outlet: Outlet) -> None:
    """Hand over the picture, or the frames of an animated one that open a cell in the span."""
    image = _opened(file, still_format, job.limits)
    if not _is_animated(image):
        for number in _pages(image, outlet) if job.start_ms == 0 else ():
            check_pixels(image.width, image.height, job.limits)
            _hand_over(image, job, outlet, (number, 0))
        outlet.end(0)
        return
    cells = Cells(job.every_ms)
    at_ms = 0
    for picture, lasts in _sequence(image, job.limits):
        if job.end_ms is not None and at_ms >= job.end_ms:
            break
        if cells.takes(at_ms, at_ms + lasts) and at_ms >= job.start_ms:
            _hand_over(picture, job, outlet, (at_ms, lasts))
        at_ms += lasts
    outlet.end(at_ms)


def _opened(file: BinaryIO, still_format: str, limits: Limits) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None  # so that the refusal below can say the size
    warnings.simplefilter("ignore")
    file.seek(0)
    try:
        image = Image.open(file, formats=(still_format,))
    except DAMAGE as exc:
        raise Refused(Case.UNREADABLE) from exc
    check_pixels(image.width, image.height, limits)
    Image.MAX_IMAGE_PIXELS = limits.pixels_max
    return image


def _is_animated(image: Image.Image) -> bool:
    """Several frames meant to be shown one after the other; pages and previews are not."""
    try:
        return image.format in ("GIF", "PNG", "WEBP", "AVIF") and getattr(image, "n_frames", 1) > 1
    except DAMAGE as exc:
        raise Refused(Case.UNREADABLE) from exc


def _pages(image: Image.Image, outlet: Outlet) -> Iterator[int]:
    """Turn to each page of a TIFF, as scans of comics have them; other stills are one picture.

    A JPEG may hold the same one again for another screen or eye. Whatever follows a damaged page is
    lost, and noted.
    """
    yield 0
    for number in range(1, PAGES_MAX + 1 if image.format == "TIFF" else 1):
        try:
            image.seek(number)
        except EOFError:
            return
        except DAMAGE:
            outlet.note("damaged-media", places=1)
            return
        if number == PAGES_MAX:
            raise Refused(Case.TOO_MANY_PAGES, limit=PAGES_MAX)
        if not _is_preview(image):
            yield number


def _is_preview(image: Image.Image) -> bool:
    """Whether a page of a TIFF is another one made small (TIFF 6.0, NewSubfileType)."""
    return bool(getattr(image, "tag_v2", {}).get(NEW_SUBFILE_TYPE, 0) & 1)


def _sequence(image: Image.Image, limits: Limits) -> Iterator[tuple[Image.Image, int]]:
    """Frames of an animated picture, with the milliseconds that each is shown."""
    shown_ms = pixels = 0
    pixels_max = ANIMATION_PICTURES * limits.pixels_max
    for picture in _readable(image, limits):
        pixels += image.width * image.height
        if pixels > pixels_max:
            raise Refused(Case.TOO_LARGE_ANIMATION, limit=pixels_max)
        lasts = round(float(picture.info.get("duration") or DEFAULT_FRAME_MS)) or DEFAULT_FRAME_MS
        yield picture, lasts
        shown_ms += lasts
        if shown_ms > limits.seconds_max * 1000:
            raise Refused(Case.TOO_LONG, limit=limits.seconds_max)


def _readable(image: Image.Image, limits: Limits) -> Iterator[Image.Image]:
    """The frames of an animated picture up to the first that is damaged."""
    try:
        for picture in ImageSequence.Iterator(image):
            picture.load()  # WebP and AVIF tell how long a frame lasts only then
            yield picture
    except Image.DecompressionBombError as exc:
        raise Refused(Case.TOO_LARGE_FRAME, limit=limits.pixels_max) from exc
    except DAMAGE as exc:
        if image.tell() == 0:
            raise Refused(Case.UNREADABLE) from exc


def _orientation(image: Image.Image) -> object:
    try:
        return image.getexif().get(geometry.EXIF_ORIENTATION)
    except DAMAGE:
        return None


def _hand_over(image: Image.Image, job: Job, outlet: Outlet, times_ms: tuple[int, int]) -> None:
    whole = image.size
    size = fitted(*whole, job.max_side)
    if image.format in ("JPEG", "MPO"):
        image.draft("RGB", size)
    _load(image, outlet)
    turn = geometry.from_exif(_orientation(image))
    picture = _rgb(image)
    if picture.size != size:
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    rows = picture.tobytes()
    outlet.picture(
        memoryview(rows),
        size[0] * 3,
        size,
        times_ms=times_ms,
        turn=(turn.mirrored, turn.quarters),
        scale=max(size) / max(whole),
    )


def _load(image: Image.Image, outlet: Outlet) -> None:
    """Decode; a picture whose end is missing is taken as far as it goes, and noted."""
    try:
        image.load()
        return
    except DAMAGE as exc:
        if "truncated" not in str(exc):
            raise Refused(Case.UNREADABLE) from exc
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        image.load()
    except DAMAGE as exc:
        raise Refused(Case.UNDECODABLE) from exc
    outlet.note("truncated-media")


def _scaled(image: Image.Image) -> Image.Image:
    """Numbers of any range as grey, by the least usual white that holds the largest."""
    _, most = image.convert("F").getextrema()
    assert isinstance(most, float)  # of one channel
    white = next((white for white in WHITES if most <= white), WHITES[-1])
    return image.convert("F").point(lambda value: value * (255 / white) + 0).convert("L")


def _rgb(image: Image.Image) -> Image.Image:
    """Eight bits, three channels; see-through parts lie on white."""
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")
    elif image.mode in ("F", "I"):
        image = _scaled(image)
    if image.has_transparency_data:
        whole = image.convert("RGBA")
        paper = Image.new("RGBA", whole.size, (*PAPER, 255))
        return Image.alpha_composite(paper, whole).convert("RGB")
    return image.convert("RGB")
