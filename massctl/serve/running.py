"""Puts studio, watch and front together, and serves until Ctrl-C."""

import threading
from collections.abc import Callable

from massctl.loopback.server import run_app
from massctl.serve.bell import Bell
from massctl.serve.front import Front
from massctl.serve.studio import Grounds, Studio
from massctl.serve.watching import Watch


def run_studio(grounds: Grounds, port: int, ready: Callable[[int], None]) -> None:
    """Serve the repository until interrupted; `port` 0 takes a free one. `ready` is called with the port in use.

    Returns after an interrupt (Ctrl-C). Raises OSError where the port is taken.
    """
    bell = Bell()
    studio = Studio(grounds, bell)
    watch = Watch(grounds.root, grounds.ledger, studio.changed)

    def keep_warm() -> None:
        number = bell.number
        while True:
            studio.warm()
            number, _ = bell.wait(number, None)

    def begin(bound: int) -> None:
        ready(bound)
        watch.begin()
        threading.Thread(target=keep_warm, name="massctl-warm", daemon=True).start()

    try:
        run_app(Front(studio, bell), port, begin)
    finally:
        watch.end()
