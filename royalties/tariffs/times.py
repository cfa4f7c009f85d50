"""When a tariff counts: for months whose first day lies in its own time."""

from datetime import UTC, datetime

from royalties.tariffs.models import Tariff


def in_force_in(tariff: Tariff, period: str) -> bool:
    """Whether a tariff counts for the month `YYYY-MM`."""
    first_day = datetime(int(period[:4]), int(period[5:]), 1, tzinfo=UTC)
    begun = tariff.valid_from <= first_day
    return begun and (tariff.valid_until is None or first_day < tariff.valid_until)
