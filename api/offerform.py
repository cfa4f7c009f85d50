"""What stands in the fields of a studio's request, as an address carries it, read as terms.

The form is sent with GET: a preview changes nothing, and whoever goes back finds it filled in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from core.clock import from_text
from core.errors import BadInput, BadTerms
from licensing.models import ANY, TariffKind
from licensing.templates.models import Template

# What a price is named by here; any other choice is the id of a tariff.
SIMPLE = (TariffKind.PER_MINUTE, TariffKind.PER_VIEW)
# Fields of a contract that this form asks for in its own way, or knows.
OWN = frozenset(
    {"performer_id", "licensee_id", "description", "valid_from", "tariff", "works", "territories"}
)
_LISTS = frozenset({"territories", "languages", "media", "kinds", "modalities"})
_WHOLE = frozenset({"seconds_max", "uses_max", "use_notice_hours", "termination_notice_days"})


@dataclass(frozen=True, slots=True)
class Written:
    """The fields by name, each with everything that was chosen in it; empty before it was sent."""

    fields: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, pairs: Sequence[tuple[str, str]]) -> Self:
        """From the pairs of an address; what is empty says nothing."""
        made: dict[str, tuple[str, ...]] = {}
        for name, value in pairs:
            if value.strip():
                made[name] = (*made.get(name, ()), value.strip())
        return cls(made)

    def one(self, name: str) -> str:
        """What a field says, or nothing."""
        return self.fields.get(name, ("",))[0]

    @property
    def is_sent(self) -> bool:
        """Whether somebody asked for a preview."""
        return "preview" in self.fields

    @property
    def performer_id(self) -> str:
        """Whom it is about: an id that was typed in goes before a choice."""
        return self.one("other_id") or self.one("performer_id")

    def answers(self, template: Template, licensee_id: str, currency: str) -> dict[str, object]:
        """Fields of a terms file; a price by tariff is in the tariff's own `currency`.

        Raises `BadTerms` for a day or a number that is none.
        """
        made: dict[str, object] = {
            "performer_id": self.performer_id,
            "licensee_id": licensee_id,
            "description": self.one("description"),
            "tariff": self._price(currency),
            "works": list(self.fields.get("works", ())),
        }
        for name in ("valid_from", "valid_until"):
            if self.one(name):
                made[name] = moment(self.one(name), name)
        for name in (
            {"territories", *(item.name for item in template.fields)} - made.keys() - {*OWN}
        ):
            made |= self._plain(name)
        return made | self._plain("territories")

    def _plain(self, name: str) -> dict[str, object]:
        said = self.one(name)
        if not said:
            return {}
        if name == "formation":
            return {name: {"court_approval_ref": said}}
        if name in _LISTS:
            return {name: ANY if said == ANY else said.replace(",", " ").split()}
        return {name: _whole(said, name) if name in _WHOLE else said}

    def _price(self, currency: str) -> dict[str, object]:
        per, rate = self.one("per"), self.one("rate").replace(",", ".")
        if per in {kind.value for kind in SIMPLE}:
            return {"kind": per, "rate": rate, "currency": self.one("currency")}
        named: dict[str, object] = {
            "kind": TariffKind.TARIFF.value,
            "id": per,
            "currency": currency,
        }
        return {**named, "rate": rate} if rate else named


def moment(day: str, field: str) -> str:
    """The beginning of a day, in UTC; raises `BadTerms` for what is no day."""
    said = f"{day}T00:00:00Z"
    try:
        from_text(said)
    except BadInput as exc:
        raise BadTerms(
            f"{field} must be a day.", next_step="Write it as 2026-11-21.", fields=(field,)
        ) from exc
    return said


def _whole(said: str, field: str) -> int:
    if not (said.isascii() and said.isdigit() and len(said) < 10):
        raise BadTerms(f"{field} must be a whole number.", fields=(field,))
    return int(said)
