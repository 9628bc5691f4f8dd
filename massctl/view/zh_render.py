"""The Chinese of rendering: templates, Markdown, HTML, limits."""

from typing import Final

RENDER: Final[dict[str, str]] = {
    # massctl/render/article.py
    "the article is longer than {limit} characters before it is rendered": "文章在渲染之前就超过 {limit} 个字符",
    "{path} is not an article: its name must end in one of {suffixes}": (
        "{path} 不是文章：文件名要以 {suffixes} 之一结尾"
    ),
    "{text} is written by massctl only; write the picture's path": "{text} 只能由 massctl 写入；请写图片的路径",
    # massctl/render/bounds.py
    "the control character {code} cannot stand in an article": "文章里不能有控制字符 {code}",
    "delete it; most editors do not show it": "删掉它；多数编辑器不会显示它",
    "the article has more than {limit} opening brackets `[`": "文章里的左方括号 `[` 超过 {limit} 个",
    "the article has more than {limit} HTML elements": "文章里的 HTML 元素超过 {limit} 个",
    "the HTML is nested too deep: more than {limit} elements inside each other": "HTML 嵌套太深：超过 {limit} 层",
    "is a tag never closed?": "是不是有标签没有关闭？",
    # massctl/render/campaign.py
    # massctl/render/html_edit.py
    "a browser finds `<{name}>` here, in markup that hides it": "浏览器会在这里看到 `<{name}>`，它藏在标记里",
    "is a quotation mark or a `>` missing?": "是不是少了引号或 `>`？",
    "the tag `<{name}` never ends: a `>` or a quotation mark is missing": "标签 `<{name}` 没有结束：缺少 `>` 或引号",
    "a picture in this style cannot be read": "这个样式里的图片无法识别",
    "write it as `url(path)`, without escapes and `image-set`": "请写成 `url(路径)`，不要用转义和 `image-set`",
    # massctl/render/html_rules.py
    "a link cannot run a script: WeChat removes it": "链接不能运行脚本：微信会去掉它",
    "WeChat removes `<{name}>` from articles": "微信会从文章里去掉 `<{name}>`",
    "WeChat keeps only links to articles on mp.weixin.qq.com, so this one may be lost": (
        "微信只保留指向 mp.weixin.qq.com 文章的链接，所以这个链接可能会丢失"
    ),
    "write the address as text, or set `external_links: keep` for an account with WeChat Pay": (
        "把网址写成文字；有微信支付的公众号可以设置 `external_links: keep`"
    ),
    "write the styles into `style` attributes": "把样式写进 `style` 属性",
    "keep only what stands inside `<body>`": "只保留 `<body>` 里面的内容",
    "WeChat does not read `{name}`": "微信不读取 `{name}`",
    "write one picture as `src`": "只写一张图片，用 `src`",
    "an animation cannot change `{name}`": "动画不能改变 `{name}`",
    "WeChat removes scripts such as `{name}`": "微信会去掉 `{name}` 这样的脚本",
    # massctl/render/limits.py
    "the {what} is within the limit of {limit} characters, but has {count} where each emoji counts as two": (
        "{what}没有超过 {limit} 个字符，但如果每个表情符号算两个，就是 {count} 个"
    ),
    "the author has {count} characters; more than {limit} may be cut on some screens": (
        "作者有 {count} 个字符；超过 {limit} 个时，有的屏幕上会被截断"
    ),
    "content_source_url has {count} bytes; at most {limit} are allowed": (
        "content_source_url 有 {count} 字节；最多 {limit} 字节"
    ),
    "the text has {count} bytes; at most {limit} are allowed": "文字有 {count} 字节；最多 {limit} 字节",
    "the article has {count} characters of HTML as it will be sent; accounts.{account}.content_limit is {limit}": (
        "文章发送时的 HTML 有 {count} 个字符；accounts.{account}.content_limit 是 {limit}"
    ),
    "the article has {count} characters of HTML as it will be sent; WeChat documents a limit of {limit}, and "
    "did not enforce it when that was last measured": (
        "文章发送时的 HTML 有 {count} 个字符；微信的文档写的上限是 {limit}，最近一次实测并没有执行"
    ),
    "apply reads the draft back and compares it; for an account that refuses it (45002) write "
    "`content_limit: 20000` in massctl.yaml": (
        "apply 会把草稿读回来比对；如果公众号拒收（45002），就在 massctl.yaml 里写 `content_limit: 20000`"
    ),
    "{words} of them are text, {markup} are tags and styles": "其中文字 {words} 个，标签和样式 {markup} 个",
    "{words} of them are text, {markup} are tags and styles; {pictures} pictures take about {taken}": (
        "其中文字 {words} 个，标签和样式 {markup} 个；{pictures} 张图片约占 {taken} 个"
    ),
    "{formulas} formulas that are drawn take {taken}, the longest, `{tex}`, {most}: show it as a picture": (
        "{formulas} 个画出来的公式占 {taken} 个，最长的 `{tex}` 占 {most} 个：请改用图片"
    ),
    "the article has {count} bytes as it will be sent; WeChat takes fewer than {limit}": (
        "文章发送时有 {count} 字节；微信只接受少于 {limit} 字节"
    ),
    "the {what} has {count} characters; at most {limit} are allowed": "{what}有 {count} 个字符；最多 {limit} 个",
    "title": "标题",
    "author": "作者",
    "digest": "摘要",
    "text": "文字",
    "the title is empty": "标题是空的",
    "the title has more than one line": "标题不止一行",
    "content_source_url must begin with https:// or http://": "content_source_url 必须以 https:// 或 http:// 开头",
    "the text is empty": "文字是空的",
    "shorten it: {count} too many": "缩短：超出 {count} 个字",
    "there is no picture {path}; searched: {places}": "没有图片 {path}；找过：{places}",
    "write its path from the folder of this file, from the campaign's folder, or `_shared/…`": (
        "路径从这个文件所在的文件夹写起，或从活动的文件夹写起，或写成 `_shared/…`"
    ),
    "{file}: {what}": "{file}：{what}",
    "a link without an address: WeChat refuses the text": "链接没有地址：微信会拒绝这条文字",
    "WeChat refuses a text with a link to {address}": "文字里有指向 {address} 的链接，微信会拒绝",
    'write `<a href="…">` with an address that begins with https://, http:// or weixin://': (
        '写成 `<a href="…">`，地址以 https://、http:// 或 weixin:// 开头'
    ),
    "the article is empty": "文章是空的",
    # massctl/render/md_lookalikes.py
    "the lines between `---` are shown as text: there is no front matter here": (
        "两行 `---` 之间的内容会显示成正文：这里没有 front matter"
    ),
    "write title, author and digest into campaign.yaml": "标题、作者和摘要请写在 campaign.yaml 里",
    "there is no footnote `{text}`: it is shown as it is written": "没有脚注 `{text}`：它会照原样显示",
    "write it on a line of its own: `{text}: …`": "请另起一行写：`{text}: …`",
    "a note that stands in the line is written `^[…]`": "写在行内的脚注要写成 `^[…]`",
    "this line is shown as it is written: `{text}`": "这一行会照原样显示：`{text}`",
    "if it is a heading or a list entry, write `{text}`": "如果它是标题或列表项，请写成 `{text}`",
    "full-width marks are not Markdown: `{text}`": "全角标点不是 Markdown：`{text}`",
    "write `{text}`": "请写 `{text}`",
    # massctl/render/html_rules.py
    "write the picture as a style: `background-image:url(path)`": "请把图片写进样式：`background-image:url(path)`",
    "show it as a picture or a drawing (`<svg>`)": "请改用图片或图形（`<svg>`）",
    # massctl/render/md_tables.py
    "this row has more cells than the table's header, and these are lost: `{text}`": (
        "这一行的单元格比表头多，多出来的会丢失：`{text}`"
    ),
    "write a bar that belongs to the text as `\\|`, also in code; or give the header another cell": (
        "属于文字的竖线请写成 `\\|`，代码里也一样；或者给表头加一格"
    ),
    "these lines are no table: the header has {header} cells, the line of dashes {dashes}": (
        "这几行不是表格：表头有 {header} 格，横线行有 {dashes} 格"
    ),
    "give both the same number; a bar that belongs to the text is `\\|`, also in code": (
        "让两行的格数相同；属于文字的竖线请写成 `\\|`，代码里也一样"
    ),
    "these lines are no table: the line of dashes below the header is missing": "这几行不是表格：表头下面缺一行横线",
    "write `{text}` below the first line": "请在第一行下面写上 `{text}`",
    # massctl/render/md_links.py
    "the picture `{text}` is not shown: nothing says where `[{label}]` is": (
        "图片 `{text}` 不会显示：没有写明 `[{label}]` 在哪里"
    ),
    "`{text}` is not a link: nothing says where `[{label}]` leads": "`{text}` 不是链接：没有写明 `[{label}]` 指向哪里",
    "write on a line of its own: `{text}`": "请另起一行写：`{text}`",
    "`{text}` is not a link": "`{text}` 不是链接",
    # massctl/render/md_signs.py
    "the asterisks of `{text}` are read as emphasis and are not shown": "`{text}` 里的星号会被当作强调，不会显示",
    "if they are signs, write `\\*`, `×`, or all of it between back-ticks": (
        "如果它们是符号，请写 `\\*`、`×`，或把整段放在反引号里"
    ),
    # massctl/render/foreign.py
    "`{text}` is shown as it is written: this file is no template": "`{text}` 会照原样显示：这个文件不是模板",
    "end the file's name in `.j2`, or write what stands there": "文件名以 `.j2` 结尾才是模板；否则请直接写出内容",
    "write what the other tool makes of it, or leave it out": "请直接写出别的工具会生成的内容，或删掉它",
    "`{text}` is shown as it is written": "`{text}` 会照原样显示",
    "the diagram is shown as its source, in `{name}`": "图表会显示成源码（`{name}`）",
    "export it as a picture, and show that": "请导出成图片，再插入图片",
    # massctl/render/markdown.py, md_raw.py
    "`{text}` is not HTML and is shown as text": "`{text}` 不是 HTML，会当作文字显示",
    "if it is code, write it between back-ticks": "如果是代码，请写在反引号里",
    "the picture's address is empty": "图片的地址是空的",
    "an address with blanks needs angle brackets: `(<{address}>)`": "含有空格的地址要用尖括号：`(<{address}>)`",
    "the link to {address} stays in the text as it is written": "指向 {address} 的链接会照原样留在文字里",
    "the picture {address} is not shown: its line stays in the text as it is written": (
        "图片 {address} 不会显示：这一行会照原样留在文字里"
    ),
    "the asterisks stay in the text: `{text}`": "星号会留在文字里：`{text}`",
    "right behind a tag nothing is read as Markdown: leave a line empty, or write `<em>`": (
        "紧跟在标签后面的内容不按 Markdown 读：空一行，或者写成 `<em>`"
    ),
    "a part of a picture cannot be a link: `<area>` is left out": "图片的一部分不能当链接：`<area>` 会被去掉",
    "put `<a>` around the whole picture, or cut it into several": "把 `<a>` 套在整张图片外面，或者把图片切成几张",
    "write `**` right before and right after the words, without blanks between": (
        "`**` 要紧贴在词语的前后，中间不留空格"
    ),
    "the underscores stay in the text: `{text}`": "下划线会留在文字里：`{text}`",
    "write `{text}`: underscores next to Chinese are no emphasis": "请写 `{text}`：紧挨着中文的下划线不是强调",
    "write `{text}`, or, where it is code, put it between back-ticks": "请写 `{text}`；如果是代码，请放在反引号里",
    "the link to {address} becomes a footnote": "指向 {address} 的链接会变成脚注",
    "the link to {address} leads nowhere in WeChat and becomes plain text": (
        "指向 {address} 的链接在微信里打不开，会变成普通文字"
    ),
    # massctl/render/safe_texts.py
    "the formula is shown as it is written: `{text}` cannot be read or drawn": (
        "公式会照原样显示：`{text}` 无法识别或画不出来"
    ),
    "write it in LaTeX's own commands, or show it as a picture": "只用 LaTeX 自带的命令，或改用图片",
    # massctl/render/safe_pictures.py
    "`{text}` points to a part of the drawing by its id, which WeChat removes": (
        "`{text}` 用 id 指向图形的一个部件，而微信会去掉 id"
    ),
    "write the colour or the shape where it is used": "把颜色或形状直接写在用到的地方",
    # massctl/render/message.py
    # massctl/render/meter.py
    "the number has more than {limit} bits": "数字超过 {limit} 位（二进制）",
    "the template does more work than {limit} units": "模板的运算量超过 {limit} 个单位",
    "does a loop run too often, or does a text grow with every round?": (
        "是不是循环次数太多，或者某段文字每一轮都在变长？"
    ),
    "macros or blocks call each other more than {limit} deep": "宏或块互相调用超过 {limit} 层",
    "does a macro call itself?": "是不是有宏在调用它自己？",
    "the template includes or imports other files more than {limit} times": "模板包含或导入其他文件超过 {limit} 次",
    "does a file include itself?": "是不是有文件包含了它自己？",
    # massctl/render/paths.py
    "{address} is not in the campaign, and WeChat would remove it without a word": (
        "{address} 不在活动里，微信会不声不响地去掉它"
    ),
    "save the picture in the campaign's folder and write its path": "把图片存到活动的文件夹里，再写它的路径",
    "{path} is too long for the name of a file": "{path} 太长，不可能是文件名",
    "write a path of at most {limit} characters": "路径最多 {limit} 个字符",
    "{path} is outside the campaign's folder and `_shared`": "{path} 不在活动的文件夹里，也不在 `_shared` 里",
    "copy the picture into the campaign, or into `campaigns/_shared`": "把图片复制到活动里，或 `campaigns/_shared` 里",
    "{path} leads out of the campaign": "{path} 通到了活动之外",
    "write a path from the campaign's folder, or `_shared/…`, without `..`": (
        "写从活动的文件夹开始的路径，或 `_shared/…`，不要用 `..`"
    ),
    # massctl/render/sandbox.py
    "`range` counts at most {limit} numbers here": "`range` 在这里最多数 {limit} 个数",
    # massctl/render/sandbox_cards.py, massctl/model/article_addresses.py
    "`{text}` is not the AppID of a mini-program": "`{text}` 不是小程序的 AppID",
    "it begins with wx and has 18 characters: 小程序后台, 开发管理": (
        "它以 wx 开头，共 18 个字符：小程序后台 / 开发管理"
    ),
    "`number` of {block} counts articles from 1 to {most}": "{block} 的 `number` 是文章的序号，从 1 到 {most}",
    "{campaign} was not sent as far as the ledger knows, so it has no address": (
        "账本里没有 {campaign} 的发送记录，所以不知道它的地址"
    ),
    "write its name as its folder has it; massctl state list shows what was sent": (
        "名字要和文件夹的名字一样；massctl state list 会列出已经发出的内容"
    ),
    "{campaign} was sent, and nobody recorded where its articles are": "{campaign} 已经发出，但没有记录文章的地址",
    "record the event: massctl record-event FILE; or write the address itself": (
        "记录事件：massctl record-event FILE；或直接写出地址"
    ),
    "{campaign} has {count} articles, and no article {number}": "{campaign} 有 {count} 篇文章，没有第 {number} 篇",
    "articles count from 1": "文章从 1 开始数",
    "article {number} of {campaign} was withdrawn: its address is dead": (
        "{campaign} 的第 {number} 篇文章已经撤回，地址打不开"
    ),
    "take the link out, or link to another article": "去掉这个链接，或改成别的文章",
    "the template is longer than {limit} characters": "模板超过 {limit} 个字符",
    "names that begin with `_` cannot be used: `{name}`": "不能使用以 `_` 开头的名字：`{name}`",
    "`{name}` of a value of the kind {kind} cannot be used": "不能使用 {kind} 类型的值的 `{name}`",
    "a value of the kind {kind} is not a list": "{kind} 类型的值不是列表",
    # massctl/render/sandbox_filters.py
    "a text is due here, and this is a value of the kind {kind}": "这里要的是文字，得到的是 {kind} 类型的值",
    "more than {limit} parts": "超过 {limit} 段",
    "more than {limit} digits": "超过 {limit} 位数字",
    "a text of more than {limit} characters": "文字超过 {limit} 个字符",
    # massctl/render/sandbox_strings.py
    "a value of the kind {kind} cannot be written as text": "{kind} 类型的值不能写成文字",
    "write one of its members, or put the pieces together with `| join('，')`": (
        "写出它的某个成员，或用 `| join('，')` 把各段连起来"
    ),
    "nothing is written here: the value is empty (null)": "这里什么都不会写出：值是空的（null）",
    "give it a value, or write `| default('…', true)`": "给它一个值，或写 `| default('…', true)`",
    "the width {width} is over {limit}": "宽度 {width} 超过 {limit}",
    "a name with brackets cannot be used in `%`: {name}": "`%` 里不能用带括号的名字：{name}",
    "`*` as a width cannot be used in a template": "模板里不能用 `*` 作宽度",
    # massctl/render/sandbox_tree.py
    "did you mean `{name}`?": "是不是 `{name}`？",
    "`autoescape` cannot be used here: nothing is escaped by itself": "这里不能用 `autoescape`：没有任何内容会自动转义",
    "there is no filter `{name}`": "没有过滤器 `{name}`",
    "there is no test `{name}`": "没有测试 `{name}`",
    "the filter `{name}` cannot be used here": "这里不能用过滤器 `{name}`",
    # massctl/render/template.py
    "the template failed: {detail}": "模板出错：{detail}",
    "declare it in campaign.yaml under `vars:`": "在 campaign.yaml 的 `vars:` 下面声明它",
    "an include names no file": "包含（include）没有写明文件",
    "none of these files is there: {names}": "这些文件都不存在：{names}",
    "the template is nested too deep": "模板嵌套太深",
    "this cannot be compiled: {detail}": "无法编译：{detail}",
    "{detail}": "{detail}",
    "there is no `{name}` here": "这里没有 `{name}`",
    "the imported file has no `{name}`": "导入的文件里没有 `{name}`",
    "a value of the kind {kind} has no `{name}`": "{kind} 类型的值没有 `{name}`",
    "`{name}` is not defined": "`{name}` 没有定义",
}
