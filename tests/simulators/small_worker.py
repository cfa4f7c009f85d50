"""The product's worker process, with the small engine: takes the options of `ebenbild worker`."""

import sys

from api.working import work
from core.settings import load_settings
from tests.simulators.small_engine import SmallEngine

if __name__ == "__main__":
    options = sys.argv[1:]
    work(
        load_settings(),
        drain="--drain" in options,
        quiet="--quiet" in options,
        tied="--tied" in options,
        opener=SmallEngine.open,
    )
