"""What the composer shows: the one place where an instruction is typed, on the form for a new edit and below every edit."""

from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from ..models import Edit, State
from ..ordering import offers, quotas
from ..ordering.sources import RESULT, SOURCE, Start
from . import money
from .forms import EditForm


def examples() -> list[str]:
    """Example instructions that any model follows, a sandbox too. They fill the field and never submit."""
    return [
        _("Remove the people in the background"),
        _("Make it golden hour"),
        _("Change the shirt to navy blue"),
        _("Turn it into a watercolor"),
    ]


def model_examples() -> list[str]:
    """The examples on the model's own page at Wiro."""
    return [
        _("Replace the ski sticks with a pair of baguettes"),
        _("Replace the hot air balloon with the moon"),
        _("Place a blonde woman leaning on the car"),
        _("Replace the ballerina with a comedian standing on the stage"),
    ]


def context(form: EditForm, start: Start | None, owner: User) -> dict[str, Any]:
    """For a form that starts from `start`, or from a photo that is still to be chosen."""
    price = form.price
    return {
        "form": form,
        "gone_default": offers.gone_default(),
        "start": start,
        "draft": start.edit.origin_id if start else "new",
        "examples": examples(),
        "model_examples": model_examples(),
        "money": money.pattern(),
        "price": price,
        "remaining": quotas.remaining(owner),
    }


def below(edit: Edit, owner: User, *, is_blind: bool = False) -> dict[str, Any]:
    """For the next edit: it starts from the result or, while there is none, from the photo of this edit, and is made by the same
    model, unless that `is_blind`."""
    start = Start(edit, RESULT, edit.result) if edit.result else Start(edit, SOURCE, edit.photo)
    # After a failure, the user may want to rephrase the instruction.
    prompt = edit.prompt if edit.state in (State.FAILED, State.CANCELED) else ""
    model = "" if is_blind else edit.model
    form = EditForm(owner=owner, initial={"version": edit.pk, "side": start.side, "prompt": prompt, "model": model})
    return context(form, start, owner)
