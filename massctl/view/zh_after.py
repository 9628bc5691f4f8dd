"""The Chinese of what comes after a send was accepted: confirmation, pace, events, withdrawals, comments."""

from typing import Final

AFTER: Final[dict[str, str]] = {
    # massctl/apply/pacing.py
    "{name}: at most {count} sends a minute; going on in": "{name}：每分钟最多提交 {count} 次群发，继续还要等",
    "the account's mass calls of today are used up (100 a day)": "这个公众号今天的群发调用次数已用完（每天 100 次）",
    "run apply again after midnight, Beijing time, within the window": "北京时间零点以后、时段之内，再运行 apply",
    # massctl/cli/pausing.py
    "WeChat asks for a slower pace; going on in {seconds} s": "微信要求放慢速度，{seconds} 秒后继续",
    # massctl/plan/guard.py
    "{other} waits for the administrator until {until}, and till then this account sends nothing else": (
        "{other} 在等管理员确认（到 {until} 为止），在那之前这个公众号不再发送别的"
    ),
    "let the administrator (管理员) answer in WeChat, then: massctl apply {name}": (
        "请管理员在微信里答复，然后运行：massctl apply {name}"
    ),
    # massctl/view/hold_text.py
    "WeChat asks the administrator (管理员) to confirm this send, until {moment}": (
        "微信正请管理员确认这次群发，到 {moment} 为止"
    ),
    "Unconfirmed it is not sent. Until that is known the account sends nothing else.": (
        "管理员不同意就不会发出。在弄清之前，这个公众号不再发送别的。"
    ),
    "once that is answered, this asks WeChat what became of it:": "管理员答复之后，用下面的命令向微信查问结果：",
    # massctl/view/markdown_campaign.py
    "the administrator may confirm it until {moment}": "管理员可以在 {moment} 之前确认",
    # massctl/view/outcome_text.py
    "awaiting the administrator {count}": "等待管理员 {count}",
}
