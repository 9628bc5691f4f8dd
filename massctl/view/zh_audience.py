"""Chinese for audiences: tags by name, lists of openids and their batches."""

from typing import Final

AUDIENCE: Final[dict[str, str]] = {
    "tag {tag}": "标签“{tag}”",
    "1 tag to look up": "查 1 个标签",
    "{count} tags to look up": "查 {count} 个标签",
    "apply looks up which tag that is and records its id; the send goes to that id alone": (
        "apply 会查出这是哪个标签并记下它的 id，群发只发给这个 id"
    ),
    "recorded that tag {tag} is id {tag_id}: {followers}": "已记下标签“{tag}”的 id 是 {tag_id}：{followers}",
    "{name}: the account has no tag called {tag}": "{name}：这个公众号没有名为“{tag}”的标签",
    "the openids in {path}": "名单 {path}",
    "{count:,} openids": "{count:,} 个 openid",
    "{openids} in {jobs}": "{openids}，{jobs}",
    "1 job": "1 个任务",
    "{count} jobs": "{count} 个任务",
    "{count} jobs, of which {withdrawals} a day can be withdrawn": (
        "{count} 个任务，其中每天最多能撤下 {withdrawals} 个"
    ),
    "batch {batch} of {batches}": "第 {batch}/{batches} 批",
    "batches {first}–{last} of {batches}": "第 {first}–{last} 批，共 {batches} 批",
    "the addresses of the other batches: massctl status {name} --format json": (
        "其余批次的链接：massctl status {name} --format json"
    ),
    "save {count} drafts, one for each batch": "保存 {count} 份草稿，每批一份",
    "saved {count} drafts and read them back": "已保存 {count} 份草稿并读回核对",
    "send batch {batch} of {batches} to {audience}: this cannot be undone": (
        "群发给{audience}，第 {batch}/{batches} 批：不可撤回"
    ),
    "send to {audience} in {jobs}, one after the other: this cannot be undone": (
        "群发给{audience}，一批接一批，{jobs}：不可撤回"
    ),
    "send batches {first}–{last} of {batches} to {audience}, one after the other: this cannot be undone": (
        "群发给{audience}，第 {first}–{last} 批，共 {batches} 批，一批接一批：不可撤回"
    ),
    "WeChat accepted {count} of {batches} batches to {audience}": "微信已受理 {count}/{batches} 批，发给{audience}",
    "{sent} of {all} batches went out": "已发出 {sent}/{all} 批",
    "{sent}; massctl apply {name} goes on with the next": "{sent}；massctl apply {name} 会接着发下一批",
    "{sent}, and none is begun after this": "{sent}，之后的批次不再开始",
    "It is batch {batch} of {batches}; the batches before it went out, and none after it is begun until then.": (
        "这是第 {batch}/{batches} 批：之前的批次已经发出，弄清之前不会开始后面的批次。"
    ),
    "the account has no tag called {tag}": "这个公众号没有名为“{tag}”的标签",
    "copy its name from the console under 用户管理 to audience.tag, to the letter": (
        "到公众平台的“用户管理”里把标签名一字不差地抄到 audience.tag"
    ),
    "the tag {tag} (id {tag_id}) is no longer there": "标签“{tag}”（id {tag_id}）已经不在了",
    "the tag with the id {tag_id} was called {tag} when this was staged, and is now called {now}": (
        "id 为 {tag_id} 的标签在备稿时叫“{tag}”，现在叫“{now}”"
    ),
    "give the tag its name back in the console under 用户管理; or say in campaign.yaml whom you mean (`tag:` or "
    "`tag_id:`), which makes a new version to be reviewed": (
        "到公众平台的“用户管理”里把标签名改回来；或者在 campaign.yaml 里写明发给谁（`tag:` 或 `tag_id:`），"
        "这会成为需要重新审阅的新版本"
    ),
    "{what}; {tag} is another tag now, with the id {other}": "{what}；“{tag}”现在是另一个标签，id 是 {other}",
    "if the followers of that tag are meant, write `tag_id: {other}` in campaign.yaml, else the `tag_id:` of those "
    "who are; it makes a new version to be reviewed": (
        "要发给这个标签的粉丝，就在 campaign.yaml 里写 `tag_id: {other}`，否则写要发给的那个标签的 `tag_id:`；"
        "这会成为需要重新审阅的新版本"
    ),
    "say in campaign.yaml whom you mean (`tag:` or `tag_id:`), which makes a new version to be reviewed; the console "
    "lists the tags under 用户管理": (
        "在 campaign.yaml 里写明发给谁（`tag:` 或 `tag_id:`），这会成为需要重新审阅的新版本；"
        "标签列在公众平台的“用户管理”里"
    ),
    "nobody knows whom {name} goes to": "不知道 {name} 该发给谁",
    "say which batch of {name} you mean: {batches}": "请说明 {name} 的哪一批：{batches}",
    "name it with --batch": "用 --batch 指明",
    "{flag} goes with --sent and --not-sent": "{flag} 要和 --sent 或 --not-sent 一起用",
    "give these followers a tag (标签) in the console under 用户管理 and write `tag:` in campaign.yaml: a tag of any "
    "size is one job": (
        "到公众平台的“用户管理”里给这些粉丝打上标签，并在 campaign.yaml 里写 `tag:`：标签再大也只是一个任务"
    ),
    "the openids who have the message, or may have it, are not the first of the list any more; {sent}": (
        "已收到（或可能已收到）消息的那些 openid 不再是名单最前面的；{sent}"
    ),
    "put the first {count:,} openids back as they were (git log shows them), then run apply again: it goes on behind "
    "them; there the list may be corrected, and whoever stands in it twice is sent to once": (
        "把最前面的 {count:,} 个 openid 恢复成原样（git log 里有），再运行 apply：会从它们后面接着发；"
        "后面的部分可以改，重复的人只发一次"
    ),
    "WeChat refused batch {batch} of {batches} for good, with errcode {errcode}: nobody of it has the message, and the "
    "first {count:,} openids of the list have it": (
        "微信彻底拒绝了第 {batch}/{batches} 批（errcode {errcode}）：这一批没有人收到，"
        "名单最前面的 {count:,} 个 openid 已收到"
    ),
    "leave the first {count:,} openids as they are, and correct the list behind them, or put a new export of this "
    "account there: whoever stands in it twice is sent to once; then: massctl apply {name}": (
        "最前面的 {count:,} 个 openid 保持原样，改正它们后面的部分，或者把从这个公众号重新导出的名单接在后面："
        "重复的人只发一次；然后：massctl apply {name}"
    ),
    "the message stays as the first {count:,} have it: for another one make a campaign of its own, with a list of the "
    "openids behind them; a raised `edition` would go to everybody again": (
        "消息保持最前面 {count:,} 人收到的样子：要换消息，就给后面的 openid 另建一个活动，名单里只放他们；"
        "提高 `edition` 会再发给所有人"
    ),
    "edition {before} went out to the first {count:,} openids of its list and to no other; edition {edition} would go "
    "to them once more": (
        "第 {before} 版只发给了名单最前面的 {count:,} 个 openid；第 {edition} 版会让这些人再收到一遍"
    ),
    "make a campaign of its own with a list of the openids behind the first {count:,}": (
        "另建一个活动，名单里只放最前面 {count:,} 个之后的 openid"
    ),
    "put `edition` back to {before}, leave those openids as they are, and run apply again: it goes on behind them; "
    "or {own}": ("把 `edition` 改回 {before}，这些 openid 保持原样，再运行 apply：会从他们后面接着发；或者{own}"),
    "WeChat refused batch {batch}, so there is no doubt. Only if it went out after all:": (
        "微信拒绝了第 {batch} 批，没有疑问。只有它后来其实发出了，才用："
    ),
    "Its request never left, so nothing is to settle. Only if it went out after all, by hand for instance:": (
        "请求没有发出，没有什么要认定的。只有它后来其实发出了（比如有人手动发的），才用："
    ),
    "WeChat refused it, so there is no doubt. Only if it went out after all, by hand for instance:": (
        "微信拒绝了它，没有疑问。只有它后来其实发出了（比如有人手动发的），才用："
    ),
    "everybody whom the list names now has the message already": "名单里现在的人都已收到消息",
    "write those who are to get it behind them; where nobody is left, there is nothing more to do": (
        "把还要发的人写在他们后面；没有人要发了，就不用再做什么"
    ),
    "the message was edited after its first batch was sent; {sent}": "消息在第一批发出之后被改过；{sent}",
    "undo the edit, then run apply again: it goes on with the next batch, and everybody gets the same": (
        "撤销改动，再运行 apply：会接着发下一批，人人收到的都一样"
    ),
    "copy the list into the campaign, or into `campaigns/_shared`": "把名单放进活动目录，或 `campaigns/_shared`",
    "a subscription account (订阅号) cannot send to openids; only a service account (服务号) can": (
        "订阅号不能按 openid 群发，只有服务号可以"
    ),
    "give these followers a tag (标签) in the console and write `tag:` in place of `openids:`": (
        "到公众平台给这些粉丝打上标签，用 `tag:` 代替 `openids:`"
    ),
    "this is no openid": "这不是 openid",
    "an openid begins with `o` and has letters, digits, `-` and `_` after it": (
        "openid 以 `o` 开头，后面是字母、数字、`-` 和 `_`"
    ),
    "this row has no openid": "这一行没有 openid",
    "the table has no column {name}": "表格里没有 {name} 这一列",
    "this is a heading and no openid": "这是表头，不是 openid",
    "take the line out; or, where this is a table, let the name of the file end with .csv": (
        "删掉这一行；如果这是表格，请让文件名以 .csv 结尾"
    ),
    "fill it in, or take the row out": "补上 openid，或删掉这一行",
    "a quotation mark is missing here, or is one too many": "这里少了或多了一个引号",
    "a cell that begins here goes over several lines, and openids are among them": (
        "从这里开始的一个单元格跨了好几行，里面还有 openid"
    ),
    'in a cell with a `"` of its own, write it twice: `""`': '单元格里本来就有 `"` 的，要写成两个：`""`',
    "the table has more than one column {name}": "表格有不止一个 {name} 列",
    "give the others another heading": "把其余的列改成别的表头",
    "write {name} above the column, in the first row": "在第一行，那一列的上方写 {name}",
    "separate the columns with commas: save the table as “CSV UTF-8 (comma delimited)”": (
        "列与列之间用英文逗号：把表格另存为“CSV UTF-8（逗号分隔）”"
    ),
    "a WeChat name (微信号) goes under towxname; an openid begins with `o`": (
        "微信号写在 towxname 下面；openid 以 `o` 开头"
    ),
    "the list is empty": "名单是空的",
    "write one openid a line": "每行写一个 openid",
    "write one openid a line, two or more": "每行写一个 openid，至少两个",
    "the list has one openid, and WeChat sends to {least} or more": "名单里只有一个 openid，而微信至少要 {least} 个",
    "add a second one, or send a preview to it alone: massctl preview {name} --touser OPENID": (
        "再加一个，或者只给它发预览：massctl preview {name} --touser OPENID"
    ),
    "openids that stand in the list more than once are sent to once ({count} dropped); this is the first": (
        "名单里重复的 openid 只发一次（去掉了 {count} 个）；这是第一个"
    ),
    "openids of unusual length: {count} do not have {usual} characters; this is the first": (
        "有 {count} 个 openid 的长度不是 {usual} 个字符；这是第一个"
    ),
    "if they were cut off, WeChat refuses the whole batch that they are in: export the list again": (
        "如果是被截断了，微信会拒绝它们所在的整批：请重新导出名单"
    ),
    "more lines of the list are faulty; it was read no further": "名单里还有更多行有问题；没有继续往下读",
    "the list is not UTF-8 from this line on": "名单从这一行起不是 UTF-8",
    "this line is longer than {limit} characters": "这一行超过 {limit} 个字符",
    "an openid of this batch is none of this account's": "这一批里有不属于这个公众号的 openid",
    "Correct the list, or export it again from this account; nobody of this batch has the message.": (
        "改正名单，或者从这个公众号重新导出；这一批没有人收到消息。"
    ),
    "a send to openids needs two of them at least": "按 openid 群发至少要两个",
    "a send to openids takes 2 to 10000 of them": "按 openid 群发要 2 到 10000 个",
}
"""English template -> Chinese template."""
