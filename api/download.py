"""Answers with a stored file as it was handed in: to be saved, never opened by a browser here."""

from collections.abc import Iterable

from fastapi.responses import StreamingResponse


def download(
    pieces: Iterable[bytes], name: str, media_type: str = "application/octet-stream"
) -> StreamingResponse:
    """The bytes under that file name, for nobody to keep on the way."""
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return StreamingResponse(pieces, media_type=media_type, headers=headers)
