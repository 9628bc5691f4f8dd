"""The Chinese of campaigns, plans, runs and the ledger."""

from typing import Final

CORE: Final[dict[str, str]] = {
    # massctl/apply/draft_articles.py
    "picture {sha256} has no recorded address": "图片 {sha256} 没有记录下来的地址",
    "a message without articles has no draft": "没有文章的消息没有草稿",
    # massctl/apply/draft_saving.py
    "saving drafts": "正在保存草稿",
    # massctl/apply/recovery.py
    "looking for drafts whose answer was lost": "正在查找没有收到答复的草稿",
    "{name}: the draft whose answer was lost was found": "{name}：找到了没有收到答复的那份草稿",
    "{name}: a draft whose answer was lost could not be looked for: {why}": (
        "{name}：有一份没有收到答复的草稿，没能去查找：{why}"
    ),
    # massctl/apply/drafts.py
    "reading drafts back": "正在核对草稿",
    "the draft is no longer there; somebody may have sent it in the console": (
        "草稿已经不在；可能有人在公众平台上把它发出去了"
    ),
    "WeChat did not keep the draft as it was given: {losses}": "微信没有原样保存草稿：{losses}",
    "nothing was sent; correct the article so that it survives, then run apply again": (
        "没有群发；修改文章，使内容能保住，再运行 apply"
    ),
    "the draft was changed in the console after it was saved": "草稿保存之后，在公众平台上被改过",
    'keep what the console made of it: massctl adopt {name} --reason "…"; or delete that draft in the console, '
    'then: massctl reconcile {name} --not-sent --reason "…"; on GitHub: Actions / operate': (
        '保留公众平台上改过的版本：massctl adopt {name} --reason "…"；或者在公众平台上删除那份草稿，'
        '然后：massctl reconcile {name} --not-sent --reason "…"；在 GitHub 上：Actions / operate'
    ),
    # massctl/apply/draft_deleting.py
    "somebody could send it by hand: delete it in the console under 草稿箱, or keep its text first": (
        "有人可能手工发出它：到公众平台的草稿箱里删除，要留的内容先存下来"
    ),
    "{name}: its draft could not be deleted: {why}": "{name}：草稿没能删除：{why}",
    "{name}: its draft was deleted, for its folder is gone": "{name}：草稿已删除，因为它的文件夹已经不在",
    "{name}: its draft was deleted, for its window has closed": "{name}：草稿已删除，因为它的时段已经结束",
    "{name}: its draft was changed in the console and stays there; {how}": (
        "{name}：草稿在公众平台上被改过，留在那里；{how}"
    ),
    # massctl/apply/leaving.py
    "{name}: what decides about its send could not be read, and is read again: {why}": (
        "{name}：决定它能不能发的内容没有读到，再读一次：{why}"
    ),
    "another runner wrote about this send in the same moment": "同一时刻，另一个运行写下了这次群发的记录",
    "run the same command again; it reads the ledger again": "再运行同一条命令；它会重新读账本",
    # massctl/apply/adoption.py
    "there is nothing to adopt about {name}": "{name} 没有什么可以保留的",
    "{name} goes to a list of openids, with a draft for each of its {batches} batches: none of them is adopted": (
        "{name} 发给 openid 名单，{batches} 批各有一份草稿：这些草稿都不能这样保留"
    ),
    "its markup alone": "只有排版标记不同",
    "its markup alone, or a digest (摘要) that was left empty": "只有排版标记不同，或者改了原来留空的摘要",
    "{said}: {differences}": "{said}：{differences}",
    "Its draft is as it was saved.": "它的草稿和保存时一样。",
    "It went out, or nobody knows whether it did.": "它已经发出，或者不知道有没有发出。",
    "It has no draft.": "它没有草稿。",
    "It was edited since its draft was saved, so apply saves a new one.": (
        "草稿保存之后，活动又改过，所以 apply 会保存新的草稿。"
    ),
    "the console's version is not what was reviewed: {differences}": "公众平台上的版本不是审过的内容：{differences}",
    "Words, pictures and links must be equal. Nothing was recorded.": "文字、图片和链接必须一样。没有记录任何东西。",
    'delete that draft in the console, then: massctl reconcile {name} --not-sent --reason "…"; what it shall '
    "say belongs into the campaign's files": (
        '在公众平台上删除那份草稿，然后：massctl reconcile {name} --not-sent --reason "…"；要改的内容请写进活动的文件'
    ),
    # massctl/cli/adopting.py
    "{name}: the console's version is kept, and it is what apply sends": (
        "{name}：保留公众平台上的版本，apply 发送的就是它"
    ),
    "it differs from what was reviewed: {differences}": "和审过的内容相比：{differences}",
    "the old draft of {name} was changed in the console, so it stays there": (
        "{name} 的旧草稿在公众平台上被改过，所以留在那里"
    ),
    "an old draft could not be deleted: {why}": "有一份旧草稿没能删除：{why}",
    # massctl/apply/following.py
    "still sending: {count}; asking again for": "还在发送：{count} 个任务；继续查询，剩余",
    # massctl/apply/readback.py
    "links": "链接",
    "cover": "封面",
    "article {number}: {name} differs": "第 {number} 篇：“{name}”不一致",
    "article {number}: {ours} {name} were given and {theirs} were kept, or others": (
        "第 {number} 篇：“{name}”提交了 {ours} 个，保存下来 {theirs} 个，或者内容不同"
    ),
    "article {number}: the text differs, {ours} characters were given and {theirs} kept": (
        "第 {number} 篇：正文不一致，提交了 {ours} 个字符，保存下来 {theirs} 个"
    ),
    "{sent} articles were given and {read} were kept": "提交了 {sent} 篇文章，保存下来 {read} 篇",
    # massctl/apply/reconcile.py
    "there is nothing to settle about {name}": "{name} 没有需要认定的事",
    "No attempt of edition {edition} is open, and it has no draft in question.": (
        "第 {edition} 版没有未决的提交，也没有存疑的草稿。"
    ),
    "massctl state show   says how it stands": "massctl state show   查看它的现状",
    "Nothing was recorded.": "没有记录任何东西。",
    # massctl/apply/run.py
    "{name} has no draft to send": "{name} 没有可发的草稿",
    "nobody knows whether the draft of {name} was saved": "不知道 {name} 的草稿是否已经存好",
    "Run the same command again: it looks for that draft before it saves another one.": (
        "请把同一条命令再运行一次：它会先找那份草稿，找不到才另存。"
    ),
    "the draft of {name} is of another version": "{name} 的草稿属于另一个版本",
    "the send of {name} does not fit together: {what}": "{name} 的这次群发前后不符：{what}",
    "its draft": "草稿",
    "its batch": "批次",
    "its audience": "发送对象",
    "the attempt that it repeats": "所重试的那次提交",
    "a permit to send was made without a last look": "没有经过最后核对，就生成了群发许可",
    "a permit to send {name} was used twice": "{name} 的群发许可用了两次",
    "a permit to send {name} was issued for another send": "{name} 的群发许可是给另一次群发的",
    "its account may ask for {count} sends a minute, and its window ends first": (
        "它的账号每分钟最多提交 {count} 次群发，而发送时段先结束"
    ),
    "nobody knows whether it was sent, and its files were edited since the attempt": (
        "不知道是否已经发出，而且提交之后它的文件改过了"
    ),
    # massctl/apply/sending.py
    "{name}: WeChat knew its clientmsgid already, and no attempt with it is open here; which content went out "
    "is not known: look in the console under 群发记录": (
        "{name}：微信早已认得它的 clientmsgid，而这里没有用它提交、还不知结果的群发；发出的是哪份内容不得而知："
        "请到公众平台的“群发记录”里看"
    ),
    "nobody knows whether it was sent, and the recorded request can no longer be made": (
        "不知道是否已经发出，而且记录下来的请求已无法原样重做"
    ),
    "the size of the audience could not be read, so it cannot be checked: {why}": ("读不到人数，所以无法核对：{why}"),
    "every follower": "全部粉丝",
    "tag {tag_id}": "标签 {tag_id}",
    "{name} was accepted; its state could not be read yet ({why}): massctl status {name}": (
        "{name} 已被受理；暂时读不到它的状态（{why}）：massctl status {name}"
    ),
    "WeChat accepted the job and then failed it": "微信受理了群发任务，但之后失败了",
    "run apply again; until then nothing leaves": "再运行一次 apply；在那之前什么都不会发出",
    "{name}: no clear answer; repeating in": "{name}：没有明确答复；再次提交，倒计时",
    # massctl/apply/staging.py
    "connecting": "正在连接",
    # massctl/ledger/codec.py
    "the ledger is not what was written": "账本已不是当初写下的样子",
    "Entry {serial} was changed or is missing: {why}. Nothing was sent.": (
        "第 {serial} 条被改动或缺失：{why}。没有群发任何内容。"
    ),
    "what stands there is not the beginning of an entry": "那里的内容不是一条记录的开头",
    "The file is empty, and massctl never leaves a ledger without an entry. Nothing was sent.": (
        "文件是空的，而 massctl 不会留下没有记录的账本。没有群发任何内容。"
    ),
    "massctl state repair   shows what can be kept; massctl state restore FILE   puts a copy in its place that "
    '`massctl state verify` accepts. Without either: massctl state init --new-lineage --reason "…"': (
        "massctl state repair   查看还能保留什么；massctl state restore 文件   换上一份 `massctl state verify` "
        "认可的副本。"
        '两样都不行的话：massctl state init --new-lineage --reason "…"'
    ),
    "the ledger was written by a newer massctl": "账本是由更新版本的 massctl 写的",
    "This version cannot read it: {why}. Nothing was sent and nothing was changed.": (
        "这个版本读不了：{why}。没有群发，也没有改动。"
    ),
    "Install the newer massctl, then run the same command again.": "安装更新的 massctl，再运行同一条命令。",
    "it is not a ledger entry": "它不是账本记录",
    "its format version is {version}": "它的格式版本是 {version}",
    "its serial is {found}": "它的序号是 {found}",
    "it does not follow from the line before": "它和上一行接不上",
    "its time cannot be read": "读不出它的时间",
    "it is not JSON": "它不是 JSON",
    "entry {serial} is of a kind this version does not know": "第 {serial} 条的类型，这个版本不认识",
    # massctl/ledger/high_water_mark.py
    "the ledger is an older copy": "账本是一份旧的副本",
    "the branch {branch} was put back to an older commit": "分支 {branch} 被退回到了旧的提交",
    "push the newer commit to it again; on GitHub, Activity of the repository names every push. Where it "
    'is lost for good, begin anew and import what went out: massctl state init --new-lineage --reason "…"': (
        "把较新的提交再推上去；在 GitHub 上，仓库的 Activity 列出每一次推送。实在找不回来，就重新开始，"
        '并补记发过的：massctl state init --new-lineage --reason "…"'
    ),
    "It ends with entry {serial}, and {seen} were written here.": (
        "它到第 {serial} 条为止，而这台机器上写过 {seen} 条。"
    ),
    "Its entry {serial} is another one than was written here.": ("它的第 {serial} 条和这台机器上写的不是同一条。"),
    "{why} What was sent since is not in it. Nothing was sent and nothing was changed.": (
        "{why}此后群发的内容不在里面。没有群发，也没有改动任何东西。"
    ),
    "massctl state restore FILE   brings a newer copy back; where there is none, begin anew and import what went "
    'out: massctl state init --new-lineage --reason "…"': (
        "massctl state restore 文件   放回较新的副本；一份也没有的话，就重新开始，并补记发过的："
        'massctl state init --new-lineage --reason "…"'
    ),
    # massctl/ledger/local_file.py
    "another runner wrote to the ledger": "另一个进程写了账本",
    "Serial {serial} was expected to be the last. This entry was not written.": (
        "本以为最后一条是序号 {serial}。这一条没有写入。"
    ),
    "Run the same command again; it reads the ledger again.": "再运行一次同一条命令，它会重新读取账本。",
    "another process holds it": "另一个进程正占用着它",
    "cannot {verb} the ledger": "无法{verb}账本",
    "{file}: {why}. Nothing that depends on it was done.": "{file}：{why}。依赖它的事都没有做。",
    "Make the file writable and the disk not full, then run the same command again.": (
        "让文件可写、磁盘有余，再运行同一条命令。"
    ),
    "another folder has it too, by a hard link": "另一个目录用硬链接也有这个文件",
    "{file} is not a file: it is a folder, a pipe or a device. Nothing was done.": (
        "{file} 不是文件，而是目录、管道或设备。什么都没有做。"
    ),
    "look whose it is, and give it another name; then bring the ledger back": (
        "看看它是谁的，给它改个名字；再把账本找回来"
    ),
    "replace": "替换",
    "lock": "锁定",
    "write": "写入",
    "read": "读取",
    # massctl/ledger/process_lock.py
    "{who}, process {pid}, holds it since {since}.": "{who} 的进程 {pid} 从 {since} 起占用着它。",
    "another massctl is at work on this ledger": "另一个 massctl 正在使用这份账本",
    "Wait until it has ended, then run the same command again.": "等它结束，再运行同一条命令。",
    "Another process holds it.": "另一个进程正占用着它。",
    "cannot lock the ledger": "无法锁定账本",
    "{folder}: {why}. Nothing was done.": "{folder}：{why}。什么都没有做。",
    "Make the folder writable, then run the same command again.": "让文件夹可写，再运行同一条命令。",
    # massctl/model/api_base.py
    "{host} is not a host of WeChat: name it in policy.api_hosts if it is yours": (
        "{host} 不是微信的主机：如果是您自己的，请写进 policy.api_hosts"
    ),
    "the API's address must look like https://host or https://host:port": (
        "接口地址要写成 https://host 或 https://host:port"
    ),
    "the API's address must begin with https://: plain http is for this machine only": (
        "接口地址必须以 https:// 开头：明文 http 只许用于本机"
    ),
    # massctl/model/campaign_rules.py
    "there is no message: write one of {messages}": "没有消息：请写 {messages} 中的一种",
    "there is no audience: write one of {audiences}": "没有群发对象：请写 {audiences} 中的一种",
    "say who receives it: there is no default": "请写明发给谁：没有默认值",
    "say who receives it: {key} is false, and no other audience stands beside it": (
        "请写明发给谁：{key} 是 false，旁边又没有写别的对象"
    ),
    "write one of {audiences} beside it": "在旁边写 {audiences} 中的一种",
    "not_before needs not_after: without it a late run would send at any hour": (
        "有 not_before 就要有 not_after：否则晚了的运行会在任何时刻发送"
    ),
    "not_after needs not_before: a window has two ends": "有 not_after 就要有 not_before：时段有头有尾",
    "not_after must be later than not_before, {start}": "not_after 必须晚于 not_before（{start}）",
    "a campaign sends one message, and this is the second after {first}": (
        "一个活动只发一条消息，这是 {first} 之后的第二条"
    ),
    "a campaign has one audience, and this is the second after {first}": (
        "一个活动只有一个群发对象，这是 {first} 之后的第二个"
    ),
    "min {low} is more than max {high}: no audience can fit": "min {low} 大于 max {high}：没有人数能同时满足",
    "{key}: there is no such moment": "{key}：没有这个时刻",
    # massctl/model/state.py
    "the ledger's entries are out of order": "账本里的记录次序不对",
    "Entry {serial} ({kind}) stands where {due} is due.": "第 {serial} 条（{kind}）出现在第 {due} 条的位置。",
    "entry {serial} ({kind}, {at})": "第 {serial} 条（{kind}，{at}）",
    "{first} and {second} cannot both be true": "{first}与{second}不可能同时成立",
    "{entry} cannot be: nothing on record comes before it": "{entry}不可能成立：此前没有相应的记录",
    "Restore the ledger from a copy that verifies; `massctl state verify` checks one.": (
        "从能通过校验的副本恢复账本；用 `massctl state verify` 校验。"
    ),
    # massctl/plan/doubt.py
    'look in the console under 群发记录; if {name} went out: massctl reconcile {name} --sent --reason "…"; '
    'if it did not: massctl reconcile {name} --not-sent --reason "…"; what to look for: '
    "massctl reconcile {name}; on GitHub: Actions / operate / reconcile": (
        '到公众平台的“群发记录”里查看；{name} 已发出：massctl reconcile {name} --sent --reason "…"；'
        '没有发出：massctl reconcile {name} --not-sent --reason "…"；要核对什么：massctl reconcile {name}；'
        "在 GitHub 上：Actions / operate / reconcile"
    ),
    "the ledger contradicts itself about it": "账本里关于它的记录互相矛盾",
    "policy.in_doubt is `stop`": "policy.in_doubt 是 `stop`",
    "the campaign was changed since the attempt": "提交之后，活动被改过",
    "the first attempt is more than {hours} hours old, and WeChat may have forgotten its id": (
        "第一次提交已过去 {hours} 小时以上，微信可能已不记得它的编号"
    ),
    "the clock stands before the first attempt, so its age is unknown": "时钟走在第一次提交之前，无法知道已过去多久",
    # massctl/plan/guard.py
    "if the audience is right, correct audience.expect; until then nothing leaves": (
        "如果群发对象没错，就改正 audience.expect；在那之前什么都不会发出"
    ),
    "{other} sends the same message to the same audience in this run": (
        "本次运行中，{other} 会把同样的消息发给同样的对象"
    ),
    "{other} sent the same message to the same audience on {day}": "{other} 在 {day} 已把同样的消息发给同样的对象",
    "the audience has {count} followers, and at least {low} were expected": (
        "群发对象有 {count} 位粉丝，而预期至少 {low} 位"
    ),
    "the audience has {count} followers, and at most {high} were expected": (
        "群发对象有 {count} 位粉丝，而预期至多 {high} 位"
    ),
    "the window closed at {closed}; it is never sent late": "时段已在 {closed} 结束；不会补发",
    "to send it after all, give it a new window in campaign.yaml and have that reviewed": (
        "如果还是要发，请在 campaign.yaml 里写上新的时段，并经过审阅"
    ),
    "set policy.sending to `enabled` in massctl.yaml when sending is allowed again": (
        "可以发送时，把 massctl.yaml 里的 policy.sending 改回 `enabled`"
    ),
    "unset MASSCTL_NO_SEND when sending is allowed again": "可以发送时，取消环境变量 MASSCTL_NO_SEND",
    "nobody knows whether it was sent with the AppID {before}; massctl.yaml has {now} for its account now": (
        "不知道是否已用 AppID {before} 发出；massctl.yaml 里它的公众号现在是 {now}"
    ),
    "nobody knows whether it was sent, and it may not be repeated: {why}": (
        "不知道是否已经发出，而且不能重复提交：{why}"
    ),
    "the ledger contradicts itself about {name}, so this account sends nothing: {found}": (
        "账本里关于 {name} 的记录互相矛盾，所以这个公众号暂不发送任何内容：{found}"
    ),
    "look in the console under 群发记录 whether {name} went out, then settle it: massctl reconcile {name}": (
        "到公众平台的“群发记录”查看 {name} 是否已经发出，然后处理：massctl reconcile {name}"
    ),
    "nobody knows whether {other} was sent, so this account sends nothing else": (
        "不知道 {other} 是否已经发出，所以这个公众号暂不发送其他内容"
    ),
    "WeChat refused exactly this content before, with errcode {errcode}": (
        "微信已拒绝过完全相同的内容，errcode {errcode}"
    ),
    "change what WeChat objects to; a new digest is sent again": "改掉微信不接受的地方；内容一变就会再次提交",
    "the account has no tag with the id {tag_id}": "这个公众号没有 id 为 {tag_id} 的标签",
    "look the id up in the console under 用户管理, and correct audience.tag_id": (
        "到公众平台的“用户管理”里查出标签 id，改正 audience.tag_id"
    ),
    "the audience is empty: 0 followers": "群发对象是空的：0 位粉丝",
    "name another audience in campaign.yaml; until then nothing leaves": (
        "在 campaign.yaml 里换一个群发对象；在那之前什么都不会发出"
    ),
    "give the tag (标签) to followers in the console under 用户管理, or name another audience in campaign.yaml; "
    "until then nothing leaves": (
        "在公众平台的“用户管理”里给粉丝打上这个标签，或者在 campaign.yaml 里换一个群发对象；在那之前什么都不会发出"
    ),
    "policy.sending is `disabled`": "policy.sending 是 `disabled`",
    "MASSCTL_NO_SEND is set": "设置了 MASSCTL_NO_SEND",
    "it has no window, so it is staged and sent only by name": "它没有时段，所以只在点名时才备稿和群发",
    "massctl apply {name}": "massctl apply {name}",
    "the clock went back and now stands before the window": "时钟往回走了，现在是时段开始之前",
    "set this machine's clock right, then run apply again": "校准这台机器的时钟，再运行 apply",
    "edition {last} was sent, or may have been, and this is edition {edition}": (
        "第 {last} 版已发出，或者可能已发出，而现在写的是第 {edition} 版"
    ),
    "nobody knows whether edition {last} was sent, and this is edition {edition}": (
        "不知道第 {last} 版是否已经发出，而现在写的是第 {edition} 版"
    ),
    "{back}; then {settle}": "{back}；然后{settle}",
    "put `edition` back to {last}": "把 `edition` 改回 {last}",
    "{back}, or raise it to {next} to send it once more": "{back}；确实要再发一次，就提高到 {next}",
    "if that is intended, write `same_content: allow` under send: in campaign.yaml": (
        "如果确实要发，在 campaign.yaml 的 send: 下面写上 `same_content: allow`"
    ),
    # massctl/plan/plan.py
    "edited after edition {edition} was sent; followers have the old version": (
        "第 {edition} 版发出之后又改过；粉丝看到的是旧内容"
    ),
    "undo the edit, or raise `edition` to {next} to send it once more": (
        "撤销改动，或把 `edition` 提高到 {next}，再发一次"
    ),
    "its send has no known outcome, and its folder is no longer in the repository": (
        "它的群发结果不明，而它的文件夹已不在仓库里"
    ),
    "bring the folder back, or {settle}": "把文件夹找回来，或{settle}",
    # massctl/plan/window.py
    "nothing is sent in the frozen days {span}": "{span} 是冻结日，不发送任何内容",
    "change policy.freeze in massctl.yaml, or wait": "修改 massctl.yaml 里的 policy.freeze，或者等一等",
    "quiet hours last until {end}": "静默时段到 {end} 结束",
    "no moment of its window is left for a send: it lies in the frozen days {span}": (
        "它的时段里已没有可以群发的时刻：落在冻结日 {span} 之内"
    ),
    "no moment of its window is left for a send: quiet hours last until {end}, and it closes at {closed}": (
        "它的时段里已没有可以群发的时刻：静默时段到 {end} 才结束，而它在 {closed} 就结束了"
    ),
    "give it another window in campaign.yaml and have that reviewed, or change {key} in massctl.yaml": (
        "在 campaign.yaml 里给它换一个时段并重新审阅，或修改 massctl.yaml 里的 {key}"
    ),
    "run apply again after that, or change policy.quiet_hours in massctl.yaml": (
        "在那之后再运行 apply，或修改 massctl.yaml 里的 policy.quiet_hours"
    ),
    "{first}; {second}": "{first}；{second}",
    "{summary}: {detail}": "{summary}：{detail}",
    "the size of an audience could not be read: {why}": "读不到人数：{why}",
}
