"""Measure the ledger in PostgreSQL: `PYTHONPATH=tests python bench/postgres.py [ENTRIES] [APPENDS]`.

The server is that of the tests, but flushes each commit to the disk. Printed are an append beside the bare insert of
the same bytes, A B A B, on this machine and as far away as a server of the same region; and how fast a machine that
never saw the ledger reads every line.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import psycopg
from building import LINEAGE, as_new, attempted, text
from postgres_server import Place, Proxy, server

from massctl.ledger.postgres_ledger import PostgresLedger
from massctl.model.entries import Created

ATTEMPT = as_new(attempted(text("words")))
GOALS = {"append": 1.5, "seconds": 5.0}
BARE = "CREATE TABLE bare (lineage text, serial bigint, line bytea, PRIMARY KEY (lineage, serial))"


def appends(place: Place, count: int, port: int) -> list[float]:
    """Return how much longer an append takes than an insert, pair by pair."""
    place.as_owner(f"{BARE}; GRANT INSERT ON bare TO massctl_sender")
    insert = "INSERT INTO bare VALUES ('L', %s, %s)"
    with (
        tempfile.TemporaryDirectory() as folder,
        psycopg.connect(place.dsn(port=port), autocommit=True) as connection,
    ):
        ledger = PostgresLedger(place.store(port=port), Path(folder))
        ledger.read(0)
        created = as_new(Created(lineage=LINEAGE, realm="loopback"))
        ledger.append(0, [created, ATTEMPT], durable=True)
        body = (ledger.as_found() or b"").splitlines()[1]
        ratios = []
        for number in range(count):
            start = time.perf_counter()
            connection.execute(insert, [number, body])
            middle = time.perf_counter()
            ledger.append(number + 2, [ATTEMPT], durable=True)
            ratios.append((time.perf_counter() - middle) / (middle - start))
    return ratios


def main() -> None:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    place = Place(server())
    for each in ("ALTER SYSTEM SET fsync = on", "SELECT pg_reload_conf()"):
        place.as_owner(each)
    way = Proxy(place.server.port)
    way.delay_seconds = 0.005
    print(f"goals: {GOALS}")
    for where, port in (("at 5 ms", way.port), ("on this machine", place.server.port)):
        place = Place(place.server)
        ratios = appends(place, count, port)
        middle, mean = statistics.median(ratios), statistics.mean(ratios)
        print(f"append / insert {where}: median {middle:.2f}, mean {mean:.2f}")
    way.close()
    store = place.store()
    place.as_owner(
        "SET session_replication_role = replica; "
        "INSERT INTO massctl_ledger SELECT lineage, n, line, '' "
        f"FROM massctl_ledger, generate_series({count + 3}, {entries}) AS n WHERE serial = 2"
    )
    start = time.monotonic()
    found = sum(piece.count(b"\n") for piece in store.read(None).pieces or ())
    print(f"{found} lines read in {time.monotonic() - start:.2f} s")


if __name__ == "__main__":
    main()
