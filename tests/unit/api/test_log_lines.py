"""What the log of a server and of a worker looks like: each line has time, level and origin."""

import io
import logging
import logging.config
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from api.loglines import log_config

LINE = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) "
    r"(?P<level>[A-Z]+) (?P<who>[\w.]+): (?P<what>.*)"
)


@contextmanager
def logged(*, quiet: bool = False) -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """Log as the product does into two streams, said and requests, for as long as the block."""
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    config, said, requests = log_config(quiet=quiet), io.StringIO(), io.StringIO()
    config["handlers"]["said"]["stream"], config["handlers"]["requests"]["stream"] = said, requests
    logging.config.dictConfig(config)
    try:
        yield said, requests
    finally:
        root.handlers[:] = kept
        root.setLevel(level)
        for name in config["loggers"]:
            logging.getLogger(name).handlers.clear()
            logging.getLogger(name).filters.clear()
            logging.getLogger(name).setLevel(logging.NOTSET)
            logging.getLogger(name).propagate = True


def parsed(stream: io.StringIO) -> list[re.Match[str]]:
    found = [LINE.fullmatch(line) for line in stream.getvalue().splitlines()]
    assert all(found), stream.getvalue()
    return [line for line in found if line]


def test_a_request_is_logged_with_its_time_and_without_its_query() -> None:
    line, address = '%s - "%s %s HTTP/%s" %d', "/v1/members?key=ebk_secret"
    with logged() as (said, requests):
        logging.getLogger("uvicorn.access").info(line, "127.0.0.1:1", "GET", address, "1.1", 401)
    (found,) = parsed(requests)
    assert (found["level"], found["who"]) == ("INFO", "uvicorn.access")
    assert found["what"] == '127.0.0.1:1 - "GET /v1/members HTTP/1.1" 401'
    assert said.getvalue() == ""


def test_every_line_of_a_traceback_begins_alike() -> None:
    with logged() as (said, _):
        try:
            raise ValueError("two\nlines\r\n2026-01-01T00:00:00.000Z INFO forged: line")
        except ValueError:
            logging.getLogger("ebenbild.worker").exception("scan job_1 failed")
    lines = parsed(said)
    assert len(lines) > 4
    assert {(line["level"], line["who"]) for line in lines} == {("ERROR", "ebenbild.worker")}


def test_libraries_are_heard_from_warnings_on_and_uvicorn_by_its_name() -> None:
    with logged() as (said, _):
        logging.getLogger("httpx2").info("GET https://somebody.example/hook")
        logging.getLogger("httpx2").warning("odd")
        logging.getLogger("uvicorn.error").info("Started")
    heard = [(line["level"], line["who"], line["what"]) for line in parsed(said)]
    assert heard == [("WARNING", "httpx2", "odd"), ("INFO", "uvicorn", "Started")]


def test_a_quiet_worker_logs_faults_alone() -> None:
    with logged(quiet=True) as (said, _):
        logging.getLogger("ebenbild.worker").warning("scan job_1: no room")
        logging.getLogger("ebenbild.worker").error("scan job_1 failed")
    assert [line["what"] for line in parsed(said)] == ["scan job_1 failed"]


PROGRAM = """
import threading, time, warnings
from api.loglines import set_up
set_up()
warnings.warn("old")
thread = threading.Thread(target=lambda: 1 / 0, name="post")
thread.start(); thread.join()
raise RuntimeError("the end")
"""


def test_warnings_and_what_ends_a_thread_or_the_process_have_their_time_in_utc() -> None:
    elsewhere = {**os.environ, "TZ": "Asia/Kolkata"}
    began = datetime.now(UTC) - timedelta(seconds=1)
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=elsewhere, check=False
    )
    lines = parsed(io.StringIO(ran.stderr))
    assert all(began < datetime.fromisoformat(line["at"]) < datetime.now(UTC) for line in lines)
    told = {(line["level"], line["who"], line["what"]) for line in lines}
    assert ran.returncode == 1
    assert ("CRITICAL", "ebenbild.process", "the thread post ended") in told
    assert ("CRITICAL", "ebenbild.process", "RuntimeError: the end") in told
    assert ("WARNING", "py.warnings", "<string>:5: UserWarning: old") in told
