"""The examples of the API page: lines that anybody can paste, in an order in which they work.

A test runs every one of them against a registry, so that none can go out of date.
"""

from dataclasses import dataclass

_AUTH = '-H "Authorization: Bearer $KEY"'
_JSON = "-H 'Content-Type: application/json'"


@dataclass(frozen=True, slots=True)
class Example:
    """One call; `keeps` is the variable to which a reader sets the answer's `id`.

    `name` is that of its sentence; `known` says that a key is needed.
    """

    name: str
    command: str
    keeps: str = ""
    known: bool = True


def _post(path: str, body: str) -> str:
    return f"curl -s {_AUTH} {_JSON} \\\n  -d '{body}' \\\n  \"$URL{path}\""


_DECLARED = (
    '{"release_at": "2030-10-01", "territories": ["DE"], "medium": "film", "language": "de", '
    '"uses": []}'
)
EXAMPLES = (
    Example("status", 'curl -s "$URL/status"', known=False),
    Example("me", f'curl -s {_AUTH} "$URL/v1/me"'),
    Example("work", _post("/v1/works", '{"title": "Night Train", "level": "film"}'), "WORK"),
    Example(
        "cut",
        _post(
            "/v1/works/$WORK/cuts", '{"label": "Feature", "format": "feature", "language": "de"}'
        ),
        "CUT",
    ),
    Example(
        "upload",
        f"curl -s {_AUTH} -H 'Content-Type: application/octet-stream' \\\n"
        '  --data-binary @film.mp4 "$URL/v1/uploads"',
        "UPLOAD",
    ),
    Example(
        "submission",
        f'curl -s {_AUTH} {_JSON} -H "Idempotency-Key: hand-in-$UPLOAD" \\\n'
        f'  -d @- "$URL/v1/submissions" <<END\n'
        '{"cut_id": "$CUT", "upload_id": "$UPLOAD", "filename": "film.mp4",\n'
        f' "declaration": {_DECLARED}}}\n'
        "END",
        "SUBMISSION",
    ),
    Example("clearance", f'curl -s {_AUTH} "$URL/v1/submissions/$SUBMISSION/clearance"'),
    Example("queue", f'curl -s {_AUTH} "$URL/v1/review-queue?limit=10"'),
    Example("log", 'curl -s "$URL/log/checkpoint"', known=False),
)
