"""Messages of pictures, a sound, a video or a coupon: their strings, their files, and what WeChat has closed."""

from collections.abc import Sequence
from typing import Final

from massctl.model.campaign import Image, MpVideo, Path, Voice, WxCard
from massctl.model.diagnostics import Severity
from massctl.model.ids import MediaId
from massctl.model.message import MaterialRef, Recording, RenderedCard, RenderedImage, RenderedVideo, RenderedVoice
from massctl.model.phrase import Command, Phrase
from massctl.render.fault import Fault
from massctl.render.inputs import Problem, RecordingPurpose
from massctl.render.paths import is_foreign, picture_paths
from massctl.render.rules.registry import LIMITS
from massctl.render.rules.subject import Subject
from massctl.render.strings import Strings

Recordings = tuple[Recording, ...]

_NOTHING: Final = MaterialRef()
"""Stands for a file that was not found; such a message is never used."""
_VIDEOS_CLOSED: Final = Phrase("WeChat refuses to send videos that came through its API (48022, read 2026-10)")
_COUPONS_CLOSED: Final = Phrase("WeChat has closed mass sends of coupons since 2024-08-10 (45113, read 2026-10)")


def image_message(message: Image, strings: Strings) -> RenderedImage:
    """Render a picture message."""
    given = [
        MaterialRef(media_id=MediaId(_name(strings, media_id, ("image", "media_ids", index))))
        for index, media_id in enumerate(message.media_ids or ())
    ]
    files = [_picture(strings, file, ("image", "files", index)) for index, file in enumerate(message.files or ())]
    title = strings.string(message.title, ("image", "title"), LIMITS["image.title"])
    recommend = strings.string(message.recommend, ("image", "recommend"), LIMITS["image.recommend"])
    strings.judge(Subject({("image", "title"): title, ("image", "recommend"): recommend}, strings.words))
    return RenderedImage(
        materials=(*files, *given),
        title=title,
        recommend=recommend,
        need_open_comment=message.need_open_comment,
        only_fans_can_comment=message.only_fans_can_comment,
    )


def voice_message(message: Voice, strings: Strings) -> tuple[RenderedVoice, Recordings]:
    """Render a voice message."""
    material, recordings = _material(message, "voice", strings, ("voice",))
    return RenderedVoice(material), recordings


def video_message(message: MpVideo, strings: Strings) -> tuple[RenderedVideo, Recordings]:
    """Render a video message, with a warning that most accounts cannot send one."""
    _warn(strings, "mpvideo", _VIDEOS_CLOSED)
    material, recordings = _material(message, "video", strings, ("mpvideo",))
    title = strings.string(message.title, ("mpvideo", "title"), LIMITS["mpvideo.title"])
    if not title and message.file is not None:
        strings.report(
            [Fault("MC313", Phrase("the title is empty"), Phrase("write a title"))], {}, ("mpvideo", "title")
        )
    description = strings.string(message.description, ("mpvideo", "description"), LIMITS["mpvideo.description"])
    strings.judge(Subject({("mpvideo", "title"): title, ("mpvideo", "description"): description}, strings.words))
    return RenderedVideo(material, title, description), recordings


def card_message(message: WxCard, strings: Strings) -> RenderedCard:
    """Render a coupon, with a warning that WeChat has closed it; `card_ext` is signed, so it stays as it is."""
    _warn(strings, "wxcard", _COUPONS_CLOSED)
    return RenderedCard(_name(strings, message.card_id, ("wxcard", "card_id")), message.card_ext)


def _warn(strings: Strings, key: str, say: Phrase) -> None:
    hint = Phrase(
        "it works if the account still has the right; try it with `{command}`",
        command=Command("preview", strings.setting.campaign),
    )
    strings.report([Fault("MC317", say, hint, severity=Severity.WARNING)], {}, (key,))


def _name(strings: Strings, written: str, key: Path) -> str:
    """Render the id of something that WeChat holds; it must not be empty."""
    found = strings.string(written, key)
    if not found:
        hint = Phrase("write a value after it, or delete the key")
        strings.report([Fault("MC014", Phrase("{key} is empty", key=str(key[1])), hint)], {}, key)
    return found


def _picture(strings: Strings, written: str, key: Path) -> MaterialRef:
    name = _name(strings, written, key)
    found = strings.setting.pictures.find(name, _declaring(strings), "cover") if name else None
    if isinstance(found, Problem):
        strings.report([Fault.of(found)], {}, key)
    return _NOTHING if found is None or isinstance(found, Problem) else MaterialRef(sha256=found.sha256)


def _material(
    message: Voice | MpVideo, use: RecordingPurpose, strings: Strings, key: Path
) -> tuple[MaterialRef, Recordings]:
    if message.file is None:
        return MaterialRef(media_id=MediaId(_name(strings, message.media_id or "", (*key, "media_id")))), ()
    name = _name(strings, message.file, (*key, "file"))
    found = _recording(strings, name, use) if name else None
    if isinstance(found, Problem):
        strings.report([Fault.of(found)], {}, (*key, "file"))
    if found is None or isinstance(found, Problem):
        return _NOTHING, ()
    return MaterialRef(sha256=found.sha256), (found,)


def _recording(strings: Strings, written: str, use: RecordingPurpose) -> Recording | Problem:
    """Find a sound or video by its path, as pictures are found."""
    paths: Sequence[str] | Problem = _outside(written)
    if not is_foreign(written):
        paths = picture_paths(written, _declaring(strings), strings.setting.campaign)
    if isinstance(paths, Problem):
        return _outside(written)
    problem: Problem | None = None
    for path in paths:
        found = strings.setting.inputs.recording(path, use)
        if isinstance(found, Recording) or found.code != "MC208":
            return found
        problem = problem or found
    return problem or _outside(written)


def _declaring(strings: Strings) -> str:
    return f"{strings.setting.campaign}/campaign.yaml"


def _outside(written: str) -> Problem:
    return Problem(
        "MC209",
        Phrase("{path} is outside the campaign's folder and `_shared`", path=written),
        Phrase("copy the file into the campaign, or into `campaigns/_shared`"),
    )
