"""Renders the pages and reports from their templates, in English or German.

Templates only place words and figures; what is shown is decided before. Everything is escaped,
because titles and names come from strangers.
"""

import re
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from api.demonstration import is_stamped
from api.language import address_in
from api.web import assets, erasednames, faulttexts, texts
from api.web.devicenames import device_name
from api.web.grouping import found_alike, grouped
from api.web.sourcetexts import source_of
from core import money
from core.clock import from_text
from fingerprint.models import Span
from royalties.sisterclaims import COLLECTED, DEDUCTED

_CURRENCY = re.compile(r"(?<=\d) (?=[A-Z]{3}\b)", re.ASCII)
_CODE = re.compile(r"`([^`]+)`|(?<![\w/])([a-z]{3}_[a-z2-7]{26})(?![\w@])", re.ASCII)
# Documents that somebody keeps: what they add up is written out to the last millionth.
EXACT = frozenset({"accountstatement.html", "statement.html", "yearreport.html"})
SHAPES = {"CLEARED": "✓", "REFUSED": "▬", "REVIEW": "?", "UNKNOWN PERSON": "○"}


def render(template: str, lang: str, *, of_whom: str = "", **values: Any) -> str:
    """The page or text `template` in `lang`; `of_whom` names the performer to who acts for them."""
    page = (
        _environment()
        .get_template(template)
        .render(
            lang=lang,
            t=partial(texts.text_of, lang, of_whom),
            reason=partial(_reason, lang, template),
            cited=partial(_cited, lang),
            source=partial(source_of, lang),
            begins=lambda text: texts.day(lang, from_text(text)),
            word=partial(texts.word, lang),
            bank_answer=partial(texts.bank_answer, lang),
            grouped=grouped,
            found_alike=found_alike,
            basis=partial(texts.basis, lang),
            difference=partial(texts.difference, lang),
            times=_times,
            shape=lambda verdict: SHAPES.get(verdict, ""),
            money=partial(_money, lang, template),
            exact=partial(_exact, lang, template),
            seconds=partial(texts.seconds, lang),
            timecode=texts.timecode,
            count=partial(texts.count, lang),
            counted=partial(texts.counted_of, lang, of_whom),
            monthname=partial(texts.month, lang),
            stretch=_stretch,
            working=lambda line: _bound(template, _working(lang, line)),
            day=partial(texts.day, lang),
            day_time=partial(texts.day_time, lang),
            told=partial(faulttexts.told, lang),
            coded=_coded,
            device_name=device_name,
            asset=assets.address,
            address_in=address_in,
            demonstration=is_stamped(),
            **values,
        )
    )
    return erasednames.told(lang, page)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(enabled_extensions=("html",)),
        undefined=StrictUndefined,
        trim_blocks=False,
        keep_trailing_newline=True,
    )


def _reason(lang: str, template: str, item: Mapping[str, Any]) -> str:
    sentence = texts.reason(lang, item)
    return _coded(sentence) if template.endswith(".html") else sentence


def _cited(lang: str, item: Mapping[str, Any]) -> Markup:
    """The sentence for a reason, with the law that it cites as people of that language cite it."""
    sentence = _coded(texts.reason(lang, item))
    source = escape(str((item.get("detail") or {}).get("source", "")))
    said = escape(source_of(lang, str((item.get("detail") or {}).get("source", ""))))
    same = ' lang="en" translate="no"' if said == source else ""
    marked = f"<cite{same}>{said}</cite>"
    return Markup(sentence.replace(source, Markup(marked), 1) if source else sentence)  # noqa: S704 - all escaped; only the mark is ours


def _coded(sentence: str) -> Markup:
    """A sentence in which `commands` stand out as such, and ids of what has no name."""
    marked = _CODE.sub(r"<code>\1\2</code>", str(escape(sentence)))
    return Markup(marked)  # noqa: S704 - escaped above; only the marks are ours


def _stretch(span: Span) -> str:
    """From when to when a span goes, as people read the time of a film."""
    return texts.stretch({"start_ms": span.start_ms, "end_ms": span.end_ms})


def _money(lang: str, template: str, micro: int, currency: str) -> str:
    """An amount to the cent, with the exact one behind it; statements and texts are exact."""
    exact = _exact(lang, template, micro, currency)
    if not template.endswith(".html") or template in EXACT:
        return exact
    short = _bound(template, money.rounded(micro, currency, lang))
    if short == exact:
        return exact
    whole = money.format(micro, currency, lang)
    marked = Markup('<data value="{}" title="{}">{}</data>')
    return marked.format(money.rate_text(micro), whole, short)


def _exact(lang: str, template: str, micro: int, currency: str) -> str:
    return _bound(template, money.format(micro, currency, lang))


def _bound(template: str, amounts: str) -> str:
    """On a page no line ends between a number and its currency; a terminal has lines of its own."""
    return _CURRENCY.sub("\u00a0", amounts) if template.endswith(".html") else amounts


def _times(item: Mapping[str, Any]) -> str:
    """The passages of a group, by their time codes."""
    return ", ".join(
        f"{texts.timecode(start)}–{texts.timecode(end)}" for start, end in item["times"]
    )


def _working(lang: str, line: Mapping[str, Any]) -> str:
    """How a line's amount came about, as an equation of its pinned figures."""
    figures, term = line["working"], line["tariff"]
    if figures["tariff"] == COLLECTED:
        return _by_sister(lang, figures, term["currency"])
    if "id" in term:
        return _by_tariff(lang, figures, term)
    rate = money.format(int(figures["rate_micro"]), term["currency"], lang)
    if figures["tariff"] == "per_view":
        return texts.text(
            lang, "working.per_view", rate=rate, views=texts.count(lang, int(figures["views"]))
        )
    numerator, denominator = line["territory_factor"]
    factor = str(numerator) if denominator == 1 else f"{numerator}/{denominator}"
    use = texts.seconds(lang, int(figures["use_ms"]))
    return texts.text(lang, "working.per_minute", rate=rate, seconds=use, factor=factor)


def _by_sister(lang: str, figures: Mapping[str, Any], currency: str) -> str:
    """What a sister society received and kept of a line."""
    gross, freed = int(figures["gross_micro"]), int(figures["freed_micro"])
    kept = sum(int(figures[name]) for name in DEDUCTED) - freed
    said = {"gross": gross, "kept": kept}
    shown = {name: money.format(micro, currency, lang) for name, micro in said.items()}
    parts = [
        texts.text(lang, f"working.kept.{name}", amount=money.format(micro, currency, lang))
        for name in DEDUCTED
        if (micro := int(figures[name]))
    ]
    told = f" ({', '.join(parts)})" if parts else ""
    return texts.text(lang, "working.collected", **shown) + told


def _by_tariff(lang: str, figures: Mapping[str, Any], term: Mapping[str, Any]) -> str:
    """Which tariff priced a line; its figures stand in the tariff itself."""
    named = texts.text(lang, "working.tariff", id=term["id"], version=term["version"])
    if "dataset" in figures:
        return _by_dataset(lang, figures, term, named)
    if "points" not in figures:
        return named
    whole = money.format(int(figures["line_micro"]), term["currency"], lang)
    parts = {"points": figures["points"], "total": figures["points_total"]}
    return texts.text(lang, "working.points", tariff=named, amount=whole, **parts)


def _by_dataset(lang: str, figures: Mapping[str, Any], term: Mapping[str, Any], named: str) -> str:
    """What a dataset's month came to, and how much of its works the line stands for."""
    whole = money.format(int(figures["pool_micro"]), term["currency"], lang)
    own, _, every = str(figures["training"]).partition(" x ")[2].partition(" / ")
    said = {"dataset": figures["dataset"], "works": own, "every": every}
    return texts.text(lang, "working.training", tariff=named, amount=whole, **said)
