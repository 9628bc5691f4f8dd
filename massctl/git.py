"""The git executable: one function makes every call.

Every call is a process in a session of its own. It cannot ask at a terminal, it ends after a time limit, and its output
is shown without credentials. Ctrl-C does not interrupt it: the interruption is passed on when the call has ended,
because only then its outcome is known.

Programs that the repository configures do not run: no hook, no file monitor, no filter, no pager, no editor, no
signing. Programs that reach a remote do run: credential helpers, ssh commands, proxies. So do filters of the user's and
the system's configuration, and that of Git LFS.
"""

import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from massctl import system
from massctl.errors import LedgerUnreachableError
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase, system_reason
from massctl.model.secrets import without_secrets

LOCAL_SECONDS = 60.0
"""For what needs no network; it takes milliseconds."""
NETWORK_SECONDS = 120.0
"""For one fetch or push: a first fetch over a poor line may take its time."""
SLOW_SECONDS = 5.0
"""After so long a person wants to hear what is waited for."""
INTERRUPTED_SECONDS = 15.0
"""So long a call may still take once the operator has interrupted it."""
SAID_CHARACTERS_MAX = 256
"""Of what git or a server says, in an error of ours."""

_DROPPED = re.compile(
    r"GIT_(DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|INDEX_VERSION|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE"
    r"|PREFIX|QUARANTINE_PATH|SHALLOW_FILE|GRAFT_FILE|REPLACE_REF_BASE|DEFAULT_HASH|DEFAULT_REF_FORMAT|TEMPLATE_DIR"
    r"|EXTERNAL_DIFF|CURL_VERBOSE|REDIRECT_STD\w+|TRACE\w*|PUSH_OPTION\w*|ATTR_SOURCE)"
)
"""What a caller's git, such as one that runs a hook, means for itself; and what would print headers."""
NO_PROGRAMS = (
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.alternateRefsCommand", ":"),
    ("commit.gpgSign", "false"),
    ("push.gpgSign", "false"),
    ("log.showSignature", "false"),
    ("submodule.recurse", "false"),
    ("fetch.recurseSubmodules", "false"),
    ("push.recurseSubmodules", "no"),
    ("protocol.ext.allow", "never"),
)
"""What each call is told last, so that it counts. An address ext::COMMAND would be a command."""
_ASKS_NOBODY: Mapping[str, str] = {
    "GIT_TERMINAL_PROMPT": "0",
    "GCM_INTERACTIVE": "never",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_EDITOR": ":",
    "GIT_SEQUENCE_EDITOR": ":",
    # A ref below refs/replace/ would put other content in the place of what a commit holds.
    "GIT_NO_REPLACE_OBJECTS": "1",
    # massctl reads its words, and those of a server that follows our language.
    "LC_ALL": "C",
    "LANGUAGE": "C",
}
_READS = frozenset(
    {
        *(
            "cat-file",
            "check-attr",
            "config",
            "for-each-ref",
            "log",
            "ls-files",
            "ls-remote",
            "ls-tree",
        ),
        *("merge-base", "rev-list", "rev-parse", "version"),
    }
)
"""Commands that neither write a ref nor look at the content of files in a working tree: they start no filter."""
_FILTER = re.compile(r"filter\.(?P<name>.+)\.(?P<part>clean|smudge|process|required)", re.DOTALL)
_HOOK = re.compile(r"hook\.(?P<name>.+)\.command", re.DOTALL)
_LFS = re.compile(
    r"filter\.lfs\.(clean\ngit-lfs clean -- %f|smudge\ngit-lfs smudge( --skip)? -- %f"
    r"|process\ngit-lfs filter-process( --skip)?|required\ntrue)"
)
"""What `git lfs install --local` writes."""
_LFS_STARTS = re.compile(
    r"lfs\.(extension\.|customtransfer\.|(.+\.)?standalonetransferagent$)", re.DOTALL
)
"""Settings by which Git LFS starts other programs; of git-lfs 3.7, read 2026-11."""
OWN_SCOPES = frozenset({"local", "worktree"})
"""The scopes of what a repository says of itself."""
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")


class GitAnswer(Frozen):
    """How one call ended."""

    status: int | None
    """Its exit status; None if it took too long and was ended."""
    out: bytes
    said: str
    """What it wrote to standard error, without secrets."""

    @property
    def done(self) -> bool:
        """Whether it did what it was asked."""
        return self.status == 0

    @property
    def words(self) -> str:
        """Return the reason of a failure as one short line."""
        lines = [line.strip() for line in self.said.splitlines()]
        telling = [
            line for line in lines if line.startswith(("fatal:", "error:", "remote:", "ssh:", "!"))
        ]
        told = _UNSEEN.sub(" ", "; ".join(telling or [line for line in lines if line]))
        return told if len(told) <= SAID_CHARACTERS_MAX else told[:SAID_CHARACTERS_MAX] + "…"


class Git(Frozen):
    """The executable, where it runs, and what it is told by its environment."""

    folder: Path
    environment: Mapping[str, str]
    settings: Sequence[tuple[str, str]] = ()
    """Given to each call as configuration, in this order, and written nowhere."""
    slow: Callable[[], None] | None = None
    """Called once in a call that asks a network and takes longer than SLOW_SECONDS."""

    def run(self, *arguments: str, given: bytes = b"", seconds: float = LOCAL_SECONDS) -> GitAnswer:
        """Run `git ARGUMENTS`, for at most `seconds`; raises if git is not installed.

        `arguments` are git's own options with two dashes, then the command and what follows it.
        """
        options = tuple(takewhile(lambda each: each.startswith("--"), arguments))
        if arguments[len(options)] in _READS:
            return self._run(arguments, (), given, seconds)
        listed = self._run((*options, *LIST_SETTINGS), (), b"", min(seconds, LOCAL_SECONDS))
        if not listed.done:
            return listed
        return self._run(
            arguments, tuple(_without_programs(settings_in(listed.out))), given, seconds
        )

    def _run(
        self,
        arguments: Sequence[str],
        more: Sequence[tuple[str, str]],
        given: bytes,
        seconds: float,
    ) -> GitAnswer:
        try:
            process = subprocess.Popen(
                ["git", *arguments],
                cwd=self.folder,
                env=self._environment((*self.settings, *NO_PROGRAMS, *more)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise _missing(error) from None
        status, out, said = _ended(
            process, given, seconds, self.slow if seconds >= NETWORK_SECONDS else None
        )
        return GitAnswer(status, out, without_secrets(said.decode("utf-8", errors="replace")))

    def _environment(self, settings: Sequence[tuple[str, str]]) -> dict[str, str]:
        kept = {
            name: value for name, value in self.environment.items() if not _DROPPED.fullmatch(name)
        }
        # Settings of the caller's environment stay, and ours come after them.
        before = (
            int(kept.get("GIT_CONFIG_COUNT") or 0)
            if kept.get("GIT_CONFIG_COUNT", "0").isdecimal()
            else 0
        )
        for number, (key, value) in enumerate(settings, before):
            kept |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        kept["GIT_CONFIG_COUNT"] = str(before + len(settings))
        if not any(
            name in kept for name in ("GIT_SSH", "GIT_SSH_COMMAND")
        ) and "core.sshcommand" not in dict(settings):
            kept["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes"
        return {**kept, **_ASKS_NOBODY}


class Setting(NamedTuple):
    """One line of git's configuration."""

    scope: str
    key: str
    value: str


LIST_SETTINGS = ("config", "--null", "--show-scope", "--list")


def settings_in(listed: bytes) -> list[Setting]:
    """Read what LIST_SETTINGS prints; a key without a value means true."""
    parts = listed.decode("utf-8", errors="surrogateescape").split("\0")
    pairs = [
        (scope, *setting.partition("\n"))
        for scope, setting in zip(parts[::2], parts[1::2], strict=False)
    ]
    return [Setting(scope, key, value if given else "true") for scope, key, given, value in pairs]


def _without_programs(settings: Sequence[Setting]) -> Iterator[tuple[str, str]]:
    """Return settings that disable the programs of a repository; what the user configured elsewhere counts again."""
    own = [each for each in settings if each.scope in OWN_SCOPES]
    elsewhere = {each.key: each.value for each in settings if each.scope not in OWN_SCOPES}
    lfs_starts = any(_LFS_STARTS.match(each.key) for each in own)
    for scope, key, value in settings:
        if hook := _HOOK.fullmatch(key):
            yield f"hook.{hook['name']}.enabled", "false"  # git 2.54 and later
        elif (found := _FILTER.fullmatch(key)) and found["name"] == "lfs" and lfs_starts:
            yield key, ""
        elif found and scope in OWN_SCOPES and not _LFS.fullmatch(f"{key}\n{value}"):
            yield key, elsewhere.get(key, "")
    if any(each.key == "gc.recentobjectshook" for each in own):
        yield from (("gc.auto", "0"), ("maintenance.auto", "false"))


def _ended(
    process: "subprocess.Popen[bytes]",
    given: bytes,
    seconds: float,
    slow: Callable[[], None] | None,
) -> tuple[int | None, bytes, bytes]:
    """Wait for a process. If it takes too long, end it with everything that it started."""
    began = time.monotonic()
    limit = began + seconds
    interruption: KeyboardInterrupt | None = None
    rest: bytes | None = given
    while True:
        try:
            until = limit if slow is None else min(limit, began + SLOW_SECONDS)
            out, said = process.communicate(rest, timeout=max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            if slow is not None and time.monotonic() < limit:
                slow()
                slow, rest = None, None
                continue
            _kill(process)
            out, said = process.communicate()
            return _told(interruption, None, out, said)
        except AttributeError:
            # It was interrupted as CPython's communicate() began, which then cannot be called again.
            if interruption is None:
                raise
            _kill(process)
            raise interruption from None
        except KeyboardInterrupt as error:
            if interruption is not None:
                _kill(process)
                process.communicate()
                raise
            interruption, limit = error, min(limit, time.monotonic() + INTERRUPTED_SECONDS)
            rest = None  # What was given is on its way already.
        else:
            return _told(interruption, process.returncode, out, said)


def _told(
    interruption: KeyboardInterrupt | None, status: int | None, out: bytes, said: bytes
) -> tuple[int | None, bytes, bytes]:
    """Return how a process ended, or raise the interruption that arrived meanwhile."""
    if interruption is not None:
        raise interruption
    return status, out, said


def _kill(process: "subprocess.Popen[bytes]") -> None:
    system.end_with_its_own(process)


def _missing(error: OSError) -> LedgerUnreachableError:
    return LedgerUnreachableError(
        Phrase("git cannot be run"),
        Phrase("git: {why}. Nothing was done.", why=system_reason(error)),
        Phrase("install git, then run this again"),
    )
