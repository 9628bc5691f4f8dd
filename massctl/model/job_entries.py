"""The ledger's entries about accepted mass jobs: what became of them, and what was taken back.

Fields that an earlier massctl did not write are optional, and are left out where there is nothing to say.
"""

from typing import Literal

from massctl.model.entry_fields import Fields


class CopyrightResult(Fields):
    """What the originality check (原创校验) found about one article. WeChat's names; None: it was not said.

    Source: WeChat docs, "MASSSENDJOBFINISH", read 2026-10.
    """

    article_idx: int | None = None
    """Counts from 1."""
    user_declare_state: int | None = None
    """0 nothing declared, 1 declared original, 2 declared a reprint."""
    audit_state: int | None = None
    """0 not checked, 1 being checked, 11 passed; anything else failed."""
    original_article_url: str | None = None
    """The article that it resembles."""
    original_article_type: int | None = None
    """Of that article: 1 original, 2 old and not marked, 3 news, 4 on a black list."""
    can_reprint: int | None = None
    """1: that article may be reprinted."""
    need_replace_content: int | None = None
    """1: the content is replaced by that article's."""
    need_show_reprint_source: int | None = None
    """1: the source is shown."""


class CopyrightCheck(Fields):
    """The originality check of a job."""

    check_state: int | None = None
    """0 nothing was checked, 1 no reprint, 2 a reprint that may be sent, 3 one that may not."""
    results: tuple[CopyrightResult, ...] = ()
    """By article, as far as WeChat says something."""


class JobStatus(Fields):
    """What mass/get or an event said about a job."""

    type: Literal["job_status"] = "job_status"
    msg_id: int
    status: Literal["sending", "awaiting_admin", "sent", "failed", "deleted", "unknown"]
    total_count: int | None = None
    filter_count: int | None = None
    sent_count: int | None = None
    error_count: int | None = None
    article_urls: list[str] | None = None
    source: Literal["event"] | None = None
    """None: mass/get said it, which an event outranks."""
    reason: str | None = None
    """Why it failed, in WeChat's word: `err(30003)`, or `send fail` where there is no reason."""
    copyright_check: CopyrightCheck | None = None
    original_id: str | None = None
    """The account's original id (原始 ID, `gh_…`) that the event was addressed to."""


class Withdrawn(Fields):
    """mass/delete removed articles of a job; 0 stands for all."""

    type: Literal["withdrawn"] = "withdrawn"
    msg_id: int
    article: int
    outcome: Literal["begun", "unknown", "refused"] | None = None
    """`begun` before the request, then what came of it; None: removed."""
    errcode: int | None = None
    rid: str | None = None
