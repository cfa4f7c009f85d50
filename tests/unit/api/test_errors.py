"""Every error has its place in the one table, and no answer repeats what was refused."""

import errno
import json
from collections.abc import Iterator

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

from api import errors, problems
from api.transport import LocalTransport
from core.errors import BadInput, BadMedia, EbenbildError, Unavailable
from fingerprint.models import Modality

SECRET = "my-secret-value"


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")
    number: int


class Sum(BaseModel):
    amount: int = Field(gt=0)
    kind: Modality = Modality.VOICE


@pytest.fixture
def client() -> Iterator[httpx2.Client]:
    app = FastAPI()
    errors.install(app)

    @app.post("/body")
    def take(body: Body) -> int:
        return body.number

    @app.post("/sum")
    def add(body: Sum) -> int:
        return body.amount

    @app.get("/counted/{number}")
    def count(number: int) -> int:
        return number

    @app.get("/fails/{kind}")
    def fail(kind: str) -> None:
        raise {
            "media": BadMedia("It is broken.", next_step="Send it again.", code="empty-media"),
            "named": BadInput("Mend it.", fields=("terms.rate",)),
            "busy": Unavailable("Busy.", next_step="Try again."),
            "unforeseen": ZeroDivisionError(SECRET),
            "full": OSError(errno.ENOSPC, SECRET, f"/{SECRET}"),
            "closed": OSError(errno.EROFS, SECRET, f"/{SECRET}"),
            "system": OSError(errno.EIO, SECRET, f"/{SECRET}"),
        }[kind]

    with httpx2.Client(transport=LocalTransport(app), base_url="http://test") as made:
        yield made


def every(kind: type[EbenbildError]) -> Iterator[type[EbenbildError]]:
    for sub in kind.__subclasses__():
        yield sub
        yield from every(sub)


def test_every_error_of_the_tree_has_a_title_of_its_own_or_its_parents() -> None:
    # What the client raises is an answer already, not to be answered with.
    served = [kind for kind in every(EbenbildError) if "api.cl" not in kind.__module__]
    assert len(served) > 10
    assert [kind for kind in served if problems.title_of(kind) == problems.UNTITLED] == []


def test_a_known_error_is_a_problem_with_its_next_step(client: httpx2.Client) -> None:
    answer = client.get("/fails/media")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/problems/empty-media",
        "title": "The file cannot be used as it is",
        "status": 422,
        "detail": "It is broken.",
        "code": "empty-media",
        "next_step": "Send it again.",
    }


def test_an_error_names_the_fields_that_are_to_be_mended(client: httpx2.Client) -> None:
    told = client.get("/fails/named").json()
    fault = {"field": "terms.rate", "label": "Rate", "message": "Mend it."}
    assert told["faults"] == [fault]
    assert "faults" not in client.get("/fails/media").json()


@pytest.mark.parametrize(
    ("amount", "english", "german"),
    [
        (None, "Amount: is missing", "Betrag: fehlt"),
        (SECRET, "Amount: must be a whole number", "Betrag: muss eine ganze Zahl sein"),
        (1.5, "Amount: must be a whole number", "Betrag: muss eine ganze Zahl sein"),
        (0, "Amount: must be above 0", "Betrag: muss über 0 liegen"),
    ],
)
def test_a_fault_of_a_field_is_told_in_words(
    client: httpx2.Client, amount: object, english: str, german: str
) -> None:
    body = {} if amount is None else {"amount": amount}
    for lang, words in (("en", english), ("de", german)):
        answer = client.post("/sum", json=body, headers={"accept-language": lang}).json()
        assert answer["detail"] == words
        assert [fault["field"] for fault in answer["faults"]] == ["body.amount"]


def test_a_choice_is_told_with_what_there_is(client: httpx2.Client) -> None:
    body = {"amount": 1, "kind": SECRET}
    answer = client.post("/sum", json=body, headers={"accept-language": "de"}).json()
    assert answer["detail"] == "Art: muss eines davon sein: 'voice' oder 'face'"


def test_what_is_not_ready_says_when_to_come_back(client: httpx2.Client) -> None:
    answer = client.get("/fails/busy")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


def test_an_unforeseen_error_tells_nothing_of_itself(client: httpx2.Client) -> None:
    answer = client.get("/fails/unforeseen")
    assert answer.status_code == 500
    assert answer.json()["code"] == "broken"
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/fails/unforeseen", 500, "Der Server hat versagt"),
        ("/none", 404, "Diese Seite gibt es nicht."),
        (f"/counted/{SECRET}", 422, "ist nicht lesbar"),
    ],
)
def test_a_browser_is_answered_with_a_page_that_leads_on(
    client: httpx2.Client, path: str, status: int, words: str
) -> None:
    answer = client.get(path, headers={"accept": "text/html", "accept-language": "de"})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert words in answer.text and 'href="/?lang=de"' in answer.text
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        {"number": SECRET},
        {"number": 1, SECRET: 1},
        {SECRET: SECRET},
        [SECRET],
        SECRET,
    ],
)
def test_refused_input_is_never_repeated(client: httpx2.Client, body: object) -> None:
    answer = client.post(
        "/body", content=json.dumps(body), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert SECRET not in answer.text
    assert answer.json()["faults"]


def test_broken_json_is_not_repeated_either(client: httpx2.Client) -> None:
    headers = {"content-type": "application/json"}
    answer = client.post("/body", content=f'{{"{SECRET}": ', headers=headers)
    assert answer.status_code == 422
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/none", 404), ("PUT", "/body", 405)]
)
def test_what_the_framework_refuses_looks_the_same(
    client: httpx2.Client, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "code", "next_step"} <= answer.json().keys()


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [("full", 503, "disk-full"), ("closed", 503, "no-permission"), ("system", 500, "broken")],
)
def test_what_the_system_refuses_has_its_next_step_and_names_no_place(
    client: httpx2.Client, kind: str, status: int, code: str
) -> None:
    answer = client.get(f"/fails/{kind}")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert problem["next_step"]
    assert SECRET not in answer.text
