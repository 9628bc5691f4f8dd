"""What the repositories of random stories declare: campaigns by edition, version and window, and policies.

Everything is made once and shared by all stories: a campaign's digests cost more than a run that reads them.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from building import (
    APPID,
    HOUR,
    NOW,
    OTHER_APPID,
    article,
    audience,
    house,
    picture,
    reviewers,
    sha,
    text,
)
from simulation.walk_people import listed

from massctl.model.ids import AccountName, AppId
from massctl.model.message import NewsMessage, Purpose, RenderedCampaign, TextMessage, Window
from massctl.plan.guards import PolicyInForce

APPIDS: Final = {AccountName("main"): APPID, AccountName("other"): OTHER_APPID}


@dataclass(frozen=True, slots=True)
class Declared:
    """A campaign as its story begins; hours count from the story's beginning, None stands for no window."""

    name: str
    kind: str = "news"
    opens: int | None = None
    closes: int | None = None
    reviewers: int = 0
    tag_id: int | None = None
    account: str = "main"
    people: str = ""
    """A list of openids, a letter each, that it goes to; empty where it is no list."""

    @property
    def appid(self) -> AppId:
        """The account that sends it."""
        return APPIDS[AccountName(self.account)]


@dataclass(frozen=True, slots=True)
class Page:
    """What campaign.yaml and its articles say at one moment."""

    edition: int = 1
    version: int = 1
    later: int = 0
    """Hours by which its window was moved."""
    turned: bool = False
    """A news campaign became a text, or a text news."""
    people: str = ""
    """The list as it was corrected; empty where it was not."""


def subject(name: str, version: int) -> str:
    """Say the line by which a message is recognised in the world; it names no edition."""
    return f"{name} · {version}"


def name_of(line: str) -> str:
    """Give the campaign that a subject belongs to; what people wrote in the console belongs to none."""
    return line.partition(" · ")[0]


@cache
def rendered(declared: Declared, page: Page) -> RenderedCampaign:
    """Render one version of a campaign."""
    line = subject(declared.name, page.version)
    news = (declared.kind == "news") is not page.turned
    fields: dict[str, Any] = {
        "edition": page.edition,
        "account": AccountName(declared.account),
        "appid": declared.appid,
        "window": _window(declared, page),
        "recipients": reviewers(*[f"editor_{number}" for number in range(declared.reviewers)]),
        "audience": audience() if declared.tag_id is None else audience(tag_id=declared.tag_id),
        "source_sha256": sha(f"{declared} {page}"),
        "message": TextMessage(line),
    }
    if declared.people:
        fields["audience"] = audience(openids="people.txt")
        fields["openid_list"] = listed(page.people or declared.people)
    if news:
        body = f'<p>{line}</p><img src="massctl-picture:{sha("hero")}"><img src="massctl-picture:{sha("second")}">'
        fields["message"] = NewsMessage(
            (article(line, content=body, cover=sha(f"cover {declared.name}")),)
        )
        cover = picture(f"cover {declared.name}", Purpose.MATERIAL)
        fields["pictures"] = (picture("hero"), picture("second"), cover)
    return text(declared.name, **fields)


def _window(declared: Declared, page: Page) -> Window | None:
    if declared.opens is None or declared.closes is None:
        return None
    return Window(
        NOW + (declared.opens + page.later) * HOUR, NOW + (declared.closes + page.later) * HOUR
    )


@dataclass(frozen=True, slots=True)
class Rules:
    """The policy of the house at one moment."""

    sending: bool = True
    no_send: bool = False
    """MASSCTL_NO_SEND is set."""
    in_doubt: str = "resubmit"
    quiet: tuple[int, int] | None = None
    """From one full hour of Beijing to another."""
    require_preview: bool = False

    def is_quiet(self, moment: datetime) -> bool:
        """Judge the hour, with no code of massctl's. Beijing is eight hours ahead all year."""
        if self.quiet is None:
            return False
        first, end = self.quiet
        hour = (moment + 8 * HOUR).hour
        return first <= hour < end if first < end else hour >= first or hour < end


@cache
def house_of(rules: Rules, named: tuple[str, ...] | None) -> PolicyInForce:
    """Write the policy as massctl reads it."""
    policy: dict[str, Any] = {"in_doubt": rules.in_doubt, "require_preview": rules.require_preview}
    if not rules.sending:
        policy["sending"] = "disabled"
    if rules.quiet is not None:
        policy["quiet_hours"] = {"from": f"{rules.quiet[0]:02}:00", "to": f"{rules.quiet[1]:02}:00"}
    return house(*(named or ()), no_send=rules.no_send, **policy)
