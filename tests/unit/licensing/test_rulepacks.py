"""Rule packs: every row of the lawyers' table, its edges to the second, a judge that is total."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput, Broken
from licensing.assets import condition_words
from licensing.models import Formation
from licensing.rulepacks.cases import BASE, NOT_CONCERNED, Case, read_cases, run
from licensing.rulepacks.conditions import CHOICES, FLAGS, MEASURES
from licensing.rulepacks.explaining import reasons, why
from licensing.rulepacks.facts import facts_from_dict
from licensing.rulepacks.judging import judge, packs_for, worst
from licensing.rulepacks.models import Basis, Certainty, ConsentFacts, Verdict
from licensing.rulepacks.packs import read_pack, shipped_packs
from licensing.rulepacks.times import right_ends, within_years, years_after
from licensing.wording import render
from registry.models.works import KindOfUse
from registry.territories import KNOWN, overlap, within

AT = datetime(2026, 12, 1, tzinfo=UTC)
CASES = read_cases(files("licensing").joinpath("data", "rule-cases.csv").read_text("utf-8"))
MINIMAL = """
id = "x"
title = { en = "X", de = "X" }
standing = "law"
jurisdiction = "DE"
territories = ["DE"]
valid_from = "2026-01-01T00:00:00Z"
recorded_at = "2026-01-01T00:00:00Z"
source = "Somewhere"
certainty = "confirmed"
[[rules]]
id = "one"
source = "1"
clause = { en = "One.", de = "Eins." }
verdict = "invalid"
must = [{ described = true }]
"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.line}-{case.rule}")
def test_the_lawyers_table(case: Case) -> None:
    (outcome,) = run([case], shipped_packs())
    assert outcome.found == case.verdict, case.words


def test_every_judged_rule_has_a_row_on_each_side_of_its_edge() -> None:
    sides: dict[tuple[str, str], set[str]] = defaultdict(set)
    for case in CASES:
        sides[case.pack, case.rule].add(case.verdict)
    for pack in shipped_packs():
        for rule in pack.rules:
            if rule.verdict is not None:
                seen = sides.pop((pack.id, rule.id), set())
                assert rule.verdict in seen, (pack.id, rule.id)
                assert seen - {rule.verdict}, (pack.id, rule.id)
    assert not sides, "rows for rules that are not there"


def test_ten_years_and_a_day_is_refused_with_its_clause() -> None:
    until = datetime(2036, 12, 1, tzinfo=UTC)
    facts = ConsentFacts(replace(BASE, valid_until=until + timedelta(days=1)), territories=("US",))
    packs = packs_for(shipped_packs(), ("US",), AT)
    (broken,) = [f for f in judge(facts, packs, AT) if f.verdict is Verdict.INVALID]
    assert (broken.rule_id, broken.basis) == ("living-ten-years", Basis.BROKEN)
    assert "ten years" in broken.clause.en and "zehn Jahre" in broken.clause.de
    kept = ConsentFacts(replace(BASE, valid_until=until), territories=("US",))
    assert worst(judge(kept, packs, AT)) is not Verdict.INVALID


def test_one_second_more_than_ten_years_is_too_long() -> None:
    start = datetime(2026, 12, 1, 10, 30, tzinfo=UTC)
    end = datetime(2036, 12, 1, 10, 30, tzinfo=UTC)
    assert within_years(start, end, 10)
    assert not within_years(start, end + timedelta(seconds=1), 10)


def test_a_leap_day_has_its_anniversary_on_the_last_of_february() -> None:
    assert years_after(date(2028, 2, 29), 10) == date(2038, 2, 28)
    assert years_after(date(2028, 2, 29), 4) == date(2032, 2, 29)
    assert years_after(date(9995, 5, 5), 10) == date(9999, 5, 5)


def test_a_right_is_renewed_only_by_use_shortly_before_its_end() -> None:
    died = date(2000, 1, 1)
    assert right_ends(died, ()) == date(2010, 1, 1)
    assert right_ends(died, [date(2008, 1, 1)]) == date(2015, 1, 1)
    assert right_ends(died, [date(2007, 12, 31)]) == date(2010, 1, 1)
    assert right_ends(died, [date(2010, 1, 1)]) == date(2010, 1, 1)
    every_year = [date(year, 6, 1) for year in range(2000, 2200)]
    assert right_ends(died, every_year) == date(2070, 1, 1)


def test_a_use_that_lies_ahead_renews_nothing_yet() -> None:
    facts = ConsentFacts(
        BASE,
        territories=("US",),
        deceased_on=date(2016, 12, 2),
        public_uses=(date(2026, 12, 1),),
    )
    packs = packs_for(shipped_packs(), ("US",), AT)
    seen = worst(judge(facts, packs, AT - timedelta(days=1)))
    assert seen is Verdict.INVALID
    assert worst(judge(facts, packs, AT)) is Verdict.VALID


MOMENTS = st.datetimes(timezones=st.just(UTC))
DAYS = st.none() | st.dates()


@given(
    st.tuples(MOMENTS, MOMENTS),
    st.sets(st.sampled_from(KindOfUse)),
    st.booleans(),
    st.tuples(DAYS, DAYS, DAYS),
    MOMENTS,
)
def test_judging_never_raises_and_an_expired_pack_never_approves(
    term: tuple[datetime, datetime],
    kinds: set[KindOfUse],
    union: bool,
    days: tuple[date | None, date | None, date | None],
    at: datetime,
) -> None:
    facts = ConsentFacts(
        replace(
            BASE,
            valid_from=term[0],
            valid_until=term[1],
            kinds=tuple(kinds),
            formation=Formation(union_agreement=union),
        ),
        performer_minor_until=days[0],
        deceased_on=days[1],
        release_at=days[2],
        public_uses=tuple(day for day in days if day),
    )
    expired = {pack.id for pack in shipped_packs() if pack.expired(at)}
    for finding in judge(facts, packs_for(shipped_packs(), ("*",), at), at):
        if finding.pack_id in expired:
            assert finding.verdict is Verdict.NEEDS_HUMAN


def test_a_state_lies_in_its_country_and_not_the_other_way_round() -> None:
    assert within("US-NY", "US") and not within("US", "US-NY")
    assert overlap(("US",), ("DE", "US-IL")) and not overlap(("US-NY",), ("US-IL",))
    assert {"US-NY", "US-CA", "US-IL", "DE"} <= KNOWN and "US-XX" not in KNOWN


def test_of_two_versions_the_one_in_force_counts() -> None:
    old = replace(read_pack(MINIMAL, "old"), valid_until=datetime(2026, 6, 1, tzinfo=UTC))
    new = replace(
        old,
        valid_from=datetime(2026, 6, 1, tzinfo=UTC),
        valid_until=None,
        recorded_at=datetime(2026, 2, 1, tzinfo=UTC),
    )
    assert packs_for((new, old), ("DE",), datetime(2026, 5, 31, tzinfo=UTC)) == (old,)
    assert packs_for((new, old), ("DE",), datetime(2026, 6, 1, tzinfo=UTC)) == (new,)
    assert packs_for((old,), ("DE",), datetime(2026, 6, 1, tzinfo=UTC)) == (old,)


def test_what_is_from_memory_or_second_hand_says_so() -> None:
    unconfirmed = {p.id for p in shipped_packs() if p.certainty is Certainty.UNCONFIRMED}
    assert unconfirmed == {
        "us-sag-aftra",
        "de-ki-tv-2025",
        "eu-gdpr-9",
        "cn-aigc-label",
        "dk-likeness",
    }


@pytest.mark.parametrize(
    "change",
    [
        ("must = [{ described = true }]", "must = [{ describd = true }]"),
        ("must = [{ described = true }]", 'must = [{ described = "yes" }]'),
        ("must = [{ described = true }]", "must = [{ term_years_max = true }]"),
        ('verdict = "invalid"', 'verdict = "refused"'),
        ('verdict = "invalid"\n', ""),
        ('territories = ["DE"]', 'territories = ["UK"]'),
        ('territories = ["DE"]', "territories = []"),
        ('clause = { en = "One.", de = "Eins." }', 'clause = { en = "One." }'),
        ('source = "1"', ""),
        ('valid_from = "2026-01-01T00:00:00Z"', 'valid_from = "2026-01-01"'),
    ],
)
def test_a_faulty_pack_names_itself(change: tuple[str, str]) -> None:
    assert MINIMAL.count(change[0]) >= 1
    with pytest.raises(Broken, match=r"pack mine\.toml"):
        read_pack(MINIMAL.replace(*change), "mine.toml")


@pytest.mark.parametrize(
    "line",
    [
        "us-ny-gob-5-302,x,words,US-XX,2026-12-01,,valid",
        "us-ny-gob-5-302,x,words,US,2026-13-01,,valid",
        "us-ny-gob-5-302,x,words,US,2026-12-01,,maybe",
        "us-ny-gob-5-302,x,words,US,2026-12-01,term=P,valid",
        "us-ny-gob-5-302,x,words,US,2026-12-01,unheard=of,valid",
        "us-ny-gob-5-302,x,words,US,2026-12-01,use_notice_hours=many,valid",
        "us-ny-gob-5-302,x,words,US,2026-12-01",
    ],
)
def test_a_row_that_cannot_be_read_is_named_by_its_line(line: str) -> None:
    with pytest.raises(BadInput, match="Line 2"):
        read_cases(f"pack,rule,case,territories,at,facts,verdict\n{line}\n")


def test_a_table_can_expect_that_a_rule_does_not_apply() -> None:
    assert NOT_CONCERNED in {case.verdict for case in CASES}


def test_facts_name_the_field_that_cannot_be_read() -> None:
    read = facts_from_dict(BASE, {"deceased_on": "2020-01-01", "contexts": ["news"]})
    assert read.deceased_on == date(2020, 1, 1)
    for wrong in ({"deceased_on": "soon"}, {"contexts": "news"}, {"reviewed": 1}, {"kinds": ["x"]}):
        with pytest.raises(BadInput, match=next(iter(wrong))):
            facts_from_dict(BASE, wrong)
    with pytest.raises(BadInput, match="Unknown"):
        facts_from_dict(BASE, {"unheard": 1})


def test_a_union_agreement_brings_the_agreements_in() -> None:
    packs = packs_for(shipped_packs(), ("DE",), AT)
    plain = {finding.pack_id for finding in judge(ConsentFacts(BASE), packs, AT)}
    union = replace(BASE, formation=Formation(union_agreement=True), kinds=(KindOfUse.BLEND,))
    bound = {finding.pack_id for finding in judge(ConsentFacts(union), packs, AT)}
    assert "de-bffs-netflix" in bound - plain


@pytest.mark.parametrize("lang", ["en", "de"])
def test_every_condition_and_basis_has_words(lang: str) -> None:
    words = condition_words(lang)
    for name in FLAGS:
        assert {f"yes.{name}", f"no.{name}"} <= words.keys()
    for name in (*MEASURES, *CHOICES, "kinds_of_one_group"):
        assert f"yes.{name}" in words
    assert {f"basis.{basis}" for basis in Basis} <= words.keys()
    assert words.keys() == condition_words("en").keys()


def test_a_finding_explains_itself_in_both_languages() -> None:
    facts = ConsentFacts(
        replace(BASE, valid_until=datetime(2036, 12, 2, tzinfo=UTC)), territories=("US",)
    )
    packs = packs_for(shipped_packs(), ("US",), AT)
    found = [f for f in judge(facts, packs, AT) if f.verdict is Verdict.INVALID]
    assert why(found[0], "en") == (
        "Broken: the rule wants a term of at most 10 years (it runs from 2026-12-01 to 2036-12-02)."
    )
    assert "höchstens 10 Jahren" in why(found[0], "de-AT")
    (reason,) = reasons(found)
    assert "ten years at most" in render(reason, "en")
    assert "höchstens zehn Jahre" in render(reason, "de")
    assert "confirmed" in render(reason, "en") and "bestätigt" in render(reason, "de")


@pytest.mark.parametrize("lang", ["en", "de"])
def test_every_finding_of_the_table_reads_without_gaps(lang: str) -> None:
    for case in CASES:
        for finding in judge(case.facts, shipped_packs(), case.at):
            said = why(finding, lang)
            assert "{" not in said and "–" not in said, said
