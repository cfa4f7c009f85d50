"""The files that the demo's people write: licence terms, declarations, usage reports.

They are the same TOML and CSV that a real agency and a real studio hand in.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from core.clock import utc_now

# Published as an example of its form; it is nobody's.
IBAN = "DE89370400440532013000"


@dataclass(frozen=True, slots=True)
class Declared:
    """A use that the studio declares: whose likeness, and how it was made."""

    performer: str
    kind: str
    modality: str


def licence_terms(
    path: Path, *, performer: str, licensee: str, kind: str, modality: str, tariff: str, rate: str
) -> Path:
    """Terms for one kind of use, for a year from today, in DE, AT and CH."""
    start = utc_now().replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f'performer_id = "{performer}"',
        f'licensee_id = "{licensee}"',
        f'kinds = ["{kind}"]',
        f'modalities = ["{modality}"]',
        'territories = ["DE", "AT", "CH"]',
        'languages = ["*"]',
        'media = ["series"]',
        'works = ["*"]',
        f"valid_from = {start:%Y-%m-%dT%H:%M:%SZ}",
        f"valid_until = {start + timedelta(days=365):%Y-%m-%dT%H:%M:%SZ}",
        "label_ai = true",
        "",
        "[tariff]",
        f'kind = "{tariff}"',
        f'rate = "{rate}"',
        'currency = "EUR"',
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def declaration(
    path: Path, *, title: str, label: str, format_: str, uses: Sequence[Declared]
) -> Path:
    """What the studio says about one cut: work, release in a week, and who is in it."""
    release = utc_now().date() + timedelta(days=7)
    lines = [
        "[work]",
        f'title = "{title}"',
        'level = "film"',
        "",
        "[cut]",
        f'label = "{label}"',
        f'format = "{format_}"',
        'language = "de"',
        "",
        "[release]",
        f"release_at = {release.isoformat()}",
        'territories = ["DE", "AT", "CH"]',
        'medium = "series"',
        'language = "de"',
        "ai_labelled = true",
    ]
    for use in uses:
        lines += [
            "",
            "[[use]]",
            f'performer_id = "{use.performer}"',
            f'kind = "{use.kind}"',
            f'modality = "{use.modality}"',
        ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def usage_report(path: Path, *, cut: str, period: str, views: Sequence[tuple[str, int]]) -> Path:
    """Views of one cut in one month, a line per territory."""
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(("cut_id", "territory", "period", "views"))
        for territory, count in views:
            writer.writerow((cut, territory, period, count))
    return path


def payee(name: str) -> dict[str, str]:
    """Where somebody's money goes."""
    return {
        "name": name,
        "street": "Example Street",
        "building": "1",
        "post_code": "10115",
        "town": "Berlin",
        "country": "DE",
        "residence": "DE",
        "iban": IBAN,
    }


def party(path: Path, *, name: str, iban: str) -> Path:
    """What invoices write about an organisation."""
    lines = [
        f'name = "{name}"',
        'street = "Example Street 1"',
        'postcode = "10115"',
        'city = "Berlin"',
        'country = "DE"',
        'tax_number = "27/123/45678"',
        f'email = "pay@{name.lower()}.example"',
        f'iban = "{iban}"',
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
