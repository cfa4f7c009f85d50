"""Keeping samples so that prints can be made anew: only by consent, and only sealed.

The copy lies under the data key of its enrolment, like the vectors: withdrawing the consent makes
it unreadable in every copy at once. It is sealed in pieces that know their place and the last of
which says so, because a film does not fit in memory and must not be cut short unseen.
"""

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlmodel import Session

from core.errors import BadProof
from core.objects import Objects
from core.principal import Principal
from core.vault import Vault, key_id_of
from registry.models.encoders import Material
from registry.models.people import Sample
from registry.store import material

BYTES_MAX = 1024**3  # a larger sample is not kept: it holds no more of a person
_PIECE_BYTES = 4 * 1024**2
_LENGTH = struct.Struct("<I")


def seal_file(vault: Vault, objects: Objects, sample: Sample, path: Path) -> str | None:
    """Store a sealed copy and return its name; `None` for a file that is too large to keep."""
    if path.stat().st_size > BYTES_MAX:
        return None
    pieces = _sealed(vault, sample.tenant_id, sample.enrolment_id, sample.id, path)
    return objects.put_stream(vault, sample.tenant_id, pieces, bytes_max=None).name


def is_present(vault: Vault, objects: Objects, item: Material) -> bool:
    """Whether a kept sample has the present key of its enrolment, or nobody can read it."""
    head = next(objects.read(item.object_name))[_LENGTH.size :]
    return vault.live_key_id(item.enrolment_id) in (None, key_id_of(head))


def sealed_anew(vault: Vault, objects: Objects, item: Material) -> str:
    """Another copy of a kept sample under the present key; the name that its row is to have."""
    with opened(vault, objects, item) as path:
        pieces = _sealed(vault, item.tenant_id, item.enrolment_id, item.sample_id, path)
        return objects.put_stream(vault, item.tenant_id, pieces, bytes_max=None).name


@contextmanager
def opened(vault: Vault, objects: Objects, item: Material) -> Iterator[Path]:
    """The sample as it came, in a private file that goes with the context.

    Raises BadProof when the copy was changed or cut, NotFound when it or its key is gone.
    """
    with objects.opened(item.object_name) as source, objects.scratch() as (file, path):
        for piece in _unsealed(vault, item, source):
            file.write(piece)
        file.flush()
        yield path


def kept_under(session: Session, principal: Principal, enrolment_id: str) -> tuple[Material, ...]:
    """What is kept under a consent of the caller's."""
    return material.of_enrolment(session, principal, enrolment_id)


def discard(session: Session, objects: Objects, principal: Principal, enrolment_id: str) -> None:
    """Delete everything that is kept under a consent."""
    for item in material.of_enrolment(session, principal, enrolment_id):
        objects.delete(item.object_name)
    material.forget(session, principal, enrolment_id)


def _sealed(
    vault: Vault, tenant_id: str, enrolment_id: str, sample_id: str, path: Path
) -> Iterator[bytes]:
    number = 0
    with path.open("rb") as file:
        piece = file.read(_PIECE_BYTES)
        while True:
            following = file.read(_PIECE_BYTES)
            bound = _bound_to(tenant_id, sample_id, number, last=not following)
            sealed = vault.seal(enrolment_id, piece, bound)
            yield _LENGTH.pack(len(sealed)) + sealed
            if not following:
                return
            piece, number = following, number + 1


def _unsealed(vault: Vault, item: Material, path: Path) -> Iterator[bytes]:
    number = 0
    with path.open("rb") as file:
        sealed = _piece(file.read(_LENGTH.size), file.read)
        while sealed is not None:
            head = file.read(_LENGTH.size)
            bound = _bound_to(item.tenant_id, item.sample_id, number, last=not head)
            yield vault.unseal(item.enrolment_id, sealed, bound)
            sealed, number = _piece(head, file.read), number + 1
    if number == 0:
        raise _cut_short()


def _piece(head: bytes, read: Callable[[int], bytes]) -> bytes | None:
    """The next sealed piece; `None` after the last."""
    if not head:
        return None
    if len(head) != _LENGTH.size:
        raise _cut_short()
    (length,) = _LENGTH.unpack(head)
    if length > 2 * _PIECE_BYTES:
        raise _cut_short()
    return read(length)


def _bound_to(tenant_id: str, sample_id: str, number: int, *, last: bool) -> dict[str, str]:
    return {
        "what": "enrolment-material",
        "tenant": tenant_id,
        "sample": sample_id,
        "piece": str(number),
        "last": str(last),
    }


def _cut_short() -> BadProof:
    return BadProof(
        "A kept sample is not the one that was sealed.",
        next_step="Restore it from a backup, or have the performer hand it in again.",
        code="bad-seal",
    )
