"""Why a draft is deleted, row by row."""

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from building import APPID, LATER, NOW, PAST, Happening, attempted, house, news, plan_of, recorded, saved, text
from simulation.world import SimClock

from massctl.apply.context import ApplyContext
from massctl.apply.drafts import FOLDER_GONE, SUPERSEDED, WINDOW_CLOSED, why_deleted
from massctl.apply.outcome import outcome_of
from massctl.model.entries import DraftDeleted, DraftVerified, SendAccepted, SendRejected
from massctl.model.message import RenderedCampaign

SALE = news(window=LATER)
FIRST, SECOND = saved(SALE, "M1"), saved(SALE, "M2")
PROVEN = DraftVerified(media_id="M2", kept_sha256="kept"), SALE
TRIED = attempted(SALE, media_id="M1")
ACCEPTED = SendAccepted(attempt=3, msg_id=7), SALE


def why(
    happened: Sequence[Happening], declared: Sequence[RenderedCampaign] = (SALE,), *, folders: bool = True
) -> str | None:
    """Ask about the first draft of the edition 1."""
    state = recorded(*happened)
    plan = plan_of(list(declared), state)
    names = frozenset({"sale"}) if folders else frozenset()
    ports: Any = SimpleNamespace(clock=SimClock(NOW), folders=names, accounts={APPID: "main"})
    ledger: Any = SimpleNamespace(state=state)
    context = ApplyContext(ports, ledger, house(), plan, [outcome_of(each) for each in plan.campaigns])
    record = state.record(SALE.name, 1)
    return why_deleted(context, record, record.drafts[0])


def gone(*, pending: bool) -> Happening:
    return DraftDeleted(appid=APPID, media_id="M1", reason="superseded", pending=pending or None), SALE


HIGHER = replace(SALE, edition=2)
ABOVE = saved(HIGHER, "M2"), (DraftVerified(media_id="M2", kept_sha256="kept"), HIGHER)
DOUBT_ABOVE = attempted(HIGHER, media_id="M2")
TWO = (FIRST, saved(SALE, "M2", batch=2))
OF_TWO = attempted(SALE, media_id="M1", batches=2)
CLOSED = replace(SALE, window=PAST)
WORDS = text("sale", window=LATER)

ROWS = {
    "its deletion has no outcome": ([FIRST, gone(pending=True)], {}, "superseded"),
    "it is deleted": ([FIRST, gone(pending=False)], {}, None),
    "its send is in doubt": ([FIRST, TRIED], {"folders": False}, None),
    "its send is in doubt, and a newer one was proven": ([FIRST, SECOND, PROVEN, TRIED], {}, None),
    "it was sent": ([FIRST, TRIED, (SendAccepted(attempt=3, msg_id=7), SALE)], {"folders": False}, None),
    "another one was sent": (
        [SECOND, FIRST, attempted(SALE, media_id="M1"), (SendAccepted(attempt=4), SALE)],
        {},
        "superseded",
    ),
    "its batch was sent": ([*TWO, OF_TWO, (SendAccepted(attempt=4, msg_id=7), SALE)], {}, None),
    "it stands": ([FIRST], {}, None),
    "a newer one was proven": ([FIRST, SECOND, PROVEN], {}, SUPERSEDED),
    "a newer one of another batch was proven": ([*TWO, PROVEN], {}, None),
    "a newer one was given up": ([FIRST, SECOND, PROVEN, (DraftDeleted(appid=APPID, media_id="M2"), SALE)], {}, None),
    "the declared edition has one": ([FIRST, *ABOVE], {"declared": (HIGHER,)}, SUPERSEDED),
    "another edition has one, which is not declared": ([FIRST, *ABOVE], {}, None),
    "a higher edition has one, and nothing is declared": ([FIRST, *ABOVE], {"declared": ()}, SUPERSEDED),
    "its campaign has become a text": ([FIRST], {"declared": (WORDS,)}, SUPERSEDED),
    "another edition is in doubt": ([FIRST, DOUBT_ABOVE], {"declared": (), "folders": False}, None),
    "its folder is gone": ([FIRST], {"declared": (), "folders": False}, FOLDER_GONE),
    "its campaign is faulty": ([FIRST], {"declared": ()}, None),
    "its window has closed": ([FIRST], {"declared": (CLOSED,)}, WINDOW_CLOSED),
    "the window of another edition has closed": ([FIRST], {"declared": (replace(CLOSED, edition=2),)}, None),
    "its send was refused": ([FIRST, TRIED, (SendRejected(attempt=3, errcode=45028), SALE)], {}, None),
}


@pytest.mark.parametrize(("happened", "around", "expected"), ROWS.values(), ids=ROWS)
def test_why_a_draft_is_deleted(happened: list[Happening], around: dict[str, Any], expected: str | None) -> None:
    assert expected == why(happened, **around)
