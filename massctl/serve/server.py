"""The WSGI app: pages, files by digest, and the change stream."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.resources import files
from typing import TYPE_CHECKING

from massctl.loopback import run_app
from massctl.model.audience import AUDIENCES as FOLDER
from massctl.model.ids import CampaignName, is_campaign_name
from massctl.model.message import MEDIA_TYPES
from massctl.serve.page_cache import FILE_FOLDER, Broadcaster, PageCache, ServedRepository
from massctl.serve.watcher import Watcher
from massctl.view.pages.document import (
    AUDIENCES,
    CALENDAR,
    REPORT,
    SCRIPT,
    SERVED_POLICY,
    THEMES,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from werkzeug.wrappers import Request, Response


STREAM = "/-/changes"
SILENCE_SECONDS = 15.0
"""After so long a stream says that it is still there; that is also when it notices that its page is gone."""
WARM_SECONDS = 0.5
"""How long after a change the other pages are rendered ahead."""
_DIGITS_MAX = 9
_FILE = re.compile(re.escape(FILE_FOLDER) + r"([0-9a-f]{64})\.([a-z0-9]{1,5})", re.ASCII)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


class WsgiApp:
    """The WSGI app."""

    def __init__(
        self, cache: PageCache, broadcaster: Broadcaster, policy: str = SERVED_POLICY
    ) -> None:
        self._cache = cache
        self._broadcaster = broadcaster
        self._headers = {**_HEADERS, "Content-Security-Policy": policy}
        self._pages: Mapping[str, Callable[[Mapping[str, str]], str | None]] = {
            "/": cache.list_page,
            THEMES: cache.themes_page,
            CALENDAR: cache.calendar_page,
            REPORT: cache.report_page,
            AUDIENCES: lambda _: cache.audiences_page(),
        }

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> "Iterable[bytes]":
        """Answer one request."""
        # The web server is needed by this verb only.
        from werkzeug.wrappers import Request

        request = Request(environ)
        answer = self._answer(request)
        for name, value in self._headers.items():
            answer.headers[name] = value
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer(environ, start_response)

    def _answer(self, request: "Request") -> "Response":
        from werkzeug.wrappers import Response

        if request.method not in {"GET", "HEAD"}:
            return Response("use GET\n", 405, {"Allow": "GET, HEAD"})
        if request.path == STREAM:
            return Response(self._changes(request), content_type="text/event-stream")
        if found := _FILE.fullmatch(request.path):
            return self._file(request, found[1], found[2])
        text, kind = self._text(request.path, request.args)
        if text is None:
            return Response(
                self._cache.missing_page(), 404, content_type="text/html; charset=utf-8"
            )
        return Response(text, content_type=f"text/{kind}; charset=utf-8")

    def _text(self, path: str, query: Mapping[str, str]) -> tuple[str | None, str]:
        """Return the page or the script of an address, and which of them it is."""
        if path == SCRIPT:
            return (files("massctl.serve") / "live.js").read_text(encoding="utf-8"), "javascript"
        if path in self._pages:
            return self._pages[path](query), "html"
        if path.startswith(f"{AUDIENCES}/"):
            return self._cache.audience_page(path.removeprefix(f"{AUDIENCES}/")), "html"
        name = path.removeprefix("/")
        return self._cache.page(CampaignName(name)) if is_campaign_name(name) else None, "html"

    def _file(self, request: "Request", sha256: str, extension: str) -> "Response":
        from werkzeug.wrappers import Response

        # Whatever an address says, nothing that runs in a page is given.
        data, kind = self._cache.file(sha256), MEDIA_TYPES.get(extension)
        if data is None or kind is None:
            return Response("there is no such file\n", 404)
        answer = Response(
            data,
            content_type=kind,
            headers={"Cache-Control": "private, max-age=31536000, immutable"},
        )
        # Players ask for parts of a sound or video.
        return answer.make_conditional(request, accept_ranges=True, complete_length=len(data))

    def _changes(self, request: "Request") -> Iterator[bytes]:
        """Return an event for each change, from the one on that the page heard last."""
        heard = request.headers.get("Last-Event-ID") or request.args.get("heard", "")
        number = self._broadcaster.number
        if heard.isdecimal() and len(heard) <= _DIGITS_MAX:
            # What changed after the page was made and before it listened counts too; a page of a server before this
            # one may have heard more than was ever published here.
            number = min(int(heard), number)
        yield f"retry: 500\nid: {number}\nevent: hello\ndata: []\n\n".encode()
        while True:
            number, names = self._broadcaster.wait(number, SILENCE_SECONDS)
            if names:
                yield f"id: {number}\nevent: changed\ndata: {json.dumps(sorted(names))}\n\n".encode()
            else:
                yield b": still here\n\n"


def run_server(
    repository: ServedRepository,
    port: int,
    ready: Callable[[int], None],
    app_of: Callable[[PageCache, Broadcaster], "WSGIApplication"] = WsgiApp,
) -> None:
    """Serve the repository until interrupted. Port 0 takes a free port; `ready` is called with the port in use.

    Returns after an interrupt (Ctrl-C). Raises OSError if the port is taken.
    """
    broadcaster = Broadcaster()
    cache = PageCache(repository, broadcaster)
    audiences = repository.repository.root / FOLDER
    files = repository.ledger, repository.statistics_folder, audiences
    watcher = Watcher(repository.repository.root, files, cache.changed)

    def keep_warm() -> None:
        number = broadcaster.number
        while True:
            cache.warm()
            number, _ = broadcaster.wait(number, None)
            # An open page asks for what changed at once. What it had rendered need not be told again.
            time.sleep(WARM_SECONDS)

    def begin(bound: int) -> None:
        ready(bound)
        watcher.begin()
        threading.Thread(target=keep_warm, name="massctl-warm", daemon=True).start()

    try:
        run_app(app_of(cache, broadcaster), port, begin)
    finally:
        watcher.end()
