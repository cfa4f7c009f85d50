"""A tariff in plain words: what it counts, by which rate, within which bounds and weights.

The words stand in the catalogue; here only figures are put in and the sentences that apply chosen.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from api.web import texts
from core.money import format as money
from royalties.tariffs.examples import Example
from royalties.tariffs.models import (
    Flat,
    MicroPayment,
    PerMinute,
    PerView,
    RetentionTiers,
    RevenueShare,
    SubscriptionPool,
    Tariff,
    TrainingPool,
)

# Which sentence of its kind, and the figures in it.
Said = tuple[str, dict[str, str]]


def sentences(tariff: Tariff, lang: str) -> list[str]:
    """What the tariff says, one sentence a rule."""
    return [*_rates(tariff, lang), *_common(tariff, lang)]


def weights(tariff: Tariff, lang: str) -> dict[str, list[tuple[str, str]]]:
    """What weighs more or less than 1, by kinds of use, roles, formats and territories."""
    told: dict[str, Mapping[str, Fraction]] = {
        name: {str(key): factor for key, factor in getattr(tariff.weights, name).items()}
        for name in ("kinds", "roles", "formats", "territories")
    }
    return {
        name: [(_named(lang, name, key), ratio(factor, lang)) for key, factor in found.items()]
        for name, found in told.items()
        if found
    }


def shown_example(tariff: Tariff, one: Example, lang: str) -> tuple[str, str]:
    """The figures of an example in words, and what it comes to."""
    said = ", ".join(_figure(tariff, name, value, lang) for name, value in one.figures.items())
    return said or texts.text(lang, "tariffwords.once"), money(
        one.amount_micro, tariff.currency, lang
    )


def ratio(value: Fraction, lang: str) -> str:
    """A factor as a decimal where it has a short one, else as a fraction."""
    decimal = f"{float(value):.4g}"
    shown = decimal if Fraction(decimal) == value else str(value)
    return shown.replace(".", ",") if lang == "de" else shown


def percent(share: Fraction, lang: str) -> str:
    """A share in hundredths, exact or as a fraction of the whole."""
    shown = ratio(share * 100, lang)
    return str(share) if "/" in shown else f"{shown} %"


def _rates(tariff: Tariff, lang: str) -> Iterator[str]:
    """The sentences of a kind, in its own figures."""
    for key, figures in (*_priced(tariff, lang), *_shared(tariff, lang)):
        yield texts.text(lang, f"tariffwords.{tariff.kind.value}{key}", **figures)


def _priced(tariff: Tariff, lang: str) -> Iterator[Said]:
    """Kinds with a price of their own, or one that the licence names."""
    match tariff.params:
        case PerMinute(rate_micro=None) | PerView(steps=()):
            yield "", {}
        case PerMinute(rate_micro=int(rate)):
            yield ".rate", {"rate": money(rate, tariff.currency, lang)}
        case PerView(steps=steps):
            for step in steps:
                rate_said = money(step.rate_micro, tariff.currency, lang)
                yield ".step", {"at": texts.count(lang, step.at), "rate": rate_said}
        case Flat(per=per, fee_micro=None):
            yield f".{per.value}", {}
        case Flat(per=per, fee_micro=int(fee)):
            yield f".{per.value}.rate", {"rate": money(fee, tariff.currency, lang)}


def _shared(tariff: Tariff, lang: str) -> Iterator[Said]:
    """Kinds that divide an income or a pool."""
    match tariff.params:
        case SubscriptionPool(price_micro=price, share=share):
            paid = money(price, tariff.currency, lang)
            yield "", {"price": paid, "share": percent(share, lang)}
        case RevenueShare(steps=shares):
            for part in shares:
                begins = money(part.at, tariff.currency, lang)
                yield ".step", {"at": begins, "share": percent(part.share, lang)}
        case RetentionTiers(steps=tiers):
            for tier in tiers:
                yield ".step", {"at": percent(tier.at, lang), "share": percent(tier.share, lang)}
        case MicroPayment(share=share, free_weight=free):
            yield "", {"share": percent(share, lang), "weight": ratio(free, lang)}
        case TrainingPool(training_share=training, output_share=output):
            yield "", {"training": percent(training, lang), "output": percent(output, lang)}


def _common(tariff: Tariff, lang: str) -> Iterator[str]:
    """What every kind may say: what counts, how it is divided, and between which bounds."""
    if tariff.counts:
        counted = ", ".join(texts.text(lang, f"tariffwords.income.{one}") for one in tariff.counts)
        yield texts.text(lang, "tariffwords.counts", income=counted)
    yield texts.text(lang, f"tariffwords.split.{tariff.split.value}")
    if tariff.minimum_micro:
        least = money(tariff.minimum_micro, tariff.currency, lang)
        yield texts.text(lang, "tariffwords.minimum", amount=least)
    if tariff.cap_micro is not None:
        most = money(tariff.cap_micro, tariff.currency, lang)
        yield texts.text(lang, "tariffwords.cap", amount=most)


def _figure(tariff: Tariff, name: str, value: int | Fraction, lang: str) -> str:
    if name == "completion":
        shown = percent(Fraction(value), lang)
    elif name == "use_ms":
        shown = str(int(value) // 60_000)
    elif name == "days":
        shown = ratio(Fraction(value), lang)
    elif name.endswith("_micro"):
        shown = money(int(value), tariff.currency, lang)
    else:
        shown = texts.count(lang, int(value))
    return texts.text(lang, f"tariffwords.figure.{name}", figure=shown)


def _named(lang: str, name: str, key: str) -> str:
    if name == "kinds":
        return texts.word(lang, key)
    return key if name == "territories" else texts.text(lang, f"tariffwords.{name}.{key}")
