"""Pass a message that is not about a send on to the team's own service, and give its answer back in time.

WeChat waits five seconds and then repeats. If the service is slow, down or overloaded, only its own messages lose their
answers: the number of connections bounds the requests that wait for it.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Protocol

from massctl.transport import CONNECTIONS_MAX, Call, Line, RawAnswer

ANSWER_SECONDS = 4.5
"""WeChat closes after five. Source: WeChat docs, "接收普通消息", read 2026-10."""
ANSWER_BYTES_MAX = 256 * 1024
"""A passive reply of eight articles takes some 10,000; our own bound."""


class Passed(Protocol):
    """What the team's service answered."""

    @property
    def content(self) -> bytes:
        """Its body."""
        ...

    @property
    def content_type(self) -> str:
        """As it said it."""
        ...


class Forwarder:
    """Passes requests on, unchanged, each once; used from many threads at once."""

    def __init__(self, line: Line | None = None) -> None:
        self._line = line or Line()
        self._slots = BoundedSemaphore(CONNECTIONS_MAX)
        self._threads = ThreadPoolExecutor(CONNECTIONS_MAX, thread_name_prefix="massctl-forward")

    def __call__(
        self, address: str, query: str, body: bytes, headers: Mapping[str, str]
    ) -> Passed | None:
        """Return the service's answer; None if it refused, or did not answer in time."""
        if not self._slots.acquire(blocking=False):
            return None
        going = self._threads.submit(self._exchange, address, query, body, headers)
        going.add_done_callback(lambda _: self._slots.release())
        try:
            return going.result(ANSWER_SECONDS)
        except TimeoutError:
            return None

    def close(self) -> None:
        """Close the connections."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._line.close()

    def _exchange(
        self, address: str, query: str, body: bytes, headers: Mapping[str, str]
    ) -> Passed | None:
        url = f"{address}{'&' if '?' in address else '?'}{query}"
        sent = {"Accept": "*/*", **headers}
        call = Call(
            "POST",
            url,
            ANSWER_SECONDS,
            content=body,
            headers=sent,
            answer_bytes_max=ANSWER_BYTES_MAX,
        )
        answer = self._line.exchange(call)
        return answer if isinstance(answer, RawAnswer) and answer.status == 200 else None
