"""The rate limiter for polling: a token bucket per process, and a pause when Wiro asks for one."""

import threading
import time

from django.conf import settings


class TokenBucket:
    """`rate` tokens a second flow in, up to one second's worth."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._tokens = rate
        self._filled_at = time.monotonic()
        self._lock = threading.Lock()

    def try_acquire(self) -> bool:
        """Take a token if there is one. Never waits."""
        with self._lock:
            now = time.monotonic()
            if now > self._filled_at:
                self._tokens = min(self._tokens + (now - self._filled_at) * self.rate, self.rate)
                self._filled_at = now
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True

    def pause(self, seconds: float) -> None:
        """No tokens flow in until `seconds` have passed."""
        with self._lock:
            self._tokens = 0
            self._filled_at = time.monotonic() + seconds


_detail = TokenBucket(settings.WIRO_POLLS_PER_SECOND)
try_acquire = _detail.try_acquire
pause = _detail.pause
