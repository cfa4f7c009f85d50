"""One table: how each kind of document is recognised, and what verifies it offline.

A document says by itself what it is, and says so before anything is checked; whatever is none of
these is looked at as a licence and fails as one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from core.canonical import parse_strict
from core.errors import BadInput, EbenbildError
from core.keys import verification_method
from core.tlogproof import HEADER
from licensing import documentchecks as checks
from licensing.attached import PAPER, attached, bare_paper, is_paper, with_paper
from licensing.bundlecheck import Known, verify_bundle
from licensing.certificate import STATUS_PATH
from licensing.certificate import TYPE as CERTIFICATE_TYPE
from licensing.certificatecheck import Brought as CertificateBrought
from licensing.certificatecheck import verify_certificate_bytes
from licensing.certificatestatus import TYPE as STATE_TYPE
from licensing.credential import LICENCE_BYTES_MAX, LICENCE_TYPE
from licensing.documentchecks import Brought
from licensing.extracts import BUNDLE_BYTES_MAX, BUNDLE_TYPE
from licensing.frameworks import TYPE as FRAMEWORK_TYPE
from licensing.logreceipt import verify_receipt_text
from licensing.models_verification import VerifyReport
from licensing.standing import DECLARATION_TYPE
from licensing.statuslist import LIST_TYPE
from licensing.token import is_token
from licensing.verification import Trust, verify_licence_bytes, verify_token_bytes
from registry.keyhistory import Authority, Statement, check_history, read_statement
from registry.manifest import is_manifest


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: `name` is stable, `recognises` looks at the bytes and the JSON in them.

    The JSON is empty where the bytes are none.
    """

    name: str
    recognises: Callable[[bytes, dict[str, Any]], bool]
    verify: Callable[[bytes, Brought], VerifyReport]


def kind_of(data: bytes) -> Kind:
    """What a document says that it is; a licence where it says nothing known."""
    try:
        document = parse_strict(data, bytes_max=BUNDLE_BYTES_MAX)
    except BadInput:
        document = {}
    return next((kind for kind in KINDS if kind.recognises(data, document)), LICENCE)


def verify_document(data: bytes, brought: Brought) -> tuple[str, VerifyReport]:
    """The kind and every numbered step; never raises for what is in the bytes.

    Of a PDF it is what is attached that is verified.
    """
    if is_paper(data):
        return _paper(data, brought)
    kind = kind_of(data)
    known = {**_performer_dids(brought), **brought.performer_dids}
    return kind.name, kind.verify(data, replace(brought, performer_dids=known))


def _paper(data: bytes, brought: Brought) -> tuple[str, VerifyReport]:
    inside = attached(data)
    if inside is None:
        return PAPER, bare_paper()
    name, report = verify_document(inside, brought)
    return name, replace(report, steps=with_paper(report))


def others(brought: Brought, name: str) -> tuple[bytes, ...]:
    """Those of the files at hand that are of this kind."""
    return tuple(data for data in brought.others if kind_of(data).name == name)


def _performer_dids(brought: Brought) -> dict[str, frozenset[str]]:
    """Keys by performer, as far as bindings at hand are signed by a trusted registry."""
    found: dict[str, frozenset[str]] = {}
    for statement in _bindings(brought):
        known = found.get(statement.performer_id, frozenset())
        found[statement.performer_id] = known | {statement.did}
    return found


def _bindings(brought: Brought) -> Iterator[Statement]:
    for data in others(brought, "key-binding"):
        try:
            statement = read_statement(parse_strict(data))
            if verification_method(statement.registry) not in brought.registry_methods:
                continue
            if statement.authority is Authority.FIRST:
                check_history([data], registry=statement.registry)
            elif not checks.checked(checks.BINDING)(data, brought).ok:
                continue
        except EbenbildError:
            continue
        yield statement


def _licence(data: bytes, brought: Brought) -> VerifyReport:
    return verify_licence_bytes(data, _trust(brought))


def _token(data: bytes, brought: Brought) -> VerifyReport:
    return verify_token_bytes(data, _trust(brought))


def _trust(brought: Brought) -> Trust:
    return Trust(
        at=brought.at,
        registry_methods=brought.registry_methods,
        performer_dids=brought.performer_dids,
        status_lists={
            str(parse_strict(data).get("id")): data for data in others(brought, "status-list")
        },
        custodies={
            item.did: item.custody for item in _bindings(brought) if item.custody is not None
        },
        mandates=others(brought, "mandate"),
        frameworks=others(brought, "framework"),
    )


def _certificate(data: bytes, brought: Brought) -> VerifyReport:
    # It is about one file: of two different ones, one at least is another.
    digest = "".join(sorted(set(brought.media_sha256)))
    return verify_certificate_bytes(
        data,
        CertificateBrought(
            at=brought.at,
            registry_methods=brought.registry_methods,
            media_sha256=digest,
            licences=others(brought, LICENCE.name),
            status=_state_of(parse_strict(data).get("id"), brought),
            receipts=others(brought, "log-receipt"),
            policy=brought.policy,
        ),
    )


def _state_of(vc_id: object, brought: Brought) -> bytes:
    """What is at hand about one certificate: its own state, else a list of void ones."""
    for state in others(brought, "certificate-state"):
        subject = parse_strict(state).get("credentialSubject")
        if isinstance(subject, dict) and subject.get("id") == vc_id:
            return state
    lists = others(brought, "status-list")
    return next((each for each in lists if STATUS_PATH.encode() in each), b"")


def _receipt(data: bytes, brought: Brought) -> VerifyReport:
    return verify_receipt_text(data.decode("utf-8", "replace"), brought.policy, brought.of)


def _bundle(data: bytes, brought: Brought) -> VerifyReport:
    known = Known(brought.at, brought.registry_methods, policy=brought.policy)
    return verify_bundle(data, known)[0]


def _is_receipt(data: bytes, _document: dict[str, Any]) -> bool:
    return data.startswith(HEADER.encode())


def _is_token(data: bytes, _document: dict[str, Any]) -> bool:
    return is_token(data)


def _is_listing(data: bytes, document: dict[str, Any]) -> bool:
    return not document.get("type") and len(data) <= LICENCE_BYTES_MAX and is_manifest(data)


def _typed(name: str, _data: bytes, document: dict[str, Any]) -> bool:
    types = document.get("type")
    return name in types if isinstance(types, list) else name == types


def _json(name: str, said: str, verify: Callable[[bytes, Brought], VerifyReport]) -> Kind:
    return Kind(name, partial(_typed, said), verify)


LICENCE = _json("licence", LICENCE_TYPE, _licence)
KINDS = (
    Kind("licence-token", _is_token, _token),
    Kind("log-receipt", _is_receipt, _receipt),
    LICENCE,
    _json("standing-declaration", DECLARATION_TYPE, checks.checked(checks.DECLARATION)),
    _json("certificate", CERTIFICATE_TYPE, _certificate),
    _json("certificate-state", STATE_TYPE, checks.checked(checks.STATE)),
    _json("status-list", LIST_TYPE, checks.checked(checks.STATUS_LIST)),
    _json("consent", "EnrolmentConsent", checks.checked(checks.CONSENT)),
    _json("mandate", "Mandate", checks.checked(checks.MANDATE)),
    _json("framework", FRAMEWORK_TYPE, checks.checked(checks.FRAMEWORK)),
    _json("key-binding", "PerformerKeyBinding", checks.checked(checks.BINDING)),
    _json("consent-bundle", BUNDLE_TYPE, _bundle),
    _json("erasure-receipt", "ErasureReceipt", checks.checked(checks.ERASURE)),
    Kind("dataset-manifest", _is_listing, checks.checked(checks.MANIFEST)),
)
