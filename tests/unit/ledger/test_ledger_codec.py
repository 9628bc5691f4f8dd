"""The ledger's bytes: the round trip, and every way in which a file is no ledger, or one whose last line is torn."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from building import LINEAGE, NOW, as_new, attempted, entries, news, recorded, saved, text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from massctl.errors import LedgerCorruptError, LedgerError, LedgerFutureVersionError
from massctl.ledger.codec import (
    BEGIN,
    chain_digest,
    check_form,
    decode,
    encode,
    follow,
    follow_file,
    sound_part,
)
from massctl.ledger.high_water_mark import Mark, note_writing
from massctl.ledger.local_file import LocalLedger
from massctl.model.entries import (
    GENESIS,
    KINDS,
    Created,
    Expired,
    NewEntry,
    SendAccepted,
    SendInDoubt,
)
from massctl.model.ids import CampaignName, canonical_json
from massctl.model.state import State, Status, status_of

FIXTURES = Path(__file__).parents[2] / "fixtures" / "ledger"
CREATED: dict[str, Any] = {
    "serial": 1, "prev": GENESIS, "at": "2026-12-01T12:00:00.000+08:00", "campaign": None, "edition": None,
    "type": "created", "format_version": 1, "lineage": LINEAGE, "realm": "wechat",
}  # fmt: skip


def line(**changes: Any) -> bytes:
    """Write a first line by hand; a change to `...` leaves a member out."""
    return canonical_json(
        {key: value for key, value in {**CREATED, **changes}.items() if value is not ...}
    ).encode()


def test_the_first_line_of_a_ledger_byte_for_byte():
    beijing = timezone(timedelta(hours=8))
    new = NewEntry(
        at=datetime(2026, 12, 1, 12, tzinfo=beijing), event=Created(lineage=LINEAGE, realm="wechat")
    )
    written = (
        '{"at":"2026-12-01T12:00:00.000+08:00","campaign":null,"edition":null,"format_version":1,'
        f'"lineage":"{LINEAGE}","prev":"sha256:{"0" * 64}","realm":"wechat","serial":1,"type":"created"}}'
    )
    assert written.encode() == encode(new, 1, GENESIS)


def test_chinese_is_written_raw():
    new = as_new(
        (SendInDoubt(attempt=1, reason="errcode", errcode=-1, errmsg="系统繁忙"), text("words"))
    )
    assert '"errmsg":"系统繁忙"'.encode() in encode(new, 2, GENESIS)


def test_a_line_is_named_by_its_bytes():
    # printf '{}' | sha256sum
    assert (
        "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        == chain_digest(b"{}")
    )


def test_a_line_comes_back_as_it_was_said_but_for_less_than_a_millisecond():
    said = as_new(attempted(text("words")), at=NOW + timedelta(microseconds=123_456))
    entry = decode(encode(said, 7, "sha256:x"), 7, "sha256:x")
    assert (7, "sha256:x", NOW + timedelta(milliseconds=123)) == (
        entry.serial,
        entry.prev,
        entry.at,
    )
    assert (said.event, "words", 1) == (entry.event, entry.campaign, entry.edition)


def test_the_fixture_holds_every_kind_of_entry():
    files = [(FIXTURES / name).read_bytes() for name in ("v1.in.jsonl", "signed.jsonl")]
    kinds = {json.loads(each)["type"] for data in files for each in data.splitlines()}
    assert set(KINDS) == kinds


def test_a_version_1_ledger_is_written_again_byte_for_byte(tmp_path):
    entries = LocalLedger(FIXTURES / "v1.in.jsonl", tmp_path).read(0)
    again = LocalLedger(tmp_path / "again.jsonl", tmp_path)
    again.append(
        0,
        [NewEntry(at=e.at, event=e.event, campaign=e.campaign, edition=e.edition) for e in entries],
        durable=True,
    )
    assert (FIXTURES / "v1.out.jsonl").read_bytes() == (tmp_path / "again.jsonl").read_bytes()


def test_a_version_1_ledger_still_leads_to_the_same_state(tmp_path):
    state = State()
    state.absorb_all(LocalLedger(FIXTURES / "v1.in.jsonl", tmp_path).read(0))
    names = [
        ("2026-12-spring-sale", 1),
        ("2026-12-words", 1),
        ("2026-12-late", 1),
        ("2026-11-early", 2),
    ]
    found = [
        status_of(state.record(CampaignName(name), edition))
        for name, edition in [*names, ("2026-12-clip", 1)]
    ]
    assert [Status.WITHDRAWN, Status.SENDING, Status.NEW, Status.SENDING, Status.STAGED] == found
    assert (53, "01JDXWBJ00ABCDEFGHJKMNPQRS", "wechat") == (
        state.serial,
        state.lineage,
        state.realm,
    )


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
    "the prev of another": (
        line(prev="sha256:" + "1" * 64),
        "it does not follow from the line before",
    ),
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
    with pytest.raises(LedgerCorruptError, match="is damaged"):
        check_form(NOT_AS_WRITTEN[name], entry)


@pytest.mark.parametrize("number", [b"NaN", b"1e999"])
def test_a_last_line_with_a_number_that_json_cannot_hold_is_refused(number):
    written = encode(as_new(attempted(text("words"))), 2, "p").replace(
        b'"is_to_all":true', b'"is_to_all":' + number
    )
    with pytest.raises(LedgerCorruptError):
        check_form(written, decode(written, 2, "p"))


def test_the_line_that_we_write_is_as_written():
    assert check_form(line(), decode(line(), 1, GENESIS)) is None


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.characters(exclude_categories=["Cs"])) | st.none(),
)
def test_whatever_is_said_comes_back(moment, errmsg, rid):
    doubt = SendInDoubt(attempt=1, reason="errcode", errcode=-1, errmsg=errmsg, rid=rid)
    said = NewEntry(at=moment, event=doubt, campaign="words", edition=1)
    written = encode(said, 2, "p")
    entry = decode(written, 2, "p")
    assert said.event == entry.event
    assert written == encode(entry, 2, "p")
    assert b"\n" not in written


@pytest.mark.slow
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
        check_form(written, decode(written, 1, GENESIS))
    except LedgerError:
        return
    assert line(**changes) == written


def test_an_offset_is_kept():
    moment = datetime(2026, 12, 1, 21, 30, tzinfo=timezone(timedelta(hours=8)))
    state = recorded((Expired(not_after=moment), text("words")))
    assert [moment] == state.record(CampaignName("words"), 1).expired_at


WORDS = text("words")
ENTRIES = entries(
    saved(news()),
    attempted(WORDS),
    (SendInDoubt(attempt=3, reason="answer_not_unpacked"), WORDS),
    (SendAccepted(attempt=3, msg_id=7), WORDS),
)
LINES = [encode(entry, entry.serial, entry.prev) for entry in ENTRIES]
WHOLE = b"".join(each + b"\n" for each in LINES)
NEXT = as_new((Expired(not_after=NOW), WORDS))


def ledger(folder: Path, data: bytes) -> LocalLedger:
    (folder / "state.jsonl").write_bytes(data)
    return LocalLedger(folder / "state.jsonl", folder / "locks")


def torn(folder: Path, data: bytes) -> LocalLedger:
    """Give a ledger that was torn here, behind its first entry."""
    note_writing(folder / "locks", Mark(LINEAGE, 1, chain_digest(LINES[0]), 0))
    return ledger(folder, data)


def refused(data: bytes) -> type[LedgerError] | None:
    """Give the error that reading raises."""
    try:
        follow_file(data)
    except LedgerError as error:
        return type(error)
    return None


@pytest.mark.parametrize("count", range(6))
def test_lines_are_read_from_any_end_on(count):
    """Whole, or behind some lines that were verified before."""
    start = sum(len(line) + 1 for line in LINES[:count])
    before, end = follow(WHOLE[:start])
    rest, last = follow(WHOLE[start:], end)
    assert (ENTRIES[:count], ENTRIES[count:]) == (before, rest)
    assert chain_digest(LINES[-1]) == last.digest
    at_once = BEGIN.after(LINES[:count], last.signing).after(LINES[count:], last.signing)
    assert last == at_once == follow_file(WHOLE)[1]


def test_a_line_that_lost_its_newline_ends_as_one_that_has_it():
    assert follow_file(WHOLE) == follow(WHOLE[:-1])


@pytest.mark.parametrize(
    ("damaged", "kept"),
    [
        (WHOLE, 5),
        (WHOLE[:-1], 5),
        (WHOLE + bytes(9), 5),
        (WHOLE + LINES[1] + b"\n", 5),
        (WHOLE.replace(b'"words"', b'"wards"', 1), 2),
        (WHOLE[:-9], 4),
        (b"\n" + WHOLE, 0),
        (b"", 0),
    ],
)
def test_the_sound_part_ends_before_the_first_line_that_does_not_follow(damaged, kept):
    entries, end = sound_part(damaged)
    assert (ENTRIES[:kept], kept) == (entries, end.serial)


def test_a_line_of_a_newer_massctl_ends_no_sound_part():
    newer = canonical_json({**json.loads(NEXT_LINE), "type": "scheduled"}).encode()
    with pytest.raises(LedgerFutureVersionError):
        sound_part(WHOLE + newer + b"\n")


def test_only_in_depth_every_line_is_compared_with_its_form():
    """A line that follows, and that the next one names, but that massctl would not have written."""
    odd = LINES[0].replace(b'"serial":1', b'"serial": 1')
    second = encode(ENTRIES[1], 2, chain_digest(odd))
    assert 2 == len(follow(odd + b"\n" + second + b"\n")[0])
    with pytest.raises(LedgerCorruptError) as caught:
        follow(odd + b"\n" + second + b"\n", deep=True)
    assert "Entry 1" in caught.value.detail
    assert ENTRIES == follow(WHOLE, deep=True)[0]


def test_every_field_has_its_type():
    odd = canonical_json({**json.loads(LINES[4]), "msg_id": "7"}).encode()
    with pytest.raises(LedgerFutureVersionError):
        follow(b"".join(each + b"\n" for each in [*LINES[:4], odd]))


@pytest.mark.night
@pytest.mark.slow
def test_a_file_cut_anywhere_reads_as_its_whole_lines_and_goes_on_from_there(tmp_path):
    """Every length that a crash in mid-write can leave; a line that lacks only its newline is whole."""
    short = WHOLE[: WHOLE.index(LINES[3])]
    ends = [len(b"\n".join(LINES[:count])) for count in (1, 2, 3)]
    for cut in range(ends[0], len(short) + 1):
        found = torn(tmp_path, short[:cut])
        count = sum(end <= cut for end in ends)
        assert ENTRIES[:count] == found.read(0)
        appended = found.append(count, [NEXT], durable=False)
        data = (tmp_path / "state.jsonl").read_bytes()
        assert (
            b"".join(each + b"\n" for each in LINES[:count])
            == data[: -len(data.splitlines()[-1]) - 1]
        )
        assert [*ENTRIES[:count], *appended] == LocalLedger(
            tmp_path / "state.jsonl", tmp_path
        ).read(0)


NEXT_LINE = encode(NEXT, 6, chain_digest(LINES[-1]))


@pytest.mark.slow
def test_every_beginning_of_the_next_entry_behind_the_last_newline_is_torn(tmp_path):
    for cut in range(1, len(NEXT_LINE)):
        found = torn(tmp_path, WHOLE + NEXT_LINE[:cut])
        assert ENTRIES == found.read(0), cut
        assert [6] == [entry.serial for entry in found.append(5, [NEXT], durable=False)]
        assert WHOLE + NEXT_LINE + b"\n" == (tmp_path / "state.jsonl").read_bytes()


@pytest.mark.slow
def test_a_file_cut_within_a_line_is_damage_where_nobody_was_writing_it(tmp_path):
    """Within the first line too: a ledger gets its name with its first entry whole."""
    ends = [len(b"\n".join(LINES[:count])) for count in range(1, 6)]
    for cut in range(1, len(WHOLE)):
        if not {cut, cut - 1} & {*ends}:
            with pytest.raises(LedgerCorruptError, match="in the middle of an entry"):
                ledger(tmp_path, WHOLE[:cut]).read(0)


MARKS = {
    "of another ledger": ("01JDXW99999999999999999999", 1, chain_digest(LINES[0])),
    "of one that never began": ("01JDXW99999999999999999999", 0, ""),
}


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
def test_a_mark_of_another_ledger_tells_nothing_of_this_one(tmp_path, mark):
    note_writing(tmp_path / "locks", Mark(*mark, 0))
    with pytest.raises(LedgerCorruptError, match="in the middle of an entry"):
        ledger(tmp_path, WHOLE + NEXT_LINE[:40]).read(0)


NO_BEGINNINGS = {
    "zeros": b"\0" * 512,
    "zeros behind a beginning": NEXT_LINE[:40] + b"\0" * 9,
    "no UTF-8": b"\xff",
    "a list": b"[1,",
    "words": b"not json",
    "a blank": b" ",
    "a blank behind the brace": b"{ ",
    "blanks between": NEXT_LINE[:60].replace(b":", b": "),
    "keys out of order": b'{"type":"expired","at"',
    "half of another entry": LINES[1][:-20],
    "of another chain": NEXT_LINE.replace(b'"prev":"sha256:', b'"prev":"sha256:0')[:-9],
    "a brace too many": b'{"at":1}}',
    "brackets that do not fit": b'{"at":[1}',
    "too deep": b'{"a":' * 9,
    "a huge number": b'{"at":' + b"9" * 5000,
    "an editor's mark": b"\xef\xbb\xbf" + NEXT_LINE[:30],
}


@pytest.mark.parametrize("tail", NO_BEGINNINGS.values(), ids=NO_BEGINNINGS)
def test_anything_else_behind_the_last_newline_is_damage(tail):
    assert LedgerCorruptError is refused(WHOLE + tail)


@pytest.mark.parametrize("data", [b"", bytes(4096), b"\n", b" "])
def test_a_file_without_an_entry_is_damage_and_no_new_ledger(data):
    assert LedgerCorruptError is refused(data)


@pytest.mark.parametrize("kept", [LINES[-1], b"{}", b"7", b'{"type":"created","format_version":9}'])
def test_a_whole_line_behind_the_last_newline_is_no_torn_one(kept):
    """Only the last byte of an object makes it JSON: this was written to its end, and not by a crash."""
    assert refused(WHOLE + kept) in (LedgerCorruptError, LedgerFutureVersionError)


def test_a_newer_kind_of_entry_that_lost_its_newline_is_not_cut_off():
    head = {
        "serial": 6,
        "prev": chain_digest(LINES[-1]),
        "at": NOW.isoformat(),
        "campaign": "words",
        "edition": 1,
    }
    newer = canonical_json({**head, "type": "scheduled"}).encode()
    assert LedgerFutureVersionError is refused(WHOLE + newer)


@pytest.mark.slow
def test_a_changed_byte_anywhere_but_in_the_last_line_is_refused():
    for place in range(len(WHOLE) - len(LINES[-1]) - 1):
        for mask in (0x01, 0x20):
            changed = bytearray(WHOLE)
            changed[place] ^= mask
            assert refused(bytes(changed)) is not None, (place, mask)


@pytest.mark.parametrize("byte", [b"\0", b"\n", b"\r", b" ", b"x"])
def test_a_byte_too_many_anywhere_but_behind_the_last_newline_is_refused(byte):
    for place in range(0, len(WHOLE), 7):
        assert refused(WHOLE[:place] + byte + WHOLE[place:]) is not None, place


@pytest.mark.slow
def test_a_byte_too_few_anywhere_but_at_the_end_is_refused():
    for place in range(len(WHOLE) - len(LINES[-1]) - 1):
        assert refused(WHOLE[:place] + WHOLE[place + 1 :]) is not None, place


@pytest.mark.parametrize("gone", range(len(LINES) - 1))
def test_a_removed_line_is_refused(gone):
    lines = LINES[:gone] + LINES[gone + 1 :]
    assert LedgerCorruptError is refused(b"".join(each + b"\n" for each in lines))


@pytest.mark.parametrize("twice", range(len(LINES)))
def test_a_duplicated_line_is_refused(twice):
    lines = LINES[: twice + 1] + LINES[twice:]
    assert LedgerCorruptError is refused(b"".join(each + b"\n" for each in lines))


@pytest.mark.parametrize("first", range(len(LINES) - 1))
def test_swapped_lines_are_refused(first):
    lines = [*LINES[:first], LINES[first + 1], LINES[first], *LINES[first + 2 :]]
    assert LedgerCorruptError is refused(b"".join(each + b"\n" for each in lines))


def test_a_line_of_another_ledger_is_refused():
    other = entries(attempted(text("other")), attempted(WORDS))
    lines = [LINES[0], encode(other[1], 2, other[1].prev), *LINES[2:]]
    assert LedgerCorruptError is refused(b"".join(each + b"\n" for each in lines))


@pytest.mark.parametrize("count", [1, len(LINES)])
def test_carriage_returns_are_refused(count):
    assert LedgerCorruptError is refused(b"".join(each + b"\r\n" for each in LINES[:count]))


def test_a_blank_line_is_refused():
    assert LedgerCorruptError is refused(WHOLE + b"\n")


def test_a_last_line_that_is_no_entry_is_refused_where_it_has_its_newline():
    assert LedgerCorruptError is refused(WHOLE[:-9] + b"\n")


def test_a_byte_order_mark_is_refused():
    assert LedgerCorruptError is refused(b"\xef\xbb\xbf" + WHOLE)


def test_the_first_line_is_checked_as_the_others_are():
    changed = LINES[0].replace(LINEAGE.encode(), b"01JDXW00000000000000000001")
    assert LedgerCorruptError is refused(b"".join(each + b"\n" for each in [changed, *LINES[1:]]))


def test_an_error_says_which_entry_and_how_to_go_on(tmp_path):
    with pytest.raises(LedgerCorruptError) as caught:
        follow_file(WHOLE.replace(b'"words"', b'"wards"', 1))
    assert "Entry 4 was changed or is missing" in caught.value.detail
    assert "massctl state verify" in caught.value.hint
    assert 5 == caught.value.exit_status


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.binary(max_size=300)
    | st.lists(st.sampled_from([*LINES, b"", b"{}", b"\0", b"\r"]), max_size=8).map(b"\n".join)
)
def test_any_file_is_a_ledger_or_a_ledger_error(tmp_path, data):
    found = ledger(tmp_path, data)
    try:
        known = found.read(0)
        found.append(len(known), [NEXT if known else as_new(ENTRIES[0].event)], durable=False)
    except LedgerError:
        assert data == (tmp_path / "state.jsonl").read_bytes()
        return
    assert len(known) + 1 == len(LocalLedger(tmp_path / "state.jsonl", tmp_path).read(0))


def test_a_new_entry_needs_an_offset():
    with pytest.raises(ValueError, match="timezone"):
        NewEntry(at=NOW.replace(tzinfo=None), event=Expired(not_after=NOW))
