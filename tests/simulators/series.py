"""A made series: recurring cast, extras and invented figures, episode by episode."""

from dataclasses import dataclass
from typing import Any

from api.client import Client
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, Stage, voice_sample

EPISODE_MS = 30_000
# Who is seen and heard beside the cast: each comes back every few episodes.
EXTRAS = {"barkeeper": 2, "driver": 3, "neighbour": 5, "doctor": 7}
INVENTED = {"the hologram": 4}


@dataclass(frozen=True, slots=True)
class Series:
    """The studio, its series, and how many questions have been answered so far."""

    stage: Stage
    studio: Client
    id: str
    cast: tuple[str, ...]

    @classmethod
    def make(cls, stage: Stage) -> "Series":
        """Two licensed voices, declared once for the whole series."""
        studio_id, studio = stage.tenant("studio")
        _, agency = stage.tenant("agency")
        cast = []
        for name in ("anna", "ben"):
            person = Person.add(agency, name)
            person.enrol(stage.file(f"{name}.wav", voice_sample(name)))
            person.license(studio_id)
            cast.append(person.id)
        work = studio.post("/v1/works", {"title": "Night Shift", "level": "series"})
        declared = {
            "release_at": "2030-10-01",
            "territories": ["DE"],
            "medium": "series",
            "language": "de",
            "ai_labelled": True,
            "ai_use": {"voice": "generated"},
            "uses": [{"performer_id": each, "kind": "synthesise_voice"} for each in cast],
        }
        studio.post(f"/v1/works/{work['id']}/declaration", {"declaration": declared})
        return cls(stage, studio, work["id"], tuple(cast))

    def episode(self, number: int) -> dict[str, Any]:
        """Make, hand in and scan one episode; returns its newest clearance."""
        body = {"title": f"Episode {number}", "level": "episode", "parent_id": self.id}
        work = self.studio.post("/v1/works", body)
        cut = {"label": "vertical", "format": "vertical", "language": "de"}
        cut_id = self.studio.post(f"/v1/works/{work['id']}/cuts", cut)["id"]
        file = self.stage.file(f"episode-{number}.mp4", self.film(number))
        handed_in = {
            "cut_id": cut_id,
            "upload_id": self.studio.upload(file),
            "filename": file.name,
        }
        made = self.studio.post("/v1/submissions", handed_in)
        self.studio.wait(made["job"]["id"])
        return self.clearance(made["id"])

    def film(self, number: int) -> bytes:
        """Anna always, Ben every other time, extras and the invented figure now and then."""
        people = [("anna", "voice", 0, 8_000)]
        if number % 2 == 0:
            people.append(("ben", "voice", 8_000, 16_000))
        for name, every in {**EXTRAS, **INVENTED}.items():
            if number % every == 0:
                people.append((name, "face", 1_000, 9_000))
        return medium(EPISODE_MS, *people)

    def clearance(self, submission_id: str) -> dict[str, Any]:
        """The newest decision on a submission."""
        found: dict[str, Any] = self.studio.get(f"/v1/submissions/{submission_id}/clearance")
        return found

    def questions(self) -> list[dict[str, Any]]:
        """What is open now."""
        found: list[dict[str, Any]] = self.studio.get("/v1/figures", series_id=self.id)
        return found

    def answer(self, figure_id: str, answer: str, **said: str) -> dict[str, Any]:
        """Answer one question."""
        body = {"answer": answer, **said}
        found: dict[str, Any] = self.studio.post(f"/v1/figures/{figure_id}/answer", body)
        return found


def play(series: Series, episodes: int) -> tuple[int, list[str]]:
    """Hand in so many episodes and answer every question as it comes up.

    Returns how many questions a person was asked, and the submissions.
    """
    asked, submissions = 0, []
    for number in range(1, episodes + 1):
        submissions.append(series.episode(number)["submission_id"])
        for item in series.questions():
            asked += 1
            series.answer(item["id"], "extra", reference=f"release {asked}")
    return asked, submissions
