"""What differs between two versions of a framework, in the form that differences are told in."""

from collections.abc import Iterable

from core.clock import to_text
from licensing.fields import tariff_to_dict
from licensing.frameworks import minimums_to_dict
from licensing.models import ANY, TariffTerm
from licensing.models_framework import FrameworkFacts
from licensing.templates.models import Change, ChangeKind

_PLAIN = ("use_notice_hours", "description_words_min", "suspension", "members_only")


def framework_changes(old: FrameworkFacts, new: FrameworkFacts) -> tuple[Change, ...]:
    """All that changed from `old` to `new`, in a fixed order; each price by itself."""
    before, after = _values(old), _values(new)
    return (
        *(
            _change(name, before[name], after[name])
            for name in before
            if before[name] != after[name]
        ),
        *_prices(old.minimums.rates, new.minimums.rates),
    )


def _values(facts: FrameworkFacts) -> dict[str, object]:
    least = minimums_to_dict(facts.minimums)
    return {
        "title": facts.title,
        "agreement": facts.agreement,
        "valid_from": to_text(facts.valid_from),
        "valid_until": None if facts.valid_until is None else to_text(facts.valid_until),
        "kinds": least["kinds"] or ANY,
        **{name: least[name] for name in _PLAIN},
    }


def _prices(old: Iterable[TariffTerm], new: Iterable[TariffTerm]) -> Iterable[Change]:
    before = {(rate.kind, rate.currency): rate for rate in old}
    after = {(rate.kind, rate.currency): rate for rate in new}
    for name in dict.fromkeys((*before, *after)):
        first, second = before.get(name), after.get(name)
        if first != second:
            yield _change("tariff", _table(first), _table(second))


def _table(rate: TariffTerm | None) -> object:
    return None if rate is None else tariff_to_dict(rate)


def _change(name: str, before: object, after: object) -> Change:
    return Change("term", name, ChangeKind.CHANGED, before, after)
