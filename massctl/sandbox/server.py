"""Serve a sandbox on loopback, and nowhere else."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from massctl.loopback.server import run_app, serving_app
from massctl.sandbox.embedded import Sandbox


def run_server(sandbox: Sandbox, port: int, ready: Callable[[int], None]) -> None:
    """Serve until interrupted; `port` 0 takes a free one. `ready` is called with the port in use.

    Returns after an interrupt (Ctrl-C). Raises OSError where the port is taken.
    """
    run_app(sandbox.app, port, ready)


def serving(sandbox: Sandbox, port: int = 0) -> AbstractContextManager[int]:
    """Serve from a thread of this process for as long as the block runs; gives the port in use."""
    return serving_app(sandbox.app, port)
