"""The conditions that rules are made of: each asks one thing of the facts and answers yes or no.

The set is closed, so that data can be checked when they are loaded. `None` says that nobody
knows; three-valued as in Kleene's logic, so an unknown fact never makes a rule kept or broken
where the known ones decide already.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from licensing.models import ANY
from licensing.rulepacks.models import ConsentFacts, Group, Value
from licensing.rulepacks.times import day_of, midnight, right_ends, within_years, years_after
from registry.models.people import Purpose
from registry.models.works import KindOfUse

Flag = Callable[[ConsentFacts, datetime], bool | None]
Measure = Callable[[ConsentFacts, int, datetime], bool | None]
Choice = Callable[[ConsentFacts, tuple[str, ...]], bool | None]
TRAINING = frozenset({KindOfUse.TRAIN_MODEL, KindOfUse.TEXT_AND_DATA_MINING})


def holds(group: Group, facts: ConsentFacts, at: datetime) -> bool | None:
    """Whether every condition of the group does; None where that hangs on an unknown fact."""
    return all_of(_answer(name, value, facts, at) for name, value in group.items())


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """No as soon as one is no, else unknown as soon as one is unknown."""
    given = tuple(answers)
    return False if False in given else None if None in given else True


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Yes as soon as one is yes, else unknown as soon as one is unknown."""
    given = tuple(answers)
    return True if True in given else None if None in given else False


def _answer(name: str, value: Value, facts: ConsentFacts, at: datetime) -> bool | None:
    if name in FLAGS:
        found = FLAGS[name](facts, at)
        return None if found is None else found is value
    if name in MEASURES:
        assert isinstance(value, int)
        return MEASURES[name](facts, value, at)
    assert isinstance(value, tuple)
    if name == "kinds_of_one_group":
        return any(_kinds(facts) <= set(group) for group in value)
    return CHOICES[name](facts, tuple(str(item) for item in value))


def _kinds(facts: ConsentFacts) -> set[str]:
    return {kind.value for kind in facts.kinds or facts.terms.kinds}


def _minor(facts: ConsentFacts, at: datetime) -> bool:
    """A minor when the consent was signed: growing up later does not mend it."""
    majority = facts.performer_minor_until
    return majority is not None and day_of(facts.signed_at or at) < majority


def _ends_by_majority(facts: ConsentFacts, at: datetime) -> bool:
    majority = facts.performer_minor_until
    return majority is None or facts.terms.valid_until <= midnight(majority)


def _guardians_signed(facts: ConsentFacts, at: datetime) -> bool | None:
    if facts.guardians_signed is None:
        return None
    due = set(facts.guardians_due)
    return bool(due) and due <= set(facts.guardians_signed)


def _signed_after_death(facts: ConsentFacts, at: datetime) -> bool:
    died = facts.deceased_on
    return died is not None and day_of(facts.signed_at or at) >= died


def _right_outlasts_term(facts: ConsentFacts, at: datetime) -> bool:
    died = facts.deceased_on
    if died is None:
        return True
    known = tuple(day for day in facts.public_uses if day <= day_of(at))
    return facts.terms.valid_until <= midnight(right_ends(died, known))


def _after_term(facts: ConsentFacts, at: datetime) -> bool:
    day = facts.release_at
    return day is not None and facts.terms.valid_until <= midnight(day)


def _purposes_given(facts: ConsentFacts, at: datetime) -> bool:
    """Whether every purpose of these kinds is consented to; the signed licence itself counts."""
    if facts.purposes is None:
        return True
    wanted = {Purpose.LICENSING.value}
    if KindOfUse.TRAIN_MODEL.value in _kinds(facts):
        wanted.add(Purpose.TRAINING.value)
    if facts.release_at is not None:
        wanted.add(Purpose.MATCHING.value)
    return wanted <= facts.purposes


def _training_alone(facts: ConsentFacts, at: datetime) -> bool:
    kinds = set(facts.terms.kinds)
    return not kinds & TRAINING or kinds <= TRAINING


def _dead_for_at_most(facts: ConsentFacts, years: int, at: datetime) -> bool:
    died = facts.deceased_on
    day = facts.release_at or day_of(facts.terms.valid_from)
    return died is not None and day < years_after(died, years)


def _contexts(facts: ConsentFacts, named: tuple[str, ...]) -> bool:
    return bool(set(facts.contexts) & set(named))


def _media(facts: ConsentFacts, named: tuple[str, ...]) -> bool:
    shown = set(facts.media or facts.terms.media)
    return ANY in shown or bool(shown & set(named))


FLAGS: dict[str, Flag] = {
    "minor": _minor,
    "deceased": lambda f, at: f.deceased_on is not None,
    "released": lambda f, at: f.release_at is not None,
    "after_term": _after_term,
    "ai_labelled": lambda f, at: f.ai_labelled,
    "in_suspension": lambda f, at: f.in_suspension,
    "priced": lambda f, at: f.terms.tariff.rate_micro > 0 or f.terms.tariff.tariff is not None,
    "described": lambda f, at: bool(f.terms.description.strip()),
    "written": lambda f, at: f.terms.formation.written,
    "separate_agreement": lambda f, at: f.terms.formation.separate_agreement,
    "conspicuous": lambda f, at: f.terms.formation.conspicuous,
    "counsel": lambda f, at: f.terms.formation.counsel,
    "union_agreement": lambda f, at: f.terms.formation.union_agreement,
    "agency_key": lambda f, at: f.terms.formation.agency_key,
    "court_approval": lambda f, at: bool(f.terms.formation.court_approval_ref.strip()),
    "post_mortem": lambda f, at: f.terms.post_mortem,
    "label_promised": lambda f, at: f.terms.label_ai,
    "works_named": lambda f, at: ANY not in f.terms.works,
    "ends_by_majority": _ends_by_majority,
    "guardians_signed": _guardians_signed,
    "child_agreed": lambda f, at: f.child_agreed,
    "signed_after_death": _signed_after_death,
    "right_outlasts_term": _right_outlasts_term,
    "purposes_given": _purposes_given,
    "training_alone": _training_alone,
    "consent_covers": lambda f, at: f.consent_covers,
    "reviewed": lambda f, at: f.reviewed,
    "replaces_in_person": lambda f, at: f.replaces_in_person,
    "within_description": lambda f, at: f.within_description,
    "licensed_in_time": lambda f, at: f.licensed_in_time,
}
MEASURES: dict[str, Measure] = {
    "term_years_max": lambda f, years, at: within_years(
        f.terms.valid_from, f.terms.valid_until, years
    ),
    "description_words_min": lambda f, least, at: len(f.terms.description.split()) >= least,
    "use_notice_hours_min": lambda f, least, at: f.terms.use_notice_hours >= least,
    "dead_years_max": _dead_for_at_most,
}
CHOICES: dict[str, Choice] = {
    "kinds_any": lambda f, named: bool(_kinds(f) & set(named)),
    "kinds_none": lambda f, named: not _kinds(f) & set(named),
    "contexts_any": _contexts,
    "contexts_none": lambda f, named: not _contexts(f, named),
    "media_any": _media,
}
