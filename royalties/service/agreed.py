"""What prices by tariff rest on: the pinned tariffs, who is in the cut, and fees owed once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlmodel import Session

from core.principal import Principal
from licensing.models import TariffRef, TariffTerm
from registry.models.works import Cut
from registry.store import works
from royalties.agreed import Agreed, Pools, once
from royalties.collecting import Collectors
from royalties.entitlement import entitled
from royalties.flats import Due, Firsts
from royalties.models import ClearedUse
from royalties.participants import everybody
from royalties.service.casting import roles_of
from royalties.service.entitlements import Grounds, history_of, parties_of
from royalties.service.tariffs import tariffs_pinned
from royalties.store import usage as usage_store
from royalties.tariffs.models import POOLS, Per, Tariff
from royalties.unlicensed import Unlicensed, UnlicensedPrice, found_in


def agreed_in(
    session: Session,
    principal: Principal,
    grounds: Grounds,
    uses: Sequence[ClearedUse],
    *,
    prices: Mapping[str, Sequence[UnlicensedPrice]],
    pools: Pools,
    collectors: Collectors,
) -> Agreed:
    """What the prices of these uses of a cut rest on; no tariff is read for simple rates.

    `prices` are those of each book for unlicensed uses, `pools` the licensee's. Whose cut it is not
    owes nothing for it.
    """
    newest, voided = grounds.history[-1], grounds.voided
    if newest.tenant_id != principal.tenant_id:
        return Agreed(voided=voided, collectors=collectors)
    found, creditors = found_in(newest, uses), grounds.parties.creditors
    unlicensed = Unlicensed(newest, found, creditors, prices, collectors)
    terms = [one.term for asked in prices.values() for one in asked if one.term is not None]
    tariffs = tariffs_pinned(session, principal, [*(use.tariff for use in uses), *terms])
    bare = Agreed(
        uses=uses,
        unlicensed=unlicensed,
        shares=grounds.shares,
        pools=pools,
        voided=voided,
        collectors=collectors,
    )
    if not tariffs:
        return bare
    cut = works.get_cut(session, principal, newest.cut_id)
    roles = roles_of(session, principal, cut)
    return replace(
        bare,
        tariffs=tariffs,
        participants=everybody(newest, uses, format=cut.format, roles=roles),
        due=_due(session, principal, cut, tariffs),
    )


def cuts_with(
    session: Session, principal: Principal, cut_id: str, terms: Iterable[TariffTerm]
) -> tuple[str, ...]:
    """The cut, and those that share a fee or a pool with it: who books one has to look at all."""
    tariffs = tariffs_pinned(session, principal, terms)
    if any(tariff.kind in POOLS for tariff in tariffs.values()):
        return usage_store.cuts_reported(session, principal)
    if not any(once(tariff) is Per.WORK for tariff in tariffs.values()):
        return (cut_id,)
    cut = works.get_cut(session, principal, cut_id)
    return tuple(sorted(one.id for one in _of_work(session, principal, cut.work_id)))


def _due(session: Session, principal: Principal, cut: Cut, tariffs: dict[TariffRef, Tariff]) -> Due:
    """The lines that carry a fee, of each tariff, over every cut that the fee is for."""
    found: Due = frozenset()
    for ref, tariff in tariffs.items():
        per = once(tariff)
        if per is None:
            continue
        firsts = Firsts(per)
        reach = [cut] if per is Per.CUT else _of_work(session, principal, cut.work_id)
        for one in reach:
            _see(session, principal, one, ref, firsts)
        found |= firsts.due()
    return found


def _of_work(session: Session, principal: Principal, work_id: str) -> list[Cut]:
    """The cuts of this very work; those of works below it have fees of their own."""
    below = works.cuts_below(session, principal, work_id)
    found = [works.get_cut(session, principal, cut_id) for cut_id in below]
    return [cut for cut in found if cut.work_id == work_id]


def _see(session: Session, principal: Principal, cut: Cut, ref: TariffRef, firsts: Firsts) -> None:
    history = history_of(session, principal, cut.id)
    uses, _ = entitled(history, parties_of(session, principal, history))
    priced = [use for use in uses if use.tariff.tariff == ref]
    if not priced:
        return
    for page in usage_store.pages(session, principal, cut.id):
        for line in page:
            for use in priced:
                firsts.see(cut.work_id, use, line)
