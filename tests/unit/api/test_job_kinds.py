"""What counts as work that waits is whatever some worker carries out."""

from typing import cast

from api.handlers import handlers
from api.jobkinds import KINDS
from api.tools import Tools


def test_every_kind_of_job_is_counted_as_waiting() -> None:
    assert sorted(KINDS) == sorted(handlers(cast(Tools, None)))
