"""The key of a request that may be sent again: the same key with the same request is the same edit; with another request it is an
error."""

import hashlib
import uuid
from dataclasses import dataclass
from typing import Self

from django.http import HttpRequest

from ..models import Edit
from .problems import Problem

KEY_MAX = 255


@dataclass(frozen=True)
class Key:
    """`nonce` and `request_hash` are those of the edit. Without a key from the client, every request is a new one."""

    nonce: str
    request_hash: str

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """From the header, or the form's own field `nonce`."""
        given = request.headers.get("Idempotency-Key", "") or request.POST.get("nonce", "")
        if not given:
            return cls(uuid.uuid4().hex, "")
        if len(given) > KEY_MAX:
            raise Problem(400, "invalid_idempotency_key", f"An idempotency key has at most {KEY_MAX} characters.")
        # Hashed, so that it fits whatever it is, and is never the nonce of a form on a page.
        return cls(hashlib.sha256(f"api {given}".encode()).hexdigest(), _hash_of(request, given))

    def known(self, edits: list[Edit]) -> list[Edit]:
        """The same edits, if they were asked for by the same request."""
        if any(edit.request_hash != self.request_hash for edit in edits):
            detail = "This idempotency key was used for another request."
            raise Problem(422, "idempotency_key_reused", detail)
        return edits

    def earlier(self, owner_id: int) -> list[Edit]:
        """What this request has made before; nothing if it is new."""
        first = Edit.objects.filter(owner_id=owner_id, nonce=self.nonce).first()
        if first is None:
            return []
        self.known([first])
        together = Edit.objects.filter(batch=first.batch) if first.batch else Edit.objects.filter(pk=first.pk)
        return list(together.filter(owner_id=owner_id, request_hash=self.request_hash).order_by("created_at", "pk"))


def _hash_of(request: HttpRequest, key: str) -> str:
    """Of what is asked for. The boundaries of a multipart body differ each time it is sent, so its fields are hashed."""
    fields = [f"{request.method} {request.path} {key}"]
    fields += [f"{name}={value}" for name, values in sorted(request.POST.lists()) for value in values]
    for name, file in sorted(request.FILES.items()):
        digest = hashlib.sha256()
        for chunk in file.chunks():  # type: ignore[union-attr]
            digest.update(chunk)
        file.seek(0)  # type: ignore[union-attr]
        fields.append(f"{name}:{digest.hexdigest()}")
    return hashlib.sha256("\x00".join(fields).encode("utf-8", "surrogatepass")).hexdigest()
