"""Signing in through an organisation's own identity provider.

Authorization code flow with PKCE, a state bound to the browser and a nonce bound to the token; the
token's signature, algorithm, issuer, audience and times are checked before any claim is believed.
An identity is bound to an account by its owner, signed in: no mail address is taken as a proof.
OpenID Connect Core 1.0, https://openid.net/specs/openid-connect-core-1_0.html, RFC 7636, RFC 9700.
"""

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlmodel import Session

from api.accounts import identities, sessions, signing_in
from api.accounts.models import Door, SignedIn, Stage
from api.accounts.sessions import Origin
from api.accounts.signing_in import Begun
from api.accounts.store import factors, people
from api.accounts.store import sessions as store
from core.db import Database
from core.errors import Unavailable
from core.signinsettings import AccountSettings
from core.vault import Vault
from registry.identification import asked_claims, read_identity

DOOR = Door("provider")
KIND = "provider"
IN_TIME = timedelta(minutes=10)
WAIT_SECONDS = 10
SCOPE = "openid"
# Signatures by a key that the provider publishes: `none` and shared secrets are no such thing.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "Ed25519"]
LEEWAY_SECONDS = 60
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Provider:
    """What a provider publishes about itself."""

    issuer: str
    authorize: str
    token: str
    keys: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Where to send the browser, and the state that its cookie has to repeat."""

    url: str
    state: str


def ask(
    database: Database,
    settings: AccountSettings,
    back: str,
    now: datetime,
    item: SignedIn | None = None,
) -> Asked:
    """Begin at the provider; `item` is whoever binds his identity, None to sign in."""
    found = discover(settings)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    client = _client(settings, back)
    url, _ = client.create_authorization_url(
        found.authorize, state=state, nonce=nonce, code_verifier=verifier, **_wanted(settings)
    )
    data = {"nonce": nonce, "verifier": verifier, "person": item.person_id if item else ""}
    with database.write() as session:
        store.keep_once(session, state, KIND, data, now + IN_TIME)
    return Asked(url, state)


def finish(
    database: Database,
    settings: AccountSettings,
    back: str,
    answer: Mapping[str, str],
    *,
    vault: Vault,
    cookie: str,
    origin: Origin,
    now: datetime,
    item: SignedIn | None = None,
) -> Begun | None:
    """Take the provider's answer: begin a session, or bind the identity to `item` (then None).

    Raises WrongSignIn for a state, code, token or claim that does not fit, and for an identity
    that nobody has bound.
    """
    # 1. The state is one of ours, unused, in time, and this browser's.
    state = answer.get("state", "")
    with database.write() as session:
        kept = store.take_once(session, state, KIND, now)
    if kept is None or not hmac.compare_digest(state.encode(), cookie.encode()):
        raise signing_in.refusal()
    # 2. Whoever began is whoever comes back.
    if kept["person"] != (item.person_id if item else ""):
        raise signing_in.refusal()
    # 3. The code buys a token, with the verifier that only we have.
    found = discover(settings)
    token = _buy(settings, found, back, answer.get("code", ""), kept["verifier"])
    # 4. The token is the provider's, for us, in time, and answers our nonce.
    claims = verified(token, settings, found, _keys(found), nonce=kept["nonce"], now=now)
    # 5. The identity is bound to an account, or is bound now; what was verified is kept, sealed.
    stated = read_identity(claims, identities.frameworks(settings))
    with database.write() as session:
        subject = str(claims["sub"])
        begun = _settle(session, found.issuer, subject, origin=origin, now=now, item=item)
        whose = factors.person_of(session, DOOR, found.issuer, subject)
        if stated is not None and whose is not None:
            sealed = identities.seal_identity(vault, whose, stated)
            factors.save_identity(session, DOOR, found.issuer, subject, sealed)
        return begun


def _wanted(settings: AccountSettings) -> dict[str, str]:
    """What is asked for beyond the sign-in, where the provider's word on identities is taken."""
    trusted = identities.frameworks(settings)
    return {"claims": json.dumps(asked_claims(trusted))} if trusted else {}


def discover(settings: AccountSettings) -> Provider:
    """What the configured provider publishes; raises Unavailable when it cannot be had."""
    issuer = settings.oidc_issuer
    if issuer is None or settings.oidc_client_id is None:
        raise Unavailable(
            "no identity provider is set up here",
            next_step="set EBENBILD_ACCOUNTS__OIDC_ISSUER and its client id, or sign in otherwise",
            code="no-provider",
        )
    data = _fetch(issuer.rstrip("/") + "/.well-known/openid-configuration")
    if data.get("issuer") != issuer:
        raise _no_answer()
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    return Provider(issuer, *(_safe(str(data.get(name, ""))) for name in names))


def verified(
    token: str,
    settings: AccountSettings,
    provider: Provider,
    keys: KeySet,
    *,
    nonce: str,
    now: datetime,
) -> Mapping[str, Any]:
    """The claims of an ID token; raises WrongSignIn unless every one of them fits."""
    try:
        claims: dict[str, Any] = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": settings.oidc_client_id or ""},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        registry.validate(claims)
    except (JoseError, ValueError, TypeError, KeyError) as exc:
        raise signing_in.refusal() from exc
    # A token for several must name us as the one it was issued to (Core, 3.1.3.7).
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else settings.oidc_client_id) != settings.oidc_client_id:
        raise signing_in.refusal()
    return claims


def _settle(
    session: Session,
    issuer: str,
    subject: str,
    *,
    origin: Origin,
    now: datetime,
    item: SignedIn | None,
) -> Begun | None:
    known = factors.person_of(session, DOOR, issuer, subject)
    if item is not None:
        if known is None:
            factors.link(session, DOOR, issuer, subject, item.person_id, at=now)
            signing_in.note(session, item, "account.provider-bound", now, issuer=issuer)
        return None
    if known is None or people.person(session, DOOR, known).disabled_at is not None:
        raise signing_in.refusal()
    methods = (signing_in.PROVIDER,)
    made = sessions.begin(session, known, Stage.FULL, methods, origin, now=now)
    signing_in.note(session, made[1], "account.signed-in", now, methods=list(methods))
    return Begun(*made)


def _client(settings: AccountSettings, back: str) -> OAuth2Session:
    secret = settings.oidc_client_secret
    return OAuth2Session(
        client_id=settings.oidc_client_id,
        client_secret=None if secret is None else secret.get_secret_value(),
        token_endpoint_auth_method="none" if secret is None else "client_secret_basic",
        scope=SCOPE,
        redirect_uri=back,
        code_challenge_method="S256",
    )


def _buy(settings: AccountSettings, provider: Provider, back: str, code: str, verifier: str) -> str:
    try:
        token = _client(settings, back).fetch_token(
            provider.token, code=code, code_verifier=verifier, timeout=WAIT_SECONDS
        )
        return str(token["id_token"])
    except (AuthlibBaseError, requests.RequestException, ValueError, KeyError) as exc:
        raise signing_in.refusal() from exc


def _keys(provider: Provider) -> KeySet:
    try:
        return KeySet.import_key_set(_fetch(provider.keys))  # type: ignore[arg-type]
    except (JoseError, ValueError, KeyError) as exc:
        raise _no_answer() from exc


def _fetch(url: str) -> dict[str, Any]:
    try:
        answer = requests.get(_safe(url), timeout=WAIT_SECONDS, allow_redirects=False)
        answer.raise_for_status()
        data = answer.json()
    except (requests.RequestException, ValueError) as exc:
        raise _no_answer() from exc
    if not isinstance(data, dict):
        raise _no_answer()
    return data


def _safe(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise _no_answer()
    return url


def _no_answer() -> Unavailable:
    return Unavailable(
        "the identity provider did not answer as it should",
        next_step="try again, or sign in otherwise; the operator checks the provider's address",
        code="provider-unavailable",
    )
