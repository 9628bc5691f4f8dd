"""The Chinese of `--help`: every paragraph, flag and verb, by its English as the source has it, without line ends."""

from typing import Final

HELP: Final[dict[str, str]] = {
    # massctl/cli/main.py
    "Send WeChat campaigns from git: what was reviewed is what is sent, and never twice.": (
        "用 git 管理微信群发：评审过什么就发什么，而且绝不发两次。"
    ),
    "A campaign is a folder under campaigns/ with a campaign.yaml. `massctl plan` shows what would happen, "
    "`massctl apply` does it, and `--sandbox` does it against a WeChat on this machine.": (
        "一个活动就是 campaigns/ 下的一个文件夹，里面有 campaign.yaml。`massctl plan` 显示会做什么，"
        "`massctl apply` 去做，加 `--sandbox` 则是对着这台机器上的模拟微信来做。"
    ),
    "Work in DIR, which holds massctl.yaml.": "在 DIR 里工作，那里有 massctl.yaml。",
    "Tell each request on standard error: path, errcode, rid, time; -vv: also when it begins.": (
        "在标准错误里写出每次请求：路径、errcode、rid、用时；-vv 连开始时也写。"
    ),
    "Show the version and exit.": "显示版本。",
    "Show this message and exit.": "显示这段说明。",
    # massctl/cli/arguments.py
    "Work against a WeChat on this machine, with a ledger and clock of its own; needs no secret.": (
        "对着这台机器上的模拟微信工作，有自己的账本和时钟，不要密钥。"
    ),
    # massctl/cli/verbs.py
    "Scaffold a repository that validates, plans and applies in the sandbox.": (
        "生成一个仓库，马上就能检查、计划、在沙盒里发送。"
    ),
    "Check every campaign: schema, rendering, content rules.": "检查每个活动：格式、渲染、内容规则。",
    "Write a campaign's articles exactly as they will be sent.": "把活动的文章按将要发送的样子写成文件。",
    "Show campaigns live in a browser on this machine, as a phone shows them.": (
        "在本机浏览器里实时预览活动，就是手机上的样子。"
    ),
    "Write or check what was approved: campaign.lock.json and the bodies.": (
        "写出或核对要审批的内容：campaign.lock.json 和正文。"
    ),
    "Show what apply would do now, and why. Needs no network and no secret.": (
        "显示现在 apply 会做什么、为什么。不联网，不要密钥。"
    ),
    "Write a plan as the comment of a pull request.": "把计划写成合并请求下的评论。",
    "Carry the plan out: upload, save drafts, preview, send.": "执行计划：上传、存草稿、预览、群发。",
    "Show a campaign on reviewers' phones, again where they have it.": "把活动发到预览人的手机上，看过的也再发一次。",
    "Ask WeChat about mass jobs that are not finished.": "向微信查询还没有结束的群发任务。",
    "Settle a send of unknown outcome.": "了结一次结果不明的群发。",
    "Delete sent articles; the cards stay in the chats.": "删除已群发的文章；聊天里的卡片还在。",
    "Open or close the comments below sent articles.": "打开或关闭已群发文章的留言。",
    "Record a MASSSENDJOBFINISH event as WeChat posted it.": "记录微信推送的 MASSSENDJOBFINISH 事件。",
    "Read or set how fast WeChat delivers mass sends.": "查看或设置微信的群发速度。",
    "Keep what somebody made of a staged draft in the console.": "保留有人在公众平台上对草稿做的改动。",
    "What workflows do beside: comment a plan, hand locks from job to job.": (
        "工作流另外要做的：评论计划，在任务之间传递锁。"
    ),
    "Read and check the ledger.": "查看并核对账本。",
    "Check credentials, whitelist, rights, clock, proxy, ledger.": "检查凭据、白名单、权限、时钟、代理、账本。",
    "Serve a WeChat on loopback, with an inbox page.": "在本机开一个模拟微信，带收件箱页面。",
    "Say what a diagnostic's code, a guard or an exit status means.": "说明诊断代码、拦下的原因或退出码的含义。",
    "Write the JSON Schemas of the file formats.": "写出各种文件格式的 JSON Schema。",
    # massctl/cli/commands/init.py
    "Scaffold a repository in DIR (default: here) that validates, plans and applies in the sandbox.": (
        "在 DIR（默认：当前文件夹）里生成一个仓库，马上就能检查、计划、在沙盒里发送。"
    ),
    # massctl/cli/commands/validate.py
    "Check the campaigns NAMEs, or every one: schema, rendering, content rules. Touches no network.": (
        "检查 NAME 这些活动，不写则全部检查：格式、渲染、内容规则。不联网。"
    ),
    # massctl/cli/commands/render.py
    "Write NAME's articles exactly as they will be sent, with their pictures beside them.": (
        "把 NAME 的文章按将要发送的样子写成文件，图片放在旁边。"
    ),
    "`article-N.html` differs from what is sent only in the addresses of pictures; `message.txt` is a text message; "
    "`index.html` shows all of it as a phone does. Of several NAMEs each has a folder of its own.": (
        "`article-N.html` 与将要发送的内容只差图片地址；`message.txt` 是文字消息；`index.html` 像手机一样显示全部。"
        "写了几个 NAME，就各有一个文件夹。"
    ),
    "The folder to write into.": "写到哪个文件夹。",
    "Write what a phone shows as PNG too; needs a Chromium.": "另外把手机上的样子存成 PNG；需要 Chromium。",
    # massctl/cli/commands/serve.py
    "Show all campaigns, or NAME, in a browser as a phone shows them, and again whenever a file is saved.": (
        "在浏览器里按手机上的样子显示全部活动或 NAME，每次保存文件都会刷新。"
    ),
    "Prints `http://127.0.0.1:PORT/` first. Only this machine can ask; it needs no ledger, no secret and no network, "
    "and writes nothing but the picture cache. Ctrl-C ends it.": (
        "先打印 `http://127.0.0.1:PORT/`。只有这台机器能访问；不要账本、密钥和网络，"
        "除图片缓存外什么都不写。按 Ctrl-C 结束。"
    ),
    "0 takes a free port.": "0 表示随便找一个空闲端口。",
    # massctl/cli/commands/lock.py
    "Write campaign.lock.json and the rendered bodies of every campaign that has not gone out yet.": (
        "为每个还没有发出的活动写出 campaign.lock.json 和渲染好的正文。"
    ),
    "`massctl apply --locked`, or `require_lock: true` in the policy, sends exactly these bytes and runs no "
    "template.": (
        "`massctl apply --locked`，或者 policy 里的 `require_lock: true`，发送的就是这些字节，不再运行模板。"
    ),
    "Write nothing; render again and exit 5 when anything differs.": "什么都不写；重新渲染，有任何不同就以 5 退出。",
    # massctl/cli/commands/plan.py
    "Show what `massctl apply` with the same NAMEs would do now, step by step, and why.": (
        "显示同样写法的 `massctl apply` 现在会做什么，一步一步，连同原因。"
    ),
    "Reads the repository and the ledger. Without --refresh it needs no network and no secret; it changes nothing.": (
        "读取仓库和账本。不加 --refresh 就不联网、不要密钥；什么都不改。"
    ),
    "Exit 6 when apply would do something, 5 when it would refuse.": "apply 有事可做则以 6 退出，会被拦下则以 5 退出。",
    "Save the plan too, for `apply --plan FILE`.": "同时保存计划，供 `apply --plan FILE` 使用。",
    "Ask WeChat for drafts, audiences and jobs; needs the secret.": "向微信查询草稿、人数和任务；要密钥。",
    "Show what changed for readers since a second checkout, instead of since the lock or what was staged or sent.": (
        "与另一份检出相比，读者会看到什么改动；不写则与锁定的、备好的或发出的内容相比。"
    ),
    "Add what changed for readers, and locks, to the JSON: for `plan-comment`.": (
        "在 JSON 里加上读者会看到的改动和锁定情况，供 `plan-comment` 使用。"
    ),
    # massctl/cli/commands/plan_comment.py
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
    # massctl/cli/commands/apply.py
    "Upload, save drafts, show previews, then send what is due. A mass send cannot be taken back.": (
        "上传、存草稿、发预览，然后群发到时间的内容。群发无法收回。"
    ),
    "Without NAMEs it sends only campaigns that have a window; one without is sent only by name.": (
        "不写 NAME 时，只发有时段的活动；没有时段的，点名才发。"
    ),
    "Send without asking; needed where there is no terminal.": "不再询问，直接发送；没有终端的地方必须写。",
    "Stop after this stage; the first three never send and never ask.": "做完这一步就停；前三步从不群发，也从不询问。",
    "Do not wait for, and do not repeat, a send of unknown outcome.": "结果不明的群发，不等，也不重发。",
    "Carry out exactly this saved plan, once; counts as consent.": "只照这份保存的计划做一次；等于已经同意。",
    "Send the bytes that `massctl lock` wrote; run no template.": "发送 `massctl lock` 写下的字节，不运行模板。",
    "Stay for windows that open within 90s, 45m, 3h …": "等待在 90s、45m、3h…… 之内开始的时段。",
    # massctl/cli/commands/preview.py
    "Show NAME on phones before it is sent: on those that campaign.yaml declares, or only on those given here.": (
        "在群发之前把 NAME 发到手机上：campaign.yaml 里写的那些，或者只发给这里写的。"
    ),
    "What is missing is uploaded and saved first. It repeats a preview on purpose, uses the 100 a day of the account, "
    "and never sends.": "缺什么先上传、保存。它会有意再发一次预览，占用公众号每天 100 次的额度，从不群发。",
    "A WeChat name (微信号) to show it to.": "预览人的微信号。",
    "An openid to show it to.": "预览人的 openid。",
    "Show the bytes that `massctl lock` wrote; run no template.": "显示 `massctl lock` 写下的字节，不运行模板。",
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
    "Which batch of a list of openids, where several are open.": "openid 名单的第几批，在几批都没有结果时写。",
    "How you know; recorded with your name. Part of every choice.": (
        "您是怎么知道的；会连同您的名字记下来。每种做法都要写。"
    ),
    "With --resubmit: send without asking.": "配 --resubmit：不再询问，直接发送。",
    # massctl/cli/commands/withdraw.py
    "Delete sent articles of NAME (mass/delete). The cards stay in the chats, and this cannot be undone.": (
        "删除 NAME 已群发的文章（mass/delete）。聊天里的卡片还在，而且无法撤销。"
    ),
    "Only news and videos that were sent. WeChat allows ten withdrawals a day.": (
        "只限已群发的图文和视频。微信每天允许撤下十次。"
    ),
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
    "Either --website-send, or --sent with --at.": "写 --website-send，或者 --sent 配 --at。",
    "Somebody sent something on the website, then.": "有人在那个时刻在公众平台上群发了内容。",
    "With --website-send: whose, where there are several.": "配 --website-send：哪个公众号，有几个时写。",
    "This campaign went out without this ledger.": "这个活动发出了，但这本账本没有记。",
    "With --sent: when.": "配 --sent：什么时候。",
    "With --sent: its job's id, where you know it.": "配 --sent：任务的 id，知道就写。",
    "With --sent: which edition, if not the declared one.": "配 --sent：第几版，不是现在声明的那版时写。",
    "How you know; recorded with your name.": "您是怎么知道的；会连同您的名字记下来。",
    "Begin the ledger, and name it in massctl.yaml. The first apply does so by itself.": (
        "开始一本账本，并写进 massctl.yaml。第一次 apply 会自己做这件事。"
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
    "CODE is a diagnostic (MC014), a guard (draft_gone) or an exit status (5). Needs no repository.": (
        "CODE 是诊断（MC014）、拦下的原因（draft_gone）或退出码（5）。不要仓库。"
    ),
    "Instead of MASSCTL_LANG, else LANG.": "不用 MASSCTL_LANG 和 LANG。",
    # massctl/cli/commands/ci.py
    "Hand locks and plans from one job of a workflow to the next; what a job left is data, and is checked.": (
        "在工作流的任务之间传递锁和计划；任务留下的都是数据，要检查。"
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
    "Write all locks and rendered bodies of this checkout into FILE, for the job that commits them.": (
        "把这份检出里的全部锁和渲染好的正文写进 FILE，交给提交它们的任务。"
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
