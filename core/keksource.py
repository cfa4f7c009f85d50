"""From the settings to the key-encryption keys they name."""

from core.kek import KEK_FILE, KeyEncryption, create_file, environment_kek, file_kek
from core.keksettings import KekSettings
from core.kms import CommandKek, TransitKek
from core.rekeying import rotate, rotate_file
from core.settings import Settings
from core.vault import file_keks


def used_kek(settings: Settings) -> KeyEncryption | None:
    """The key that wraps the root key of a new registry; `None` for a file, which is made then."""
    return _remote(settings.kek)


def keks_of(settings: Settings) -> tuple[KeyEncryption, ...]:
    """The keys that may have wrapped the root key, the one in use first."""
    return (*_known(settings, settings.kek), *_known(settings, settings.kek_old))


def _known(settings: Settings, kek: KekSettings) -> tuple[KeyEncryption, ...]:
    if kek.source == "file":
        return file_keks(settings.keys_dir / KEK_FILE)
    found = _remote(kek)
    return () if found is None else (found,)


def _remote(kek: KekSettings) -> KeyEncryption | None:
    if kek.source == "environment":
        return environment_kek(kek.variable)
    if kek.source == "command":
        return CommandKek(kek.command)
    if kek.source == "transit":
        return TransitKek(kek.transit_url, kek.transit_key, kek.transit_token_variable)
    return None


def rotate_kek(settings: Settings) -> int:
    """Wrap everything anew under the key that the settings name; returns how many keys it wraps.

    A file gets a fresh key unless another source is being replaced by it.
    """
    if settings.kek.source != "file":
        return rotate(settings.keys_dir, keks_of(settings), backup_kek(settings))
    if settings.kek_old.source == "none":
        return rotate_file(settings.keys_dir)
    path = settings.keys_dir / KEK_FILE
    if not path.exists():
        create_file(path)
    return rotate(settings.keys_dir, keks_of(settings), file_kek(path))


def backup_kek(settings: Settings) -> KeyEncryption:
    """The key that is in use: backups are sealed under it."""
    return used_kek(settings) or file_kek(settings.keys_dir / KEK_FILE)
