"""What a template calls to show a mini-program or a profile, or to link to an article that the house sent before.

The elements are WeChat's own; it refuses a mini-program that is not linked to the account (45086) and the profile of
another account (40155). Source: WeChat docs, "draft/add" and "mini-program cards in articles", read 2026-10.
"""

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final

from jinja2.runtime import Context
from jinja2.utils import pass_context

from massctl.model.phrase import Phrase
from massctl.render.blocks.signature import Given, Signature, given_to, signature, stop
from massctl.render.fault import TemplateStop
from massctl.render.inputs import Problem

_APPID: Final = re.compile(r"wx[0-9a-f]{16}")
"""Source: the AppIDs of WeChat, in every example of its docs."""
_NUMBER_MAX: Final = 8
"""Articles of one message. Source: WeChat docs, "draft/add", read 2026-10."""
AddressOf = Callable[[str, int], "str | Problem"]
"""Gives the address of an article by the campaign's name and its number, from 1."""

SIGNATURES: Final[Mapping[str, Signature]] = {
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
    """Write what a template asks for by one of the names above but the last; raises TemplateStop for a wrong call."""
    form = SIGNATURES[name]
    given = given_to(form, args, kwargs, holds=False)
    if "appid" in given and not _APPID.fullmatch(given["appid"]):
        say = Phrase("`{text}` is not the AppID of a mini-program", text=given["appid"][:40])
        raise stop(form, say, Phrase("it begins with wx and has 18 characters: 小程序后台, 开发管理"))
    return _WRITERS[name](given)


@pass_context
def article_url(context: Context, *args: Any, **kwargs: Any) -> str:
    """Give the address of an article that went out before; raises TemplateStop where none is known."""
    form = SIGNATURES["article_url"]
    given = given_to(form, args, kwargs, holds=False)
    written = given.get("number", "1")
    if not written.isdecimal() or not 1 <= int(written[:9]) <= _NUMBER_MAX:
        say = Phrase("`number` of {block} counts articles from 1 to {most}", block=form.shown, most=_NUMBER_MAX)
        raise stop(form, say)
    find: AddressOf = context.environment.address_of  # type: ignore[attr-defined]  # It is ours.
    found = find(given["campaign"], int(written))
    if isinstance(found, Problem):
        raise TemplateStop(found, needle=given["campaign"])
    return found


def _attributes(given: Given, kind: str) -> str:
    said = {f"data-miniprogram-{name}": given[name] for name in ("appid", "path", "title") if name in given}
    return "".join(f' {name}="{escape(value)}"' for name, value in {"data-miniprogram-type": kind, **said}.items())


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
    said = {"id": "id", "nickname": "nickname", "image": "headimg", "alias": "alias", "signature": "signature"}
    written = "".join(f' data-{name}="{escape(given.get(key, ""))}"' for key, name in said.items())
    return f'<mp-common-profile data-pluginname="mpprofile"{written} data-from="0"></mp-common-profile>'


_WRITERS: Final[Mapping[str, Callable[[Given], str]]] = {
    "miniprogram_card": _card,
    "miniprogram_link": _link,
    "miniprogram_image": _image,
    "profile_card": _profile,
}
