"""Run independent calls in parallel, on daemon threads, so that Ctrl-C ends the run without waiting for answers."""

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

IN_FLIGHT_MAX = 16
"""Parallel calls of one run. Our own bound: WeChat documents none, and more brings no more speed."""


def side_by_side(
    calls: Sequence[Callable[[], T]], in_flight: int | None = None, seconds: float | None = None
) -> Iterator[tuple[int, T | BaseException]]:
    """Implement `massctl.apply.ports.Overlap`; what is under way when the caller stops is abandoned.

    At most `in_flight` calls are under way at once, and never more than IN_FLIGHT_MAX. What has not ended after
    `seconds` is abandoned, and its result is a TimeoutError. Where one is made after another, no thread is needed.
    """
    at_once = min(in_flight or IN_FLIGHT_MAX, IN_FLIGHT_MAX, len(calls))
    if at_once == 1 and seconds is None:
        yield from ((index, _result(call)) for index, call in enumerate(calls))
        return
    waiting = iter(list(enumerate(calls)))
    taking = threading.Lock()
    done: queue.SimpleQueue[tuple[int, T | BaseException]] = queue.SimpleQueue()
    stopped = threading.Event()

    def work() -> None:
        while not stopped.is_set():
            with taking:
                taken = next(waiting, None)
            if taken is None:
                return
            try:
                done.put((taken[0], _result(taken[1])))
            except KeyboardInterrupt as error:
                done.put((taken[0], error))

    for _ in range(at_once):
        threading.Thread(target=work, daemon=True, name="massctl-call").start()
    left = dict.fromkeys(range(len(calls)))
    until = None if seconds is None else time.monotonic() + seconds
    try:
        while left:
            pause = None if until is None else max(0.0, until - time.monotonic())
            index, result = done.get(timeout=pause)
            del left[index]
            yield index, result
    except queue.Empty:
        yield from ((index, TimeoutError()) for index in left)
    finally:
        stopped.set()


def in_order(calls: Sequence[Callable[[], T]], in_flight: int) -> Iterator[T]:
    """Yield results in the order of their calls, each once it and those before it are there; raise what one raises."""
    found: dict[int, T | BaseException] = {}
    at = 0
    for index, result in side_by_side(calls, in_flight):
        found[index] = result
        while at in found:
            yield _value(found.pop(at))
            at += 1


def _value(result: T | BaseException) -> T:
    if isinstance(result, BaseException):
        raise result
    return result


def _result(call: Callable[[], T]) -> T | BaseException:
    """Return what a call returns or raises; Ctrl-C on the caller's own thread passes through."""
    try:
        return call()
    except Exception as error:
        return error
