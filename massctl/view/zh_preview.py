"""The Chinese of previews: the stage, the policy that asks for one, the day's allowance, and the verb."""

from typing import Final

PREVIEW: Final[dict[str, str]] = {
    # massctl/apply/previews.py
    "sending previews of {name}": "正在发送 {name} 的预览",
    "nobody knows whether preview {number} of {name} arrived ({reason}); it is not repeated": (
        "不知道 {name} 的 {number} 号预览是否送达（{reason}）；不会重发"
    ),
    "a reviewer by openid": "一位预览人（按 openid）",
    # massctl/cli/showing.py
    "--{kind} takes one name without blanks around it": "--{kind} 后面写一个名字，前后不留空白",
    "this looks like an openid: give it with --touser": "这看起来是 openid：请用 --touser",
    "edition {edition} of {name} went out already": "{name} 的第 {edition} 版已经发出",
    "A preview shows what is still to be sent. Nothing was done.": "预览是给还没发的内容看的。什么都没有做。",
    "raise `edition` in campaign.yaml to send it once more, on purpose": (
        "确实要再发一次，就在 campaign.yaml 里调高 `edition`"
    ),
    "{name} declares nobody who could be shown a preview": "{name} 没有写明任何预览人",
    # massctl/plan/previews.py
    "policy.preview_to does not name everybody who would be shown it: {names}": (
        "policy.preview_to 没有写明所有会收到预览的人：{names}"
    ),
    "take them out of `preview:` or the command, or have them added to policy.preview_to in massctl.yaml": (
        "从 `preview:` 或命令里去掉他们，或者把他们加进 massctl.yaml 的 policy.preview_to"
    ),
    "nobody knows whether preview {number} of this version arrived; it is not repeated": (
        "不知道这个版本的 {number} 号预览是否送达；不会重发"
    ),
    "ask the reviewer; to show it again: massctl preview {name}": (
        "问一下预览人；要再发一次预览：massctl preview {name}"
    ),
    "nobody knows whether it was sent, so there is nothing to preview before that is settled": (
        "不知道是否已经发出；在认定之前，没有可以预览的东西"
    ),
    "policy.require_preview: this run shows it, so only a later run sends it": (
        "policy.require_preview：这次运行才发预览，所以要等以后的运行才群发"
    ),
    "policy.require_preview: nobody is known to have had a preview of this version before this run": (
        "policy.require_preview：在这次运行之前，这个版本没有一次确定送达的预览"
    ),
    "look at it on the phone, then run apply again; massctl preview {name}   shows it once more": (
        "在手机上看过，再运行 apply；massctl preview {name}   再发一次预览"
    ),
    "massctl preview {name}   then look at it on the phone, and run apply again": (
        "massctl preview {name}   在手机上看过，再运行 apply"
    ),
    "name a reviewer under `preview:` in campaign.yaml, or: massctl preview {name} --towxname WECHAT_NAME": (
        "在 campaign.yaml 的 `preview:` 下写上预览人，或者：massctl preview {name} --towxname 微信号"
    ),
    "WeChat says that the account's previews of today are used up, so this one was not tried": (
        "微信说这个公众号今天的预览次数已用完，所以这一次没有再试"
    ),
    "1 preview": "1 次预览",
    "{count} previews": "{count} 次预览",
    "it needs {needed}, and {left} of the account's {daily} a day are left for it": (
        "它需要 {needed} 次预览，而这个公众号每天 {daily} 次里只剩 {left} 次可以给它"
    ),
    "the count starts again at {moment}; run the same command after that": (
        "{moment} 重新计数；在那之后再运行同一条命令"
    ),
}
