"""Diagnostics: what is wrong in a file, as values that are collected and shown together."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from enum import StrEnum
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
        """Its place, or the folder of its campaign; empty where neither is known."""
        folder = f"campaigns/{self.campaign}" if self.campaign else ""
        return str(self.place) if self.place is not None else folder

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Order by file, line, column, code; a diagnostic without a place comes first."""
        place = self.place or Place("")
        return (place.file, place.line or 0, place.column or 0, self.code, self.message)


class Failure(Frozen):
    """What stopped a campaign, or kept something from being read."""

    errcode: int | None
    """WeChat's code, where WeChat spoke."""
    rid: str | None
    """WeChat's request id, for their support."""
    message: str
    hint: str
    """What to do."""
    account: str = ""
    """Whose it is, where something of an account could not be read."""


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


CODES: dict[str, str] = {
    "MC001": "file cannot be read",
    "MC002": "file too large",
    "MC003": "not UTF-8 text",
    "MC004": "broken YAML",
    "MC005": "duplicate key",
    "MC006": "full-width punctuation",
    "MC007": "curly quotation marks",
    "MC008": "tab as indentation",
    "MC009": "alias, too many values or too deep",
    "MC010": "not a campaign name",
    "MC011": "unknown key",
    "MC012": "missing key",
    "MC013": "wrong type",
    "MC014": "value not allowed",
    "MC015": "exactly one message is required",
    "MC016": "exactly one audience is required",
    "MC017": "time without offset",
    "MC018": "not yet built",
    "MC019": "unknown account",
    "MC020": "window out of order",
    "MC021": "unsupported YAML tag",
    "MC022": "path outside the campaigns folder",
    "MC023": "host not allowed",
    "MC024": "file or media_id: exactly one is required",
    "MC026": "short window",
    "MC027": "comments for followers only, but no comments",
    "MC030": "folder outside a git repository",
    "MC031": "renamed campaign without its folder",
    "MC032": "renamings that do not lead to one campaign",
    "MC033": "text cut at a number sign",
    "MC034": "names that differ only by case",
    "MC101": "template syntax",
    "MC102": "undefined name in a template",
    "MC103": "forbidden in a template",
    "MC104": "template over its budget",
    "MC105": "template not found",
    "MC106": "template failed",
    "MC107": "wrong call of a block",
    "MC108": "unknown address of an article",
    "MC111": "theme not found",
    "MC112": "theme is not valid CSS",
    "MC113": "theme: rule without effect in WeChat",
    "MC114": "theme: declaration that WeChat does not keep",
    "MC115": "theme: variable without a value",
    "MC116": "theme with the name of a built-in one",
    "MC117": "theme: too little contrast",
    "MC201": "picture not found",
    "MC202": "picture outside the campaign",
    "MC203": "picture unreadable",
    "MC204": "picture format not supported",
    "MC205": "picture too large",
    "MC206": "picture on another site",
    "MC207": "picture changed for WeChat",
    "MC208": "media file not found",
    "MC209": "media file outside the campaign",
    "MC210": "media file unreadable",
    "MC211": "media format not supported",
    "MC212": "media file too large",
    "MC213": "sound too long",
    "MC214": "small picture",
    "MC215": "picture without alternative text",
    "MC216": "small cover",
    "MC217": "cover mostly hidden",
    "MC218": "crop with the wrong ratio",
    "MC219": "AI mark that cannot be kept",
    "MC220": "C2PA manifest lost",
    "MC301": "title too long",
    "MC302": "author too long",
    "MC303": "digest too long",
    "MC304": "content too long",
    "MC305": "content source URL too long",
    "MC306": "content empty",
    "MC307": "text too long",
    "MC308": "forbidden HTML",
    "MC309": "link becomes a footnote",
    "MC310": "length near the limit as WeChat may count it",
    "MC311": "link that WeChat may remove",
    "MC312": "Markdown marks left in the text",
    "MC313": "title empty",
    "MC314": "line that only looks like Markdown",
    "MC315": "description too long",
    "MC316": "recommendation too long",
    "MC317": "message that WeChat has closed",
    "MC318": "absolute term of advertising",
    "MC319": "banned word",
    "MC320": "invisible character",
    "MC321": "address without encryption",
    "MC322": "link that followers cannot open",
    "MC323": "no digest",
    "MC324": "digest without effect",
    "MC325": "nothing to ignore",
    "MC326": "missing footnote",
    "MC327": "unknown HTML tag",
    "MC329": "formula that cannot be read",
    "MC330": "structure: transparent picture",
    "MC331": "structure: transparent caret",
    "MC332": "structure: lines that overlap",
    "MC333": "structure: wider than a phone",
    "MC334": "structure: text without height",
    "MC335": "structure: alignment by start or end",
    "MC336": "structure: animation that starts by touch",
    "MC337": "structure: lines that do not break",
    "MC338": "structure: unnecessary nesting",
    "MC339": "structure: wrong content in a leaf",
    "MC340": "structure: custom font",
    "MC341": "structure: dark mode",
    "MC342": "drawing that refers to its parts",
    "MC343": "more cells than columns",
    "MC344": "marks of another tool",
    "MC345": "asterisks read as emphasis",
    "MC346": "content above the documented length",
    "MC347": "link that WeChat refuses in a text",
    "MC348": "lines that become one",
    "MC349": "words that are not shown",
    "MC350": "rendered article lacks something",
    "MC351": "number that Markdown counts anew",
    "MC360": "incitement to share or to follow",
    "MC361": "category that WeChat forbids",
    "MC401": "edited after its send",
    "MC402": "preview of unknown outcome",
    "MC403": "campaign with an open attempt is gone from the repository",
    "MC406": "more sends in a month than a follower gets",
    "MC407": "mass calls of today used up",
    "MC409": "the child process gave no content",
    "MC410": "tag that only the sandbox has",
    "MC411": "card that only WeChat can judge",
    "MC412": "window that has closed",
    "MC501": "event cannot be read",
    "MC502": "not the end of a mass job",
    "MC503": "incomplete event",
    "MC601": "list of openids not found",
    "MC602": "list of openids outside the campaign",
    "MC603": "not an openid",
    "MC604": "no openid column",
    "MC605": "list of openids too short",
    "MC606": "openid more than once",
    "MC607": "list of openids unreadable",
    "MC608": "openid of unusual length",
    "MC609": "openids need a service account",
    "MC610": "unknown tag",
    "MC611": "massctl.tags.json unreadable",
    "MC612": "followers of a tag",
    "MC613": "tags never pulled",
    "MC614": "an address does not answer",
}
"""Code -> summary. Written from the headings of `massctl/view/explanations/en/` by diagnostics_page.py."""


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
    GIT = "git"
    LEASE = "lease"
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
