"""Rows of outcomes: what a file may say, what is told of a row, and what a query reaches."""

import signal
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from massctl.errors import UsageError
from massctl.outcome_file import outcome_rows
from massctl.report.outcomes import OutcomeRow, UnreadRow

DAY = date(2026, 12, 1)


def read(given: object) -> list[OutcomeRow | UnreadRow]:
    return list(outcome_rows(str(given)))


def csv_rows(folder: Path, text: str, encoding: str = "utf-8") -> list[OutcomeRow | UnreadRow]:
    file = folder / "orders.csv"
    file.write_bytes(text.encode(encoding))
    return read(file)


def refused(given: object) -> str:
    with pytest.raises(UsageError) as caught:
        read(given)
    return f"{caught.value.summary} | {caught.value.hint}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_row_says_day_tag_name_count_and_amount(tmp_path: Path, encoding: str, end: str):
    text = 'Date, openid ,utm_campaign,outcome,count,amount\n2026-12-01,oX,春,订单,3,"1,234.50"\n'
    row = OutcomeRow(DAY, "春", "订单", 3, Decimal("1234.50"))
    assert [row] == csv_rows(tmp_path, text.replace("\n", end), encoding)


def test_without_name_and_count_a_row_is_one_outcome(tmp_path: Path):
    text = "time,utm_campaign\n2026-12-01 23:30,a\n\n2026-12-01,\n"
    rows = [OutcomeRow(DAY, "a", "outcome", 1), OutcomeRow(DAY, "", "outcome", 1)]
    assert rows == csv_rows(tmp_path, text)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-12-01", DAY),
        ("2026/12/1", DAY),
        (" 2026-12-01 ", DAY),
        ("2026-12-01T08:00:00", DAY),
        ("2026-12-01 23:59:59.5", DAY),
        ("2026-11-30T16:30:00Z", DAY),
        ("2026-11-30 16:30:00+00", DAY),
        ("2026/12/2 01:00:00+09:30", DAY),
        ("2026-13-01", None),
        ("2026-02-30", None),
        ("2026-12/01", None),
        ("01.12.2026", None),
        ("2026-12-01x", None),
        ("", None),
    ],
)
def test_a_day_is_that_of_beijing(tmp_path: Path, written: str, day: date | None):
    (row,) = csv_rows(tmp_path, f"date,utm_campaign\n{written},a\n")
    assert day == (row.day if isinstance(row, OutcomeRow) else None)


@pytest.mark.parametrize(
    ("count", "amount", "why"),
    [
        ("x", "1", "its count is not a whole number"),
        ("-1", "1", "its count is not a whole number"),
        ("1.5", "1", "its count is not a whole number"),
        ("NaN", "1", "its count is not a whole number"),
        ("1e99", "1", "its count is not a whole number"),
        ("2", "¥5", "its amount is not a number"),
        ("2", "sNaN", "its amount is not a number"),
        ("2", "Infinity", "its amount is not a number"),
        ("2", "1e13", "its amount is not a number"),
    ],
)
def test_what_is_no_number_is_told_with_its_line_alone(
    tmp_path: Path, count: str, amount: str, why: str
):
    text = f"date,utm_campaign,count,amount\n2026-12-01,a,2.0,-3\n2026-12-01,a,{count},{amount}\n"
    good = OutcomeRow(DAY, "a", "outcome", 2, Decimal(-3))
    assert [good, UnreadRow(3, why)] == csv_rows(tmp_path, text)


def test_a_line_that_is_no_csv_is_told_and_the_next_is_read(tmp_path: Path):
    text = f"date,utm_campaign\n{'x' * 200_000},a\n2026-12-01,a\n2026-12-01\n"
    first, second, third = csv_rows(tmp_path, text)
    assert isinstance(first, UnreadRow)
    assert OutcomeRow(DAY, "a", "outcome", 1) == second
    assert OutcomeRow(DAY, "", "outcome", 1) == third


@pytest.mark.parametrize(
    ("heads", "why"),
    [
        ("", "needs the columns date | time, utm_campaign"),
        ("date,count", "needs the columns"),
        ("utm_campaign", "needs the columns"),
        ("date,utm_campaign,count,COUNT", "has the column count twice"),
    ],
)
def test_columns_that_are_missing_or_there_twice_are_named(tmp_path: Path, heads: str, why: str):
    (tmp_path / "a.csv").write_text(f"{heads}\n")
    assert why in refused(tmp_path / "a.csv")


def test_files_that_are_none_of_outcomes_are_refused(tmp_path: Path):
    assert ".csv, .sql" in refused(tmp_path / "a.xlsx")
    assert "cannot be read" in refused(tmp_path / "none.csv")
    assert "cannot be read" in refused(tmp_path / "none.sql")
    for name in ("gbk.csv", "gbk.sql"):
        (tmp_path / name).write_bytes("date,utm_campaign\n春".encode("gbk"))
        assert "it is not UTF-8" in refused(tmp_path / name)


@pytest.mark.parametrize("address", ["postgres://u:p@h/db", "connection:shop", "https://h/a.csv"])
def test_a_warehouse_is_not_reached_yet(address: str):
    assert "massctl cannot connect to a warehouse yet" in refused(address)
    assert ":p@" not in refused(address)


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with orders, as the current one, and a secret beside it."""
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "orders.csv").write_text(
        "paid,id,c,n\n2026-12-01 08:00,oX,a,2\n2026-12-02 08:00,oY,b,3\n"
    )
    (tmp_path / "secret.csv").write_text("paid,c\n2026-12-01,secret\n")
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    monkeypatch.chdir(folder)
    return folder


BOTH = [OutcomeRow(DAY, "a", "orders", 2), OutcomeRow(date(2026, 12, 2), "b", "orders", 3)]
SELECT = "SELECT paid::TIMESTAMP AS time, c AS utm_campaign, 'orders' AS outcome, n AS count"


def test_a_query_reads_the_files_beside_it(orders: Path):
    assert BOTH == read(f"{SELECT}, id, [1] AS list FROM 'orders.csv' ORDER BY c;")
    query = orders / "q.sql"
    query.write_text(
        f"-- of the shop\nWITH o AS ({SELECT} FROM read_csv('orders.csv'))\n"
        "SELECT * FROM o ORDER BY ALL -- all\n"
    )
    assert BOTH == read(query)


@pytest.mark.parametrize(("ending", "form"), [("parquet", "PARQUET"), ("json", "JSON")])
def test_a_table_is_read_by_its_columns(orders: Path, ending: str, form: str):
    import duckdb

    file = orders / f"it's.{ending}"
    written = str(file).replace("'", "''")
    duckdb.sql(f"COPY ({SELECT} FROM 'orders.csv' ORDER BY c) TO '{written}' (FORMAT {form})")
    assert BOTH == read(file)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM '../secret.csv'",
        "SELECT * FROM 'link.csv'",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM 'https://example.com/a.csv'",
        "SELECT * FROM local",
        "SELECT",
    ],
)
def test_a_query_reaches_nothing_else(orders: Path, query: str):
    local = [1]
    assert local
    assert "the query cannot be run" in refused(f"{query} ")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1; SELECT 2",
        "SELECT 1; COPY (SELECT 1) TO 'out.csv'",
        "WITH a AS (SELECT 1) INSERT INTO b SELECT * FROM a",
    ],
)
def test_only_one_select_is_run(orders: Path, query: str):
    assert "the query is not one SELECT" in refused(query)
    assert not (orders / "out.csv").exists()


def test_a_query_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    assert "massctl[warehouse]" in refused("SELECT 1")


def test_the_current_folder_is_the_same_after_a_query(orders: Path, tmp_path: Path):
    (tmp_path / "q.sql").write_text("SELECT 1")
    assert "needs the columns" in refused(tmp_path / "q.sql")
    assert orders == Path.cwd()
    assert "cannot be read" in refused(tmp_path / "none" / "a.json")


ENDLESS = "SELECT count(*) AS count, '' AS date, 'a' AS utm_campaign FROM range(1e15::BIGINT)"


@pytest.mark.parametrize(
    "query", [ENDLESS, "SELECT '2026-12-01' AS date, 'a' AS utm_campaign FROM range(1e15::BIGINT)"]
)
def test_a_query_that_never_ends_is_ended(query: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("massctl.outcome_file._SECONDS_MAX", 0.2)
    with pytest.raises(UsageError, match="the query takes longer"):
        for _ in outcome_rows(query):
            pass


@pytest.mark.slow
def test_a_query_that_takes_too_much_memory_says_so():
    query = "SELECT list(range)::VARCHAR AS date, 'a' AS utm_campaign FROM range(1e9::BIGINT)"
    assert "the query takes more memory than 512MB" in refused(query)


def test_an_interruption_of_a_query_is_one(monkeypatch: pytest.MonkeyPatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupted)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(KeyboardInterrupt):
            read(ENDLESS)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
