"""The moment at which the tests of the store begin on any day: no month ends soon after it."""

from datetime import UTC, datetime

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
