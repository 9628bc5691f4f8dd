"""A message as mass/sendall, mass/send and mass/preview spell it: the branch that carries it, then its type.

Source of all shapes: WeChat docs, "message/mass/sendall" and "message/mass/preview", read 2026-10.
"""

from typing import Any, assert_never

from massctl.model.send import Body, Card, Images, News, Video, Voice, Words


def sent_branch(body: Body, *, to_openids: bool = False) -> dict[str, Any]:
    """Write the message of a send. The branch of pictures is plural, also for one; their type is not.

    `to_openids`: for mass/send, which wants the words of a video once more.
    """
    match body:
        case News(media_id=media_id):
            return {"mpnews": {"media_id": media_id}, "msgtype": "mpnews"}
        case Words(content=content):
            return {"text": {"content": content}, "msgtype": "text"}
        case Images():
            return {"images": _images(body), "msgtype": "image"}
        case Voice(media_id=media_id):
            return {"voice": {"media_id": media_id}, "msgtype": "voice"}
        case Video(media_id=media_id):
            words = _written(title=body.title, description=body.description) if to_openids else {}
            return {"mpvideo": {"media_id": media_id, **words}, "msgtype": "mpvideo"}
        case Card(card_id=card_id):
            return {"wxcard": {"card_id": card_id}, "msgtype": "wxcard"}
        case _:
            assert_never(body)


def shown_branch(body: Body) -> dict[str, Any]:
    """Write the message of a preview: of pictures it takes one, and a coupon needs its `card_ext`."""
    match body:
        case Images(media_ids=media_ids):
            return {"image": {"media_id": media_ids[0]}, "msgtype": "image"}
        case Card(card_id=card_id, card_ext=card_ext):
            return {"wxcard": {"card_id": card_id, "card_ext": card_ext}, "msgtype": "wxcard"}
        case _:
            return sent_branch(body)


def _images(body: Images) -> dict[str, Any]:
    """Write several pictures."""
    return {
        "media_ids": list(body.media_ids),
        **_written(title=body.title, recommend=body.recommend),
        "need_open_comment": int(body.need_open_comment),
        "only_fans_can_comment": int(body.only_fans_can_comment),
    }


def _written(**words: str) -> dict[str, str]:
    """Give the words that there are; an empty one is left out."""
    return {key: value for key, value in words.items() if value}
