"""The note about AI in a picture's metadata (XMP), as another program reads it."""

import io
from xml.etree import ElementTree

from PIL import Image

NAMES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "stEvt": "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#",
    "iptc": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
}
EDITED_WITH_AI = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"


def packet_in(data: bytes) -> ElementTree.Element:
    """The note, found by Pillow and parsed here."""
    with Image.open(io.BytesIO(data)) as image:
        return ElementTree.fromstring(image.info["xmp"])


def facts(data: bytes) -> dict[str, str | None]:
    """What the note says."""
    packet = packet_in(data)
    return {
        name: packet.findtext(f".//{name}", namespaces=NAMES)
        for name in (
            "iptc:DigitalSourceType",
            "iptc:AISystemUsed",
            "xmp:CreatorTool",
            "xmp:CreateDate",
            "dc:description/rdf:Alt/rdf:li",
            "xmpMM:History/rdf:Seq/rdf:li/stEvt:action",
            "xmpMM:History/rdf:Seq/rdf:li/stEvt:parameters",
        )
    }
