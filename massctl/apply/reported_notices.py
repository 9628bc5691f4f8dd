"""The shape of what a webhook is posted, for the schema that its receiver checks it with."""

from typing import Literal

from pydantic import Field

from massctl.model.account import Happening
from massctl.model.lifecycle import Status
from massctl.model.strict import Strict


class ReportedChoice(Strict):
    """One of the ways to settle a send of unknown outcome."""

    command: str
    """What to type, with a reason in place of the dots."""
    from_: str | None = Field(alias="from")
    """From when on; null where it is not possible."""
    until: str | None
    """Until when; null where it is possible at any time."""
    refused: list[str]
    """Why it is not possible, for people."""


class ReportedSend(Strict):
    """The decisive facts of a send, in words for people."""

    account: str
    """The account that sends."""
    audience: str
    """Who receives it, and how many that are."""
    window: str
    """When it may go out, and whether that is now."""
    edition: str
    """Its edition."""
    reprint: str | None
    """What becomes of it where WeChat finds a reprint (send_ignore_reprint); null where it is no news."""
    comments: str | None
    """Who may comment; null where nobody can."""
    allowance: list[str]
    """What is left of the account's allowance, a day or month each."""
    warnings: list[str]
    """What the plan warned of."""


class ReportedNotice(Strict):
    """One fact about one campaign."""

    key: str
    """Names the fact: a receiver that knows the key has heard of it."""
    event: Happening
    """What happened."""
    campaign: str
    """The campaign's name."""
    title: str
    """Its title, for people; empty where it has none, or where it was not at hand."""
    account: str | None
    """The account that sends."""
    edition: int
    """Its edition."""
    status: Status
    """Where it stands at the end of the run."""
    digest: str | None
    """What was approved; null where nothing can be sent."""
    at: str
    """When it was learnt."""
    guard: str | None
    """What refuses it; null where no guard does."""
    message: str
    """What happened, for people."""
    hint: str
    """What to do about it, for people; empty where nothing is, and where there are choices."""
    msg_id: int | None = Field(default=None)
    """WeChat's id of a job that it accepted and the ledger could not take; absent everywhere else."""
    send: ReportedSend | None
    """What is sent to whom, as the plan and the question show it; null where its content was not at hand."""
    choices: list[ReportedChoice]
    """The ways out, where nobody knows whether it was sent; else empty."""


class NoticesReport(Strict):
    """What `notify` posts to a webhook: all that one run has to tell it."""

    format_version: Literal[1]
    """The version of this format."""
    notices: list[ReportedNotice]
    """The facts, at least one."""
