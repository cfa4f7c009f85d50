"""docs/settings.md lists every setting; `python -m tests.unit.test_settings_page` writes it."""

import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from core.settingnames import OTHERS, variables
from core.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
HEAD = """# Settings

Environment variables; every one has a default. They are read once at start; a name that begins with
`EBENBILD_` and is none of them is refused. `ebenbild doctor` names those that are not at their
default, and what of them cannot be used. A folder or file whose variable is empty is not set.

| variable | default | meaning |
|---|---|---|
"""


def rows(model: type[BaseModel], prefix: str = "EBENBILD_") -> Iterator[str]:
    """A table row for every field, groups nested with two underscores."""
    for name, field in model.model_fields.items():
        variable = prefix + name.upper()
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from rows(kind, variable + "__")
        else:
            default = "" if field.default is None else f"`{field.default}`"
            yield f"| `{variable}` | {default} | {field.description} |\n"


def page() -> str:
    """The whole page."""
    return HEAD + "".join(rows(Settings))


def test_the_page_lists_every_setting_as_it_is() -> None:
    assert PAGE.read_text("utf-8") == page()


def test_every_setting_says_what_it_means() -> None:
    assert all(len(row.split("|")[3].strip()) > 15 for row in rows(Settings))


def test_every_variable_that_is_spoken_of_is_one() -> None:
    root = PAGE.parents[1]
    pages = [root / "README.md", root / "docker-compose.yml", *(root / "docs").glob("*.md")]
    known = {name for name, _ in variables(Settings)} | OTHERS
    for page_of in [*pages, root / "Dockerfile"]:
        spoken_of = set(re.findall(r"EBENBILD_[A-Z_]*[A-Z]", page_of.read_text("utf-8")))
        assert spoken_of <= known, page_of.name


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
