"""Read-only admin pages: costs, images and history are never edited by hand."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpRequest, HttpResponse


class ValidSelection(admin.ModelAdmin):
    """Selecting ids that no row of this table can have is a bad request, not a server error."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        try:
            for chosen in request.POST.getlist(ACTION_CHECKBOX_NAME):
                # No key contains NUL, and PostgreSQL refuses to search for it.
                self.opts.pk.to_python(chosen.replace("\x00", "no key"))
        except ValidationError as error:
            raise BadRequest("no such row can be selected") from error
        return super().changelist_view(request, extra_context)


class ReadOnlyAdmin(ValidSelection):
    """View permission only: nothing can be added, changed or deleted."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
