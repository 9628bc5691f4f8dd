"""A real PostgreSQL for tests: one server a process, started when it is first asked for, with a schema for each test.

Where none is installed, a test that asks is skipped with the reason; with MASSCTL_REQUIRE_SERVICES it fails.
"""

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from enum import Enum, auto
from functools import cache
from itertools import count
from pathlib import Path
from typing import Final

import psycopg
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from services import missing

from massctl.ledger.postgres_connection import Database
from massctl.ledger.postgres_ledger import PostgresStore, tables_sql

PASSWORD: Final = "hunter2 hunter2/@x"
"""Of every user over TCP."""
USERS: Final = {"lin": "massctl_sender", "ear": "massctl_listener", "eye": "massctl_reader"}
"""Who logs in, and as a member of which role."""
_NUMBERS = count(1)
_CONFIGURATION = """
listen_addresses = '127.0.0.1'
max_connections = 40
fsync = off
synchronous_commit = on
full_page_writes = off
shared_buffers = 16MB
autovacuum = off
"""


def found_programs() -> Path | None:
    """Return the folder of the newest PostgreSQL that is installed; None without one."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: int(path.parent.name))
    on_path = shutil.which("initdb")
    return None if on_path is None else Path(on_path).parent


class Server:
    """PostgreSQL in a folder of its own, on a socket there and a port of the loopback."""

    def __init__(self, programs: Path) -> None:
        # Its user reads nothing below a folder of pytest, and a socket's path is short.
        self.folder: Final = Path(tempfile.mkdtemp(prefix="massctl-pg-", dir="/tmp"))
        self.programs: Final = programs
        self._user = _somebody() if os.getuid() == 0 else None
        if self._user is not None:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        self.folder.chmod(0o755)
        self._data = self.folder / "data"
        self.port: Final = free_port()
        self._run(
            *("initdb", "--pgdata", str(self._data), "--username", "owner", "--no-sync"),
            *(
                "--auth-local",
                "trust",
                "--auth-host",
                "scram-sha-256",
                "--no-locale",
                "--encoding",
                "UTF8",
            ),
        )
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(_CONFIGURATION)
            file.write(f"port = {self.port}\nunix_socket_directories = '{self.folder}'\n")
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        log = str(self.folder / "log")
        self._run(
            "pg_ctl", "start", "--wait", "--silent", "--pgdata", str(self._data), "--log", log
        )

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; `immediate` is a crash."""
        self._run(
            "pg_ctl", "stop", "--wait", "--silent", "--pgdata", str(self._data), "--mode", mode
        )

    def serve_tls(self) -> Path:
        """Serve TLS from now on as `localhost`; gives the file of the authority, which is the certificate itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        begin = datetime(2020, 1, 1, tzinfo=UTC)
        certificate = (
            x509.CertificateBuilder(
                name, name, key.public_key(), 1, begin, begin.replace(year=2120)
            )
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .sign(key, hashes.SHA256())
        )
        found, secret = self.folder / "server.crt", self.folder / "server.key"
        found.write_bytes(certificate.public_bytes(Encoding.PEM))
        secret.touch(0o600)
        secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        if self._user is not None:
            os.chown(secret, self._user.pw_uid, self._user.pw_gid)
        with self.owner() as owner:
            owner.execute(f"ALTER SYSTEM SET ssl_cert_file = '{found}'")
            owner.execute(f"ALTER SYSTEM SET ssl_key_file = '{secret}'")
            owner.execute("ALTER SYSTEM SET ssl = on")
        self.stop("fast")
        self.start()
        return found

    def remove(self) -> None:
        """Stop it and delete its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def owner(self, schema: str = "public") -> psycopg.Connection:
        """Connect as the owner of everything."""
        return psycopg.connect(self.dsn(schema), autocommit=True)

    def dsn(self, schema: str, user: str = "owner", *, port: int | None = None) -> str:
        """Say where a schema is: over the socket, or over TCP by a port."""
        where = f"host={self.folder} port={self.port}"
        if port is not None:
            where = f"host=127.0.0.1 port={port} password='{PASSWORD}' sslmode=disable"
        return f"{where} user={user} dbname=postgres options=-csearch_path={schema}"

    def _run(self, program: str, *arguments: str) -> None:
        user = None if self._user is None else self._user.pw_uid
        group = None if self._user is None else self._user.pw_gid
        subprocess.run(
            [str(self.programs / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program == "initdb" else None,
            cwd=self.folder,
            user=user,
            group=group,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        )


class Place:
    """A schema with the tables of one ledger."""

    def __init__(self, server: Server, *, tables: bool = True) -> None:
        self.server: Final = server
        self.schema: Final = f"ledger{next(_NUMBERS)}"
        with server.owner() as owner:
            owner.execute(f"CREATE SCHEMA {self.schema}")
        if tables:
            self.as_owner(tables_sql())

    def as_owner(self, sql: str) -> None:
        """Do what nobody else may."""
        with self.server.owner(self.schema) as owner:
            owner.execute(sql)

    def backup(self) -> str:
        """Write down the whole schema, as an operator does."""
        where = ["-h", str(self.server.folder), "-p", str(self.server.port), "-U", "owner"]
        program = str(self.server.programs / "pg_dump")
        command = [program, *where, "--schema", self.schema, "postgres"]
        return subprocess.check_output(command, text=True)

    def restore(self, backup: str) -> None:
        """Put a schema back as it was."""
        self.as_owner(f"DROP SCHEMA {self.schema} CASCADE")
        where = ["-h", str(self.server.folder), "-p", str(self.server.port), "-U", "owner"]
        command = [str(self.server.programs / "psql"), *where, "-q", "-v", "ON_ERROR_STOP=1"]
        subprocess.run(
            [*command, "postgres"], input=backup, text=True, check=True, stdout=subprocess.DEVNULL
        )

    def dsn(self, user: str = "lin", *, port: int | None = None) -> str:
        """Say where it is."""
        return self.server.dsn(self.schema, user, port=port)

    def store(self, user: str = "lin", *, port: int | None = None) -> PostgresStore:
        """Open it as another process would, over a connection of its own."""
        return PostgresStore(
            Database("LEDGER_DSN", self.dsn(user, port=port)), sleep=lambda _: None
        )


@cache
def server() -> Server:
    """Return the server of this process; skips the test where PostgreSQL is not installed."""
    programs = found_programs()
    if programs is None:
        missing("PostgreSQL is not installed: apt-get install postgresql")
    made = Server(programs)
    atexit.register(made.remove)
    with made.owner() as owner:
        for user, role in USERS.items():
            owner.execute(f"CREATE ROLE {role} NOLOGIN")
            owner.execute(f"CREATE ROLE {user} LOGIN PASSWORD '{PASSWORD}' IN ROLE {role}")
    return made


def free_port() -> int:
    """Ask the system for a port, from a process whose sockets are not blocked."""
    asked = (
        "import socket; free = socket.create_server(('127.0.0.1', 0)); print(free.getsockname()[1])"
    )
    return int(subprocess.check_output([sys.executable, "-c", asked]))


def _somebody() -> pwd.struct_passwd:
    """Return who runs the server, which refuses to be root's."""
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


class Proxy:
    """A way to the server that loses what is asked or answered. Its tests need sockets."""

    def __init__(self, port: int) -> None:
        self._server_port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: Final[int] = self._listening.getsockname()[1]
        self.loses: list[Loss | None] = []
        """What becomes of the next inserts, in order."""
        self.delay_seconds = 0.0
        """How far away the server is."""
        self.is_cut = False
        """Whether nobody is let through."""
        self._ways: list[_Way] = []
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def close(self) -> None:
        """Let nobody in any more, and end what goes on."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listening.close()
        for way in self._ways:
            way.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            if self.is_cut:
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self._server_port))
            self._ways.append(_Way(self, client, server))


class Loss(Enum):
    """What a proxy loses of an insert."""

    ASKED = auto()
    """The question: nothing is written."""
    ANSWER = auto()
    """The answer: it is written, and the connection ends."""
    CUT = auto()
    """The connection, as soon as the question is there: perhaps it is written, and perhaps later."""
    SILENCE = auto()
    """The answer, and the connection stays open."""


class _Way:
    """One connection through a proxy."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server
        self._loss: Loss | None = None
        self._threads = [threading.Thread(target=each) for each in (self.ask, self.answer)]
        for each in self._threads:
            each.start()

    def close(self) -> None:
        """End it."""
        self._end()
        for thread in self._threads:
            thread.join()
        self._client.close()
        self._server.close()

    def ask(self) -> None:
        """Pass on what the client sends."""
        with suppress(OSError):
            while data := self._client.recv(65536):
                if b"INSERT INTO massctl_ledger (" in data and self._proxy.loses:
                    self._loss = self._proxy.loses.pop(0)
                if self._loss is Loss.ASKED:
                    break
                time.sleep(self._proxy.delay_seconds)
                self._server.sendall(data)
                if self._loss is Loss.CUT:
                    break
        self._end()

    def answer(self) -> None:
        """Pass on what the server answers."""
        with suppress(OSError):
            while data := self._server.recv(65536):
                if self._loss is Loss.ANSWER:
                    break
                if self._loss is not Loss.SILENCE:
                    self._client.sendall(data)
        self._end()

    def _end(self) -> None:
        for each in (self._client, self._server):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
