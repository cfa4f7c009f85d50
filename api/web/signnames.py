"""What the signs in figures are called, as the catalogue's keys end."""

SIGNS = {"": "none", ".": "point", ",": "comma", " ": "blank", "'": "apostrophe"}
