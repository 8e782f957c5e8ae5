"""What counts as a photo, and the clean copy that is kept, sent and shown. Pillow and numpy only; imports none of our modules.

No file is trusted, neither a visitor's nor the provider's: a picture is recognized by its content, its size is checked before it
is decoded, it is decoded completely and encoded again. Only a result whose pixels need no change keeps its encoding. The copy is
upright 8-bit sRGB without any metadata.
"""

import io
import threading
from typing import BinaryIO

from .change_detection import propose
from .comparing import Comparison, compare
from .compositing import keep_rest, stitch
from .cropping import SEEDEDIT_SIZES, CropPicture, CropPlan, crop, plan_crop
from .decoding import decode
from .encoding import CONTENT_TYPES, EXTENSIONS, CleanPicture, Rendition, encode, keep_encoded
from .pairing import pair
from .provenance import Provenance, mark, packet
from .region import Box, Region
from .region_input import region_from_box, region_from_mask
from .rules import (
    FITTED,
    RESULT,
    UPLOAD,
    CompositeRefused,
    PictureRefused,
    Refused,
    RegionRefused,
    Rules,
    can_be_fitted,
    keeps_rules,
    measure,
    recognize,
)

__all__ = [
    "CONTENT_TYPES",
    "EXTENSIONS",
    "FITTED",
    "RESULT",
    "SEEDEDIT_SIZES",
    "UPLOAD",
    "Box",
    "CleanPicture",
    "Comparison",
    "CompositeRefused",
    "CropPicture",
    "CropPlan",
    "PictureRefused",
    "Provenance",
    "Refused",
    "Region",
    "RegionRefused",
    "Rendition",
    "Rules",
    "can_be_fitted",
    "clean",
    "compare",
    "crop",
    "keep_rest",
    "keeps_rules",
    "mark",
    "measure",
    "packet",
    "pair",
    "plan_crop",
    "propose",
    "region_from_box",
    "region_from_mask",
    "stitch",
]

# Two pictures at a time per process keep the peak near 500 MB however many people upload at once.
_decoding = threading.BoundedSemaphore(2)


def clean(file: BinaryIO, rules: Rules = UPLOAD) -> CleanPicture:
    """Check `file` against `rules` and return its clean copy. Raises PictureRefused, and nothing else for any bytes."""
    size = file.seek(0, io.SEEK_END)
    if size == 0:
        raise PictureRefused("empty")
    if size > rules.max_bytes:
        raise PictureRefused("too_large", size=size, limit=rules.max_bytes)
    file.seek(0)
    found = recognize(file.read(512))
    if found not in rules.formats:
        raise PictureRefused("unsupported_format", found=found)
    try:
        with _decoding:
            decoded = decode(file, found, rules)
            if rules.keeps and decoded.is_as_stored and (kept := keep_encoded(file, found, decoded.image, rules)):
                return kept
            return encode(decoded.image, found, rules)
    except PictureRefused:
        raise
    except Exception as error:
        raise PictureRefused("unreadable") from error
