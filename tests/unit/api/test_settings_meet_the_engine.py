"""Defaults in the settings are the engine's own: what was measured is what is in force."""

from core.settings import Settings
from fingerprint.matching import Policy
from fingerprint.media.limits import Limits


def test_the_decision_settings_are_the_engines_policy() -> None:
    assert Policy(**Settings().decision.model_dump()) == Policy()


def test_the_limits_are_the_engines_limits() -> None:
    assert Limits(**Settings().limits.model_dump()) == Limits()
