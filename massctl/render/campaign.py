"""One campaign, rendered: the whole desired side of a plan, or everything that is wrong with it."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from massctl.model.campaign import (
    Article,
    CampaignFile,
    Ignore,
    Image,
    Preview,
    Send,
    handoff_items,
    parse_offset_time,
)
from massctl.model.destination import Destination
from massctl.model.diagnostics import Diagnostic, KeyPath, Place, Severity, has_errors
from massctl.model.ids import AccountName, AppId, CampaignName, Folder, Sha256
from massctl.model.message import (
    SHORT_WINDOW,
    Picture,
    Recipient,
    RenderedCampaign,
    RenderedContent,
    Window,
)
from massctl.model.phrase import Command, Phrase
from massctl.model.settings import Account
from massctl.render.inputs import OpenidLists
from massctl.render.openid_list import named_people

if TYPE_CHECKING:
    from massctl.render.strings import KeyPlace


def campaign_of(
    name: CampaignName,
    file: CampaignFile,
    content: RenderedContent,
    *,
    folder: Folder,
    destinations: tuple[Destination, ...],
    shows_unread_picture: bool,
    account: Account,
    lists: OpenidLists,
    source_sha256: Sha256,
    place: "KeyPlace",
    about_file: Sequence[Diagnostic] = (),
) -> tuple[RenderedCampaign | None, list[Diagnostic]]:
    """Join what campaign.yaml declares and its rendered content; None where a diagnostic is an error.

    Whom it goes to, when, and under which name comes from `file` alone. `destinations` are those of its message,
    and `shows_unread_picture` is what it says of itself.
    `account` is the one that the file names; `place` finds keys of campaign.yaml; `source_sha256` names the folder as
    read; `about_file` is what is worth a warning in campaign.yaml itself, which may be ignored as all else.
    Diagnostics are sorted.
    """
    openid_list, about_audience = named_people(name, folder, file, account.appid, lists, place)
    about_rest = [
        *_changed(name, content.pictures),
        *_about_keys(name, file, place),
        *content.diagnostics,
    ]
    diagnostics = without_ignored(
        name, file.ignore, [*about_file, *about_audience, *about_rest], place
    )
    if has_errors(diagnostics):
        return None, diagnostics
    rendered = RenderedCampaign(
        name=name,
        folder=folder,
        title=file.title,
        edition=file.edition,
        account=AccountName(file.account),
        appid=AppId(account.appid),
        audience=file.audience,
        window=_window(file.send),
        send_ignore_reprint=file.send.send_ignore_reprint,
        same_content_allowed=file.send.same_content == "allow",
        message=content.message,
        destinations=destinations,
        shows_unread_picture=shows_unread_picture,
        pictures=content.pictures,
        recordings=content.recordings,
        recipients=recipients_of(file.preview),
        source_sha256=source_sha256,
        diagnostics=tuple(diagnostics),
        openid_list=openid_list,
        handoff=handoff_items(file.handoff),
        over_limit_allowed=file.send.over_limit == "allow",
        links=content.links,
        account_name=account.name or "",
        card_ext=file.wxcard.card_ext if file.wxcard is not None else None,
    )
    return rendered, diagnostics


def _changed(name: CampaignName, pictures: Sequence[Picture]) -> list[Diagnostic]:
    """Return what was done to pictures so that WeChat takes them."""
    changed = [(each.path, each.note) for each in pictures if each.note is not None]
    told = [
        Diagnostic("MC207", Severity.INFO, note, Place(path), campaign=name)
        for path, note in changed
    ]
    say = Phrase(
        "its C2PA manifest (Content Credentials) is lost: a signature does not hold for other bytes"
    )
    hint = Phrase(
        "to keep it, use a file that passes unchanged: an upright JPEG or PNG, without EXIF and below 1 MB"
    )
    lost = [Place(each.path) for each in pictures if each.lost_c2pa]
    return told + [
        Diagnostic("MC220", Severity.WARNING, say, place, hint, campaign=name) for place in lost
    ]


def _about_keys(name: CampaignName, file: CampaignFile, place: "KeyPlace") -> list[Diagnostic]:
    """Warn of keys that are allowed, and seldom meant."""
    return [*_short_window(name, file.send, place), *_closed_comments(name, file, place)]


def _window(send: Send) -> Window | None:
    first = parse_offset_time(send.not_before)
    last = parse_offset_time(send.not_after)
    return Window(first, last) if first is not None and last is not None else None


def _short_window(name: CampaignName, send: Send, place: "KeyPlace") -> list[Diagnostic]:
    """Warn of a window that one missed run of a timer may let pass."""
    window = _window(send)
    if window is None or not window.is_short:
        return []
    return [
        Diagnostic(
            "MC026",
            Severity.WARNING,
            Phrase(
                "the window lasts {minutes} minutes; below {least} a late timer or a send in doubt may miss it",
                minutes=window.minutes,
                least=SHORT_WINDOW // timedelta(minutes=1),
            ),
            place(("send", "not_after")),
            Phrase(
                "if it is urgent, wait for it: {command}; otherwise move `not_after`",
                command=Command("apply", "--wait 45m"),
            ),
            campaign=name,
        )
    ]


def _closed_comments(name: CampaignName, file: CampaignFile, place: "KeyPlace") -> list[Diagnostic]:
    """Warn of comments that are for followers only, and closed: nobody can write one."""
    articles = file.mpnews.articles if file.mpnews is not None else []
    blocks: list[tuple[KeyPath, Article | Image]] = [
        (("mpnews", "articles", n), each) for n, each in enumerate(articles)
    ]
    blocks += [(("image",), file.image)] if file.image is not None else []
    return [
        Diagnostic(
            "MC027",
            Severity.WARNING,
            Phrase(
                "only_fans_can_comment limits who may comment, but need_open_comment is false: nobody may"
            ),
            place((*path, "only_fans_can_comment")),
            Phrase("add `need_open_comment: true`, or remove this key"),
            campaign=name,
        )
        for path, block in blocks
        if block.only_fans_can_comment and not block.need_open_comment
    ]


def recipients_of(preview: Preview) -> tuple[Recipient, ...]:
    """List the reviewers, WeChat names first, each once."""
    named = [("towxname", name) for name in preview.towxname] + [
        ("touser", openid) for openid in preview.touser
    ]
    return tuple(Recipient(kind, name) for kind, name in dict.fromkeys(named))


# Warnings and notes that a campaign accepts, each with its reason; an error is never one of them.

USELESS_CODE = "MC325"
"""Of an entry that ignores nothing; it cannot be ignored itself."""


def without_ignored(
    name: str, entries: Sequence[Ignore], diagnostics: Sequence[Diagnostic], place: "KeyPlace"
) -> list[Diagnostic]:
    """Leave out what `ignore:` names, and warn of each entry that ignores nothing; in the order of their places."""
    codes = {entry.code for entry in entries} - {USELESS_CODE}
    kept = [
        each for each in diagnostics if each.severity is Severity.ERROR or each.code not in codes
    ]
    kept += _useless(name, entries, diagnostics, place)
    return sorted(kept, key=lambda diagnostic: diagnostic.sort_key)


def _useless(
    name: str, entries: Sequence[Ignore], diagnostics: Sequence[Diagnostic], place: "KeyPlace"
) -> Iterator[Diagnostic]:
    found = {each.code for each in diagnostics if each.severity is not Severity.ERROR}
    errors = {each.code for each in diagnostics} - found
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        if entry.code in found and entry.code != USELESS_CODE and entry.code not in seen:
            seen.add(entry.code)
            continue
        say = Phrase("nothing here has {code}: this entry ignores nothing", code=entry.code)
        hint = Phrase("delete it, so that a later {code} is not missed", code=entry.code)
        if entry.code in errors:
            say = Phrase("{code} is an error here, and you cannot ignore errors", code=entry.code)
            hint = Phrase(
                "`{command}` says what to do about it", command=Command("explain", entry.code)
            )
        elif entry.code in seen:
            say = Phrase("{code} is already ignored above", code=entry.code)
            hint = Phrase("keep one of the two entries, or join their reasons")
        yield Diagnostic(
            USELESS_CODE, Severity.WARNING, say, place(("ignore", index, "code")), hint, name
        )
