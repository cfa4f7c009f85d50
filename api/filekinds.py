"""What a file most likely is, by its name alone: nothing is opened before a worker's child does.

A wrong name costs nothing but a word on a page; the probe finds out what it really is.
"""

from pathlib import PurePath

SOUND = {"aac", "aif", "aiff", "flac", "m4a", "mka", "mp3", "oga", "ogg", "opus", "wav", "wma"}
STILL = {"avif", "bmp", "gif", "heic", "jpeg", "jpg", "png", "tif", "tiff", "webp"}
FILM = {"avi", "m2ts", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "mts", "mxf", "ogv", "ts"} | {
    "webm",
    "wmv",
}


def kind_of(filename: str) -> str | None:
    """`sound`, `still` or `film`; None for a name that does not say."""
    suffix = PurePath(filename).suffix.lower().removeprefix(".")
    kinds = {"sound": SOUND, "still": STILL, "film": FILM}
    return next((kind for kind, suffixes in kinds.items() if suffix in suffixes), None)
