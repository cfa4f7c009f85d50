"""Plays a made series of 60 episodes and counts how often a person is asked who somebody is.

    python -m bench.series [--episodes 60]

Recurring cast, extras and an invented figure; the engine is the small one of the tests, so that the
figure is about questions and not about recognition.
"""

import argparse
import os
import tempfile
from pathlib import Path

from bench.common import Figure
from tests.simulators.series import EXTRAS, INVENTED, Series, play
from tests.simulators.stage import Stage, run_jobs


def main() -> None:
    """Play the series, then print both figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--episodes", type=int, default=60)
    asked = parser.parse_args()
    os.environ["EBENBILD_ENROLMENT__NOTICE_DAYS"] = "0"  # else the cast is not searched for yet
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage.make(Path(folder))
        series = Series.make(stage)
        questions, submissions = play(series, asked.episodes)
        run_jobs(stage.settings)
        cleared = sum(series.clearance(each)["verdict"] == "CLEARED" for each in submissions)
        stage.close()
    people = sum(every <= asked.episodes for every in {**EXTRAS, **INVENTED}.values())
    seen = f"{people} new faces in {asked.episodes} episodes"
    print(Figure("questions to a person", str(questions), seen, people / max(questions, 1), 1.0))
    total = len(submissions)
    print(Figure("titles cleared", str(cleared), f"{total} handed in", cleared / total, 1.0))


if __name__ == "__main__":
    main()
