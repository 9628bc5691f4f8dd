"""One campaign's page: chat, articles, diagnostics, changes."""

from collections.abc import Mapping

from markupsafe import Markup

from massctl.model.diagnostics import Diagnostic
from massctl.model.frozen import Frozen
from massctl.model.message import ReadableArticle, ReadableMessage, RenderedCampaign, Window
from massctl.model.phrase import AccountKey, Phrase
from massctl.model.state import Status
from massctl.plan.destinations import JudgedDestination
from massctl.plan.drift import Drift
from massctl.plan.guards import HandoffItem
from massctl.plan.review_diff import (
    Base,
    BaseKind,
    Difference,
    Traits,
    paired,
    read_body,
)
from massctl.plan.steps import Refusal
from massctl.view.difference import base_words, difference_rows
from massctl.view.i18n import Language
from massctl.view.pages.article import reading
from massctl.view.pages.chat import arrival
from massctl.view.pages.diagnostics import findings
from massctl.view.pages.document import POLICY, WHOLE_POLICY, Watched, document
from massctl.view.pages.markup import Sheet, Tab
from massctl.view.words import (
    NOT_SCANNED,
    STATUS,
    audience_words,
    destination_words,
    drift_hint,
    drift_words,
    place_words,
    recorded,
    short_digest,
    window_span,
)


class Earlier(Frozen):
    """A version to lay beside the one of now."""

    difference: Difference
    """What changed since; its base says which version it is."""
    message: ReadableMessage
    window: Window | None


class Look(Frozen):
    """A campaign as far as it can be shown."""

    name: str
    title: str
    campaign: RenderedCampaign | None
    """As its files have it now; with `is_behind` as they had it before the faults that they have now."""
    diagnostics: tuple[Diagnostic, ...] = ()
    is_behind: bool = False
    status: Status | None = None
    """Where it stands; None if nobody looked."""
    earlier: Earlier | None = None
    handoff: tuple[HandoffItem, ...] = ()
    """What only a person can do to its draft, and whether that is done, as far as anybody looked."""
    missing: tuple[Refusal, ...] | None = None
    """What keeps it from being sent; None if nobody looked, or if it went out."""
    destinations: tuple[JudgedDestination, ...] = ()
    """Where it leads, new places first."""
    drifts: tuple[Drift, ...] = ()
    """What people were told of that it depends on, and that is still so as far as anybody knows."""


def campaign_page(look: Look, sheet: Sheet, heard: int | None, *, is_whole: bool = False) -> str:
    """Return the page of a server that published `heard` changes so far; None: of a file with its bodies beside it.

    With `is_whole` it is a file that needs no other.
    """
    campaign, earlier, in_folder = look.campaign, look.earlier, heard is None and not is_whole
    columns, knobs = [], []
    if campaign is not None:
        account, window = campaign.sender, campaign.window
        columns.append(arrival(campaign.message, account, window, sheet, files=in_folder))
        if earlier is not None:
            knobs.append(_BESIDE)
            columns.append(_earlier(campaign, account, earlier, sheet))
        if articles := campaign.message.articles:
            knobs.append(_WIDTH)
            columns.append(reading(articles, account, window, sheet, files=in_folder))
    missing = [(each.message, each.hint) for each in look.missing or ()]
    missing += [(drift_words(each), drift_hint(each)) for each in look.drifts]
    return document(
        "campaign.html.j2",
        look.title or look.name,
        sheet,
        None if heard is None else Watched(look.name, heard),
        facts=_facts(look, sheet),
        knobs=knobs,
        policy=WHOLE_POLICY if is_whole else POLICY,
        look_at=look,
        columns=columns,
        missing=missing if look.missing is not None else None,
        leads=[(each, *_leads(each)) for each in look.destinations],
        unread=NOT_SCANNED if campaign is not None and campaign.is_unscanned else "",
        findings=findings(look.diagnostics, sheet, live=heard is not None),
        base=base_words(earlier.difference.base) if earlier is not None else "",
        changes=difference_rows(earlier.difference) if earlier is not None else (),
    )


_WIDTH = (
    "width",
    Phrase("width"),
    (Tab("width-phone", Phrase("phone 375")), Tab("width-desk", Phrase("desk 677"))),
)
_BESIDE = (
    "beside",
    Phrase("compare"),
    (Tab("beside-alone", Phrase("alone")), Tab("beside-earlier", Phrase("side by side"))),
)


_CODE = Markup("<code>{}</code>")
_STATUS = Markup('<b class="status {}">{}</b>')


def _leads(destination: JudgedDestination) -> tuple[str, str]:
    return destination_words(destination), place_words(destination)


def _facts(look: Look, sheet: Sheet) -> list[str]:
    facts: list[str] = [_CODE.format(look.name)]
    if look.status is not None:
        facts.append(_STATUS.format(look.status.value, sheet.say(STATUS[look.status])))
    campaign = look.campaign
    if campaign is not None:
        if sheet.language.label(campaign.account) is not None:
            facts.append(AccountKey(campaign.account))
        facts += [
            Phrase("edition {edition}", edition=campaign.edition),
            audience_words(campaign.audience),
            *([window_span(campaign.window)] if campaign.window else []),
            _CODE.format(short_digest(campaign.digest)),
        ]
    return facts


def _earlier(campaign: RenderedCampaign, account: str, earlier: Earlier, sheet: Sheet) -> Markup:
    now, before = campaign.message, earlier.message
    name = _version_name(earlier.difference.base)
    if now.articles and before.articles:
        pairs = paired(
            [_traits(each) for each in before.articles], [_traits(each) for each in now.articles]
        )
        old = [
            before.articles[pairs[index]] if index in pairs else None
            for index in range(len(now.articles))
        ]
        return reading(old, account, earlier.window, sheet, earlier=name)
    return arrival(before, account, earlier.window, sheet, earlier=name)


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


def _traits(article: ReadableArticle) -> Traits:
    blocks = frozenset(read_body(article.content, {}).blocks)
    return Traits(article.title, article.content_sha256, blocks)


def index_page(
    campaign: RenderedCampaign,
    pictures: Mapping[str, str],
    language: Language = Language.ZH,
    *,
    is_whole: bool = False,
) -> str:
    """Return a page that shows the message as it arrives, each article as it is read, and what was found.

    It links to `article-N.html` beside it. `pictures` names the file beside the page for the SHA-256 of each picture's
    bytes, and of a sound or video, which plays. With `is_whole` it links to no file, and `pictures` are `data:`
    addresses.
    """
    # Whether somebody did it already is on record, and nobody looked there.
    by_hand = tuple(HandoffItem(item, done=False) for item in campaign.handoff)
    leads = tuple(
        JudgedDestination(each.kind, each.target, each.at, each.label, is_new=False)
        for each in (*campaign.destinations, *campaign.seen)
    )
    look = Look(
        campaign.name,
        campaign.title,
        campaign,
        campaign.diagnostics,
        handoff=by_hand,
        destinations=leads,
    )
    return campaign_page(look, Sheet(language, pictures), heard=None, is_whole=is_whole)
