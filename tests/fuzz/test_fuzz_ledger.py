"""A ledger whose bytes were changed: a beginning of what was written, or refused; and never changed by reading."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from building import attempted, entries, news, previewed, reviewers, saved, text
from fuzzing import altered, ending, examples, json_values, mutated, peak_bytes
from hypothesis import example, given
from hypothesis import strategies as st

from massctl.errors import LedgerError
from massctl.ledger.codec import chain_digest, encode
from massctl.ledger.local_file import LocalLedger
from massctl.model.entries import GENESIS, Expired, JobStatus, NewEntry, SendAccepted, SendInDoubt
from massctl.model.state import State

SALE = news(recipients=reviewers("editor_li"))
WORDS = text("words")
ENTRIES = entries(
    saved(SALE),
    previewed(SALE),
    attempted(WORDS),
    (SendInDoubt(attempt=4, reason="connection_cut"), WORDS),
    (SendAccepted(attempt=4, msg_id=7), WORDS),
    (JobStatus(msg_id=7, status="sent"), WORDS),
)
LINES = [encode(entry, entry.serial, entry.prev) for entry in ENTRIES]
WHOLE = b"".join(line + b"\n" for line in LINES)
DOCUMENTS = [json.loads(line) for line in LINES]
WORD = [
    "type",
    "serial",
    "prev",
    "at",
    "campaign",
    "edition",
    "created",
    "format_version",
    "send_attempted",
    "digest",
]


@st.composite
def shuffled(draw: st.DrawFn) -> bytes:
    """Drop, double, swap and join lines, and tear the last one."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 3))):
        at, to = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["drop", "double", "swap", "join", "blank"])):
            case "drop" if len(lines) > 1:
                del lines[at]
            case "double":
                lines.insert(to, lines[at])
            case "swap":
                lines[at], lines[to] = lines[to], lines[at]
            case "join" if at + 1 < len(lines):
                lines[at : at + 2] = [
                    lines[at] + draw(st.sampled_from([b"", b" ", b"\r", b","])) + lines[at + 1]
                ]
            case "blank":
                lines.insert(
                    at, draw(st.sampled_from([b"", b" ", b"\r", b"{}", b"null", b"\xef\xbb\xbf"]))
                )
    data = b"".join(line + b"\n" for line in lines)
    return data[: len(data) - draw(st.sampled_from([0, 0, 1, 2, 30]))]


@st.composite
def rewritten(draw: st.DrawFn) -> bytes:
    """Change one value of one line as somebody with an editor would."""
    at = draw(st.integers(0, len(LINES) - 1))
    document = draw(altered(DOCUMENTS[at]) | json_values(WORD))
    line = json.dumps(document, ensure_ascii=draw(st.booleans()), separators=(",", ":"))
    lines = [*LINES[:at], line.encode("utf-8", "surrogatepass"), *LINES[at + 1 :]]
    return b"".join(each + b"\n" for each in lines)


def chained(documents: list[Any]) -> bytes:
    """Write documents as lines whose chain holds, as a writer with other ideas would."""
    prev, lines = GENESIS, []
    for serial, document in enumerate(documents, 1):
        fields = (
            {**document, "serial": serial, "prev": prev} if isinstance(document, dict) else document
        )
        lines.append(
            json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
                "utf-8", "surrogatepass"
            )
        )
        prev = chain_digest(lines[-1])
    return b"".join(line + b"\n" for line in lines)


@st.composite
def foreign(draw: st.DrawFn) -> bytes:
    """Change one value, and write a chain that holds again."""
    at = draw(st.integers(0, len(LINES) - 1))
    return chained([*DOCUMENTS[:at], draw(altered(DOCUMENTS[at])), *DOCUMENTS[at + 1 :]])


def read(data: bytes) -> list[Any] | None:
    """Read a ledger of these bytes; None where it is refused. The file stays as it is either way."""
    with tempfile.TemporaryDirectory() as folder, ending():
        path = Path(folder) / "massctl.state.jsonl"
        path.write_bytes(data)
        try:
            return list(LocalLedger(path, Path(folder) / "locks").read(0))
        except LedgerError as error:
            for said in (error.summary, error.detail, error.hint):
                assert len(said) < 500
                assert said.isprintable(), said
            return None
        finally:
            assert data == path.read_bytes()
            assert ["massctl.state.jsonl"] == [each.name for each in Path(folder).iterdir()]


@given(
    mutated(st.just(WHOLE), [*LINES, b"\n", b"\r\n", b"{}", b"9" * 5000, b"1e999"])
    | shuffled()
    | rewritten()
)
@examples(300)
@example(WHOLE.replace(b'"serial":3', b'"serial":true'))
@example(WHOLE.replace(b'"serial":3', b'"serial":3.0'))
@example(WHOLE.replace(b'"serial":3', b'"serial":' + b"9" * 4000))
@example(WHOLE.replace(b'"serial":3', b'"serial":-' + b"9" * 5000))
@example(WHOLE.replace(b'"format_version":1', b'"format_version":' + b"9" * 4300))
@example(b"[" * 100_000)
@example(b'{"a":' * 100_000)
@example(WHOLE + b"[" * 100_000)
@example(b"\xef\xbb\xbf" + WHOLE)
@example(WHOLE.replace(b"\n", b"\r\n"))
@example(LINES[0].replace(b'"lineage":"0', b'"lineage":"'))
def test_a_changed_ledger_is_a_beginning_of_the_old_one_or_refused(data):
    """But for the last line, which no later one proves: there a value may be another one of its kind."""
    found = read(data)
    assert found is None or ENTRIES[: len(found)][:-1] == found[:-1]
    assert found is None or len(found) <= len(ENTRIES)


@pytest.mark.parametrize(
    "line",
    [b"[" * 2_000_000, b"[" + b"0," * 1_000_000 + b"0]", b'{"type":"' + b"x" * 2_000_000 + b'"}'],
)
def test_a_huge_line_takes_no_more_than_its_size_allows(line):
    found = []
    assert peak_bytes(lambda: found.append(read(WHOLE + line + b"\n"))) < 30 * len(line)
    assert [None] == found


@given(foreign())
@examples(200)
@example(chained([{**DOCUMENTS[0], "at": "0001-01-01T00:00:00+23:59"}, *DOCUMENTS[1:]]))
@example(chained([{**DOCUMENTS[0], "at": "9999-12-31T23:59:59-23:59"}, *DOCUMENTS[1:]]))
@example(chained([{**DOCUMENTS[0], "format_version": 10**4299}, *DOCUMENTS[1:]]))
@example(chained([DOCUMENTS[0], DOCUMENTS[5], *DOCUMENTS[1:]]))
@example(chained([DOCUMENTS[0], DOCUMENTS[6], DOCUMENTS[5]]))
@example(chained([DOCUMENTS[0], DOCUMENTS[0]]))
@example(chained(DOCUMENTS[3:]))
def test_a_ledger_that_no_massctl_wrote_is_read_or_refused_but_never_a_bug(data):
    """The chain proves only that lines belong together: what stands in them may be anything."""
    found = read(data)
    if found is not None:
        state = State()
        try:
            state.absorb_all(found)
        except LedgerError:
            return


@given(mutated(st.just(WHOLE)))
@examples(40)
def test_what_is_appended_to_a_changed_ledger_keeps_its_beginning(data):
    with tempfile.TemporaryDirectory() as folder, ending():
        path = Path(folder) / "massctl.state.jsonl"
        path.write_bytes(data)
        ledger = LocalLedger(path, Path(folder) / "locks")
        try:
            before = list(ledger.read(0))
        except LedgerError:
            return
        new = NewEntry(
            at=ENTRIES[0].at, event=Expired(not_after=ENTRIES[0].at), campaign=WORDS.name, edition=1
        )
        appended = ledger.append(len(before), [new], durable=False)
        assert [*before, *appended] == list(LocalLedger(path, Path(folder) / "locks").read(0))
