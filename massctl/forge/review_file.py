"""What the job that renders a pull request leaves for the job that may write, read as data: one file of one shape.

Whoever opens a pull request decides what is rendered. Nothing here is run, unpacked, followed.
"""

import json
import os
import re
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Base64Bytes,
    Field,
    StringConstraints,
    ValidationError,
)

from massctl import system
from massctl.errors import ForgeError
from massctl.model.finding import SendFinding
from massctl.model.ids import (
    CAMPAIGN_NAME_PATTERN,
    CAMPAIGNS,
    DEFAULTS_FILE,
    AccountName,
    AppId,
    CampaignName,
)
from massctl.model.phrase import Phrase
from massctl.model.shape import plain
from massctl.model.strict import Strict
from massctl.plan.plan_file import SavedPlan, StoppedPlan

REVIEW_FILE = "review.json"
REVIEW_BYTES_MAX = 64 * 1024 * 1024
"""Plan and locks of a hundred issues of eight articles of 20,000 characters are a third of it."""
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

PICTURES_MAX = 12
"""Of one campaign."""
PICTURE_BYTES_MAX = 2 * 1024 * 1024
"""A JPEG of 375 by 8,000 pixels has less, also of photographs."""
PAGE_BYTES_MAX = 8 * 1024 * 1024
"""Of one campaign, with its pictures inside."""
SHOWN_BYTES_MAX = 40 * 1024 * 1024
"""Of all pictures and pages of a review; in Base64 they have a third more."""
_JPEG = b"\xff\xd8\xff"


def _is_jpeg(data: bytes) -> bytes:
    if not data.startswith(_JPEG) or len(data) > PICTURE_BYTES_MAX:
        raise ValueError("no JPEG of that size")
    return data


_Jpeg = Annotated[Base64Bytes, AfterValidator(_is_jpeg)]
_Name = Annotated[str, StringConstraints(pattern=CAMPAIGN_NAME_PATTERN)]
_DefaultsPath = Annotated[
    str, StringConstraints(pattern=rf"^{CAMPAIGNS}/([a-z0-9._-]+/)*{re.escape(DEFAULTS_FILE)}$")
]


class ShownCampaign(Strict):
    """What a reviewer can look at of one campaign."""

    pictures: Annotated[list[_Jpeg], Field(max_length=PICTURES_MAX)] = Field(default_factory=list)
    """JPEGs in Base64: the contact sheet, then parts of its articles."""
    left_out: Annotated[int, Field(ge=0)] = 0
    """How many parts of its articles are not among the pictures."""
    page: Annotated[str, StringConstraints(max_length=PAGE_BYTES_MAX)] | None = None
    """Its page as `massctl render` writes it, in one file; null where it is too large."""


KeyChange = Literal["removed", "changed"]
"""Massctl.yaml names no key of the ledger any more, or others than before."""


RuleKey = Literal["policy", "accounts", "forge", "state"]


class QuotedFinding(Strict):
    """What was learnt from an earlier letter of an account from which the pull request sends."""

    campaign: _Name
    """The campaign."""
    edition: Annotated[int, Field(ge=1)]
    """Its edition."""
    title: str
    """What people call it."""
    account: str
    """The account, as massctl.yaml names it."""
    appid: str
    """Its AppID."""
    series: str | None
    """The series that it belongs to."""
    sent_at: AwareDatetime
    """When it went out."""
    verdict: str | None
    """The words of the report."""
    learnt: str | None
    """A person's sentence."""

    @property
    def finding(self) -> SendFinding:
        """Return it as a value."""
        names = CampaignName(self.campaign), AccountName(self.account), AppId(self.appid)
        said = self.model_dump(exclude={"campaign", "account", "appid"})
        return SendFinding(campaign=names[0], account=names[1], appid=names[2], **said)


class ReviewFile(Strict):
    """A pull request as main's massctl renders it."""

    format_version: Literal[1]
    """The version of this format."""
    plan: SavedPlan | StoppedPlan
    """What would be sent, with the locks below in place."""
    locks: dict[_Name, str] = Field(default_factory=dict)
    """Campaign -> the text of its campaign.lock.json, of those that had none or another one."""
    disagreeing: list[_Name] = Field(default_factory=list)
    """Campaigns to which the pull request brought a lock that is not what their files give."""
    shown: dict[_Name, ShownCampaign] = Field(default_factory=dict)
    """Campaign -> what a reviewer can look at."""
    hidden: list[str] = Field(default_factory=list)
    """Files that an attribute of git keeps out of the difference, or writes otherwise into a checkout."""
    folded: list[str] = Field(default_factory=list)
    """Files that GitHub keeps out of the difference by itself, since it takes them for generated."""
    rules: list[RuleKey] = Field(default_factory=list)
    """The keys of massctl.yaml that decide who may send what, where they are not those of the branch that sends."""
    defaults: dict[_DefaultsPath, list[_Name]] = Field(default_factory=dict)
    """Each `_defaults.yaml` that is not as in the branch that sends -> the campaigns that inherit from it."""
    ledger_keys: KeyChange | None = None
    """What becomes of `state.keys` in massctl.yaml; null where it stays."""
    findings: list[QuotedFinding] = Field(default_factory=list)
    """What was learnt from the last letters of the accounts from which it sends, as the branch that sends says."""


class UnfitError(Exception):
    """Report that what a job left is not what massctl writes; `what` says so without quoting it."""

    def __init__(self, what: Phrase) -> None:
        super().__init__(what)
        self.what = what


def review_text(
    plan: str,
    locks: Mapping[str, str],
    disagreeing: Sequence[str],
    unseen: Mapping[str, Sequence[str]],
    shown: Mapping[str, ShownCampaign],
    ledger_keys: KeyChange | None = None,
    rules: Sequence[RuleKey] = (),
    defaults: Mapping[str, Sequence[str]] | None = None,
    findings: Sequence[SendFinding] = (),
) -> str:
    """Write a review; `plan` is the plan's JSON, `unseen` the files by why no difference shows them."""
    made = {
        "format_version": 1,
        "plan": json.loads(plan),
        "locks": locks,
        "disagreeing": disagreeing,
        **unseen,
    }
    made["shown"] = {name: each.model_dump(mode="json") for name, each in shown.items()}
    made["findings"] = list(map(plain, findings))
    made |= {"ledger_keys": ledger_keys, "rules": list(rules), "defaults": dict(defaults or {})}
    return json.dumps(made, ensure_ascii=False, sort_keys=True) + "\n"


def read_review(folder: Path) -> ReviewFile:
    """Read what a job left in `folder`. Raises UnfitError."""
    try:
        found = {entry.name for entry in os.scandir(folder)}
    except OSError:
        raise UnfitError(Phrase("the run left no plan")) from None
    if found != {REVIEW_FILE}:
        raise UnfitError(Phrase("it has files other than {files}", files=REVIEW_FILE))
    try:
        review = ReviewFile.model_validate_json(read_text(folder / REVIEW_FILE, REVIEW_BYTES_MAX))
    except (ValidationError, RecursionError):
        raise UnfitError(Phrase("{file} is not what massctl writes", file=REVIEW_FILE)) from None
    if review.plan.digest is not None and _DIGEST.fullmatch(review.plan.digest) is None:
        raise UnfitError(Phrase("{file} is not what massctl writes", file=REVIEW_FILE))
    return review


def read_text(path: Path, bytes_max: int) -> str:
    """Read a regular file of at most `bytes_max` bytes of UTF-8, following no link. Raises UnfitError."""
    try:
        descriptor = os.open(path, system.LOOK_FLAGS)
    except OSError:
        raise UnfitError(Phrase("{file} is not an ordinary file", file=path.name)) from None
    try:
        # Before it becomes a file of Python's, which for a folder raises.
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnfitError(Phrase("{file} is not an ordinary file", file=path.name))
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(bytes_max + 1)
    finally:
        os.close(descriptor)
    if len(data) > bytes_max:
        raise UnfitError(Phrase("{file} is too large", file=path.name))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise UnfitError(Phrase("{file} is not UTF-8", file=path.name)) from None


def event_text(environment: Mapping[str, str]) -> str:
    """Read the file in which GitHub tells of the event of this run. Raises ForgeError."""
    try:
        return read_text(Path(environment.get("GITHUB_EVENT_PATH", "")), 16 * 1024 * 1024)
    except UnfitError as unfit:
        raise ForgeError(
            Phrase("GITHUB_EVENT_PATH names no event: {why}", why=unfit.what),
            Phrase("Nothing was written."),
        ) from None
