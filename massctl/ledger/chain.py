"""The chain of a ledger's bytes: from some place in it to its end, every line verified.

Behind the last newline may stand nothing, a whole entry that lost its newline, or the beginning of one that a crash in
mid-write left. Everything else is damage, and so is a file without a byte.
"""

from dataclasses import dataclass

from massctl.ledger.codec import begins_entry, chain_digest, check_last, decode, empty_file, is_whole, no_beginning
from massctl.model.entries import GENESIS, Entry


@dataclass(frozen=True, slots=True)
class Followed:
    """What some bytes of a ledger hold."""

    entries: list[Entry]
    prev: str
    """Names the last line, as the next one's `prev` will."""
    whole_bytes: int
    """How far the entries reach; behind it is nothing, or a torn line."""
    last_bytes: int
    """Of the last line, without its newline."""
    newline_lost: bool
    """The last line is whole but for its newline."""

    @property
    def digests(self) -> list[str]:
        """The names of the lines, as the `prev` of their next."""
        return [*(entry.prev for entry in self.entries[1:]), self.prev][: len(self.entries)]


def follow_file(data: bytes | None) -> Followed:
    """Verify a whole ledger; None where there is none. Raises as `follow`, and for one without a byte."""
    if data == b"":
        raise empty_file()
    return follow(data or b"", 0, GENESIS)


def follow(data: bytes, serial: int, prev: str) -> Followed:
    """Verify the lines of `data`, which come after entry `serial`, named `prev`.

    Raises as `decode` does, also for a last line that is neither an entry nor the beginning of one.
    """
    *lines, last = data.split(b"\n")
    newline_lost = last != b"" and is_whole(last)
    if newline_lost:
        lines.append(last)
    entries: list[Entry] = []
    for number, line in enumerate(lines, serial + 1):
        entries.append(decode(line, number, prev))
        prev = chain_digest(line)
    if entries:
        check_last(lines[-1], entries[-1])
    following = serial + len(entries) + 1
    if last and not newline_lost and not begins_entry(last, following, prev):
        raise no_beginning(following)
    whole_bytes = sum(len(line) + 1 for line in lines) - (1 if newline_lost else 0)
    return Followed(entries, prev, whole_bytes, len(lines[-1]) if lines else 0, newline_lost)
