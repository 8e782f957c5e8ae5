"""Operations on edits. What they accept and what they do is what the pages accept and do."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from django.contrib.auth.models import User
from django.http import FileResponse, Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from ninja.responses import Status as Answer

from ..gallery import trash
from ..jobs import actions, viewers
from ..models import ENDED, PENDING, Edit, Scope, State
from ..ordering import create
from ..tasks import enqueue
from ..web.forms import EditForm
from ..web.views.access import own_edit, person
from ..web.views.filters import MOST_CHARACTERS, Filters
from ..web.views.keep_rest import made_version, proposed
from ..web.views.lists import Place, newest_first, own_edits
from . import openapi
from .idempotency import Key
from .problems import FieldError, Problem, invalid, malformed, not_found
from .schemas import CreatedOut, EditList, EditOut, edit_out
from .tokens import Token
from .waiting import SECONDS_MAX, wait_for_end

router = Router(tags=["Edits"])
READ, WRITE = Token(Scope.EDITS_READ), Token(Scope.EDITS_WRITE)
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

_GROUPS: dict[str, tuple[State, ...]] = {"pending": PENDING, "ended": ENDED}


class ListQuery(Schema):
    status: Literal[
        "", "pending", "ended", "queued", "submitting", "unconfirmed", "running", "fetching", "succeeded", "failed", "canceled"
    ] = Field("", description="A status, or `pending` or `ended` for several")
    q: str = Field("", max_length=MOST_CHARACTERS, description="Words in the instruction or the file name")
    batch: UUID | None = Field(None, description="Only those of this batch")
    limit: int = Field(20, ge=1, le=100)
    cursor: str = Field("", pattern="^([0-9]{16}[0-9a-f]{32})?$", description="`next_cursor` of the page before")


@router.get("/edits", auth=READ, response=EditList, url_name="edits", summary="List edits")
def list_edits(request: HttpRequest, query: Query[ListQuery]) -> dict[str, Any]:
    """Your edits, newest first, without those in the trash."""
    edits = Filters(q=query.q.strip(), batch=query.batch).of(own_edits(request)).prefetch_related("attempts")
    if query.status:
        edits = edits.filter(state__in=_GROUPS.get(query.status) or (query.status,))
    shown, after = newest_first(edits, _place(query.cursor), query.limit)
    return {"edits": [edit_out(request, edit) for edit in shown], "next_cursor": _cursor(after) if after else None}


def _cursor(place: Place) -> str:
    return f"{(place[0] - EPOCH) // MICROSECOND:016d}{place[1].hex}"


def _place(cursor: str) -> Place | None:
    return (EPOCH + int(cursor[:16]) * MICROSECOND, UUID(cursor[16:])) if cursor else None


@router.post(
    "/edits", auth=WRITE, url_name="edits", response={201: CreatedOut}, summary="Create an edit", openapi_extra=openapi.NEW_EDIT
)
def create_edit(request: HttpRequest) -> HttpResponseBase | Answer[Any]:
    """Takes the fields of the form: a `photo`, or a `version` of yours to continue from, and a `prompt`."""
    _check_form(request)
    key, owner = Key.of(request), person(request)
    edits = key.earlier(owner.pk)
    if not edits:
        edits = order_edits(valid_form(owner, request.POST, request.FILES), key)
    return Answer(201, created(request, edits))


def order_edits(form: EditForm, key: Key, at_most: Decimal | None = None) -> list[Edit]:
    """Create and enqueue what a valid form asks for. Raises what `create.create_variations` raises."""
    order = form.order | {"nonce": key.nonce, "at_most": at_most}
    order["inputs"] |= {"request_hash": key.request_hash}
    edits = key.known(create.create_variations(form.owner, form.cleaned_data["photo"], **order))
    for edit in edits:
        enqueue(edit.pk)
    return edits


def _check_form(request: HttpRequest) -> None:
    """Other types are refused; Django would take them for an empty form. Without a body, none is needed."""
    if request.content_type not in FORMS and (request.content_type or request.META.get("CONTENT_LENGTH", "0") not in ("", "0")):
        raise Problem(
            415, "unsupported_media_type", f"Send a form: {' or '.join(FORMS)}.", headers={"Accept-Post": ", ".join(FORMS)}
        )


def _check_optional_form(request: HttpRequest) -> None:
    """For requests whose form is optional: a body that cannot be read must be refused. Django would treat it as an empty form,
    and the request could cost money."""
    _check_form(request)
    # The length of a multipart body without fields: its closing delimiter and two line ends.
    empty = len((request.content_params or {}).get("boundary", "")) + len("----") + 4
    if int(request.META.get("CONTENT_LENGTH") or 0) > empty and not (request.POST or request.FILES):
        raise malformed()


def valid_form(owner: User, fields: QueryDict, files: MultiValueDict[str, Any]) -> EditForm:
    """Raises Problem with what is wrong in each field."""
    form = EditForm(fields, files, owner=owner)
    errors: list[FieldError] = [
        {"field": field, "code": error["code"], "message": error["message"]}
        for field, found in form.errors.get_json_data().items()
        for error in found
    ]
    if errors:
        raise invalid(errors, **({"can_fit": True} if form.can_fit else {}))
    return form


def created(request: HttpRequest, edits: list[Edit]) -> dict[str, Any]:
    found = [edit_out(request, with_pictures(request, edit.pk)) for edit in edits]
    return {**found[0], "edits": found}


def with_pictures(request: HttpRequest, edit_id: UUID) -> Edit:
    edits = own_edits(request).select_related("photo", "result").prefetch_related("attempts")
    found = edits.filter(pk=edit_id).first()
    if found is None:
        raise not_found()
    return found


Wait = Annotated[float, Field(ge=0, le=SECONDS_MAX, description="Seconds to wait for the edit to end")]


@router.get("/edits/{uuid:edit_id}", auth=READ, response=EditOut, url_name="edit", summary="Get an edit")
def get_edit(request: HttpRequest, edit_id: UUID, wait: Wait = 0) -> dict[str, Any]:
    """With `wait`, the response comes when the edit has ended or the time is up; at once if many requests are already waiting."""
    edit = with_pictures(request, edit_id)
    if viewers.note_viewer(edit):
        enqueue(edit.pk)
    if wait and not edit.is_ended:
        wait_for_end(edit.pk, edit.owner_id, wait)
        edit = with_pictures(request, edit_id)
    return edit_out(request, edit)


@router.delete("/edits/{uuid:edit_id}", auth=WRITE, url_name="edit", response={204: None}, summary="Move an edit to the trash")
def delete_edit(request: HttpRequest, edit_id: UUID) -> Answer[None]:
    """Hidden at once, deleted permanently later. An edit in progress is canceled first."""
    trash.delete(own_edit(request, edit_id), person(request))
    return Answer(204, None)


@router.post("/edits/{uuid:edit_id}/cancel", auth=WRITE, response=EditOut, url_name="cancel", summary="Cancel an edit")
def cancel_edit(request: HttpRequest, edit_id: UUID) -> dict[str, Any]:
    """If it succeeds before it can be canceled, its result stands."""
    edit = own_edit(request, edit_id)
    actions.cancel(edit, person(request))
    enqueue(edit.pk)
    return edit_out(request, with_pictures(request, edit_id))


@router.post(
    "/edits/{uuid:edit_id}/retry",
    auth=WRITE,
    response={200: EditOut, 201: CreatedOut},
    url_name="retry",
    summary="Try an edit again",
    openapi_extra=openapi.RETRY,
)
def retry_edit(request: HttpRequest, edit_id: UUID) -> Answer[Any]:
    """The same again as a new edit (201). An unconfirmed edit is sent once more instead (200), which may be charged twice."""
    _check_optional_form(request)
    edit, key, same_seed = own_edit(request, edit_id), Key.of(request), _is_same_seed(request)
    if edit.state == State.UNCONFIRMED:
        actions.try_again_unconfirmed(edit, person(request))
        enqueue(edit.pk)
        return Answer(200, edit_out(request, with_pictures(request, edit_id)))
    edits = key.earlier(edit.owner_id) or key.known(
        [create.again(edit, same_seed=same_seed, nonce=key.nonce, request_hash=key.request_hash)]
    )
    enqueue(edits[0].pk)
    return Answer(201, created(request, edits))


def _is_same_seed(request: HttpRequest) -> bool:
    seed = request.POST.get("seed")
    if seed not in (None, "same"):
        raise invalid([{"field": "seed", "code": "invalid_choice", "message": _("Send “same” or no seed at all.")}])
    return seed == "same"


@router.get(
    "/edits/{uuid:edit_id}/keep-rest",
    auth=READ,
    url_name="keep-rest",
    summary="See what a result changed",
    openapi_extra=openapi.PICTURE,
)
def proposed_region(request: HttpRequest, edit_id: UUID) -> FileResponse:
    """The proposed region as a PNG, or 409 with `whole_picture`, `not_aligned` or `nothing_changed`."""
    return proposed(request, _with_result(request, edit_id))


@router.post(
    "/edits/{uuid:edit_id}/keep-rest",
    auth=WRITE,
    url_name="keep-rest",
    response={201: CreatedOut},
    summary="Keep the rest of the photo",
    openapi_extra=openapi.REGION,
)
def keep_rest(request: HttpRequest, edit_id: UUID) -> Answer[Any]:
    """A new, free version: the original with only what changed, or with only your `region` or `region_box`."""
    _check_optional_form(request)
    return Answer(201, created(request, [made_version(request, _with_result(request, edit_id))]))


def _with_result(request: HttpRequest, edit_id: UUID) -> Edit:
    edit = own_edit(request, edit_id)
    if edit.state != State.SUCCEEDED or edit.result is None:
        raise Http404
    return edit
