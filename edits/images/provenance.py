"""A note inside a picture that AI has edited it: an XMP packet, put in without touching a pixel."""

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from .region import Box

# "Edited using Generative AI", for pictures that such a model modified or corrected; `trainedAlgorithmicMedia` would say that
# the model made all of it. Source: IPTC NewsCodes, https://cv.iptc.org/newscodes/digitalsourcetype/
DIGITAL_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
DESCRIPTION = "Edited with AI"
# What is said about a region of a composite. Sources: https://cv.iptc.org/newscodes/imageregionrole/ and, as above,
# https://cv.iptc.org/newscodes/digitalsourcetype/
REGION_ROLE = "http://cv.iptc.org/newscodes/imageregionrole/compositeImageItem"
REGION_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

# Source of the names: XMP Specification Part 1 and 2 (Adobe), and IPTC Photo Metadata Standard 2025.1 for Iptc4xmpExt.
_NAMESPACES = {
    "xml": "http://www.w3.org/XML/1998/namespace",
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "stEvt": "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
}
for _prefix, _address in _NAMESPACES.items():
    ElementTree.register_namespace(_prefix, _address)

_STRUCTURE = {f"{{{_NAMESPACES['rdf']}}}parseType": "Resource"}

# end="r": read-only, which PNG demands because of its checksum. Source: XMP Specification Part 1, 7.3, and Part 3, 1.1.5.
_PACKET = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n%s\n<?xpacket end="r"?>'
_JPEG_START, _JFIF, _APP1 = b"\xff\xd8", b"\xff\xe0", b"\xff\xe1"
_PNG_START, _PNG_HEADER = b"\x89PNG\r\n\x1a\n", 33


@dataclass(frozen=True)
class Provenance:
    """How a picture came about: the system that edited it, the inputs except what people wrote, and when it was done.

    `edited_at` must know its zone; it is written in UTC, in whole seconds. `region` is the part of a composite that a model
    painted; the rest is the photo.
    """

    system: str
    seed: int | None
    guidance_scale: float | None
    edited_at: datetime
    region: Box | None = None


def mark(data: bytes, provenance: Provenance) -> bytes:
    """`data`, an encoded JPEG or PNG without XMP, with the packet put in. Raises ValueError for anything else."""
    if data.startswith(_JPEG_START):
        return _mark_jpeg(data, packet(provenance))
    if data.startswith(_PNG_START):
        return _mark_png(data, packet(provenance))
    raise ValueError("neither JPEG nor PNG")


def packet(provenance: Provenance) -> bytes:
    """The XMP packet in UTF-8, 1,300 bytes, or 2,300 with a region; the same facts always give the same bytes."""
    root = Element(_name("x:xmpmeta"))
    facts = SubElement(SubElement(root, _name("rdf:RDF")), _name("rdf:Description"), {_name("rdf:about"): ""})
    moment = provenance.edited_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    _add(facts, "Iptc4xmpExt:DigitalSourceType", DIGITAL_SOURCE_TYPE)
    _add(facts, "Iptc4xmpExt:AISystemUsed", provenance.system)
    _add(facts, "xmp:CreatorTool", provenance.system)
    _add(facts, "xmp:CreateDate", moment)
    alternatives = SubElement(SubElement(facts, _name("dc:description")), _name("rdf:Alt"))
    _add(alternatives, "rdf:li", DESCRIPTION, {_name("xml:lang"): "x-default"})
    _add_history(facts, provenance, moment)
    if provenance.region:
        _add_region(facts, provenance.region)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=False)
    return _PACKET % written


def _add_history(facts: Element, provenance: Provenance, moment: str) -> None:
    """There is no property for the model's inputs, so they go into the "additional description" of a history entry."""
    history = SubElement(SubElement(facts, _name("xmpMM:History")), _name("rdf:Seq"))
    event = SubElement(history, _name("rdf:li"), _STRUCTURE)
    _add(event, "stEvt:action", "edited")
    _add(event, "stEvt:when", moment)
    _add(event, "stEvt:softwareAgent", provenance.system)
    inputs = {"seed": provenance.seed, "guidance": provenance.guidance_scale}
    if told := ", ".join(f"{name} {value:.14g}" for name, value in inputs.items() if value is not None):
        _add(event, "stEvt:parameters", told)


def _add_region(facts: Element, box: Box) -> None:
    """A rectangle in fractions of the picture. A region may carry any property of a picture, here that a model made this part."""
    regions = SubElement(SubElement(facts, _name("Iptc4xmpExt:ImageRegion")), _name("rdf:Bag"))
    region = SubElement(regions, _name("rdf:li"), _STRUCTURE)
    boundary = SubElement(region, _name("Iptc4xmpExt:RegionBoundary"), _STRUCTURE)
    _add(boundary, "Iptc4xmpExt:rbShape", "rectangle")
    _add(boundary, "Iptc4xmpExt:rbUnit", "relative")
    for name, fraction in zip(("rbX", "rbY", "rbW", "rbH"), box, strict=True):
        _add(boundary, f"Iptc4xmpExt:{name}", f"{fraction:.4f}")
    roles = SubElement(SubElement(region, _name("Iptc4xmpExt:rRole")), _name("rdf:Bag"))
    role = SubElement(roles, _name("rdf:li"), _STRUCTURE)
    identifiers = SubElement(SubElement(role, _name("xmp:Identifier")), _name("rdf:Bag"))
    _add(identifiers, "rdf:li", REGION_ROLE)
    _add(region, "Iptc4xmpExt:DigitalSourceType", REGION_SOURCE_TYPE)


def _add(parent: Element, name: str, text: str, attributes: dict[str, str] | None = None) -> None:
    SubElement(parent, _name(name), attributes or {}).text = text


def _name(prefixed: str) -> str:
    prefix, local = prefixed.split(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"


def _mark_jpeg(data: bytes, packet: bytes) -> bytes:
    """After the JFIF segment, which has to come first. Source: XMP Specification Part 3, 1.1.3."""
    at = 2
    if data[2:4] == _JFIF:
        at += 2 + int.from_bytes(data[4:6])
    content = b"http://ns.adobe.com/xap/1.0/\x00" + packet
    return data[:at] + _APP1 + (2 + len(content)).to_bytes(2) + content + data[at:]


def _mark_png(data: bytes, packet: bytes) -> bytes:
    """After the header chunk, which has to come first: keyword, uncompressed, no language, no translated keyword.

    Sources: XMP Specification Part 3, 1.1.5; PNG Specification (W3C), 11.3.3.4 iTXt.
    """
    chunk = b"iTXtXML:com.adobe.xmp" + bytes(5) + packet
    length, checksum = len(chunk) - 4, zlib.crc32(chunk)
    return data[:_PNG_HEADER] + length.to_bytes(4) + chunk + checksum.to_bytes(4) + data[_PNG_HEADER:]
