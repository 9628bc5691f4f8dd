"""One campaign's page: chat, articles, diagnostics, changes."""

from collections.abc import Mapping, Sequence

from massctl.model.diagnostics import Diagnostic
from massctl.model.frozen import Frozen
from massctl.model.message import ReadableArticle, ReadableMessage, RenderedCampaign, Window
from massctl.model.phrase import Phrase
from massctl.model.state import Status
from massctl.plan.guards import HandoffItem
from massctl.plan.lock_diff import Mark, Piece
from massctl.plan.plan import Drift
from massctl.plan.review_diff import Base, BaseKind, Difference, Traits, paired, read_body
from massctl.plan.steps import Refusal
from massctl.view.difference import base_words, difference_rows
from massctl.view.i18n import Language
from massctl.view.pages.article import reading
from massctl.view.pages.chat import arrival
from massctl.view.pages.diagnostics import findings
from massctl.view.pages.document import Watched, document, knob
from massctl.view.pages.markup import Sheet, Tab, written
from massctl.view.rows import ChangeRow
from massctl.view.words import (
    STATUS,
    audience_words,
    drift_hint,
    drift_words,
    recorded,
    short_digest,
    window_span,
)


def by_hand(items: Sequence[HandoffItem], sheet: Sheet) -> str:
    """Return the section with the hand-off list, what is done ticked; nothing without a list."""
    if not items:
        return ""
    left = sum(not each.done for each in items)
    rows = "".join(_item(each.words, sheet, done=each.done) for each in items)
    return _notes(
        "by-hand", Phrase("by hand in the console, before the send"), f"{left}", rows, sheet
    )


def before_the_send(missing: Sequence[Refusal], drifts: Sequence[Drift], sheet: Sheet) -> str:
    """Return the section with what keeps the campaign from being sent, and what to type."""
    told = [(each.message, each.hint) for each in missing]
    told += [(drift_words(each), drift_hint(each)) for each in drifts]
    rows = "".join(_item(message, sheet, hint) for message, hint in told)
    return _notes("missing", Phrase("before it can be sent"), f"{len(told) or ''}", rows, sheet)


def _notes(at: str, title: Phrase, count: str, rows: str, sheet: Sheet) -> str:
    nothing = Phrase("nothing is missing")
    return f"""<section class="notes" aria-labelledby="{at}">
<h2 id="{at}">{sheet.say(title)} <span class="count">{count}</span></h2>
{f'<ul class="by-hand">{rows}</ul>' if rows else f'<p class="nothing">{sheet.say(nothing)}</p>'}
</section>
"""


def _item(words: str, sheet: Sheet, hint: str = "", *, done: bool = False) -> str:
    kind, mark = ("done", "☑") if done else ("open", "☐")
    word = sheet.say(Phrase("done") if done else Phrase("to do"))
    told = f'role="img" aria-label="{word}"' if not hint else 'aria-hidden="true"'
    below = f'<p class="hint">{sheet.say(hint)}</p>' if hint else ""
    return f'<li class="{kind}"><span {told}>{mark}</span> {sheet.say(words)}{below}</li>\n'


_TAGS = {Mark.ADDED: "ins", Mark.REMOVED: "del", Mark.KEPT: "span"}


def differences(difference: Difference, sheet: Sheet) -> str:
    """Return the section with what changed, and against what."""
    items = "".join(_difference_row(each, sheet) for each in difference_rows(difference))
    heading = sheet.say(Phrase("what changed"))
    return f"""<section class="notes" aria-labelledby="changes">
<h2 id="changes">{heading}</h2>
<p class="base">{sheet.say(base_words(difference.base))}</p>
<ul class="changes">{items}</ul>
</section>
"""


def _difference_row(row: ChangeRow, sheet: Sheet) -> str:
    kind = "article-name" if row.is_article else "inner" if row.is_inner else "outer"
    return f'<li class="{kind}">{sheet.say(row.words)}{_pieces(row.pieces)}</li>\n'


def _pieces(pieces: Sequence[Piece]) -> str:
    return "".join(
        f"<{_TAGS[each.mark]}>{written(each.text)}</{_TAGS[each.mark]}>" for each in pieces
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
    drifts: tuple[Drift, ...] = ()
    """What people were told of that it depends on, and that is still so as far as anybody knows."""


def campaign_page(look: Look, sheet: Sheet, heard: int | None) -> str:
    """Return the page of a server that published `heard` changes so far; None: of a file with its bodies beside it."""
    live = heard is not None
    campaign = look.campaign
    columns, knobs = [], []
    if campaign is not None:
        account = campaign.sender
        columns.append(arrival(campaign.message, account, campaign.window, sheet, files=not live))
        if look.earlier is not None:
            knobs.append(_BESIDE)
            columns.append(_earlier(campaign, account, look.earlier, sheet))
        if articles := campaign.message.articles:
            knobs.append(_WIDTH)
            columns.append(reading(articles, account, campaign.window, sheet, files=not live))
    notes = before_the_send(look.missing, look.drifts, sheet) if look.missing is not None else ""
    notes += by_hand(look.handoff, sheet) + findings(look.diagnostics, sheet, live=live)
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
    behind = Phrase("its files have faults; the page shows it as it was before")
    broken = Phrase("its files have faults, so there is nothing to show yet")
    found = sheet.say(Phrase("what was found"))
    link = f'<a href="#findings">{found}</a>'
    return f'<p class="faulty" role="alert">{sheet.say(behind if look.is_behind else broken)} {link}</p>\n'


def _earlier(campaign: RenderedCampaign, account: str, earlier: Earlier, sheet: Sheet) -> str:
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
    campaign: RenderedCampaign, pictures: Mapping[str, str], language: Language = Language.ZH
) -> str:
    """Return a page that shows the message as it arrives, each article as it is read, and what was found.

    It links to `article-N.html` beside it. `pictures` names the file beside the page for the SHA-256 of each picture's
    bytes, and of a sound or video, which plays.
    """
    # Whether somebody did it already is on record, and nobody looked there.
    by_hand = tuple(HandoffItem(item, done=False) for item in campaign.handoff)
    look = Look(campaign.name, campaign.title, campaign, campaign.diagnostics, handoff=by_hand)
    return campaign_page(look, Sheet(language, pictures), heard=None)
