"""The PostgreSQL backend on a real server: who wins, what is lost on the way, who may do what, and what is said."""

import os
import random
import threading
import time
import tracemalloc
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
from building import APPID, LINEAGE, NOW, as_new, attempted, text
from postgres_server import Loss, Place, Proxy, server
from psycopg import errors

from massctl.errors import (
    LedgerCorruptError,
    LedgerError,
    LedgerFutureVersionError,
    LedgerOlderError,
    LedgerStaleError,
    LedgerUnreachableError,
    LedgerUntrustedError,
)
from massctl.ledger import postgres_connection, postgres_ledger
from massctl.ledger.chained_ledger import ChainedLedger
from massctl.ledger.codec import BEGIN, End, chain_digest
from massctl.ledger.postgres_connection import Database, open_database
from massctl.ledger.postgres_ledger import (
    PostgresArchive,
    PostgresLedger,
    PostgresStatistics,
    PostgresStore,
    tables_sql,
)
from massctl.ledger.signature import LedgerKeys, PrivateKey
from massctl.model.entries import Created, Expired, JobStatus

WORDS = text("words")
CREATED = as_new(Created(lineage=LINEAGE, realm="loopback"))
MORE = as_new((Expired(not_after=NOW), WORDS))
ATTEMPT = as_new(attempted(WORDS))
FIRST = b'{"lineage":"L1"}'


@pytest.fixture
def place() -> Place:
    return Place(server())


@pytest.fixture
def way(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A way that knows an insert by its words, which a prepared statement has only once."""
    made = Database._new

    def unprepared(database: Database) -> psycopg.Connection:
        connection = made(database)
        connection.prepare_threshold = None
        return connection

    monkeypatch.setattr(Database, "_new", unprepared)
    proxy = Proxy(place.server.port)
    yield proxy
    proxy.close()


@pytest.fixture
def ledger(place: Place, tmp_path: Path) -> ChainedLedger:
    ledger = PostgresLedger(place.store(), tmp_path / "locks")
    ledger.read(0)
    ledger.append(0, [CREATED], durable=True)
    return ledger


def begun(store: PostgresStore) -> End:
    store.read(None)
    store.append(BEGIN, [FIRST], durable=True)
    return BEGIN.after([FIRST])


def lines(store: PostgresStore) -> list[bytes]:
    return b"".join(store.read(None).pieces or ()).splitlines()


# Who wins


def test_of_eight_writers_one_writes_each_serial(place: Place) -> None:
    end, rounds = begun(place.store()), 25
    won: list[tuple[int, int]] = []

    def write(number: int) -> None:
        store, after = place.store(), end
        for serial in range(2, 2 + rounds):
            line = b"same" if serial % 2 else b"of %d" % number
            store.read(None)
            try:
                store.append(after, [line], durable=True)
                won.append((serial, number))
            except LedgerStaleError:
                line = lines(store)[serial - 1]
            after = after.after([line])

    at_once(write, 8)
    assert list(range(2, 2 + rounds)) == sorted(serial for serial, _ in won)
    assert 1 + rounds == len(lines(place.store()))


def test_of_two_that_begin_another_lineage_one_does(place: Place) -> None:
    outcomes: list[str] = []

    def begin(number: int) -> None:
        store = place.store()
        store.read(None)
        try:
            store.append(BEGIN, [b'{"lineage":"L%d"}' % number], durable=True)
            outcomes.append("begun")
        except LedgerStaleError:
            outcomes.append("stale")

    at_once(begin, 4)
    assert ["begun", "stale", "stale", "stale"] == sorted(outcomes)


def test_who_was_put_aside_takes_no_line(place: Place) -> None:
    store, other = place.store(), place.store()
    end = begun(store)
    other.read(None)
    store.replace(None, NOW, FIRST + b"\n")
    with pytest.raises(LedgerStaleError):
        other.append(end, [b"late"], durable=True)
    assert (None, None) == (store.data(), store.read(None).pieces)


def test_a_line_follows_the_one_that_was_read_and_no_other(place: Place) -> None:
    """As where a backup came back between reading and writing."""
    store = place.store()
    end = begun(store)
    for after in (End(1, chain_digest(b"another")), End(3, end.digest)):
        with pytest.raises(LedgerStaleError):
            store.append(after, [b"x"], durable=True)
    assert [FIRST] == lines(store)


def at_once(work, number: int) -> None:
    threads = [threading.Thread(target=work, args=(each,)) for each in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# What is lost on the way


@pytest.mark.enable_socket
@pytest.mark.parametrize("loss", list(Loss))
def test_what_got_no_answer_is_looked_up_and_written_once(
    loss: Loss, place: Place, way: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_connection, "ANSWER_SECONDS", 0.5)
    store = place.store(port=way.port)
    end = begun(store)
    way.loses = [loss]
    store.append(end, [b"two", b"three"], durable=True)
    assert ([], [FIRST, b"two", b"three"]) == (way.loses, lines(place.store()))


@pytest.mark.enable_socket
@pytest.mark.parametrize("loss", [Loss.ASKED, Loss.ANSWER])
def test_a_ledger_whose_beginning_got_no_answer_is_begun_once(
    loss: Loss, place: Place, way: Proxy
) -> None:
    store = place.store(port=way.port)
    store.read(None)
    way.loses = [loss]
    store.append(BEGIN, [FIRST], durable=True)
    assert ([], [FIRST]) == (way.loses, lines(place.store()))


@pytest.mark.enable_socket
def test_what_the_library_says_of_a_lost_connection_is_shown_nowhere(
    place: Place, way: Proxy, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    store = place.store(port=way.port)
    store.read(None)
    way.loses = [Loss.ANSWER]
    store.append(BEGIN, [FIRST], durable=True)
    assert (("", ""), "") == (capfd.readouterr(), caplog.text)


@pytest.mark.enable_socket
def test_the_same_bytes_of_another_are_not_ours(place: Place, way: Proxy) -> None:
    store, other = place.store(port=way.port), place.store()
    end = begun(store)
    other.read(None)
    way.loses = [Loss.ASKED]
    store.database._sleep = lambda _: None
    looked_up = store._nonce_at
    written: list[None] = []

    def another_first(due):
        if not written:
            written.append(other.append(end, [b"same"], durable=True))
        return looked_up(due)

    store._nonce_at = another_first
    with pytest.raises(LedgerStaleError):
        store.append(end, [b"same"], durable=True)
    assert [FIRST, b"same"] == lines(other)


@pytest.mark.enable_socket
def test_where_nothing_can_be_looked_up_nobody_knows_and_a_later_reading_tells(
    place: Place, way: Proxy, ledger: ChainedLedger, tmp_path: Path
) -> None:
    far = PostgresLedger(place.store(port=way.port), tmp_path / "locks")
    far.read(0)
    far._table.database._sleep = lambda _: None
    far.append(1, [MORE], durable=False)
    way.loses, way.is_cut = [Loss.ANSWER], True
    with pytest.raises(LedgerUnreachableError, match="nobody knows"):
        far.append(2, [], durable=True)
    way.is_cut = False
    assert [1, 2] == [entry.serial for entry in far.read(0)]
    assert [3] == [entry.serial for entry in far.append(2, [ATTEMPT], durable=True)]
    assert 3 == len(ledger.read(0))


@pytest.mark.enable_socket
def test_where_the_server_goes_away_after_a_lost_question_nobody_knows(
    place: Place, way: Proxy
) -> None:
    store = place.store(port=way.port)
    end = begun(store)
    looked_up = store._nonce_at

    def cut(due):
        found = looked_up(due)
        store.database.connected().close()
        way.is_cut = True
        return found

    store._nonce_at = cut
    store.database._sleep = lambda _: None
    way.loses = [Loss.ASKED]
    with pytest.raises(LedgerUnreachableError, match="nobody knows whether the last entry reached"):
        store.append(end, [b"two"], durable=True)


@pytest.mark.enable_socket
def test_it_gives_up_in_words_where_nothing_ever_arrives(place: Place, way: Proxy) -> None:
    store = place.store(port=way.port)
    end = begun(store)
    way.loses = [Loss.ASKED] * 4
    with pytest.raises(LedgerUnreachableError, match="nobody knows whether the last entry reached"):
        store.append(end, [b"two"], durable=True)
    assert [FIRST] == lines(place.store())


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(n, marks=pytest.mark.night) for n in range(2, 20))]
)
def test_whatever_is_lost_what_is_said_to_be_written_is_there_once(
    seed: int, place: Place, way: Proxy
) -> None:
    """Eight writers over a way that loses half of what they insert; each believes only what it was told."""
    end, rounds = begun(place.store()), 15
    chance = random.Random(seed)
    kinds = [None, None, None, Loss.ASKED, Loss.ANSWER, Loss.CUT]
    way.loses = [chance.choice(kinds) for _ in range(2_000)]
    won: list[bytes] = []
    lost: list[bytes] = []

    def write(number: int) -> None:
        store, after = place.store(port=way.port), end
        while after.serial <= rounds:
            mine = b"%d %d" % (number, after.serial)
            store.read(None)
            try:
                store.append(after, [mine], durable=True)
                won.append(mine)
            except LedgerStaleError:
                lost.append(mine)
            except LedgerUnreachableError:
                pass  # Nobody knows, and what follows reads it.
            after = after.after(lines(store)[after.serial :][:1])

    at_once(write, 8)
    found = lines(place.store())
    assert rounds + 1 == len(found)
    assert {*won} <= {*found}
    assert len(won) == len({*won})
    assert set() == {*lost} & {*found}


def test_after_a_crash_of_the_server_under_load_each_serial_has_one_line() -> None:
    one = server()
    place = Place(one)
    end, rounds = begun(place.store()), 30
    won: list[int] = []
    unknown: list[Exception] = []

    def write(number: int) -> None:
        store = PostgresStore(Database("LEDGER_DSN", place.dsn()))
        after = end
        for serial in range(2, 2 + rounds):
            mine = b"%d %d" % (number, serial)
            try:
                store.read(None)
                store.append(after, [mine], durable=True)
                won.append(serial)
            except LedgerStaleError:
                pass
            except LedgerUnreachableError as error:
                unknown.append(error)
            after = after.after([lines(store)[serial - 1]])

    threads = [threading.Thread(target=write, args=(each,)) for each in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    one.stop()
    one.start()
    for thread in threads:
        thread.join()
    assert ([], list(range(2, 2 + rounds))) == (unknown, sorted(won))


# Who may do what


@pytest.mark.parametrize("user", ["lin", "ear", "eye", "owner"])
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE massctl_ledger SET line = ''",
        "DELETE FROM massctl_ledger",
        "TRUNCATE massctl_ledger",
        "DELETE FROM massctl_ledgers",
        "DELETE FROM massctl_floor",
        "UPDATE massctl_floor SET serial = 1",
        "DELETE FROM massctl_contents",
        "DELETE FROM massctl_statistics",
    ],
)
def test_nobody_changes_or_deletes(user: str, sql: str, place: Place) -> None:
    with (
        psycopg.connect(place.dsn("lin"), autocommit=True) as sender,
        psycopg.connect(place.dsn(user), autocommit=True) as connection,
    ):
        line = b'{"signature":"x"}'
        insert = "INSERT INTO massctl_ledger VALUES ('L', %s, %s, '')"
        for serial in (1, 2):
            sender.execute(insert, [serial, line])
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(sql)


def test_no_signed_line_leaves_a_serial_out(place: Place) -> None:
    with (
        psycopg.connect(place.dsn(), autocommit=True) as sender,
        pytest.raises(errors.IntegrityConstraintViolation),
    ):
        sender.execute("INSERT INTO massctl_ledger VALUES ('L', 2, '{\"signature\":\"x\"}', '')")


def test_the_listener_writes_ends_of_jobs_and_nothing_else(
    place: Place, ledger: ChainedLedger, tmp_path: Path
) -> None:
    ear = PostgresLedger(place.store("ear"), tmp_path / "ear")
    ear.read(0)
    end = JobStatus(msg_id=1, status="sent", source="event")
    ear.append(1, [as_new((end, WORDS))], durable=True)
    for event in (MORE, ATTEMPT, as_new((JobStatus(msg_id=1, status="sent"), WORDS))):
        with pytest.raises(LedgerError, match="this role may not do that"):
            ear.append(2, [event], durable=True)
    with pytest.raises(LedgerError, match="this role may not do that"):
        ear.replace(None, NOW, ear.as_found())
    assert 2 == len(ledger.read(0))


def test_the_reader_reads_and_writes_nothing(
    place: Place, ledger: ChainedLedger, tmp_path: Path
) -> None:
    eye = PostgresLedger(place.store("eye"), tmp_path / "eye")
    assert list(ledger.read(0)) == list(eye.read(0))
    for event in (MORE, as_new((JobStatus(msg_id=1, status="sent", source="event"), WORDS))):
        with pytest.raises(LedgerError, match="this role may not do that"):
            eye.append(1, [event], durable=True)


def test_what_the_listener_signs_raises_the_floor(place: Place, tmp_path: Path) -> None:
    key = PrivateKey.made("sender")
    ledger = signed_ledger(place, tmp_path / "one", key)
    ledger.read(0)
    first = as_new(Created(lineage=LINEAGE, realm="loopback", key=key.public))
    ledger.append(0, [first], durable=True)
    ear = signed_ledger(place, tmp_path / "two", key, "ear")
    ear.read(0)
    end = JobStatus(msg_id=1, status="sent", source="event")
    ear.append(1, [as_new((end, WORDS))], durable=True)
    assert 2 == (ledger._table.floor(LINEAGE) or (0,))[0]


def test_a_grant_that_was_revoked_is_said_and_nothing_is_written(
    place: Place, ledger: ChainedLedger
) -> None:
    place.as_owner("REVOKE INSERT ON massctl_ledger FROM massctl_sender")
    with pytest.raises(LedgerError) as caught:
        ledger.append(1, [MORE], durable=True)
    assert "permission denied for table massctl_ledger" in caught.value.detail
    assert "GRANT massctl_sender TO the role of LEDGER_DSN" in caught.value.hint
    place.as_owner("GRANT INSERT ON massctl_ledger TO massctl_sender")
    assert [2] == [entry.serial for entry in ledger.append(1, [MORE], durable=True)]


# What was changed by the owner


def without_triggers(place: Place, sql: str) -> None:
    place.as_owner(f"SET session_replication_role = replica; {sql}")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE massctl_ledger SET line = replace(convert_from(line, 'UTF8'), '11', '12')::bytea WHERE serial = 2",
        "DELETE FROM massctl_ledger WHERE serial = 2",
        "UPDATE massctl_ledger SET line = '' WHERE serial = 2",
        "INSERT INTO massctl_ledger SELECT lineage, 4, line, nonce FROM massctl_ledger WHERE serial = 2",
        "DELETE FROM massctl_ledger",
    ],
)
def test_a_damaged_row_is_damage(
    sql: str, place: Place, ledger: ChainedLedger, tmp_path: Path
) -> None:
    ledger.append(1, [MORE, ATTEMPT], durable=True)
    without_triggers(place, sql)
    with pytest.raises(LedgerCorruptError):
        PostgresLedger(place.store(), tmp_path / "elsewhere").read(0)


def test_an_older_backup_is_known_to_who_saw_more(place: Place, ledger: ChainedLedger) -> None:
    ledger.append(1, [MORE, ATTEMPT], durable=True)
    without_triggers(place, "DELETE FROM massctl_ledger WHERE serial = 3")
    with pytest.raises(LedgerOlderError, match="older"):
        ledger.read(0)


def signed_ledger(place: Place, locks: Path, key: PrivateKey, user: str = "lin") -> PostgresLedger:
    keys = LedgerKeys([key.public])
    keys.add(key)
    return PostgresLedger(place.store(user), locks, keys)


def test_a_signed_ledger_that_was_cut_is_refused_on_a_machine_that_never_saw_it(
    place: Place, tmp_path: Path
) -> None:
    key = PrivateKey.made("sender")
    ledger = signed_ledger(place, tmp_path / "one", key)
    ledger.read(0)
    first = as_new(Created(lineage=LINEAGE, realm="loopback", key=key.public))
    ledger.append(0, [first, MORE, ATTEMPT], durable=True)
    older = b"".join(each + b"\n" for each in (ledger.as_found() or b"").splitlines()[:2])
    without_triggers(place, "DELETE FROM massctl_ledger WHERE serial = 3")
    with pytest.raises(LedgerUntrustedError, match="was cut, or replaced") as caught:
        signed_ledger(place, tmp_path / "two", key).read(0)
    assert "ends with entry 2, but the database had a signed entry 3" in caught.value.detail
    # So it is where an older copy of it is put in its place.
    ledger.replace(older, NOW, older)
    with pytest.raises(LedgerUntrustedError, match="was cut, or replaced"):
        signed_ledger(place, tmp_path / "three", key).read(0)


def test_a_sender_cannot_lead_the_floor_elsewhere(place: Place) -> None:
    with psycopg.connect(place.dsn(), autocommit=True) as sender:
        sender.execute("CREATE TEMP TABLE massctl_floor (lineage text, serial bigint, line bytea)")
        sender.execute("SET search_path = pg_temp, public")
        line = b'{"signature":"x"}'
        sender.execute(f"INSERT INTO {place.schema}.massctl_ledger VALUES ('L', 1, %s, '')", [line])
        assert [] == sender.execute("SELECT * FROM massctl_floor").fetchall()
    assert (1, line) == place.store().floor("L")


def test_a_floor_without_the_key_says_nothing(place: Place, tmp_path: Path) -> None:
    key = PrivateKey.made("sender")
    ledger = signed_ledger(place, tmp_path / "one", key)
    ledger.read(0)
    first = as_new(Created(lineage=LINEAGE, realm="loopback", key=key.public))
    ledger.append(0, [first], durable=True)
    forged = (ledger.as_found() or b"").strip()
    with psycopg.connect(place.dsn(), autocommit=True) as sender:
        sender.execute(
            "INSERT INTO massctl_ledger VALUES (%s, 2, %s, '')",
            [LINEAGE, forged.replace(b"1", b"2")],
        )
    without_triggers(place, "DELETE FROM massctl_ledger WHERE serial = 2")
    assert [1] == [entry.serial for entry in ledger.read(0)]


# The tables


def test_without_tables_it_is_said_how_they_are_made() -> None:
    place = Place(server(), tables=False)
    with pytest.raises(LedgerError) as caught:
        place.store().read(None)
    assert "the database has no tables for a ledger" == caught.value.summary
    assert "massctl state init --sql" in caught.value.hint


def test_who_may_make_the_tables_does(tmp_path: Path) -> None:
    place = Place(server(), tables=False)
    with pytest.raises(LedgerError, match="this role may not do that"):
        place.store().database.make_tables(tables_sql())
    owner = place.store("owner").database
    owner.make_tables(tables_sql())
    owner.make_tables(tables_sql())
    assert [] == lines(place.store())


@pytest.mark.parametrize(
    ("version", "kind"), [(2, LedgerFutureVersionError), (0, LedgerError), (None, LedgerError)]
)
def test_tables_of_another_version_are_refused(
    version: int | None, kind: type[LedgerError], place: Place
) -> None:
    place.as_owner("DELETE FROM massctl_version")
    if version is not None:
        place.as_owner(f"INSERT INTO massctl_version VALUES ({version})")
    store = place.store()
    for _ in range(2):
        with pytest.raises(kind, match="the tables of the ledger"):
            store.read(None)


# The connection


@pytest.mark.parametrize(
    ("dsn", "mode"),
    [
        ("host=db.example.com", "verify-full"),
        ("postgresql://u:p@10.0.0.5/x", "verify-full"),
        ("host=db.example.com sslmode=verify-full", "verify-full"),
        ("host=127.0.0.1,db.example.com", "verify-full"),
        ("host=localhost hostaddr=10.0.0.5", "verify-full"),
        ("service=ledger", "verify-full"),
        ("host=/run/postgresql", None),
        ("host=localhost", None),
        ("host=127.0.0.9 sslmode=disable", "disable"),
        ("host=::1 sslmode=prefer", "prefer"),
        ("dbname=x", None),
    ],
)
def test_a_server_elsewhere_is_verified(
    dsn: str, mode: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGHOST", raising=False)
    assert mode == Database("LEDGER_DSN", dsn)._parameters.get("sslmode")


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca"])
def test_less_than_that_is_refused(mode: str) -> None:
    with pytest.raises(LedgerError, match="a connection that is not verified") as caught:
        Database("LEDGER_DSN", f"host=db.example.com sslmode={mode}")
    assert (True, True) == (
        f"sslmode={mode}" in caught.value.detail,
        "verify-full" in caught.value.hint,
    )


@pytest.mark.enable_socket
def test_of_several_servers_the_one_that_is_there_is_taken(place: Place) -> None:
    dsn = place.dsn(port=place.server.port)
    several = dsn.replace("127.0.0.1", "127.0.0.1,127.0.0.1").replace("port=", "port=1,")
    assert [(1,)] == Database("LEDGER_DSN", several).rows("SELECT 1")


def test_a_thread_keeps_its_connection_and_shares_it_with_none(place: Place) -> None:
    found: list[Database] = []
    mine = open_database("LEDGER_DSN", place.dsn())
    other = threading.Thread(target=lambda: found.append(open_database("LEDGER_DSN", place.dsn())))
    other.start()
    other.join()
    assert (True, False) == (
        mine is open_database("LEDGER_DSN", place.dsn()),
        mine is found[0],
    )
    assert mine is not open_database("LEDGER_DSN", place.dsn("ear"))


def test_what_is_done_at_once_is_done_in_turn(place: Place) -> None:
    """One statement of another thread within a transaction would be part of it."""
    store, other = place.store(), PostgresArchive(place.store().database)
    other._database = store.database
    store.read(None)
    begin = threading.Thread(
        target=lambda: store.append(BEGIN, [FIRST, *[b"x" * 1000] * 20_000], durable=True)
    )
    begin.start()
    for number in range(50):
        other._write(f"{number}.html", b"x")
    begin.join()
    assert (20_001, 50) == (len(lines(place.store())), len(other.names()))


@pytest.mark.enable_socket
def test_a_certificate_is_verified(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a server elsewhere."""
    monkeypatch.setattr(postgres_connection, "_is_local", lambda _: False)
    authority = place.server.serve_tls()
    dsn = place.dsn(port=place.server.port).replace("sslmode=disable", "")
    named = dsn.replace("host=127.0.0.1", "host=localhost")
    trusted = Database("LEDGER_DSN", f"{named} sslrootcert={authority}")
    assert [("TLSv1.3",)] == trusted.rows(
        "SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    )
    for other in (named, f"{dsn} sslrootcert={authority}"):
        with pytest.raises(LedgerUnreachableError, match="cannot be reached") as caught:
            Database("LEDGER_DSN", other).connected()
        assert "certificate" in caught.value.detail


def test_the_environment_names_the_server_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.example.com")
    monkeypatch.setenv("PGSSLMODE", "disable")
    assert "verify-full" == Database("LEDGER_DSN", "dbname=x")._parameters["sslmode"]


def test_an_authority_of_your_own_is_kept() -> None:
    found = Database("LEDGER_DSN", "host=db.example.com sslrootcert=/etc/own.crt")._parameters
    assert "/etc/own.crt" == found["sslrootcert"]


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://lin:hunter2-wrong@127.0.0.1:{port}/postgres",
        "postgresql://lin:hunter2-wrong@127.0.0.1:1/postgres",
        "postgresql://nobody-here:hunter2-wrong@127.0.0.1:{port}/nowhere",
        "host=hunter2-wrong.invalid user=lin password=hunter2-wrong",
        "host=/hunter2-wrong user=lin",
        "host=hunter2-wrong..example user=lin",
        "host=127.0.0.1 port=hunter2-wrong",
        "host=127.0.0.1 sslmode=hunter2-wrong",
        "host=127.0.0.1 connect_timeout=hunter2-wrong",
        "postgresql://lin:hunter2-wrong@[broken",
    ],
)
def test_no_error_shows_where_it_is_or_who_connects(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LedgerError) as caught:
        Database("LEDGER_DSN", dsn.format(port=server().port), sleep=lambda _: None).connected()
    error = caught.value
    said = " ".join([error.summary, error.detail, error.hint, repr(error.__cause__)])
    assert [] == [word for word in ("hunter2-wrong", "127.0.0.1", "nobody-here") if word in said]
    assert "LEDGER_DSN" in said


def test_a_statement_that_takes_long_is_ended(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = place.store().database
    database.connected().execute("SET statement_timeout = '50ms'")
    with pytest.raises(LedgerUnreachableError, match="cannot be used") as caught:
        database.rows("SELECT pg_sleep(20)")
    assert "statement timeout" in caught.value.detail


def test_what_is_written_is_flushed_before_it_is_said_to_be_there(place: Place) -> None:
    place.as_owner("ALTER ROLE lin SET synchronous_commit = off")
    try:
        assert [("on",)] == place.store().database.rows("SHOW synchronous_commit")
    finally:
        place.as_owner("ALTER ROLE lin RESET synchronous_commit")


# What is beside it


def test_contents_are_kept_once_and_found_by_name(place: Place) -> None:
    archive = PostgresArchive(place.store().database)
    archive._write("b.html", b"\0one")
    archive._write("a.json", b"two")
    archive._write("b.html", b"another")
    assert ["a.json", "b.html"] == archive.names()
    assert [b"two", None, b"\0one"] == list(archive._read_all(["a.json", "none", "b.html"]))
    place.as_owner("REVOKE SELECT ON massctl_contents FROM massctl_sender")
    assert archive._bytes("a.json") is None
    place.as_owner("GRANT SELECT ON massctl_contents TO massctl_sender")


def test_statistics_are_lines_in_the_order_in_which_they_came(place: Place) -> None:
    one, other = (PostgresStatistics(place.store().database) for _ in range(2))
    one._append(APPID, {"calls-2026-12.jsonl": ["b", "a"], "account-2026-12.jsonl": ["x"]})
    other._append(APPID, {"calls-2026-12.jsonl": ["c"]})
    assert ["account-2026-12.jsonl", "calls-2026-12.jsonl"] == sorted(one._names(APPID))
    names = ["calls-2026-12.jsonl", "none.jsonl", "account-2026-12.jsonl"]
    assert [b"b", b"a", b"c", b"x"] == list(one._lines(APPID, names))
    assert {} == one.load(APPID, date(2026, 12, 1)).articles


# Many entries


def test_pages_follow_each_other(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_ledger, "PAGE_ROWS", 3)
    monkeypatch.setattr(postgres_ledger, "INSERTED_ROWS", 2)
    store = place.store()
    end = begun(store)
    more = [b"line %d" % number for number in range(5)]
    store.append(end, more, durable=True)
    assert [FIRST, *more] == lines(store)
    assert [b"line 0\nline 1\nline 2\n", b"line 3\nline 4\n"] == list(store.read(end).pieces or ())


@pytest.mark.night
def test_a_hundred_thousand_lines_are_never_held_at_once(place: Place) -> None:
    store = place.store()
    end = begun(store)
    more = [os.urandom(300).hex().encode() for _ in range(100_000)]
    store.append(end, more, durable=True)
    tracemalloc.start()
    read = sum(piece.count(b"\n") for piece in store.read(None).pieces or ())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (100_001, True) == (read, peak < 16 * 1024 * 1024)
