"""What the doctor says of settings: by name, never by value, and before somebody needs them."""

from pathlib import Path

import pytest

from api.doctorsettings import changed, doubtful, unusable
from api.web.faulttexts import told
from core.settings import Settings, load_settings


def test_what_is_not_at_its_default_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = set(changed(load_settings()))
    monkeypatch.setenv("EBENBILD_MAIL__PASSWORD", "secret-value")
    monkeypatch.setenv("EBENBILD_THREADS", "3")
    monkeypatch.setenv("EBENBILD_SERVER__PORT", "8420")
    assert set(changed(load_settings())) == {"EBENBILD_THREADS", "EBENBILD_MAIL__PASSWORD"} | before


def with_places(folder: Path) -> Settings:
    return Settings.model_validate(
        {
            "scratch_dir": folder / "scratch",
            "accounts": {"breached_passwords": folder / "stolen.txt"},
            "enrolment": {"recogniser_command": f"{folder}/hear --fast"},
        }
    )


def test_places_and_programs_that_are_not_there_are_found(tmp_path: Path) -> None:
    settings = with_places(tmp_path)
    said = [*unusable(settings), *doubtful(settings)]
    assert [one.partition(":")[0] for one in said] == [
        "EBENBILD_SCRATCH_DIR",
        "EBENBILD_ACCOUNTS__BREACHED_PASSWORDS",
        "EBENBILD_ENROLMENT__RECOGNISER_COMMAND",
    ]
    assert all(told("de", one) != one for one in said)


def test_places_and_programs_that_are_there_are_not(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    (tmp_path / "stolen.txt").touch()
    (tmp_path / "hear").touch(mode=0o700)
    settings = with_places(tmp_path)
    assert [*unusable(settings), *doubtful(settings)] == []


@pytest.mark.parametrize(
    ("sender", "base_url", "wrong"),
    [
        ("notices@example.org", "https://registry.example.org", []),
        ("nobody", "https://registry.example.org", ["EBENBILD_MAIL__SENDER"]),
        ("ebenbild@localhost.invalid", "https://registry.example.org", ["EBENBILD_MAIL__SENDER"]),
        ("notices@example.org", "https://registry.invalid", ["EBENBILD_BASE_URL"]),
    ],
)
def test_mail_that_nobody_takes_or_can_follow_is_found(
    sender: str, base_url: str, wrong: list[str]
) -> None:
    mail = {"host": "mail.example.org", "sender": sender}
    said = doubtful(Settings.model_validate({"mail": mail, "base_url": base_url}))
    assert [one.partition(":")[0] for one in said] == wrong
    assert all(told("de", one) != one for one in said)
    assert doubtful(Settings.model_validate({"mail": {"sender": sender}})) == []


@pytest.mark.parametrize(
    ("mail", "wrong"),
    [
        ({"host": "mail.example.org", "security": "none"}, ["EBENBILD_MAIL__SECURITY"]),
        ({"host": "localhost", "security": "none"}, []),
        ({"host": "mail.example.org:25"}, ["EBENBILD_MAIL__HOST"]),
        ({"host": "2001:db8::25"}, []),
    ],
)
def test_mail_in_the_clear_and_ports_in_names_are_found(
    mail: dict[str, str], wrong: list[str]
) -> None:
    reached = {"sender": "notices@example.org", **mail}
    said = doubtful(
        Settings.model_validate({"mail": reached, "base_url": "https://registry.example.org"})
    )
    assert [one.partition(":")[0] for one in said] == wrong
    assert all(told("de", one) != one for one in said)
