"""The registry in numbers, for the Prometheus server of whoever runs it."""

from collections.abc import Iterator

from fastapi import APIRouter, Request, Response
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlmodel import Session

from api.conditionfacts import gather
from api.deps import Caller, Open, Reading
from api.describing import PROBLEMS, gives
from api.jobkinds import KINDS
from api.measuring import Measured, families
from api.metering import Meter
from api.scopes import ADMIN, METRICS
from core import deliveries, jobs
from core.clock import utc_now
from core.init import World
from core.principal import require_any
from core.release import release
from migrations import HEAD
from registry.service import encoders
from registry.service.indexfile import file_bytes

router = APIRouter(tags=["metrics"])


class Exposed(Collector):
    """The requests of this process and what the registry holds now, in this order."""

    def __init__(self, meter: Meter, found: Measured) -> None:
        self._meter = meter
        self._found = found

    def collect(self) -> Iterator[Metric]:
        """Every number, each name once."""
        yield from self._meter.registry.collect()
        yield from families(self._found, KINDS, utc_now())


@router.get("/metrics", response_class=Response, responses=PROBLEMS | gives("text/plain"))
def metrics(request: Request, caller: Caller, reading: Reading, world: Open) -> Response:
    """What does a monitoring system want to know? Numbers about all organisations, nobody's name.

    The text format 0.0.4 of Prometheus, for a key of the operator with the scope `metrics`.
    """
    require_any(caller, METRICS, ADMIN)
    exposed = Exposed(request.app.state.meter, measure(reading, world))
    return Response(generate_latest(exposed), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def measure(session: Session, world: World) -> Measured:
    """The registry in numbers, as of now."""
    return Measured(
        condition=gather(session, world),
        jobs=jobs.counted(session, KINDS),
        deliveries=deliveries.counted(session),
        prints=encoders.prints_by_model(session, at=utc_now()),
        index_bytes=file_bytes(world.settings.index_dir),
        release=release(),
        revision=HEAD,
    )
