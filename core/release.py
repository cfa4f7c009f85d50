"""Which release of the program this is."""

from importlib.metadata import PackageNotFoundError, version


def release() -> str:
    """The version of the installed program."""
    try:
        return version("ebenbild")
    except PackageNotFoundError:
        return "0+source"
