"""A certificate is verified from files alone, by its own command and by `verify`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.commands import build
from tests.unit.licensing.test_certificate import FACTS, GOOD, SIGNED, VOID, state


@pytest.mark.parametrize("words", [("verify",), ("certificate", "verify")])
@pytest.mark.parametrize(("found", "code"), [(GOOD, 0), (VOID, 1)])
def test_both_commands_verify_a_certificate(
    tmp_path: Path, words: tuple[str, ...], found: object, code: int
) -> None:
    signed, told = tmp_path / "c.json", tmp_path / "s.json"
    signed.write_bytes(SIGNED)
    told.write_bytes(state(GOOD if found is GOOD else VOID))
    more = ["--status", str(told), "--registry", FACTS.issuer, "--at", "2030-01-01T14:00:00Z"]
    ran = CliRunner().invoke(build(), [*words, str(signed), *more, "--json"])
    assert ran.exit_code == code, ran.output
    shown = json.loads(ran.stdout)
    assert (shown["ok"], shown["complete"], len(shown["steps"])) == (code == 0, False, 9)
