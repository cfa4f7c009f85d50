"""A request sent again under its Idempotency-Key has one effect and one answer."""

from concurrent.futures import ThreadPoolExecutor

from core.settings import ServerSettings, Settings
from tests.simulators.stage import Stage, voice_sample

WORK = {"title": "Night Train", "level": "film"}


def test_the_same_request_again_gets_the_same_answer_and_no_second_effect(stage: Stage) -> None:
    _, studio = stage.tenant("studio")
    headers = {"Idempotency-Key": "one"}
    first = studio._http.post("/v1/works", json=WORK, headers=headers)
    again = studio._http.post("/v1/works", json=WORK, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert len(list(studio.pages("/v1/works"))) == 1


def test_another_request_under_the_key_is_refused(stage: Stage) -> None:
    _, studio = stage.tenant("studio")
    headers = {"Idempotency-Key": "one"}
    studio._http.post("/v1/works", json=WORK, headers=headers)
    other = studio._http.post("/v1/works", json={**WORK, "title": "Other"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    elsewhere = studio._http.post("/v1/accruals", json={}, headers=headers)
    assert elsewhere.json()["code"] == "idempotency-key-reused"


def test_keys_of_two_organisations_do_not_meet(stage: Stage) -> None:
    headers = {"Idempotency-Key": "one"}
    (_, first), (_, second) = stage.tenant("studio"), stage.tenant("studio")
    answers = [c._http.post("/v1/works", json=WORK, headers=headers) for c in (first, second)]
    assert answers[0].json()["id"] != answers[1].json()["id"]


def test_a_refused_request_may_be_mended_under_the_same_key(stage: Stage) -> None:
    _, studio = stage.tenant("studio")
    headers = {"Idempotency-Key": "one"}
    refused = studio._http.post("/v1/works", json={**WORK, "parent_id": "wrk_x"}, headers=headers)
    assert refused.status_code in (404, 422)
    assert studio._http.post("/v1/works", json=WORK, headers=headers).status_code == 201


def test_many_at_once_have_one_effect(stage: Stage) -> None:
    _, studio = stage.tenant("studio")

    def send(_number: int) -> str:
        headers = {"Idempotency-Key": "one"}
        return str(studio._http.post("/v1/works", json=WORK, headers=headers).json()["id"])

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(send, range(16)))
    assert len(ids) == 1
    assert len(list(studio.pages("/v1/works"))) == 1


def test_an_api_key_is_not_kept_for_repetition(stage: Stage) -> None:
    tenant_id, _ = stage.tenant("studio")
    path, headers = f"/v1/tenants/{tenant_id}/keys", {"Idempotency-Key": "one"}
    first = stage.operator._http.post(path, json={}, headers=headers).json()
    again = stage.operator._http.post(path, json={}, headers=headers).json()
    assert first["api_key"].startswith("ebk_")
    assert again == {**first, "api_key": None}
    secret = first["api_key"].encode()
    for file in stage.settings.data_dir.glob("ebenbild.db*"):
        assert secret not in file.read_bytes()


def test_a_sample_handed_in_twice_is_one_job(stage: Stage) -> None:
    from tests.simulators.stage import Person

    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    body = {
        "upload_id": agency.upload(stage.file("a.wav", voice_sample("anna"))),
        "modality": "voice",
    }
    path, headers = f"/v1/enrolments/{anna.consent('voice')}/samples", {"Idempotency-Key": "one"}
    answers = [agency._http.post(path, json=body, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    unkeyed = agency._http.post(path, json=body)
    assert (unkeyed.status_code, unkeyed.json()["code"]) == (404, "not-found")


def test_an_empty_upload_and_a_foreign_one_are_refused(stage: Stage) -> None:
    (_, first), (_, second) = stage.tenant("studio"), stage.tenant("studio")
    assert first._http.post("/v1/uploads", content=b"").status_code == 422
    upload = first.upload(stage.file("a", b"some bytes"))
    answer = second._http.post("/v1/usage-imports", json={"upload_id": upload})
    assert answer.status_code == 404
    for name in ("../../keys/operator.key", "upl_..", ""):
        refused = first._http.post("/v1/usage-imports", json={"upload_id": name})
        assert refused.status_code in (404, 422)


def test_an_upload_over_the_limit_is_cut_off(stage: Stage) -> None:
    from api.app import create_app
    from api.transport import LocalTransport

    small = Settings(data_dir=stage.settings.data_dir, server=ServerSettings(upload_bytes_max=1000))
    _, studio = stage.tenant("studio")
    transport = LocalTransport(create_app(small))
    http = stage.http(studio._http.headers["authorization"].removeprefix("Bearer "))
    http._transport = transport
    assert http.post("/v1/uploads", content=b"x" * 1000).status_code == 201
    refused = http.post("/v1/uploads", content=b"x" * 1001)
    assert refused.status_code == 413
    chunks = http.post("/v1/uploads", content=(b"x" * 400 for _ in range(4)))
    assert chunks.status_code == 413
    assert chunks.headers["content-type"] == "application/problem+json"
    folder = stage.settings.data_dir / "uploads"
    assert list(folder.glob("*/*.part")) == []
    big = http.post("/v1/works", json={"title": "x" * 2_000_000, "level": "film"})
    assert (big.status_code, big.json()["status"]) == (413, 413)
    assert big.json()["next_step"]
    transport.close()
