"""The server of `massctl listen`: waitress, in which nobody holds connections for long.

waitress closes a connection that is silent, but one that sends a byte now and then stays. Here a request has to be
complete in time, whatever trickles in. Where too many wait to become complete, the address with most of them loses the
oldest: WeChat's own requests, and those that a proxy passes on, are complete at once.
"""

import logging
import socket
from collections import Counter
from collections.abc import Collection
from typing import Any

from waitress.channel import HTTPChannel
from waitress.server import create_server

from massctl.callback.app import BODY_BYTES_MAX, THREADS, Application

CONNECTIONS_MAX = 500
"""Each may hold a body of 256 KB at most."""
UNFINISHED_MAX = 400
"""Connections whose next request is not complete. The others are for requests that are being answered, and for new
ones."""
REQUEST_SECONDS = 10
"""From the first byte of a request to its last, and from one request to the next."""


def make_server(app: Application, listening: socket.socket) -> Any:
    """Make the server; its `run` ends with an interruption, once what is being answered is answered."""
    server = create_server(
        app,
        sockets=[listening],
        threads=THREADS,
        ident=None,
        connection_limit=CONNECTIONS_MAX,
        channel_timeout=REQUEST_SECONDS,
        cleanup_interval=REQUEST_SECONDS // 2,
        max_request_header_size=16 * 1024,
        max_request_body_size=2 * BODY_BYTES_MAX,
        inbuf_overflow=2 * BODY_BYTES_MAX,
        asyncore_use_poll=True,
        log_socket_errors=False,
    )
    server.channel_class = _Channel
    # A queue is what there is under a flood, and each request of it would be a line.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    return server


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """One connection. All of this runs in the thread that reads."""

    last_activity: float

    def __init__(self, server: Any, *more: Any, **named: Any) -> None:
        super().__init__(server, *more, **named)
        if len(server.active_channels) > UNFINISHED_MAX:
            make_room(server.active_channels.values())

    @property
    def is_unfinished(self) -> bool:
        """Whether nothing of it is complete, nor being answered."""
        return not (self.requests or self.total_outbufs_len or self.will_close)

    def handle_read(self) -> None:
        """Read, and count as activity only the first byte of a request and its end."""
        before, was_begun = self.last_activity, self.request is not None
        super().handle_read()
        begins = self.request is not None and not was_begun
        if self.is_unfinished and not begins:
            self.last_activity = before


def make_room(channels: Collection[Any]) -> None:
    """Close the oldest unfinished connection of the address that has most, if there are too many."""
    unfinished = [each for each in channels if each.is_unfinished]
    if len(unfinished) <= UNFINISHED_MAX:
        return
    [(busiest, _)] = Counter(each.addr[0] for each in unfinished).most_common(1)
    oldest = min(
        (each for each in unfinished if each.addr[0] == busiest),
        key=lambda each: each.last_activity,
    )
    oldest.will_close = True
