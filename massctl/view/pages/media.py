"""How pictures, a sound, a video or a coupon arrive in a chat; the files stand beside the page and play."""

from massctl.model.message import MaterialRef, RenderedCard, RenderedImage, RenderedVideo, RenderedVoice
from massctl.model.phrase import Phrase
from massctl.view.pages.sheet import Sheet, written


def arrived_media(message: RenderedImage | RenderedVoice | RenderedVideo | RenderedCard, sheet: Sheet) -> str:
    """Give what a follower sees of the message."""
    match message:
        case RenderedImage():
            shown = "".join(_picture(each, number, sheet) for number, each in enumerate(message.materials, 1))
            title = f"<strong>{written(message.title)}</strong>" if message.title else ""
            words = f"<p>{written(message.recommend)}</p>" if message.recommend else ""
            about = f'<div class="words">{title}{words}</div>' if title or words else ""
            inside = f'<div class="pictures">{shown}</div>{about}'
        case RenderedVoice():
            inside = _played(message.material, sheet, "audio", Phrase("the sound"))
        case RenderedVideo():
            about = f"<strong>{written(message.title)}</strong><p>{written(message.description)}</p>"
            played = _played(message.material, sheet, "video", Phrase("the video"))
            inside = f'{played}<div class="words">{about}</div>'
        case _:
            inside = f'<div class="words"><strong>卡券</strong><p>{written(message.card_id)}</p></div>'
    return f'<div class="card media" lang="zh-CN">{inside}</div>'


def _picture(material: MaterialRef, number: int, sheet: Sheet) -> str:
    address = sheet.address(material.sha256 or "")
    if address is None:
        return _given(material)
    described = sheet.say(Phrase("picture {number}", number=number))
    return f'<img src="{written(address)}" alt="{described}" lang="{sheet.code}">'


def _played(material: MaterialRef, sheet: Sheet, tag: str, name: Phrase) -> str:
    address = sheet.address(material.sha256 or "")
    if address is None:
        return _given(material)
    label = f'aria-label="{sheet.say(name)}" lang="{sheet.code}"'
    return f'<{tag} controls preload="metadata" {label} src="{written(address)}"></{tag}>'


def _given(material: MaterialRef) -> str:
    """Name material of the account, whose bytes are not at hand."""
    return f'<p class="given">素材 <code>{written(material.media_id or (material.sha256 or "")[:12])}</code></p>'
