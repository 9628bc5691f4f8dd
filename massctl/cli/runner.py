"""What `massctl run` keeps on this machine: who it is, the last tip that it carried out, and a checkout of its own.

The checkout is a linked working tree of the repository, in a folder where nobody works. So it may be reset to the tip
at any moment, whatever a killed run left there, and an edit in the user's own working tree is neither lost nor sent.
"""

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from massctl.cli.checkout import known_to_git, token_for_git
from massctl.cli.places import HEARTBEAT_FILE, RUNNER_FILE, boot_id
from massctl.errors import CheckoutError, ConfigurationError, LedgerLockedError, LedgerUnreachableError, RefusedError
from massctl.ledger.git_remote import NETWORK_SECONDS, Git, GitAnswer, git_says, way_to
from massctl.model.phrase import Command, Phrase, system_reason
from massctl.model.settings import ENVIRONMENT_NAME_PATTERN
from massctl.model.state import RunnerId

if TYPE_CHECKING:
    from massctl.model.settings import MassctlFile
    from massctl.notify.channel import Post

_CHECKOUT: Final = "checkout"
_SHOWN: Final = 12
"""Of a commit's name."""
_OURS: Final = (("core.hooksPath", "/dev/null"), ("fetch.prune", "false"), ("core.fsmonitor", "false"))
"""No program of the repository runs when its files are written."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a runner's folder remembers."""

    runner: str
    """A random id."""
    boot: str | None = None
    """The boot of this machine in which it held the lease last."""
    tip: str | None = None
    """The last commit that it carried out."""

    @property
    def id(self) -> RunnerId:
        """Who it is in this boot."""
        return RunnerId(self.runner, boot_id())


class RunnerFolder:
    """The folder `.massctl/run`."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / RUNNER_FILE
        self.checkout = folder / _CHECKOUT
        self._folder = folder
        self.memory = Memory("")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder against another `massctl run` in it; raises LedgerLockedError where one is at work."""
        lock = FileLock(self._folder / "lock", timeout=0)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            raise LedgerLockedError(
                Phrase("another runner is at work in this folder"),
                Phrase("Nothing was done."),
                Phrase("leave it at work, or end it first"),
            ) from None
        except OSError as error:
            raise _unwritable(self._folder, error) from None
        try:
            self.memory = self._read() or self._write(Memory(secrets.token_hex(16)))
            yield
        finally:
            lock.release()

    def remember(self, *, boot: str | None = None, tip: str | None = None) -> None:
        """Write down what is new; durable on return."""
        now = replace(self.memory, boot=boot or self.memory.boot, tip=tip or self.memory.tip)
        if now != self.memory:
            self._write(now)

    def note_round(self, at: datetime) -> None:
        """Note when a round ended, for people who ask on this machine."""
        with suppress(OSError):  # It is for people: a full disk is told by what needs the disk.
            (self._folder / HEARTBEAT_FILE).write_text(at.isoformat(timespec="seconds"), encoding="ascii")

    def _read(self) -> Memory | None:
        with suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
            found = json.loads(self._file.read_bytes())
            known = {name: found.get(name) for name in ("boot", "tip")}
            return Memory(str(found["runner"]), **{name: str(value) for name, value in known.items() if value})
        return None

    def _write(self, memory: Memory) -> Memory:
        beside = self._file.with_suffix(".new")
        told = {"runner": memory.runner, "boot": memory.boot, "tip": memory.tip}
        try:
            with beside.open("w", encoding="utf-8") as file:
                json.dump(told, file)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._file)
        except OSError as error:
            raise _unwritable(self._folder, error) from None
        self.memory = memory
        return memory


def _unwritable(folder: Path, error: OSError) -> CheckoutError:
    return CheckoutError(
        Phrase("the runner's folder cannot be written: {why}", why=system_reason(error)),
        Phrase("{folder}. Nothing was done.", folder=str(folder)),
        Phrase("make the folder writable, and free some space if the disk is full"),
    )


class RunnerCheckout:
    """The branch that sends, as the remote has it, in a working tree that belongs to the runner alone."""

    def __init__(
        self, root: Path, branch: str, settings: "MassctlFile", environment: Mapping[str, str], folder: Path
    ) -> None:
        """Find the way to the remote; asks no server yet. Raises LedgerUnreachableError without git or remote."""
        token = token_for_git(settings, environment)
        known = known_to_git(settings, environment)
        way = way_to(root, settings.state.remote, known, token)
        passed = (*(way.settings if token else ()), *_OURS)
        self.branch: Final = branch
        self.where: Final = f"{settings.state.remote}/{branch}"
        self._remote, self._address, self._folder = settings.state.remote, way.address, folder
        self._git = Git(root, known, passed, way.secrets)
        # Where the folder is no working tree any more, git must not take the user's own for it.
        ceiling = {"GIT_CEILING_DIRECTORIES": str(folder.parent)}
        self._own = Git(folder, {**known, **ceiling}, passed, way.secrets)
        self._inside = root.relative_to(way.folder) if root.is_relative_to(way.folder) else Path()

    def fetch(self) -> str:
        """Return the commit that the branch is at on the remote now; raises LedgerUnreachableError."""
        ref = f"refs/remotes/{self._remote}/{self.branch}"
        options = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")
        spec = f"+refs/heads/{self.branch}:{ref}"
        fetched = self._git.run("fetch", *options, "--", self._remote, spec, seconds=NETWORK_SECONDS)
        found = self._git.run("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}") if fetched.done else fetched
        if not found.done:
            raise LedgerUnreachableError(
                Phrase("the branch {branch} cannot be fetched", branch=self.where),
                Phrase("{address}: {why} Nothing was done.", address=self._address, why=git_says(found)),
                Phrase("the next round tries again; if this does not end: git fetch   in this folder says why"),
            )
        return found.out.decode("ascii").strip()

    def require_descent(self, tip: str, before: str | None, accepted: str | None) -> None:
        """Raise RefusedError for a tip that does not descend from the one `before`: the branch was rewritten.

        `accepted` is the commit that a person said is right all the same.
        """
        if before in (None, tip) or (accepted is not None and tip.startswith(accepted)):
            return
        if self._git.run("merge-base", "--is-ancestor", str(before), tip).status == 0:
            return
        say = Phrase(
            "{branch} was rewritten: {tip} does not descend from {before}, which was carried out last",
            branch=self.where,
            tip=tip[:_SHOWN],
            before=str(before)[:_SHOWN],
        )
        raise RefusedError(
            say,
            Phrase("Nothing is staged or sent until a person has decided."),
            Phrase(
                "restore the branch; or, if the new history is right: {command}",
                command=Command("run", "--rewritten", tip[:_SHOWN]),
            ),
        )

    def at(self, tip: str) -> Path:
        """Bring the working tree to a commit, exactly; return the folder with massctl.yaml in it."""
        if not self._reset(tip):
            made = self._made_anew(tip)
            if not (made.done and self._is_at(tip)):
                raise CheckoutError(
                    Phrase("the runner's checkout cannot be brought to {tip}", tip=tip[:_SHOWN]),
                    Phrase("{folder}: {why} Nothing was done.", folder=str(self._folder), why=git_says(made)),
                    Phrase("free some space if the disk is full; otherwise delete that folder: it is made again"),
                )
        return self._folder / self._inside

    def _reset(self, tip: str) -> bool:
        """Reset what is there; False where that fails, as after a run that was killed while it wrote."""
        if not (self._folder / ".git").is_file():
            return False
        done = self._own.run("reset", "--hard", "--quiet", tip).done
        return done and self._own.run("clean", "-ffdxq").done and self._is_at(tip)

    def _made_anew(self, tip: str) -> GitAnswer:
        shutil.rmtree(self._folder, ignore_errors=True)
        return self._git.run("worktree", "add", "--force", "--force", "--detach", str(self._folder), tip)

    def _is_at(self, tip: str) -> bool:
        here = self._own.run("rev-parse", "--verify", "--quiet", "HEAD")
        return here.done and here.out.decode("ascii", "replace").strip() == tip


CREDENTIALS_VARIABLE: Final = "CREDENTIALS_DIRECTORY"
"""systemd names the folder with a service's credentials by it. Source: systemd.exec(5), read 2026-11."""
CREDENTIAL_BYTES_MAX: Final = 64 * 1024


def with_credentials(environment: Mapping[str, str]) -> dict[str, str]:
    """Add the credentials of systemd, each under its file's name, to the variables; no child inherits them so."""
    folder = environment.get(CREDENTIALS_VARIABLE)
    found: dict[str, str] = {}
    with suppress(OSError, UnicodeDecodeError):
        for path in sorted(Path(folder).iterdir()) if folder else ():
            if re.fullmatch(ENVIRONMENT_NAME_PATTERN, path.name) and path.stat().st_size <= CREDENTIAL_BYTES_MAX:
                found[path.name] = path.read_text(encoding="utf-8").rstrip("\r\n")
    return {**environment, **found}


class Monitor:
    """Posts heartbeats; nothing that becomes of them changes what a runner does."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def tell(self, variable: str | None, document: str, suffix: str = "") -> str | None:
        """Post to the address that a variable holds, `suffix` behind its path; say why if nobody took it."""
        if variable is None:
            return None
        # Only a repository with a monitor posts.
        from urllib.parse import urlsplit, urlunsplit

        from massctl.notify.channel import webhook_post

        address = self._environment.get(variable, "").strip()
        if not address:
            return Phrase("the environment variable {name} is empty", name=variable)
        if suffix:
            with suppress(ValueError):
                parts = urlsplit(address)
                address = urlunsplit(parts._replace(path=parts.path.rstrip("/") + suffix))
        return self._posted(address, webhook_post(document, None))

    def _posted(self, address: str, post: "Post") -> str | None:
        from massctl.notify.delivery import posted
        from massctl.notify.route import proxy_for
        from massctl.transport import Line

        try:
            line = Line(proxy_for(address, self._environment))
        except ConfigurationError as error:
            return error.summary
        try:
            return posted(line, address, post, robot=False)
        finally:
            line.close()
