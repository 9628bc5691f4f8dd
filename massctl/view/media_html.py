"""How pictures, a sound, a video or a coupon arrive in a chat, as HTML; the files stand beside the page and play."""

import html
from collections.abc import Mapping
from urllib.parse import quote

from massctl.model.message import MaterialRef, RenderedCard, RenderedImage, RenderedVideo, RenderedVoice


def file_address(sha256: str, files: Mapping[str, str]) -> str | None:
    """Give the relative address of a file by the name of its bytes; None where it does not stand beside the page."""
    name = files.get(sha256)
    return None if name is None else quote(name, safe="/._-~")


def arrived_media(
    message: RenderedImage | RenderedVoice | RenderedVideo | RenderedCard, files: Mapping[str, str]
) -> str:
    """Give what a follower sees of the message."""
    match message:
        case RenderedImage():
            shown = "".join(_picture(each, files) for each in message.materials)
            title = f"<strong>{html.escape(message.title)}</strong>" if message.title else ""
            words = f"<p>{html.escape(message.recommend)}</p>" if message.recommend else ""
            inside = f'<div class="pictures">{shown}</div>{title}{words}'
        case RenderedVoice():
            inside = _played(message.material, files, "audio")
        case RenderedVideo():
            words = f"<strong>{html.escape(message.title)}</strong><p>{html.escape(message.description)}</p>"
            inside = f'{_played(message.material, files, "video")}<div class="words">{words}</div>'
        case _:
            inside = f'<div class="words"><strong>卡券</strong><p>{html.escape(message.card_id)}</p></div>'
    return f'<div class="card media" lang="zh-CN">{inside}</div>'


def _picture(material: MaterialRef, files: Mapping[str, str]) -> str:
    address = file_address(material.sha256 or "", files)
    return f'<img src="{html.escape(address)}" alt="">' if address else _given(material)


def _played(material: MaterialRef, files: Mapping[str, str], tag: str) -> str:
    address = file_address(material.sha256 or "", files)
    if address is None:
        return _given(material)
    return f'<{tag} controls preload="metadata" src="{html.escape(address)}"></{tag}>'


def _given(material: MaterialRef) -> str:
    """Name material of the account, whose bytes are not at hand."""
    return f'<p class="given">素材 <code>{html.escape(material.media_id or "")}</code></p>'
