"""Diagnostics: what is wrong in a file, as values that are collected and shown together."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar

from massctl.model.frozen import Frozen
from massctl.model.ids import AccountName
from massctl.model.phrase import Phrase, plural_phrase


class Severity(StrEnum):
    """How much a diagnostic stops: an error stops its campaign, the others stop nothing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Place(Frozen):
    """Where in the repository: lines and columns count from 1, columns in code points, ends are exclusive."""

    file: str
    """Path from the repository's root, with `/`."""
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None

    def __str__(self) -> str:
        """Write it as editors understand it: `file:line:column`, as far as it is known."""
        known = [str(number) for number in (self.line, self.column) if number is not None]
        return ":".join([self.file, *known])


class Excerpt(Frozen):
    """The line a diagnostic points at, as written, and as it should be where that is known."""

    written: str
    corrected: str | None = None


class Diagnostic(Frozen):
    """One fault, with a stable code of CODES."""

    code: str
    severity: Severity
    message: str
    """What is wrong, in one sentence; a `Phrase`."""
    place: Place | None = None
    hint: str | None = None
    """What to write instead; a `Phrase`, or None if the message says it."""
    campaign: str | None = None
    excerpt: Excerpt | None = None

    @property
    def where(self) -> str:
        """Its place, or the name of its campaign; empty where neither is known."""
        return str(self.place) if self.place is not None else self.campaign or ""

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Order by file, line, column, code; a diagnostic without a place comes first."""
        place = self.place or Place("")
        return (place.file, place.line or 0, place.column or 0, self.code, self.message)


class Failure(Frozen):
    """What stopped a campaign, or kept something from being read."""

    errcode: int | None
    """WeChat's code; null where WeChat did not speak."""
    rid: str | None
    """WeChat's request id, for their support."""
    message: str
    """What happened, for people."""
    hint: str
    """What to do, for people."""


class Unread(Failure):
    """What kept something of an account from being read."""

    account: str
    """The account's name."""


KeyPath = tuple[str | int, ...]
"""Keys and indexes from a document's root to a value."""


class Fault(Frozen):
    """What is wrong, before it is known which file and line of the repository it belongs to."""

    code: str
    """One of CODES. Empty until its content rule names it."""
    message: Phrase
    hint: Phrase | None = None
    severity: Severity = Severity.ERROR
    path: str | None = None
    """The file, from the campaigns folder, where it is known."""
    line: int | None = None
    """From 1."""
    column: int | None = None
    """From 1, in code points."""
    width: int | None = None
    """Code points that the fault covers, from `column`."""
    needle: str = ""
    """Text to look for in the sources where no line is known; empty: point at the key in campaign.yaml."""
    shift: int = 0
    """Code points from the beginning of `needle` to the place."""
    key: KeyPath = ()
    """Where it is in campaign.yaml or massctl.yaml, or which key names its file."""
    option: str = ""
    """The key of `theme` that it is about; its place is where that key is written, which its reporter knows."""
    at_key: bool = True
    """True: point at the key; False: at its value."""
    is_absence: bool = False
    """True: something is missing, which a file that was read in part may have after all."""


warning = partial(Fault, severity=Severity.WARNING)
"""Make a fault that stops nothing, and that somebody should look at."""
note = partial(Fault, severity=Severity.INFO)
"""Make a fault that is only worth knowing."""


class FaultError(Exception):
    """Stop what a fault makes useless: a template, an article, a picture. Whoever began it returns the fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


DIAGNOSTICS_MAX = 200
"""Ours: of one file; one more says how many others there are."""
_T = TypeVar("_T")


def first_told(faults: Iterable[_T], place: Callable[[_T], Any]) -> tuple[list[_T], int]:
    """Return the first faults of a file by their `place`, and how many others there are."""
    ordered = sorted(faults, key=place)
    return ordered[:DIAGNOSTICS_MAX], max(0, len(ordered) - DIAGNOSTICS_MAX)


def more_faults(count: int) -> Phrase:
    """Return how many faults of a file are not told."""
    return plural_phrase(
        "{count:,} more fault was found in this file",
        "{count:,} more faults were found in this file",
        count=count,
    )


CORRECT_THESE = Phrase("correct these first, then validate again")


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Return whether any of `diagnostics` stops its campaign."""
    return any(d.severity is Severity.ERROR for d in diagnostics)


_CODES = """
MC001 MC002 MC003 MC004 MC005 MC006 MC007 MC008 MC009 MC010 MC011 MC012 MC013 MC014 MC015 MC016
MC017 MC019 MC020 MC021 MC022 MC023 MC024 MC026 MC027 MC030 MC031 MC032 MC033 MC034 MC035 MC036
MC037 MC038 MC039 MC101 MC102 MC103 MC104 MC105 MC106 MC107 MC108 MC111 MC112 MC113 MC114 MC115
MC116 MC117 MC201 MC202 MC203 MC204 MC205 MC206 MC207 MC208 MC209 MC210 MC211 MC212 MC213 MC214
MC215 MC216 MC217 MC218 MC219 MC220 MC301 MC302 MC303 MC304 MC305 MC306 MC307 MC308 MC309 MC310
MC311 MC312 MC313 MC314 MC315 MC316 MC317 MC318 MC319 MC320 MC321 MC322 MC323 MC324 MC325 MC326
MC327 MC329 MC330 MC331 MC332 MC333 MC334 MC335 MC336 MC337 MC338 MC339 MC340 MC341 MC342 MC343
MC344 MC345 MC346 MC347 MC348 MC349 MC350 MC351 MC360 MC361 MC401 MC402 MC403 MC406 MC407 MC409
MC410 MC411 MC412 MC413 MC414 MC415 MC501 MC502 MC503 MC504 MC601 MC602 MC603 MC604 MC605 MC606
MC607 MC608 MC609 MC610 MC611 MC612 MC613 MC614 MC615 MC616 MC617 MC618 MC619 MC620 MC621 MC622
MC623 MC624 MC625 MC626 MC627 MC628 MC629 MC630 MC631 MC632 MC633
"""
CODES = tuple(_CODES.split())
"""Every code, written by diagnostics_page.py from what `massctl explain` says of them."""


_BREAK = re.compile(r"\r\n|\n|\r")


class Span(NamedTuple):
    """From a line and column up to, but not including, another; all count from 1, in code points."""

    line: int
    column: int
    end_line: int
    end_column: int


class Lines:
    """The lines of a text."""

    def __init__(self, text: str) -> None:
        self.text: Final = text
        breaks = [match.span() for match in _BREAK.finditer(text)]
        self._starts: Final = [0, *(end for _, end in breaks)]
        self._ends: Final = [*(start for start, _ in breaks), len(text)]

    def __len__(self) -> int:
        return len(self._starts)

    def bounds(self, line: int) -> tuple[int, int]:
        """Return the offsets of the first character of `line` (from 1) and of the end of its text."""
        return self._starts[line - 1], self._ends[line - 1]

    def written(self, line: int) -> str:
        """Return `line` (from 1) as written, without its line break."""
        start, end = self.bounds(line)
        return self.text[start:end]

    def at(self, offset: int) -> tuple[int, int]:
        """Return line and column of a character; past a line's text means just behind its last character."""
        line = bisect_right(self._starts, max(0, offset))
        start, end = self.bounds(line)
        return line, max(0, min(offset, end) - start) + 1

    def span(self, start: int, end: int) -> Span:
        """Return the place of the characters from `start` up to `end`."""
        return Span(*self.at(start), *self.at(max(start, end)))


class Level(StrEnum):
    """How a thing stands, as the JSON writes it."""

    OK = "ok"
    WARNING = "warning"
    """A send may go out, and somebody should look."""
    PROBLEM = "problem"
    """A send cannot go out, or not the one that is due."""
    UNKNOWN = "unknown"
    """It could not be checked, or nobody can check it from here."""


class Check(StrEnum):
    """What was looked at, as the JSON writes it."""

    LEDGER = "ledger"
    PLACE = "place"
    LEASE = "lease"
    AUDIENCES = "audiences"
    NOTIFY = "notify"
    CAMPAIGNS = "campaigns"
    WINDOWS = "windows"
    DRIFT = "drift"
    ISOLATION = "isolation"
    SENDING = "sending"
    API_HOST = "api_host"
    CREDENTIAL = "credential"
    PROXY = "proxy"
    CALLBACK = "callback"
    TOKEN = "token"  # noqa: S105 - the name of a check
    WHITELIST = "whitelist"
    CLOCK = "clock"
    DRAFTS = "drafts"
    MATERIALS = "materials"
    TAGS = "tags"
    SPEED = "speed"
    MASS_SEND = "mass_send"
    MASS_SEND_OPENIDS = "mass_send_openids"
    PREVIEWS = "previews"
    COMMENTS = "comments"
    KIND = "kind"
    PROTECTION = "protection"
    ALLOWANCE = "allowance"
    DEFAULT_BRANCH = "default_branch"
    BRANCH_RULES = "branch_rules"
    OWNERS = "owners"
    ENVIRONMENT = "environment"
    SECRETS = "secrets"
    DEPLOY_KEY = "deploy_key"
    LEDGER_RULES = "ledger_rules"
    BRAKE_RULES = "brake_rules"
    NAMES = "names"
    ACTIONS = "actions"


class Finding(Frozen):
    """How one thing stands."""

    check: Check
    level: Level
    message: str
    hint: str = ""
    """What to click or to type; empty where there is nothing to do."""
    account: AccountName | None = None
    """Whose it is; None if it is the repository's."""
    errcode: int | None = None
    """WeChat's code, where WeChat spoke."""
    rid: str | None = None
