"""Errcodes about what is sent and to whom: pictures, material, drafts, mass sends, previews, tags, followers.

Meanings: WeChat docs ("Global return codes" and the error lists of media/uploadimg, material/add_material,
draft/*, message/mass/*, tags/*, user/get), read 2026-10. Codes marked `sdk` stand only in the error tables of
WxJava, wechatpy and PowerWeChat, read 2026-10; those marked `forum` get their advice from developers' reports.
Advice is ours.
"""

from collections.abc import Mapping
from typing import Final

from massctl.model.phrase import UNNAMED, Phrase
from massctl.wechat.ruling import Kind, Ruling


def _wrong(meaning: Phrase, advice: Phrase) -> Ruling:
    """Rule that the request or its content is wrong."""
    return Ruling(Kind.PERMANENT, meaning, advice)


_CHANGE_AND_RETRY: Final = Phrase("Change it in the campaign, then run the same command again.")
_REMOVE_LINK: Final = Phrase("Remove or replace the link in the article, then run the same command again.")
_OUR_BUG: Final = Phrase("This is a fault of massctl or of a proxy in between: please report it with the rid.")
_DRAFT_GONE: Final = Phrase(
    "A draft disappears when it is sent or published, by massctl or by somebody in the console. Look at 群发记录 in "
    "微信公众平台 first. If it was not sent: `massctl reconcile {name} --not-sent --reason TEXT`, and stage it again.",
    name=UNNAMED,
)

_PICTURE_FORMAT: Final = _wrong(
    Phrase("WeChat does not take this file's format"),
    Phrase(
        "Save a picture as an ordinary JPEG or 8-bit PNG, a sound as MP3, a video as MP4, then run the same command "
        "again."
    ),
)
_PICTURE_SIZE: Final = _wrong(
    Phrase("the file is too large"),
    Phrase("Inside an article a picture has at most 1 MB, else 10 MB; a sound 2 MB, a video 10 MB: make it smaller."),
)
_NO_FILE: Final = _wrong(Phrase("WeChat found no file in the upload"), _OUR_BUG)
_NO_MEDIA: Final = _wrong(
    Phrase("WeChat does not know this media_id: already sent or published, deleted, or of another account or kind"),
    _DRAFT_GONE,
)
_BODY_FORM: Final = _wrong(Phrase("WeChat cannot read the request"), _OUR_BUG)
_LINK: Final = _wrong(Phrase("a link in the message is not allowed"), _REMOVE_LINK)
_LINK_IN_TEXT: Final = _wrong(
    Phrase("a link in the message is not allowed"),
    Phrase("Remove or replace the link in the text, then run the same command again."),
)
_LINK_LENGTH: Final = _wrong(
    Phrase("a link is too long"),
    Phrase("content_source_url has at most 1024 bytes: shorten it, then run the same command again."),
)
_MINI_PROGRAM: Final = _wrong(
    Phrase("a mini-program (小程序) in the article is unknown or not linked to the account"),
    Phrase(
        "Link it: 小程序管理 / 关联小程序 in 微信公众平台. Or correct its appid or path in the article, or remove it."
    ),
)
_TAG: Final = _wrong(
    Phrase("the account has no such tag (标签)"),
    Phrase("Compare tag_id in campaign.yaml with 用户管理 in 微信公众平台."),
)
_OTHER_MESSAGE: Final = Phrase("Send it as a news message (mpnews) or text, or from the website.")
_TYPE: Final = _wrong(Phrase("the account may not mass-send this type of message"), _OTHER_MESSAGE)
_RECOMMEND: Final = Phrase("Change `recommend` in campaign.yaml, then run the same command again.")
_PRODUCT: Final = Phrase("Remove the product card from the article, or settle it in 微信公众平台 (mp.weixin.qq.com).")
_NOT_FOLLOWER: Final = _wrong(
    Phrase("the recipient does not follow the account, or is unknown to it"),
    Phrase("Let this reviewer follow the account, or take the entry out of `preview:` in campaign.yaml."),
)
_OPENID_COUNT: Final = _wrong(Phrase("a send to openids takes 2 to 10000 of them"), _OUR_BUG)
_BAD_NAME: Final = _wrong(
    Phrase("WeChat does not know this WeChat name (微信号)"),
    Phrase(
        "`towxname` takes the 微信号 and not the nickname: correct it in campaign.yaml. A name set lately may be old."
    ),
)
_NO_JOB: Final = _wrong(
    Phrase("WeChat does not know this mass job"),
    Phrase("Right after a send wait a minute. Otherwise check that appid and api_base are those it was sent with."),
)
_UNEXPLAINED: Final = Ruling(
    Kind.DOUBT,
    Phrase("WeChat answered a code that its documentation lists without an explanation"),
    Phrase("Look at 群发记录 in 微信公众平台 (mp.weixin.qq.com), and give WeChat's support the rid."),
)

MESSAGE: Final[Mapping[int, Ruling]] = {
    # --- pictures and material ---
    40004: _PICTURE_FORMAT,
    40005: _PICTURE_FORMAT,
    40113: _PICTURE_FORMAT,  # sdk
    40137: _PICTURE_FORMAT,
    40160: _PICTURE_FORMAT,  # sdk
    40161: _PICTURE_FORMAT,  # sdk
    40006: _PICTURE_SIZE,
    40009: _PICTURE_SIZE,
    45001: _PICTURE_SIZE,
    45068: _PICTURE_SIZE,  # sdk
    45007: _wrong(
        Phrase("the sound is too long"),
        Phrase("A voice message plays at most 60 seconds: make it shorter, then run the same command again."),
    ),
    41005: _NO_FILE,
    44001: _NO_FILE,
    44006: _NO_FILE,  # sdk
    40007: _NO_MEDIA,
    40118: _NO_MEDIA,
    40121: _NO_MEDIA,
    40128: _NO_MEDIA,  # sdk
    40175: _NO_MEDIA,  # sdk
    41006: _NO_MEDIA,
    46001: _NO_MEDIA,
    # --- form of the request ---
    40033: _BODY_FORM,
    40035: _BODY_FORM,
    40038: _BODY_FORM,
    40097: _BODY_FORM,
    40101: _BODY_FORM,  # sdk
    40221: _BODY_FORM,  # sdk
    43001: _BODY_FORM,
    43002: _BODY_FORM,
    44002: _BODY_FORM,
    47001: _BODY_FORM,
    47002: _BODY_FORM,  # sdk
    61451: _BODY_FORM,
    45103: _wrong(Phrase("WeChat has retired this API"), Phrase("Look for a newer version of massctl.")),
    # --- articles ---
    45003: _wrong(
        Phrase("the title is too long"),
        Phrase("At most 32 characters since 2025-12: shorten it in campaign.yaml, then run the same command again."),
    ),
    45004: _wrong(
        Phrase("the digest is too long"),
        Phrase("At most 120 characters: shorten it in campaign.yaml, then run the same command again."),
    ),
    45110: _wrong(
        Phrase("the author's name is too long"),
        Phrase("At most 16 characters, 8 on some accounts: shorten it in campaign.yaml, then run it again."),
    ),
    40192: _wrong(Phrase("the author's name is not allowed"), _CHANGE_AND_RETRY),  # sdk
    45002: _wrong(
        Phrase("the content is too long"),
        Phrase(
            "Split the article in two, or shorten the text. Where this account refuses what others may send, write "
            "`content_limit: 20000` under the account in massctl.yaml: massctl validate then finds what is too long."
        ),
    ),
    45008: _wrong(
        Phrase("the news message is out of bounds: more than 8 articles, or too large"),
        _CHANGE_AND_RETRY,
    ),
    44003: _wrong(Phrase("an article has no content"), _CHANGE_AND_RETRY),
    45166: _wrong(
        Phrase("WeChat does not take the article's content"),
        Phrase(
            "`massctl render {name} --out DIR` shows what is sent: look for markup that WeChat forbids.", name=UNNAMED
        ),
    ),
    87014: _wrong(Phrase("WeChat judges the content to be risky"), _CHANGE_AND_RETRY),  # sdk
    45005: _LINK_LENGTH,
    40039: _LINK_LENGTH,
    45006: _LINK_LENGTH,
    41039: _LINK,
    40048: _LINK,
    40066: _LINK,  # forum, 2023: an article with a blocked link
    40068: _LINK,  # sdk
    45082: _LINK,  # sdk
    40155: _wrong(  # sdk
        Phrase("the article links to the profile page of another account"),
        _REMOVE_LINK,
    ),
    40165: _MINI_PROGRAM,  # sdk
    40166: _MINI_PROGRAM,  # sdk
    40168: _MINI_PROGRAM,  # sdk
    45086: _MINI_PROGRAM,
    53404: _wrong(Phrase("the account may not sell goods at present"), _PRODUCT),
    53405: _wrong(Phrase("a product in the article is not available"), _PRODUCT),
    53406: _wrong(Phrase("the account has not opened the product ability"), _PRODUCT),
    48021: _wrong(
        Phrase("the draft was saved by WeChat's editor itself and cannot be mass-sent"),
        Phrase(
            "Save it by hand in the console and `massctl adopt {name} --reason TEXT`, or stage it again.", name=UNNAMED
        ),
    ),
    # --- text ---
    44004: _wrong(Phrase("the text is empty"), _CHANGE_AND_RETRY),
    40126: _wrong(Phrase("the text is too long"), _CHANGE_AND_RETRY),  # sdk
    40213: _LINK_IN_TEXT,  # sdk
    40214: _LINK_IN_TEXT,  # sdk
    # --- mass sends ---
    40008: _TYPE,
    45052: _TYPE,  # sdk
    45162: _TYPE,
    48008: _TYPE,
    45113: _wrong(Phrase("WeChat has closed mass sends of coupons"), _OTHER_MESSAGE),
    48022: _wrong(Phrase("WeChat does not mass-send videos that were uploaded through its API"), _OTHER_MESSAGE),
    40193: _wrong(Phrase("the words beside the pictures are too long"), _RECOMMEND),
    40194: _wrong(Phrase("the words beside the pictures are not accepted"), _RECOMMEND),
    40215: _wrong(  # sdk
        Phrase("the number of pictures is not accepted"),
        Phrase("A picture message has 1 to 20 pictures: change it in campaign.yaml."),
    ),
    45062: _wrong(
        Phrase("the account has an advertising agreement: this send must be made on the website"),
        Phrase("Send it by hand in 微信公众平台, then `massctl reconcile {name} --sent --reason TEXT`.", name=UNNAMED),
    ),
    45066: Ruling(
        Kind.DOUBT,
        Phrase("the clientmsgid was repeated too soon"),
        # forum, 2019 and 2020: also answered to first calls whose message did go out.
        Phrase("Wait a minute: `massctl apply` then repeats the same request and learns what happened."),
    ),
    45067: _wrong(Phrase("the clientmsgid is too long"), _OUR_BUG),
    268488001: _UNEXPLAINED,
    9500001: _UNEXPLAINED,
    9500002: _UNEXPLAINED,
    40059: _NO_JOB,
    45000: _NO_JOB,  # sdk
    # --- recipients ---
    40050: _TAG,
    40152: _TAG,
    45159: _TAG,
    40003: _NOT_FOLLOWER,
    40031: _NOT_FOLLOWER,
    41009: _NOT_FOLLOWER,
    43004: _NOT_FOLLOWER,
    43005: _NOT_FOLLOWER,
    46004: _NOT_FOLLOWER,
    50005: _NOT_FOLLOWER,
    65315: _NOT_FOLLOWER,  # sdk
    40130: _wrong(Phrase("a send to openids needs two of them at least"), _OUR_BUG),
    40032: _OPENID_COUNT,
    45019: _OPENID_COUNT,  # sdk
    40106: _BAD_NAME,  # sdk
    40132: _BAD_NAME,
    43006: _wrong(  # sdk
        Phrase("the recipient has been blocked"),
        Phrase("Take the reviewer off the blacklist (黑名单) in 微信公众平台, or out of `preview:` in campaign.yaml."),
    ),
    43019: _wrong(
        Phrase("the recipient is on the account's blacklist (黑名单)"),
        Phrase("Take the reviewer off the blacklist (黑名单) in 微信公众平台, or out of `preview:` in campaign.yaml."),
    ),
    48002: _wrong(
        Phrase("the recipient refuses messages of the account"),
        Phrase("Let the reviewer switch on 接收消息 for the account in WeChat, or name somebody else."),
    ),
}
