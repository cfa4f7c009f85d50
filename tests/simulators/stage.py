"""A registry as `ebenbild init` makes it, its real app, and a worker with the small engine."""

import functools
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from api.app import create_app
from api.cli.signing import signature
from api.client import Client, Runner
from api.events import NoticeTold, form_of
from api.handlers import failures, handlers
from api.opening import open_registry
from api.schema import upgrade
from api.scopes import SCOPES
from api.tools import Opener, Tools
from api.transport import LocalTransport
from api.worker import Worker
from core import outbox
from core.clock import utc_now
from core.init import OPERATOR_KEY_FILE, initialise
from core.keys import PrivateKey, generate
from core.settings import Settings
from tests.schemas import copied
from tests.simulators.described import Description
from tests.simulators.small_engine import SmallEngine, medium

# Views of a month before somebody was enrolled earn him nothing; nobody is before this one.
THIS_MONTH = f"{utc_now():%Y-%m}"


class SmallRunner(Runner):
    """Carries out all open jobs in this process when a client starts to wait."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def start(self) -> None:
        run_jobs(self._settings)


def run_jobs(settings: Settings, opener: Opener = SmallEngine.open) -> int:  # type: ignore[assignment]
    """Drain the queue with a worker of the product's own, and the small engine unless told."""
    stopping = threading.Event()
    with open_registry(settings) as world:
        tools = Tools(world, stopping, opener)
        return Worker(world, handlers(tools), failures(), stopping).run(drain=True)


def _as_read(answer: httpx2.Response) -> None:
    """A page as a person reads it, to whom a space that holds two words together is a space."""
    if answer.headers.get("content-type", "").startswith("text/html"):
        answer._content = answer.read().replace("\u00a0".encode(), b" ")


def _as_described(answer: httpx2.Response) -> None:
    """Every answer that a test gets is one that the description tells of."""
    faults = _description().faults(answer)
    assert not faults, "; ".join(faults)


@functools.cache
def _description() -> Description:
    # What a route takes and gives is the same for every registry.
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder) / "data")
        initialise(settings, copied(upgrade), operator_scopes=SCOPES)
        app = create_app(settings)
        found = Description.of(app.openapi())
        app.state.world.close()
    return found


@dataclass
class Stage:
    """One registry; clients under any key, all in this process."""

    settings: Settings
    transport: LocalTransport
    opened: list[Client] = field(default_factory=list)

    @classmethod
    def make(cls, folder: Path, **more: Any) -> "Stage":
        settings = Settings(data_dir=folder / "data", **more)
        initialise(settings, copied(upgrade), operator_scopes=SCOPES)
        return cls(settings, LocalTransport(create_app(settings)))

    def with_settings(self, **changed: Any) -> "Stage":
        """The same registry under other settings."""
        self.close()
        settings = self.settings.model_copy(update=changed)
        return Stage(settings, LocalTransport(create_app(settings)))

    @property
    def operator(self) -> Client:
        path = self.settings.keys_dir / OPERATOR_KEY_FILE
        return self.client(path.read_text("ascii").strip())

    def client(self, api_key: str) -> Client:
        return Client(self.http(api_key), SmallRunner(self.settings), poll_seconds=0.01)

    def http(self, api_key: str = "") -> httpx2.Client:
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        hooks = {"response": [_as_read, _as_described]}
        return httpx2.Client(
            transport=self.transport, base_url="http://local", headers=headers, event_hooks=hooks
        )

    def tenant(self, kind: str, name: str = "", did: str | None = None) -> tuple[str, Client]:
        """A new organisation: its id and a client under its first key."""
        body = {"name": name or f"A {kind}", "kind": kind, "did": did}
        made = self.operator.post("/v1/tenants", body)
        issued = self.operator.post(f"/v1/tenants/{made['id']}/keys", {})
        return made["id"], self.client(issued["api_key"])

    def file(self, name: str, content: bytes) -> Path:
        path = self.settings.data_dir.parent / name
        path.write_bytes(content)
        return path

    def run_jobs(self) -> int:
        """Carry out what is queued; returns how many jobs there were."""
        return run_jobs(self.settings)

    def check_told(self) -> None:
        """Every event that waits for receivers is of a kind, and in a form, that they know."""
        with open_registry(self.settings) as world, world.db.read() as session:
            events = outbox.pending(session, limit=10_000)
        for event in events:
            # Tests tell notices of kinds of their own, too.
            form = NoticeTold if event.kind.startswith("notice.") else form_of(event.kind)
            assert form is not None, event.kind
            form.model_validate({"id": event.subject_id, **event.payload})

    def close(self) -> None:
        self.transport.close()


@dataclass
class Person:
    """A performer of an agency, with the key that only the test holds."""

    agency: Client
    key: PrivateKey
    id: str

    @classmethod
    def add(
        cls, agency: Client, public_name: str, key: PrivateKey | None = None, *, name: str = ""
    ) -> "Person":
        key = key or generate()
        body = {"name": name or f"{public_name} Privately", "public_name": public_name}
        performer = agency.post("/v1/performers", body)
        draft = agency.post(f"/v1/performers/{performer['id']}/keys", {"did": key.did})
        signed = {"possession": signature(key, draft["possession"])["signature"]}
        agency.post(f"/v1/key-drafts/{draft['id']}/signature", signed)
        return cls(agency, key, performer["id"])

    def consent(self, *modalities: str, purposes: tuple[str, ...] = ("matching",)) -> str:
        """A signed enrolment's id."""
        body = {"modalities": list(modalities), "purposes": list(purposes)}
        draft = self.agency.post(f"/v1/performers/{self.id}/enrolments", body)
        signed = signature(self.key, draft)
        made = self.agency.post(f"/v1/enrolments/{draft['id']}/signature", signed)
        return str(made["id"])

    def enrol(
        self,
        file: Path,
        modality: str = "voice",
        *,
        purposes: tuple[str, ...] = ("matching",),
    ) -> dict[str, Any]:
        """Hand in a sample under a fresh consent; returns what it gave."""
        consent = self.consent(modality, purposes=purposes)
        sample = self.hand_in(consent, file, modality)
        if sample["print_id"] is not None:
            self.vouch(consent, modality)
        return sample

    def hand_in(self, consent: str, sample: Path, modality: str = "voice") -> dict[str, Any]:
        """Hand in one more sample under a consent; returns what it gave."""
        body = {"upload_id": self.agency.upload(sample), "modality": modality}
        job = self.agency.post(f"/v1/enrolments/{consent}/samples", body)
        self.agency.wait(job["id"])
        found: dict[str, Any] = self.agency.get(f"/v1/jobs/{job['id']}/sample")
        return found

    def vouch(self, enrolment: str, *modalities: str) -> None:
        """The operator, who is alone, vouches for the samples; then all proofs are looked at."""
        self.vouch_for(enrolment, "identity", *modalities)

    def vouch_for(self, enrolment: str, *facts: str) -> None:
        """Vouch for these facts and wait for the look at all proofs."""
        body = {"facts": list(facts)}
        self.agency.wait(self.agency.post(f"/v1/enrolments/{enrolment}/attestations", body)["id"])

    def license(self, licensee_id: str, **changes: Any) -> dict[str, Any]:
        """A signed licence for synthesised voice, anywhere, at 0.25 EUR a minute."""
        terms = {
            "performer_id": self.id,
            "licensee_id": licensee_id,
            "kinds": ["synthesise_voice"],
            "modalities": ["voice"],
            "territories": "*",
            "languages": "*",
            "media": "*",
            "works": "*",
            "description": "A cloned voice in every work of this studio",
            "valid_from": "2026-01-01T00:00:00Z",
            "valid_until": "2036-01-01T00:00:00Z",
            "tariff": {"kind": "per_minute", "rate": "0.25", "currency": "EUR"},
            **changes,
        }
        draft = self.agency.post("/v1/licences", {"terms": terms})
        signed = signature(self.key, draft)
        return self.agency.post(f"/v1/licences/{draft['id']}/signature", signed)


def new_cut(studio: Client, label: str = "Feature") -> str:
    """A cut of a new film."""
    work = studio.post("/v1/works", {"title": "Night Train", "level": "film"})
    body = {"label": label, "format": "feature", "language": "de"}
    return str(studio.post(f"/v1/works/{work['id']}/cuts", body)["id"])


def declaration(*uses: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What a studio declares: a film in Germany, labelled, released on 1 October 2026."""
    return {
        "release_at": "2030-10-01",
        "territories": ["DE"],
        "medium": "film",
        "language": "de",
        "ai_labelled": True,
        "uses": list(uses),
        **changes,
    }


def submit(
    stage: Stage, studio: Client, cut_id: str, content: bytes, declared: dict[str, Any]
) -> dict[str, Any]:
    """Hand in a medium and wait for its scan; returns the submission."""
    body = {
        "cut_id": cut_id,
        "upload_id": studio.upload(stage.file("film.mp4", content)),
        "filename": "film.mp4",
        "declaration": declared,
    }
    made = studio.post("/v1/submissions", body)
    studio.wait(made["job"]["id"])
    return studio.get(f"/v1/submissions/{made['id']}")


def voice_sample(name: str) -> bytes:
    """A sample in which one person speaks for ten seconds."""
    return medium(10_000, (name, "voice", 0, 10_000))
