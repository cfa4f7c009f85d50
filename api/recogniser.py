"""What a speech recogniser of the operator's choice hears, through a command.

The product ships none: recognisers are large, and which one may be used is the operator's matter.
The command gets the file's path and the language as its last two arguments and writes words to its
output. It is bounded in time and output; whatever else goes wrong, a person listens instead.
"""

import shlex
import subprocess
from pathlib import Path

SECONDS_MAX = 60
_CHARACTERS_MAX = 10_000


def heard(command: str, sound: Path, language: str) -> str | None:
    """The words of a sound file, or `None` where no recogniser is set or it failed."""
    if not command.strip():
        return None
    try:
        done = subprocess.run(
            [*shlex.split(command), str(sound), language],
            capture_output=True,
            check=True,
            stdin=subprocess.DEVNULL,
            timeout=SECONDS_MAX,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace")[:_CHARACTERS_MAX]
