"""Makes a face unknowable to whoever passes by a screen; pictures of children are shown so.

Only pictures that this program made itself are opened here: never a file from outside.
"""

import io

BLOCKS = 12
_QUALITY = 85


def blurred(jpeg: bytes) -> bytes:
    """The same JPEG with 12 blocks along each side and nothing finer; same width and height."""
    # Imported here: the process that answers requests loads no picture library until it must.
    from PIL import Image as Pillow  # noqa: PLC0415

    with Pillow.open(io.BytesIO(jpeg), formats=("JPEG",)) as picture:
        size = picture.size
        coarse = picture.convert("RGB").resize((BLOCKS, BLOCKS), Pillow.Resampling.BOX)
    file = io.BytesIO()
    coarse.resize(size, Pillow.Resampling.BICUBIC).save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
