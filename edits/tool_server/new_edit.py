"""The tool that costs money. Without a confirmation it states the price and makes nothing; with one it makes the edit, once."""

import base64
import binascii
import hashlib
import io
from decimal import Decimal
from typing import Any, Literal

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict
from ninja import Field, Schema

from ..api.edits import created, order_edits, valid_form, with_pictures
from ..api.problems import Problem, invalid
from ..api.schemas import EditOut, Usd, usd
from ..jobs.catalog import Kind
from ..models import ApiToken, Edit
from ..ordering import create, offers
from ..ordering.prices import Price, PriceRisen
from ..web.forms import EditForm
from ..web.views.access import person
from .answers import Answer
from .arguments import EditPhoto, Region
from .confirmation import SECONDS_VALID, Confirmation

ASK = (
    "Nothing has been made or charged yet. Tell the person this price. Only if they agree, call edit_photo again within "
    f"{SECONDS_VALID // 60} minutes with exactly the same arguments and this `confirmation`."
)
WAIT = "Call get_edit with each id of `edits` to wait for its result. Do not call edit_photo again for it."


class EditPhotoOut(Schema):
    status: Literal["needs_confirmation", "created"]
    next_step: str
    price_estimate: Usd = Field(description="What all edits together are expected to cost, in USD; reserved until it is known")
    price_is_exact: bool = Field(description="Whether Wiro’s own price rule is known")
    currency: Literal["USD"] = "USD"
    models: list[str] = Field(description="The slugs of the models that make the edits")
    confirmation: str | None = Field(None, description="What to send once the person has agreed; null when the edits exist")
    confirmation_seconds: int | None = Field(None, description="For how many seconds it is valid")
    edits: list[EditOut] = Field([], description="The edits that were created; none before the confirmation")


def edit_photo(request: HttpRequest, arguments: EditPhoto) -> Answer:
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    request_hash = _hash_of(arguments)
    if arguments.confirmation is None:
        form = _form(request, arguments)
        return _ask(token, request_hash, form, ASK)
    agreed = Confirmation.read(token, request_hash, arguments.confirmation)
    edits = agreed.key.earlier(token.owner_id)
    return _made(request, edits) if edits else _make(request, arguments, agreed)


def _make(request: HttpRequest, arguments: EditPhoto, agreed: Confirmation) -> Answer:
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    form = _form(request, arguments)
    if agreed.is_expired(token):
        return _ask(token, agreed.request_hash, form, f"That confirmation has expired. {ASK}")
    if agreed.models != _models(form):
        return _ask(token, agreed.request_hash, form, f"The site’s default model has changed since. {ASK}")
    try:
        return _made(request, order_edits(form, agreed.key, at_most=agreed.at_most))
    except PriceRisen:
        return _ask(token, agreed.request_hash, form, f"The price has risen from {usd(agreed.at_most)} USD. {ASK}")


def _ask(token: ApiToken, request_hash: str, form: EditForm, next_step: str) -> Answer:
    picture, variations = form.cleaned_data["photo"], form.cleaned_data["variations"]
    price = create.quote(form.owner, picture, form.choices, variations)
    confirmation = Confirmation.issue(token, request_hash, price, _models(form))
    facts = {"confirmation": confirmation.text, "confirmation_seconds": SECONDS_VALID}
    return _answer("needs_confirmation", f"Price: {_words(price)}. {next_step}", price, confirmation.models, facts)


def _words(price: Price) -> str:
    return f"{'about ' if price.is_about else ''}{usd(price.usd)} USD"


def _made(request: HttpRequest, edits: list[Edit]) -> Answer:
    price = Price(sum((edit.cost_reserved or Decimal(0) for edit in edits), Decimal(0)))
    models = tuple(dict.fromkeys(edit.model for edit in edits))
    return _answer("created", WAIT, price, models, {"edits": created(request, edits)["edits"]})


def _answer(status: str, next_step: str, price: Price, models: tuple[str, ...], facts: dict[str, Any]) -> Answer:
    data = {"status": status, "next_step": next_step, "models": list(models), **facts}
    return Answer(data | {"price_estimate": usd(price.usd), "price_is_exact": not price.is_about}, next_step)


def _hash_of(arguments: EditPhoto) -> str:
    return hashlib.sha256(arguments.model_dump_json(exclude={"confirmation"}).encode()).hexdigest()


def _models(form: EditForm) -> tuple[str, ...]:
    return tuple(choice.slug for choice in form.choices)


def _form(request: HttpRequest, arguments: EditPhoto) -> EditForm:
    """The form of the pages, filled in. Raises Problem with what is wrong."""
    if bool(arguments.photo) == bool(arguments.version):
        raise _wrong("version", "conflict", "Give either a `version`, the id of an edit (list_edits has them), or a `photo`.")
    fields = QueryDict(mutable=True)
    for name in ("prompt", "model", "side", "variations"):
        fields[name] = str(getattr(arguments, name))
    fields["version"] = str(arguments.version or "")
    fields["region_box"] = _box(arguments.region)
    for name, value in {**_seed(request, arguments), **_inputs(arguments), "fit": arguments.fit}.items():
        # A form has only the switches that are on.
        if value is not False:
            fields[name] = "on" if value is True else str(value)
    return valid_form(person(request), fields, MultiValueDict(_files(arguments)))


def _box(region: Region | None) -> str:
    return f"{region.left},{region.top},{region.width},{region.height}" if region else ""


def _seed(request: HttpRequest, arguments: EditPhoto) -> dict[str, Any]:
    if not arguments.keep_seed:
        return {}
    if arguments.version is None:
        raise _wrong("keep_seed", "conflict", "Only a version has a seed to keep.")
    return {"seed": with_pictures(request, arguments.version).seed}


def _inputs(arguments: EditPhoto) -> dict[str, Any]:
    """The values of the models' own inputs. A switch that is left out has its default, which a form cannot express."""
    models = offers.find([slug for slug in map(str.strip, arguments.model.split(",")) if slug]) or []
    declared = {item.field: item for model in models for item in model.inputs}
    if models and (unknown := sorted(set(arguments.inputs) - set(declared))):
        known = ", ".join(declared) or "none"
        raise _wrong("inputs", "unknown_input", f"No such input: {', '.join(unknown)[:200]}. The inputs of this model: {known}.")
    switches = {field: item.default for field, item in declared.items() if item.kind == Kind.SWITCH}
    return switches | {field: value for field, value in arguments.inputs.items() if field in declared}


def _files(arguments: EditPhoto) -> dict[str, list[Any]]:
    """A data: URL is accepted as well, since many programs have their pictures in that form."""
    if not arguments.photo:
        return {}
    text = arguments.photo.partition(",")[2] if arguments.photo.startswith("data:") else arguments.photo
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _wrong(
            "photo",
            "malformed",
            "This is not base64. Send the bytes of the file, not its path or address; or the id of an edit as `version`.",
        ) from error
    return {"photo": [UploadedFile(io.BytesIO(data), arguments.file_name or "photo", size=len(data))]}


def _wrong(field: str, code: str, message: str) -> Problem:
    return invalid([{"field": field, "code": code, "message": message}])
