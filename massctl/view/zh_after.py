"""The Chinese of what comes after a send was accepted: confirmation, pace, events, withdrawals, comments."""

from typing import Final

AFTER: Final[dict[str, str]] = {
    # massctl/apply/pacing.py
    "{name}: at most {count} sends a minute; going on in": "{name}：每分钟最多提交 {count} 次群发，继续还要等",
    "the account's mass calls of today are used up (100 a day)": "这个公众号今天的群发调用次数已用完（每天 100 次）",
    # massctl/plan/anew.py
    "run `massctl apply {name}` after {moment}": "{moment} 以后运行 `massctl apply {name}`",
    "run apply again after {moment}, within its window": "{moment} 以后、在它的时段之内再运行 apply",
    "its window leaves no moment after {moment}: give it another one in campaign.yaml, and have that reviewed": (
        "{moment} 以后它的时段里已经没有能发的时候：请在 campaign.yaml 里给它换个时段，并重新送审"
    ),
    "{again}; apply asks now all the same, for somebody may have had the quota cleared": (
        "{again}；现在 apply 仍会提交一次，因为可能有人申请清零了次数"
    ),
    # massctl/apply/spent.py
    "{advice} Once it is counted anew: {again}.": "{advice}重新计数之后：{again}。",
    "The mass calls of the account are counted anew at midnight, Beijing time: {again}.": (
        "公众号的群发调用次数在北京时间零点重新计数：{again}。"
    ),
    # massctl/cli/pausing.py
    "WeChat asks for a slower pace; going on in {seconds} s": "微信要求放慢速度，{seconds} 秒后继续",
    # massctl/plan/guard.py
    "{other} waits for the administrator until {until}, and till then this account sends nothing else": (
        "{other} 在等管理员确认（到 {until} 为止），在那之前这个公众号不再发送别的"
    ),
    "let the administrator (管理员) answer in WeChat, then: massctl apply {name}": (
        "请管理员在微信里答复，然后运行：massctl apply {name}"
    ),
    # massctl/view/hold_text.py
    "WeChat asks the administrator (管理员) to confirm this send, until {moment}": (
        "微信正请管理员确认这次群发，到 {moment} 为止"
    ),
    "Unconfirmed it is not sent. Until that is known the account sends nothing else.": (
        "管理员不同意就不会发出。在弄清之前，这个公众号不再发送别的。"
    ),
    "once that is answered, this asks WeChat what became of it:": "管理员答复之后，用下面的命令向微信查问结果：",
    # massctl/view/markdown_campaign.py
    "the administrator may confirm it until {moment}": "管理员可以在 {moment} 之前确认",
    # massctl/view/outcome_text.py
    "awaiting the administrator {count}": "等待管理员 {count}",
    # massctl/apply/commenting.py
    "Edition {edition} of it was not sent.": "它的第 {edition} 版没有发送过。",
    "Only news has comments that can be opened and closed here, and this is another message.": (
        "只有图文消息的留言可以在这里打开和关闭，而这是别的消息。"
    ),
    "WeChat finds comments by msg_data_id, which the answer to the send tells, and that answer was lost.": (
        "微信按 msg_data_id 找留言，群发的应答里有它，而那次应答丢了。"
    ),
    "the comments of {name} cannot be switched": "{name} 的留言无法打开或关闭",
    "All of it was withdrawn, and its comments with it. No request was made.": (
        "它已全部删除，留言也随之没有了。没有发出任何请求。"
    ),
    # massctl/cli/commands/comments.py
    "What you named was withdrawn. No request was made.": "你指定的文章已经删除。没有发出任何请求。",
    # massctl/cli/following.py
    "waiting for the administrator: {count}; looking again for": "等待管理员确认：{count} 个；继续查看，剩余",
    # massctl/apply/commenting.py
    "massctl status {name}": "massctl status {name}",
    "the articles' addresses hold it: massctl record-event FILE records the event that names them; "
    "or open and close comments in the console under 留言管理": (
        "文章的地址里也有它：massctl record-event FILE 记录带有地址的事件；也可以在公众平台的“留言管理”里打开或关闭"
    ),
    # massctl/apply/jobs.py
    "the event is addressed to {to}, and the account is {own}": "事件是发给 {to} 的，而这个公众号是 {own}",
    "name the account that it is of; or correct accounts.NAME.original_id in massctl.yaml": (
        "请指明它属于哪个公众号；或者改正 massctl.yaml 里的 accounts.NAME.original_id"
    ),
    "two accounts have a job {msg_id}": "有两个公众号都有任务 {msg_id}",
    "The event does not say by itself which of them it is about. Nothing was recorded.": (
        "事件本身说明不了是哪一个。什么都没有记录。"
    ),
    "job {msg_id} is the send of {name}, of another account": "任务 {msg_id} 是 {name} 的群发，属于另一个公众号",
    "Its account is {appid}, and the event is of another one. Nothing was recorded.": (
        "它的公众号是 {appid}，而事件属于另一个。什么都没有记录。"
    ),
    "name the account: massctl record-event FILE --account NAME; or write its original ID (原始 ID) into "
    "massctl.yaml: accounts.NAME.original_id": (
        "请指明公众号：massctl record-event FILE --account NAME；或者把它的原始 ID 写进 massctl.yaml 的 "
        "accounts.NAME.original_id"
    ),
    # massctl/apply/withdrawing.py
    "{name} is still being sent, and only what is sent can be withdrawn": ("{name} 还在发送，只有发完的才能撤下"),
    "Nothing was withdrawn.": "什么都没有撤下。",
    "massctl withdraw {name} {chosen} --wait 1h   deletes it at the first moment that WeChat allows": (
        "massctl withdraw {name} {chosen} --wait 1h   微信一允许就撤下"
    ),
    "still sending: {count}; withdrawn as soon as WeChat allows it, asking again for": (
        "还在发送：{count} 个任务；微信一允许就撤下，继续等待，剩余"
    ),
    "nobody knows whether the articles of {name} are gone": "不知道 {name} 的文章是否已经撤下",
    "Run the same command again: it reads the state first, and asking twice does no harm.": (
        "请再运行同一条命令：它先查状态，重复请求没有坏处。"
    ),
    "there is nothing to withdraw of {name}": "{name} 没有可以撤下的东西",
    "WeChat withdraws news and videos, and this is another message.": ("微信只能撤下图文和视频，而这是别的消息。"),
    "the id of {name}'s job was never learnt, and WeChat withdraws by that id": (
        "从未得知 {name} 的任务编号，而微信要按它来撤下"
    ),
    "withdraw it in the console under 群发记录": "请在公众平台的“群发记录”里删除",
    "WeChat failed the job of {name}, so there is nothing to withdraw": (
        "{name} 的任务已被微信判为失败，没有可以撤下的东西"
    ),
    # massctl/callback/finish.py
    "record the event as WeChat sent it, whole and unchanged": "请按微信推送的原样记录，完整而不改动",
    "it is not the end of a mass job: its Event is not MASSSENDJOBFINISH": (
        "它不是群发结束的事件：Event 不是 MASSSENDJOBFINISH"
    ),
    "it names no job: MsgID is missing or is no number": ("它没有指明任务：缺少 MsgID，或 MsgID 不是数字"),
    "it is encrypted, so nothing in it can be read": "它是加密的，里面的内容读不到",
    "only MASSSENDJOBFINISH is recorded; other events are none of ours": (
        "只记录 MASSSENDJOBFINISH；别的事件与这里无关"
    ),
    "its Status {status} is none that WeChat documents": ("它的 Status {status} 不在微信文档之列"),
    "decrypt it first, or let the console send plain or compatible bodies": (
        "请先解密，或在公众平台把消息加解密方式改成明文或兼容模式"
    ),
    "it says no Status": "它没有 Status",
    "it names two jobs": "它指了两个任务",
    # massctl/callback/tree.py
    "give the body of the callback as WeChat sent it, XML or JSON": ("请给出微信推送的正文原文，XML 或 JSON"),
    "it begins with neither < nor {, so it is neither XML nor JSON": (
        "它既不以 < 也不以 { 开头，所以既不是 XML 也不是 JSON"
    ),
    "it declares a document type, which no event of WeChat does": ("它声明了文档类型（DOCTYPE），微信的事件从不这样"),
    "it is nested more than {depth} deep": "它的嵌套超过 {depth} 层",
    "it has more than {bytes} bytes, and no event has": "它超过 {bytes} 字节，没有事件会这么大",
    "it is not well-formed XML: {why}": "它不是完整的 XML：{why}",
    "it is not UTF-8 text": "它不是 UTF-8 文本",
    "it is not JSON: {why}": "它不是 JSON：{why}",
    "its declared encoding cannot be read": "它声明的编码无法读取",
    # massctl/cli/commands/reconcile.py
    "--format json goes with one of --sent, --not-sent and --resubmit": (
        "--format json 要和 --sent、--not-sent、--resubmit 之一一起用"
    ),
    # massctl/cli/commands/withdraw.py
    "give exactly one of --article N and --all": "--article N 和 --all 必须正好给一个",
    # massctl/cli/commands/comments.py
    "{name}: comments are open, {articles}": "{name}：留言已打开，{articles}",
    "{name}: comments are closed, {articles}": "{name}：留言已关闭，{articles}",
    "how many articles {name} has is not known here": "这里不知道 {name} 有几篇文章",
    "What was sent is not kept beside this ledger, and no event told it. No request was made.": (
        "账本旁没有保存发出的内容，也没有事件说明过。没有发出任何请求。"
    ),
    "name them one by one: --article N": "请逐篇指明：--article N",
    # massctl/cli/events.py
    "massctl.yaml has no account {name}": "massctl.yaml 里没有公众号 {name}",
    "its accounts are: {accounts}": "里面的公众号有：{accounts}",
    "this job was on record as sent, and this event says that it failed; the event stands. "
    "The console shows under 群发记录 which of them is so": (
        "记录里这个任务已发送成功，而这个事件说它失败了；以事件为准。实际如何，请看后台的群发记录"
    ),
    "this job was on record as failed, and this event says that it was sent; the event stands. "
    "The console shows under 群发记录 which of them is so": (
        "记录里这个任务失败了，而这个事件说它已发送成功；以事件为准。实际如何，请看后台的群发记录"
    ),
    "this event was recorded before; nothing was written": "这个事件以前记录过，没有写入任何东西",
    "name the file that holds the event's body, or - for standard input": (
        "请指明存放事件正文的文件，或用 - 表示标准输入"
    ),
    # massctl/cli/commands/speed.py
    "massctl.yaml has several accounts: {accounts}": ("massctl.yaml 里有几个公众号：{accounts}"),
    "name one with --account": "请用 --account 指明一个",
    # massctl/cli/taking_back.py
    "{name}: article {article} is withdrawn; its card stays in the chats": (
        "{name}：第 {article} 篇已撤下；聊天里的卡片还在"
    ),
    "{name}: it is withdrawn already; no request was made": "{name}：早已撤下，没有发出任何请求",
    "{name}: every article is withdrawn; the cards stay in the chats": ("{name}：全部文章已撤下；聊天里的卡片还在"),
    "{name} has {count} articles, and no article {article}": ("{name} 有 {count} 篇文章，没有第 {article} 篇"),
    "{name} has one article, and no article {article}": "{name} 只有一篇文章，没有第 {article} 篇",
    "Articles count from 1. No request was made.": "文章从 1 数起。没有发出任何请求。",
    "this would withdraw what followers have, and nobody is here to confirm it": (
        "这会撤下粉丝已经收到的内容，而没有人在这里确认"
    ),
    "Look at `massctl status`; then give your consent with --yes.": ("先看 `massctl status`，再用 --yes 表示同意。"),
    "Type `yes` to withdraw:": "输入 `yes` 就撤下：",
    "you did not say yes, so nothing was withdrawn": "你没有同意，所以什么都没有撤下",
    # massctl/plan/job_failure.py
    "write `edition: {edition}` in campaign.yaml; then: massctl lock {name}, massctl apply {name}": (
        "在 campaign.yaml 里写 `edition: {edition}`；然后：massctl lock {name}，massctl apply {name}"
    ),
    "write `send_ignore_reprint: true` under send: and `edition: {edition}` in campaign.yaml; then: "
    "massctl lock {name}, massctl apply {name}": (
        "在 campaign.yaml 的 send: 下写 `send_ignore_reprint: true`，并写 `edition: {edition}`；然后："
        "massctl lock {name}，massctl apply {name}"
    ),
    "to send it although that check breaks down: {how}": "原创校验出错也要群发：{how}",
    "the original may not be reprinted, so change the article: {how}": "原文不允许转载，请改文章：{how}",
    "to send it as a reprint, where the original permits that: {how}": (
        "要作为转载群发（原文允许转载时才发得出去）：{how}"
    ),
    "ask the administrator (管理员) to agree: {how}": "请管理员同意：{how}",
    "change what WeChat objects to; 群发记录 in the console may show it: {how}": (
        "改掉微信不接受的内容，公众平台的“群发记录”里可能有说明：{how}"
    ),
    "the reason stands in the console under 群发记录; to send it once more: {how}": (
        "原因在公众平台的“群发记录”里；要再发一次：{how}"
    ),
    "a part of the list has it, and a raised `edition` would go to everybody again: make {rest}": (
        "名单里的一部分人已收到，提高 `edition` 会再发给所有人：请{rest}"
    ),
    # massctl/view/event_text.py
    "advertising": "涉嫌广告",
    "political content": "涉嫌政治",
    "pornographic content": "涉嫌色情",
    "against public order": "涉嫌社会",
    "illegal or criminal content": "涉嫌违法犯罪",
    "fraud": "涉嫌欺诈",
    "a violation of copyright": "涉嫌版权",
    "a reason that WeChat does not document": "微信文档没有写明的原因",
    "other violations": "涉嫌其他",
    "accounts that promote each other": "涉嫌互推",
    "the originality check broke down, and the send was to stop then": ("原创校验出现系统错误，而这次群发选择了停止"),
    "the originality check forbids it": "原创校验被判定为不能群发",
    "judged a reprint, and the send was to stop then (send_ignore_reprint)": (
        "被判定为转载文，而这次群发选择了停止（send_ignore_reprint）"
    ),
    "the administrator refused it": "管理员拒绝了",
    "the administrator did not answer within 30 minutes": "管理员 30 分钟内没有确认",
    "declared original": "声明了原创",
    "declared a reprint": "声明了转载",
    "not checked": "未校验",
    "still being checked": "校验中",
    "passed the check": "通过校验",
    "originality: no reprint": "原创校验：不是转载",
    "originality: a reprint that may be sent": "原创校验：是转载，可以群发",
    "originality: a reprint that may not be sent": "原创校验：是转载，不能群发",
    "it resembles an original article": "与一篇原创文章相似",
    "it resembles an old article that is not marked as original": "与一篇未标原创的历史文章相似",
    "it resembles a news article": "与一篇新闻文章相似",
    "it resembles an article on a black list": "与一篇黑名单里的文章相似",
    "WeChat failed it: {meaning} ({word})": "微信判为失败：{meaning}（{word}）",
    "did not pass the check": "未通过校验",
    "WeChat failed it without a reason ({word})": "微信判为失败，没有说明原因（{word}）",
    "WeChat failed it for a reason that massctl does not know ({word})": (
        "微信判为失败，原因代码 massctl 不认识（{word}）"
    ),
    "no job here has msg_id {msg_id} ({ended}); nothing was recorded": (
        "这里没有 msg_id 为 {msg_id} 的任务（{ended}）；什么都没有记录"
    ),
    "It may be the end of {name}, edition {edition}, which was settled as not sent. If it is:": (
        "它可能属于 {name} 第 {edition} 版，那次群发被认定为没有发出。如果是："
    ),
    "It may be the end of {name}, edition {edition}, of which nobody knows whether it was sent. If it is:": (
        "它可能属于 {name} 第 {edition} 版，那次群发结果不明。如果是："
    ),
    "its content takes the place of this one": "内容会被替换成那一篇",
    "its source is shown": "会注明出处",
    "Sends from the website and of other programs end with such an event too.": (
        "在网页上或由别的程序做的群发，结束时也有这样的事件。"
    ),
    "They use the account's allowance; if this is the end of one, record it with its time:": (
        "它们占用公众号的群发次数；如果这就是其中一次的结束，请按时间记下来："
    ),
    "and then record this event once more": "然后把这个事件再记录一次",
    "article {number}: {said}": "第 {number} 篇：{said}",
    "it may not be reprinted": "不可转载",
    "it may be reprinted": "可以转载",
    # massctl/view/job_text.py
    "nobody knows whether WeChat has withdrawn {articles}; withdrawing again does no harm": (
        "不知道{articles}是否已撤下；再撤一次没有坏处"
    ),
    "nobody knows whether every article was withdrawn; withdrawing again does no harm": (
        "不知道全部文章是否已撤下；再撤一次没有坏处"
    ),
    # massctl/view/speed_text.py
    "{account}: speed {speed}, that is {count:,} messages a minute": ("{account}：速度 {speed}，即每分钟 {count:,} 条"),
    "WeChat's own table gives {count:,} for this speed; what the API says counts": (
        "微信文档的表格里，这一档是 {count:,} 条；以接口返回的为准"
    ),
    "{account}: speed {speed}; WeChat does not say what it comes to": (
        "{account}：速度 {speed}；微信没有说明实际是多少"
    ),
    # massctl/view/withdraw_text.py
    "later": "以后",
    "lost too": "一同失效",
    "when": "何时",
    "at the first moment that WeChat allows; while it is still being sent, massctl waits until {until}": (
        "微信一允许就撤下；还在发送时，massctl 等到 {until}"
    ),
    "{name}: withdrawn from {count} of {all} jobs; the cards stay in the chats": (
        "{name}：{all} 个任务里撤下了 {count} 个，聊天里的卡片还在"
    ),
    "every article": "全部文章",
    "The cards stay in the chats; whoever opens one reads that it was deleted.": (
        "聊天里的卡片还在；点开会看到已删除的提示。"
    ),
    "This cannot be undone, and no mass send comes back for it.": "这不能撤销，也不会退回群发次数。",
    # massctl/wechat/errcodes.toml
    "WeChat has restricted this article for safety": "微信出于安全限制了这篇文章",
    "Its comments cannot be changed; the notices in 微信公众平台 (mp.weixin.qq.com) say why.": (
        "它的留言不能更改；原因见微信公众平台（mp.weixin.qq.com）的通知。"
    ),
    "Nothing was changed. WeChat grants the right by account: see 留言管理 in 微信公众平台 (mp.weixin.qq.com).": (
        "什么都没有改动。留言功能由微信按公众号开放：见微信公众平台（mp.weixin.qq.com）的“留言管理”。"
    ),
    "the message has no article of this number": "这条消息没有这一篇",
    "Articles count from 1; nothing was withdrawn.": "文章从 1 数起；什么都没有撤下。",
    "WeChat does not withdraw this message in its present state: not sent, withdrawn already, or no news": (
        "这条消息在目前的状态下不能撤下：未发送、已撤下，或不是图文"
    ),
    "Only sent news and videos are withdrawn. Look at it in 微信公众平台, under 群发记录.": (
        "只有已发送的图文和视频可以撤下。请看微信公众平台的“群发记录”。"
    ),
    "WeChat ruled the article a rumour or a washed copy, and such an article cannot be withdrawn": (
        "微信判定这篇文章为谣言或洗稿，不能撤下"
    ),
    "The notices in 微信公众平台 (mp.weixin.qq.com) say what can be done about it.": (
        "怎么处理，见微信公众平台（mp.weixin.qq.com）的通知。"
    ),
    "the speed is outside 0 to 4": "速度不在 0 到 4 之间",
    "massctl speed set N   takes 0, the fastest, to 4, the slowest": ("massctl speed set N   从 0（最快）到 4（最慢）"),
    "the request names no speed": "请求里没有速度",
    "WeChat's service for the sending speed has an error": "微信的群发速度服务出错",
    "WeChat does not know this article, or it has no comments": "微信不认识这篇文章，或它没有留言",
    "Articles count from 1. One that was withdrawn has no comments any more.": (
        "文章从 1 数起。撤下的文章不再有留言。"
    ),
    "the withdrawals of today are used up (10 a day)": "今天的撤下次数已用完（每天 10 次）",
    "The count starts again at midnight, Beijing time. Until then: 微信公众平台, under 群发记录.": (
        "北京时间零点重新计算。在那之前请用微信公众平台的“群发记录”。"
    ),
}
