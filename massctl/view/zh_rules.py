"""The Chinese of content rules, covers and what is ignored."""

from typing import Final

RULES: Final[dict[str, str]] = {
    # massctl/apply/drafts.py
    "its markup alone, or what is shown of a cover": "只有排版标记不同，或者改了封面显示的部分",
    # massctl/model/campaign_rules.py
    "there is no diagnostic {code}": "没有 {code} 这个诊断代码",
    "`massctl explain` lists them all": "`massctl explain` 会列出全部代码",
    "{key}: nothing lies between these corners": "{key}：这两个角之间什么也没有",
    "write left, top, right, bottom, each smaller than its opposite: {example}": (
        "依次写左、上、右、下，左小于右，上小于下：{example}"
    ),
    # massctl/plan/locked_message.py
    "the crop of the cover of article {number}": "第 {number} 篇封面的裁剪",
    # massctl/render/cover.py
    "the cover is shown from {width}x{height} pixels, and {least} are due": (
        "封面显示的部分只有 {width}x{height} 像素，应有 {least}"
    ),
    "it looks blurred in the list: export it larger": "在列表里会发虚：请导出更大的图",
    "the list shows {form} of the cover, {share} % of it; it is {width}x{height}": (
        "列表按 {form} 显示封面，只有它的 {share} %；封面是 {width}x{height}"
    ),
    "say which part: `focus: [0.5, 0.3]` beside `file:`, or draw it in that form": (
        "写明显示哪一块：在 `file:` 旁边写 `focus: [0.5, 0.3]`，或按这个比例制作封面"
    ),
    "{key} is {width}x{height} pixels of this cover, which is {found}:1 and not {form}": (
        "{key} 在这张封面里是 {width}x{height} 像素，也就是 {found}:1，而不是 {form}"
    ),
    "the largest part of that form around the same point is {crop}": "以同一点为中心，这个比例的最大一块是 {crop}",
    # massctl/render/ignoring.py
    "nothing here is {code}: this entry ignores nothing": "这里没有 {code}：这一条没有忽略任何东西",
    "delete it, so that a later {code} is not missed": "删掉它，免得以后真有 {code} 时看不到",
    "{code} is an error here, and errors cannot be ignored": "{code} 在这里是错误，错误不能忽略",
    "`massctl explain {code}` says what to do about it": "`massctl explain {code}` 会说怎么办",
    "{code} is ignored already, further up": "上面已经忽略了 {code}",
    "keep one of the two reasons, or join them": "两个理由留一个，或合成一个",
    # massctl/render/rules/advertising.py
    "“{term}” is an absolute term of advertising ({source})": "“{term}”是广告绝对化用语（{source}）",
    "where it praises what you sell, write what can be proven; else add the expression to"
    " `policy.allowed_words`, or give a reason under `ignore:`": (
        "如果是在夸自己的商品，改成可以证明的说法；否则把整个说法加到 `policy.allowed_words`，或在 `ignore:` 里写明理由"
    ),
    "“{word}” is banned by `policy.banned_words`": "“{word}”是 `policy.banned_words` 禁用的词",
    "write it another way, or add the expression that it is part of to `policy.allowed_words`": (
        "换一种写法，或把它所在的整个说法加到 `policy.allowed_words`"
    ),
    # massctl/render/rules/characters.py
    "{code} ({name}) turns the direction of writing; it stands here {count} times": (
        "{code}（{name}）会改变文字的方向；这里有 {count} 个"
    ),
    "{code} ({name}) is a character that nobody sees; it stands here {count} times": (
        "{code}（{name}）是看不见的字符；这里有 {count} 个"
    ),
    "delete it; text that was copied from a page or a chat often brings some along": (
        "删掉它；从网页或聊天里复制的文字常常带着这种字符"
    ),
    # massctl/render/rules/digests.py
    "there is no digest: WeChat takes the first {count} characters of the text": (
        "没有摘要：微信会取正文的前 {count} 个字"
    ),
    "write `digest:`, one sentence that makes people open it": "写 `digest:`，一句让人想点开的话",
    "nobody sees this digest: of a message with several articles WeChat keeps none": (
        "没有人会看到这条摘要：消息有多篇文章时，微信不保留摘要"
    ),
    "leave it out": "把它去掉",
    # massctl/render/rules/links.py
    "write https:// if the site answers there, as nearly every one does": "改写 https://，绝大多数网站都支持",
    "copy the address of the published article, or of a page of the web": "复制已经发出的文章的网址，或一个网页的网址",
    "{address} travels unencrypted; phones warn of it, or refuse it": "{address} 不加密；手机会警告，或打不开",
    "the link to {address} leads nowhere: WeChat removes the place that it names": (
        "到 {address} 的链接没有去处：微信会去掉它指向的位置"
    ),
    "the link to {address} leads nowhere: a follower has no such file": "到 {address} 的链接没有去处：粉丝没有这个文件",
    "{address} is a preview, which expires after some hours": "{address} 是预览链接，几小时后就失效",
    "{address} is a page of the console, which followers cannot open": "{address} 是后台的页面，粉丝打不开",
    "{address} is not an address": "{address} 不是网址",
    "link to an article on mp.weixin.qq.com, or write it as text": "链接到 mp.weixin.qq.com 上的文章，或只写文字",
    # massctl/render/rules/pictures.py
    "write what it shows, for who listens to the article or waits for the picture: `![words](path)`": (
        "写明画面内容，给听文章的人、等图片加载的人看：`![文字](路径)`"
    ),
    'write what it shows as `alt="words"`, or `alt=""` where it is decoration': (
        '用 `alt="文字"` 写明画面内容；只是装饰就写 `alt=""`'
    ),
    "{path} has only {width}x{height} pixels": "{path} 只有 {width}x{height} 像素",
    "a phone shows 375 points across, each of two or three pixels: use the large original": (
        "手机横向有 375 个点，每个点两三个像素：请用原来的大图"
    ),
    "{count} pictures have no words for who cannot see them": "{count} 张图片没有给看不见的人的文字说明",
    "the picture {path} has no words": "图片 {path} 没有文字说明",
    # massctl/render/rules/structure.py
    "write it in percent with `max-width`, or `data-ignore-width` where it is meant to scroll": (
        "用百分比和 `max-width`；有意横向滚动的加 `data-ignore-width`"
    ),
    "write `<section>` with `white-space:pre-wrap`": "用 `white-space:pre-wrap` 的 `<section>`",
    "write `line-height` without a unit, 1.5 or more": "`line-height` 不写单位，1.5 以上",
    "write `left` or `right`": "写 `left` 或 `right`",
    "keep the outermost and the innermost one": "只留最外和最里的一层",
    "leave `font-family` out; the reader's own font fits the screen": "去掉 `font-family`；读者自己的字体最合适",
    "take it out": "去掉它",
    'write `begin="touchstart; click"`, or `click`': '写 `begin="touchstart; click"`，或 `click`',
    "give the text a plain ground; or mark the element `data-no-dark` where its colours must stay": (
        "文字用纯色背景；必须保持原色的元素加 `data-no-dark`"
    ),
    "a transparent picture: the console can no longer replace what shows in its place (1.1)": (
        "透明的图片：后台就换不了真正显示的那张图（1.1）"
    ),
    "a transparent `caret-color` hides where one types in the console (1.2)": (
        "透明的 `caret-color`：在后台编辑时看不见光标（1.2）"
    ),
    "{count} elements `<{name}>` stand in each other with nothing else in them; WeChat takes some out (2.1)": (
        "{count} 层 `<{name}>` 一层套一层，中间没有别的；微信会删掉几层（2.1）"
    ),
    "`margin-left` of {width} px leaves no room on a phone's {phone} px (1.4)": (
        "`margin-left` 有 {width} px，在 {phone} px 的手机上没有地方了（1.4）"
    ),
    "lines of {height} px are lower than their letters of {size} px, so they overlap (1.3)": (
        "行高 {height} px 小于字号 {size} px，行会重叠（1.3）"
    ),
    "`{name}` of {width} px is wider than a phone's {phone} px (1.4)": (
        "`{name}` 有 {width} px，比手机的 {phone} px 还宽（1.4）"
    ),
    "`text-align:{value}` is not known to every client (1.6)": "不是每个客户端都认识 `text-align:{value}`（1.6）",
    "an animation that begins with `touchstart` alone starts while one scrolls (1.7)": (
        "只由 `touchstart` 触发的动画，滑动屏幕也会开始（1.7）"
    ),
    "the lines of `<pre>` do not break, and run out of the screen (1.8)": "`<pre>` 的行不会换行，会超出屏幕（1.8）",
    "`<section nodeleaf>` holds text, and may hold one picture or component only (2.3)": (
        "`<section nodeleaf>` 里有文字，它只能放一张图片或一个组件（2.3）"
    ),
    "a font of its own, `{stack}`: few phones have it (3)": "自定的字体 `{stack}`：很少有手机装了它（3）",
    "`!important` keeps dark mode from changing the colour (4)": "有 `!important`，深色模式就改不了颜色（4）",
    "text on a gradient, which dark mode does not change, may become unreadable (4)": (
        "文字在渐变背景上，深色模式改不了背景，可能看不清（4）"
    ),
    "`{name}` of 0 hides the text inside on phones (1.5)": "`{name}` 是 0，手机上看不见里面的文字（1.5）",
    "`<span leaf>` holds `<{name}>`, and may hold running text only (2.2)": (
        "`<span leaf>` 里有 `<{name}>`，它只能放行内文字（2.2）"
    ),
    # massctl/source/validation.py
    "four numbers from 0 to 1, left, top, right, bottom: 0_0.1_1_0.9": (
        "四个 0 到 1 的数，依次左、上、右、下：0_0.1_1_0.9"
    ),
    "the code of a diagnostic: MC and three digits": "诊断代码：MC 加三位数字",
    # massctl/view/difference_rows.py
    "what the list shows of the cover (2.35:1)": "列表里显示的封面（2.35:1）",
    "the square of the cover (1:1)": "封面的方图（1:1）",
}
