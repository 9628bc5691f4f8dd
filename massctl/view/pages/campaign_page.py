"""One campaign on a desk: the phone it arrives on, the page it is read on, what is wrong with it, what changed."""

from dataclasses import dataclass

from massctl.model.diagnostics import Diagnostic
from massctl.model.ids import sha256_of
from massctl.model.message import RenderedArticle, RenderedCampaign, RenderedMessage, RenderedNews, Window
from massctl.model.phrase import Phrase
from massctl.model.state import Status
from massctl.plan.guards import HandoffItem
from massctl.plan.review_diff import Base, BaseKind, Difference, Traits, paired, read_body
from massctl.view.pages.arrival import arrival
from massctl.view.pages.by_hand import by_hand
from massctl.view.pages.diagnostics import findings
from massctl.view.pages.differences import differences
from massctl.view.pages.document import Watched, document, knob
from massctl.view.pages.reading import earlier_reading, reading
from massctl.view.pages.sheet import Sheet, written
from massctl.view.pages.tabs import Tab
from massctl.view.words import STATUS, audience_words, recorded, short_digest, window_span


@dataclass(frozen=True, slots=True)
class Earlier:
    """A version to lay beside the one of now."""

    difference: Difference
    """What changed since; its base says which version it is."""
    message: RenderedMessage
    window: Window | None


@dataclass(frozen=True, slots=True)
class Look:
    """A campaign as far as it can be shown."""

    name: str
    title: str
    campaign: RenderedCampaign | None
    """As its files have it now; with `is_behind` as they had it before the faults that they have now."""
    diagnostics: tuple[Diagnostic, ...] = ()
    is_behind: bool = False
    status: Status | None = None
    """Where it stands; None where nobody looked."""
    earlier: Earlier | None = None
    handoff: tuple[HandoffItem, ...] = ()
    """What only a person can do to its draft, and whether that is done, as far as anybody looked."""


def campaign_page(look: Look, sheet: Sheet, heard: int | None) -> str:
    """Give the page: from the server, which rang `heard` times so far, or a file with its bodies beside it (None)."""
    live = heard is not None
    campaign = look.campaign
    columns, knobs = [], []
    if campaign is not None:
        columns.append(arrival(campaign.message, campaign.account, campaign.window, sheet, files=not live))
        if look.earlier is not None:
            knobs.append(_BESIDE)
            columns.append(_earlier(campaign, look.earlier, sheet))
        if isinstance(campaign.message, RenderedNews):
            knobs.append(_WIDTH)
            articles = campaign.message.articles
            columns.append(reading(articles, campaign.account, campaign.window, sheet, files=not live))
    notes = by_hand(look.handoff, sheet) + findings(look.diagnostics, sheet, live=live)
    if look.earlier is not None:
        notes += differences(look.earlier.difference, sheet)
    label = sheet.say(Phrase("notes"))
    beside = f'<aside class="column aside" aria-label="{label}">\n{notes}</aside>\n'
    return document(
        look.title or look.name,
        _facts(look, sheet),
        f'{_faults(look, sheet)}<div class="desk">\n{"".join(columns)}{beside}</div>',
        [knob(each, sheet) for each in knobs],
        sheet,
        Watched(look.name, heard) if heard is not None else None,
    )


_WIDTH = ("width", Phrase("width"), (Tab("width-phone", Phrase("phone 375")), Tab("width-desk", Phrase("desk 677"))))
_BESIDE = (
    "beside",
    Phrase("compare"),
    (Tab("beside-alone", Phrase("alone")), Tab("beside-earlier", Phrase("side by side"))),
)


def _facts(look: Look, sheet: Sheet) -> list[str]:
    facts = [f"<code>{written(look.name)}</code>"]
    if look.status is not None:
        facts.append(f'<b class="status {look.status.value}">{sheet.say(STATUS[look.status])}</b>')
    campaign = look.campaign
    if campaign is not None:
        facts += [
            sheet.say(Phrase("edition {edition}", edition=campaign.edition)),
            sheet.say(audience_words(campaign.audience)),
            *([written(window_span(campaign.window))] if campaign.window else []),
            f"<code>{written(short_digest(campaign.digest))}</code>",
        ]
    return facts


def _faults(look: Look, sheet: Sheet) -> str:
    if look.campaign is not None and not look.is_behind:
        return ""
    behind = Phrase("its files have faults; below it is as it was before them")
    broken = Phrase("its files have faults, so there is nothing to show yet")
    found = sheet.say(Phrase("what was found"))
    link = f'<a href="#findings">{found}</a>'
    return f'<p class="faulty" role="alert">{sheet.say(behind if look.is_behind else broken)} {link}</p>\n'


def _earlier(campaign: RenderedCampaign, earlier: Earlier, sheet: Sheet) -> str:
    now, before = campaign.message, earlier.message
    name = _version_name(earlier.difference.base)
    if isinstance(now, RenderedNews) and isinstance(before, RenderedNews):
        pairs = paired([_traits(each) for each in before.articles], [_traits(each) for each in now.articles])
        old = [before.articles[pairs[index]] if index in pairs else None for index in range(len(now.articles))]
        return earlier_reading(old, campaign.account, name, earlier.window, sheet)
    return arrival(before, campaign.account, earlier.window, sheet, earlier=name)


def _version_name(base: Base) -> Phrase:
    """Name an earlier version above what it looked like."""
    moment = recorded(base.at) if base.at is not None else ""
    if base.kind is BaseKind.SENT:
        return Phrase("sent {moment}", moment=moment)
    names = {
        BaseKind.DRAFT: Phrase("draft of {moment}", moment=moment),
        BaseKind.PREVIEW: Phrase("as reviewers saw it"),
    }
    return names.get(base.kind, Phrase("as staged"))


def _traits(article: RenderedArticle) -> Traits:
    blocks = frozenset(read_body(article.content, {}).blocks)
    return Traits(article.title, sha256_of(article.content.encode()), blocks)
