"""The Chinese of what only a person can do in the console."""

from typing import Final

HANDOFF: Final[dict[str, str]] = {
    # massctl/cli/adopting.py
    "recorded as done in the console: {items}": "已记录在公众平台做完：{items}",
    # massctl/model/campaign_rules.py
    "nothing is handed off": "没有写要人做什么",
    "name what somebody does in the console, such as `original: true`, or take `handoff` out": (
        "写明要在公众平台里做的事，例如 `original: true`，或者删掉 `handoff`"
    ),
    "only a news message has a draft that somebody can complete in the console": (
        "只有图文消息有草稿，能在公众平台里补完"
    ),
    "a list of openids has a draft for each of its batches, which nobody completes by hand": (
        "openid 名单的每一批都有自己的草稿，没有人会逐个手工补完"
    ),
    "give these followers a tag, and write it under audience": "给这些粉丝打一个标签，写在 audience 下面",
    # massctl/plan/handoff.py
    "original (原创)": "原创",
    "reward (赞赏)": "赞赏",
    "AI label (创作来源)": "创作来源：内容由 AI 生成",
    "album (合集) {name}": "合集 {name}",
    "statement (创作来源) {text}": "创作来源：{text}",
    "this is left to do in the console: {items}": "还要在公众平台里做：{items}",
    "do it to its draft in 草稿箱 of 微信公众平台 (mp.weixin.qq.com) and save it there, changing no word, "
    'picture or link; then: massctl adopt {name} --reason "…"; on GitHub: Actions / operate / adopt the draft': (
        "在微信公众平台（mp.weixin.qq.com）的草稿箱里对它的草稿做好并保存，不要改动文字、图片和链接；然后运行："
        'massctl adopt {name} --reason "…"；在 GitHub 上：Actions / operate / adopt the draft'
    ),
    # massctl/view/plan_text.py
    "by hand": "人工",
    # massctl/view/pages/by_hand.py
    "by hand in the console, before the send": "群发前要在公众平台上人工完成",
    "to do": "待办",
}
"""English template -> Chinese template."""
