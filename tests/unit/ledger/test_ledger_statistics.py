"""The archive of statistics: append-only, the newest word counts, and nothing torn is believed."""

import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from statistics_samples import APPID, SEEN, SENT, account_day, article_day, asked

from massctl.errors import LedgerError
from massctl.ledger.statistics import LocalStatistics
from massctl.model.ids import AppId
from massctl.model.statistics import StatisticsCall

ME = AppId(APPID)


@pytest.fixture
def archive(tmp_path: Path) -> LocalStatistics:
    return LocalStatistics(tmp_path / "massctl.state.statistics")


def lines(tmp_path: Path, name: str) -> list[str]:
    return (
        (tmp_path / "massctl.state.statistics" / APPID / name)
        .read_text(encoding="utf-8")
        .splitlines()
    )


NEWER_THAN_UNICODE = "\u0378"
"""No character of today; one of tomorrow may be in a title."""
FULL = article_day(
    content_url="https://mp.weixin.qq.com/s/abc",
    publish_type=0,
    is_delay=True,
    read_user_source={"公众号消息": 7, "推荐": 3, NEWER_THAN_UNICODE: 1},
    read_finish_rate=0.5,
    read_jump_position={1: 0.2, 5: 0.8},
    praise_money=0,
)


def test_reading_an_archive_that_is_not_there_writes_nothing(
    archive: LocalStatistics, tmp_path: Path
):
    assert {} == archive.load(ME).articles
    assert [] == list(tmp_path.iterdir())


def test_an_archive_that_is_a_file_is_not_an_empty_one(archive: LocalStatistics, tmp_path: Path):
    (tmp_path / "massctl.state.statistics").write_text("", encoding="utf-8")
    with pytest.raises(LedgerError, match="cannot be read"):
        archive.load(ME)


def test_what_is_added_is_read_again(archive: LocalStatistics):
    day = account_day(new_user={0: 3, 30: 1}, cancel_user={})
    archived = archive.add(ME, [FULL], [day], asked(rows=2))
    assert ((FULL,), (day,), {}) == (archived.articles, archived.days, archived.before.articles)
    found = archive.load(ME)
    assert (FULL,) == found.articles["100_1"]
    assert day == found.account[SENT]
    assert (asked(rows=2),) == archive.calls(ME, SENT)


def test_a_row_that_says_nothing_new_is_not_written_again(archive: LocalStatistics, tmp_path: Path):
    archive.add(ME, [FULL], [account_day(read_user=5)], asked())
    later = SEEN + timedelta(hours=2)
    again = article_day(
        **{name: getattr(FULL, name) for name in FULL.__struct_fields__ if name not in _PLACES}
        | {"seen_at": later}
    )
    archived = archive.add(ME, [again], [account_day(read_user=5, seen=later)], asked(at=later))
    assert ((), (), (FULL,)) == (
        archived.articles,
        archived.days,
        archived.before.articles["100_1"],
    )
    assert (
        1
        == len(lines(tmp_path, "articles-2026-11.jsonl"))
        == len(lines(tmp_path, "account-2026-11.jsonl"))
    )
    assert 2 == len(lines(tmp_path, "calls-2026-11.jsonl"))


_PLACES = ("msgid", "ref_date", "stat_date")


def test_the_row_that_was_seen_last_counts_and_the_older_one_stays(
    archive: LocalStatistics, tmp_path: Path
):
    archive.add(ME, [article_day(read_user=12)], [], asked())
    archive.add(ME, [article_day(read_user=9, seen_at=SEEN + timedelta(hours=1))], [], asked())
    archive.add(ME, [article_day(read_user=11, seen_at=SEEN - timedelta(hours=1))], [], asked())
    assert [9] == [row.read_user for row in archive.load(ME).articles["100_1"]]
    assert 3 == len(lines(tmp_path, "articles-2026-11.jsonl"))


def test_a_day_of_the_account_is_what_each_call_said_of_it(archive: LocalStatistics):
    archive.add(
        ME, [], [account_day(read_user=5, read_user_source={"推荐": 2}, is_delay=True)], asked()
    )
    archive.add(
        ME,
        [],
        [account_day(new_user={}, cancel_user={0: 2}, seen=SEEN + timedelta(minutes=1))],
        asked(),
    )
    archive.add(ME, [], [account_day(cumulate_user=90, seen=SEEN + timedelta(minutes=2))], asked())
    day = archive.load(ME).account[SENT]
    assert (5, {"推荐": 2}, True, {}, {0: 2}, 90) == (
        *(
            day.read_user,
            day.read_user_source,
            day.is_delay,
            day.new_user,
            day.cancel_user,
            day.cumulate_user,
        ),
    )
    archive.add(ME, [], [account_day(read_user=6, seen=SEEN + timedelta(hours=3))], asked())
    day = archive.load(ME).account[SENT]
    assert (6, {}, False, {0: 2}) == (
        day.read_user,
        day.read_user_source,
        day.is_delay,
        day.cancel_user,
    )


def test_what_was_not_said_stays_unknown(archive: LocalStatistics):
    archive.add(ME, [article_day(read_user=None)], [account_day(cumulate_user=4)], asked())
    found = archive.load(ME)
    assert None is found.articles["100_1"][0].read_user
    assert (None, None, None) == (
        found.account[SENT].read_user,
        found.account[SENT].new_user,
        found.account[SENT].like_user,
    )


@pytest.mark.slow
def test_a_month_of_more_than_64_megabytes_is_read(archive: LocalStatistics, tmp_path: Path):
    archive.add(ME, [article_day(0)], [], asked())
    path = tmp_path / "massctl.state.statistics" / APPID / "articles-2026-11.jsonl"
    path.write_bytes(path.read_bytes() + b" " * (65 * 1024 * 1024) + b"\n")
    archive.add(ME, [article_day(1)], [], asked())
    assert [10, 11] == [row.read_user for row in archive.load(ME).articles["100_1"]]


def test_a_torn_last_line_is_left_out_and_ends_before_the_next(
    archive: LocalStatistics, tmp_path: Path
):
    archive.add(ME, [article_day(0), article_day(1)], [], asked())
    path = tmp_path / "massctl.state.statistics" / APPID / "articles-2026-11.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    assert ([10], 1) == (
        [row.read_user for row in archive.load(ME).articles["100_1"]],
        archive.load(ME).unreadable,
    )
    archive.add(ME, [article_day(2)], [], asked())
    assert [10, 12] == [row.read_user for row in archive.load(ME).articles["100_1"]]


ROW = {
    "msgid": "1_1",
    "ref_date": "2026-11-02",
    "stat_date": "2026-11-02",
    "seen_at": "2026-11-03T00:00Z",
}


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "null",
        '{"msgid":"1_1"}',
        json.dumps(ROW | {"msgid": "1\n1"}),
        json.dumps(ROW | {"seen_at": "2026-11-03T00:00:00"}),
        json.dumps(ROW | {"stat_date": "2026-11-31"}),
        json.dumps(ROW | {"read_user": True}),
        json.dumps(ROW | {"read_user_source": [1]}),
        "[" * 100_000,
    ],
)
def test_a_line_that_massctl_did_not_write_is_left_out_and_counted(
    archive: LocalStatistics, tmp_path: Path, line: str
):
    archive.add(ME, [article_day()], [], asked())
    with (tmp_path / "massctl.state.statistics" / APPID / "articles-2026-11.jsonl").open(
        "a", encoding="utf-8"
    ) as file:
        file.write(f"{line}\n")
    found = archive.load(ME)
    assert (["100_1"], 1) == (list(found.articles), found.unreadable)


def test_a_day_of_the_account_that_massctl_did_not_write_is_left_out(
    archive: LocalStatistics, tmp_path: Path
):
    archive.add(ME, [], [account_day(read_user=5)], asked())
    path = tmp_path / "massctl.state.statistics" / APPID / "account-2026-11.jsonl"
    path.write_text(
        path.read_text()
        + '{"ref_date":"2026-11-04","seen_at":"2026-11-05T00:00:00Z","new_user":{"x":1}}\n'
    )
    found = archive.load(ME)
    assert ([SENT], 1) == (list(found.account), found.unreadable)


def test_what_is_read_begins_with_a_day(archive: LocalStatistics):
    rows = [
        article_day(msgid=f"{number}_1", sent=date(2026, month, 15))
        for number, month in enumerate((9, 10, 11))
    ]
    archive.add(ME, rows, [account_day(), account_day(1, read_user=1)], asked())
    found = archive.load(ME, date(2026, 10, 15))
    assert ["1_1", "2_1"] == list(found.articles)
    assert [] == list(archive.load(ME, date(2026, 11, 16)).articles)
    assert [3] == [day.day for day in archive.load(ME, date(2026, 11, 3)).account]


def test_the_calls_are_read_back_from_a_month_on(archive: LocalStatistics):
    first = asked(at=datetime(2026, 10, 3, tzinfo=UTC), outcome="refused", errcode=45009)
    archive.add(ME, [], [], first)
    archive.add(ME, [], [], asked(StatisticsCall.USERS))
    assert (first, asked(StatisticsCall.USERS)) == archive.calls(ME, date(2026, 10, 1))
    assert (asked(StatisticsCall.USERS),) == archive.calls(ME, SENT)


def test_a_folder_that_cannot_be_written_is_told(archive: LocalStatistics, tmp_path: Path):
    (tmp_path / "massctl.state.statistics").write_text("a file")
    with pytest.raises(LedgerError, match="archive of statistics"):
        archive.add(ME, [article_day()], [], asked())


def test_a_pipe_blocks_no_reader(archive: LocalStatistics, tmp_path: Path):
    folder = tmp_path / "massctl.state.statistics" / APPID
    folder.mkdir(parents=True)
    os.mkfifo(folder / "articles-2026-11.jsonl")
    assert {} == archive.load(ME).articles


@pytest.mark.parametrize(
    "said",
    [
        {"read_user": -5},
        {"read_user": 10**400},
        {"read_user": True},
        {"read_finish_rate": float("nan")},
        {"read_finish_rate": 45.2},
        {"read_avg_activetime": float("inf")},
        {"read_jump_position": {"1": float("nan")}},
        {"read_user_source": {"推荐": -3}},
        {"read_user_source": ["推荐"]},
        {"title": "<b>\u202e"},
        {"stat_date": "0001-01-01"},
        {"ref_date": "9999-12-31", "stat_date": "9999-12-31"},
        {"ref_date": "2026-11-03", "stat_date": "2026-11-02"},
        {"seen_at": "9999-12-31T23:59:59-14:00"},
    ],
)
def test_a_line_that_wechat_cannot_have_made_is_left_out_and_counted(
    archive: LocalStatistics, tmp_path: Path, said: dict[str, object]
):
    archive.add(ME, [FULL], [], asked())
    path = tmp_path / "massctl.state.statistics" / APPID / "articles-2026-11.jsonl"
    row = json.loads(path.read_text(encoding="utf-8"))
    edited = row | {"seen_at": (SEEN + timedelta(days=1)).isoformat()} | said
    path.write_text(json.dumps(row) + "\n" + json.dumps(edited) + "\n", encoding="utf-8")
    found = archive.load(ME)
    assert ((FULL,), 1) == (found.articles["100_1"], found.unreadable)


@pytest.mark.parametrize(
    "said", [{"cancel_user": [1]}, {"cancel_user": {"0": -4}}, {"cumulate_user": 10**400}]
)
def test_a_day_of_an_account_that_was_edited_is_left_out_and_counted(
    archive: LocalStatistics, tmp_path: Path, said: dict[str, object]
):
    folder = tmp_path / "massctl.state.statistics" / APPID
    folder.mkdir(parents=True)
    row = {"ref_date": "2026-11-02", "seen_at": SEEN.isoformat()}
    (folder / "account-2026-11.jsonl").write_text(json.dumps(row | said) + "\n")
    found = archive.load(ME)
    assert ({}, 1) == (dict(found.account), found.unreadable)


@pytest.mark.parametrize(
    "said", [{"at": "2026-11-03T08:30:00"}, {"outcome": []}, {"at": "9999-12-31T23:59:59-10:00"}]
)
def test_a_call_that_was_edited_is_as_if_it_had_not_been_made(
    archive: LocalStatistics, tmp_path: Path, said: dict[str, object]
):
    archive.add(ME, [], [], asked())
    path = tmp_path / "massctl.state.statistics" / APPID / "calls-2026-11.jsonl"
    path.write_text(json.dumps(json.loads(path.read_text()) | said) + "\n")
    assert () == archive.calls(ME)
