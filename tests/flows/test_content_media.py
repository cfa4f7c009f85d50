"""Content prints of real files, read through the media process."""

from pathlib import Path

import pytest

from api.demo.media import Making, write_film, write_sound
from fingerprint.content.models import Part
from fingerprint.content.printing import ContentPrinter, find, read_content
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.media.models import Form
from tests.unit.fingerprint.recordings import scene, speech

LIMITS = Limits()


def test_a_film_and_a_re_encoded_part_of_it_are_linked_in_sound_and_picture(
    tmp_path: Path,
) -> None:
    film, part = tmp_path / "film.mp4", tmp_path / "part.mp4"
    pictures, sound = scene(16, seed=5), speech(16, seed=5)
    write_film(film, iter(pictures), fps=4, samples=sound, rate=16_000, making=Making(key_every=8))
    cut = sound[4 * 16_000 : 12 * 16_000]
    write_film(part, iter(pictures[16:48]), fps=4, samples=cut, rate=16_000)
    prints = [read_content(path, LIMITS, door.probe(path, LIMITS)) for path in (film, part)]
    links = find(prints[1], prints[0])
    assert {link.part for link in links} == set(Part)
    for link in links:
        assert link.there.start_ms - link.here.start_ms == pytest.approx(4000, abs=260)
        assert link.here.duration_ms > 6000


def test_a_sound_has_no_pictures_and_a_still_has_no_content_print(tmp_path: Path) -> None:
    sound = tmp_path / "sound.wav"
    write_sound(sound, speech(3, seed=1), 16_000)
    info = door.probe(sound, LIMITS)
    assert info.kind is Form.SOUND
    made = read_content(sound, LIMITS, info)
    assert made.picture is None
    assert made.sound is not None
    assert len(made.sound) == pytest.approx(3000 / 32, abs=3)


def test_nothing_is_linked_where_nothing_was_read() -> None:
    nothing = ContentPrinter().finish()
    assert nothing.sound is None
    assert find(nothing, nothing) == ()
    assert nothing.picture is None
