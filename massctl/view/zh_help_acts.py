"""The Chinese of `--help`, from `apply` on: what acts, and what looks back."""

from typing import Final

HELP_OF_ACTS: Final[dict[str, str]] = {
    # massctl/cli/commands/apply.py
    "Upload, save drafts, show previews, then send what is due. A mass send cannot be taken back.": (
        "上传、存草稿、发预览，然后群发到时间的内容。群发无法收回。"
    ),
    "Without NAMEs it is about campaigns that have a window; one without is staged and sent only by name.": (
        "不写 NAME 时，只管有时段的活动；没有时段的，点名才备稿和群发。"
    ),
    "Send without asking; needed where there is no terminal.": "不再询问，直接发送；没有终端的地方必须写。",
    "Stop after this stage; the first three never send and never ask.": "做完这一步就停；前三步从不群发，也从不询问。",
    "Do not wait for, and do not repeat, a send of unknown outcome.": "结果不明的群发，不等，也不重发。",
    "Carry out exactly this saved plan, once; counts as consent.": "只照这份保存的计划做一次；等于已经同意。",
    "Send only what is locked: render it again and compare.": (
        "只发送 `massctl lock` 锁定的内容：重新渲染并逐项比对。"
    ),
    "Stay for windows that open within 90s, 45m, 3h …": "等待在 90s、45m、3h…… 之内开始的时段。",
    # massctl/cli/commands/stop.py
    "Stop all sends of this repository at once: set the brake.": "马上停掉这个仓库的所有群发：急停。",
    "Stop all sends of this repository at once, wherever they run: push the branch massctl-stop to the remote.": (
        "马上停掉这个仓库的所有群发，不管在哪里运行：把分支 massctl-stop 推到远端。"
    ),
    "Needs the right to push, no secret and no review. Each run looks for the branch right before each send. What "
    "WeChat has accepted goes on. `massctl resume` lifts it.": (
        "只要有推送的权限，不用密钥，不用审。每次运行在每次发送之前都会看有没有这个分支。微信已经受理的会继续。"
        "`massctl resume` 解除。"
    ),
    "Why; whoever lifts it reads it.": "为什么；来解除的人会看到。",
    # massctl/cli/commands/resume.py
    "Allow sends again: show what is due, and lift the brake.": "恢复群发：先看会发什么，再解除急停。",
    "Allow sends again: show who stopped them and what would leave at once, and delete the branch massctl-stop.": (
        "恢复群发：先显示是谁停的、马上会发什么，再删除分支 massctl-stop。"
    ),
    "It deletes only the brake that it showed. On a forge only policy.operators may.": (
        "只删除显示过的那次急停。在代码托管平台上，只有 policy.operators 里的人可以。"
    ),
    "Lift it without asking; needed where there is no terminal.": "不再询问，直接解除；没有终端的地方必须写。",
    # massctl/cli/commands/new.py
    "Make a campaign for those whom a partly sent list did not reach.": "给只发了一部分的名单里其余的人另建一个活动。",
    "Make campaigns/NAME for the openids of LIST that no accepted batch named, and end LIST in the ledger.": (
        "给 LIST 的名单里没有被任何已受理批次包含的 openid 建好 campaigns/NAME，并在账本里结束 LIST。"
    ),
    "NAME gets the folder of LIST without lock, edition and window. No batch of LIST is sent afterwards.": (
        "NAME 得到 LIST 的文件夹，但没有锁、版次和时段。此后 LIST 的任何批次都不再发送。"
    ),
    "The campaign whose list of openids was sent in part.": "openid 名单只发了一部分的那个活动。",
    # massctl/cli/commands/preview.py
    "Show NAME on phones before it is sent: on those that campaign.yaml declares, or only on those given here.": (
        "在群发之前把 NAME 发到手机上：campaign.yaml 里写的那些，或者只发给这里写的。"
    ),
    "What is missing is uploaded and saved first. It repeats a preview on purpose, uses the 100 a day of the account, "
    "and never sends.": "缺什么先上传、保存。它会有意再发一次预览，占用公众号每天 100 次的额度，从不群发。",
    "A WeChat name (微信号) to show it to.": "预览人的微信号。",
    "An openid to show it to.": "预览人的 openid。",
    "Show only what is locked: render it again and compare.": (
        "只显示 `massctl lock` 锁定的内容：重新渲染并逐项比对。"
    ),
    # massctl/cli/commands/status.py
    "Ask WeChat about mass jobs that are not finished, and record the answers. Makes no request for others.": (
        "向微信查询还没有结束的群发任务，并记下答复。其他的不请求。"
    ),
    "Ask again for this long.": "在这么长时间内反复查询。",
    "Show earlier editions too.": "也显示以前各版。",
    # massctl/cli/commands/reconcile.py
    "Settle what massctl cannot know about NAME. Look in the console under 群发记录 first.": (
        "了结 massctl 无从知道的 NAME 的结果。先到公众平台的“群发记录”里看一看。"
    ),
    "Exactly one of --sent, --not-sent and --resubmit. Without one it shows what is on record and what may be "
    "chosen.": ("--sent、--not-sent、--resubmit 三选一。都不写则显示记录和可选的做法。"),
    "It went out; MSG_ID is its job's id, where you know it.": "已经发出；知道任务的 id 就写 MSG_ID。",
    "It did not go out; apply may stage and send it again.": "没有发出；apply 可以重新准备并发送。",
    "Repeat the identical request now, under the same clientmsgid.": "现在原样再提交一次，clientmsgid 不变。",
    "With --sent: the address of the sent article.": "配 --sent：已发文章的地址。",
    "Which batch of a list of openids.": "openid 名单中的哪一批。",
    "With --sent or --not-sent: when you looked; what began later is not settled by it.": (
        "与 --sent 或 --not-sent 一起：您是什么时候看的；在那之后开始的不算。"
    ),
    "How you know; recorded with your name. Part of every choice.": (
        "您是怎么知道的；会连同您的名字记下来。每种做法都要写。"
    ),
    "With --resubmit: send without asking.": "配 --resubmit：不再询问，直接发送。",
    # massctl/cli/commands/withdraw.py
    "Delete sent articles of NAME (mass/delete). The cards stay in the chats, and this cannot be undone.": (
        "删除 NAME 已群发的文章（mass/delete）。聊天里的卡片还在，而且无法撤销。"
    ),
    "Only news and videos that were sent. WeChat allows ten withdrawals a day. While it is still being sent it cannot "
    "be withdrawn: with --wait massctl asks you first, and deletes at the first moment that WeChat allows.": (
        "只限已群发的图文和视频。微信每天允许撤下十次。还在发送时不能撤下：加上 --wait，"
        "massctl 先询问，微信一允许就删除。"
    ),
    "Wait for what is still being sent: 90s, 45m …": "还在发送的，最多等这么久：90s、45m……",
    "Withdraw this article; they count from 1.": "撤下这一篇；从 1 数起。",
    "Withdraw every article.": "撤下全部文章。",
    "Withdraw without asking; needed where there is no terminal.": "不再询问，直接撤下；没有终端的地方必须写。",
    # massctl/cli/commands/comments.py
    "Open or close the comments (留言) below sent articles, campaign by campaign.": (
        "按活动打开或关闭已群发文章的留言。"
    ),
    "Take no more comments on the articles of NAME, or on one of them.": "NAME 的文章或其中一篇不再接受留言。",
    "Let followers comment on the articles of NAME, or on one of them.": "让粉丝给 NAME 的文章或其中一篇留言。",
    "Only this one; they count from 1.": "只这一篇；从 1 数起。",
    # massctl/cli/commands/record_event.py
    "Record a MASSSENDJOBFINISH event, XML or JSON, as WeChat posted it: counts, reasons, originality, addresses.": (
        "记录微信推送的 MASSSENDJOBFINISH 事件，XML 或 JSON：人数、原因、原创校验、文章地址。"
    ),
    "The same event may be recorded any number of times. Makes no request.": "同一个事件可以记录任意多次。不发请求。",
    "The account that it was sent to, by its name in massctl.yaml.": (
        "事件发给了哪个公众号，写它在 massctl.yaml 里的名字。"
    ),
    # massctl/cli/commands/speed.py
    "Read or set how fast WeChat delivers an account's mass sends: 0, the fastest, to 4.": (
        "查看或设置公众号的群发速度：0 最快，4 最慢。"
    ),
    "Show the speed, and what it comes to in messages a minute.": "显示速度，以及合每分钟多少条。",
    "Set the speed to N: 0, the fastest, to 4. It lasts, and holds for every later send of the account.": (
        "把速度设为 N：0 最快，4 最慢。一直有效，对公众号以后的每次群发都起作用。"
    ),
    "The account's name in massctl.yaml; needed if it has several.": "公众号在 massctl.yaml 里的名字；有几个时必须写。",
    # massctl/cli/commands/adopt.py
    "Keep what somebody made of NAME's draft in the console, if words, pictures and links are what was reviewed.": (
        "保留有人在公众平台上对 NAME 的草稿做的改动，前提是文字、图片和链接与评审过的一致。"
    ),
    "The author and the comment settings may differ, and what the API does not show, such as 原创 and 赞赏.": (
        "作者和留言设置可以不同，接口看不到的（如原创、赞赏）也可以。"
    ),
    "What was done in the console, and why; recorded with your name.": (
        "在公众平台上做了什么、为什么；会连同您的名字记下来。"
    ),
    # massctl/cli/commands/state.py
    "Read, check and repair the ledger: what was uploaded, saved, previewed and sent.": (
        "查看、核对、修复账本：上传、保存、预览、群发过什么。"
    ),
    "Record a send that this ledger does not know of. AT is a moment with its offset: 2026-12-01T20:00:00+08:00.": (
        "记录这本账本不知道的一次群发。AT 是带时差的时刻：2026-12-01T20:00:00+08:00。"
    ),
    "Either --website-send, or --sent with --at; or --no-website-send with --reason, to take the first one back.": (
        "写 --website-send，或者 --sent 配 --at；记错了就写 --no-website-send 配 --reason，把它撤销。"
    ),
    "What was recorded of a send then was wrong.": "那个时刻的群发记错了，其实没有。",
    "Somebody sent something on the website, then.": "有人在那个时刻在公众平台上群发了内容。",
    "With --website-send and --no-website-send: whose, where there are several.": (
        "配 --website-send 和 --no-website-send：哪个公众号，有几个时写。"
    ),
    "This campaign went out without this ledger.": "这个活动发出了，但这本账本没有记。",
    "With --sent: when.": "配 --sent：什么时候。",
    "With --sent: its job's id, where you know it.": "配 --sent：任务的 id，知道就写。",
    "With --sent: which edition, if not the declared one.": "配 --sent：第几版，不是现在声明的那版时写。",
    "How you know; recorded with your name.": "您是怎么知道的；会连同您的名字记下来。",
    "Begin the ledger, and name it in massctl.yaml. The first apply does so by itself.": (
        "开始一本账本，并写进 massctl.yaml。第一次 apply 会自己做这件事。"
    ),
    "Move the ledger: from the file to a branch of the remote, or back. massctl.yaml names its new place.": (
        "搬动账本：从文件搬到远端的分支，或者搬回来。massctl.yaml 会写明它的新位置。"
    ),
    "Where it goes.": "搬到哪里。",
    "Cut a damaged ledger to the entries that verify. What is not known as sent then waits for reconcile.": (
        "把损坏的账本截到通过校验的记录为止。此后不能确定已发出的活动都等 reconcile。"
    ),
    "Do it, and record why; without it, see what would be dropped.": "动手修复，并记下原因；不写就只看会丢弃什么。",
    "Copy the ledger into FILE; it may hold an older copy. While others write, the copy is whole all the same.": (
        "把账本复制到文件 FILE，里面可以是较旧的副本。别的进程正在写也没关系，副本总是完整的。"
    ),
    "Put a copy in the place of a local ledger that is lost or damaged. An older one than was seen here is refused.": (
        "本地账本丢失或损坏时，换上一份副本。比这台机器见过的旧，就拒绝。"
    ),
    "Check the form and the fields of every entry too.": "也核对每一条的格式和字段。",
    "With --to git: the branch, if not as massctl.yaml says.": (
        "与 --to git 一起用：哪个分支，如果和 massctl.yaml 写的不同。"
    ),
    "With --to git: the remote, if not as massctl.yaml says.": (
        "与 --to git 一起用：哪个远端，如果和 massctl.yaml 写的不同。"
    ),
    "Start over; the old ledger is put aside, and what it knew is told.": (
        "重新开始；旧账本放到一边，并说明它记过什么。"
    ),
    "With --new-lineage: why; recorded as the first entry.": "配 --new-lineage：为什么；会记为第一条。",
    "List the entries, oldest first, one a line.": "列出各条记录，从旧到新，一行一条。",
    "Show what is recorded, campaign by campaign; only of NAME, where it is given.": (
        "按活动显示记录；写了 NAME 就只显示它的。"
    ),
    "Check that every line is what was written, and that the story they tell is possible.": (
        "核对每一行都是当初写下的样子，前后经过也说得通。"
    ),
    # massctl/cli/commands/doctor.py
    "Check credentials, IP whitelist, rights, quotas, clock, proxy, ledger and windows. It changes nothing.": (
        "检查凭据、IP 白名单、权限、额度、时钟、代理、账本和时段。什么都不改。"
    ),
    "Each finding says what to click in WeChat's console, or what to type. Exits 1 where anything keeps a send back.": (
        "每项结果都说明该在公众平台上点什么，或者该输入什么。有妨碍群发的问题就以 1 退出。"
    ),
    # massctl/cli/commands/sandbox.py
    "Serve the sandbox: the API, and an inbox page that shows what followers received.": (
        "运行沙盒：接口，以及显示粉丝收到什么的收件箱页面。"
    ),
    "Prints `http://127.0.0.1:PORT APPID SECRET` first. It is the same world that --sandbox works in.": (
        "先打印 `http://127.0.0.1:PORT APPID SECRET`。它和 --sandbox 用的是同一个世界。"
    ),
    "Forget what the sandbox received, its hour, and the ledger of `--sandbox`; accounts and tags stay.": (
        "忘掉沙盒收到的内容、它的时间和 `--sandbox` 的账本；公众号和标签保留。"
    ),
    # massctl/cli/commands/explain.py
    "Say what a CODE means, why massctl cares, and what to do; without one, list them all.": (
        "说明 CODE 的含义、massctl 为什么在意、该怎么办；不写则全部列出。"
    ),
    "CODE is a diagnostic (MC014), a guard (draft_gone), an exit status (5) or an errcode of WeChat (45028). Needs no "
    "repository.": "CODE 是诊断（MC014）、拦下的原因（draft_gone）、退出码（5）或微信的错误码（45028）。不要仓库。",
    "Instead of MASSCTL_LANG, else LANG.": "不用 MASSCTL_LANG 和 LANG。",
    # massctl/cli/commands/ci.py
    "Write the comment for a pull request from FILE, the JSON of `massctl plan --format json --for-review`.": (
        "用 FILE 生成合并请求下的评论；FILE 是 `massctl plan --format json --for-review` 的 JSON。"
    ),
    "FILE is data that anybody may have written: it is checked against the schema, and no word in it becomes a link, a "
    "mention, a picture or HTML. `-` is standard input. Needs no repository, no network and no secret.": (
        "FILE 是数据，谁写的都有可能：会按 schema 检查，里面的文字不会变成链接、提及、图片或 HTML。`-` 是标准输入。"
        "不要仓库、网络和密钥。"
    ),
    "Say which commit it was made for.": "写明是为哪个提交生成的。",
    "Say that it comes from a fork, so that it may say anything.": "写明它来自分叉仓库，说什么都有可能。",
    "Write it into a file instead.": "写进文件，不打印。",
    "Hand locks and plans from one job of a workflow to the next; what a job left is data, and is checked.": (
        "在工作流的任务之间传递锁和计划；任务留下的都是数据，要检查。"
    ),
    "Print `true` where massctl.yaml names a ledger, else `false`, and say on stderr how to begin one.": (
        "massctl.yaml 指明了账本就打印 `true`，否则打印 `false`，并在标准错误里说怎样开始。"
    ),
    "Exit 5 unless policy.operators names whoever started this run, and it was not started again.": (
        "如果启动这次运行的人不在 policy.operators 里，或者这次是重跑，就以 5 退出。"
    ),
    "Needs no secret and makes no request: for the first step of a job that carries a decision out.": (
        "不需要密钥，也不发请求：放在执行决定的任务的第一步。"
    ),
    "Print the campaigns that can be locked and are not, one name a line; none where locks are not required.": (
        "打印可以锁定而没有锁定的活动，一行一个名字；不要求锁定时什么也不打印。"
    ),
    "Print the campaigns whose folder is another than in the second checkout DIR, one name a line.": (
        "打印文件夹与另一份检出 DIR 不同的活动，一行一个名字。"
    ),
    "Show the plan that another run left in DIR as the one comment of its pull request.": (
        "把另一次运行留在 DIR 里的计划显示为合并请求下的那一条评论。"
    ),
    "The pull request is found from the event in GITHUB_EVENT_PATH. Needs GITHUB_TOKEN.": (
        "合并请求由 GITHUB_EVENT_PATH 里的事件确定。需要 GITHUB_TOKEN。"
    ),
    "Say what needs a person: a send in doubt, a window that was missed, or is open and nothing is sent. "
    "Exits 1 then.": "说出需要人处理的事：结果不明的群发、错过的时段、时段已到却什么都没发。有这样的事就以 1 退出。",
    "Reads the repository and the ledger, and asks WeChat nothing.": "读取仓库和账本，什么都不问微信。",
    "Write all locks of this checkout into FILE, for the job that commits them.": (
        "把这份检出里的全部锁写进 FILE，交给提交它们的任务。"
    ),
    "Write the locks of FILE into this checkout, and nothing else; runs no template. Prints the changed paths.": (
        "把 FILE 里的锁写进这份检出，别的都不写；不运行模板。打印有改动的路径。"
    ),
    # massctl/cli/commands/schema.py
    "Write the JSON Schemas that editors and checks use; without --out, all of them as one document.": (
        "写出编辑器和检查用的 JSON Schema；不写 --out 则全部放在一份文档里。"
    ),
    "Write one file per schema into this folder.": "在这个文件夹里给每个 schema 写一个文件。",
}
"""English paragraph -> Chinese paragraph."""
