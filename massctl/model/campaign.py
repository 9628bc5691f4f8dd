"""campaign.yaml: the declared intention, as written.

One model a block. Rules that need two keys at once (exactly one message, exactly one audience, the order
of a window's ends) are in `massctl.model.campaign_rules`, so that one fault does not hide another.
"""

from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    JsonValue,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
)
from pydantic_core import PydanticCustomError

from massctl.model.cover import CROP_PATTERN
from massctl.model.names import ACCOUNT_NAME_PATTERN, OPENID_PATTERN, THEME_NAME_PATTERN, VARIABLE_NAME_PATTERN
from massctl.model.strict import NonEmpty, Strict

OFFSET_TIME_PATTERN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)? ?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
)
"""A date and a time of day with an offset: `2026-12-01T20:00:00+08:00`."""

OffsetTime = Annotated[str, StringConstraints(pattern=OFFSET_TIME_PATTERN)]
Openid = Annotated[str, StringConstraints(pattern=OPENID_PATTERN)]
VariableName = Annotated[str, StringConstraints(pattern=VARIABLE_NAME_PATTERN)]
ThemeName = Annotated[str, StringConstraints(pattern=THEME_NAME_PATTERN)]
CropText = Annotated[str, StringConstraints(pattern=CROP_PATTERN)]
Share = Annotated[float, Field(ge=0, le=1)]
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
    """Who receives the message: exactly one of is_to_all, tag_id, tag and openids. There is no default."""

    is_to_all: Annotated[Literal[True] | None, BeforeValidator(_said_of_all, json_schema_input_type=bool | None)] = None
    """Whether it goes to every follower of the account, and enters its history page. false may stand beside one of the
    others, as WeChat writes it, and changes nothing."""
    tag_id: Annotated[int, Field(ge=0)] | None = None
    """The id of one of the account's tags (标签), as in the console's address bar."""
    tag: NonEmpty | None = None
    """The name of one of the account's tags (标签), exactly as the console shows it."""
    openids: NonEmpty | None = None
    """A file with one openid a line, or a .csv with an `openid` column; 2 or more, in jobs of at most 10000. Service
    accounts only. Keep it out of public repositories."""
    expect: Expect | None = None
    """Bounds for the size of the audience; outside them nothing is sent."""


class Send(Strict):
    """When and how it may go out. Without a window it is staged and sent only by name."""

    not_before: OffsetTime | None = None
    """The earliest moment of the send, with an offset: 2026-12-01T20:00:00+08:00."""
    not_after: OffsetTime | None = None
    """The latest moment; afterwards the campaign is expired and is never sent late. Required with not_before."""
    send_ignore_reprint: bool = False
    """true: go on although WeChat judges an article to be a reprint (转载) and the original allows it."""
    same_content: Literal["refuse", "allow"] = "refuse"
    """allow: send although the same message went to the same audience in the last 90 days."""
    over_limit: Literal["refuse", "allow"] = "refuse"
    """allow: send although the same tag, or everybody, had four mass messages this month; WeChat delivers a fifth to
    nobody who had them. For service accounts."""


class Preview(Strict):
    """Whose phones show the message before it is sent; each must follow the account."""

    towxname: list[NonEmpty] = Field(default_factory=list)
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
        """Give the file alone where nothing else is said, so that both spellings mean the same to a digest."""
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
    """The title, at most 32 characters."""
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
    theme: ThemeName | None = None
    """The theme of this article; it wins over the campaign's."""
    vars: dict[VariableName, JsonValue] = Field(default_factory=dict)
    """Variables of this article's templates; they win over the campaign's."""


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


class CampaignFile(Strict):
    """A mass send of one message to one audience, in one window."""

    version: Literal[1]
    """The version of this format."""
    title: str = ""
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
    theme: ThemeName | None = None
    """The look of the articles: NAME of campaigns/_shared/themes/NAME.css, or a built-in theme; else the account's."""
    vars: dict[VariableName, JsonValue] = Field(default_factory=dict)
    """Variables of the templates."""
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
        found = [m for m in (self.mpnews, self.text, self.image, self.voice, self.mpvideo, self.wxcard) if m]
        return found[0]

    @property
    def message_type(self) -> str:
        """The key under which it stands."""
        return next(name for name in MESSAGES if getattr(self, name) is not None)


EITHER_OF = {"image": ("files", "media_ids"), "voice": ("file", "media_id"), "mpvideo": ("file", "media_id")}
"""Of these keys of a message exactly one is due: a file of the campaign, or material that the account has."""
MESSAGES = ("mpnews", "text", "image", "voice", "mpvideo", "wxcard")
EVERYBODY = "is_to_all"
AUDIENCES = (EVERYBODY, "tag_id", "tag", "openids")
