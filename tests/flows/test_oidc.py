"""An identity provider's sign-in, against a small real one on this machine."""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from api.accounts import oidc
from api.accounts.store import factors
from api.app import create_app
from api.client import Refused
from api.opening import open_registry
from api.roles import Role
from api.setup import prepare
from api.transport import LocalTransport
from core.clock import utc_now
from core.settings import Settings
from core.signinsettings import AccountSettings
from core.vault import KEYSTORE_FILE
from tests.flows.test_sign_in import Browser, joined
from tests.simulators.people import seat
from tests.simulators.receivers import answering
from tests.simulators.stage import Person, Stage

CLIENT = "registry"


@dataclass
class Provider:
    """An OpenID provider over HTTP; `claims`, `sign` and `verifier_checked` can be made to lie."""

    port: int = 0
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    claims: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    asked: dict[str, str] = field(default_factory=dict)
    bought: list[dict[str, str]] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def published(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def keys(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        self.bought.append(form)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if challenge != self.asked["code_challenge"] or form.get("code") != "a-code":
            return None
        return {"access_token": "x", "token_type": "Bearer", "id_token": self.id_token()}

    def id_token(self) -> str:
        now = int(utc_now().timestamp())
        standing = {"iss": self.issuer, "aud": CLIENT, "sub": "anna-at-home", "iat": now}
        claims = {**standing, "exp": now + 300, "nonce": self.asked["nonce"], **self.claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.algorithm == "none":
            return ".".join((_part({"alg": "none", "typ": "JWT"}), _part(claims), ""))
        if self.algorithm == "HS256":
            public = OctKey.import_key(self.key.as_pem(private=False))
            return str(jwt.encode({"alg": "HS256"}, claims, public, algorithms=["HS256"]))
        return str(jwt.encode({"alg": self.algorithm, "kid": "k1"}, claims, self.key))


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.fixture
def provider() -> Iterator[Provider]:
    served = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pages = {"/.well-known/openid-configuration": served.published, "/keys": served.keys}
            self._answer(pages[urlsplit(self.path).path]())

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(served.token({name: value[0] for name, value in parse_qs(data).items()}))

        def _answer(self, body: Any) -> None:
            text = json.dumps(body or {"error": "invalid_grant"}).encode()
            self.send_response(200 if body else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.port = server.server_address[1]
    with server, answering(server):
        yield served


@pytest.fixture
def house(tmp_path: Path, provider: Provider) -> Iterator[Stage]:
    """A registry whose people may come through the provider."""
    accounts = AccountSettings(oidc_issuer=provider.issuer, oidc_client_id=CLIENT)
    settings = Settings(
        data_dir=tmp_path / "data", accounts=accounts, base_url="https://registry.invalid"
    )
    prepare(settings)
    made = Stage(settings, LocalTransport(create_app(settings)))
    yield made
    made.close()


def began(visitor: Browser, provider: Provider, answer: Any) -> dict[str, str]:
    """Follow the redirect to the provider; what it asks for comes back as its answer."""
    place = urlsplit(answer.headers["location"])
    assert answer.status_code == 303
    assert f"{place.scheme}://{place.netloc}" == provider.issuer
    provider.asked = {name: value[0] for name, value in parse_qs(place.query).items()}
    assert provider.asked["code_challenge_method"] == "S256"
    assert provider.asked["response_type"] == "code"
    return {"state": provider.asked["state"], "code": "a-code"}


def came_back(visitor: Browser, answer: dict[str, str]) -> Any:
    return visitor.http.get("/sign-in/provider/answer", params=answer)


def sign_in(house: Stage, provider: Provider) -> tuple[Browser, Any]:
    visitor = Browser.open(house)
    answer = began(visitor, provider, visitor.get("/sign-in/provider"))
    return visitor, came_back(visitor, answer)


@pytest.fixture
def bound(house: Stage, provider: Provider) -> Browser:
    """Somebody who has bound his identity at the provider to his account."""
    visitor, _ = joined(house, "anna@example.org", "admin")
    answer = began(visitor, provider, visitor.send("/account/provider", "/account"))
    assert came_back(visitor, answer).headers["location"] == "/account"
    return visitor


def test_who_bound_his_identity_signs_in_by_it(
    house: Stage, provider: Provider, bound: Browser
) -> None:
    visitor, answer = sign_in(house, provider)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert "anna@example.org" in visitor.get("/account").text
    assert provider.bought[-1]["redirect_uri"].endswith("/sign-in/provider/answer")


def test_a_stranger_at_the_provider_is_nobody_here(house: Stage, provider: Provider) -> None:
    visitor, answer = sign_in(house, provider)
    assert answer.status_code == 401
    assert visitor.get("/account").status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"azp": "another"},
        {"iss": "https://evil.test"},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"sub": "somebody-else"},
        {"nbf": 99999999999},
    ],
    ids=str,
)
def test_oidc_claim_mismatch(
    house: Stage, provider: Provider, bound: Browser, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    visitor, answer = sign_in(house, provider)
    assert answer.status_code == 401
    assert visitor.get("/account").status_code == 401


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_jwt_alg_none_and_a_public_key_as_a_secret(
    house: Stage, provider: Provider, bound: Browser, algorithm: str
) -> None:
    provider.algorithm = algorithm
    assert sign_in(house, provider)[1].status_code == 401


def test_jwt_of_another_key(house: Stage, provider: Provider, bound: Browser) -> None:
    published = provider.keys()
    provider.key = RSAKey.generate_key(2048, {"kid": "k1"})
    provider.keys = lambda: published  # type: ignore[method-assign]
    assert sign_in(house, provider)[1].status_code == 401


def test_oidc_state_mismatch(house: Stage, provider: Provider, bound: Browser) -> None:
    """A state of another browser, an invented one, a used one, or none signs nobody in."""
    thief = Browser.open(house)
    planted = began(thief, provider, thief.get("/sign-in/provider"))
    victim = Browser.open(house)
    assert came_back(victim, planted).status_code == 401
    assert came_back(thief, planted).status_code == 401
    for state in ("", "invented"):
        assert came_back(victim, {"state": state, "code": "a-code"}).status_code == 401
    visitor = Browser.open(house)
    answer = began(visitor, provider, visitor.get("/sign-in/provider"))
    assert came_back(visitor, answer).status_code == 303
    visitor.http.cookies.delete("__Host-ebenbild")
    assert came_back(visitor, answer).status_code == 401


def test_a_wrong_code_buys_nothing(house: Stage, provider: Provider, bound: Browser) -> None:
    visitor = Browser.open(house)
    answer = began(visitor, provider, visitor.get("/sign-in/provider"))
    assert came_back(visitor, {**answer, "code": "stolen"}).status_code == 401


def test_without_a_provider_there_is_no_such_way(stage: Stage) -> None:
    answer = Browser.open(stage).http.get("/sign-in/provider", headers={"Accept": "*/*"})
    assert (answer.status_code, answer.json()["code"]) == (503, "no-provider")


def test_who_a_provider_verified_needs_no_attesters_for_the_identity(
    house: Stage, provider: Provider
) -> None:
    trusting = house.settings.accounts.model_copy(update={"oidc_identity_frameworks": "eidas"})
    stage = house.with_settings(accounts=trusting)
    tenant_id, agency = stage.tenant("agency")
    person_key = Person.add(agency, "Anna")
    enrolment = person_key.consent("voice")
    with open_registry(stage.settings) as world:
        somebody = seat(world.db, tenant_id, Role.PERFORMER)
        with world.db.write() as session:
            factors.link(
                session,
                oidc.DOOR,
                provider.issuer,
                "anna-at-home",
                somebody.person_id,
                at=utc_now(),
            )
    anna = stage.client(somebody.token)
    path = f"/v1/enrolments/{enrolment}/identification"
    with pytest.raises(Refused, match="No verified identity"):
        anna.post(path)
    provider.claims = {
        "verified_claims": {
            "verification": {"trust_framework": "eidas"},
            "claims": {"given_name": "Anna", "family_name": "Privately"},
        }
    }
    visitor = Browser.open(stage)
    asked = began(visitor, provider, visitor.http.get("/sign-in/provider"))
    assert "verified_claims" in provider.asked["claims"]
    assert came_back(visitor, asked).status_code == 303
    with pytest.raises(Refused, match="No verified identity"):
        agency.post(path)  # a key is nobody
    anna.post(path)
    lacking = agency.get(f"/v1/enrolments/{enrolment}/proofs")["missing"]
    assert "identity-unattested" not in {reason["code"] for reason in lacking}
    assert b"Anna Privately" not in (stage.settings.keys_dir / KEYSTORE_FILE).read_bytes()
    stage.close()
