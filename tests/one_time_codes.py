"""What an authenticator app shows (RFC 6238)."""

import base64
import hmac
import struct
import time

# Seconds: how long a code lasts, and how long a request may take on a busy machine.
STEP, ENOUGH = 30, 5


def code_for(key: str, steps: int = 0) -> str:
    """The code of this moment, or of so many steps of 30 s later. An earlier one is good only until the next step begins."""
    left = STEP - time.time() % STEP
    if steps < 0 and left < ENOUGH:
        time.sleep(left)
    counter = struct.pack(">Q", int(time.time()) // STEP + steps)
    digest = hmac.digest(base64.b32decode(key), counter, "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
