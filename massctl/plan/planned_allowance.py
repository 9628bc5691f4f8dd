"""The next days of an account's allowance, as a plan's JSON has them."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from massctl.model.names import CampaignName
from massctl.model.strict import Strict
from massctl.plan.ahead import Counted, Span
from massctl.plan.used import Unit


class PlannedSpan(Strict):
    """A day or a month, Beijing time, in which something was sent or is to be."""

    per: Unit
    """What is counted: a day or a month."""
    from_: Annotated[date, Field(alias="from")]
    """Its first day, YYYY-MM-DD."""
    of: Counted
    """Sends as the account's kind allows them, requests for mass sends, or requests to withdraw, of today."""
    limit: int
    """How many there are."""
    used: int
    """How many are used, by massctl or on the website; an attempt of unknown outcome counts."""
    campaigns: list[str]
    """The campaigns that are to come in it, as things stand now."""
    left: int
    """How many are left after them."""

    @property
    def span(self) -> Span:
        """Give it as the plan has it."""
        names = tuple(CampaignName(name) for name in self.campaigns)
        return Span(self.per, self.from_, self.of, self.limit, self.used, names, self.left)


class PlannedAllowance(Strict):
    """One account's next 31 days."""

    account: str
    """The account's name."""
    kind: Literal["service", "subscription"]
    """The account's kind."""
    ahead: list[PlannedSpan]
    """Days and months with something in them, in order; sends before calls, and withdrawals last."""
