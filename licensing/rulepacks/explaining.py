"""A finding and a rule in words, English or German, and a finding as a reason.

Nothing is decided here. Every condition has a phrase for yes and one for no, and a rule is read
out from them, so that what a page says is what the data say.
"""

from collections.abc import Iterable, Mapping, Sequence

from fingerprint.models import Reason
from licensing.assets import condition_words
from licensing.rulepacks.models import Basis, Group, PackFinding, Rule, Value, Verdict
from licensing.wording import word

REASON_CODES = {Verdict.INVALID: "pack-invalid", Verdict.NEEDS_HUMAN: "pack-needs-human"}
_UNTIMED = "–"


def why(finding: PackFinding, lang: str) -> str:
    """One sentence: what the rule wants and why it answers as it does."""
    words = condition_words(lang)
    if finding.basis is Basis.BROKEN and not finding.asked:
        return words["basis.broken.never"]
    wanted = alternatives(finding.asked, lang, finding.params) or finding.clause.said(lang)
    shown = {name: _day(str(value)) for name, value in finding.params.items()}
    return words[f"basis.{finding.basis}"].format_map({**shown, "wanted": wanted})


def applies(rule: Rule, lang: str) -> str:
    """When the rule concerns a consent; empty where it always does."""
    return alternatives([rule.when], lang) if rule.when else ""


def alternatives(
    groups: Sequence[Group], lang: str, params: Mapping[str, str | int] | None = None
) -> str:
    """The groups as alternatives of conjunctions; figures that nobody has stay out."""
    words = condition_words(lang)
    said = (
        words["and"].join(_phrase(name, value, lang, params or {}) for name, value in group.items())
        for group in groups
    )
    return words["or"].join(said)


def reasons(findings: Iterable[PackFinding]) -> tuple[Reason, ...]:
    """A reason for every finding that is not valid, in the order given."""
    return tuple(
        Reason(
            REASON_CODES[finding.verdict],
            {
                "pack": finding.pack_id,
                "rule": finding.rule_id,
                "clause": finding.clause.en,
                "clause_de": finding.clause.de,
                "source": finding.source,
                "certainty": finding.certainty.value,
            },
        )
        for finding in findings
        if finding.verdict in REASON_CODES
    )


def _phrase(name: str, value: Value, lang: str, params: Mapping[str, str | int]) -> str:
    words = condition_words(lang)
    if isinstance(value, bool):
        phrase = words[f"{'yes' if value else 'no'}.{name}"]
    else:
        phrase = words[f"yes.{name}"]
    if not params:
        phrase = phrase.partition(" (")[0]
    return phrase.format_map(_Figures(params, value=_listed(value, lang)))


def _listed(value: Value, lang: str) -> str:
    if isinstance(value, int):
        return str(value)
    return ", ".join(
        word(item, lang) if isinstance(item, str) else " + ".join(word(w, lang) for w in item)
        for item in value
    )


def _day(text: str) -> str:
    """A time at midnight reads as its day."""
    return text.removesuffix("T00:00:00Z")


class _Figures(dict[str, str]):
    def __init__(self, params: Mapping[str, str | int], *, value: str) -> None:
        super().__init__({name: _day(str(figure)) for name, figure in params.items()})
        self["value"] = value

    def __missing__(self, key: str) -> str:
        return _UNTIMED
