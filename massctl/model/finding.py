"""What `massctl doctor` found: one thing that a send depends on, how it stands, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum

from massctl.model.names import AccountName


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
    NOTIFY = "notify"
    CAMPAIGNS = "campaigns"
    WINDOWS = "windows"
    SENDING = "sending"
    API_HOST = "api_host"
    CREDENTIAL = "credential"
    PROXY = "proxy"
    TOKEN = "token"  # noqa: S105 - the name of a check
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


@dataclass(frozen=True, slots=True)
class Finding:
    """How one thing stands."""

    check: Check
    level: Level
    message: str
    hint: str = ""
    """What to click or to type; empty where there is nothing to do."""
    account: AccountName | None = None
    """Whose it is; None where it is the repository's."""
    errcode: int | None = None
    """WeChat's code, where WeChat spoke."""
    rid: str | None = None
