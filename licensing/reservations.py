"""A standing declaration for machines that read the web: RSL, TDM reservation, robots.txt.

They know mining and training and no voices or faces, so only stances on those two are said, and
every file points to the signed declaration, which says all. Who must be asked has not permitted.
Specs: https://rslstandard.org/rsl (1.0), https://www.w3.org/community/reports/tdmrep/
"""

import json
from collections.abc import Sequence
from xml.etree import ElementTree

from licensing.models_standing import Stance, Standing
from registry.models.works import KindOfUse

RSL_NAMESPACE = "https://rslstandard.org/rsl"
USAGES = {KindOfUse.TRAIN_MODEL: "ai-train", KindOfUse.TEXT_AND_DATA_MINING: "ai-index"}
PAYMENTS = {KindOfUse.TRAIN_MODEL: "training", KindOfUse.TEXT_AND_DATA_MINING: "use"}


def rsl_of(standings: Sequence[Standing], *, address: str, location: str = "/") -> bytes:
    """The RSL 1.0 document for what lies at `location`; `address` is the signed declaration's."""
    root = ElementTree.Element("rsl", {"xmlns": RSL_NAMESPACE})
    content = ElementTree.SubElement(root, "content", {"url": location})
    for item in _said(standings):
        licence = ElementTree.SubElement(content, "license")
        verb = "permits" if item.stance is Stance.TERMS else "prohibits"
        ElementTree.SubElement(licence, verb, {"type": "usage"}).text = USAGES[item.kind]
        if item.stance is Stance.TERMS:
            payment = ElementTree.SubElement(licence, "payment", {"type": PAYMENTS[item.kind]})
            ElementTree.SubElement(payment, "custom").text = address
    ElementTree.SubElement(content, "terms").text = address
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def tdmrep_of(standings: Sequence[Standing], *, address: str, location: str = "/") -> bytes:
    """The file for `/.well-known/tdmrep.json`; any stance reserves, none says nothing."""
    said = _said(standings)
    entry: dict[str, object] = {"location": location, "tdm-reservation": 1, "tdm-policy": address}
    return json.dumps([entry] if said else [], indent=2).encode()


def robots_of(standings: Sequence[Standing], *, address: str, location: str = "/") -> bytes:
    """Lines for a robots.txt: the RSL document's address, and the preference on training."""
    lines = [f"License: {address}/rsl.xml"]
    if any(item.kind is KindOfUse.TRAIN_MODEL for item in standings):
        lines = ["User-Agent: *", f"Content-Usage: {location} train-ai=n", *lines]
    return ("\n".join(lines) + "\n").encode()


def _said(standings: Sequence[Standing]) -> list[Standing]:
    return [item for item in standings if item.kind in USAGES]
