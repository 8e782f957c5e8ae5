"""Where pictures are stored: in a folder of DATA_DIR, or in a bucket of S3 or of a server that speaks its protocol."""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from .environment import Env

# Who gets signed addresses of the bucket instead of having pictures sent by this site.
SIGNED_FOR: dict[str, tuple[str, ...]] = {"off": (), "wiro": ("wiro",), "all": ("wiro", "browsers")}


def picture_storage(env: Env) -> dict[str, Any]:
    """The entry "default" of Django's STORAGES."""
    bucket, endpoint = env.str("S3_BUCKET", ""), env.str("S3_ENDPOINT_URL", "")
    names = ("S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY")
    key, secret = (env.str(name, "") for name in names)
    region, signed_for = env.str("S3_REGION", ""), SIGNED_FOR[env.choice("S3_SIGNED_URLS", "off", tuple(SIGNED_FOR))]
    if endpoint and not bucket:
        raise ImproperlyConfigured("S3_ENDPOINT_URL is set, and S3_BUCKET is not")
    if not bucket:
        return {"BACKEND": "edits.storage.DurableFileSystemStorage"}
    if endpoint and (urlsplit(endpoint).scheme not in ("http", "https") or not urlsplit(endpoint).hostname):
        raise ImproperlyConfigured("S3_ENDPOINT_URL must start with http:// or https://")
    if bool(key) != bool(secret):
        raise ImproperlyConfigured(f"{' and '.join(names)} go together; set both, or neither if the machine has a role")
    options = {
        "bucket_name": bucket,
        "endpoint_url": endpoint or None,
        "region_name": region or ("us-east-1" if endpoint else None),
        "access_key": key or None,
        "secret_key": secret or None,
        # Self-hosted servers rarely have a host name for each bucket.
        "path_style": bool(endpoint),
        "signed_for": signed_for,
    }
    return {"BACKEND": "edits.bucket_storage.BucketStorage", "OPTIONS": options}


def picture_origins(storage: dict[str, Any]) -> list[str]:
    """From where browsers get pictures besides this site, for the content security policy."""
    options = storage.get("OPTIONS", {})
    if "browsers" not in options.get("signed_for", ()):
        return []
    if options["endpoint_url"]:
        return ["{0.scheme}://{0.netloc}".format(urlsplit(options["endpoint_url"]))]
    name, region = options["bucket_name"], options["region_name"]
    return [f"https://{name}.s3.amazonaws.com", *([f"https://{name}.s3.{region}.amazonaws.com"] if region else [])]
