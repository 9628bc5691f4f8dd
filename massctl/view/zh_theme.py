"""The Chinese of themes."""

from typing import Final

THEME: Final[dict[str, str]] = {
    # massctl/model/campaign_rules.py
    "theme speaks of articles (mpnews), and this message has none: take it out": (
        "theme 说的是文章（mpnews），这条消息没有文章：请删掉"
    ),
    # massctl/render/message.py
    "an HTML article is passed through as it is, and no theme touches it: take `theme` out": (
        "HTML 文章原样通过，主题不起作用：请删掉 `theme`"
    ),
    "no article is shown in the theme `{name}`: take it out": "没有文章用到主题 `{name}`：请删掉",
    # massctl/render/theme/keepable.py
    "an article has no `{name}`": "文章里没有 `{name}`",
    "write `.article` for the whole article, `:root` for variables": "整篇文章写 `.article`，变量写在 `:root` 里",
    "the selector `{selector}` cannot be read": "选择器 `{selector}` 无法识别",
    "the pseudo element `::{name}` cannot stand in a `style` attribute": "伪元素 `::{name}` 不能写进 `style` 属性",
    "use a border or a background of the element itself": "请用元素自己的边框或背景",
    "`:root` stands alone, and holds variables only": "`:root` 要单独写，里面只能有变量",
    "`:{name}` does not reach WeChat, which takes styles only on elements": (
        "`:{name}` 到不了微信：微信只接受写在元素上的样式"
    ),
    "`!important` keeps dark mode from changing a colour, and nothing here has to be outdone": (
        "`!important` 会让深色模式改不了颜色，这里也没有什么需要盖过"
    ),
    "take it out": "删掉它",
    "write `{name}` for `.article`": "把 `{name}` 写在 `.article` 里",
    "variables hold for the whole article, so they are set in `:root`": "变量对整篇文章有效，所以要写在 `:root` 里",
    "WeChat rebuilds articles, and `position: {value}` does not survive": (
        "微信会重新整理文章，`position: {value}` 留不住"
    ),
    "place it by margins, or beside each other with `display: inline-block`": (
        "请用外边距定位，并排时用 `display: inline-block`"
    ),
    "it needs keyframes, which WeChat removes": "它需要关键帧，微信会去掉",
    "nothing in an article changes while it is read": "文章在阅读时没有东西会变化",
    "it belongs to pseudo elements, which cannot stand in a `style` attribute": (
        "它属于伪元素，而伪元素不能写进 `style` 属性"
    ),
    "`{name}` does nothing: {why}": "`{name}` 不起作用：{why}",
    "`{name}()` cannot be used: one picture is uploaded, and its address written": (
        "不能用 `{name}()`：上传的是一张图片，写的是它的地址"
    ),
    "write it as `url(path)`": "请写成 `url(路径)`",
    "this is not a CSS value": "这不是 CSS 的值",
    "is a quotation mark missing?": "是不是少了引号？",
    # massctl/render/theme/readable.py
    "by night words in `{colour}` stand out by {contrast}:1, and {least}:1 is due": (
        "夜间 `{colour}` 的字与底色对比只有 {contrast}:1，至少要 {least}:1"
    ),
    "by day words in `{colour}` stand out by {contrast}:1, and {least}:1 is due": (
        "白天 `{colour}` 的字与底色对比只有 {contrast}:1，至少要 {least}:1"
    ),
    "`{colour}` can be read by day and by night": "`{colour}` 白天夜里都看得清",
    # massctl/render/theme/sheet.py
    "the theme is longer than {limit} characters": "主题超过 {limit} 个字符",
    "more than {limit} brackets inside each other": "括号嵌套超过 {limit} 层",
    "is one never closed?": "是不是有括号没有关闭？",
    "`@{name}` does not reach WeChat, which takes styles only on elements": (
        "`@{name}` 到不了微信：微信只接受写在元素上的样式"
    ),
    "write what shall always hold as an ordinary rule, and take `@{name}` out": (
        "把始终有效的内容写成普通规则，删掉 `@{name}`"
    ),
    "`@import` takes the name of another theme in quotation marks, and nothing else": (
        "`@import` 后面只能写引号里的另一个主题的名字"
    ),
    'write `@import "{name}";`': '请写 `@import "{name}";`',
    "`@import` stands before everything else, since what comes later wins": ("`@import` 要写在最前面，因为后写的优先"),
    "a selector with declarations in braces is due here": "这里应该是选择器，后面是花括号里的声明",
    "a property, a colon and a value are due here": "这里应该是属性、冒号和值",
    "a rule inside a rule is not carried out here": "这里不支持规则里套规则",
    "write it on its own, with the whole selector in front": "单独写成一条规则，前面写完整的选择器",
    # massctl/render/theme/shelf.py
    "themes begin with each other in a circle, or more than {limit} deep": (
        "主题互相引用绕成了圈，或者超过 {limit} 层"
    ),
    "the theme `{name}` is the house's own; the built-in one of that name is not used": (
        "主题 `{name}` 是你们自己的；同名的内置主题不会用到"
    ),
    "there is no theme `{name}`; there are {known}": "没有主题 `{name}`；现有的是 {known}",
    # massctl/render/theme/values.py
    "the variables of the theme stand for more than {limit} pieces of values": "主题的变量展开后超过 {limit} 段",
    "`var()` takes the name of a variable, and a value to fall back on: {example}": (
        "`var()` 里写变量的名字，后面可以写备用值：{example}"
    ),
    "the variable `{name}` is made of itself": "变量 `{name}` 引用了自己",
    "set it in `:root`": "在 `:root` 里设置它",
    "the variable `{name}` has no value": "变量 `{name}` 没有值",
}
"""English template -> Chinese."""
