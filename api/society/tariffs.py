"""What the pages of tariffs show: words, worked figures, versions, and who would win or lose."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from api.web import tariffwords
from api.web.office import Office
from core.errors import EbenbildError
from royalties.service import dryruns, tariffs
from royalties.service.dryruns import DryRun, PerformerResult
from royalties.service.usage_intake import COLLECTORS
from royalties.store.tariffs import Published
from royalties.tariffs.comparing import differences
from royalties.tariffs.documents import tariff_to_dict
from royalties.tariffs.examples import examples
from royalties.tariffs.facts import needed
from royalties.tariffs.models import IncomeKind, Tariff
from royalties.tariffs.proofreading import Fault, proofread

RESULTS_SHOWN = 50
MINUTE_MS = 60_000
COUNTS = ("subscribers", "unique_views", "payments")
FIELDS = {
    **{name: name for name in (*COUNTS, "completion", "days")},
    "agreed_micro": "agreed",
    "income_micro": "income",
    "watched_ms": "watched_minutes",
}


def told(tariff: Tariff, lang: str) -> dict[str, Any]:
    """A tariff as people read it."""
    return {
        "sentences": tariffwords.sentences(tariff, lang),
        "weights": tariffwords.weights(tariff, lang),
        "examples": [tariffwords.shown_example(tariff, one, lang) for one in examples(tariff)],
    }


def one_shown(office: Office, tariff_id: str, version: int | None) -> dict[str, Any]:
    """One version, what it changed, and all versions there are."""
    versions = tariffs.versions_of(office.session, office.caller, tariff_id)
    item = tariffs.get_tariff(office.session, office.caller, tariff_id, version)
    before = next((one for one in versions if one.tariff.version == item.tariff.version - 1), None)
    return {
        "item": item,
        "tariff": item.tariff,
        "words": told(item.tariff, office.lang),
        "versions": versions,
        "changed": () if before is None else differences(before.tariff, item.tariff),
        "publisher": office.names(organisations=[item.tenant_id]).organisations,
        "publishes": publishes(office),
    }


def publishes(office: Office) -> bool:
    """Whether who asks may publish a tariff."""
    return office.clerk and office.caller.tenant_kind in COLLECTORS


def draft_of(office: Office, tariff_id: str) -> str:
    """The text of a tariff to be edited: the next version of one's own, or a copy of another's."""
    item = tariffs.get_tariff(office.session, office.caller, tariff_id)
    document = tariff_to_dict(item.tariff)
    if item.tenant_id == office.caller.tenant_id:
        document["version"] += 1
    else:
        document |= {"id": f"our-{item.tariff.id}"[:64].rstrip("-"), "version": 1}
    return json.dumps(document, indent=2, ensure_ascii=False)


def read_draft(office: Office, text: str) -> dict[str, Any]:
    """What a text would be as a tariff, or what is wrong with it, by line."""
    tariff, faults = proofread(text)
    error: EbenbildError | None = None
    before: Published | None = None
    if tariff is not None:
        try:
            tariffs.check(office.session, office.caller, tariff_to_dict(tariff))
            before = _before(office, tariff)
        except EbenbildError as exc:
            tariff, error = None, exc
    return {
        "text": text,
        "faults": _by_line(text, faults),
        "error": error,
        "tariff": tariff,
        "words": None if tariff is None else told(tariff, office.lang),
        "changed": differences(before.tariff, tariff) if before and tariff else (),
    }


def _before(office: Office, tariff: Tariff) -> Published | None:
    """The version that this one follows."""
    if tariff.version == 1:
        return None
    return tariffs.get_tariff(office.session, office.caller, tariff.id, tariff.version - 1)


def _by_line(text: str, faults: Sequence[Fault]) -> list[tuple[Fault, str]]:
    """Each fault with the words of its line."""
    lines = text.splitlines() or [""]
    return [(one, lines[min(one.line, len(lines)) - 1].strip()) for one in faults]


def tried(office: Office, asked: Any, tariff_id: str) -> dict[str, Any]:
    """A month under a tariff beside what was booked; who would change most comes first."""
    item = tariffs.get_tariff(office.session, office.caller, tariff_id, asked.version)
    found = dryruns.dry_run(
        office.session,
        office.caller,
        tariff_id,
        period=asked.period,
        version=asked.version,
        figures=figures_of(item.tariff, asked),
    )
    ranked = sorted(found.performers, key=lambda one: -abs(one.difference_micro))
    shown = ranked[asked.start : asked.start + RESULTS_SHOWN]
    return {
        "found": found,
        "rows": [(one, _bar(one, ranked)) for one in shown],
        "more": asked.start + RESULTS_SHOWN if len(ranked) > asked.start + RESULTS_SHOWN else 0,
        "sums": _sums(found),
        "fields": asks_for(item.tariff),
        "again": urlencode(asked.model_dump(exclude={"start"}, exclude_none=True)),
        "names": office.names(
            performers=[one.performer_id for one in shown],
            organisations={who for who, _ in found.told},
        ),
    }


def figures_of(tariff: Tariff, asked: Any) -> dict[str, Any]:
    """What was supposed of the month, as a dry run takes it."""
    wanted = asks_for(tariff)
    said = {name: getattr(asked, name) for name in wanted if getattr(asked, name) not in {None, ""}}
    earned = {"training": said.pop("training", None), _earning(tariff): said.pop("income", None)}
    whole: dict[str, Any] = {name: said[name] for name in COUNTS if name in said}
    if any(earned.values()):
        whole["income"] = {kind: amount for kind, amount in earned.items() if amount}
        whole["currency"] = tariff.currency
    if "watched_minutes" in said:
        whole["watched_ms"] = said["watched_minutes"] * MINUTE_MS
    each: dict[str, Any] = {name: said[name] for name in ("days", "agreed") if name in said}
    if "completion" in said:
        each["completion"] = f"{said['completion']}/100"
    return {name: one for name, one in (("whole", whole), ("each", each)) if one}


def asks_for(tariff: Tariff) -> tuple[str, ...]:
    """What a trial asks for where the reports do not say it, by the names of the page's fields."""
    fields = [FIELDS[name] for name in needed(tariff) if name in FIELDS]
    if tariff.counts == (IncomeKind.TRAINING,):
        fields.remove("income")
    return (*fields, "training") if IncomeKind.TRAINING in tariff.counts else tuple(fields)


def _earning(tariff: Tariff) -> str:
    """The first kind of income that a tariff counts, training money apart."""
    others = (kind.value for kind in tariff.counts if kind is not IncomeKind.TRAINING)
    return next(others, "")


def _sums(found: DryRun) -> dict[str, int]:
    """Both sides of the month, and how many would get more or less."""
    changes = [one.difference_micro for one in found.performers]
    return {
        "before": sum(one.paid_micro for one in found.performers),
        "after": sum(one.amount_micro for one in found.performers),
        "winners": sum(one > 0 for one in changes),
        "losers": sum(one < 0 for one in changes),
    }


def _bar(one: PerformerResult, ranked: Sequence[PerformerResult]) -> tuple[int, int]:
    """Where a bar begins and how wide it is, in hundredths; losses go left of the middle."""
    most = abs(ranked[0].difference_micro) or 1
    width = 50 * abs(one.difference_micro) // most
    return (50 if one.difference_micro >= 0 else 50 - width), width
