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
    "WeChat refused batch {batch}, so there is no doubt. Only if it went out after all:": (
        "微信拒绝了第 {batch} 批，没有疑问。只有它后来其实发出了，才用："
    ),
    "Its request never left, so nothing is to settle. Only if it went out after all, by hand for instance:": (
        "请求没有发出，没有什么要认定的。只有它后来其实发出了（比如有人手动发的），才用："
    ),
    "WeChat refused it, so there is no doubt. Only if it went out after all, by hand for instance:": (
        "微信拒绝了它，没有疑问。只有它后来其实发出了（比如有人手动发的），才用："
    ),
    "a campaign for the openids that no accepted batch named: massctl new {name}-rest --unsent-of {name}": (
        "给没有被任何已受理批次包含的 openid 另建一个活动：massctl new {name}-rest --unsent-of {name}"
    ),
    "the list of openids was changed after its first batch; {sent}": "openid 名单在第一批之后被改过；{sent}",
    "the message was edited after its first batch was sent; {sent}": "消息在第一批发出之后被改过；{sent}",
    "put it back as it was (git log shows it) and run apply again: it goes on with the next batch; or make {rest}": (
        "恢复成原样（git log 里有）再运行 apply：会接着发下一批；或者{rest}"
    ),
    "WeChat refused batch {batch} of {batches} for good, with errcode {errcode}: nobody of it has the message; "
    "{sent}": "微信彻底拒绝了第 {batch}/{batches} 批（errcode {errcode}）：这一批没有人收到；{sent}",
    "make {rest}   and correct there what WeChat objects to": "{rest}   再在那里改正微信不接受的地方",
    "make {rest}": "{rest}",
    "edition {before} reached a part of its list ({sent}); edition {edition} would go to them once more": (
        "第 {before} 版只发给了名单的一部分（{sent}）；第 {edition} 版会让这些人再收到一遍"
    ),
    "put `edition` back to {before} and run apply again: it goes on with the next batch; or make {rest}": (
        "把 `edition` 改回 {before}，再运行 apply：会接着发下一批；或者{rest}"
    ),
    "{rest} has the others; for everybody again, copy the folder to a campaign of its own": (
        "其余的人在 {rest} 里；要再发给所有人，就把文件夹复制成另一个活动"
    ),
    "{sent} of {all} batches went out; the other openids are in {rest}": (
        "{all} 批中已发出 {sent} 批；其余的 openid 在 {rest} 里"
    ),
    "campaigns/{rest} has the {count:,} openids that no accepted batch of {name} named": (
        "campaigns/{rest} 里有 {name} 的已受理批次没有包含的 {count:,} 个 openid"
    ),
    "{name} is ended: none of its other batches is sent": "{name} 到此结束：其余批次都不再发送",
    "look at campaigns/{rest}/campaign.yaml, then commit it like any other campaign": (
        "看一下 campaigns/{rest}/campaign.yaml，再像其他活动一样提交"
    ),
    "campaigns/{name} is there already": "campaigns/{name} 已经存在",
    "small letters, digits, `.`, `_` and `-`, at most 64": "用小写字母、数字、`.`、`_`、`-`，最多 64 个",
    "choose another name": "换一个名字",
    "{name} is the name that {now} had before (`moved` in massctl.yaml)": (
        "{name} 是 {now} 以前的名字（massctl.yaml 里的 `moved`）"
    ),
    "the ledger has a campaign {name} already": "账本里已经有活动 {name}",
    "{name} is not a list of openids that was sent in part": "{name} 不是只发了一部分的 openid 名单",
    "massctl status {name}   shows what became of it": "massctl status {name}   看它的结果",
    "nobody knows whether batch {batch} was sent": "不知道第 {batch} 批是否已发出",
    "{name} was ended before, and {rest} has its other openids": "{name} 先前已经结束，其余的 openid 在 {rest} 里",
    "if it is lost: massctl new {rest} --unsent-of {name}": "如果它丢了：massctl new {rest} --unsent-of {name}",
    "the list of {name} is not the one that was sent in part": "{name} 的名单不是发了一部分的那一份",
    "put it back as it was (git log shows it), then run the same command again": (
        "恢复成原样（git log 里有），再运行同一条命令"
    ),
    "campaigns/{name} cannot be written: {why}": "无法写入 campaigns/{name}：{why}",
    "run the same command again once that is mended: it makes the folder then": (
        "排除之后再运行同一条命令：会在那时建好文件夹"
    ),
    "campaign.yaml of {name} is written in a way that cannot be copied": "{name} 的 campaign.yaml 的写法无法复制",
    "write its values in block style (key: value, one a line), then run the same command again": (
        "把它写成块样式（每行一个键和它的值），再运行同一条命令"
    ),
    "copy the list into the campaign, or into `campaigns/_shared`": "把名单放进活动目录，或 `campaigns/_shared`",
    "a subscription account (订阅号) cannot send to openids; only a service account (服务号) can": (
        "订阅号不能按 openid 群发，只有服务号可以"
    ),
    "give these followers a tag (标签) in the console and write `tag:` in place of `openids:`": (
        "到公众平台给这些粉丝打上标签，用 `tag:` 代替 `openids:`"
    ),
    "this is not an openid": "这不是 openid",
    "an openid begins with `o` and has letters, digits, `-` and `_` after it": (
        "openid 以 `o` 开头，后面是字母、数字、`-` 和 `_`"
    ),
    "this row has no openid": "这一行没有 openid",
    "the table has no column {name}": "表格里没有 {name} 这一列",
    "this is a heading, not an openid": "这是表头，不是 openid",
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
