"""A studio of a running registry: people it may film, films it hands in, and who signs in for it.

No worker runs beside the registry: jobs are carried out here, by the small engine.
"""

from dataclasses import dataclass
from typing import Any

import httpx2

from api.client import Client
from core.init import OPERATOR_KEY_FILE
from core.settings import Settings
from tests.browser.chromium import SecurityKey
from tests.browser.registry import Registry
from tests.browser.test_passkeys import PASSWORD
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, SmallRunner, run_jobs, voice_sample

FILM_MS = 30_000
MATCHING = ("matching",)
VOICE = ("anna", "voice", 1_000, 9_000)
BRIEF = ("anna", "voice", 0, 2_000)  # too short to be sure of
LATER = ("anna", "voice", 21_000, 26_000)
STRANGER = ("the barkeeper", "face", 10_000, 17_000)


@dataclass(frozen=True)
class Studio:
    """The studio's id, its key in use, and one performer whose `voice` is enrolled."""

    registry: Registry
    id: str
    client: Client
    anna: Person
    voice: str

    @classmethod
    def make(
        cls, registry: Registry, name: str = "Nordlicht", *, purposes: tuple[str, ...] = MATCHING
    ) -> "Studio":
        settings = Settings(data_dir=registry.data_dir)
        with registry.operator as operator:
            keys = []
            for kind in ("studio", "agency"):
                made = operator.post("/v1/tenants", {"name": f"{name} {kind}", "kind": kind})
                key = operator.post(f"/v1/tenants/{made['id']}/keys", {})["api_key"]
                keys.append((made["id"], working(registry, key, settings)))
        (studio_id, studio), (_, agency) = keys
        anna = enrolled(registry, agency, name, purposes)
        return cls(registry, studio_id, studio, anna, name)

    @classmethod
    def of_the_operator(cls, registry: Registry) -> "Studio":
        """The operator as a studio: whoever runs a registry alone sees every group's pages."""
        with registry.operator as operator:
            me = operator.get("/v1/me")
        settings = Settings(data_dir=registry.data_dir)
        key = (settings.keys_dir / OPERATOR_KEY_FILE).read_text("ascii").strip()
        client = working(registry, key, settings)
        anna = enrolled(registry, client, "anna", (*MATCHING, "comparison"))
        return cls(registry, me["tenant_id"], client, anna, "anna")

    def close(self) -> None:
        """Let go of both connections."""
        for client in (self.client, self.anna.agency):
            with client:
                pass

    def work(self, title: str, level: str = "series", parent: str | None = None) -> str:
        body = {"title": title, "level": level, "parent_id": parent}
        return str(self.client.post("/v1/works", body)["id"])

    def cut(self, work_id: str, label: str = "Vertical", form: str = "vertical") -> str:
        body = {"label": label, "format": form, "language": "de"}
        return str(self.client.post(f"/v1/works/{work_id}/cuts", body)["id"])

    def declared(self, *kinds: str, **changes: Any) -> dict[str, Any]:
        """A labelled series in Germany with Anna in it in these ways."""
        uses = [{"performer_id": self.anna.id, "kind": kind} for kind in kinds]
        return {
            "release_at": "2030-10-01",
            "territories": ["DE"],
            "medium": "series",
            "language": "de",
            "ai_labelled": True,
            "ai_use": {"voice": "generated"},
            "uses": uses,
            **changes,
        }

    def hand_in(
        self, cut_id: str, *people: tuple[str, str, int, int], declared: dict[str, Any]
    ) -> str:
        """Hand in a film with these people for a cut, without waiting for its scan."""
        file = self.registry.data_dir / "film.mp4"
        file.write_bytes(medium(FILM_MS, *people))
        body = {
            "cut_id": cut_id,
            "upload_id": self.client.upload(file),
            "filename": file.name,
            "declaration": declared,
        }
        return str(self.client.post("/v1/submissions", body)["id"])

    def work_off(self) -> None:
        """Carry out what waits for a worker."""
        run_jobs(Settings(data_dir=self.registry.data_dir))

    def joined(self, page: Any, email: str, *roles: str) -> None:
        """Somebody of the studio who was invited, with a password and a passkey."""
        SecurityKey.plugged_in(page)
        page.goto(self.registry.invite(email, *(roles or ("admin",)), tenant_id=self.id))
        page.fill("#name", "Mara Lind")
        page.fill("#password", PASSWORD)
        page.click("form button")
        page.wait_for_url("**/account/code")
        page.fill("#passkey-name", "Laptop")
        page.click("[data-passkey=add]")
        page.wait_for_url("**/account")


def enrolled(
    registry: Registry, agency: Client, voice: str, purposes: tuple[str, ...] = MATCHING
) -> Person:
    """Anna, whose voice is searched for; two of one voice would be one person enrolled twice."""
    anna = Person.add(agency, "Anna")
    file = registry.data_dir / "anna.wav"
    file.write_bytes(voice_sample(voice))
    anna.enrol(file, purposes=purposes)
    return anna


def working(registry: Registry, key: str, settings: Settings) -> Client:
    """A client whose jobs are carried out as soon as it waits for one."""
    http = httpx2.Client(
        base_url=f"http://127.0.0.1:{registry.port}",
        headers={"Authorization": f"Bearer {key}"},
        timeout=60,
    )
    return Client(http, SmallRunner(settings), poll_seconds=0.05)
