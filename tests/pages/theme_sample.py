"""One article with everything that a theme can style, and every block of the library, in each built-in theme."""

import shutil
from pathlib import Path
from typing import Final

from page_samples import ROOT

from massctl.render.theme import BUILT_IN

NAME: Final = "every-element"
ARTICLE: Final = """\
四月的第一个周末，我们沿着**运河北段**走了十一公里。出发时 8:40，天还灰着；走到 Qiaotou 老桥，太阳才从云里出来。

## 先说路线，再说为什么这样走

起点在“河西路地铁站 C 口”，终点是「南湖公园」。全程 11.2 km，请把*步行模式*打开。更多见 `route.gpx`，或者看[上次的攻略](https://mp.weixin.qq.com/s/abc)和[公告](https://example.com/notice)[^1]。

- 第一段：地铁站到老桥，3.1 km，路边有长椅，也有树荫
  - 这里没有厕所，请提前解决
- 第二段：老桥到水闸，4.6 km

### 要带什么

1. 一升水，夏天两升
2. 身份证（公园免票要用）

- [x] 报名
- [ ] 买保险

> 走得慢一点，看得就多一点。
>
> ——社里的老规矩

![灯笼](images/lanterns.jpg "老街上的灯。插画：阿宽")

## https://example.com/a/very/long/address/in/a/heading-that-nothing-breaks_anywhere_by_itself

> https://example.com/a/very/long/address/in/a/quotation-that-nothing-breaks_anywhere_by_itself

- https://example.com/a/very/long/address/in/a/list-that-nothing-breaks_anywhere_by_itself

`https://example.com/a/very/long/address/in/code-that-nothing-breaks_anywhere_by_itself`

## 花销

| 项目 | 单价 | 人数 | 合计 |
|:--|--:|--:|--:|
| 地铁往返 | 8 元 | 24 | 192 元 |
| 午餐（素面） | 22 元 | 24 | 528 元 |

| 一 | 二 | 三 | 四 | 五 | 六 |
|--|--|--|--|--|--|
| 很长很长的一格 | 很长很长的一格 | 很长很长的一格 | 很长很长的一格 | 很长很长的一格 | 很长很长的一格 |

> [!NOTE]
> 午餐是自愿的，可以自己带饭。

> [!WARNING] 天气
> 橙色预警以上自动取消，前一晚 20:00 通知。

::: details 退出点
磨坊巷口、白石桥南、茶亭。
:::

#### 一段代码

```python
def pace(km: float, minutes: int) -> str:
    \"\"\"每公里用时\"\"\"
    each = minutes / km  # 分钟
    return f"{each:.1f} min/km, averylongwordthatdoesnotfitintothewidthofaphonebyitself"
```

```diff
- 旧的一行
+ 新的一行
```

##### 小字标题

水的分子式是 H~2~O，面积写作 m^2^。==这一句要紧==，~~那一句不要~~。按 `Ctrl+C` 结束程序。

***

术语
: 这里解释它的意思，可以很长，长到需要换行，看看第二行是不是对齐。

{{ blocks.lead("一段导语：四个周六，四条路线，一本手账。这是不赶路步行社的秋季特刊。") }}
{{ blocks.divider("下半场") }}
{% call blocks.columns() %}
{% call blocks.column() %}
![灯笼](images/lanterns.jpg)

**看灯**：五点一刻亮灯，HTTPS://EXAMPLE.COM/A_VERY_LONG_WORD_OF_A_COLUMN。
{% endcall %}
{% call blocks.column() %}
![水壶](images/kettle.jpg)

**喝茶**：自己带杯子。
{% endcall %}
{% endcall %}
{{ blocks.product("秋日手账：四条路线的地图", "images/notebook.png", price="￥39", was="￥59", note="A5，96 页") }}
{{ blocks.product("保温杯", "images/flask.png", price="￥128") }}
{{ blocks.button("再看一遍秋季步行特刊", "https://mp.weixin.qq.com/s/abc") }}
{% call blocks.person("林梅", "images/portrait.png", role="召集人") %}
戴红帽子的就是她，HTTPS://EXAMPLE.COM/A_VERY_LONG_WORD_BESIDE_A_PICTURE。
{% endcall %}
{% call blocks.numbers() %}
{{ blocks.number("128,400", "元", "捐款") }}{{ blocks.number("36,000", "天", "路") }}{{ blocks.number("1,284", "人") }}
{% endcall %}
{% call blocks.timeline() %}
{{ blocks.entry("8:40", "集合，HTTPS://EXAMPLE.COM/A_VERY_LONG_WORD_OF_A_TIMELINE_THAT_NOTHING_BREAKS。") }}
{% endcall %}
{% call blocks.dialogue() %}
{{ blocks.says("林梅", "HTTPS://EXAMPLE.COM/A_VERY_LONG_WORD_OF_A_DIALOGUE", image="images/portrait.png") }}
{{ blocks.says("老周", "HTTPS://EXAMPLE.COM/A_VERY_LONG_WORD_OF_A_DIALOGUE", image="images/portrait.png") }}
{% endcall %}
{{ blocks.qa("下雨还走吗？", "小雨照走，HTTPS://EXAMPLE.COM/A_VERY_LONG_WORD_OF_AN_ANSWER。") }}
{{ blocks.follow("不赶路步行社", "images/portrait.png", "每周四，一条走得慢的路。") }}
{{ blocks.qr("images/qr.png", "长按识别，进市集群", note="第二天解散") }}
{{ blocks.copyright("不赶路步行社", 2026, credits={"文字": "林梅"}, note="转载请在后台留言。") }}
{{ blocks.footer("慢一点，走远一点。") }}

[^1]: 公告里写的是“暂缓”，不是“取消”。
"""
CAMPAIGN: Final = """\
version: 1
account: main
audience: {is_to_all: true}
mpnews:
  articles:
"""


def write_sample(root: Path, name: str = NAME, article: str = ARTICLE) -> None:
    """Write the campaign: one article a theme, in the order of `BUILT_IN`."""
    folder = root / "campaigns" / name
    shutil.copytree(ROOT / "campaigns" / "2026-12-winter-market" / "images", folder / "images")
    (folder / "main.md.j2").write_text(article, encoding="utf-8")
    one = "    - {{title: {theme}, content: main.md.j2, cover: images/cover.jpg, theme: {theme}}}\n"
    text = CAMPAIGN + "".join(one.format(theme=theme) for theme in BUILT_IN)
    (folder / "campaign.yaml").write_text(text, encoding="utf-8")
