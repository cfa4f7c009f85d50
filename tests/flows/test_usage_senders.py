"""How senders write is kept, looked at, renamed and forgotten, on pages as by commands."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest

from api.client import Client, Refused
from api.opening import open_registry
from api.roles import Role
from tests.simulators.people import seat
from tests.simulators.stage import Stage

HEADINGS = "Video ID;Country;Month;Views;Shelf"


@dataclass
class Desk:
    """A society's clerk, as a program and in a browser."""

    clerk: Client
    browser: httpx2.Client

    def page(self, path: str, status: int = 200) -> str:
        answer = self.browser.get(path)
        assert answer.status_code == status, answer.text
        return str(answer.text)

    def senders(self) -> list[str]:
        return [one["sender"] for one in self.clerk.get("/v1/usage-mappings")]


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    stage = Stage.make(tmp_path_factory.mktemp("senders"))
    society_id, clerk = stage.tenant("society", "Society")
    with open_registry(stage.settings) as world:
        browser = stage.http(seat(world.db, society_id, Role.SOCIETY_CLERK).token)
    yield Desk(clerk, browser)


def test_a_sender_is_guessed_kept_renamed_and_forgotten(desk: Desk) -> None:
    assert "No sender&#39;s columns are kept" in desk.page("/society/usage/mappings")
    guessed = desk.page(f"/society/usage/mapping?sender=tube&headings={HEADINGS}")
    assert 'name="mapping.columns.views" type="text" value="Views"' in guessed
    assert "Shelf" in guessed and "Nothing is kept yet" in guessed
    columns = {"title_id": "Video ID", "territory": "Country", "period": "Month", "views": "Views"}
    desk.clerk.post("/v1/usage-mappings", {"mapping": {"sender": "tube", "columns": columns}})
    assert 'value="tube"' in desk.page("/society/usage")
    assert "/society/usage/mapping?sender=tube" in desk.page("/society/usage/mappings")
    kept = desk.page("/society/usage/mapping?sender=tube")
    assert 'name="mapping.columns.title_id" type="text" value="Video ID"' in kept
    assert 'name="replaces" value="tube"' in kept
    renamed = {"mapping": {"sender": "tube-de", "columns": columns}, "replaces": "tube"}
    desk.clerk.post("/v1/usage-mappings", renamed)
    assert desk.senders() == ["tube-de"]
    with pytest.raises(Refused, match="No mapping of tube"):
        desk.clerk.post("/v1/usage-mappings", {**renamed, "mapping": {"sender": "other"}})
    desk.clerk.post("/v1/usage-mappings", {"mapping": {"sender": "tube"}})
    with pytest.raises(Refused, match="tube-de is kept already"):
        desk.clerk.post("/v1/usage-mappings", renamed)
    desk.clerk.post("/v1/usage-mappings/tube/removal")
    assert desk.senders() == ["tube-de"]
    refused = desk.page("/society/usage/mapping?sender=A%20B", status=422)
    assert "That is no short name of a sender." in refused and "String should" not in refused
    assert "tube-de" in desk.page("/society/usage/mapping")
