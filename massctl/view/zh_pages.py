"""The Chinese of the pages that a browser shows, and of `massctl serve`."""

from typing import Final

PAGES: Final[dict[str, str]] = {
    # massctl/view/pages/arrival.py
    "as it arrives": "收到时的样子",
    "where it arrives": "在哪里看到",
    "chat": "会话",
    "subscriptions": "订阅号消息",
    "passed on": "转发给朋友",
    # massctl/view/pages/reading.py
    "as it is read": "读到的样子",
    "which article": "哪一篇",
    "this article is new": "这一篇是新加的",
    "followers can comment": "关注者可以留言",
    "everybody can comment": "所有人可以留言",
    # massctl/view/pages/media.py
    "the sound": "声音",
    "the video": "视频",
    "picture {number}": "第 {number} 张图",
    # massctl/view/pages/findings.py
    "what was found": "检查结果",
    "nothing to correct": "没有要改的",
    "show it in the preview": "在预览里找到它",
    # massctl/view/pages/differences.py
    "what changed": "改动",
    # massctl/view/pages/campaign_page.py
    "notes": "检查结果与改动",
    "width": "宽度",
    "phone 375": "手机 375",
    "desk 677": "电脑 677",
    "compare": "对照",
    "alone": "只看现在",
    "side by side": "左右对照",
    "its files have faults; below it is as it was before them": "文件里有错误；下面是出错之前的样子",
    "its files have faults, so there is nothing to show yet": "文件里有错误，暂时没有可看的",
    "sent {moment}": "{moment} 发出的",
    "draft of {moment}": "{moment} 的草稿",
    "as reviewers saw it": "预览人看到的样子",
    "as staged": "暂存的样子",
    # massctl/view/pages/campaigns_page.py
    "{span} · {state}": "{span} · {state}",
    "still to be sent": "还没有发的",
    "went out": "已经发出的",
    # massctl/view/pages/document.py
    "appearance": "外观",
    "automatic": "跟随系统",
    "light": "浅色",
    "dark": "深色",
    "all campaigns": "全部活动",
    "to the content": "跳到正文",
    "renewed": "已更新",
    "massctl serve does not answer any more": "massctl serve 没有回应了",
    "these words are not in the preview": "预览里没有这些字",
    # massctl/cli/previewing.py
    "open it in a browser   stop with Ctrl-C": "用浏览器打开它   按 Ctrl-C 停止",
    "massctl cannot listen on port {port}: {why}": "massctl 不能监听端口 {port}：{why}",
    "take another port, or a free one with `massctl serve --port 0`": (
        "换一个端口，或用 `massctl serve --port 0` 取一个空闲的"
    ),
}
