"""What `massctl run` keeps on this machine: who it is, the last tip that it carried out, and a checkout of its own.

The checkout is a linked working tree of the repository, in a folder where nobody works. So it may be reset to the tip
at any moment, whatever a killed run left there, and an edit in the user's own working tree is neither lost nor sent.
"""

import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import msgspec
from filelock import FileLock, Timeout
from msgspec.structs import replace

from massctl.apply.outcome import what_happened
from massctl.cli.places import HEARTBEAT_FILE, RUNNER_FILE, boot_id
from massctl.cli.pull_request_comments import Stopped, report_sends
from massctl.cli.session import Session
from massctl.errors import (
    CheckoutError,
    ConfigurationError,
    LedgerLockedError,
    LedgerUnreachableError,
    MassctlError,
    RefusedError,
)
from massctl.git import NETWORK_SECONDS, Git, GitAnswer
from massctl.ledger.git_remote import git_says, nothing_like, way_of
from massctl.model.frozen import Frozen
from massctl.model.phrase import Command, Phrase, system_reason
from massctl.model.settings import ENVIRONMENT_NAME_PATTERN, MassctlFile
from massctl.model.state import RunnerId
from massctl.notify.post import Post, posted, proxy_for
from massctl.notify.webhook import webhook_post
from massctl.plan.steps import Refusal
from massctl.transport import Line
from massctl.whole_file import write_whole

_CHECKOUT = "checkout"
_SHOWN = 12
"""Of a commit's name."""
_OURS = (("fetch.prune", "false"),)


class Memory(Frozen):
    """What a runner's folder remembers."""

    runner: str
    """A random id."""
    boot: str | None = None
    """The boot of this machine in which it held the lease last."""
    tip: str | None = None
    """The last commit that it carried out."""
    told: str | None = None
    """The serial up to which merged pull requests were told."""

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
        """Hold the folder against another `massctl run` in it; raise LedgerLockedError where one is at work."""
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

    def remember(
        self, *, boot: str | None = None, tip: str | None = None, told: str | None = None
    ) -> None:
        """Write down what is new; durable on return."""
        before = self.memory
        now = replace(
            before, boot=boot or before.boot, tip=tip or before.tip, told=told or before.told
        )
        if now != self.memory:
            self._write(now)

    def note_round(self, at: datetime) -> None:
        """Note when a round ended, for people who ask on this machine."""
        with suppress(OSError):  # It is for people: a full disk is told by what needs the disk.
            (self._folder / HEARTBEAT_FILE).write_text(
                at.isoformat(timespec="seconds"), encoding="ascii"
            )

    def _read(self) -> Memory | None:
        with suppress(OSError, ValueError, RecursionError):
            return msgspec.json.decode(self._file.read_bytes(), type=Memory)
        return None

    def _write(self, memory: Memory) -> Memory:
        try:
            write_whole(self._file, msgspec.json.encode(memory), 0o600)
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
        self,
        root: Path,
        branch: str,
        settings: "MassctlFile",
        environment: Mapping[str, str],
        folder: Path,
    ) -> None:
        """Find the way to the remote; asks no server yet. Raises LedgerUnreachableError without git or remote."""
        way = way_of(root, settings, environment)
        passed = (*way.own_settings, *_OURS)
        self.branch: Final = branch
        self.where: Final = f"{settings.state.remote}/{branch}"
        self._remote, self._address, self._folder = settings.state.remote, way.address, folder
        self._git = Git(root, way.environment, passed)
        # Where the folder is no working tree any more, git must not take the user's own for it.
        ceiling = {"GIT_CEILING_DIRECTORIES": str(folder.parent)}
        self._own = Git(folder, {**way.environment, **ceiling}, passed)
        self._inside = root.relative_to(way.folder) if root.is_relative_to(way.folder) else Path()

    def fetch(self) -> str:
        """Return the commit that the branch is at on the remote now; raise LedgerUnreachableError."""
        ref = f"refs/remotes/{self._remote}/{self.branch}"
        options = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")
        branch = f"refs/heads/{self.branch}"
        specs = (f"+{branch}:{ref}", *nothing_like(branch))
        fetched = self._git.run(
            "fetch", *options, "--", self._remote, *specs, seconds=NETWORK_SECONDS
        )
        found = (
            self._git.run("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
            if fetched.done
            else fetched
        )
        if not found.done:
            raise LedgerUnreachableError(
                Phrase("the branch {branch} cannot be fetched", branch=self.where),
                Phrase(
                    "{address}: {why} Nothing was done.", address=self._address, why=git_says(found)
                ),
                Phrase(
                    "the next round tries again; if this does not end: git fetch   in this folder says why"
                ),
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
                    Phrase(
                        "{folder}: {why} Nothing was done.",
                        folder=str(self._folder),
                        why=git_says(made),
                    ),
                    Phrase(
                        "free some space if the disk is full; otherwise delete that folder: it is made again"
                    ),
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
        return self._git.run(
            "worktree", "add", "--force", "--force", "--detach", str(self._folder), tip
        )

    def _is_at(self, tip: str) -> bool:
        here = self._own.run("rev-parse", "--verify", "--quiet", "HEAD")
        return here.done and here.out.decode("ascii", "replace").strip() == tip


CREDENTIALS_VARIABLE = "CREDENTIALS_DIRECTORY"
"""systemd names the folder with a service's credentials by it. Source: systemd.exec(5), read 2026-11."""
CREDENTIAL_BYTES_MAX = 64 * 1024


def with_credentials(environment: Mapping[str, str]) -> dict[str, str]:
    """Add the credentials of systemd, each under its file's name, to the variables; no child inherits them so."""
    folder = environment.get(CREDENTIALS_VARIABLE)
    found: dict[str, str] = {}
    with suppress(OSError, UnicodeDecodeError):
        for path in sorted(Path(folder).iterdir()) if folder else ():
            if (
                re.fullmatch(ENVIRONMENT_NAME_PATTERN, path.name)
                and path.stat().st_size <= CREDENTIAL_BYTES_MAX
            ):
                found[path.name] = path.read_text(encoding="utf-8").rstrip("\r\n")
    return {**environment, **found}


FORGE_PAUSE_SECONDS = 300.0
"""So long a forge that gave no answer is left alone: nothing that is sent waits for what is told."""


class PullRequests:
    """Tells merged pull requests what became of their campaigns: once, and again where that changed.

    What the ledger has is told from where this folder remembers, whatever a killed runner did not get to. What is
    stopped in its window is told when a runner starts, and when it changes; an equal comment is not written again.
    """

    def __init__(self, folder: RunnerFolder) -> None:
        self._folder = folder
        self._stopped: Stopped = {}
        self._not_before = float("-inf")
        self._why: str | None = None

    def begin(self, serial: int) -> int:
        """Return the entry after which pull requests were told nothing. A new folder starts at the newest entry."""
        told = self._folder.memory.told or ""
        if told.isdecimal() and int(told) <= serial:
            return int(told)
        self._folder.remember(told=str(serial))
        return serial

    def tell(self, session: "Session", serial: int, stopped: "Stopped") -> str | None:
        """Return what is new up to the entry `serial`; say why it could not be told."""
        since = self.begin(serial)
        new = {
            key: why
            for key, why in stopped.items()
            if _words(why) != _words(self._stopped.get(key, ()))
        }
        if new or since < serial:
            if time.monotonic() < self._not_before:
                return self._why
            try:
                report_sends(session, since, new, session.environment)
            except MassctlError as error:
                self._not_before = time.monotonic() + FORGE_PAUSE_SECONDS
                self._why = what_happened(error)
                return self._why
        self._stopped, self._why = dict(stopped), None
        self._folder.remember(told=str(serial))
        return None


def _words(refusals: "Sequence[Refusal]") -> list[str]:
    return [each.message for each in refusals]


class Monitor:
    """Posts heartbeats; nothing that becomes of them changes what a runner does."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def tell(self, variable: str | None, document: str, suffix: str = "") -> str | None:
        """Post to the address in a variable, with `suffix` added to its path; report a failure."""
        if variable is None:
            return None
        address = self._environment.get(variable, "").strip()
        if not address:
            return Phrase("the environment variable {name} is empty", name=variable)
        if suffix:
            with suppress(ValueError):
                parts = urlsplit(address)
                address = urlunsplit(parts._replace(path=parts.path.rstrip("/") + suffix))
        return self._posted(address, webhook_post(document, None))

    def _posted(self, address: str, post: "Post") -> str | None:
        try:
            line = Line(proxy_for(address, self._environment))
        except ConfigurationError as error:
            return error.summary
        try:
            return posted(line, address, post)
        finally:
            line.close()
