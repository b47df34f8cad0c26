"""A request that the server refuses, with the status that says why."""


class Refusal(Exception):
    """A request is not served.

    Parameters
    ----------
    status : int
        HTTP status: 401 no token, 403 wrong host or origin, 404 no such thing, 409 not now,
        413 too large, 415 not JSON, 422 malformed, 500 it cannot be done here.
    cause : str
        One line for the log and for the page.
    code : str, optional
        A word that the page acts on, such as "outside" (the file changed outside).
    """

    def __init__(self, status: int, cause: str, code: str = "") -> None:
        super().__init__(cause)
        self.status = status
        self.cause = cause
        self.code = code
