"""No entry of the catalogues has outlived what it was for."""

import re
from pathlib import Path

from api.web import texts

ROOT = Path(__file__).parents[3]
PACKAGES = ("core", "fingerprint", "registry", "licensing", "royalties", "api")
QUOTED = [re.compile(rf"{mark}([^{mark}\n]*){mark}") for mark in "'\"`"]
PLACEHOLDER = re.compile(r"\$?\{[^}]*\}")
# Codes of ISO 20022 and of pydantic, and the categories of deductions, which are data.
ELSEWHERE = ("payout.bank.", "input-fault.", "yearreport.category.")
FORMS = re.compile(r"(\.one|\.many)?(\.of)?$")


def said() -> set[str]:
    """Everything that stands between quotes in code, templates and scripts."""
    kinds = (".py", ".html", ".txt", ".js", ".toml")
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.*")]
    sources = [path.read_text("utf-8") for path in paths if path.suffix in kinds]
    quoted = (one for text in sources for mark in QUOTED for one in mark.findall(text))
    return {part for one in quoted for part in PLACEHOLDER.split(one)}


def test_every_entry_is_asked_for_somewhere() -> None:
    """By its name, or by its beginning and words that the code puts behind it."""
    found = said()
    beginnings = tuple(one for one in found if re.fullmatch(r"[a-z][a-z0-9-]*[.-].*(?<=[.-])", one))
    short = [one for one in found if one.count(" ") < 2]
    # A header is labelled in small letters, however it is written where it is sent.
    headers = [one.lower() for one in short if re.fullmatch(r"[A-Z][a-z]+(-[A-Z][a-z]+)+", one)]
    words = {word for one in short + headers for word in re.split(r"[^A-Za-z0-9]+", one)}
    names = {name for one in found for name in re.findall(r"[A-Za-z0-9_.-]+", one)}

    def asked(key: str) -> bool:
        ends = (key[len(one) :] for one in beginnings if key.startswith(one))
        return any(set(re.split(r"[^A-Za-z0-9]+", end)) <= words for end in ends)

    known = {key: FORMS.sub("", key) for key in texts.catalogue("en")}
    unnamed = {key for key, base in known.items() if not {key, base} & names}
    dead = {key for key in unnamed if not (key.startswith(ELSEWHERE) or asked(known[key]))}
    assert sorted(dead) == []
