"""The Chinese of settling a doubt, of what is imported, and of a ledger that begins."""

from typing import Final

SETTLING: Final[dict[str, str]] = {
    # massctl/apply/outside_sends.py
    "a send on the website at {at} is recorded already": "{at} 在网页上的这次群发已经记录过了",
    "what is in question about {name} began at {began}, and you looked at {seen}": (
        "{name} 现在要了结的是 {began} 开始的，而您是 {seen} 看的"
    ),
    "Nothing was recorded: what you saw was about something earlier.": "没有记录任何东西：您看到的是更早的那一次。",
    "look again in the console under 群发记录, then run the command again": (
        "请再看一遍公众平台的“群发记录”，然后再运行这条命令"
    ),
    "Nothing was recorded. The console shows sends to the minute, so this is taken for the same one.": (
        "什么都没有记录。公众平台只显示到分钟，所以当作同一次。"
    ),
    "if there were two in that minute, give the second one the next minute": (
        "那一分钟里确实有两次的，第二次就写下一分钟"
    ),
    "no send on the website at {at} is recorded": "没有记录 {at} 在网页上的群发",
    "the send on the website at {at} is taken back for {account}; it uses nothing of the allowance": (
        "已为 {account} 撤销 {at} 在网页上的那次群发的记录，不再占用次数"
    ),
    "--no-website-send needs --reason: how you know that there was none": (
        "--no-website-send 要同时给 --reason：怎么知道没有发过"
    ),
    "{name} was attempted from here, and nobody knows whether it was sent": "{name} 从这里提交过，不知道是否已经发出",
    "edition {edition} of {name} is recorded as sent": "{name} 的第 {edition} 版已记录为发出",
    # massctl/apply/reconcile.py
    "{name} is on record as sent, so nobody can say that it was not": "{name} 已记录为发出，不能再说没有发出",
    "{name} waits for the administrator until {until}": "{name} 在等管理员确认，到 {until} 为止",
    "Nothing was recorded: it goes out as soon as the administrator (管理员) agrees.": (
        "什么也没记下：管理员一同意，它就会发出去。"
    ),
    "let the administrator refuse it in WeChat, then say it again after {until}": (
        "请管理员在微信里拒绝，{until} 之后再说一遍"
    ),
    "job {msg_id} is the send of batch {batch}": "任务 {msg_id} 是第 {batch} 批的群发",
    "--looked-at {seen} is still to come": "--looked-at {seen} 还没到",
    "write when you looked in the console, with its offset": "写你在公众平台后台看的那个时刻，带上时区",
    "the ledger contradicts itself: {found}": "账本里的记录互相矛盾：{found}",
    "job {msg_id} is the send of {other}, edition {edition}": "任务 {msg_id} 是 {other} 第 {edition} 版的群发",
    "{summary}; nothing was recorded": "{summary}；没有记录任何东西",
    "look the right id up in the console, or leave it out": "到公众平台查出正确的 msg_id，或者不写它",
    # massctl/cli/arguments.py
    "{found} is not a time; write it like 2026-12-01T20:00:00+08:00": (
        "{found} 不是时刻；请写成 2026-12-01T20:00:00+08:00 这样"
    ),
    "{found} has no time of day; write it like {found}T20:00:00+08:00": (
        "{found} 没有时刻；请写成 {found}T20:00:00+08:00"
    ),
    "{found} has no offset; for Beijing time write {found}+08:00": "{found} 没有时区；北京时间请写 {found}+08:00",
    # massctl/cli/beginning.py
    "--new-lineage and --reason go together": "--new-lineage 和 --reason 要一起用",
    "Nothing was changed.": "没有改动任何东西。",
    'massctl state init --new-lineage --reason "…"': 'massctl state init --new-lineage --reason "…"',
    "the ledger {lineage} was created; nothing is recorded in it yet": "账本 {lineage} 已建立；里面还没有任何记录",
    "the ledger {lineage} is here already; massctl.yaml names it now": (
        "账本 {lineage} 本来就在这里；massctl.yaml 现在记下了它的编号"
    ),
    "the ledger {lineage} is here already; nothing was changed": "账本 {lineage} 本来就在这里；没有改动任何东西",
    # massctl/cli/commands/state.py
    "give one of --website-send, --no-website-send and --sent": (
        "--website-send、--no-website-send 和 --sent 请给其中一个"
    ),
    "--at, --msg-id and --edition go with --sent": "--at、--msg-id 和 --edition 要和 --sent 一起用",
    "--account goes with --website-send; a campaign names its own": (
        "--account 要和 --website-send 一起用；活动自己写明了公众号"
    ),
    "--sent needs --at: when it went out": "--sent 需要 --at：什么时候发出的",
    # massctl/cli/outside_sends.py
    "a send on the website at {at} is recorded for {account}": "已为 {account} 记录 {at} 在网页上的一次群发",
    "edition {edition} of {name} is recorded as sent at {at}": "{name} 的第 {edition} 版已记录为 {at} 发出",
    "massctl.yaml has several accounts; say which one it was": "massctl.yaml 里有几个公众号；请说明是哪一个",
    "massctl.yaml has no account {account}": "massctl.yaml 里没有公众号 {account}",
    "add --account with one of {accounts}": "加上 --account，从这些里选：{accounts}",
    "{name} has faults, so its account and edition are not known": "{name} 有错误，所以不知道它的公众号和版次",
    "massctl validate   shows every fault; then run the same command again": (
        "massctl validate   列出全部错误；改好后再运行同一条命令"
    ),
    "what it said is not known, so an equal message under another name is not noticed": (
        "不知道当时的内容，所以换个名字发同样的内容不会被发现"
    ),
    "whom it went to is not known here, so the allowance counts it as a send to everybody": (
        "这里不知道发给了谁，所以按发给全部粉丝计入群发次数"
    ),
    "massctl status {name}   asks what became of its job": "massctl status {name}   查询这次群发的结果",
    "{at} has not come yet; it is {now} now": "{at} 还没有到；现在是 {now}",
    "give the time at which it was sent, with its offset": "请写发出的时刻，要带时区",
    "there is no ledger yet": "还没有账本",
    "begin one: massctl state init": "建立账本：massctl state init",
    # massctl/cli/settling.py
    "batch {batch} of {name} is recorded as sent": "{name} 的第 {batch} 批已记录为发出",
    "batch {batch} of {name} is recorded as not sent; `massctl apply {name}` may send it again": (
        "{name} 的第 {batch} 批已记录为没有发出；`massctl apply {name}` 可以再发"
    ),
    "batch {batch} of {name} is recorded as not sent": "{name} 的第 {batch} 批已记录为没有发出",
    "{name} is recorded as not sent": "{name} 已记录为没有发出",
    "{name} is recorded as not sent; `massctl apply {name}` may send it again": (
        "{name} 已记录为没有发出；`massctl apply {name}` 可以再发"
    ),
    # massctl/plan/choices.py
    "no hour in which it may be sent comes before that": "在那之前没有可以发送的时间",
    "edition {edition} is declared now, and only what was attempted is repeated": (
        "现在声明的是第 {edition} 版，而只有提交过的内容才会重复"
    ),
    "the campaign cannot be read as it was attempted": "读不到当时提交的内容",
    # massctl/plan/plan.py
    # massctl/view/evidence_text.py
    "console": "公众平台",
    "known as": "标题",
    "settle it with one of these:": "请用下面的一条命令来认定：",
    "one tag": "一个标签",
    "entry {serial}": "第 {serial} 条",
    "saved {moment}": "保存于 {moment}",
    "repeated by {who}: {reason}": "由 {who} 要求重复：{reason}",
    "公众平台 / 群发记录: an entry between {first} and {last} means that it was sent": (
        "群发记录：{first} 到 {last} 之间有这一条，就是已经发出"
    ),
    "one that waits for the administrator is not settled yet: half an hour decides it": (
        "还在等管理员确认的不算定论：半小时之内见分晓"
    ),
    "公众平台 / 群发记录: an entry with this title means that it was sent": "群发记录：有这个标题的一条，就是已经发出",
    "公众平台 / 草稿箱: a draft that is still there speaks against it; one that is gone proves nothing": (
        "草稿箱：草稿还在，多半没有发出；草稿不在，什么也说明不了"
    ),
    "not possible:": "不行：",
    "from {at} until {until}": "从 {at} 起，到 {until} 为止",
    "now, until {until}": "现在就可以，到 {until} 为止",
    "the identical request; WeChat knows its id and does not send it twice.": (
        "原样再提交一次；微信认得它的编号，不会发两遍。"
    ),
    "it is in 群发记录; with its msg_id, if you know it: --sent MSG_ID. At any time.": (
        "群发记录里有它；知道 msg_id 就写上：--sent MSG_ID。什么时候都可以。"
    ),
    "it is not there, nothing of it waits, nobody sent it by hand; its folder is gone": (
        "那里没有，没有在等待的，也没人手动发过；它的文件夹已经不在"
    ),
    "it is not there, nothing of it waits, nobody sent it by hand; then: massctl apply {name}": (
        "群发记录里没有，也没有在等确认，也没人手工发过；然后：massctl apply {name}"
    ),
    "until {until} WeChat still knows the id: should that be wrong, it sends nothing twice.": (
        "{until} 之前微信还认得编号：万一认定错了，也不会发两遍。"
    ),
    "no send with the same id is declared now: should that be wrong, followers get it twice.": (
        "现在写的群发用的不是同一个编号：万一认定错了，粉丝会收到两遍。"
    ),
    "WeChat has forgotten the id since {until}: if that is wrong, followers get it twice.": (
        "{until} 起微信已不认得编号：认定错了，粉丝会收到两遍。"
    ),
    # massctl/view/state_text.py
    "sent on the website with {appid}: {at}": "{appid} 在网页上群发过：{at}",
    # massctl/view/status_text.py
    "as sent at {at}, by {who}": "{at} 发出，{who} 说的",
    "{what}: {reason}": "{what}：{reason}",
    # massctl/view/lost_text.py
    "the old one was put aside as {file}; keep it": "旧账本移到了 {file}；请保留",
    "it could not be read: {why}": "读不了它：{why}",
    "What went out before is unknown now. Until it is imported, apply would send it again.": (
        "现在不知道以前发过什么。导入之前，apply 会把它们再发一遍。"
    ),
    "the send of {name} was asked for a moment ago, and WeChat may still answer": "{name} 刚刚提交，微信可能还会答复",
    "Nothing was recorded: the run that asked records the answer itself, if it is still at work.": (
        "没有记录任何东西：提交它的那次运行如果还在，会自己记下答复。"
    ),
    "run the same command again in {seconds} s": "{seconds} 秒后再运行同一条命令",
    "{name} was attempted, and nobody knows whether it was sent": "{name} 提交过，不知道是否已经发出",
    "look in the console under 群发记录; if it is there:": "到公众平台的“群发记录”里查看；如果有它：",
    "the old ledger says that these went out; type this before the next apply:": (
        "旧账本说这些已经发出；下次 apply 之前请运行："
    ),
    "look in the console under 群发记录 which of these went out, and when, then for each:": (
        "到公众平台的“群发记录”里查看哪些发过、什么时候发的，然后逐个运行："
    ),
    "campaigns here: {names}": "这里的活动：{names}",
    "a send that somebody made on the website, which counts for the allowance:": (
        "有人在网页上做过的群发，也占群发次数："
    ),
}
"""English template -> Chinese template with the same fields."""
