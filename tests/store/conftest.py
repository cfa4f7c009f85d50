"""What the tests of the store share: a day on which nothing ends."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from core.clock import living_behind
from tests.store.today import NOW


@pytest.fixture(autouse=True, scope="module")
def one_day() -> Iterator[None]:
    """This process lives from `NOW` on while a file's tests run: no month ends between two steps.

    Processes that a test starts anew live in the present.
    """
    with living_behind() as clock:
        clock.set_behind(datetime.now(UTC) - NOW)
        yield
