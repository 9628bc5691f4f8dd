"""Functions for templates: cards and links of mini-programs, profile cards, addresses of sent articles.

The elements are WeChat's own; it refuses a mini-program that is not linked to the account (45086) and the profile of
another account (40155). Source: WeChat docs, "draft/add" and "mini-program cards in articles", read 2026-10.
"""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from html import escape
from typing import Any

from jinja2.runtime import Context
from jinja2.utils import pass_context
from msgspec.structs import replace

from massctl.model.diagnostics import Fault, FaultError
from massctl.model.frozen import Frozen
from massctl.model.ids import LOCK_FILE
from massctl.model.phrase import Phrase
from massctl.render.blocks.signature import Given, Signature, given_to, signature, stop
from massctl.render.inputs import Inputs

_APPID = re.compile(r"wx[0-9a-f]{16}")
"""The form of an AppID. Source: every example in WeChat's docs."""
_TITLED = '{"article": "2026-10-tea", "title": "…"}'
_NUMBER_MAX = 8
"""Articles of one message. Source: WeChat docs, "draft/add", read 2026-10."""

SIGNATURES: Mapping[str, Signature] = {
    each.name: each
    for each in (
        signature("miniprogram_card", "appid!", "path!", "title!", "image!", before=""),
        signature("miniprogram_link", "appid!", "path!", "text!", before=""),
        signature("miniprogram_image", "appid!", "path!", "image!", "alt", before=""),
        signature("profile_card", "id!", "nickname!", "image!", "alias", "signature", before=""),
        signature("article_url", "campaign!", "number", before=""),
    )
}


def card(name: str, *args: Any, **kwargs: Any) -> str:
    """Return the HTML of a mini-program or a profile card; raise FaultError for a wrong call."""
    form = SIGNATURES[name]
    given = given_to(form, args, kwargs, holds=False)
    if "appid" in given and not _APPID.fullmatch(given["appid"]):
        raise stop(
            form,
            Phrase("`{text}` is not the AppID of a mini-program", text=given["appid"][:40]),
            Phrase("it begins with wx and has 18 characters: 小程序后台, 开发管理"),
        )
    return _WRITERS[name](given)


@pass_context
def article_url(context: Context, *args: Any, **kwargs: Any) -> str:
    """Return the address of an article that was sent before; raise FaultError if none is known."""
    form = SIGNATURES["article_url"]
    given = given_to(form, args, kwargs, holds=False)
    sent: SentArticles = context.environment.sent  # type: ignore[attr-defined]  # It is ours.
    return sent.address(form, given["campaign"], given.get("number", "1"))


class SentArticles(Frozen):
    """Articles that were sent before, for the templates of one campaign."""

    inputs: Inputs
    links: dict[str, str]
    """Every address that was asked for, by campaign and number of the article."""

    def address(self, form: Signature, campaign: str, written: str) -> str:
        """Return the address of an article; raise FaultError, for `form`, if none is known."""
        if not written.isdecimal() or not 1 <= int(written[:9]) <= _NUMBER_MAX:
            raise stop(
                form,
                Phrase(
                    "`number` of {block} counts articles from 1 to {most}",
                    block=form.shown,
                    most=_NUMBER_MAX,
                ),
            )
        found = self.inputs.article_address(campaign, int(written))
        if isinstance(found, Fault):
            raise FaultError(replace(found, needle=campaign))
        self.links[f"{campaign}/{int(written)}"] = found
        return found

    def title(self, form: Signature, campaign: str, number: int) -> str:
        """Return an article's title from the lock of its campaign; raise FaultError without one."""
        text = self.inputs.template(f"{campaign}/{LOCK_FILE}")
        with suppress(ValueError, LookupError, TypeError, RecursionError):
            if isinstance(text, str) and (
                title := json.loads(text)["message"]["articles"][number - 1]["title"]
            ):
                return str(title)
        raise stop(
            form,
            Phrase(
                "{campaign} has no lock that knows the title of article {number}",
                campaign=campaign,
                number=number,
            ),
            Phrase("write the title: {example}", example=_TITLED),
        )


def _attributes(given: Given, kind: str) -> str:
    said = {
        f"data-miniprogram-{name}": given[name]
        for name in ("appid", "path", "title")
        if name in given
    }
    return "".join(
        f' {name}="{escape(value)}"'
        for name, value in {"data-miniprogram-type": kind, **said}.items()
    )


def _card(given: Given) -> str:
    image = escape(given["image"])
    tag = "mp-common-miniprogram"
    return f'<{tag}{_attributes(given, "card")} data-miniprogram-imageurl="{image}"></{tag}>'


def _link(given: Given) -> str:
    return f'<a{_attributes(given, "text")} href="">{escape(given["text"])}</a>'


def _image(given: Given) -> str:
    alt = f' alt="{escape(given["alt"])}"' if "alt" in given else ""
    return f'<a{_attributes(given, "image")} href=""><img src="{escape(given["image"])}"{alt}></a>'


def _profile(given: Given) -> str:
    said = {
        "id": "id",
        "nickname": "nickname",
        "image": "headimg",
        "alias": "alias",
        "signature": "signature",
    }
    written = "".join(f' data-{name}="{escape(given.get(key, ""))}"' for key, name in said.items())
    return f'<mp-common-profile data-pluginname="mpprofile"{written} data-from="0"></mp-common-profile>'


_WRITERS: Mapping[str, Callable[[Given], str]] = {
    "miniprogram_card": _card,
    "miniprogram_link": _link,
    "miniprogram_image": _image,
    "profile_card": _profile,
}
