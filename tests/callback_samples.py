"""Events as WeChat's documentation and captured callbacks show them; read 2026-10."""

from typing import Any

MSG_ID = 3147000001


def item(**members: object) -> str:
    return f"<item>{''.join(f'<{name}>{value}</{name}>' for name, value in members.items())}</item>"


def urls(*addresses: str) -> str:
    items = [
        item(ArticleIdx=n, ArticleUrl=f"<![CDATA[{url}]]>") for n, url in enumerate(addresses, 1)
    ]
    return f"<ArticleUrlResult><Count>{len(items)}</Count><ResultList>{''.join(items)}</ResultList></ArticleUrlResult>"


def originality(*items: str, state: object = 1) -> str:
    return (
        f"<CopyrightCheckResult><Count>{len(items)}</Count><ResultList>{''.join(items)}</ResultList>"
        f"<CheckState>{state}</CheckState></CopyrightCheckResult>"
    )


def event(*blocks: str, **members: Any) -> bytes:
    """Write an event; a member that is None is left out."""
    fields: dict[str, Any] = {
        "ToUserName": "<![CDATA[gh_7f083739789a]]>",
        "FromUserName": "<![CDATA[oR5Gjjl_eiZoUpGozMo7dbBJ362A]]>",
        "CreateTime": 1796097600,
        "MsgType": "<![CDATA[event]]>",
        "Event": "<![CDATA[MASSSENDJOBFINISH]]>",
        "MsgID": MSG_ID,
        "Status": "<![CDATA[send success]]>",
        "TotalCount": 100,
        "FilterCount": 80,
        "SentCount": 75,
        "ErrorCount": 5,
        **members,
    }
    inside = "".join(
        f"<{name}>{value}</{name}>\n" for name, value in fields.items() if value is not None
    )
    return f"<xml>\n{inside}{''.join(blocks)}</xml>".encode()


AS_JSON: dict[str, Any] = {
    "ToUserName": "gh_7f083739789a",
    "FromUserName": "oR5Gjjl_eiZoUpGozMo7dbBJ362A",
    "CreateTime": 1796097600,
    "MsgType": "event",
    "Event": "MASSSENDJOBFINISH",
    "MsgID": MSG_ID,
    "Status": "send success",
    "TotalCount": 100,
    "FilterCount": 80,
    "SentCount": 75,
    "ErrorCount": 5,
    "CopyrightCheckResult": {"Count": 0, "ResultList": [], "CheckState": 1},
    "ArticleUrlResult": {
        "Count": 1,
        "ResultList": [{"ArticleIdx": 1, "ArticleUrl": "http://mp.weixin.qq.com/s/a"}],
    },
}
