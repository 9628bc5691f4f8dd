"""The Chinese of the template library."""

from typing import Final

BLOCKS: Final[dict[str, str]] = {
    # massctl/render/blocks/library.py
    "{block} stands in {around}": "{block} 要放在 {around} 里",
    "{block} leads to {address}, and WeChat removes such links": "{block} 指向 {address}，微信会去掉这样的链接",
    "link to an article on mp.weixin.qq.com, show a QR code, or write it as content_source_url": (
        "请指向 mp.weixin.qq.com 的文章，或者放二维码，或者写进 content_source_url"
    ),
    "{block} takes `text` and `url` together, or a link in {call}": (
        "{block} 要同时给 `text` 和 `url`，或者用 {call} 包住一个链接"
    ),
    "{block} holds a link, and here is none": "{block} 里要放一个链接，这里没有",
    "{block} holds two columns, and here are {count}": "{block} 里要放两栏，这里有 {count} 栏",
    "write {call} twice in it": "在里面写两次 {call}",
    "{block} holds columns only, and here is something beside them": "{block} 里只能放栏，这里还有别的内容",
    "write it into one of the columns, or behind them": "把它写进其中一栏，或者写在后面",
    # massctl/render/blocks/signature.py
    "{block} takes {names}": "{block} 接受 {names}",
    "{block} holds nothing: write it without {call}": "{block} 不能包住内容：不要用 {call}",
    "{block} needs `{name}`": "{block} 需要 `{name}`",
    "{block} takes `{name}` or what stands in {call}, and not both": (
        "{block} 要么给 `{name}`，要么用 {call} 包住内容，不能都有"
    ),
    "{block} needs `{name}`, or what it holds in {call}": "{block} 需要 `{name}`，或者用 {call} 包住内容",
    "{block} has nothing in it: write it with {call}": "{block} 里什么都没有：要用 {call} 来写",
    "{block} is given {count} values, and takes {most}": "给了 {block} {count} 个值，它最多接受 {most} 个",
    "{block} has no `{name}`": "{block} 没有 `{name}`",
    "{block} is given `{name}` twice": "`{name}` 给了 {block} 两次",
    "a mapping": "一组键和值",
    "a text": "文字",
    "`{name}` of {block} is empty": "{block} 的 `{name}` 是空的",
    "`{name}` of {block} is {due}, and here is a value of the kind {kind}": (
        "{block} 的 `{name}` 应该是{due}，这里是 {kind} 类型的值"
    ),
    # massctl/render/template.py
    "the library has no block `{name}`": "模板库里没有块 `{name}`",
}
"""English template -> Chinese."""
