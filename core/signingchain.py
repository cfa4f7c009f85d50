"""X.509 certificates for a key that signs C2PA manifests: two of them, made on the spot.

C2PA wants the signer's certificate issued by another one. Who makes both is on nobody's list of
trusted issuers, so other programs say "untrusted"; the issuer's own key is thrown away at once.
Spec: C2PA 2.2, section 14.5 (X.509 certificates); RFC 5280.
"""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from core.errors import BadInput
from core.keys import PrivateKey

VALID_DAYS = 5 * 365
NAME_MAX = 64  # RFC 5280, ub-organization-name and ub-common-name
_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def signing_chain(key: PrivateKey, name: str, at: datetime) -> bytes:
    """PEM of the key's certificate and of its issuer's, good for five years from `at`.

    `name` is the organisation that signs; raises BadInput for one that no certificate holds.
    """
    if not 0 < len(name.strip()) <= NAME_MAX - len(" issuer"):
        raise BadInput("The name must have 1 to 57 letters.", next_step="Give a shorter name.")
    issuer = Ed25519PrivateKey.generate()
    own = _named(name, name)
    above = _named(name, f"{name} issuer")
    root = _builder(above, above, issuer.public_key(), at)
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    root = root.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
    public = Ed25519PublicKey.from_public_bytes(key.public)
    leaf = _builder(own, above, public, at)
    leaf = leaf.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    leaf = leaf.add_extension(_usage("digital_signature"), critical=True)
    purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
    leaf = leaf.add_extension(purposes, critical=False)
    known = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key())
    leaf = leaf.add_extension(known, critical=False)
    made = (leaf.sign(issuer, None), root.sign(issuer, None))
    return b"".join(item.public_bytes(Encoding.PEM) for item in made)


def _builder(
    subject: x509.Name, issuer: x509.Name, public: Ed25519PublicKey, at: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
    builder = builder.public_key(public).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(at).not_valid_after(at + timedelta(days=VALID_DAYS))
    own = x509.SubjectKeyIdentifier.from_public_key(public)
    return builder.add_extension(own, critical=False)


def _named(organisation: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _usage(*wanted: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{name: name in wanted for name in _USAGES})
