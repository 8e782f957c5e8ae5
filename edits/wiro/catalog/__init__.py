"""The catalog: one file for each editing model, with everything that differs from model to model. Data, no code.

declaration  what a file says, as objects         reading   a file, checked line by line
pricing      what a Run costs                     drafting  a file from what Wiro says
loading      the files of one or more folders     table     a table of TOML, and what is wrong with it
overview     the table in docs/models.md

The form with its validation and help texts, the request, the sandbox, the admin and docs/models.md are built from these files.
The format is described in docs/models.md.
"""

from .declaration import DeclaredInput, InvalidInput, Kind, ModelDeclaration, Option, OutputRules, PictureRules, Sent, Text
from .drafting import draft, key_of
from .loading import FOLDER, SEEDEDIT, Catalog, load
from .pricing import METHODS, Per, PriceRule, is_plausible
from .reading import DeclarationError, read

__all__ = [
    "FOLDER",
    "METHODS",
    "SEEDEDIT",
    "Catalog",
    "DeclarationError",
    "DeclaredInput",
    "InvalidInput",
    "Kind",
    "ModelDeclaration",
    "Option",
    "OutputRules",
    "Per",
    "PictureRules",
    "PriceRule",
    "Sent",
    "Text",
    "draft",
    "is_plausible",
    "key_of",
    "load",
    "read",
]
