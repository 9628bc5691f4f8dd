"""A line to a forge that asks again only whether something is still so.

A page that watches a review asks the same questions every few seconds. An answer that has not changed costs the forge
nothing then, and does not count against its limits. Source: GitHub docs, "Best practices for using the REST API", Use
conditional requests, read 2026-12.
"""

import threading
from collections import OrderedDict
from typing import Final

from msgspec.structs import replace

from massctl.transport import Call, Inside, Line, NoAnswer, RawAnswer

_KEPT_MAX = 500
_NOT_MODIFIED = 304


class RememberingLine(Line):
    """A line that keeps the last answers in memory, and nowhere else."""

    def __init__(self, proxy: str | None = None, inside: Inside | None = None) -> None:
        """Open the line, as `Line`."""
        super().__init__(proxy, inside)
        self._kept: Final[OrderedDict[tuple[str, ...], RawAnswer]] = OrderedDict()
        self._one_at_a_time: Final = threading.Lock()

    def exchange(self, call: Call) -> RawAnswer | NoAnswer:
        """Make exactly one exchange; what did not change is answered from memory."""
        if call.method != "GET":
            return super().exchange(call)
        # What one person may read, another may not.
        whose = call.headers.get("Authorization", "")
        key = call.url, whose, *(f"{name}={value}" for name, value in sorted(call.query.items()))
        with self._one_at_a_time:
            kept = self._kept.get(key)
        if kept is not None:
            call = replace(call, headers={**call.headers, "If-None-Match": kept.etag})
        answer = super().exchange(call)
        if isinstance(answer, NoAnswer):
            return answer
        if answer.status == _NOT_MODIFIED and kept is not None:
            return kept
        with self._one_at_a_time:
            self._kept.pop(key, None)
            if answer.etag and answer.status == 200:
                self._kept[key] = answer
            if len(self._kept) > _KEPT_MAX:
                self._kept.popitem(last=False)
        return answer
