"""Licences in the forms that other programs read: ODRL for rights, RSL for crawlers, CAWG for C2PA.

ODRL says what a licence allows its licensee. RSL and CAWG speak to everybody, whom no licence
allows anything: they say what the performers declare to all, and silence is a reservation.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from licensing.cawg import training_mining
from licensing.credential import LicenceFacts
from licensing.models_standing import Stance, Standing
from licensing.odrl import odrl_of
from licensing.reservations import USAGES, rsl_of


class Form(StrEnum):
    """In which form licences are exported."""

    ODRL = "odrl.jsonld"
    RSL = "rsl.xml"
    CAWG = "cawg.json"


MEDIA_TYPES = {
    Form.ODRL: "application/ld+json",
    Form.RSL: "application/rsl+xml",
    Form.CAWG: "application/json",
}


@dataclass(frozen=True, slots=True)
class Exportable:
    """Licences, what their performers say to everybody, and where that can be read.

    `several` is a certificate's, whose licences stand in a list, be it of one or none.
    """

    licences: Sequence[LicenceFacts]
    standings: Sequence[Standing]
    address: str
    several: bool = False


def exported(found: Exportable, form: Form, *, location: str = "/") -> bytes:
    """The bytes of one form; `location` is what an RSL document is about, a path or an address."""
    if form is Form.RSL:
        return rsl_of(found.standings, address=found.address, location=location)
    if form is Form.CAWG:
        return _json(training_mining(found.standings, address=found.address))
    policies = [odrl_of(facts) for facts in found.licences]
    return _json(policies if found.several else policies[0])


def to_everybody(
    performer_ids: Collection[str], declared: Mapping[str, Sequence[Standing]]
) -> tuple[Standing, ...]:
    """What holds for everybody where these people appear together, for each kind crawlers know.

    One person's terms can be met at one address; those of several cannot, so that is a
    reservation, like silence.
    """
    found = []
    for kind in USAGES:
        for performer_id in sorted(performer_ids)[:1]:
            said = [one for one in declared.get(performer_id, ()) if one.kind is kind]
            alone = len(performer_ids) == 1 and said and said[0].stance is Stance.TERMS
            found.append(said[0] if alone else Standing(performer_id, kind, Stance.NEVER))
    return tuple(found)


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
