"""A remembered state is the state of the whole ledger, or it is not used."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from building import HOUR, LINEAGE, NOW, as_new, attempted, news, previewed, reviewers, saved, text

from massctl.errors import LedgerCorruptError, LedgerError
from massctl.ledger.codec import decode
from massctl.ledger.local import LocalLedger
from massctl.ledger.remembered import remembered_state
from massctl.ledger.state_document import KEPT, state_document, state_from
from massctl.model import entries
from massctl.model import state as drafts
from massctl.model import state as states
from massctl.model.entries import CopyrightCheck, CopyrightResult
from massctl.model.message import Recipient
from massctl.model.state import State

SALE = news("sale", recipients=reviewers("editor_lin"))
WORDS, OTHER, CLIP, LATE = text("words"), text("other"), text("clip"), text("late")
SHA = "a" * 64
EVENT = entries.JobStatus(
    msg_id=7,
    status="failed",
    source="event",
    reason="err(30003)",
    copyright_check=CopyrightCheck(check_state=2, results=(CopyrightResult(article_idx=1, audit_state=2),)),
    original_id="gh_1",
)
HISTORY = (
    entries.Created(lineage=LINEAGE, realm="loopback"),
    (entries.ImageUploaded(appid=SALE.appid, sha256=SHA, url="http://a/1"), SALE),
    (entries.MaterialAdded(appid=SALE.appid, sha256=SHA, media_id="m1", url="http://a/2"), SALE),
    (entries.MaterialAdded(appid=SALE.appid, sha256="b" * 64, media_id="m2"), SALE),
    (entries.MaterialForgotten(appid=SALE.appid, sha256=SHA), SALE),
    saved(SALE, "D1"),
    (entries.DraftDeleted(appid=SALE.appid, media_id="D1", reason="old"), SALE),
    saved(SALE, "D2", audience_count=12),
    (entries.Adopted(media_id="D2", draft_sha256=SHA, reason="equal", by="lin"), SALE),
    previewed(SALE, "begun"),
    previewed(SALE, "sent"),
    attempted(SALE, media_id="D2", audience_count=12),
    (entries.SendInDoubt(attempt=12, reason="no answer within 30 s"), SALE),
    attempted(SALE, media_id="D2"),
    (entries.SendAccepted(attempt=14, msg_id=7, msg_data_id=8), SALE),
    (entries.JobStatus(msg_id=7, status="sent", sent_count=3, article_urls=["http://a/3"]), SALE),
    (entries.JobStatus(msg_id=7, status="sent", total_count=4), SALE),
    (entries.Withdrawn(msg_id=7, article=2), SALE),
    (entries.Withdrawn(msg_id=7, article=1), SALE),
    attempted(WORDS),
    (entries.SendRejected(attempt=20, errcode=45028, retryable=True), WORDS),
    (entries.Expired(not_after=NOW), WORDS),
    attempted(OTHER),
    (entries.SendSettled(outcome="sent", reason="seen", by="lin", msg_id=9), OTHER),
    (entries.DraftBegun(appid=SALE.appid, digest=SALE.digest, draft_sha256=SHA), SALE),
    (entries.DraftNotSaved(begun=25, reason="refused"), SALE),
    (entries.DraftBegun(appid=SALE.appid, digest=SALE.digest, draft_sha256=SHA, audience_count=3), SALE),
    saved(SALE, "D3"),
    (entries.DraftVerified(media_id="D3", kept_sha256="e" * 64), SALE),
    (entries.DraftDeleted(appid=SALE.appid, media_id="D3", pending=True), SALE),
    previewed(SALE, "begun"),
    previewed(SALE, "failed"),
    previewed(SALE, "begun", Recipient("towxname", "other")),
    (entries.MaterialAdded(appid=SALE.appid, sha256="c" * 64, media_id="m3", material_type="voice"), None),
    (entries.MessageStaged(appid=SALE.appid, digest="sha256:" + SHA, audience_count=5), CLIP),
    (entries.VideoMade(appid=SALE.appid, digest="sha256:" + SHA, media_id="v1"), CLIP),
    (entries.SendImported(appid=SALE.appid, sent_at=NOW, by="lin", msg_id=11, message_digest="sha256:" + SHA), LATE),
    entries.SendImported(appid=SALE.appid, sent_at=NOW, by="lin", reason="seen"),
    (entries.Withdrawn(msg_id=7, article=3, outcome="begun"), SALE),
    (EVENT, SALE),
    attempted(text("held")),
    (entries.SendInDoubt(attempt=41, reason="waiting", errcode=89504), text("held")),
    entries.SendImported(appid=SALE.appid, sent_at=NOW + HOUR, by="lin"),
    entries.WebsiteSendRetracted(appid=SALE.appid, sent_at=NOW + HOUR, by="lin", reason="none"),
    (entries.AudienceResolved(appid=SALE.appid, digest=SALE.digest, tag="会员", tag_id=7, name="会员", count=3), SALE),
)
"""Every kind of entry, and every kind of thing that a state holds."""
Remember = Callable[[dict[str, Any]], tuple[State, dict[str, Any]]]


@pytest.fixture
def remember(path: Path) -> Remember:
    return lambda kept: remembered_state(path, path.parent / "locks", kept)


@pytest.fixture
def ledger(open_ledger: Callable[[], LocalLedger]) -> LocalLedger:
    return open_ledger()


def tell(ledger: LocalLedger, count: int) -> None:
    """Record the next entries of HISTORY, up to `count` of them in all."""
    begin = len(ledger.read(0))
    ledger.append(begin, [as_new(each) for each in HISTORY[begin:count]], durable=False)


def folded(ledger: LocalLedger) -> State:
    state = State()
    state.absorb_all(ledger.read(0))
    return state


def plainly(value: Any) -> Any:
    """Give what a value holds, whatever holds it."""
    if isinstance(value, dict):
        return {key: plainly(each) for key, each in value.items()}
    if isinstance(value, list | set | tuple):
        return [plainly(each) for each in value]
    if hasattr(value, "__slots__") and hasattr(value, "__dataclass_fields__"):
        return {field.name: plainly(getattr(value, field.name)) for field in fields(value)}
    return plainly(vars(value)) if hasattr(value, "__dict__") else value


def test_every_kind_of_entry_is_tried() -> None:
    told = {type(each[0] if isinstance(each, tuple) else each).__name__ for each in HISTORY}
    kinds = {kind.__name__ for kind in entries.KINDS.values()}
    assert kinds == told


def test_everything_that_a_state_holds_is_kept() -> None:
    """Whoever adds a field to the state adds it to the document too; without that a plan would forget it."""
    rooms = {**vars(drafts), **vars(states)}
    found = {name: tuple(f.name for f in fields(rooms[name])) for name in KEPT if name != "State"}
    assert KEPT == {"State": tuple(vars(State())), **found}


@pytest.mark.parametrize("count", range(1, len(HISTORY) + 1))
def test_what_is_remembered_is_the_whole_state(ledger: LocalLedger, remember: Remember, count: int) -> None:
    tell(ledger, count)
    _, kept = remember({})
    state, again = remember(kept)
    assert (plainly(vars(folded(ledger))), True) == (plainly(vars(state)), again is kept)


@pytest.mark.parametrize("count", range(1, len(HISTORY)))
def test_what_was_appended_is_folded_on_top(ledger: LocalLedger, remember: Remember, count: int) -> None:
    tell(ledger, count)
    _, kept = remember({})
    tell(ledger, len(HISTORY))
    state, keep = remember(kept)
    assert (plainly(vars(folded(ledger))), remember({})[1]) == (plainly(vars(state)), keep)


def test_a_state_survives_being_written(ledger: LocalLedger) -> None:
    tell(ledger, len(HISTORY))
    document = state_document(folded(ledger))
    assert document == state_document(state_from(document))


def test_lines_that_are_known_are_not_read_again(
    ledger: LocalLedger, remember: Remember, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(ledger, 20)
    _, kept = remember({})
    tell(ledger, 22)
    read: list[int] = []
    monkeypatch.setattr(
        "massctl.ledger.chain.decode", lambda line, serial, prev: read.append(serial) or decode(line, serial, prev)
    )
    remember(kept)
    assert [21, 22] == read


def test_an_edited_ledger_is_refused(ledger: LocalLedger, remember: Remember, path: Path) -> None:
    tell(ledger, len(HISTORY))
    _, kept = remember({})
    path.write_bytes(path.read_bytes().replace(b'"audience_count":12', b'"audience_count":13'))
    with pytest.raises(LedgerCorruptError):
        remember(kept)


def test_a_shorter_ledger_is_read_anew(ledger: LocalLedger, remember: Remember, path: Path) -> None:
    tell(ledger, len(HISTORY))
    _, kept = remember({})
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:5]))
    assert 5 == remember(kept)[0].serial


def test_a_lost_ledger_is_lost(ledger: LocalLedger, remember: Remember, path: Path) -> None:
    tell(ledger, 3)
    _, kept = remember({})
    path.unlink()
    assert 0 == remember(kept)[0].serial


def test_a_ledger_that_cannot_be_read_is_an_error(remember: Remember, path: Path) -> None:
    path.mkdir()
    with pytest.raises(LedgerError):
        remember({})


def test_a_torn_line_is_not_there(ledger: LocalLedger, remember: Remember, path: Path) -> None:
    tell(ledger, 5)
    _, kept = remember({})
    with path.open("ab") as file:
        file.write(b'{"serial":')
    state, keep = remember(kept)
    assert (5, True, 5) == (state.serial, keep is kept, remember({})[0].serial)


def test_a_line_without_its_newline_counts_and_is_not_kept(ledger: LocalLedger, remember: Remember, path: Path) -> None:
    tell(ledger, 5)
    _, kept = remember({})
    path.write_bytes(path.read_bytes()[:-1])
    assert [(5, {})] * 2 == [(state.serial, keep) for state, keep in (remember({}), remember(kept))]


@pytest.mark.parametrize("bad", [{}, {"state": 1}, {"state": {}}, {"bytes": -1}, {"bytes": "x"}, {"sha256": 5}])
def test_what_is_not_ours_is_not_believed(ledger: LocalLedger, remember: Remember, bad: dict[str, Any]) -> None:
    tell(ledger, 8)
    _, kept = remember({})
    assert 8 == remember({**kept, **bad} if bad else {})[0].serial
