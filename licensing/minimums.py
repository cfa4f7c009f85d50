"""Terms beside the minimums of a framework: what is better, what falls below, in plain words.

What is better is shown, since it was agreed on purpose; what falls below is refused, because
whoever works under a collective agreement cannot sign away its floor.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fingerprint.models import Reason
from licensing.assets import LANGUAGES, contract_words
from licensing.fields import tariff_to_dict
from licensing.models import TariffTerm, Terms
from licensing.models_framework import Framework, Minimums
from licensing.templates.naming import name_of, value_of


@dataclass(frozen=True, slots=True)
class Compared:
    """One term that is not the framework's own: what it asks for, what is agreed, and if that does.

    Both are values of a terms file.
    """

    field: str
    least: object
    agreed: object
    kept: bool


def compare(minimums: Minimums, terms: Terms) -> tuple[Compared, ...]:
    """Every term that differs from the minimum, better or worse, in a fixed order."""
    return (
        *_kinds(minimums, terms),
        *_prices(minimums, terms),
        *_number("use_notice_hours", minimums.use_notice_hours, terms.use_notice_hours),
        *_described(minimums, terms),
    )


def below(framework: Framework, terms: Terms) -> tuple[Reason, ...]:
    """One reason for each term below the floor; empty when the framework is kept."""
    fallen = [item for item in compare(framework.facts.minimums, terms) if not item.kept]
    english, german = (lines(fallen, lang) for lang in LANGUAGES)
    framework_id = framework.facts.id
    return tuple(
        Reason(
            "framework-below",
            {"framework": framework_id, "words": words, "words_de": words_de},
        )
        for words, words_de in zip(english, german, strict=True)
    )


def lines(compared: Sequence[Compared], lang: str) -> list[str]:
    """One sentence for each."""
    sentence = contract_words(lang)["framework.differs"]
    return [
        sentence.format(
            name=_upper(name_of(item.field, lang)),
            least=value_of(item.field, item.least, lang),
            agreed=value_of(item.field, item.agreed, lang),
        )
        for item in compared
    ]


def _kinds(minimums: Minimums, terms: Terms) -> list[Compared]:
    allowed, agreed = minimums.kinds, terms.kinds
    if not allowed or set(allowed) == set(agreed):
        return []
    told = [kind.value for kind in allowed], [kind.value for kind in agreed]
    return [Compared("kinds", *told, kept=set(agreed) <= set(allowed))]


def _prices(minimums: Minimums, terms: Terms) -> list[Compared]:
    agreed = (terms.tariff, *(rate.tariff for rate in terms.stage_rates))
    return [item for rate in agreed for item in _price(minimums, rate)]


def _price(minimums: Minimums, agreed: TariffTerm) -> list[Compared]:
    if not minimums.rates:
        return []
    alike = (agreed.kind, agreed.currency)
    floors = [rate for rate in minimums.rates if (rate.kind, rate.currency) == alike]
    if floors == [agreed]:
        return []
    # Two tariffs cannot be told to be more or less than one another.
    same = bool(floors) and floors[0].tariff == agreed.tariff
    kept = same and agreed.rate_micro >= floors[0].rate_micro
    least = [tariff_to_dict(rate) for rate in floors or minimums.rates]
    return [Compared("tariff", least, tariff_to_dict(agreed), kept=kept)]


def _described(minimums: Minimums, terms: Terms) -> list[Compared]:
    least, words = minimums.description_words_min, len(terms.description.split())
    return [Compared("description_words_min", least, words, kept=False)] if words < least else []


def _number(field: str, least: int, agreed: int) -> list[Compared]:
    return [] if least == agreed else [Compared(field, least, agreed, kept=agreed >= least)]


def _upper(name: str) -> str:
    return name[:1].upper() + name[1:]
