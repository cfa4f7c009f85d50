"""A reason in plain words, English or German.

Rules speak in codes and figures so that they can be tested and translated; people read this.
"""

from fingerprint.models import Reason
from licensing.assets import LANGUAGES, reason_sentences, words

# Details that hold names of kinds, parts, media and fields; free text is never looked up.
_WORDED = frozenset(
    {
        "kind",
        "modality",
        "modalities",
        "medium",
        "contexts",
        "purpose",
        "field",
        "certainty",
        "stage",
    }
)


def render(reason: Reason, lang: str = "en") -> str:
    """One sentence; a code that nobody has worded yet is shown as it is, never hidden.

    `lang` is `en` or `de`, with or without a region; any other language reads as `en`.
    """
    known = _language(lang)
    sentence = reason_sentences(known).get(reason.code)
    if sentence is None:
        return reason.code
    details = {
        # A text that the data bring in several languages stands beside itself as `name_de`.
        name: _detail(name, reason.detail.get(f"{name}_{known}", value), known)
        for name, value in reason.detail.items()
    }
    return sentence.format_map(_Details(details))


def word(name: str, lang: str = "en") -> str:
    """The plain word for a kind of use, a modality, a medium or a context; else the name."""
    return words(_language(lang)).get(name, name)


def _language(lang: str) -> str:
    primary = lang.partition("-")[0].lower()
    return primary if primary in LANGUAGES else LANGUAGES[0]


def _detail(name: str, value: str | int | float, lang: str) -> str:
    if isinstance(value, float):
        return f"{value:.3g}".replace(".", "," if lang == "de" else ".")
    if name == "source":
        # The clause itself; remarks on it are English and stand on the page of rules.
        return str(value).partition(";")[0]
    if name not in _WORDED:
        return str(value)
    return ", ".join(word(part, lang) for part in str(value).split(", "))


class _Details(dict[str, str]):
    """Figures of a reason; a missing one shows as a dash instead of failing the page."""

    def __missing__(self, key: str) -> str:
        return "–"
