"""One entry, one line: the round trip, and what is no line of this ledger."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from building import LINEAGE, NOW, as_new, attempted, recorded, text
from hypothesis import given
from hypothesis import strategies as st

from massctl.errors import LedgerCorruptError, LedgerError, LedgerFutureVersionError
from massctl.ledger.codec import chain_digest, check_last, decode, encode
from massctl.ledger.local import LocalLedger
from massctl.model.entries import GENESIS, KINDS, Created, Expired, NewEntry, SendInDoubt
from massctl.model.ids import CampaignName, canonical_json
from massctl.model.state import State, Status, status_of

FIXTURES = Path(__file__).parents[2] / "fixtures" / "ledger"
CREATED: dict[str, Any] = {
    "serial": 1, "prev": GENESIS, "at": "2026-12-01T12:00:00.000+08:00", "campaign": None, "edition": None,
    "type": "created", "format_version": 1, "lineage": LINEAGE, "realm": "wechat",
}  # fmt: skip


def line(**changes: Any) -> bytes:
    """Write a first line by hand; a change to `...` leaves a member out."""
    return canonical_json({key: value for key, value in {**CREATED, **changes}.items() if value is not ...}).encode()


def test_the_first_line_of_a_ledger_byte_for_byte():
    beijing = timezone(timedelta(hours=8))
    new = NewEntry(at=datetime(2026, 12, 1, 12, tzinfo=beijing), event=Created(lineage=LINEAGE, realm="wechat"))
    written = (
        '{"at":"2026-12-01T12:00:00.000+08:00","campaign":null,"edition":null,"format_version":1,'
        f'"lineage":"{LINEAGE}","prev":"sha256:{"0" * 64}","realm":"wechat","serial":1,"type":"created"}}'
    )
    assert written.encode() == encode(new, 1, GENESIS)


def test_chinese_is_written_raw():
    new = as_new((SendInDoubt(attempt=1, reason="没有回答"), text("words")))
    assert '"reason":"没有回答"'.encode() in encode(new, 2, GENESIS)


def test_a_line_is_named_by_its_bytes():
    # printf '{}' | sha256sum
    assert "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" == chain_digest(b"{}")


def test_a_line_comes_back_as_it_was_said_but_for_less_than_a_millisecond():
    said = as_new(attempted(text("words")), at=NOW + timedelta(microseconds=123_456))
    entry = decode(encode(said, 7, "sha256:x"), 7, "sha256:x")
    assert (7, "sha256:x", NOW + timedelta(milliseconds=123)) == (entry.serial, entry.prev, entry.at)
    assert (said.event, "words", 1) == (entry.event, entry.campaign, entry.edition)


def test_the_fixture_holds_every_kind_of_entry():
    kinds = {json.loads(each)["type"] for each in (FIXTURES / "v1.in.jsonl").read_bytes().splitlines()}
    assert set(KINDS) == kinds


def test_a_version_1_ledger_is_written_again_byte_for_byte(tmp_path):
    entries = LocalLedger(FIXTURES / "v1.in.jsonl", tmp_path).read(0)
    again = LocalLedger(tmp_path / "again.jsonl", tmp_path)
    again.append(
        0, [NewEntry(at=e.at, event=e.event, campaign=e.campaign, edition=e.edition) for e in entries], durable=True
    )
    assert (FIXTURES / "v1.out.jsonl").read_bytes() == (tmp_path / "again.jsonl").read_bytes()


def test_a_version_1_ledger_still_leads_to_the_same_state(tmp_path):
    state = State()
    state.absorb_all(LocalLedger(FIXTURES / "v1.in.jsonl", tmp_path).read(0))
    names = [("2026-12-spring-sale", 1), ("2026-12-words", 1), ("2026-12-late", 1), ("2026-11-early", 2)]
    found = [status_of(state.record(CampaignName(name), edition)) for name, edition in [*names, ("2026-12-clip", 1)]]
    assert [Status.WITHDRAWN, Status.SENDING, Status.NEW, Status.SENDING, Status.STAGED] == found
    assert (40, "01JDXWBJ00ABCDEFGHJKMNPQRS", "wechat") == (state.serial, state.lineage, state.realm)


@pytest.mark.parametrize("name", ["v2.jsonl", "v1-with-a-newer-kind.jsonl"])
def test_a_ledger_of_a_newer_massctl_is_refused_and_not_called_corrupt(name, tmp_path):
    with pytest.raises(LedgerFutureVersionError, match="newer massctl"):
        LocalLedger(FIXTURES / name, tmp_path).read(0)


NEWER = {
    "version": line(format_version=2),
    "version with another head": b'{"type":"created","format_version":3,"epoch":1}',
    "kind": line(type="scheduled"),
    "no kind": line(type=...),
    "member": line(mood="good"),
    "realm": line(realm="moon"),
    "campaign of another type": line(campaign=7),
    "edition of another type": line(edition="first"),
}


@pytest.mark.parametrize("name", NEWER)
def test_what_a_newer_massctl_may_have_written(name):
    with pytest.raises(LedgerFutureVersionError):
        decode(NEWER[name], 1, GENESIS)


WRONG = {
    "no JSON": (b"{", "it is not JSON"),
    "nothing": (b"", "it is not JSON"),
    "NUL": (b"\0" * 40, "it is not JSON"),
    "not UTF-8": (line()[:-2] + b'\xff"}', "it is not JSON"),
    "UTF-16": (line().decode().encode("utf-16"), "it is not JSON"),
    "a byte order mark": (b"\xef\xbb\xbf" + line(), "it is not JSON"),
    "two objects": (line() * 2, "it is not JSON"),
    "a lone surrogate": (line(lineage="X").replace(b'"X"', rb'"\ud800"'), "it is not JSON"),
    "depth": (b"[" * 100_000, "it is not JSON"),
    "a list": (b"[1]", "it is not a ledger entry"),
    "a number": (b"7", "it is not a ledger entry"),
    "no time": (line(at=...), "it is not a ledger entry"),
    "no prev": (line(prev=...), "it is not a ledger entry"),
    "the serial of another": (line(serial=2), "its serial is 2"),
    "a serial of text": (line(serial="春" * 99), "its serial is '"),
    "the prev of another": (line(prev="sha256:" + "1" * 64), "it does not follow from the line before"),
    "no moment": (line(at="soon"), "its time cannot be read"),
    "a moment of another type": (line(at=7), "its time cannot be read"),
    "a moment without offset": (line(at="2026-12-01T12:00:00.000"), "its time cannot be read"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_line_of_this_ledger(name):
    data, why = WRONG[name]
    with pytest.raises(LedgerCorruptError) as caught:
        decode(data, 1, GENESIS)
    assert why in caught.value.detail
    assert "Entry 1" in caught.value.detail


NOT_AS_WRITTEN = {
    "blanks": line().replace(b":1,", b": 1,"),
    "a carriage return": line() + b"\r",
    "another order": json.dumps(CREATED, separators=(",", ":")).encode(),
    "a member twice": line().replace(b'"type"', b'"serial":1,"type"'),
    "escapes": line(lineage="X").replace(b'"X"', rb'"\u0058"'),
    "seconds without milliseconds": line(at="2026-12-01T12:00:00+08:00"),
    "a null that we leave out": line(reason=None),
}


@pytest.mark.parametrize("name", NOT_AS_WRITTEN)
def test_a_last_line_that_we_would_not_have_written_is_refused(name):
    entry = decode(NOT_AS_WRITTEN[name], 1, GENESIS)
    with pytest.raises(LedgerCorruptError, match="not what was written"):
        check_last(NOT_AS_WRITTEN[name], entry)


@pytest.mark.parametrize("number", [b"NaN", b"1e999"])
def test_a_last_line_with_a_number_that_json_cannot_hold_is_refused(number):
    written = encode(as_new(attempted(text("words"))), 2, "p").replace(b'"is_to_all":true', b'"is_to_all":' + number)
    with pytest.raises(LedgerCorruptError):
        check_last(written, decode(written, 2, "p"))


def test_the_line_that_we_write_is_as_written():
    assert check_last(line(), decode(line(), 1, GENESIS)) is None


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.characters(exclude_categories=["Cs"])) | st.none(),
)
def test_whatever_is_said_comes_back(moment, reason, rid):
    said = NewEntry(at=moment, event=SendInDoubt(attempt=1, reason=reason, rid=rid), campaign="words", edition=1)
    written = encode(said, 2, "p")
    entry = decode(written, 2, "p")
    assert said.event == entry.event
    assert written == encode(entry, 2, "p")
    assert b"\n" not in written


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda each: st.lists(each) | st.dictionaries(st.sampled_from([*CREATED, "x"]), each),
    ).map(lambda value: json.dumps(value).encode())
)
def test_any_bytes_are_an_entry_or_a_ledger_error(data):
    try:
        entry = decode(data, 1, GENESIS)
    except LedgerError:
        return
    assert entry.serial == 1


@given(
    st.dictionaries(
        st.sampled_from(sorted(CREATED)),
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()),
    )
)
def test_a_line_with_changed_members_is_an_entry_or_a_ledger_error(changes):
    written = json.dumps({**CREATED, **changes}).encode()
    try:
        check_last(written, decode(written, 1, GENESIS))
    except LedgerError:
        return
    assert line(**changes) == written


def test_an_offset_is_kept():
    moment = datetime(2026, 12, 1, 21, 30, tzinfo=timezone(timedelta(hours=8)))
    state = recorded((Expired(not_after=moment), text("words")))
    assert [moment] == state.record(CampaignName("words"), 1).expired_at
