"""A damaged file: a torn last line is tolerated and repaired, anything else is refused and left alone."""

from pathlib import Path

import pytest
from building import LINEAGE, NOW, as_new, attempted, entries, news, saved, text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from massctl.errors import LedgerCorruptError, LedgerError, LedgerFutureVersionError, LedgerOlderError
from massctl.ledger.codec import chain_digest, encode
from massctl.ledger.local import LocalLedger
from massctl.ledger.newest import note_newest
from massctl.model.entries import Expired, NewEntry, SendAccepted, SendInDoubt
from massctl.model.ids import canonical_json

WORDS = text("words")
ENTRIES = entries(
    saved(news()),
    attempted(WORDS),
    (SendInDoubt(attempt=3, reason="没有回答"), WORDS),
    (SendAccepted(attempt=3, msg_id=7), WORDS),
)
LINES = [encode(entry, entry.serial, entry.prev) for entry in ENTRIES]
WHOLE = b"".join(each + b"\n" for each in LINES)
NEXT = as_new((Expired(not_after=NOW), WORDS))


def ledger(folder: Path, data: bytes) -> LocalLedger:
    (folder / "state.jsonl").write_bytes(data)
    return LocalLedger(folder / "state.jsonl", folder / "locks")


def refused(folder: Path, data: bytes) -> type[LedgerError] | None:
    """Give the error that reading raises, and make sure that the file stays as it is."""
    path = folder / "state.jsonl"
    try:
        ledger(folder, data).read(0)
    except LedgerError as error:
        assert data == path.read_bytes()
        return type(error)
    return None


def test_a_whole_file_is_read_whole(tmp_path):
    assert ENTRIES == ledger(tmp_path, WHOLE).read(0)


@pytest.mark.parametrize("since", range(7))
def test_only_entries_after_a_serial_are_given(since, tmp_path):
    assert ENTRIES[since:] == ledger(tmp_path, WHOLE).read(since)


@pytest.mark.slow
def test_a_file_cut_anywhere_reads_as_its_whole_lines_and_goes_on_from_there(tmp_path):
    """Every length that a crash in mid-write can leave; a line that lacks only its newline is whole."""
    short = WHOLE[: WHOLE.index(LINES[3])]
    ends = [len(b"\n".join(LINES[:count])) for count in (1, 2, 3)]
    for cut in range(1, len(short) + 1):
        torn = ledger(tmp_path, short[:cut])
        count = sum(end <= cut for end in ends)
        assert ENTRIES[:count] == torn.read(0)
        appended = torn.append(count, [NEXT], durable=False)
        data = (tmp_path / "state.jsonl").read_bytes()
        assert b"".join(each + b"\n" for each in LINES[:count]) == data[: -len(data.splitlines()[-1]) - 1]
        assert [*ENTRIES[:count], *appended] == LocalLedger(tmp_path / "state.jsonl", tmp_path).read(0)


def test_reading_a_torn_file_changes_nothing(tmp_path):
    torn = ledger(tmp_path, WHOLE[:-9])
    torn.read(0)
    assert WHOLE[:-9] == (tmp_path / "state.jsonl").read_bytes()


NEXT_LINE = encode(NEXT, 6, chain_digest(LINES[-1]))


def test_every_beginning_of_the_next_entry_behind_the_last_newline_is_torn(tmp_path):
    for cut in range(1, len(NEXT_LINE)):
        torn = ledger(tmp_path, WHOLE + NEXT_LINE[:cut])
        assert ENTRIES == torn.read(0), cut
        assert [6] == [entry.serial for entry in torn.append(5, [NEXT], durable=False)]
        assert WHOLE + NEXT_LINE + b"\n" == (tmp_path / "state.jsonl").read_bytes()


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
def test_anything_else_behind_the_last_newline_is_damage(tail, tmp_path):
    assert LedgerCorruptError is refused(tmp_path, WHOLE + tail)


@pytest.mark.parametrize("data", [b"", bytes(4096), b"\n", b" "])
def test_a_file_without_an_entry_is_damage_and_no_new_ledger(data, tmp_path):
    assert LedgerCorruptError is refused(tmp_path, data)


def test_the_beginning_of_a_first_entry_is_damage_where_this_machine_saw_it_whole(tmp_path):
    (tmp_path / "locks").mkdir()
    assert [] == ledger(tmp_path, LINES[0][:-9]).read(0)
    note_newest(tmp_path / "locks", LINEAGE, 1, chain_digest(LINES[0]))
    assert LedgerOlderError is refused(tmp_path, LINES[0][:-9])


@pytest.mark.parametrize("kept", [LINES[-1], b"{}", b"7", b'{"type":"created","format_version":9}'])
def test_a_whole_line_behind_the_last_newline_is_no_torn_one(kept, tmp_path):
    """Only the last byte of an object makes it JSON: this was written to its end, and not by a crash."""
    assert refused(tmp_path, WHOLE + kept) in (LedgerCorruptError, LedgerFutureVersionError)


def test_a_newer_kind_of_entry_that_lost_its_newline_is_not_cut_off(tmp_path):
    head = {"serial": 6, "prev": chain_digest(LINES[-1]), "at": NOW.isoformat(), "campaign": "words", "edition": 1}
    newer = canonical_json({**head, "type": "scheduled"}).encode()
    assert LedgerFutureVersionError is refused(tmp_path, WHOLE + newer)


@pytest.mark.slow
def test_a_changed_byte_anywhere_but_in_the_last_line_is_refused(tmp_path):
    for place in range(len(WHOLE) - len(LINES[-1]) - 1):
        for mask in (0x01, 0x20):
            changed = bytearray(WHOLE)
            changed[place] ^= mask
            assert refused(tmp_path, bytes(changed)) is not None, (place, mask)


@pytest.mark.parametrize("byte", [b"\0", b"\n", b"\r", b" ", b"x"])
def test_a_byte_too_many_anywhere_but_behind_the_last_newline_is_refused(byte, tmp_path):
    for place in range(0, len(WHOLE), 7):
        assert refused(tmp_path, WHOLE[:place] + byte + WHOLE[place:]) is not None, place


@pytest.mark.slow
def test_a_byte_too_few_anywhere_but_at_the_end_is_refused(tmp_path):
    for place in range(len(WHOLE) - len(LINES[-1]) - 1):
        assert refused(tmp_path, WHOLE[:place] + WHOLE[place + 1 :]) is not None, place


@pytest.mark.parametrize("gone", range(len(LINES) - 1))
def test_a_removed_line_is_refused(gone, tmp_path):
    lines = LINES[:gone] + LINES[gone + 1 :]
    assert LedgerCorruptError is refused(tmp_path, b"".join(each + b"\n" for each in lines))


@pytest.mark.parametrize("twice", range(len(LINES)))
def test_a_duplicated_line_is_refused(twice, tmp_path):
    lines = LINES[: twice + 1] + LINES[twice:]
    assert LedgerCorruptError is refused(tmp_path, b"".join(each + b"\n" for each in lines))


@pytest.mark.parametrize("first", range(len(LINES) - 1))
def test_swapped_lines_are_refused(first, tmp_path):
    lines = [*LINES[:first], LINES[first + 1], LINES[first], *LINES[first + 2 :]]
    assert LedgerCorruptError is refused(tmp_path, b"".join(each + b"\n" for each in lines))


def test_a_line_of_another_ledger_is_refused(tmp_path):
    other = entries(attempted(text("other")), attempted(WORDS))
    lines = [LINES[0], encode(other[1], 2, other[1].prev), *LINES[2:]]
    assert LedgerCorruptError is refused(tmp_path, b"".join(each + b"\n" for each in lines))


@pytest.mark.parametrize("count", [1, len(LINES)])
def test_carriage_returns_are_refused(count, tmp_path):
    assert LedgerCorruptError is refused(tmp_path, b"".join(each + b"\r\n" for each in LINES[:count]))


def test_a_blank_line_is_refused(tmp_path):
    assert LedgerCorruptError is refused(tmp_path, WHOLE + b"\n")


def test_a_last_line_that_is_no_entry_is_refused_where_it_has_its_newline(tmp_path):
    assert LedgerCorruptError is refused(tmp_path, WHOLE[:-9] + b"\n")


def test_a_byte_order_mark_is_refused(tmp_path):
    assert LedgerCorruptError is refused(tmp_path, b"\xef\xbb\xbf" + WHOLE)


def test_the_first_line_is_checked_as_the_others_are(tmp_path):
    changed = LINES[0].replace(LINEAGE.encode(), b"01JDXW00000000000000000001")
    assert LedgerCorruptError is refused(tmp_path, b"".join(each + b"\n" for each in [changed, *LINES[1:]]))


def test_an_error_says_which_entry_and_how_to_go_on(tmp_path):
    with pytest.raises(LedgerCorruptError) as caught:
        ledger(tmp_path, WHOLE.replace(b'"words"', b'"wards"', 1)).read(0)
    assert "Entry 4 was changed or is missing" in caught.value.detail
    assert "massctl state verify" in caught.value.hint
    assert 5 == caught.value.exit_status


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.binary(max_size=300) | st.lists(st.sampled_from([*LINES, b"", b"{}", b"\0", b"\r"]), max_size=8).map(b"\n".join)
)
def test_any_file_is_a_ledger_or_a_ledger_error(tmp_path, data):
    found = ledger(tmp_path, data)
    try:
        known = found.read(0)
        found.append(len(known), [NEXT], durable=False)
    except LedgerError:
        assert data == (tmp_path / "state.jsonl").read_bytes()
        return
    assert len(known) + 1 == len(LocalLedger(tmp_path / "state.jsonl", tmp_path).read(0))


def test_a_new_entry_needs_an_offset():
    with pytest.raises(ValueError, match="timezone"):
        NewEntry(at=NOW.replace(tzinfo=None), event=Expired(not_after=NOW))
