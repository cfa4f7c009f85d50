"""Finds the registry a command speaks to: on another machine, or in the data folder here.

Who asks is the key in EBENBILD_API_KEY; in a data folder of one's own the operator's key, made
by `ebenbild init`, stands in for it.
"""

import os

from api import client
from api.cli.options import Cli
from core.errors import Unavailable
from core.settings import Settings


def connect(cli: Cli) -> client.Client:
    """A client for this call; raises Unavailable with the missing step."""
    if cli.server:
        return client.remote(cli.server, _remote_key(), lang=cli.lang)
    settings = cli.settings()
    key = os.environ.get("EBENBILD_API_KEY") or operator_key(settings)
    from api.localclient import local  # noqa: PLC0415

    return local(settings, key, lang=cli.lang)


def operator_key(settings: Settings) -> str:
    """The operator's API key in the data folder."""
    path = settings.keys_dir / "operator.key"
    if not path.is_file() and settings.database_path.exists():
        raise Unavailable(
            f"{path.name} is missing in {settings.keys_dir}.",
            next_step="Set EBENBILD_API_KEY to an API key of yours, or restore that file from its "
            "backup.",
            code="no-key",
        )
    if not path.is_file():
        raise Unavailable(
            f"There is no registry in {settings.data_dir}.",
            next_step="Run `ebenbild init`, or name a registry with --data-dir or --server.",
            code="no-registry",
        )
    return path.read_text("ascii").strip()


def _remote_key() -> str:
    key = os.environ.get("EBENBILD_API_KEY", "")
    if not key:
        raise Unavailable(
            "A registry on another machine needs your API key.",
            next_step="Set EBENBILD_API_KEY to the key that its operator gave you.",
            code="no-key",
        )
    return key
