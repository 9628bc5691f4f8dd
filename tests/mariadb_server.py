"""A real MariaDB for tests: one server a process, started when it is first asked for, with one table of people.

Where none is installed, a test that asks is skipped with the reason; with MASSCTL_REQUIRE_SERVICES it fails.
"""

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import pymysql
from postgres_server import free_port
from services import missing

PASSWORD: Final = "hunter2 hunter2/@x"
_PROGRAM: Final = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_TABLES: Final = ("mariadb_system_tables.sql", "mariadb_system_tables_data.sql")
_USERS: Final = f"""\
CREATE DATABASE crm;
CREATE USER owner@localhost IDENTIFIED BY '{PASSWORD}';
GRANT ALL ON *.* TO owner@localhost WITH GRANT OPTION;
CREATE USER eye@localhost IDENTIFIED BY '{PASSWORD}';
"""
_SECONDS_MAX: Final = 60


class Server:
    """MariaDB in a folder of its own, on a socket there and a port of the loopback."""

    def __init__(self, program: str) -> None:
        # Its user reads nothing below a folder of pytest, and a socket's path is short.
        self._folder: Final = Path(tempfile.mkdtemp(prefix="massctl-my-", dir="/tmp"))
        self._user = pwd.getpwnam("nobody") if os.getuid() == 0 else None
        self._socket: Final = str(self._folder / "socket")
        self.port: Final = free_port()
        self._options: Final = [
            program,
            "--no-defaults",
            f"--datadir={self._folder}",
            f"--socket={self._socket}",
            "--innodb-buffer-pool-size=16M",
            "--innodb-log-file-size=4M",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-doublewrite=0",
        ]
        scripts = Path("/usr/share/mariadb")
        made = "CREATE DATABASE mysql;\nUSE mysql;\n"
        tables = made + "".join((scripts / each).read_text("utf-8") for each in _TABLES)
        users = self._folder / "users.sql"
        users.write_text("".join(f"{each}\n" for each in _USERS.splitlines()), "utf-8")
        if self._user is not None:
            os.chown(self._folder, self._user.pw_uid, self._user.pw_gid)
        subprocess.run(
            [*self._options, "--bootstrap", "--skip-networking"],
            input=tables.encode(),
            **self._around,
            check=True,
        )
        self._process: Final = subprocess.Popen(
            [
                *self._options,
                f"--port={self.port}",
                "--bind-address=127.0.0.1",
                f"--init-file={users}",
            ],
            stdin=subprocess.DEVNULL,
            **self._around,
        )
        self._wait()

    @property
    def _around(self) -> dict[str, Any]:
        own = {} if self._user is None else {"user": self._user.pw_uid, "group": self._user.pw_gid}
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return {"cwd": self._folder, **silent, **own}

    def _wait(self) -> None:
        ends = time.monotonic() + _SECONDS_MAX
        while True:
            try:
                with socket.socket(socket.AF_UNIX) as probe:
                    probe.connect(self._socket)
                self.as_owner("SELECT 1")
            except (OSError, pymysql.Error):
                assert self._process.poll() is None, "MariaDB does not start"
                assert time.monotonic() < ends, "MariaDB does not answer"
                time.sleep(0.05)
            else:
                return

    def remove(self) -> None:
        """Stop it and delete its folder."""
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def as_owner(self, *statements: str, rows: Sequence[Sequence[object]] = ()) -> Any:
        """Do what nobody else may, over the socket; the last statement takes `rows`. Return the last answer."""
        connection = pymysql.connect(
            unix_socket=self._socket,
            user="owner",
            password=PASSWORD,
            database="crm",
            autocommit=True,
        )
        with connection, connection.cursor() as cursor:
            for each in statements[: -1 if rows else None]:
                cursor.execute(each)
            if rows:
                cursor.executemany(statements[-1], rows)
            return cursor.fetchall()


@cache
def server() -> Server:
    """Return the server of this process; skips the test where MariaDB is not installed."""
    if _PROGRAM is None:
        missing("MariaDB is not installed: apt-get install mariadb-server-core")
    made = Server(_PROGRAM)
    atexit.register(made.remove)
    return made
