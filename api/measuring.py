"""What `/metrics` tells of a registry beside its requests: numbers, and nobody's id or name.

Read when it is asked for, from the database and the data folder, which all processes share: it is
the same whichever of them answers. Units and suffixes are those of
https://prometheus.io/docs/practices/naming; a moment that nobody noted is left out, and no zero.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric

from api.condition import Facts
from core.deliveries import Channel, DeliveryState
from core.jobs import FAILED, LEASED, QUEUED, Counted

JOB_STATES: Mapping[str, str] = {QUEUED: "waiting", LEASED: "running", FAILED: "failed"}
DELIVERY_STATES = (DeliveryState.WAITING, DeliveryState.DEAD)


@dataclass(frozen=True, slots=True)
class Measured:
    """A registry in numbers; `jobs` and `deliveries` are of (kind or channel, state).

    `prints` are those that may be searched, by encoder; `index_bytes` the sealed files.
    """

    condition: Facts
    jobs: Mapping[tuple[str, str], Counted]
    deliveries: Mapping[tuple[str, str], Counted]
    prints: Mapping[str, int]
    index_bytes: Mapping[str, int]
    release: str
    revision: str


def families(found: Measured, kinds: Sequence[str], now: datetime) -> Iterator[Metric]:
    """Every number with its name, help and labels; `kinds` are all kinds of jobs."""
    about = {"release": found.release, "revision": found.revision}
    yield InfoMetricFamily("ebenbild", "The release that answers, and its schema.", about)
    yield from _work(found, kinds, now)
    yield from _post(found, now)
    yield from _stock(found)
    yield from _moments(found.condition)


def _work(found: Measured, kinds: Sequence[str], now: datetime) -> Iterator[Metric]:
    count = GaugeMetricFamily(
        "ebenbild_jobs", "Jobs of all organisations.", labels=("kind", "state")
    )
    oldest = GaugeMetricFamily(
        "ebenbild_jobs_oldest_waiting_seconds",
        "How long the first job of a kind waits for a worker, 0 where none does.",
        labels=("kind",),
    )
    for kind in kinds:
        for state, said in JOB_STATES.items():
            count.add_metric((kind, said), _number(found.jobs, kind, state))
        oldest.add_metric((kind,), _age(found.jobs, kind, QUEUED, now))
    yield from (count, oldest)


def _post(found: Measured, now: datetime) -> Iterator[Metric]:
    count = GaugeMetricFamily(
        "ebenbild_deliveries",
        "Webhooks and mails that have not arrived: tried again, or given up.",
        labels=("channel", "state"),
    )
    oldest = GaugeMetricFamily(
        "ebenbild_deliveries_oldest_waiting_seconds",
        "How long the first of those that are tried again is on its way.",
        labels=("channel",),
    )
    for channel in Channel:
        for state in DELIVERY_STATES:
            number = _number(found.deliveries, channel, state)
            count.add_metric((channel.value, state.value.lower()), number)
        age = _age(found.deliveries, channel, DeliveryState.WAITING, now)
        oldest.add_metric((channel.value,), age)
    yield from (count, oldest)


def _stock(found: Measured) -> Iterator[Metric]:
    free = found.condition.disk_free_bytes
    yield GaugeMetricFamily("ebenbild_disk_free_bytes", "Room beside the stored files.", free)
    prints = GaugeMetricFamily(
        "ebenbild_index_prints", "Prints that may be searched.", labels=("encoder",)
    )
    for encoder, number in sorted(found.prints.items()):
        prints.add_metric((encoder,), number)
    files = GaugeMetricFamily(
        "ebenbild_index_file_bytes", "Sealed files that an index is read from.", labels=("index",)
    )
    for name, size in sorted(found.index_bytes.items()):
        files.add_metric((name,), size)
    yield from (prints, files)


def _moments(known: Facts) -> Iterator[Metric]:
    yield GaugeMetricFamily("ebenbild_log_leaves", "Entries of the public log.", known.log_size)
    for name, said, at in (
        ("log_sealed", "When the newest root of the public log was signed.", known.log_at),
        ("backup_made", "When the last backup was made here.", known.backup_at),
        ("worker_seen", "When a worker between two jobs last showed itself.", known.worker_at),
    ):
        if at is not None:
            yield GaugeMetricFamily(f"ebenbild_{name}_timestamp_seconds", said, at.timestamp())


def _number(found: Mapping[tuple[str, str], Counted], of: str, state: str) -> int:
    counted = found.get((of, state))
    return counted.number if counted else 0


def _age(found: Mapping[tuple[str, str], Counted], of: str, state: str, now: datetime) -> float:
    counted = found.get((of, state))
    if counted is None:
        return 0.0
    return max(0.0, (now - counted.oldest_at).total_seconds())
