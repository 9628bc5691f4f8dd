"""S3 for tests, as a process of its own on loopback: `s3_server.py moto`, or `s3_server.py lying`.

It prints its port, and ends with its standard input. The lying store does to every key what the name of the bucket
says, and is sound in any other bucket.
"""

import os
import sys
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, unquote, urlsplit
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

BUCKET = "ledgers"
DENIED = (
    "<Error><Code>AccessDenied</Code><AWSAccessKeyId>{key}</AWSAccessKeyId>"
    "<StringToSign>{authorization}</StringToSign></Error>"
)
_objects: dict[str, bytes] = {}
_seen: Counter[str] = Counter()
_lock = Lock()


class CutError(Exception):
    """End the connection without an answer."""


class Lying(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        return

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except CutError:
            self.close_connection = True

    def parse_request(self) -> bool:
        is_sound = super().parse_request()
        if is_sound and self.path.startswith("/distant/"):
            time.sleep(0.02)
        return is_sound

    def _place(self) -> tuple[str, str]:
        bucket, _, key = unquote(urlsplit(self.path).path).lstrip("/").partition("/")
        return bucket, f"{bucket}/{key}"

    def _say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _error(self, status: int, code: str) -> None:
        self._say(status, f"<Error><Code>{code}</Code></Error>".encode())

    def do_PUT(self) -> None:
        bucket, place = self._place()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with _lock:
            _seen[place] += 1
            is_first = _seen[place] == 1
        if bucket == "denied":
            told = self.headers["Authorization"]
            key = told.partition("Credential=")[2].partition("/")[0]
            return self._say(403, DENIED.format(key=key, authorization=told).encode())
        if bucket == "unknowing":
            return self._error(501, "NotImplemented")
        if bucket == "conflicting" or (bucket == "conflicting-once" and is_first):
            return self._error(409, "ConditionalRequestConflict")
        if bucket == "cut-before" and is_first:
            raise CutError
        if bucket == "forgetting":
            return self._say(200, ETag='"1"')
        return self._store(bucket, place, body)

    def _store(self, bucket: str, place: str, body: bytes) -> None:
        is_there = place in _objects
        if bucket == "racing":
            time.sleep(0.05)  # Between the look and the effect, every other writer looks.
        with _lock:
            if bucket not in {"racing", "overwriting"}:
                is_there = place in _objects
            if is_there and bucket != "overwriting":
                return self._error(412, "PreconditionFailed")
            _objects[place] = body
        if bucket == "failing-behind":
            return self._error(500, "InternalError")
        if bucket == "cut-behind":
            raise CutError
        return self._say(200, ETag='"1"')

    def do_GET(self) -> None:
        bucket, place = self._place()
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query:
            return self._list(bucket, query)
        if place not in _objects:
            return self._error(404, "NoSuchKey")
        more = {"x_amz_expiration": 'rule-id="old"'} if bucket == "expiring" else {}
        more |= {"x_amz_version_id": "v1"} if bucket in {"versioned", "expiring"} else {}
        told = "Tue, 01 Dec 2026 04:00:00 GMT"
        return self._say(200, _objects[place], ETag='"1"', Last_Modified=told, **more)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        _objects.pop(self._place()[1], None)
        self._say(204)

    def _list(self, bucket: str, query: dict[str, list[str]]) -> None:
        prefix = query.get("prefix", [""])[0]
        after = max(query.get("start-after", [""])[0], query.get("continuation-token", [""])[0])
        own = sorted(place.removeprefix(f"{bucket}/") for place in list(_objects))
        keys = [
            key
            for key in own
            if f"{bucket}/{key}" in _objects and key.startswith(prefix) and key > after
        ]
        folders: set[str] = set()
        if "delimiter" in query:
            folders = {
                prefix + key.removeprefix(prefix).partition("/")[0] + "/"
                for key in keys
                if "/" in key.removeprefix(prefix)
            }
            keys = [key for key in keys if "/" not in key.removeprefix(prefix)]
        page = keys[:1000]
        told = [
            f"<Contents><Key>{quote(key)}</Key><LastModified>2026-12-01T04:00:00.000Z</LastModified>"
            f"<ETag>1</ETag><Size>{len(_objects[f'{bucket}/{key}'])}</Size></Contents>"
            for key in page
        ]
        told += [
            f"<CommonPrefixes><Prefix>{each}</Prefix></CommonPrefixes>" for each in sorted(folders)
        ]
        if len(keys) > len(page):
            told.append(f"<NextContinuationToken>{page[-1]}</NextContinuationToken>")
        cut = str(len(keys) > len(page)).lower()
        body = (
            f"<ListBucketResult><IsTruncated>{cut}</IsTruncated>{''.join(told)}</ListBucketResult>"
        )
        self._say(200, body.encode())


def moto() -> int:
    from threading import Thread

    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    app = DomainDispatcherApplication(create_backend_app)

    def one_at_a_time(environ: "WSGIEnvironment", start: "StartResponse") -> list[bytes]:
        # Of two that create one object at the same moment moto lets both win.
        with _lock:
            return list(app(environ, start))

    server = make_server("127.0.0.1", 0, one_at_a_time, threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_port
    urlopen(Request(f"http://127.0.0.1:{port}/{BUCKET}", method="PUT")).close()
    return port


def lying() -> int:
    from threading import Thread

    server = ThreadingHTTPServer(("127.0.0.1", 0), Lying)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


if __name__ == "__main__":
    sys.stdout.write(f"{ {'moto': moto, 'lying': lying}[sys.argv[1]]() }\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)
