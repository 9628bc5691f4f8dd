"""Count the functions and files of massctl that the send of one staged text passes, up to its request.

    python bench/hops.py [--list]

A text that is due is applied in a temporary repository against the embedded sandbox. Counted is every function of
massctl that is called from the executor's `_send` to the moment in which httpx gets the request for the send. The
sandbox is not counted. The core stands apart from what it reads again: massctl.yaml, the files and the ledger.
"""

import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

import httpx

import massctl
from massctl.apply import executor
from massctl.cli.main import run

CORE = ("apply", "plan", "model", "wechat", "transport")
ROOT = Path(massctl.__file__).parent
SETTINGS = """version: 1
accounts:
  main: {appid: wx0123456789abcdef, secret_env: WECHAT_MAIN_SECRET, kind: service}
state: {backend: local}
"""
CAMPAIGN = """version: 1
account: main
audience: {is_to_all: true}
text: {content: 今晚八点}
"""


class Trace:
    """Notes each function of massctl that is called while it is on."""

    def __init__(self) -> None:
        self.on = False
        self.seen: set[tuple[str, str]] = set()

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        """Take an event of `sys.setprofile`."""
        code = frame.f_code
        if self.on and event == "call" and code.co_filename.startswith(str(ROOT)) and code.co_name[0] != "<":
            path = Path(code.co_filename).relative_to(ROOT).as_posix()
            if not path.startswith("sandbox/"):
                self.seen.add((path, code.co_qualname))


def traced(trace: Trace) -> None:
    """Apply the text; tracing begins with the executor and ends with the request."""
    carry_out, send = executor._send, httpx.Client.send

    def begin(*given: Any, **more: Any) -> Any:
        trace.on = True
        return carry_out(*given, **more)

    def end(client: httpx.Client, request: httpx.Request, **more: Any) -> httpx.Response:
        if request.url.path.endswith("/message/mass/sendall"):
            trace.on = False
        return send(client, request, **more)

    executor._send, httpx.Client.send = begin, end  # type: ignore[method-assign,assignment]
    with tempfile.TemporaryDirectory() as folder:
        campaign = Path(folder, "campaigns", "words")
        campaign.mkdir(parents=True)
        Path(folder, "massctl.yaml").write_text(SETTINGS, encoding="utf-8")
        campaign.joinpath("campaign.yaml").write_text(CAMPAIGN, encoding="utf-8")
        threading.setprofile(trace)
        sys.setprofile(trace)
        try:
            status = run(["-C", folder, "apply", "words", "--yes", "--sandbox"])
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
    if status or trace.on:
        sys.exit(f"nothing was sent: {status}")


if __name__ == "__main__":
    trace = Trace()
    traced(trace)
    if "--list" in sys.argv:
        for path, name in sorted(trace.seen):
            print(path, name)
    rooms = Counter(path.partition("/")[0] for path, _ in trace.seen)
    core = {(path, name) for path, name in trace.seen if path.partition("/")[0] in CORE}
    print(f"core: {len(core)} functions in {len({path for path, _ in core})} files")
    print(f"all:  {len(trace.seen)} functions in {len({path for path, _ in trace.seen})} files, {dict(rooms)}")
