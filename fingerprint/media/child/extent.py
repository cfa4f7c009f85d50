"""How long a file really is, and whether it ends before its header says.

A header may claim less than there is, and a scan that believed it would leave the rest unheard; so
the end is read from the last packets. It may claim more, which is a file cut off on its way.
"""

from fractions import Fraction

import av

from fingerprint.media.child import endings, sniff
from fingerprint.media.child.outlet import Outlet
from fingerprint.media.child.source import Source
from fingerprint.media.clock import to_ms

FAR_SECONDS = 1_000_000
TAIL_SECONDS = 5
MISSING_SECONDS_MIN = Fraction(1)
MISSING_BYTES_MIN = Fraction(4096)
MISSING_SHARE_MIN = Fraction(1, 50)

_HEADERS_THAT_CLAIM = frozenset(
    {"mov", "matroska", "wav", "w64", "flac", "avi", "asf", "flv", "mxf"}
)
"""Containers that state a duration; for others FFmpeg estimates it from bit rate or last packet."""


def measure(source: Source) -> Fraction:
    """End of the last packet of all searched streams, in seconds of the file's own clock.

    Takes a freshly opened source and leaves it at its end.
    """
    promised = Fraction(source.container.duration or 0, av.time_base)
    for near_end in (Fraction(FAR_SECONDS), promised - TAIL_SECONDS):
        if near_end > 0 and source.seek(near_end, source.chosen[0]):
            _read_all(source)
        if source.packets_seen > 0 and source.stamped:
            return source.reached
        source.reopen()
    _read_all(source)
    return source.reached


def claimed(source: Source) -> Fraction | None:
    """Seconds that the header promises, None where it promises nothing."""
    counted = endings.counted(source)
    if counted is not None:
        return counted
    if not _HEADERS_THAT_CLAIM & set(source.container.format.name.split(",")):
        return None
    duration = source.container.duration
    return None if not duration else min([Fraction(duration, av.time_base), *_lasting(source)])


def _lasting(source: Source) -> list[Fraction]:
    """How long the chosen streams say they are, where all do: subtitles may go on after them."""
    found = [s.duration * s.time_base for s in source.chosen if s.duration and s.time_base]
    return [max(found)] if len(found) == len(source.chosen) else []


def note_missing(source: Source, zero: Fraction, outlet: Outlet) -> None:
    """Note a file whose packets end well before its header says; for a source read to its end."""
    source.damaged += endings.is_torn(source)
    promised_bytes = sniff.promised_bytes(source.head) or 0
    promised = claimed(source)
    # Some headers count from the file's own clock, others from its first packet: take the kinder.
    present = max(source.reached, source.reached - zero)
    if _is_well_over(Fraction(promised_bytes), Fraction(source.bytes), MISSING_BYTES_MIN):
        outlet.note("truncated-media", claimed_bytes=promised_bytes, found_bytes=source.bytes)
    elif promised is not None and _is_well_over(promised, present, MISSING_SECONDS_MIN):
        outlet.note("truncated-media", claimed_ms=to_ms(promised), found_ms=to_ms(present))
    elif endings.is_cut(source):
        outlet.note("truncated-media", found_ms=to_ms(present))


def _is_well_over(promised: Fraction, present: Fraction, least: Fraction) -> bool:
    return promised - present > max(least, promised * MISSING_SHARE_MIN)


def _read_all(source: Source) -> None:
    for _ in source.packets(of_all=True):
        pass
