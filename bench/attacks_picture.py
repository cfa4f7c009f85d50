"""What people do to a picture before it is handed in, each as one function of an RGB image.

Deterministic: noise comes from fixed seeds. Sizes are of the face where they name one, taken from
the portraits' own proportions (the face is about 0.4 of the width).
"""

import io
from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

Picture = Image.Image
Attack = Callable[[Picture], Picture]
GREY = (110, 110, 110)
FACE_SHARE = 0.4
FRAME = (1280, 720)


def attacks() -> dict[str, Attack]:
    """Every attack under the name it has in the table."""
    return {
        "none": lambda picture: picture,
        "mirrored": ImageOps.mirror,
        **{f"face {n} px wide": partial(small, face_px=n) for n in (60, 40, 28)},
        "cropped to the face": partial(cropped, left=0.25, top=0.2, right=0.75, bottom=0.85),
        "crop through the forehead": partial(cropped, left=0.1, top=0.38, right=0.9, bottom=1.0),
        "9:16 out of 16:9": vertical,
        "letterboxed": letterboxed,
        "picture in picture": in_picture,
        **{f"turned {n} degrees": partial(turned, degrees=n) for n in (10, 25)},
        "turned by a quarter": lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
        "turned by a quarter back": lambda picture: picture.transpose(Image.Transpose.ROTATE_270),
        "turned by a half": lambda picture: picture.transpose(Image.Transpose.ROTATE_180),
        "squeezed to 80 % width": squeezed,
        **{
            f"blurred, {n} px": lambda p, n=n: p.filter(ImageFilter.GaussianBlur(n)) for n in (3, 6)
        },
        **{f"JPEG quality {n}": partial(coded, quality=n) for n in (20, 5)},
        "noise, 20 of 255": noisy,
        "grid of 2 px lines": partial(ruled, apart=24, thick=2, level=0),
        "white grid of 6 px lines": partial(ruled, apart=32, thick=6, level=255),
        "every other 4 rows black": partial(ruled, apart=8, thick=4, level=0, standing=False),
        "dark, a quarter": lambda picture: ImageEnhance.Brightness(picture).enhance(0.25),
        "contrast halved": lambda picture: ImageEnhance.Contrast(picture).enhance(0.5),
        "black and white": lambda picture: ImageOps.grayscale(picture).convert("RGB"),
        "blue filter": blue,
        "left half covered": partial(covered, left=0.0, top=0.0, right=0.5, bottom=1.0),
        "eyes covered": partial(covered, left=0.25, top=0.42, right=0.75, bottom=0.5),
        "mouth covered": partial(covered, left=0.3, top=0.62, right=0.7, bottom=0.8),
    }


def small(picture: Picture, *, face_px: int) -> Picture:
    """So small, on a grey frame of 720p."""
    share = face_px / (FACE_SHARE * picture.width)
    size = (max(1, round(picture.width * share)), max(1, round(picture.height * share)))
    return _on_frame(picture.resize(size, Image.Resampling.LANCZOS), FRAME)


def cropped(picture: Picture, *, left: float, top: float, right: float, bottom: float) -> Picture:
    w, h = picture.size
    return picture.crop((round(left * w), round(top * h), round(right * w), round(bottom * h)))


def vertical(picture: Picture) -> Picture:
    """On a wide frame, from which a tall middle is cut and enlarged."""
    wide = _on_frame(_fitted(picture, FRAME[1]), FRAME)
    width = FRAME[1] * 9 // 16
    left = (FRAME[0] - width) // 2
    return wide.crop((left, 0, left + width, FRAME[1])).resize((720, 1280))


def letterboxed(picture: Picture) -> Picture:
    inner = _on_frame(_fitted(picture, 400), (1280, 400))
    return _on_frame(inner, FRAME, (0, 0, 0))


def in_picture(picture: Picture) -> Picture:
    """A quarter of a frame's height, in its corner."""
    frame = Image.effect_noise(FRAME, 60).convert("RGB")
    inner = _fitted(picture, FRAME[1] // 4)
    frame.paste(inner, (FRAME[0] - inner.width - 30, 30))
    return frame


def turned(picture: Picture, *, degrees: float) -> Picture:
    return picture.rotate(degrees, Image.Resampling.BILINEAR, fillcolor=GREY)


def squeezed(picture: Picture) -> Picture:
    return picture.resize((round(picture.width * 0.8), picture.height))


def coded(picture: Picture, *, quality: int) -> Picture:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def noisy(picture: Picture) -> Picture:
    noise = np.random.default_rng(7).normal(0, 20, (picture.height, picture.width, 3))
    return Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))


def ruled(
    picture: Picture, *, apart: int, thick: int, level: int, standing: bool = True
) -> Picture:
    """Lines from edge to edge, lying ones and, unless told otherwise, standing ones."""
    pixels = np.array(picture)
    for first in range(thick):
        pixels[first::apart] = level
        if standing:
            pixels[:, first::apart] = level
    return Image.fromarray(pixels)


def blue(picture: Picture) -> Picture:
    return Image.fromarray((np.asarray(picture) * np.array([0.6, 0.75, 1.0])).astype(np.uint8))


def covered(picture: Picture, *, left: float, top: float, right: float, bottom: float) -> Picture:
    w, h = picture.size
    hidden = picture.copy()
    hidden.paste(GREY, (round(left * w), round(top * h), round(right * w), round(bottom * h)))
    return hidden


def _fitted(picture: Picture, height: int) -> Picture:
    width = max(1, round(picture.width * height / picture.height))
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _on_frame(
    picture: Picture, size: tuple[int, int], colour: tuple[int, int, int] = GREY
) -> Picture:
    frame = Image.new("RGB", size, colour)
    frame.paste(picture, ((size[0] - picture.width) // 2, (size[1] - picture.height) // 2))
    return frame
