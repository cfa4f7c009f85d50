"""Which recordings of a tenant are in which others: links between cuts, found by content prints.

Nothing here crosses tenants: nobody learns from a link that somebody else holds the same film.
"""

from dataclasses import dataclass

from fingerprint.content.models import Link, Part
from fingerprint.models import Modality, Reason, Span, Trace

PART_OF = {Modality.VOICE: Part.SOUND, Modality.FACE: Part.PICTURE}


@dataclass(frozen=True, slots=True)
class ContentLink:
    """A stretch of one submission found in an earlier one.

    `identical` says that the files are the same byte for byte, so that nothing was compared.
    """

    id: str
    tenant_id: str
    submission_id: str
    cut_id: str
    known_submission_id: str
    known_cut_id: str
    link: Link
    identical: bool


@dataclass(frozen=True, slots=True)
class Carried:
    """What earlier scans say about a file: spans nobody need scan again, and who is in them.

    `unread` is what could not be read of the very same file, by segment.
    """

    voice: tuple[Span, ...] = ()
    face: tuple[Span, ...] = ()
    traces: tuple[Trace, ...] = ()
    identical: bool = False
    unread: tuple[tuple[Span, tuple[Reason, ...]], ...] = ()

    def spans(self, modality: Modality) -> tuple[Span, ...]:
        """Where `modality` is known."""
        return self.voice if modality is Modality.VOICE else self.face


NOTHING_KNOWN = Carried()
