"""Messages of banks as trees: elements are found by their names, whatever the version.

ISO 20022 names stay the same from version to version; their namespaces do not.
"""

import xml.etree.ElementTree as ET

BYTES_MAX = 32 * 1024 * 1024


def is_xml(data: bytes) -> bool:
    """Whether a file is a message and no table."""
    return data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")


def body_of(data: bytes) -> ET.Element:
    """What a message holds; raises `ValueError` for what is no XML or declares entities."""
    if b"<!DOCTYPE" in data or b"\x00" in data:
        raise ValueError("it declares what no bank declares")
    try:
        root = ET.fromstring(data)  # noqa: S314 - without a DOCTYPE there is nothing to expand
    except ET.ParseError as exc:
        raise ValueError("it is not XML") from exc
    return root[0] if len(root) else root


def name(element: ET.Element) -> str:
    """Its name without a namespace."""
    return element.tag.rpartition("}")[2]


def find(parent: ET.Element, wanted: str) -> ET.Element | None:
    """The first element of that name, at any depth."""
    return next((one for one in parent.iter() if name(one) == wanted), None)


def text(parent: ET.Element, wanted: str) -> str:
    """The text of the first element of that name, at any depth; "" where there is none."""
    found = find(parent, wanted)
    return "" if found is None else (found.text or "").strip()


def child(parent: ET.Element, wanted: str) -> str:
    """The text of the first child of that name."""
    return next(((one.text or "").strip() for one in parent if name(one) == wanted), "")


def is_booked(entry: ET.Element) -> bool:
    """An entry counts once the bank has booked it: the status is a code, or below one."""
    place = next((one for one in entry if name(one) == "Sts"), None)
    return place is not None and (place.text or "").strip() + text(place, "Cd") == "BOOK"
