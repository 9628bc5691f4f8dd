"""The Chinese of what is told outside, and of who is told."""

from typing import Final

NOTIFY: Final[dict[str, str]] = {
    # massctl/apply/noticing.py
    "nobody knows whether it was sent; its account sends nothing else": (
        "没有人知道它发出去没有；这个公众号不再发送别的"
    ),
    "it waits for the administrator's confirmation (API 群发保护)": "它在等管理员确认（API 群发保护）",
    "it waits for the administrator's confirmation (API 群发保护) until {until}": (
        "它在等管理员确认（API 群发保护），到 {until} 为止"
    ),
    "{reason}; the allowance counts as used": "{reason}；这次群发次数算已用",
    "its window closed at {closed}, and it was not sent": "时段已在 {closed} 结束，没有发出",
    "its folder is gone, and its draft was changed in the console, so it stays there": (
        "它的文件夹已经不在，而草稿在公众平台上被改过，所以留在那里"
    ),
    "{said}; its draft was changed in the console, so it stays there": (
        "{said}；它的草稿在公众平台上被改过，所以留在那里"
    ),
    "{hint}; {other}": "{hint}；{other}",
    "to stop it: massctl stop   or, on GitHub: Actions / operate / stop all sends": (
        "要停下它：massctl stop   或在 GitHub 上：Actions / operate / stop all sends"
    ),
    "its files have faults": "它的文件有错误",
    "its window opens {span}, at {at}; as it stands it will not be sent: {why}": (
        "时段{span}开始（{at}）；照现在的样子不会发出：{why}"
    ),
    "its window opens {span}, at {at}; it is sent at {first} at the earliest": (
        "时段{span}开始（{at}）；最早 {first} 发出"
    ),
    "its window opens {span}, at {at}: then it is sent": "时段{span}开始（{at}），到时就发出",
    "upcoming": "即将群发",
    "its files have faults, and its window is open": "时段已经开始，而它的文件有错误",
    "it was sent": "已发出",
    "it was sent, says {who}": "{who} 认定已发出",
    "WeChat accepted it and delivers it now": "微信已受理，正在发送",
    # massctl/cli/doctoring.py
    "what would go to {name} stays on this machine": "本该发给 {name} 的只留在本机",
    "export {name}=…; on GitHub: Settings / Environments / secret {name}": (
        "export {name}=…；在 GitHub 上：Settings / Environments / 密钥 {name}"
    ),
    # massctl/cli/notifying.py
    "{name} (notify) was not told: {why}": "没有通知到 {name}（notify）：{why}",
    "that people were told is not on record, so the next run tells it again: {why}": (
        "已经通知过，但没有记下来，所以下一次运行会再通知一遍：{why}"
    ),
    "interrupted; not everybody was told (notify in massctl.yaml)": (
        "已中断；不是每个人都通知到了（massctl.yaml 的 notify）"
    ),
    "nobody was told (notify in massctl.yaml): {why}": "谁也没有通知到（massctl.yaml 的 notify）：{why}",
    # massctl/notify/posting.py
    "its address is none": "它的地址不是地址",
    "its address has to begin with https://": "它的地址必须以 https:// 开头",
    "an answer that is no robot's": "回答的不是机器人",
    "the robot answered errcode {errcode}": "机器人回答 errcode {errcode}",
    # massctl/source/settings_rules.py
    "this entry names nobody to notify": "这一项没有写通知谁",
    "only what is posted to a webhook is signed": "只有发给 webhook 的才签名",
    # massctl/view/doctor_text.py
    "notify": "通知",
    # massctl/view/notice_text.py
    "on GitHub, where massctl init wrote the workflows: Actions / operate / reconcile": (
        "在 GitHub 上（工作流由 massctl init 写下）：Actions / operate / reconcile"
    ),
    "window missed": "错过时段",
    "draft left": "草稿留下了",
    "and {count} more: massctl status": "还有 {count} 条：massctl status",
    "not possible: {why}": "不可用：{why}",
    "it is in 群发记录; at any time": "“群发记录”里有它；随时可用",
    "it is not there, and nothing of it waits": "那里没有它，也没有在等待的",
    "it is not there, and nothing of it waits; no send with the same id is declared now: a mistake sends twice": (
        "那里没有它，也没有在等待的；现在写的群发用的不是同一个编号：认定错了会发两遍"
    ),
    "it is not there, and nothing of it waits; until {until} WeChat still knows the id": (
        "那里没有它，也没有在等待的；{until} 之前微信还认得这个编号"
    ),
}
"""English template -> Chinese template."""
