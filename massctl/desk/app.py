"""The WSGI app of the desk: the pages of `serve`, and beside them what writes.

A request may write if it has the cookie. Only the printed address sets it. Browsers send it from no other site
(`SameSite=Strict`), and requests of other sites are refused by their origin too. Nothing here reads a secret of WeChat
or can reach it: everything that acts is a verb of `massctl.desk.verbs`, or git.
"""

import errno
import hmac
import json
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from massctl.desk.api import Api, NoSuchThingError
from massctl.desk.browser_files import SCRIPT_FILES, script
from massctl.errors import MassctlError
from massctl.loopback import is_from_another_site
from massctl.model.ids import CampaignName, is_campaign_name
from massctl.model.phrase import Phrase, system_reason
from massctl.serve.page_cache import Broadcaster, PageCache
from massctl.serve.server import WsgiApp
from massctl.view.i18n import say
from massctl.view.pages.desk_page import home_page, letter_page
from massctl.view.pages.document import SERVED_POLICY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from werkzeug.wrappers import Request, Response

DESK = "/-/desk/"
"""Below it stand the pages on which letters are written, and their script."""
API = "/-/api/"
COOKIE = "massctl_desk"
KEY = "key"
"""The word of the printed address that is exchanged for the cookie."""
PICTURES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "bmp": "image/bmp",
}
"""The endings of pictures that a browser shows, and their types."""
BODY_BYTES_MAX = 32 * 1024 * 1024
"""Of a request; a picture that WeChat takes has less."""
POLICY = (
    SERVED_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'").replace(
        "img-src 'self' data:", "img-src 'self' data: blob:"
    )
    + "; frame-src 'self'"
)
"""The desk shows its own phone in a frame, and nobody shows the desk in one."""
_OWN_POLICY = POLICY.replace("frame-ancestors 'self'", "frame-ancestors 'none'").replace(
    "style-src", "style-src 'self'"
)


class DeskApp:
    """The desk of one person; `key` is the value of the cookie."""

    def __init__(self, cache: PageCache, broadcaster: Broadcaster, api: Api, key: str) -> None:
        self._serve: Final = WsgiApp(cache, broadcaster, POLICY)
        self._cache: Final = cache
        self._api: Final = api
        self._key: Final = key

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> "Iterable[bytes]":
        """Answer one request."""
        from werkzeug.wrappers import Request

        request = Request(environ)
        request.max_content_length = BODY_BYTES_MAX
        if (answer := self._refusal(request)) is None:
            if not request.path.startswith((DESK, API)) and request.path != "/":
                return self._serve(environ, start_response)
            answer = self._answer(request)
        answer.headers["Content-Security-Policy"] = _OWN_POLICY
        for name, value in _HEADERS.items():
            answer.headers.setdefault(name, value)
        return answer(environ, start_response)

    def _refusal(self, request: "Request") -> "Response | None":
        """Return the answer to whoever may not use the desk; give the cookie to who comes by the printed address."""
        from werkzeug.utils import redirect
        from werkzeug.wrappers import Response

        given = request.args.get(KEY, "")
        if request.method == "GET" and given and self._is_key(given):
            answer = redirect(request.path, 303, Response)
            answer.set_cookie(COOKIE, self._key, httponly=True, samesite="Strict")
            return answer
        if not self._is_key(request.cookies.get(COOKIE, "")):
            return Response(
                "open the address that `massctl desk` printed\n", 403, content_type="text/plain"
            )
        writes = request.method not in {"GET", "HEAD"}
        if is_from_another_site(request.environ) and (writes or request.path.startswith(API)):
            return Response("only the desk itself may do this\n", 403, content_type="text/plain")
        return None

    def _is_key(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._key.encode())

    def _answer(self, request: "Request") -> "Response":
        from werkzeug.wrappers import Response

        if request.path.startswith(API):
            return self._asked(request)
        if request.method not in {"GET", "HEAD"}:
            return Response("use GET\n", 405, {"Allow": "GET, HEAD"})
        return self._shown(request.path)

    def _shown(self, address: str) -> "Response":
        from werkzeug.wrappers import Response

        name = address.removeprefix(DESK)
        if name in SCRIPT_FILES:
            return Response(script(name), content_type=SCRIPT_FILES[name])
        if address == "/":
            return _html(home_page(self._cache.sheet()))
        letter, slash, path = name.partition("/")
        if slash:
            return self._picture(letter, path)
        if is_campaign_name(name) and self._api.has(CampaignName(name)):
            return _html(letter_page(CampaignName(name), self._cache.sheet()))
        return _html(self._cache.missing_page(), 404)

    def _picture(self, letter: str, path: str) -> "Response":
        """Give a picture of a letter's folder as it is there, for the form."""
        from werkzeug.wrappers import Response

        kind = PICTURES.get(path.rpartition(".")[2].lower())
        found = None
        if is_campaign_name(letter) and kind is not None:
            found = self._api.picture(CampaignName(letter), path)
        if found is None:
            return Response("there is no such picture\n", 404, content_type="text/plain")
        return Response(found, content_type=kind)

    def _asked(self, request: "Request") -> "Response":
        """Answer a script: JSON, with what went wrong in words."""
        from werkzeug.exceptions import RequestEntityTooLarge

        parts = request.path.removeprefix(API).split("/", 3)
        try:
            return _json(self._api.answer(request.method, parts, request), 200)
        except NoSuchThingError:
            return self._refused(404, Phrase("there is nothing at this address"))
        except MassctlError as error:
            return self._refused(422, error.summary, error.detail, error.hint)
        except RequestEntityTooLarge:
            return self._refused(413, *_TOO_LARGE)
        except OSError as error:
            hint = _DISK_HINTS.get(error.errno or 0, Phrase("check the disk, then try again"))
            return self._refused(507, _disk_words(error), _DISK_KEPT, hint)
        except Exception as error:
            # A page waits for this answer: a fault of ours is told in the same form as the others.
            logging.getLogger("massctl.desk").exception("%s %s", request.method, request.path)
            kind = Phrase("a bug in massctl: {kind}", kind=type(error).__name__)
            return self._refused(500, kind, _BUG_KEPT, _BUG_HINT)

    def _refused(self, status: int, summary: str, detail: str = "", hint: str = "") -> "Response":
        language = self._cache.sheet().language
        said = {"summary": summary, "detail": detail, "hint": hint}
        return _json({"error": {key: say(each, language) for key, each in said.items()}}, status)


_TOO_LARGE = (
    Phrase(
        "this is larger than {limit} MB, so the desk does not take it",
        limit=BODY_BYTES_MAX // 1024 // 1024,
    ),
    Phrase("Nothing was written."),
    Phrase("make the file smaller"),
)
_DISK_KEPT = Phrase(
    "No file is half written. Text that was not written stays in this page, which tries again."
)
_WHOSE = Phrase("check who may write there: ls -l")
_DISK_HINTS = {
    errno.ENOSPC: Phrase("make room on the disk"),
    errno.EDQUOT: Phrase("make room on the disk"),
    errno.EFBIG: Phrase("make the file smaller"),
    errno.EACCES: _WHOSE,
    errno.EPERM: _WHOSE,
    errno.EROFS: Phrase("mount the disk so that it can be written"),
    errno.ENAMETOOLONG: Phrase("choose a shorter name"),
    errno.EEXIST: Phrase("rename what has this name"),
    errno.ENOTDIR: Phrase("rename what has this name"),
}
_BUG_KEPT = Phrase("Files on the disk are whole. Text that was not written stays in this page.")
_BUG_HINT = Phrase("the window in which the desk runs shows the log; report it")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def _html(text: str, status: int = 200) -> "Response":
    from werkzeug.wrappers import Response

    return Response(text, status, content_type="text/html; charset=utf-8")


def _json(told: Mapping[str, Any], status: int) -> "Response":
    from werkzeug.wrappers import Response

    # In ASCII: a file's name may hold bytes that are no text.
    return Response(json.dumps(told), status, content_type="application/json")


def _disk_words(error: OSError) -> Phrase:
    """Say what the disk did not do, and to which file."""
    if error.filename is None:
        return Phrase("the disk did not take it: {why}", why=system_reason(error))
    name = PurePath(os.fsdecode(error.filename)).name
    return Phrase("{name} cannot be read or written: {why}", name=name, why=system_reason(error))


def desk_app(
    api_of: Callable[[PageCache], Api], key: str
) -> Callable[[PageCache, Broadcaster], DeskApp]:
    """Return what makes the app of a desk, for `massctl.serve.server.run_server`."""
    return lambda cache, broadcaster: DeskApp(cache, broadcaster, api_of(cache), key)
