from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from api.web.faulttexts import told
from core.errors import BadInput
from core.settings import Settings, load_settings


def fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str | None]]:
    for name, field in model.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from fields(annotation, f"{prefix}{name}.")
        else:
            yield prefix + name, field.description


def test_every_setting_says_what_it_means() -> None:
    named = dict(fields(Settings))
    assert "server.port" in named
    assert all(text and text.endswith(".") for text in named.values()), named


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBENBILD_DATA_DIR", "/srv/ebenbild")
    monkeypatch.setenv("EBENBILD_SERVER__PORT", "9000")
    monkeypatch.delenv("EBENBILD_MODELS_DIR", raising=False)
    settings = load_settings()
    assert settings.server.port == 9000
    assert settings.models_path == Path("/srv/ebenbild/models")


@pytest.mark.parametrize("name", ["DATA_DIR", "MODELS_DIR", "ACCOUNTS__BREACHED_PASSWORDS"])
def test_a_place_whose_variable_is_empty_is_not_set(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(f"EBENBILD_{name}", raising=False)
    unset = load_settings()
    monkeypatch.setenv(f"EBENBILD_{name}", "")
    monkeypatch.setenv("EBENBILD_SERVER__PROXIES", "")
    settings = load_settings()
    assert settings.model_copy(update={"server": unset.server}) == unset
    assert settings.server.proxies == ""  # which is none at all, and no default


def test_the_folders_of_test_material_are_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBENBILD_MEDIA", "/srv/media")
    monkeypatch.setenv("EBENBILD_VECTORS", "/srv/vectors")
    assert load_settings().limits.seconds_max > 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EBENBILD_SERVER__PORT", "secret-value"),
        ("EBENBILD_SERVER__PROT", "1"),
        ("EBENBILD_BASE_URL", "secret-value"),
        ("EBENBILD_DECISION__FPIR_MATCH", "1.5"),
        ("EBENBILD_DECISION__FPIR_REVIEW", "0.0001"),
        ("EBENBILD_THREADS", "0"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadInput) as caught:
        load_settings()
    assert name.split("__")[0] in caught.value.message
    assert "secret-value" not in caught.value.message


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("EBENBILD_BASEURL", "EBENBILD_BASE_URL"),
        ("EBENBILD_PORT", "EBENBILD_SERVER__PORT"),
        ("EBENBILD_MAIL_HOST", "EBENBILD_MAIL__HOST"),
        ("EBENBILD_SERVR__PORT", "EBENBILD_SERVER__PORT"),
        ("EBENBILD_OPERATORMODE", "EBENBILD_OPERATOR_MODE"),
        ("EBENBILD_NONSENSE", None),
    ],
)
def test_a_name_that_nobody_reads_is_refused(
    name: str, meant: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "secret-value")
    with pytest.raises(BadInput) as caught:
        load_settings()
    said = f"{name}: there is no such setting" + (f"; {meant} may be meant" if meant else "")
    assert caught.value.message == f"a setting is wrong: {said}"


def test_what_settings_say_to_each_other_is_told_in_our_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EBENBILD_KEK__SOURCE", "command")
    with pytest.raises(BadInput) as caught:
        load_settings()
    said = "EBENBILD_KEK: the source `command` needs COMMAND"
    assert caught.value.message == f"a setting is wrong: {said}"
    assert "braucht" in told("de", caught.value.message)


def test_names_that_settings_speak_of_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EBENBILD_OUR_KEY", "EBENBILD_KEK_KEY", "EBENBILD_API_KEY", "EBENBILD_MODELS"):
        monkeypatch.setenv(name, "secret-value")
    monkeypatch.setenv("EBENBILD_KEK__VARIABLE", "EBENBILD_OUR_KEY")
    assert load_settings().kek.variable == "EBENBILD_OUR_KEY"


@pytest.mark.parametrize("name", ["EBENBILD_PAYOUT__REMIND_DAYS", "EBENBILD_JOBS"])
def test_what_is_no_json_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "5,secret-value")
    monkeypatch.setenv("EBENBILD_USAGE__REMIND_DAYS", "[5, 15]")
    with pytest.raises(BadInput) as caught:
        load_settings()
    assert caught.value.message.startswith(f"a setting is wrong: {name}: this is no JSON")
    assert "secret-value" not in caught.value.message
    assert "USAGE" not in caught.value.message


def test_a_group_that_is_not_json_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBENBILD_JOBS", "secret-value")
    with pytest.raises(BadInput) as caught:
        load_settings()
    assert "secret-value" not in caught.value.message


def test_the_address_that_commands_speak_to_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever exports it for `--server` still verifies files and serves on the same machine."""
    monkeypatch.setenv("EBENBILD_SERVER", "https://registry.example")
    monkeypatch.setenv("EBENBILD_SERVER__PORT", "9000")
    assert load_settings().server.port == 9000


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Settings().threads = 3
