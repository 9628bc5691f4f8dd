"""Decide when each event is posted to the callback URL, and keep what came of every try.

An event is posted once, at the end of its job, unless `POST /_sandbox/callback` ordered otherwise for the sends that
follow. Where the answer is not 200 with `success` or nothing within five seconds, WeChat tries three times in all.
Source: WeChat docs, "被动回复用户消息", read 2026-10. The pause between two tries is ours: copies come 5 s apart.
"""

import hashlib

from massctl.sandbox import events
from massctl.sandbox.clock import beijing
from massctl.sandbox.tables import Record, State

TRIES_MAX = 3
PAUSE_SECONDS = 5
"""Between two tries, and between two copies of an event."""
DELAY_MAX = 86_400
_TYPES: dict[str, type] = {"delay": int, "copies": int, "shuffle": bool, "early": bool, "form": str}


class BadOrderError(ValueError):
    """Say what is wrong with an order for the callback."""


def order(state: State, given: Record) -> Record:
    """Set delivery options for later sends; defaults follow WeChat."""
    for name, value in given.items():
        if name not in _TYPES:
            raise BadOrderError(f"unknown member {name!r}; known are {', '.join(_TYPES)}")
        if not isinstance(value, _TYPES[name]) or (isinstance(value, bool) and _TYPES[name] is int):
            raise BadOrderError(f"`{name}` has the wrong type")
    if not 0 <= given.get("delay", 0) <= DELAY_MAX:
        raise BadOrderError(f"`delay` must be from 0 to {DELAY_MAX} seconds")
    if not 1 <= given.get("copies", 1) <= TRIES_MAX:
        raise BadOrderError(f"`copies` must be from 1 to {TRIES_MAX}")
    if given.get("shuffle") and not given.get("delay"):
        raise BadOrderError("`shuffle` mixes the posts of `delay` seconds: give both")
    if given.get("early") and given.get("delay"):
        raise BadOrderError("an event cannot be both `early` and late by `delay`")
    if given.get("form", "xml") not in events.FORMS:
        raise BadOrderError("`form` must be xml or json")
    state.table("callback").put("orders", given)
    return {"orders": given}


def due_at(state: State, job: Record, copy: int = 0) -> float:
    """Return when a copy of a job's event, counted from 0, is posted first."""
    travel = job.get("travel", {})
    delay = float(travel.get("delay", 0))
    if travel.get("shuffle"):
        # Drawn from the job's id, so that a world can be replayed.
        drawn = hashlib.sha256(f"{job['msg_id']}\0{copy}".encode()).digest()
        return events.told_at(state, job) + delay * drawn[0] / 255
    return events.told_at(state, job) + delay + PAUSE_SECONDS * copy


def due(state: State, at: float, *, early: bool = False) -> Record | None:
    """Return the delivery that has been due longest at the moment `at`.

    `early`: only first tries that were ordered for before the answer to the send.
    """
    _plan(state, at)
    waiting = [row for row in state.table("deliveries").records() if row["state"] == "waiting" and row["next_at"] <= at]
    if early:
        waiting = [row for row in waiting if row["early"] and not row["tries"]]
    return min(waiting, key=lambda row: float(row["next_at"]), default=None)


def event_of(state: State, row: Record, at: float) -> Record:
    """Return the event that a delivery is of."""
    job = state.table("jobs").get(str(row["msg_id"])) or {}
    return events.event_of(state, job, at) or {}


def keep_try(state: State, row: Record, at: float, result: str, *, taken: bool) -> None:
    """Keep what came of one try, and decide whether there is another one."""
    tries = [*row["tries"], {"at": at, "result": result}]
    ended = "delivered" if taken else "lost" if len(tries) >= TRIES_MAX else "waiting"
    state.table("deliveries").put(_key(row), {**row, "tries": tries, "state": ended, "next_at": at + PAUSE_SECONDS})


def told_of(state: State, msg_id: int) -> list[Record]:
    """Return the posts of a job's event for the report, copy by copy."""
    rows = [row for row in state.table("deliveries").records() if row["msg_id"] == msg_id]
    return [
        {
            "copy": row["copy"] + 1,
            "state": row["state"],
            "tries": [{"at": beijing(each["at"]).isoformat(), "result": each["result"]} for each in row["tries"]],
        }
        for row in rows
    ]


def _plan(state: State, at: float) -> None:
    """Make a delivery of each copy of each event that exists by now and has none."""
    table = state.table("deliveries")
    for job in state.table("jobs").records():
        travel = job.get("travel", {})
        planned = _key({"msg_id": job["msg_id"], "copy": 0})
        if planned in table or events.event_of(state, job, at) is None:
            continue
        for copy in range(travel.get("copies", 1)):
            row = {
                "msg_id": job["msg_id"],
                "copy": copy,
                "form": travel.get("form", "xml"),
                "early": bool(travel.get("early")) and copy == 0,
                "next_at": due_at(state, job, copy),
                "state": "waiting",
                "tries": [],
            }
            table.put(_key(row), row)


def _key(row: Record) -> str:
    return f"{row['msg_id']}|{row['copy']}"
