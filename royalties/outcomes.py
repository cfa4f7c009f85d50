"""Where what somebody is due goes: to the performer, or kept until its cause is gone."""

from enum import StrEnum


class Outcome(StrEnum):
    """Where somebody's part of an amount goes."""

    LICENSED = "licensed"
    HELD = "held"
    UNIDENTIFIED = "unidentified"
    SUSPENSE = "suspense"
    UNDIVIDED = "undivided"
