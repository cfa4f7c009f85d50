"""What a browser calls itself, as its owner would: "Chrome, Linux" instead of a line of tokens.

Pure. Browsers name others in their `User-Agent` (RFC 9110, section 10.1.5) to be served alike, so
the more particular token comes first; whatever names none of these stays as it is.
"""

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrom", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_name(agent: str) -> str:
    """Browser and system that a `User-Agent` names."""
    browser, system = (_first(names, agent) for names in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, (browser, system))) if browser else agent


def _first(names: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for token, name in names if token in agent), "")
