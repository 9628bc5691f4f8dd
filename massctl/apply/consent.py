"""The operator's yes: what it is for, and what was said in one run."""

from collections.abc import Callable, Iterable

from msgspec import Struct, field
from msgspec.structs import replace

from massctl.model.frozen import Frozen
from massctl.model.ids import AppId, canonical_json
from massctl.model.message import RenderedCampaign, approved_audience
from massctl.model.send import StagedDraft
from massctl.plan.destinations import JudgedDestination
from massctl.plan.send_facts import SendFacts


class Agreement(Frozen):
    """The one send that a yes is for. Anything else is asked anew."""

    hidden_fields = ("audience",)

    appid: AppId
    digest: str
    audience: str
    """As it was approved, as canonical JSON."""
    edition: int
    batch: int
    """Of a list of openids, from 1; 1 for every other audience."""
    draft: str | None
    """The media_id of its draft; None if its message has none."""


def agreement(
    campaign: RenderedCampaign, batch: int | None, draft: StagedDraft | None
) -> Agreement:
    """Name the send of a campaign, or of a batch of its list, with the draft that it carries."""
    audience = canonical_json(approved_audience(campaign))
    media_id = draft.media_id if draft is not None else None
    return Agreement(
        campaign.appid, campaign.digest, audience, campaign.edition, batch or 1, media_id
    )


class SendQuestion(Frozen):
    """What the operator sees before saying yes."""

    sends: tuple[Agreement, ...]
    """What a yes is for: each batch that is left."""
    campaign: str
    title: str
    block: SendFacts
    """To whom, when, and what else decides."""
    digest: str
    headlines: tuple[str, ...]
    destinations: tuple[JudgedDestination, ...] = ()
    """Where it leads, new places first."""
    is_unscanned: bool = False
    """Whether it has a picture in which nobody looked for QR codes."""
    recipients_previewed: Iterable[str] = ()
    """Who has seen exactly this version; WeChat names in clear, openids never."""
    done_by_hand: tuple[str, ...] = ()
    """What was done to its draft in the console, in words."""
    asked_before: bool = False
    """Somebody was asked about this campaign in this run, and it is another send now."""


class Answers(Struct):
    """What the operator said of each send in one run, however often it plans."""

    ask: Callable[[SendQuestion], bool]
    """Shows what would be sent and to whom; gives True only for a clear yes."""
    _said: dict[Agreement, bool] = field(default_factory=dict)
    _used: set[Agreement] = field(default_factory=set)
    _asked: set[str] = field(default_factory=set)

    def put(self, question: SendQuestion) -> None:
        """Ask, and keep the answer for exactly the sends that were shown."""
        asked = replace(question, asked_before=question.campaign in self._asked)
        self._asked.add(question.campaign)
        self._said |= dict.fromkeys(question.sends, self.ask(asked))

    def answer(self, send: Agreement) -> bool | None:
        """Return what was said of a send; None if nothing was."""
        return self._said.get(send)

    def use(self, send: Agreement) -> None:
        """Note that a send was asked for, so that this run does not begin it once more."""
        self._used.add(send)

    def is_used(self, send: Agreement) -> bool:
        """Return whether this run asked for a send before it planned again."""
        return send in self._used
