"""The WSGI app of the desk: the pages of `serve`, and beside them what writes.

Who may write is one cookie that only the address printed at the start gives; a page of another site has it never, since
it is `SameSite=Strict`, and its requests are refused by their origin too. Nothing here reads a secret of WeChat or can
reach it: everything that acts is a verb of `massctl.desk.verbs`, or git.
"""

import hmac
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from massctl.desk.api import Api, NoSuchThingError
from massctl.desk.browser_files import SCRIPT_FILES, script
from massctl.errors import MassctlError
from massctl.loopback import is_from_another_site
from massctl.model.ids import CampaignName, is_campaign_name
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
    """The desk of one person; `seat_key` is what lets a browser sit down."""

    def __init__(self, cache: PageCache, broadcaster: Broadcaster, api: Api, seat_key: str) -> None:
        self._serve: Final = WsgiApp(cache, broadcaster, POLICY)
        self._cache: Final = cache
        self._api: Final = api
        self._key: Final = seat_key

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> "Iterable[bytes]":
        """Answer one request."""
        from werkzeug.wrappers import Request

        request = Request(environ)
        request.max_content_length = BODY_BYTES_MAX
        if (answer := self._not_seated(request)) is None:
            if not request.path.startswith((DESK, API)) and request.path != "/":
                return self._serve(environ, start_response)
            answer = self._answer(request)
        answer.headers["Content-Security-Policy"] = _OWN_POLICY
        for name, value in _HEADERS.items():
            answer.headers.setdefault(name, value)
        return answer(environ, start_response)

    def _not_seated(self, request: "Request") -> "Response | None":
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
        parts = request.path.removeprefix(API).split("/", 3)
        try:
            status, told = 200, self._api.answer(request.method, parts, request)
        except NoSuchThingError:
            status, told = 404, {"error": {"summary": "there is nothing at this address"}}
        except MassctlError as error:
            language = self._cache.sheet().language
            said = (error.summary, error.detail, error.hint)
            words = [say(each, language) for each in said]
            status, told = (
                422,
                {"error": dict(zip(("summary", "detail", "hint"), words, strict=True))},
            )
        except OSError as error:
            status, told = 507, {"error": {"summary": str(error.strerror or error)}}
        return _json(told, status)


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

    return Response(json.dumps(told, ensure_ascii=False), status, content_type="application/json")


def desk_app(
    api_of: Callable[[PageCache], Api], key: str
) -> Callable[[PageCache, Broadcaster], DeskApp]:
    """Return what makes the app of a desk, for `massctl.serve.server.run_server`."""
    return lambda cache, broadcaster: DeskApp(cache, broadcaster, api_of(cache), key)
