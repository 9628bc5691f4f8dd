"""Queries of audiences: one SELECT that reads, the same people from every database, and nothing of an openid told."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import clickhouse_server
import mariadb_server
import mysql_server
import postgres_server
import pytest

from massctl.audience.member_sets import MemberSets
from massctl.audience.queries import (
    database_answer,
    embedded_answer,
    engine_of,
    failed_over,
    files_of,
    parameters_at,
    read_query,
    views_of,
)
from massctl.audience.query_engine import ENGINES, Statement
from massctl.audience.source_rows import COLUMN_VALUES_MAX, SourceFaultsError, SourceTally
from massctl.errors import ConfigurationError
from massctl.model.diagnostics import Place, Severity
from massctl.model.secrets import without_secrets
from massctl.model.settings import Connection

NOW = datetime(2026, 12, 1, 16, 30, tzinfo=UTC)
PATH = "audiences/east.sql"
AT = Place(PATH, 1)
PEOPLE = [f"oEAST{number:023}" for number in range(25)]
ROWS = [(each, f"u{at % 4}", at) for at, each in enumerate(PEOPLE)]


def statement(sql: str, dialect: str = "duckdb", **params: Any) -> Statement:
    return read_query(sql, PATH, dialect, parameters_at(NOW, params))


def faults(sql: str, dialect: str = "duckdb", **params: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(SourceFaultsError) as caught:
        statement(sql, dialect, **params)
    return [(each.code, str(each.place), str(each.message)) for each in caught.value.diagnostics]


@pytest.mark.parametrize(
    "dialect", ["duckdb", *sorted({each.dialect for each in ENGINES.values()})]
)
@pytest.mark.parametrize(
    ("sql", "place", "words"),
    [
        ("select openid from t;\ndrop table t", "2:1", "more than one statement"),
        ("select openid from t; select 1", "1:23", "more than one statement"),
        ("-- nothing", "1:1", "empty"),
        ("insert into t values ('o1')", "1:1", "INSERT"),
        ("with a as (delete from t returning openid)\nselect openid from a", "1:12", "DELETE"),
        ("select openid into x from t", "1:15", "INTO"),
        ("select openid\nfrom t where at > :since", "2:19", ":since"),
        ("select openid from t where", "1", "cannot read"),
        ("select openid\nfrom t /*! into outfile '/x' */", "2:8", "this comment"),
        ("select openid from t /*!50000 for update */", "1:22", "this comment"),
        ("select openid from t /*M! for update */", "1:22", "this comment"),
        ("/*! delete from t; */ select openid from t", "1:1", "this comment"),
        ("select /*+ set_var(sql_mode='') */ openid from t", "1:8", "this comment"),
        ("select openid from t where 1 = 1--1 into x", "1", ""),
        ("select openid from t /* /* */ into x */", "1", ""),
        ("select openid from t -- all\r, u", "1:22", "this comment"),
    ],
)
def test_what_is_not_one_reading_select_is_refused_at_its_place(dialect, sql, place, words):
    ((code, where, said),) = faults(sql, dialect)
    assert ("MC628", True) == (code, words in said)
    assert where.removeprefix(f"{PATH}:").startswith(place)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT openid FROM t;",
        "with a as (select openid from t) select openid from a union all select openid from a",
        "select openid from t -- ; drop table t",
        "/* of /everybody * */ select openid -- all\r\nfrom t --\n",
        "select openid from t where note <> '/*! */'",
        "select openid from t where note <> 'a:now; delete'",
    ],
)
def test_one_select_is_taken_as_it_is_written(sql):
    assert sql == statement(sql).written(str)


def test_parameters_are_bound_and_a_cast_is_none():
    read = statement(
        "select openid from t where a::text = :city and at < :now or d = :today", city="x"
    )
    assert [":city", ":now", ":today"] == [
        read.sql[start:end] for start, end, _ in read.parameter_spans
    ]
    text, bound = statement(
        "select openid from t where a like '5%' and b = :city", city="x"
    ).pyformat()
    assert "select openid from t where a like '5%%' and b = %(city)s" == text
    assert {"city": "x"} == bound
    assert "5%'" in statement("select openid from t where a like '5%'").pyformat()[0]
    assert date(2026, 12, 2) == parameters_at(NOW, {})["today"], "the day of Beijing"


# The same people from each database.


def answered(taken: SourceTally, answer: Any, rows_max: int = 10_000) -> list[str]:
    return list(taken.of_rows(answer.columns, answer.pages, rows_max))


def from_duckdb(
    tmp_path: Path, sql: str = "select openid, unionid from people where n < :most"
) -> Any:
    lines = "".join(f"{openid},{union},{n}\n" for openid, union, n in ROWS)
    (tmp_path / "people.csv").write_text(f"openid,unionid,n\n{lines}", encoding="utf-8")
    (tmp_path / "broken.csv").write_bytes(b"\xff\x00\xff")
    read = statement(sql, most=1000)
    views, offered = views_of(tmp_path, read), [*files_of(tmp_path)]
    return embedded_answer(read, views, AT, failed=failed_over(offered))


@pytest.fixture
def crm() -> Any:
    """A schema of a real PostgreSQL with the people, and a role that may read one view."""
    place = postgres_server.Place(postgres_server.server(), tables=False)
    place.as_owner("CREATE TABLE people (openid char(40), unionid text, n int, at timestamptz)")
    with place.server.owner(place.schema) as owner, owner.cursor() as cursor:
        with cursor.copy("COPY people (openid, unionid, n) FROM STDIN") as copy:
            for row in ROWS:
                copy.write_row(row)
        owner.execute("UPDATE people SET at = now()")
    return place


def url_of(place: Any, user: str = "owner") -> str:
    return (
        f"postgresql://{user}@/postgres?host={place.server.folder}&port={place.server.port}"
        f"&options=-csearch_path%3D{place.schema}"
    )


def asked(url: str, sql: str, **changes: Any) -> Any:
    kind = engine_of("warehouse", url)
    connection = Connection.model_validate({"url_env": "WAREHOUSE", **changes})
    return database_answer(kind, url, connection, statement(sql, kind.dialect, most=1000), AT)


@pytest.mark.child
def test_the_same_people_come_from_duckdb_and_postgres(tmp_path, crm):
    found = {}
    with from_duckdb(tmp_path) as answer:
        found["duckdb"] = answered(SourceTally(AT), answer)
    for scheme in ("postgresql", "hologres", "greenplum"):
        url = url_of(crm).replace("postgresql:", f"{scheme}:")
        with asked(url, "select openid, unionid from people where n < :most") as answer:
            taken = SourceTally(AT)
            found[scheme] = answered(taken, answer)
            assert {"unionid": 4} == taken.columns
    with MemberSets() as sets:
        digests = {sets.sha256(sets.of(each)) for each in found.values()}
        assert {sets.sha256(sets.of(PEOPLE))} == digests


CLICKHOUSE = "select openid, unionid from people where n < :most and at < :now + interval 9999 day"


@pytest.mark.enable_socket
def test_the_same_people_come_from_clickhouse():
    with clickhouse_server.serving(clickhouse_server.recorded) as (port, requests):
        with asked(f"clickhouse://127.0.0.1:{port}/crm", CLICKHOUSE) as answer:
            taken = SourceTally(AT)
            assert PEOPLE == sorted(answered(taken, answer))
        assert {"unionid": 4} == taken.columns
        query = requests[-1]
        assert ("1", "300") == (query["readonly"], query["max_execution_time"])
        assert ("crm", "1000") == (query["database"], query["param_most"])
        assert "n < {most:Int64} and at < {now:DateTime('Asia/Shanghai')} +" in query["sql"]


@pytest.mark.enable_socket
@pytest.mark.parametrize(("status", "words"), [(500, "failed"), (404, "failed")])
def test_a_failure_of_clickhouse_is_told_without_its_words(status, words):
    def answers(sql, parameters):
        if "from people" not in sql:
            return clickhouse_server.recorded(sql, parameters)
        return status, f"Code: 6. DB::Exception: cannot parse {PEOPLE[0]}".encode()

    with clickhouse_server.serving(answers) as (port, _):
        said = failed(f"clickhouse://lin:hunter2-hunter2@127.0.0.1:{port}/crm", CLICKHOUSE)
    assert words in said
    assert not any(each in said for each in (PEOPLE[0], "hunter2"))


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    "url",
    [
        "postgresql://lin:hunter2-hunter2@127.0.0.1:1/crm",
        "postgresql://lin:hunter2-hunter2@127.0.0.1:port/crm",
        "mysql://lin:hunter2-hunter2@127.0.0.1:1/crm",
        "mysql://lin:hunter2-hunter2@127.0.0.1:port/crm",
        "clickhouse://lin:hunter2-hunter2@127.0.0.1:1/crm",
        "clickhouse://lin:hunter2-hunter2@127.0.0.1:port/crm",
    ],
)
def test_where_nothing_answers_the_variable_of_the_url_is_named(url, caplog):
    said = failed(url, "select openid from people")
    assert "check the URL that" in said
    assert "hunter2" not in said + caplog.text


@pytest.mark.child
def test_files_of_data_alone_are_read_and_links_do_not_lead_out(tmp_path):
    data, out = tmp_path / "data", tmp_path / "out.csv"
    data.mkdir()
    out.write_text("openid\n", "utf-8")
    (data / "people.csv").write_text("openid\n", "utf-8")
    (data / "linked.csv").symlink_to(out)
    (data / "circle.csv").symlink_to(data / "circle.csv")
    assert ["people"] == list(files_of(data))
    read = statement(f"select openid from read_csv('{out}')")
    told = failed_over(files_of(data))
    with (
        pytest.raises(SourceFaultsError) as caught,
        embedded_answer(read, views_of(data, read), AT, failed=told),
    ):
        pass
    (found,) = caught.value.diagnostics
    assert "files of `data` alone" in found.message
    assert "people" in (found.hint or "")


@pytest.mark.child
@pytest.mark.slow
def test_a_recursive_query_without_an_end_is_stopped():
    sql = "with recursive r as (select 1 as n union all select n from r) select n as openid from r"
    with (
        pytest.raises(SourceFaultsError) as caught,
        embedded_answer(statement(sql), {}, AT, seconds=2) as answer,
    ):
        for _ in answer.pages:
            pass
    (found,) = caught.value.diagnostics
    assert "longer than 2 seconds" in found.message


@contextmanager
def clickhouse_engine() -> Iterator[str]:
    """Serve the engine of ClickHouse with the people; gives its URL."""
    with clickhouse_server.engine() as (database, answers):
        database.query("CREATE DATABASE crm")
        columns = "openid String, unionid Nullable(String), n Int32, at DateTime"
        database.query(f"CREATE TABLE crm.people ({columns}) ENGINE = Memory")
        values = ", ".join(f"('{o}', '{u}', {n}, now())" for o, u, n in ROWS)
        database.query(f"INSERT INTO crm.people VALUES {values}")
        with clickhouse_server.serving(answers) as (port, _):
            yield f"clickhouse://127.0.0.1:{port}/crm"


@pytest.fixture
def maria() -> mariadb_server.Server:
    """A real MariaDB with the people, and a user who may read one view."""
    server = mariadb_server.server()
    server.as_owner(
        "DROP TABLE IF EXISTS people",
        "CREATE TABLE people (openid char(40), unionid text, n int, at datetime DEFAULT now())",
        "CREATE OR REPLACE VIEW reached AS SELECT openid FROM people",
        "GRANT SELECT ON crm.reached TO eye@localhost",
        "INSERT INTO people (openid, unionid, n) VALUES (%s, %s, %s)",
        rows=ROWS,
    )
    return server


def url_of_maria(server: mariadb_server.Server, user: str = "owner", kind: str = "mariadb") -> str:
    password = quote(mariadb_server.PASSWORD, safe="")
    return f"{kind}://{user}:{password}@127.0.0.1:{server.port}/crm"


@pytest.mark.slow
@pytest.mark.child
@pytest.mark.enable_socket
def test_every_real_engine_gives_the_same_snapshot(tmp_path, crm, maria):
    """Of one query, with its parameters: DuckDB, PostgreSQL, MariaDB and the engine of ClickHouse."""
    bound = "select openid, unionid from people where n < :most and at < :now"
    # The schema, and when a row was written, are each database's own.
    from_files = bound.removesuffix(" and at < :now")
    with ExitStack() as opened:
        databases = {
            "postgres": (url_of(crm), bound.replace("< :now", "< :now::timestamptz + '9999 days'")),
            "mariadb": (url_of_maria(maria), bound.replace(":now", ":now + interval 9999 day")),
            "mysql": (url_of_maria(maria, kind="mysql"), from_files),
            "clickhouse": (
                opened.enter_context(clickhouse_engine()),
                CLICKHOUSE.replace("people", "crm.people"),
            ),
        }
        answers = {"duckdb": opened.enter_context(from_duckdb(tmp_path, from_files))}
        for name, (url, sql) in databases.items():
            answers[name] = opened.enter_context(asked(url, sql))
        sets = opened.enter_context(MemberSets())
        names = {}
        for name, answer in answers.items():
            taken = SourceTally(AT)
            names[name] = sets.sha256(sets.of(answered(taken, answer)))
            assert {"unionid": 4} == taken.columns, name
    assert (
        dict.fromkeys(answers, sha256("".join(f"{e}\n" for e in PEOPLE).encode()).hexdigest())
        == names
    )


@pytest.mark.slow
@pytest.mark.enable_socket
@pytest.mark.parametrize(
    ("user", "sql", "words"),
    [
        ("eye", "select openid from people", "1142"),
        ("owner", "select unseen as openid from people", "1054"),
        ("owner", "select cast(openid as int) / 0 as openid from people where sly() = 1", "writes"),
        ("owner", "select openid from people, (select sleep(30)) waits", "longer than 1 seconds"),
        ("nobody", "select openid from people", "1045"),
    ],
)  # fmt: skip
def test_a_failure_of_mariadb_is_told_without_its_words(maria, user, sql, words):
    maria.as_owner(
        "CREATE OR REPLACE FUNCTION sly() RETURNS int MODIFIES SQL DATA "
        "BEGIN DELETE FROM people; RETURN 1; END"
    )
    said = failed(url_of_maria(maria, user), sql, timeout="1s")
    assert words in said
    assert not any(each in said for each in ("oEAST", "hunter2"))
    assert ((25,),) == maria.as_owner("SELECT count(*) FROM people")


@pytest.mark.slow
@pytest.mark.enable_socket
def test_a_user_who_may_read_one_view_of_mariadb_freezes_it(maria):
    with asked(
        url_of_maria(maria, "eye"), "select openid from reached where openid like 'o%'"
    ) as answer:
        assert PEOPLE == sorted(answered(SourceTally(AT), answer))
    said = failed(url_of_maria(maria), "select openid from people", rows=24)
    assert "more than 24 rows" in said


@pytest.mark.enable_socket
def test_the_same_people_come_from_mysql():
    with mysql_server.serving(["openid", "unionid"], [row[:2] for row in ROWS]) as server:
        url = f"mysql://lin:hunter2-hunter2@127.0.0.1:{server.port}/crm"
        with asked(
            url, "select openid, unionid from people where n < :most and at < :now"
        ) as answer:
            assert PEOPLE == answered(SourceTally(AT), answer)
        assert [
            "SET SESSION max_execution_time = 300000",
            "SET SESSION TRANSACTION READ ONLY",
            "START TRANSACTION READ ONLY",
            "select openid, unionid from people where n < 1000 and at < '2026-12-02 00:30:00'",
        ] == server.asked[-4:]
        server.error = (1054, f"Unknown column {PEOPLE[0]} for hunter2-hunter2")
        with pytest.raises(SourceFaultsError) as caught, asked(url, "select openid from people"):
            pass
        told = str(caught.value.diagnostics)
        assert "1054" in told
        assert not any(each in told for each in (PEOPLE[0], "hunter2"))
        server.error = (3024, "maximum statement execution time exceeded")
        with (
            pytest.raises(SourceFaultsError, match="1 faults") as caught,
            asked(url, "select openid from people", timeout="7s"),
        ):
            pass
        assert "longer than 7 seconds" in caught.value.diagnostics[0].message


# Walls.


def failed(url: str, sql: str, **changes: Any) -> str:
    with pytest.raises(SourceFaultsError) as caught, asked(url, sql, **changes) as answer:
        answered(SourceTally(AT), answer, changes.get("rows", 10_000))
    (found,) = caught.value.diagnostics
    assert (PATH, "MC629") == (found.place.file, found.code)
    return f"{found.message} {found.hint}"


def test_a_failure_of_postgres_is_told_without_its_words(crm):
    crm.as_owner("CREATE TABLE unseen (openid text)")
    said = failed(url_of(crm, "eye"), "select openid from unseen")
    assert "42501" in said or "42P01" in said
    said = failed(url_of(crm), "select openid::int from people")
    assert "22P02" in said
    assert "oEAST" not in said
    assert "hunter2" not in failed(
        "postgresql://lin:hunter2-hunter2@/x?host=/nowhere", "select openid from t"
    )


def test_a_function_that_writes_is_stopped_by_postgres(crm):
    crm.as_owner(
        "CREATE FUNCTION sly() RETURNS text LANGUAGE sql AS $$ DELETE FROM people RETURNING openid $$"
    )
    assert "writes" in failed(url_of(crm), "select sly() as openid")
    with crm.server.owner(crm.schema) as owner:
        assert (25,) == owner.execute("SELECT count(*) FROM people").fetchone()


@pytest.mark.slow
def test_a_query_without_an_end_is_stopped(crm):
    said = failed(url_of(crm), "select openid from people, pg_sleep(30)", timeout="1s")
    assert "longer than 1 seconds" in said


def test_more_rows_than_the_connection_allows_are_refused(crm):
    assert "more than 24 rows" in failed(url_of(crm), "select openid from people", rows=24)
    with asked(url_of(crm), "select openid from people", rows=25) as answer:
        assert 25 == len(answered(SourceTally(AT), answer, 25))


@pytest.mark.child
@pytest.mark.parametrize(
    "sql",
    [
        "select content as openid from read_text('/etc/passwd')",
        "select openid from read_csv('/etc/passwd')",
        "select openid from 'https://example.com/x.csv'",
        "select openid from nobody",
    ],
)
def test_embedded_duckdb_reaches_its_files_and_nothing_else(tmp_path, sql):
    with pytest.raises(SourceFaultsError) as caught, from_duckdb(tmp_path, sql) as answer:
        answered(SourceTally(AT), answer)
    (found,) = caught.value.diagnostics
    assert "MC629" == found.code
    assert "root" not in f"{found.message}{found.hint}"


@pytest.mark.child
def test_a_query_that_names_no_file_is_told_which_there_are(tmp_path):
    sql = "select openid from nobody"
    with pytest.raises(SourceFaultsError) as caught, from_duckdb(tmp_path, sql) as answer:
        answered(SourceTally(AT), answer)
    assert "without ending: broken, people" in str(caught.value.diagnostics[0].hint)


# What comes.


@pytest.mark.parametrize(
    ("columns", "rows", "codes"),
    [
        (["id"], [("o1",)], ["MC604"]),
        (["openid", "OpenID"], [("o1", "o1")], ["MC604"]),
        (["openid"], [], ["MC605"]),
        (["openid"], [("oAAAAAA",), (None,), ("",), (7,), ("x" * 28,)], ["MC603"] * 4),
        (["openid"], [("?",)] * 50, ["MC603"] * 21),
    ],
)
def test_what_is_no_set_of_openids_is_told_by_row(columns, rows, codes):
    with pytest.raises(SourceFaultsError) as caught:
        list(SourceTally(AT).of_rows(columns, [rows] if rows else [], 100))
    told = caught.value.diagnostics
    assert codes == [each.code for each in told]
    assert not any("xxx" in f"{each.message}{each.hint}" for each in told)


def test_rows_are_counted_over_pages():
    with pytest.raises(SourceFaultsError) as caught:
        list(
            SourceTally(AT).of_rows(["openid"], [[("oAAAAAA",)] * 3, [("oBBBBBB",), (None,)]], 100)
        )
    assert "row 5 " in caught.value.diagnostics[0].message


def test_repeats_and_odd_lengths_are_notes():
    taken = SourceTally(AT)
    page = [(" oAAAAAA ",), (PEOPLE[0].encode(),), ("oAAAAAA",)]
    found = list(taken.of_rows(["openid"], [page], 9))
    assert ["oAAAAAA", PEOPLE[0], "oAAAAAA"] == found
    assert [("MC606", Severity.INFO), ("MC608", Severity.WARNING)] == [
        (each.code, each.severity) for each in taken.notes(2)
    ]


def test_values_of_other_columns_are_counted_so_far():
    taken = SourceTally(AT)
    pages = ([("oAAAAAA", at * 1000 + one, None) for one in range(1000)] for at in range(120))
    list(taken.of_rows(["openid", "n", "empty"], pages, 10**6))
    assert {"n": COLUMN_VALUES_MAX, "empty": 0} == taken.columns


def test_a_url_of_another_kind_is_refused_and_never_shown():
    url = "oracle://lin:hunter2-hunter2@db.example/x"
    with pytest.raises(ConfigurationError) as caught:
        engine_of("warehouse", url)
    assert "hunter2" not in f"{caught.value.summary}{caught.value.detail}{caught.value.hint}"
    assert url not in without_secrets(f"cannot use {url}")
