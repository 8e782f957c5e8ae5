"""Which mails a person wants about their edits, and in which language."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ....accounts import addresses, notices
from ....models import MailChoices
from ...addresses import site_origin
from ..access import person


class MailChoicesForm(forms.ModelForm):
    language = forms.ChoiceField(choices=settings.LANGUAGES, label=gettext_lazy("Email language"))

    class Meta:
        model = MailChoices
        fields = ("results", "batches", "reviews", "language")
        labels = {
            "results": gettext_lazy("An edit that took more than ten minutes is ready or has failed"),
            "batches": gettext_lazy("A batch that took more than two minutes is finished"),
            "reviews": gettext_lazy("A reviewer has made a decision about your result"),
        }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    choices = notices.choices_of(person(request).pk)
    form = MailChoicesForm(request.POST if request.method == "POST" else None, instance=choices)
    if form.is_valid():
        notices.remember(choices.user_id, origin=site_origin(request), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("account-mail")
    current = addresses.current(person(request))
    facts = {"form": form, "current": current, "mail_works": settings.MAIL_IS_CONFIGURED}
    return render(request, "account/mail.html", facts, status=400 if form.errors else 200)
