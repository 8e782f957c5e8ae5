"""The reference page: the OpenAPI description as a page of our own, without a script, as the security policy wants it."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .application import description


@require_safe
@login_not_required
def page(request: HttpRequest) -> HttpResponse:
    schema = description()
    operations = [
        _operation(request, path, method, details)
        for path, methods in schema["paths"].items()
        for method, details in methods.items()
    ]
    return render(request, "api/reference.html", {"operations": operations, "server": request.build_absolute_uri("/")[:-1]})


def _operation(request: HttpRequest, path: str, method: str, details: dict[str, Any]) -> dict[str, Any]:
    body = details.get("requestBody", {}).get("content", {}).get("multipart/form-data", {}).get("schema", {})
    required = body.get("required", [])
    fields = [
        {"name": name, "where": "form", "required": name in required, **_field(schema)}
        for name, schema in body.get("properties", {}).items()
    ]
    parameters = [
        {"name": found["name"], "where": found["in"], "required": found["required"], **_field(found["schema"] | found)}
        for found in details.get("parameters", [])
    ]
    url = request.build_absolute_uri(path).replace("%7B", "{").replace("%7D", "}")
    return {
        "id": details["operationId"].rpartition("_api_")[2],
        "method": method.upper(),
        "path": path,
        "url": url,
        "details": details,
        "description": _words(details["description"]),
        "scope": next(iter(details["security"][0]["Token"]), ""),
        "fields": parameters + fields,
        "is_new_edit": method == "post" and path.endswith("/edits"),
        "is_picture": "image/jpeg" in str(details["responses"].get(200)),
        "statuses": sorted((int(status), found["description"]) for status, found in details["responses"].items()),
    }


def _field(schema: dict[str, Any]) -> dict[str, Any]:
    """Type, limits and description, in words."""
    inner = schema.get("schema", schema)
    kinds = [found.get("format") or found.get("type") for found in inner.get("anyOf", [inner])]
    names = {"minimum": "from", "maximum": "to", "maxLength": "up to characters:", "default": "default"}
    limits = [f"{word} {inner[key]}" for key, word in names.items() if inner.get(key) not in (None, "")]
    values = inner.get("enum") or []
    return {
        "kind": " or ".join(str(kind) for kind in kinds if kind not in ("null", None)),
        "limits": ", ".join(limits),
        "choices": [value for value in values if value],
        "description": _words(schema.get("description", "")),
    }


def _words(text: str) -> list[tuple[bool, str]]:
    """The parts of a text, and whether each is code: what stands between backticks."""
    return [(bool(number % 2), part) for number, part in enumerate(text.split("`"))]
