"""campaign.yaml: the declared intention, as written.

Each block is a model. `campaign_faults` checks the rules that need two keys at once, such as the order of a window's
ends: pydantic would report one of them only, and hide the others.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from msgspec.structs import replace
from pydantic import (
    AwareDatetime,
    BeforeValidator,
    Field,
    JsonValue,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
)
from pydantic_core import PydanticCustomError

from massctl.model.batches import OpenidList, part_number
from massctl.model.diagnostics import CODES, Fault, KeyPath
from massctl.model.finding import FINDING, RecordedFinding, SeriesName
from massctl.model.frozen import Frozen
from massctl.model.ids import (
    ACCOUNT_NAME_PATTERN,
    CELL_NAME_PATTERN,
    FOLDER_NAME_PATTERN,
    OPENID_PATTERN,
    VARIABLE_NAME_PATTERN,
    WECHAT_NAME_PATTERN,
)
from massctl.model.phrase import Command, Phrase, enumerated
from massctl.model.strict import NonEmpty, NonEmptyLine, OneLine, Strict
from massctl.model.theme import ThemeKey

CROP_PATTERN = (
    r"^(?:0(?:\.[0-9]{1,6})?|1(?:\.0{1,6})?)(?:_(?:0(?:\.[0-9]{1,6})?|1(?:\.0{1,6})?)){3}$"
)
"""`X1_Y1_X2_Y2`, each from 0 to 1 with at most 6 decimals, from the top left.
Source: WeChat docs, "draft/add", `pic_crop_235_1` and `pic_crop_1_1`, read 2026-10."""
WHOLE = 1_000_000
"""Millionths of a side."""
Ratio = tuple[int, int]
DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
WIDE: Ratio = 47, 20
"""2.35:1, the form of `pic_crop_235_1`."""
SQUARE: Ratio = 1, 1
"""The form of `pic_crop_1_1`."""


class Crop(Frozen):
    """A part of a picture, in millionths of its sides from the top left."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read `X1_Y1_X2_Y2`; None for another form, and for a part without width or height."""
        if re.fullmatch(CROP_PATTERN, text) is None:
            return None
        crop = cls(*(_millionths(number) for number in text.split("_")))
        return crop if crop.left < crop.right and crop.top < crop.bottom else None

    @property
    def text(self) -> str:
        """Write it as WeChat takes it."""
        return "_".join(map(_decimal, (self.left, self.top, self.right, self.bottom)))

    def pixels(self, width: int, height: int) -> tuple[int, int]:
        """Return the size of this part of a picture of that size, in whole pixels, rounded."""
        return round((self.right - self.left) * width / WHOLE), round(
            (self.bottom - self.top) * height / WHOLE
        )


def crop_around(focus: tuple[float, float], width: int, height: int, ratio: Ratio) -> Crop:
    """Return the largest part of that form in a picture of `width` x `height` pixels, as near to `focus` as can be.

    `focus` is a point from the top left, each coordinate from 0 to 1.
    """
    across, down = ratio
    if width * down >= height * across:
        start, end = _span(focus[0], height * across, width * down)
        return Crop(start, 0, end, WHOLE)
    start, end = _span(focus[1], width * down, height * across)
    return Crop(0, start, WHOLE, end)


def _span(centre: float, part: int, whole: int) -> tuple[int, int]:
    length = max(1, (2 * WHOLE * part + whole) // (2 * whole))
    start = min(max(0, round(centre * WHOLE) - length // 2), WHOLE - length)
    return start, start + length


def _millionths(number: str) -> int:
    units, _, decimals = number.partition(".")
    return int(units) * WHOLE + int(decimals.ljust(6, "0"))


def _decimal(millionths: int) -> str:
    units, decimals = divmod(millionths, WHOLE)
    return f"{units}.{decimals:06}".rstrip("0").rstrip(".")


OFFSET_TIME_PATTERN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]"
    r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r" ?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
)
"""A date and a time of day with an offset: `2026-12-01T20:00:00+08:00`."""

OffsetTime = Annotated[str, StringConstraints(pattern=OFFSET_TIME_PATTERN)]
Openid = Annotated[str, StringConstraints(pattern=OPENID_PATTERN)]
WechatName = Annotated[str, StringConstraints(pattern=WECHAT_NAME_PATTERN)]
VariableName = Annotated[str, StringConstraints(pattern=VARIABLE_NAME_PATTERN)]
CropText = Annotated[str, StringConstraints(pattern=CROP_PATTERN)]
Share = Annotated[float, Field(ge=0, le=1)]
TRACK_NAME_PATTERN = r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$"
"""The name of a parameter of an address."""
TrackName = Annotated[str, StringConstraints(pattern=TRACK_NAME_PATTERN)]
PART_PATTERN = r"^[1-9][0-9]?/[1-9][0-9]?$"
"""The second of three parts: `2/3`."""
PARTS_MAX = 31
"""So many dates one snapshot may be divided among. Our own bound: a month at its longest."""
CODE_PATTERN = r"^MC[0-9]{3}$"
"""The code of a diagnostic."""


class Expect(Strict):
    """Bounds for the size of the audience; outside them nothing is sent."""

    min: Annotated[int, Field(ge=0)] | None = None
    """The fewest followers that may be reached; a smaller audience is refused."""
    max: Annotated[int, Field(ge=1)] | None = None
    """The most followers that may be reached; a larger audience is refused."""


def _said_of_all(written: Any) -> Any:
    """Read false as not said: it stands beside the audience that is meant, as in WeChat's own filter."""
    return None if written is False else written


class Audience(Strict):
    """Who receives the message: exactly one of is_to_all, tag_id, tag, openids and of. There is no default."""

    is_to_all: Annotated[
        Literal[True] | None, BeforeValidator(_said_of_all, json_schema_input_type=bool | None)
    ] = None
    """Whether it goes to every follower of the account, and enters its history page. false may stand beside one of the
    others, as WeChat writes it, and changes nothing."""
    tag_id: Annotated[int, Field(ge=0)] | None = None
    """The id of one of the account's tags (标签), as in the console's address bar."""
    tag: NonEmptyLine | None = None
    """The name of one of the account's tags (标签), exactly as the console shows it."""
    openids: NonEmpty | None = None
    """A file with one openid a line, or a .csv with an `openid` column; 2 or more, in jobs of at most 10000. Service
    accounts only. Keep it out of public repositories."""
    of: Annotated[str, StringConstraints(pattern=FOLDER_NAME_PATTERN)] | None = None
    """The name of an audience (人群): those who were frozen in audiences/NAME.lock.json. Service accounts only."""
    part: Annotated[str, StringConstraints(pattern=PART_PATTERN)] | None = None
    """With `of`: one of equal parts of its people, such as 2/3. `parts` of a campaign says it of each."""
    expect: Expect | None = None
    """Bounds for the size of the audience, of all parts together; outside them nothing is sent."""

    @property
    def is_list(self) -> bool:
        """Return whether it names people one by one, who are sent to in batches."""
        return self.openids is not None or self.of is not None

    def part_of(self, people: OpenidList) -> OpenidList:
        """Return whom it means of an audience: all of its people, or one part of them."""
        return people if self.part is None else people.part(*part_number(self.part))


class Send(Strict):
    """When and how it may go out. Without a window it is staged and sent only by name."""

    not_before: OffsetTime | None = None
    """The earliest moment of the send, with an offset: 2026-12-01T20:00:00+08:00."""
    not_after: OffsetTime | None = None
    """The latest moment; afterwards the campaign is expired and is never sent late. Required with not_before."""
    date: Annotated[str, StringConstraints(pattern=DATE_PATTERN)] | None = None
    """The day of the window, instead of both: YYYY-MM-DD. Its hours stand in a _defaults.yaml above."""
    send_ignore_reprint: bool = False
    """true: go on although WeChat judges an article to be a reprint (转载) and the original allows it."""
    same_content: Literal["refuse", "allow"] = "refuse"
    """allow: send although the same message went to the same audience in the last 90 days."""
    over_limit: Literal["refuse", "allow"] = "refuse"
    """allow: send although the same tag, or everybody, had four mass messages this month; WeChat delivers a fifth to
    nobody who had them. For service accounts."""


class Preview(Strict):
    """Whose phones show the message before it is sent; each must follow the account."""

    towxname: list[WechatName] = Field(default_factory=list)
    """WeChat names (微信号) of reviewers."""
    touser: list[Openid] = Field(default_factory=list)
    """Openids of reviewers."""


class Cover(Strict):
    """An article's cover, and which part of it WeChat shows where."""

    file: NonEmpty
    """The picture's file; becomes thumb_media_id."""
    crop_235_1: CropText | None = None
    """The part that the list shows, 2.35:1, as X1_Y1_X2_Y2 from 0 to 1, from the top left: 0_0.1_1_0.9."""
    crop_1_1: CropText | None = None
    """The square that is shown beside other articles and when the article is shared, as X1_Y1_X2_Y2."""
    focus: Annotated[list[Share], Field(min_length=2, max_length=2)] | None = None
    """The point that both parts keep in their middle, as far as can be: [0.5, 0.3] is above the centre. A part that is
    written out wins over it."""

    @model_serializer(mode="wrap")
    def _as_short_as_written(self, full: SerializerFunctionWrapHandler) -> Any:
        """Return the file alone where nothing else is said, so that both spellings mean the same to a digest."""
        document = full(self)
        return self.file if document == {"file": self.file} else document


def _cover_block(written: Any) -> Any:
    """Read a path as the cover that it is the file of."""
    if written == "":
        raise PydanticCustomError("string_too_short", "empty")
    if isinstance(written, str):
        return {"file": written}
    if isinstance(written, dict | Cover):
        return written
    raise PydanticCustomError("string_type", "neither a path nor keys")


class Article(Strict):
    """One article of a news message (图文消息). Strings may use Jinja."""

    title: NonEmpty
    """The title, at most 64 characters; more than 32, which WeChat documents, are a warning."""
    author: str = ""
    """The author's name, at most 16 characters."""
    digest: str = ""
    """The summary under the title, at most 120 characters; WeChat takes the text's beginning where it is empty."""
    content: NonEmpty
    """The body's file: .md, .md.j2, .html or .html.j2, relative to the campaign's folder."""
    cover: Annotated[Cover, BeforeValidator(_cover_block, json_schema_input_type=NonEmpty | Cover)]
    """The cover picture's file, or `file` with the parts that WeChat shows; becomes thumb_media_id."""
    content_source_url: NonEmpty | None = None
    """The address behind "read original" (阅读原文), at most 1024 bytes."""
    need_open_comment: bool = False
    """true: the article can be commented on; the account needs the comment right."""
    only_fans_can_comment: bool = False
    """true: only followers can comment."""
    theme: ThemeKey | None = None
    """The theme of this article, a name or keys; each key wins over the campaign's."""
    breaks: bool | None = None
    """true: each line of its Markdown is a line of the article; it wins over the campaign's."""
    vars: dict[VariableName, JsonValue] = Field(default_factory=dict)
    """Variables of this article's templates; they win over the campaign's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFlags:
    """The switches of an article, each called alike in campaign.yaml, in a lock and by draft/add."""

    need_open_comment: bool
    only_fans_can_comment: bool

    @property
    def written_flags(self) -> dict[str, bool]:
        """Give those that a lock, a digest and a request hold: a new switch only where it is on, so that none moves."""
        return {name: on for name, on in flags_of(self).items() if on or name in _ALWAYS_WRITTEN}


_ALWAYS_WRITTEN = frozenset({"need_open_comment", "only_fans_can_comment"})
ARTICLE_FLAGS = tuple(each.name for each in fields(ArticleFlags))


def flags_of(article: object) -> dict[str, bool]:
    """Return the switches of an article as campaign.yaml, a lock or a draft has it."""
    return {name: getattr(article, name) for name in ARTICLE_FLAGS}


class MpNews(Strict):
    """A news message (图文消息) of one to eight articles."""

    articles: Annotated[list[Article], Field(min_length=1, max_length=8)]
    """The articles, first one on top. WeChat allows 1 to 8 (draft/add, read 2026-10)."""


class Text(Strict):
    """A text message (文本消息)."""

    content: NonEmpty
    """The words, at most 600 characters; may use Jinja."""


class Image(Strict):
    """A picture message (图片消息). Strings may use Jinja."""

    files: Annotated[list[NonEmpty], Field(min_length=1, max_length=20)] | None = None
    """Picture files in the order in which followers see them, at most 20; else `media_ids`."""
    media_ids: Annotated[list[NonEmpty], Field(min_length=1, max_length=20)] | None = None
    """Material that exists, in place of files."""
    title: str = ""
    """The title above the pictures, at most 32 characters."""
    recommend: str = ""
    """The words shown with the pictures, at most 140 characters."""
    need_open_comment: bool = False
    """true: the message can be commented on."""
    only_fans_can_comment: bool = False
    """true: only followers can comment."""


class Voice(Strict):
    """A voice message (语音消息)."""

    file: NonEmpty | None = None
    """A sound file (MP3, AMR, WAV, WMA), at most 2 MB and 60 seconds; else `media_id`."""
    media_id: NonEmpty | None = None
    """Material that exists, in place of a file."""


class MpVideo(Strict):
    """A video message (视频消息). WeChat has closed it to most accounts (48022)."""

    file: NonEmpty | None = None
    """An MP4 file, at most 10 MB; else `media_id`."""
    media_id: NonEmpty | None = None
    """Material that exists, in place of a file."""
    title: str = ""
    """The video's title, at most 64 characters; required with a file."""
    description: str = ""
    """The video's description, at most 120 characters."""


class WxCard(Strict):
    """A coupon (卡券). WeChat has closed it (45113)."""

    card_id: NonEmpty
    """The coupon's id."""
    card_ext: NonEmpty | None = None
    """The signed JSON that previews need, as WeChat's page on coupons describes it; never part of a send."""


class Handoff(Strict):
    """What only a person can do to the draft, in the console, before it may be sent: then `massctl adopt`."""

    original: Literal[True] | None = None
    """true: declare it original (原创)."""
    reward: Literal[True] | None = None
    """true: open the reward (赞赏)."""
    ai_label: Literal[True] | None = None
    """true: state under 创作来源 that it was made with AI (内容由 AI 生成)."""
    album: NonEmpty | None = None
    """The album (合集) that it goes into."""
    statement: NonEmpty | None = None
    """Another statement under 创作来源, in its words there."""
    other: Annotated[list[NonEmpty], Field(min_length=1)] | None = None
    """Anything else that only the console can do, in words for whoever does it."""


class Ignore(Strict):
    """A warning or note that is known and accepted; errors cannot be ignored."""

    code: Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
    """The code of the diagnostic, MC and three digits."""
    reason: Annotated[str, StringConstraints(pattern=r"\S")]
    """Why it is accepted, for whoever reviews the campaign."""


Message = MpNews | Text | Image | Voice | MpVideo | WxCard


class CellFile(Strict):
    """One campaign of a matrix, called NAME@CELL. What it does not say is as the file says."""

    name: Annotated[str, StringConstraints(pattern=CELL_NAME_PATTERN)]
    """Its name, which is its identity for ever: a cell that is renamed belongs under `moved:` in massctl.yaml."""
    account: Annotated[str, StringConstraints(pattern=ACCOUNT_NAME_PATTERN)] | None = None
    """The account that sends it, in place of the file's."""
    audience: Audience | None = None
    """Who receives it, in place of the file's audience."""
    vars: dict[VariableName, JsonValue] = Field(default_factory=dict)
    """Variables of its templates; they win over the file's, and an article's win over both."""


class DatedPart(Strict):
    """One campaign of `parts`, called NAME@part-1, NAME@part-2 and so on."""

    until: OffsetTime
    """The end of its window. The window opens at the time of day of `send.not_before`, at the last one before this
    end, and not before the part above it ends."""


class CampaignFile(Strict):
    """A mass send of one message to one audience, in one window; with `matrix` or `parts`, one for each of them."""

    version: Literal[1]
    """The version of this format."""
    title: OneLine = ""
    """A title for people, shown everywhere beside the folder's name."""
    account: Annotated[str, StringConstraints(pattern=ACCOUNT_NAME_PATTERN)]
    """The account that sends, a key under `accounts:` in massctl.yaml."""
    edition: Annotated[int, Field(ge=1)] = 1
    """Raise it to send the campaign once more, on purpose."""
    audience: Audience
    """Who receives the message; there is no default."""
    send: Send = Field(default_factory=Send)
    """When and how it may go out. Without it there is no window, and it is staged and sent only by name."""
    preview: Preview = Field(default_factory=Preview)
    """Whose phones show the message before it is sent."""
    handoff: Handoff | None = None
    """What only a person can do to the draft of a news message in the console; until it is adopted, it is not sent."""
    theme: ThemeKey | None = None
    """The look of the articles, a theme's name or keys; each key wins over the account's."""
    brand: bool = True
    """false: articles are without the brand of massctl.yaml, its colour, size, header, footer and logo."""
    breaks: bool = False
    """true: each line of Markdown is a line of the article, as in verse. Else the lines of a paragraph are one."""
    vars: dict[VariableName, JsonValue] = Field(default_factory=dict)
    """Variables of the templates."""
    track: dict[TrackName, NonEmptyLine] | None = None
    """The link tag, parameters by name: each link of its articles to an own site or mini-program
    (`own_sites` in massctl.yaml) carries them. What a link says itself wins. Values may use Jinja."""
    matrix: Annotated[list[CellFile], Field(min_length=1)] | None = None
    """The same message from several accounts, or to several audiences: each cell is a campaign of its own, called
    NAME@CELL. What cells do not say of account and audience stands above."""
    parts: Annotated[list[DatedPart], Field(min_length=2, max_length=PARTS_MAX)] | None = None
    """An audience (`of`) that is sent to in equal parts, each with a window of its own: at most 1,000,000 people a day
    can be reached one by one. Each part is a campaign of its own, called NAME@part-1, NAME@part-2 and so on."""
    series: SeriesName | None = None
    """The series of letters that it belongs to, such as `walks`: `massctl report --series walks` shows all of them.
    It is no part of what is sent, and may be written later."""
    finding: list[RecordedFinding] = Field(default_factory=list)
    """What was learnt, by edition; `massctl report NAME --record` writes it. It is no part of what is sent."""
    ignore: list[Ignore] = Field(default_factory=list)
    """Warnings and notes about this campaign that are accepted, each with its reason."""
    mpnews: MpNews | None = None
    """A news message (图文消息)."""
    text: Text | None = None
    """A text message (文本消息)."""
    image: Image | None = None
    """A picture message (图片消息)."""
    voice: Voice | None = None
    """A voice message (语音消息)."""
    mpvideo: MpVideo | None = None
    """A video message (视频消息)."""
    wxcard: WxCard | None = None
    """A coupon (卡券)."""

    @property
    def message(self) -> Message:
        """The one message; a campaign that passed `campaign_rules` has exactly one."""
        found: Message = getattr(self, self.message_type)
        return found

    @property
    def message_type(self) -> str:
        """The key under which it stands."""
        return next(name for name in MESSAGES if getattr(self, name) is not None)


EITHER_OF = {
    "image": ("files", "media_ids"),
    "voice": ("file", "media_id"),
    "mpvideo": ("file", "media_id"),
}
"""Exactly one of these keys of a message is required: a file of the campaign, or material that the account has."""
MESSAGES = ("mpnews", "text", "image", "voice", "mpvideo", "wxcard")
MATRIX = "matrix"
PARTS = "parts"
PART = "part"
EVERYBODY = "is_to_all"
LISTS = ("openids", "of")
"""Audiences of people one by one."""
AUDIENCES = (EVERYBODY, "tag_id", "tag", *LISTS)


YEAR_MIN = 1970
YEAR_MAX = 9000
_CROP = "0_0.1_1_0.9"


KEEP_ONE = Phrase("keep one of the two")
TAKE_OUT = Phrase("take it out")
_REAL_TIME = Phrase("check the month, the day, the hour and the offset")


def is_divided(data: Mapping[str, Any]) -> bool:
    """Return whether a campaign.yaml holds several campaigns: the cells of a matrix, or the parts of a snapshot."""
    return MATRIX in data or PARTS in data


def cell_names(data: Mapping[str, Any]) -> list[Any]:
    """Return what the cells of a campaign.yaml are called, as it says it; parts are called by their numbers."""
    if MATRIX in data:
        return [mapping_of(each).get("name") for each in list_of(data[MATRIX])]
    return [f"{PART}-{number}" for number, _ in enumerate(list_of(data.get(PARTS)), 1)]


def as_cell(data: Mapping[str, Any], index: int) -> dict[str, Any]:
    """Return what a campaign.yaml says of one of its cells, as a file of its own."""
    if MATRIX not in data:
        return _as_part(data, index)
    cell = mapping_of(data["matrix"][index])
    own = {key: cell[key] for key in ("account", "audience") if key in cell}
    rest = {key: value for key, value in data.items() if key not in (MATRIX, FINDING)}
    found = {**rest, **own}
    if "vars" in cell and isinstance(data.get("vars", {}), Mapping):
        found["vars"] = {**data.get("vars", {}), **mapping_of(cell["vars"])}
    return found


def _as_part(data: Mapping[str, Any], index: int) -> dict[str, Any]:
    parts = list_of(data.get(PARTS))
    send = dict(mapping_of(data.get("send")))
    opens, until = _part_windows(data)[index]
    if opens is not None:
        send["not_before"] = opens.isoformat()
    rest = {key: value for key, value in data.items() if key not in (PARTS, FINDING)}
    return {
        **rest,
        "audience": {**mapping_of(data.get("audience")), PART: f"{index + 1}/{len(parts)}"},
        "send": {**send, "not_after": until},
    }


def _part_windows(data: Mapping[str, Any]) -> list[tuple[datetime | None, Any]]:
    """Return when the window of each part opens, and when it ends as it is written; None where nobody can say."""
    start = parse_offset_time(mapping_of(data.get("send")).get("not_before"))
    found: list[tuple[datetime | None, Any]] = []
    before = start
    for part in list_of(data.get(PARTS)):
        until = mapping_of(part).get("until")
        end, opens = parse_offset_time(until), None
        if start is not None and before is not None and end is not None:
            days = max(0, (end - start - timedelta.resolution) // timedelta(days=1))
            opens = max(before, start + timedelta(days=days))
            before = end
        found.append((opens, until))
    return found


def list_key(audience: Mapping[str, Any]) -> str | None:
    """Return under which key an audience, as declared or recorded, names people one by one; None where it does not.

    One that is reached by a tag is sent to as a tag.
    """
    if audience.get("by") == "tag":
        return None
    return next((key for key in LISTS if key in audience), None)


def faults_by_cell(
    data: Mapping[str, Any], rules: Callable[[Mapping[str, Any]], Iterable[Fault]]
) -> list[Fault]:
    """Check a campaign, or each cell of a matrix as the campaign that it is.

    A fault of what a cell itself says stands at the cell; one of what cells share is found once.
    """
    if MATRIX not in data:
        return list(rules(data))
    cells = list_of(data[MATRIX])
    found = [
        _at_cell(fault, index, mapping_of(cell))
        for index, cell in enumerate(cells)
        for fault in rules(as_cell(data, index))
    ]
    if not cells or {"account", "audience"} <= data.keys():
        # What no cell takes over must be right too.
        found += rules({key: value for key, value in data.items() if key != MATRIX})
    return list(dict.fromkeys(found))


def _at_cell(fault: Fault, index: int, cell: Mapping[str, Any]) -> Fault:
    is_own = fault.key[:1] in (("account",), ("audience",)) and fault.key[0] in cell
    is_lacking = fault.is_absence and fault.code in ("MC012", "MC016") and not fault.key
    return replace(fault, key=(MATRIX, index, *fault.key)) if is_own or is_lacking else fault


def _no_account(data: Mapping[str, Any]) -> Iterator[Fault]:
    if "account" not in data:
        yield Fault(
            "MC012",
            Phrase("{key} is missing", key="account"),
            Phrase("add `{line}`", line="account: …"),
            is_absence=True,
        )


def same_followers(other: str) -> Phrase:
    """Say that another cell, by its name, reaches followers of this one."""
    say = Phrase(
        "the cell {other} sends to the same followers of this account, who would get it twice"
    )
    return Phrase(say, other=other)


ANOTHER_CELL = Phrase("give it another account or another audience, or keep one of the two cells")
BETWEEN_CELLS = frozenset({"MC037", "MC038"})
"""Codes of what is wrong between two cells."""


def cell_faults(data: Mapping[str, Any], appids: Mapping[str, str]) -> Iterator[Fault]:
    """Find what is wrong between the cells of a matrix; `appids` are those of the accounts.

    Two cells of one name would share a record. Two that surely reach the same followers would send to them twice.
    """
    cells = [mapping_of(each) for each in list_of(data.get(MATRIX))]
    names = [each.get("name") for each in cells]
    for index, name in enumerate(names):
        if isinstance(name, str) and name in names[:index]:
            yield Fault(
                "MC037",
                Phrase("there is a cell {name} already", name=name),
                Phrase("give it another name"),
                key=(MATRIX, index, "name"),
                at_key=False,
            )
    reached: list[tuple[str, Mapping[str, Any], object]] = []
    for index, cell in enumerate(cells):
        found = as_cell(data, index)
        account, audience = found.get("account"), mapping_of(found.get("audience"))
        if not isinstance(account, str) or not audience:
            continue  # It is reported already.
        appid = appids.get(account, account)
        for other, whom, name in reached:
            if appid == other and surely_overlap(audience, whom):
                yield _overlap(index, cell, name)
                break
        reached.append((appid, audience, cell.get("name")))


def surely_overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two audiences of one account have followers in common for sure: everybody, or the same one.

    Whether followers have both of two tags, nobody can know here.
    """
    keys = (*AUDIENCES, PART)
    whom = [{key: each[key] for key in keys if each.get(key)} for each in (one, other)]
    return any(EVERYBODY in each for each in whom) or whom[0] == whom[1] != {}


def _overlap(index: int, cell: Mapping[str, Any], other: object) -> Fault:
    key = (MATRIX, index, "audience") if "audience" in cell else (MATRIX, index)
    return Fault(
        "MC038",
        same_followers(str(other)),
        ANOTHER_CELL,
        key=key,
    )


def campaign_faults(data: Mapping[str, Any]) -> list[Fault]:
    """Check what pydantic cannot see key by key; values of wrong types are left to pydantic."""
    if MATRIX not in data:
        return [*_campaign_faults(data), *_part_faults(data), *_findings(data)]
    by_cell = faults_by_cell(data, lambda cell: [*_campaign_faults(cell), *_no_account(cell)])
    return [*by_cell, *_matrix_and_parts(data), *_findings(data)]


def _campaign_faults(data: Mapping[str, Any]) -> list[Fault]:
    return [
        *_one_message(data),
        *_media(data),
        *_card_ext(data),
        *_one_audience(data),
        *_one_part(data),
        *expect_faults(mapping_of(data.get("audience")).get("expect"), ("audience", "expect")),
        *_reprint(data),
        *_window(data),
        *_looks(data),
        *_handoff(data),
        *_crops(data),
        *_ignored_codes(data),
    ]


def mapping_of(value: object) -> Mapping[str, Any]:
    """Return a value if it is keys with values, else none of them."""
    return value if isinstance(value, Mapping) else {}


def list_of(value: object) -> list[Any]:
    """Return a value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def one_of(
    block: Mapping[str, Any],
    keys: Sequence[str],
    at: KeyPath,
    none: Phrase,
    codes: tuple[str, str] = ("MC012", "MC014"),
    hint: Phrase = KEEP_ONE,
) -> Iterator[Fault]:
    """Ask for exactly one of some keys of the block `at`; `codes` are those of `none` and of one too many."""
    found = [key for key in keys if key in block]
    if not found:
        yield Fault(codes[0], none, Phrase("write one of {keys}", keys=enumerated(keys)), key=at)
    elif len(found) > 1:
        yield Fault(
            codes[1],
            Phrase("write {first} or {second}, but not both", first=found[0], second=found[1]),
            hint,
            key=(*at, found[1]),
        )


def _one_message(data: Mapping[str, Any]) -> Iterator[Fault]:
    found = [key for key in data if key in MESSAGES]
    if not found:
        hint = Phrase("write one of {messages}", messages=enumerated(MESSAGES))
        yield Fault("MC015", Phrase("there is no message"), hint, is_absence=True)
    for key in found[1:]:
        yield Fault(
            "MC015",
            Phrase(
                "a campaign sends one message, and this is the second after {first}", first=found[0]
            ),
            Phrase("keep one of the two, and make another campaign for the other"),
            key=(key,),
        )


def _media(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Ask for exactly one of a file and of material that exists."""
    for message, either in EITHER_OF.items():
        block = data.get(message)
        if isinstance(block, Mapping):
            say = Phrase("{message} is empty", message=message)
            yield from one_of(block, either, (message,), say, ("MC024", "MC024"))


def _card_ext(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Ask for what a coupon's previews need, where there are reviewers."""
    card = data.get("wxcard")
    preview = mapping_of(data.get("preview"))
    if not isinstance(card, Mapping):
        return
    if isinstance(given := card.get("card_ext"), str) and given and not _is_json_object(given):
        yield Fault(
            "MC014",
            Phrase("card_ext is not a JSON object"),
            Phrase(
                "copy it completely, as it was signed: {example}",
                example='{"code":"","openid":"","timestamp":"…"}',
            ),
            key=("wxcard", "card_ext"),
            at_key=False,
        )
    if "card_ext" not in card and (preview.get("towxname") or preview.get("touser")):
        yield Fault(
            "MC012",
            Phrase("the previews of a coupon need card_ext"),
            Phrase(
                "write the signed JSON that WeChat's page on coupons describes, or remove `preview:`"
            ),
            key=("wxcard",),
        )


def _one_audience(data: Mapping[str, Any]) -> Iterator[Fault]:
    audience = data.get("audience", {})
    if not isinstance(audience, Mapping):
        return
    # WeChat's own filter has false beside a tag.
    beside = audience.get(EVERYBODY) is False
    found = [key for key in audience if key in AUDIENCES and not (key == EVERYBODY and beside)]
    if not found and beside:
        yield Fault(
            "MC016",
            Phrase(
                "say who receives it: {key} is false, and there is no other audience", key=EVERYBODY
            ),
            Phrase("add one of {audiences}", audiences=enumerated(AUDIENCES[1:])),
            key=("audience", EVERYBODY),
            is_absence=True,
        )
    elif not found:
        yield Fault(
            "MC016",
            Phrase(
                "there is no audience: write one of {audiences}", audiences=enumerated(AUDIENCES)
            ),
            Phrase("say who receives it: there is no default"),
            key=("audience",) if "audience" in data else (),
            is_absence=True,
        )
    for key in found[1:]:
        yield Fault(
            "MC016",
            Phrase(
                "a campaign has one audience, and this is the second after {first}", first=found[0]
            ),
            KEEP_ONE,
            key=("audience", key),
        )


def _one_part(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Refuse a part that there is not, or of what has no parts."""
    audience = mapping_of(data.get("audience"))
    written, key = audience.get(PART), ("audience", PART)
    if not isinstance(written, str) or re.fullmatch(PART_PATTERN, written) is None:
        return
    number, parts = part_number(written)
    if "of" not in audience:
        yield Fault("MC014", _ONLY_OF, TAKE_OUT, key=key)
    elif not number <= parts or not 2 <= parts <= PARTS_MAX:
        say = Phrase("there is no part {part}", part=written)
        hint = Phrase("write one of 2 to {most} parts, such as 2/3", most=PARTS_MAX)
        yield Fault("MC014", say, hint, key=key, at_key=False)


_ONLY_OF = Phrase("only an audience (`of`) has parts: its people are numbered in a snapshot")


def _matrix_and_parts(data: Mapping[str, Any]) -> Iterator[Fault]:
    if PARTS in data:
        say = Phrase("write {first} or {second}, but not both", first=MATRIX, second=PARTS)
        yield Fault("MC014", say, KEEP_ONE, key=(PARTS,))


def _part_faults(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Refuse parts without an audience, without a first hour, or that do not follow each other."""
    if PARTS not in data:
        return
    audience, send = mapping_of(data.get("audience")), mapping_of(data.get("send"))
    if audience and "of" not in audience:
        yield Fault("MC014", _ONLY_OF, TAKE_OUT, key=(PARTS,))
    if PART in audience:
        say = Phrase("write {first} or {second}, but not both", first=PARTS, second=PART)
        yield Fault("MC014", say, KEEP_ONE, key=("audience", PART))
    if "not_after" in send:
        say = Phrase("write {first} or {second}, but not both", first=PARTS, second="not_after")
        yield Fault("MC014", say, TAKE_OUT, key=("send", "not_after"))
    if "date" in send:
        yield from _day(send, [])
    elif "not_before" not in send:
        say = Phrase("nothing says when the first part may go out")
        hint = Phrase("add `{line}` under send:", line="not_before: 2026-12-01T20:00:00+08:00")
        yield Fault("MC012", say, hint, key=("send",) if "send" in data else (PARTS,))
    yield from _part_times(data)


def _part_times(data: Mapping[str, Any]) -> Iterator[Fault]:
    for index, (opens, until) in enumerate(_part_windows(data)):
        end, key = parse_offset_time(until), (PARTS, index, "until")
        if _has_form_of_time(until) and end is None:
            say = Phrase("{key}: there is no such time", key="until")
            yield Fault("MC014", say, _REAL_TIME, key=key, at_key=False)
        elif opens is not None and end is not None and end <= opens:
            say = Phrase(
                "this part ends before it can begin, {start}", start=opens.isoformat(" ", "minutes")
            )
            hint = Phrase("write a later time; each part begins when the one above it has ended")
            yield Fault("MC020", say, hint, key=key, at_key=False)


def expect_faults(said: object, key: KeyPath) -> Iterator[Fault]:
    """Refuse an expected size that no audience can have."""
    expect = mapping_of(said)
    low = expect.get("min")
    high = expect.get("max")
    if type(low) is int and type(high) is int and low > high:
        yield Fault(
            "MC014",
            Phrase("min {low} is more than max {high}: no audience can match", low=low, high=high),
            Phrase("correct one of the two numbers"),
            key=(*key, "min"),
            at_key=False,
        )


def _reprint(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Refuse an answer to a question that only articles raise."""
    if mapping_of(data.get("send")).get("send_ignore_reprint") is True and "mpnews" not in data:
        yield Fault(
            "MC014",
            Phrase("send_ignore_reprint is for articles (mpnews), and this message has none"),
            TAKE_OUT,
            key=("send", "send_ignore_reprint"),
        )


def _looks(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Refuse a look for what has no articles."""
    if "mpnews" in data or not any(message in data for message in MESSAGES):
        return
    for key in ("theme", "brand", "breaks", "track"):
        if key in data:
            say = Phrase("this is for articles (mpnews), and the message has none")
            yield Fault("MC014", say, TAKE_OUT, key=(key,))


_HANDOFF_HINT = Phrase(
    "name what somebody does in the console, such as `original: true`, or remove `handoff`"
)


def _handoff(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Ask for a draft that somebody can find and complete: one, and of news."""
    handoff = data.get("handoff")
    if not isinstance(handoff, Mapping):
        return
    if not handoff:
        yield Fault("MC012", Phrase("nothing is handed off"), _HANDOFF_HINT, key=("handoff",))
    elif "mpnews" not in data:
        yield Fault(
            "MC014",
            Phrase("only a news message has a draft that somebody can complete in the console"),
            TAKE_OUT,
            key=("handoff",),
        )
    elif list_key(mapping_of(data.get("audience"))) is not None:
        yield Fault(
            "MC014",
            Phrase(
                "a list of openids has a draft for each batch, and nobody can complete these by hand"
            ),
            Phrase("give these followers a tag, and write it under audience"),
            key=("handoff",),
        )


def _window(data: Mapping[str, Any]) -> Iterator[Fault]:
    send = mapping_of(data.get("send"))
    ends = [key for key in ("not_before", "not_after") if key in send]
    if PARTS in data:
        yield from _times(send, [key for key in ends if key == "not_before"])
    elif "date" in send:
        yield from _day(send, ends)
    elif ends == ["not_before"]:
        yield Fault(
            "MC012",
            Phrase("not_before needs not_after: without it a late run could send at any hour"),
            Phrase("add `{line}`", line="not_after: 2026-12-01T22:00:00+08:00"),
            key=("send", "not_before"),
        )
    elif ends == ["not_after"]:
        yield Fault(
            "MC012",
            Phrase("not_after needs not_before: a window has two ends"),
            Phrase("add `{line}`", line="not_before: 2026-12-01T20:00:00+08:00"),
            key=("send", "not_after"),
        )
    else:
        yield from _times(send, ends)


def _day(send: Mapping[str, Any], ends: Sequence[str]) -> Iterator[Fault]:
    """Refuse a day that no hours make a window of; where they do, the ends of the window take its place."""
    if ends:
        say = Phrase("write {first} or {second}, but not both", first="date", second=ends[0])
        yield Fault("MC014", say, KEEP_ONE, key=("send", ends[0]))
    elif date_of(send["date"]) is None:
        say = Phrase("there is no such day: {found}", found=str(send["date"]))
        yield Fault("MC014", say, Phrase("check the month and the day"), key=("send", "date"))
    else:
        say = Phrase("the hours of the window are missing: no _defaults.yaml above has `send`")
        hint = Phrase(
            "write `{hours}` into a _defaults.yaml, or not_before and not_after here",
            hours='send: {from: "20:00", to: "21:30"}',
        )
        yield Fault("MC012", say, hint, key=("send", "date"))


def date_of(written: object) -> date | None:
    """Return the day that is written; None for anything else."""
    if not isinstance(written, str) or re.fullmatch(DATE_PATTERN, written) is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _times(send: Mapping[str, Any], ends: Sequence[str]) -> Iterator[Fault]:
    for key in ends:
        if _has_form_of_time(send[key]) and parse_offset_time(send[key]) is None:
            say = Phrase("{key}: there is no such time", key=key)
            yield Fault("MC014", say, _REAL_TIME, key=("send", key), at_key=False)
    first = parse_offset_time(send.get("not_before"))
    last = parse_offset_time(send.get("not_after"))
    if first is not None and last is not None and last <= first:
        yield Fault(
            "MC020",
            Phrase(
                "not_after must be later than not_before, {start}", start=str(send["not_before"])
            ),
            Phrase("write a later not_after, or exchange the two; compare the offsets too"),
            key=("send", "not_after"),
            at_key=False,
        )


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _crops(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Refuse a part of a cover that has no width or no height."""
    for index, article in enumerate(list_of(mapping_of(data.get("mpnews")).get("articles"))):
        cover = mapping_of(mapping_of(article).get("cover"))
        for key in ("crop_235_1", "crop_1_1"):
            written = cover.get(key)
            if (
                isinstance(written, str)
                and re.fullmatch(CROP_PATTERN, written)
                and Crop.parse(written) is None
            ):
                yield Fault(
                    "MC014",
                    Phrase("{key}: there is no area between these corners", key=key),
                    Phrase(
                        "write left, top, right, bottom, where left is less than right and top less than bottom: "
                        "{example}",
                        example=_CROP,
                    ),
                    key=("mpnews", "articles", index, "cover", key),
                    at_key=False,
                )


def _ignored_codes(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Refuse codes that no diagnostic has: such an entry would ignore nothing for ever."""
    for index, entry in enumerate(list_of(data.get("ignore"))):
        code = mapping_of(entry).get("code")
        if isinstance(code, str) and re.fullmatch(CODE_PATTERN, code) and code not in CODES:
            yield Fault(
                "MC014",
                Phrase("there is no diagnostic {code}", code=code),
                Phrase("`{command}` lists them all", command=Command("explain")),
                key=("ignore", index, "code"),
                at_key=False,
            )


def _findings(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Refuse findings of no cell or of an edition to come, those without words, and two of one edition.

    Of two nobody could say which counts.
    """
    newest = data.get("edition", 1)
    cells = cell_names(data)
    known: list[tuple[Any, Any]] = []
    for index, finding in enumerate(list_of(data.get(FINDING))):
        said = mapping_of(finding)
        cell, key = said.get("cell"), (FINDING, index)
        edition = said.get("edition", 1)
        which = (edition, cell)
        if is_divided(data) and cell not in cells:
            hint = Phrase("write the name of a cell of the matrix, or of a part")
            yield Fault("MC014", Phrase("there is no such cell"), hint, key=(*key, "cell"))
        elif not is_divided(data) and cell is not None:
            say = Phrase("this campaign has no matrix, and so no cells")
            yield Fault("MC014", say, TAKE_OUT, key=(*key, "cell"))
        elif isinstance(edition, int) and isinstance(newest, int) and edition > newest:
            say = Phrase(
                "edition {edition} is still to come: this campaign is at {newest}",
                edition=edition,
                newest=newest,
            )
            hint = Phrase("write the edition that it was learnt from")
            yield Fault("MC014", say, hint, key=(*key, "edition"))
        elif which in known:
            say = Phrase("there is a finding of this edition already")
            yield Fault("MC014", say, Phrase("join the two"), key=key)
        elif isinstance(finding, Mapping) and not {"verdict", "learnt"} & finding.keys():
            say = Phrase("this finding says nothing")
            hint = Phrase("add `{line}`", line="learnt: …")
            yield Fault("MC012", say, hint, key=key)
        known.append(which)


def _has_form_of_time(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(OFFSET_TIME_PATTERN, value) is not None


def parse_offset_time(value: object) -> datetime | None:
    """Read a date and time with an offset, or give None: for no string, no time, no offset, no such day.

    Years before 1970 and after 9000 are none either: no window is there, and sums with them overflow.
    """
    if not isinstance(value, str):
        return None
    text = value.strip().replace("z", "Z").replace("t", "T")
    head, _, tail = text.rpartition(" ")
    try:
        moment = datetime.fromisoformat(
            head + tail if head and (tail == "Z" or tail[:1] in "+-") else text
        )
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and YEAR_MIN <= moment.year <= YEAR_MAX else None


class Tag(Strict):
    """A tag (标签) of an account, as tags/get tells of it."""

    id: int
    """Its id, for `audience.tag_id`."""
    name: str
    """Its name, for `audience.tag`."""
    count: int
    """How many followers had it."""


class AccountTags(Strict):
    """The tags of an account."""

    pulled_at: AwareDatetime
    """When they were read."""
    tags: list[Tag]
    """All of them."""


def handoff_items(declared: "Handoff | None") -> tuple[str, ...]:
    """Name everything that is declared, in one order: `original`, `album: 秋季`, `other: …`; each once."""
    if declared is None:
        return ()
    marks = {
        "original": declared.original,
        "reward": declared.reward,
        "ai_label": declared.ai_label,
    }
    words = [("album", declared.album), ("statement", declared.statement)]
    words += [("other", each) for each in declared.other or ()]
    named = [kind for kind, set_ in marks.items() if set_] + [
        f"{kind}: {text}" for kind, text in words if text
    ]
    return tuple(dict.fromkeys(named))
