"""A stand-in for WeChat that answers every call after the same delay, so that only our own time differs.

Run as `python bench/server.py DELAY_SECONDS`; prints its port, and serves until its standard input closes.
"""

import itertools
import json
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COUNTER = itertools.count(1)
DRAFTS: dict[str, list[dict[str, object]]] = {}
SENDS: list[float] = []
"""When each mass send came in since `/sends` was asked."""


def answer(path: str, body: bytes) -> object:
    """Answer one call as WeChat would, without checking anything."""
    number = next(COUNTER)
    match path:
        case "/count":
            return {"count": number - 1}
        case "/sends":
            times, SENDS[:] = SENDS[:], []
            return [times[0], times[-1], len(times)]
        case "/cgi-bin/stable_token":
            return {"access_token": f"token-{number}", "expires_in": 7200}
        case "/cgi-bin/media/uploadimg":
            return {"url": f"http://mmbiz.qpic.cn/mmbiz_jpg/{number:032d}/0?from=appmsg"}
        case "/cgi-bin/material/add_material":
            return {
                "media_id": f"material-{number}",
                "url": f"http://mmbiz.qpic.cn/mmbiz_jpg/{number:032d}/0",
            }
        case "/cgi-bin/draft/add":
            DRAFTS[f"draft-{number}"] = json.loads(body)["articles"]
            return {"media_id": f"draft-{number}"}
        case "/cgi-bin/draft/get":
            return {"news_item": DRAFTS[json.loads(body)["media_id"]]}
        case "/cgi-bin/user/get":
            return {
                "total": 1286,
                "count": 1,
                "data": {"openid": ["oBENCH00000"]},
                "next_openid": "",
            }
        case "/cgi-bin/message/mass/sendall":
            SENDS.append(time.monotonic())
            return {
                "errcode": 0,
                "errmsg": "send job submission success",
                "msg_id": number,
                "msg_data_id": number,
            }
        case "/cgi-bin/message/mass/get":
            return {"msg_id": int(re.sub(rb"\D", b"", body)), "msg_status": "SEND_SUCCESS"}
        case _:
            return {"errcode": 0, "errmsg": "ok"}


class Handler(BaseHTTPRequestHandler):
    """Answer after the delay, over connections that stay open."""

    protocol_version = "HTTP/1.1"
    delay_seconds = 0.0

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path not in {"/count", "/sends"}:
            time.sleep(self.delay_seconds)
        data = json.dumps(answer(self.path.partition("?")[0], body), ensure_ascii=False).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        """Keep silent: writing lines would be measured too."""


def main() -> None:
    Handler.delay_seconds = float(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
