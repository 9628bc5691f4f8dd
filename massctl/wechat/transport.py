"""One account's line to the API: a request of WeChat's, as it travels.

Only here do address, path and token come together.
"""

import re
from collections.abc import Callable
from typing import Final

from massctl.errors import InvariantError
from massctl.model.phrase import Phrase
from massctl.model.settings import realm_of
from massctl.transport import Call, Inside, Line, NoAnswer, RawAnswer
from massctl.wechat.wire import Request, T

_FILE_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,100}\.[a-z0-9]{1,5}", re.ASCII)
"""A name that is not plain ASCII would travel as `filename*=` or escaped, and end in 41005."""


class Transport:
    """Exchange requests for answers with one API host; used from many threads at once."""

    def __init__(self, api_base: str, proxy: str | None, inside: Inside | None) -> None:
        """Connect to `api_base`; `inside` replaces the network.

        `proxy` is not used for loopback: another machine's proxy would reach its own loopback and not ours.
        Raises ConfigurationError for a proxy address that cannot work.
        """
        local = realm_of(api_base) == "loopback"
        if not api_base.lower().startswith("https://") and not local:
            raise InvariantError(Phrase("api_base was not checked: the secret would travel in clear"))
        self._base = api_base.rstrip("/")
        self._line = Line(None if local else proxy, inside)

    def exchange(
        self, request: Request[T], token: str | None, is_late: Callable[[], bool] | None = None
    ) -> RawAnswer | NoAnswer:
        """Make exactly one exchange, unless `is_late` says so of its request. Raises nothing of the network's."""
        return self._line.exchange(
            Call(
                request.method,
                self._base + request.path,
                request.read_seconds,
                query=dict(request.query) if token is None else {"access_token": token, **request.query},
                content=request.content,
                headers={} if request.content is None else {"Content-Type": "application/json; charset=utf-8"},
                form=request.form,
                part=_file_part(request),
                is_late=is_late,
            )
        )

    def close(self) -> None:
        """Close the connections."""
        self._line.close()


def _file_part(request: Request[T]) -> tuple[str, bytes, str] | None:
    """Give the one file of an upload."""
    upload = request.upload
    if upload is None:
        return None
    if not _FILE_NAME.fullmatch(upload.filename):
        raise InvariantError(Phrase("the file name of an upload is not generated ASCII"))
    return upload.filename, upload.data, upload.media_type
