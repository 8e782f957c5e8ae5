"""What each tool takes. The descriptions here are what an assistant reads; names are those of the API's fields.

Fields of a new edit have no limits here but their kind: the form knows them, and says in words what is wrong.
"""

from typing import Annotated, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict

from ..api.edits import ListQuery
from ..api.waiting import SECONDS_MAX
from ..web.forms import PROMPT_MAX, VARIATIONS_MAX
from ..web.views.filters import MOST_CHARACTERS

# Long enough for most models, and shorter than what clients wait for an answer.
WAIT_SECONDS = 20

Fraction = Annotated[float, Field(ge=0, le=1)]


class Arguments(Schema):
    """A misspelled name is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class NoArguments(Arguments):
    pass


class Region(Arguments):
    """A rectangle, as fractions (0 to 1) of the upright photo's width and height, from its top left corner."""

    left: Fraction
    top: Fraction
    width: Fraction
    height: Fraction


class EditPhoto(Arguments):
    prompt: str = Field(description=f"What should change, in plain words, at most {PROMPT_MAX} characters")
    version: UUID | None = Field(
        None, description="The id of an edit on this site to start from. Either this or `photo`; prefer this for further changes"
    )
    side: Literal["result", "source"] = Field(
        "result", description="With `version`: start from that edit’s result, or from the photo that it started from"
    )
    photo: str | None = Field(
        None,
        description="Instead of `version`: the bytes of a JPEG or PNG file of at most 10 MB, base64-encoded (WebP with `fit`); "
        "not a path or a URL",
    )
    file_name: str = Field("photo", description="With `photo`: the name that its owner sees on the site, such as beach.jpg")
    fit: bool = Field(False, description="Crop a long panorama, shrink a large photo, convert WebP, instead of refusing it")
    model: str = Field("", description="A `slug` of list_models; empty for the default model")
    inputs: dict[str, bool | int | float | str] = Field(
        default_factory=dict,
        description="Values of that model’s own `inputs` in list_models, by `field`. Inputs left out get their defaults; "
        "a `seed` of 0 draws one",
    )
    keep_seed: bool = Field(
        False,
        description="With `version`: use that edit’s seed again, for a similar picture; otherwise a new one is drawn",
    )
    region: Region | None = Field(None, description="The only part of the photo that may change; the whole photo without it")
    variations: int = Field(
        1, description=f"How many edits to make, 1 to {VARIATIONS_MAX}, each with its own seed. Each costs the full price"
    )
    confirmation: str | None = Field(
        None,
        description="From the answer to a call with exactly these arguments, and only once the person has agreed to its price",
    )


class GetEdit(Arguments):
    id: UUID = Field(description="The `id` of an edit")
    wait: float = Field(WAIT_SECONDS, ge=0, le=SECONDS_MAX, description="Seconds to wait for the edit to end; 0 answers at once")
    picture: Literal["result", "source", "none"] = Field(
        "result", description="The picture to show, at most 1600 pixels wide: the result, the photo before, or none"
    )


class ListEdits(ListQuery, Arguments):
    q: str = Field("", max_length=MOST_CHARACTERS, pattern=r"^[^\x00]*$", description="Words in the instruction or the file name")
    limit: int = Field(10, ge=1, le=50, description="How many at most")


class OneEdit(Arguments):
    id: UUID = Field(description="The `id` of an edit that has not ended")
