"""Requests and answers of what comes after a send. Source of all shapes: WeChat docs, read 2026-10.

Articles count from 1 everywhere in massctl; what an endpoint counts from is known here and nowhere else.
"""

from typing import Final

from massctl.apply.ports import SendingSpeed
from massctl.model.ids import MsgDataId, MsgId
from massctl.wechat.answer import integer
from massctl.wechat.errcodes_after import CLOSE_COMMENTS, DELETE, OPEN_COMMENTS, SET_SPEED
from massctl.wechat.members import Members, count
from massctl.wechat.wire import Request, done, json_content

GET_SPEED: Final = "/cgi-bin/message/mass/speed/get"


def withdraw_request(msg_id: MsgId, article: int) -> Request[None]:
    """Delete an article, from 1, or all with 0; the index is never left out, since that would mean all too."""
    return Request(DELETE, done, json_content({"msg_id": msg_id, "article_idx": article}), repeatable=False)


def speed_request() -> Request[SendingSpeed]:
    """Read the sending speed; POST with an empty body, as the documentation has it."""
    return Request(GET_SPEED, _speed, json_content({}))


def set_speed_request(speed: int) -> Request[None]:
    """Set the sending speed; setting it twice is setting it."""
    return Request(SET_SPEED, done, json_content({"speed": speed}))


def comments_request(msg_data_id: MsgDataId, article: int, *, opened: bool) -> Request[None]:
    """Open or close the comments of an article; the wire counts articles from 0."""
    body = {"msg_data_id": msg_data_id, "index": article - 1}
    return Request(OPEN_COMMENTS if opened else CLOSE_COMMENTS, done, json_content(body))


def _speed(members: Members) -> SendingSpeed:
    realspeed = integer(members.get("realspeed"))
    return SendingSpeed(count(members, "speed"), realspeed if realspeed is not None and realspeed >= 0 else None)
