"""The message of a campaign, rendered: strings of campaign.yaml through Jinja, articles, covers, limits."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, assert_never

from msgspec.structs import replace

from massctl.model.campaign import (
    SQUARE,
    TAKE_OUT,
    WIDE,
    Article,
    CampaignFile,
    Cover,
    Crop,
    Image,
    MpNews,
    MpVideo,
    Ratio,
    Text,
    Voice,
    WxCard,
    crop_around,
    flags_of,
)
from massctl.model.diagnostics import Fault, KeyPath, Severity, warning
from massctl.model.frozen import Frozen
from massctl.model.ids import DEFAULTS_FILE, CampaignName, Folder, MediaId, Sha256, below_campaigns
from massctl.model.message import (
    CardMessage,
    ImageMessage,
    NewsMessage,
    Picture,
    Recording,
    RenderedArticle,
    RenderedContent,
    RenderedMessage,
    TextMessage,
    VideoMessage,
    VoiceMessage,
)
from massctl.model.phrase import Command, Phrase
from massctl.model.settings import Account, OwnSites
from massctl.model.theme import ThemeSettings
from massctl.render.inputs import Inputs, RecordingPurpose
from massctl.render.limits import LIMITS, ContentLimit, Limit
from massctl.render.link_tag import LinkTag
from massctl.render.paths import Pictures, is_foreign, picture_paths
from massctl.render.rules.subject import Subject
from massctl.render.rules.words import WordLists
from massctl.render.strings import KeyPlace, Setting, Strings, no_check

if TYPE_CHECKING:
    from massctl.render.theme import Theme

LEAD_PIXELS_MIN = (900, 383)
"""Width and height of what the list shows of a first article.
Source: the size that the console asks for; guides for editors, read 2026-10."""
SQUARE_PIXELS_MIN = (200, 200)
"""Of the square beside the other articles. Source: the size that the console asks for; guides, read 2026-10."""
SHOWN_SHARE_MIN = {WIDE: 0.5, SQUARE: 0.4}
"""Ours: where less of a cover is left, its author did not mean this part. The square of a cover that was drawn for the
list, in 2.35:1, is 43 % of it, and usual."""
RATIO_TOLERANCE = 0.03
"""Ours: a written part that is off by more is stretched, or cut once more."""
_MIDDLE = (0.5, 0.5)
_NAMES = {WIDE: "2.35:1", SQUARE: "1:1"}
_KEYS = {WIDE: "crop_235_1", SQUARE: "crop_1_1"}


class ShownCover(Frozen):
    """What a draft says about a cover; `massctl.model.campaign` has the form of the parts."""

    sha256: Sha256
    pic_crop_235_1: str | None = None
    """None leaves it to WeChat, which takes the middle."""
    pic_crop_1_1: str | None = None


_NO_WORDS = WordLists()
_NOTHING = Sha256("0" * 64)
"""Stands for a file that was not found; such a message is never used."""
_NO_COVER = ShownCover(_NOTHING)


def render_content(
    name: CampaignName,
    file: CampaignFile,
    *,
    folder: Folder,
    account: Account,
    inputs: Inputs,
    place: KeyPlace,
    words: WordLists = _NO_WORDS,
) -> RenderedContent:
    """Render a validated campaign's files.

    `account` is the one that the file names; `place` finds keys of campaign.yaml; `words` is what to look for in the
    text.
    """
    own = below_campaigns(folder)
    pictures = Pictures(own, inputs)
    limit = (
        ContentLimit(file.account, account.content_limit)
        if account.content_limit is not None
        else None
    )
    brand = account.brand if file.brand else None
    usual = (account.theme or ThemeSettings()).over(brand.theme if brand is not None else None)
    setting = Setting(
        name, own, file.account, inputs, pictures, account.external_links, usual, brand, limit
    )
    strings = Strings(file, setting, place, words)
    track = _link_tag(strings, account)
    strings.setting = replace(setting, track=track)
    message, recordings = render_message(strings)
    _report_unused_link_tag(strings, track)
    links = tuple(sorted(setting.links.items()))
    return RenderedContent(message, pictures.used, recordings, tuple(strings.diagnostics), links)


TAG_CHARACTERS_MAX = 200
"""Ours: of one value; the address behind "read original" may have 1,024 bytes."""


def _link_tag(strings: Strings, account: Account) -> LinkTag:
    """Render the campaign's link tag; report each value that no address can carry."""
    sites = account.own_sites or OwnSites()
    written = strings.file.track or {}
    tag = {key: strings.string(text, ("track", key), _tag_faults) for key, text in written.items()}
    return LinkTag(sites, tag)


def _tag_faults(value: str) -> Iterator[Fault]:
    if not value:
        yield Fault("MC014", Phrase("the value is empty"), Phrase("write a value, or take it out"))
    elif not value.isprintable() or len(value) > TAG_CHARACTERS_MAX:
        say = Phrase(
            "a link tag is one line of at most {limit} visible characters", limit=TAG_CHARACTERS_MAX
        )
        yield Fault("MC014", say, Phrase("write a short word, such as the campaign's name"))


def _report_unused_link_tag(strings: Strings, track: LinkTag) -> None:
    """Say that no link carries the campaign's link tag. One that is inherited is others' too."""
    place = strings.place(("track",))
    is_inherited = place is not None and place.file.endswith(f"/{DEFAULTS_FILE}")
    if not track.tag or track.is_carried or is_inherited or strings.diagnostics:
        return
    say = Phrase("no link of this message carries the link tag")
    hint = Phrase(
        "name your hosts or mini-programs under `own_sites:` in massctl.yaml, link to one of them, or take `track` out"
    )
    strings.report([Fault("MC415", say, hint, severity=Severity.WARNING)], {}, ("track",))


def render_message(strings: Strings) -> tuple[RenderedMessage, tuple[Recording, ...]]:
    """Render the campaign's message, and its sound or video; usable only where no diagnostic is an error."""
    message = strings.file.message
    match message:
        case MpNews():
            alone = len(message.articles) == 1
            articles = [
                _article(strings, *each, is_alone=alone) for each in enumerate(message.articles)
            ]
            _report_unused_theme(strings)
            return NewsMessage(tuple(articles)), ()
        case Text():
            return TextMessage(*_words(strings, message, "content")), ()
        case Image():
            return image_message(message, strings), ()
        case Voice():
            return voice_message(message, strings)
        case MpVideo():
            return video_message(message, strings)
        case WxCard():
            return card_message(message, strings), ()
        case _:
            assert_never(message)


def _article(strings: Strings, index: int, article: Article, *, is_alone: bool) -> RenderedArticle:
    keys: KeyPath = ("mpnews", "articles", index)
    variables = strings.variables(article.vars)

    def string(key: str, text: str, check: Limit = no_check) -> str:
        return strings.string(text, (*keys, key), check, variables)

    title = string("title", article.title, LIMITS["title"])
    author = string("author", article.author, LIMITS["author"])
    digest = string("digest", article.digest, LIMITS["digest"])
    tagged = strings.setting.track.address
    check = partial(_tagged_url_faults, tagged)
    url = tagged(string("content_source_url", article.content_source_url or "", check))
    cover = _cover(
        strings,
        article.cover,
        string("cover", article.cover.file),
        (*keys, "cover"),
        is_first=index == 0,
    )
    theme = (
        (article.theme or ThemeSettings())
        .over(strings.file.theme)
        .over(strings.setting.usual_theme)
    )
    breaks = strings.file.breaks if article.breaks is None else article.breaks
    # Only articles have bodies and themes.
    from massctl.render.article import render_body
    from massctl.render.theme import DEFAULT

    body = render_body(
        string("content", article.content), title, variables, strings.setting, theme, breaks=breaks
    )
    strings.report(body.faults, body.sources, (*keys, "content"))
    if body.theme is not None:
        _report_theme(strings, article, keys, body.theme)
    elif article.theme is not None and not any(
        each.severity is Severity.ERROR for each in body.faults
    ):
        strings.report(
            [
                Fault(
                    "MC014",
                    Phrase("an HTML article is passed through unchanged, without a theme"),
                    TAKE_OUT,
                )
            ],
            {},
            (*keys, "theme"),
        )
    texts = {(*keys, "title"): title, (*keys, "author"): author, (*keys, "digest"): digest}
    called = strings.setting.pictures.called
    strings.judge(
        Subject(
            texts, strings.words, keys, body.content, body.tree, body.sources, called, url, is_alone
        )
    )
    return RenderedArticle(
        title=title,
        author=author,
        digest=digest,
        content=body.content,
        cover=cover.sha256,
        content_source_url=url or None,
        pic_crop_235_1=cover.pic_crop_235_1,
        pic_crop_1_1=cover.pic_crop_1_1,
        theme=(theme.name or DEFAULT) if body.theme is not None else None,
        **flags_of(article),
    )


def _tagged_url_faults(tagged: Callable[[str], str], address: str) -> Iterable[Fault]:
    """Judge the address behind "read original" as it will be sent."""
    return LIMITS["content_source_url"](tagged(address))


def _report_theme(strings: Strings, article: Article, keys: KeyPath, theme: "Theme") -> None:
    """Report the faults of an article's theme, each of a key where that key is written."""
    layers: list[tuple[ThemeSettings | None, KeyPath]] = [
        (article.theme, (*keys, "theme")),
        (strings.file.theme, ("theme",)),
    ]
    for fault in theme.faults:
        # A theme that is a name alone has no keys.
        said = (
            key if [*each.said] == ["name"] else (*key, fault.option)
            for each, key in layers
            if each is not None and fault.option in each.said
        )
        key = next(said, None)
        if key is None and fault.option:
            at = strings.setting.in_settings(
                fault, ("theme", fault.option), ("brand", fault.option)
            )
            strings.report([at], {}, ())
        else:
            strings.report([fault], theme.sources, key or ())


_NO_ARTICLE = Phrase("no article uses this theme")


def _report_unused_theme(strings: Strings) -> None:
    """Say that the campaign's theme shows in no article: all are HTML, or say something else."""
    theme = strings.file.theme
    place = strings.place(("theme",))
    if place is not None and place.file.endswith(f"/{DEFAULTS_FILE}"):
        return  # It is inherited, and others may show it.
    if theme is not None and not strings.setting.themes.is_used(theme) and not strings.diagnostics:
        say = (
            Phrase("no article uses the theme `{name}`", name=theme.name)
            if theme.name
            else _NO_ARTICLE
        )
        strings.report([Fault("MC014", say, TAKE_OUT)], {}, ("theme",))


def _cover(
    strings: Strings, cover: Cover, written: str, key: KeyPath, *, is_first: bool
) -> ShownCover:
    found = strings.setting.pictures.find(written, strings.setting.file, "cover")
    if isinstance(found, Fault):
        strings.report([found], {}, key)
        return _NO_COVER
    strings.report(cover_faults(found, cover, is_first=is_first), {}, key)
    return shown_cover(found, cover)


# Messages of pictures, a sound, a video or a coupon: their strings, their files, and what WeChat has closed.

Recordings = tuple[Recording, ...]

_VIDEOS_CLOSED = Phrase(
    "WeChat refuses to send videos that came through its API (48022, read 2026-10)"
)
_COUPONS_CLOSED = Phrase(
    "WeChat has closed mass sends of coupons since 2024-08-10 (45113, read 2026-10)"
)


def image_message(message: Image, strings: Strings) -> ImageMessage[RenderedArticle]:
    """Render a picture message."""
    given = [
        MediaId(_name(strings, media_id, ("image", "media_ids", index)))
        for index, media_id in enumerate(message.media_ids or ())
    ]
    files = [
        _picture(strings, file, ("image", "files", index))
        for index, file in enumerate(message.files or ())
    ]
    title, recommend = _words(strings, message, "title", "recommend")
    return ImageMessage(
        files=tuple(files) or None,
        media_ids=tuple(given) or None,
        title=title,
        recommend=recommend,
        need_open_comment=message.need_open_comment,
        only_fans_can_comment=message.only_fans_can_comment,
    )


def voice_message(
    message: Voice, strings: Strings
) -> tuple[VoiceMessage[RenderedArticle], Recordings]:
    """Render a voice message."""
    file, media_id, recordings = _material(message, "voice", strings, ("voice",))
    return VoiceMessage(file, media_id), recordings


def video_message(
    message: MpVideo, strings: Strings
) -> tuple[VideoMessage[RenderedArticle], Recordings]:
    """Render a video message, with a warning that most accounts cannot send one."""
    _warn(strings, "mpvideo", _VIDEOS_CLOSED)
    file, media_id, recordings = _material(message, "video", strings, ("mpvideo",))
    title, description = _words(strings, message, "title", "description")
    if not title and message.file is not None:
        strings.report(
            [Fault("MC313", Phrase("the title is empty"), Phrase("write a title"))],
            {},
            ("mpvideo", "title"),
        )
    return VideoMessage(file, media_id, title, description), recordings


def card_message(message: WxCard, strings: Strings) -> CardMessage[RenderedArticle]:
    """Render a coupon, with a warning that WeChat has closed it."""
    _warn(strings, "wxcard", _COUPONS_CLOSED)
    return CardMessage(_name(strings, message.card_id, ("wxcard", "card_id")))


def _words(strings: Strings, message: Text | Image | MpVideo, *keys: str) -> list[str]:
    """Render the words of a message without articles, and judge them."""
    kind = strings.file.message_type
    said: dict[KeyPath, str] = {
        (kind, key): strings.string(getattr(message, key), (kind, key), LIMITS[f"{kind}.{key}"])
        for key in keys
    }
    strings.judge(Subject(said, strings.words))
    return list(said.values())


def _warn(strings: Strings, key: str, say: Phrase) -> None:
    strings.report(
        [
            warning(
                "MC317",
                say,
                Phrase(
                    "it works if the account still has the right; try it with `{command}`",
                    command=Command("preview", strings.setting.campaign),
                ),
            )
        ],
        {},
        (key,),
    )


def _name(strings: Strings, written: str, key: KeyPath) -> str:
    """Render the id of something that WeChat holds; it must not be empty."""
    found = strings.string(written, key)
    if not found:
        strings.report(
            [
                Fault(
                    "MC014",
                    Phrase("{key} is empty", key=str(key[1])),
                    Phrase("write a value after it, or delete the key"),
                )
            ],
            {},
            key,
        )
    return found


def _picture(strings: Strings, written: str, key: KeyPath) -> Sha256:
    name = _name(strings, written, key)
    found = strings.setting.pictures.find(name, strings.setting.file, "cover") if name else None
    if isinstance(found, Fault):
        strings.report([found], {}, key)
    return found.sha256 if isinstance(found, Picture) else _NOTHING


def _material(
    message: Voice | MpVideo, use: RecordingPurpose, strings: Strings, key: KeyPath
) -> tuple[Sha256 | None, MediaId | None, Recordings]:
    if message.file is None:
        return None, MediaId(_name(strings, message.media_id or "", (*key, "media_id"))), ()
    name = _name(strings, message.file, (*key, "file"))
    found = _recording(strings, name, use) if name else None
    if isinstance(found, Fault):
        strings.report([found], {}, (*key, "file"))
    return (found.sha256, None, (found,)) if isinstance(found, Recording) else (_NOTHING, None, ())


def _recording(strings: Strings, written: str, use: RecordingPurpose) -> Recording | Fault:
    """Find a sound or video by its path, as pictures are found."""
    paths: Sequence[str] | Fault = _outside(written)
    if not is_foreign(written):
        paths = picture_paths(written, strings.setting.file, strings.setting.own)
    if isinstance(paths, Fault):
        return _outside(written)
    fault: Fault | None = None
    for path in paths:
        found = strings.setting.inputs.recording(path, use)
        if isinstance(found, Recording) or found.code != "MC208":
            return found
        fault = fault or found
    return fault or _outside(written)


def _outside(written: str) -> Fault:
    return Fault(
        "MC209",
        Phrase("{path} is outside the campaign's folder and `_shared`", path=written),
        Phrase("copy the file into the campaign, or into `campaigns/_shared`"),
    )


# An article's cover: the picture, the parts of it that WeChat shows, and whether they are worth showing.


def shown_cover(picture: Picture, cover: Cover) -> ShownCover:
    """Return the crops of a cover: as written, else around its focus."""
    wide, square = (_decided(picture, cover, ratio) for ratio in (WIDE, SQUARE))
    return ShownCover(picture.sha256, wide.text if wide else None, square.text if square else None)


def cover_faults(picture: Picture, cover: Cover, *, is_first: bool) -> Iterator[Fault]:
    """Judge a cover by the part that the list shows of this article: wide for the first one, square for the others."""
    width = picture.width_pixels
    height = picture.height_pixels
    shown = WIDE if is_first else SQUARE
    decided = _decided(picture, cover, shown)
    part = decided or crop_around(_MIDDLE, width, height, shown)
    least = LEAD_PIXELS_MIN if is_first else SQUARE_PIXELS_MIN
    got = part.pixels(width, height)
    if got[0] < least[0] or got[1] < least[1]:
        yield warning(
            "MC216",
            Phrase(
                "the visible part of the cover has {width}x{height} pixels; at least {least} are needed",
                width=got[0],
                height=got[1],
                least=f"{least[0]}x{least[1]}",
            ),
            Phrase("export a larger one: WeChat enlarges it, and it looks blurred in the list"),
        )
    share = got[0] * got[1] / (width * height)
    if decided is None and share < SHOWN_SHARE_MIN[shown]:
        yield warning(
            "MC217",
            Phrase(
                "the list shows {form} of the cover, {share} percent of it; it is {width}x{height}",
                form=_NAMES[shown],
                share=round(100 * share),
                width=width,
                height=height,
            ),
            Phrase(
                "choose the part: `focus: [0.5, 0.3]` beside `file:`, or make the cover in that form"
            ),
        )
    for ratio in (WIDE, SQUARE):
        yield from _form_faults(picture, cover, ratio)


def _decided(picture: Picture, cover: Cover, ratio: Ratio) -> Crop | None:
    written = cover.crop_235_1 if ratio == WIDE else cover.crop_1_1
    if written is not None:
        return Crop.parse(written)
    if cover.focus is None:
        return None
    across, down = cover.focus
    return crop_around((across, down), picture.width_pixels, picture.height_pixels, ratio)


def _form_faults(picture: Picture, cover: Cover, ratio: Ratio) -> Iterator[Fault]:
    """Compare a part that is written out with the form that it is for."""
    written = cover.crop_235_1 if ratio == WIDE else cover.crop_1_1
    crop = Crop.parse(written) if written is not None else None
    if crop is None:
        return
    width, height = crop.pixels(picture.width_pixels, picture.height_pixels)
    form = width / max(1, height)
    due = ratio[0] / ratio[1]
    if abs(form - due) > RATIO_TOLERANCE * due:
        say = Phrase(
            "{key} is {width}x{height} pixels of this cover, with the ratio {found}:1 and not {form}",
            key=_KEYS[ratio],
            width=width,
            height=height,
            found=round(form, 2),
            form=_NAMES[ratio],
        )
        nearest = crop_around(_centre(crop), picture.width_pixels, picture.height_pixels, ratio)
        yield warning(
            "MC218",
            say,
            Phrase(
                "the largest part of that form around the same point is {crop}", crop=nearest.text
            ),
        )


def _centre(crop: Crop) -> tuple[float, float]:
    return (crop.left + crop.right) / 2_000_000, (crop.top + crop.bottom) / 2_000_000
