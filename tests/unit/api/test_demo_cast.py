"""The story's cast from a folder of one's own: who plays, who refuses, what is missing."""

from pathlib import Path

import pytest

from api.demo.cast import declared, own
from core.errors import BadInput


def fill(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return folder


def test_the_last_performer_refuses_and_everybody_is_declared(tmp_path: Path) -> None:
    cast = own(fill(tmp_path, "Ada/one.wav", "Ben/face.jpg", "Ben/talk.mp4", "film.MP4", "x.txt"))
    assert [(role.name, len(role.licences)) for role in cast.roles] == [("Ada", 1), ("Ben", 0)]
    (cut,) = cast.cuts
    kinds = [(use.performer, use.kind) for use in declared(cast, cut, ["prf_1", "prf_2"])]
    assert kinds == [
        ("prf_1", "synthesise_voice"),
        ("prf_2", "synthesise_voice"),
        ("prf_2", "replicate_face"),
    ]


def test_a_single_performer_does_not_refuse(tmp_path: Path) -> None:
    cast = own(fill(tmp_path, "Ada/one.wav", "song.mp3"))
    assert cast.roles[0].licences


@pytest.mark.parametrize("names", [(), ("film.mp4",), ("Ada/one.wav",), ("Ada/notes.txt", "a.mp4")])
def test_a_folder_that_tells_no_story_says_what_to_put_there(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    with pytest.raises(BadInput) as caught:
        own(fill(tmp_path, *names))
    assert "subfolder" in caught.value.next_step
