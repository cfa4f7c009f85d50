"""What a sentence calls a licence: never by its id."""

from api.reasonnames import licence_name
from api.web.texts import day, reason
from tests.unit.licensing.examples import terms


def test_a_licence_is_called_by_what_it_is_for_and_its_end() -> None:
    dub = terms(description="Twelve episodes")
    until = day("en", dub.valid_until)
    assert licence_name("en", dub) == f"“Twelve episodes” (until {until})"
    assert licence_name("de", terms(description="Zwölf Folgen")).startswith("„Zwölf Folgen“ (bis ")


def test_one_without_a_description_is_called_by_its_uses_and_a_long_one_is_cut() -> None:
    assert "(until" in licence_name("en", terms(description=""))
    assert not licence_name("en", terms(description="")).startswith("“”")
    assert "… ”" not in licence_name("en", terms(description="x" * 2000))
    assert len(licence_name("en", terms(description="x" * 2000))) < 120


def test_each_language_has_its_own_name_of_it() -> None:
    said = {"licence_id": "“Dub” (until 2036-01-01)", "licence_id_de": "„Dub“ (bis 01.01.2036)"}
    item = {"code": "licence-covers", "detail": said}
    assert reason("en", item) == "Licence “Dub” (until 2036-01-01) covers this use."
    assert reason("de", item) == "Die Lizenz „Dub“ (bis 01.01.2036) deckt diese Verwendung."
