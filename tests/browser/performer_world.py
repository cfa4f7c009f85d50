"""A registry with an agency, a studio and uses that were really scanned, for pages in a browser."""

from dataclasses import dataclass, field
from typing import Any, Self

import httpx2

from api.client import Client
from core.clock import utc_now
from core.enrolmentsettings import EnrolmentSettings
from core.init import OPERATOR_KEY_FILE
from core.settings import Settings
from tests.browser.registry import Registry
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, SmallRunner, declaration, run_jobs, voice_sample

AT_ONCE = {"EBENBILD_ENROLMENT__NOTICE_DAYS": "0"}


@dataclass
class World:
    """Both sides; `person` is enrolled and active, and found in what the studio handed in."""

    registry: Registry
    agency_id: str
    agency: Client
    studio_id: str
    studio: Client
    person: Person = field(init=False)
    cut_id: str = ""

    @classmethod
    def make(cls, registry: Registry, name: str = "Berta Roth") -> "World":
        """An agency with one enrolled performer, and a studio."""
        agency = tenant(registry, "agency", "Agentur Nord")
        return cls(registry, *agency, *tenant(registry, "studio", "Studio Licht")).enrolled(name)

    @classmethod
    def empty(cls, registry: Registry) -> "World":
        """Two organisations, and nobody in them."""
        agency = tenant(registry, "agency", "Agentur Süd")
        return cls(registry, *agency, *tenant(registry, "studio", "Studio Schatten"))

    @classmethod
    def alone(cls, registry: Registry, name: str = "Berta Roth") -> "World":
        """The operator, who is both sides."""
        operator = client(registry, operator_key(registry))
        tenant_id = str(operator.get("/v1/me")["tenant_id"])
        both = tenant_id, operator
        return cls(registry, *both, *both).enrolled(name)

    def enrolled(self, name: str) -> Self:
        """The performer has given samples and proofs, and is searched from now on."""
        self.person = Person.add(self.agency, name)
        consent = self.person.consent("voice", purposes=("matching", "licensing", "comparison"))
        self.person.hand_in(consent, file(self.registry, "voice.wav", voice_sample("berta")))
        body = {"facts": ["identity", "voice"]}
        operator = client(self.registry, operator_key(self.registry))
        job = operator.post(f"/v1/enrolments/{consent}/attestations", body)
        self.agency.wait(job["id"])
        return self

    def film(self, title: str, **changes: Any) -> dict[str, Any]:
        """A film that is out, with the performer's voice in it; what its submission says."""
        work = self.studio.post("/v1/works", {"title": title, "level": "film"})
        cut = {"label": "Kinofassung", "format": "feature", "language": "de"}
        cut_id = self.studio.post(f"/v1/works/{work['id']}/cuts", cut)["id"]
        use = {"performer_id": self.person.id, "kind": "synthesise_voice"}
        out = {"release_at": f"{utc_now():%Y-%m-%d}", **changes}
        content = medium(60_000, ("berta", "voice", 4_000, 16_000), (title, "face", 0, 2_000))
        body = {
            "cut_id": cut_id,
            "upload_id": self.studio.upload(file(self.registry, f"{title}.mp4", content)),
            "filename": f"{title}.mp4",
            "declaration": declaration(use, **out),
        }
        self.cut_id = str(cut_id)
        made = self.studio.post("/v1/submissions", body)
        self.studio.wait(made["job"]["id"])
        self.studio.post(f"/v1/submissions/{made['id']}/clearances")
        found: dict[str, Any] = self.studio.get(f"/v1/submissions/{made['id']}")
        return {**found, "cut_id": cut_id}

    def terms(self) -> dict[str, Any]:
        """Terms for synthesised voice in trailers, at a price a minute."""
        return {
            **dict.fromkeys(("territories", "languages", "media", "works"), "*"),
            "performer_id": self.person.id,
            "licensee_id": self.studio_id,
            "kinds": ["synthesise_voice"],
            "modalities": ["voice"],
            "description": "Sprechertexte",
            "valid_from": "2026-01-01T00:00:00Z",
            "valid_until": "2036-01-01T00:00:00Z",
            "tariff": {"kind": "per_minute", "rate": "1.50", "currency": "EUR"},
        }

    def drafted(self) -> str:
        """A licence that waits for its signature."""
        return str(self.agency.post("/v1/licences", {"terms": self.terms()})["id"])

    def asked(self) -> str:
        """A request that waits for an answer."""
        return str(self.studio.post("/v1/requests", {"terms": self.terms()})[0]["id"])

    def seen(self, cut_id: str, views: int) -> None:
        """A report of this month, and what it earns."""
        rows = f"cut_id,territory,period,views\n{cut_id},DE,{utc_now():%Y-%m},{views}\n"
        sent = self.studio.upload(file(self.registry, f"{views}.csv", rows.encode()))
        self.studio.post("/v1/usage-imports", {"upload_id": sent})
        run_jobs(settings_of(self.registry))
        self.studio.post("/v1/accruals", {})


def settings_of(registry: Registry) -> Settings:
    """What the registry runs under, for the jobs that are carried out here."""
    return Settings(data_dir=registry.data_dir, enrolment=EnrolmentSettings(notice_days=0))


def operator_key(registry: Registry) -> str:
    return (settings_of(registry).keys_dir / OPERATOR_KEY_FILE).read_text().strip()


def client(registry: Registry, key: str) -> Client:
    """A client that carries out what is queued when it waits."""
    http = httpx2.Client(
        base_url=f"http://127.0.0.1:{registry.port}",
        headers={"Authorization": f"Bearer {key}"},
        timeout=60,
        limits=httpx2.Limits(max_keepalive_connections=0),  # nothing stays open behind a test
    )
    return Client(http, SmallRunner(settings_of(registry)), poll_seconds=0.05)


def tenant(registry: Registry, kind: str, name: str) -> tuple[str, Client]:
    """A new organisation: its id and a client under its first key."""
    with registry.operator as operator:
        made = operator.post("/v1/tenants", {"name": name, "kind": kind, "did": None})
        issued = operator.post(f"/v1/tenants/{made['id']}/keys", {})
    return str(made["id"]), client(registry, issued["api_key"])


def file(registry: Registry, name: str, content: bytes) -> Any:
    path = registry.data_dir.parent / name
    path.write_bytes(content)
    return path
