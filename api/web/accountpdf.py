"""An account statement on paper: balances, where the money came from as bars, and every line."""

from collections.abc import Mapping
from typing import Any

from reportlab.platypus import CondPageBreak, Flowable

from api.web import paper
from api.web.charts import Bar, bars
from api.web.texts import count, day, month, text, word
from core.money import format as money

_ROOM = 100  # points that a heading needs beneath it to stay on its page
_BARS_MAX = 25


def statement_pdf(found: Mapping[str, Any], names: Mapping[str, str], lang: str) -> bytes:
    """The PDF of a statement as `accountpage.shown` gives it.

    `names` are the performer's name and the titles of cuts, by id.
    """

    def story() -> list[Flowable]:
        return [
            *_head(found, names, lang),
            *_sources(found, names, lang),
            *_lines(found, names, lang),
        ]

    def foot(number: int, pages: int) -> str:
        return f"{found['id']} · {text(lang, 'paper.page', number=number, pages=pages)}"

    title = f"{text(lang, 'accountstatement.title')} {found['month_name']}"
    return paper.pdf(story, title=title, lang=lang, foot=foot)


def _whose(found: Mapping[str, Any], names: Mapping[str, str], lang: str) -> str:
    return names.get(found["performer_id"]) or text(lang, "accountstatement.gone")


def _head(found: Mapping[str, Any], names: Mapping[str, str], lang: str) -> list[Flowable]:
    closed = "accountstatement.closed" if found["closed"] else "accountstatement.open"
    made: list[Flowable] = [
        paper.paragraph(f"{text(lang, 'accountstatement.title')} {found['month_name']}", "h1"),
        paper.paragraph(text(lang, "accountstatement.whose", name=_whose(found, names, lang))),
        paper.paragraph(text(lang, closed)),
    ]
    for one in found["summaries"]:
        made += _summary(one, lang)
    if not found["summaries"]:
        made.append(paper.paragraph(text(lang, "accountstatement.empty")))
    return made


def _summary(one: Mapping[str, Any], lang: str) -> list[Flowable]:
    def row(name: str, micro: int) -> tuple[str, str]:
        return name, money(micro, one["currency"], lang)

    opening, closing, part = (
        text(lang, f"accountstatement.{key}") for key in ("opening", "closing", "of-which")
    )
    rows = [
        row(opening, one["opening_micro"]),
        *(row(change["name"], change["amount_micro"]) for change in one["changes"]),
        row(closing, one["closing_micro"]),
        *(row(f"{part} {item['name']}", item["amount_micro"]) for item in one["parts"]),
    ]
    columns = [text(lang, "accountstatement.col.what"), text(lang, "statement.col.amount")]
    return [
        CondPageBreak(_ROOM),
        paper.paragraph(one["currency"], "h2"),
        paper.grid(columns, rows),
    ]


def _sources(found: Mapping[str, Any], names: Mapping[str, str], lang: str) -> list[Flowable]:
    if not found["sources"]:
        return []
    made: list[Flowable] = [
        CondPageBreak(_ROOM),
        paper.paragraph(text(lang, "accountstatement.sources"), "h2"),
    ]
    for currency in sorted({one["currency"] for one in found["sources"]}):
        of_it = [one for one in found["sources"] if one["currency"] == currency]
        drawn = [
            Bar(
                f"{_title(one, names, lang)} · {word(lang, one['kind'])}",
                money(one["amount_micro"], currency, lang),
                one["amount_micro"],
            )
            for one in of_it[:_BARS_MAX]
        ]
        made.append(bars([*drawn, *_rest(of_it[_BARS_MAX:], currency, lang)]))
    return made


def _rest(left: list[dict[str, Any]], currency: str, lang: str) -> list[Bar]:
    """Whatever there is no room for, as one bar."""
    if not left:
        return []
    amount = sum(one["amount_micro"] for one in left)
    name = text(lang, "accountstatement.more", count=count(lang, len(left)))
    return [Bar(name, money(amount, currency, lang), amount)]


def _title(one: Mapping[str, Any], names: Mapping[str, str], lang: str) -> str:
    return names.get(one["cut_id"]) or text(lang, "use.untold")


def _lines(found: Mapping[str, Any], names: Mapping[str, str], lang: str) -> list[Flowable]:
    if not found["lines"]:
        return []
    keys = ("booked", "col.what", "usage", "seconds")
    columns = [text(lang, f"accountstatement.{key}") for key in keys]
    columns.append(text(lang, "statement.col.amount"))
    return [
        CondPageBreak(_ROOM),
        paper.paragraph(text(lang, "accountstatement.lines"), "h2"),
        paper.grid(columns, [_row(line, names, lang) for line in found["lines"]]),
        paper.gap(),
        paper.paragraph(text(lang, "accountstatement.proof"), "small"),
    ]


def _row(line: Mapping[str, Any], names: Mapping[str, str], lang: str) -> tuple[str, ...]:
    amounts = [money(one["amount_micro"], one["currency"], lang) for one in line["amounts"]]
    claim = line["claim"]
    booked = day(lang, line["recorded_at"])
    what = f"{line['name']} · {line['why']}"
    if claim is None:
        return booked, what, "", "", ", ".join(amounts)
    cut = _title(claim, names, lang)
    parts = [cut, _territory(claim, lang), month(lang, claim["period"])]
    if claim["views"] is not None:
        parts.append(f"{count(lang, claim['views'])} {text(lang, 'statement.col.views')}")
    shown = " · ".join(parts)
    used = f"{word(lang, claim['kind'])} · {', '.join(claim['stretches'])}"
    return booked, what, shown, used, ", ".join(amounts)


def _territory(claim: Mapping[str, Any], lang: str) -> str:
    return text(lang, "use.everywhere") if claim["territory"] == "*" else claim["territory"]
