"""The one way the sandbox says no."""


class Refusal(Exception):
    """`result: false` with one error; `code` is Wiro's, `status` is HTTP's."""

    def __init__(self, code: int, message: str, status: int = 200) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
