"""Nothing that massctl writes of a message moves by a byte: requests, locks, digests and the entry of an attempt."""

from collections import Counter

from message_samples import DRAWN, KINDS, differing, drawn_file


def test_requests_locks_and_entries_are_those_of_the_file() -> None:
    assert [] == differing(), (
        "`tests/unit/render/message_samples.py CASE` prints what is written of a case"
    )


def test_every_kind_of_message_is_drawn_for_every_kind_of_audience() -> None:
    files = [drawn_file(seed) for seed in range(DRAWN)]
    drawn = Counter(
        (file.message_type, next(iter(file.audience.model_dump(exclude_none=True))))
        for file in files
    )
    assert len(KINDS) * 4 == len(drawn)
