"""The Chinese of `--help`: every paragraph, flag and verb, by its English as the source has it, without line ends."""

from typing import Final

from massctl.view.zh_help_acts import HELP_OF_ACTS

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
    "Write or check what was approved: campaign.lock.json.": ("写出或核对要审批的内容：campaign.lock.json。"),
    "Show what apply would do now, and why. Needs no network and no secret.": (
        "显示现在 apply 会做什么、为什么。不联网，不要密钥。"
    ),
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
    "Scaffold a repository in DIR (default: here): a sample, workflows, and all that a team needs.": (
        "在 DIR（默认：当前文件夹）里生成一个仓库：示例、工作流，以及团队需要的一切。"
    ),
    "It validates, plans and applies in the sandbox at once. No file is ever overwritten.": (
        "马上就能检查、计划、在沙盒里发送。从不覆盖任何文件。"
    ),
    "Of its words; else MASSCTL_LANG, else LANG, else zh.": (
        "用哪种语言写；不写则看 MASSCTL_LANG，再看 LANG，再就是 zh。"
    ),
    "Who has to agree to a pull request: @person or @company/team, for CODEOWNERS.": (
        "合并请求要谁同意：@person 或 @company/team，写进 CODEOWNERS。"
    ),
    "Keep the files that are here, and write only those that are not.": "保留已有的文件，只写没有的。",
    # massctl/cli/commands/validate.py
    "Check the campaigns NAMEs, or every one: schema, rendering, content rules. Touches no network.": (
        "检查 NAME 这些活动，不写则全部检查：格式、渲染、内容规则。不联网。"
    ),
    "Show each note and warning, however many are of one kind.": "列出每一条提示和警告，同类再多也不合并。",
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
    "and writes nothing but the picture cache. With --sandbox it compares with what the sandbox's followers have. "
    "Ctrl-C ends it.": (
        "先打印 `http://127.0.0.1:PORT/`。只有这台机器能访问；不要账本、密钥和网络，"
        "除图片缓存外什么都不写。加 --sandbox 时，与沙盒里的粉丝收到的内容比较。按 Ctrl-C 结束。"
    ),
    "0 takes a free port.": "0 表示随便找一个空闲端口。",
    # massctl/cli/commands/lock.py
    "Write campaign.lock.json of every campaign that has not gone out yet.": (
        "为每个还没有发出的活动写出 campaign.lock.json。"
    ),
    "`massctl apply --locked`, or `require_lock: true` in the policy, renders again and sends only what is the same.": (
        "`massctl apply --locked`，或者 policy 里的 `require_lock: true`，会重新渲染，只发送与锁定一致的内容。"
    ),
    "Do nothing where massctl.yaml does not ask for locks.": "massctl.yaml 不要求锁定时什么都不做。",
    "Write nothing; render again and exit 5 when anything differs.": "什么都不写；重新渲染，有任何不同就以 5 退出。",
    # massctl/cli/commands/plan.py
    "Show what `massctl apply` with the same NAMEs would do now, step by step, and why.": (
        "显示同样写法的 `massctl apply` 现在会做什么，一步一步，连同原因。"
    ),
    "Reads the repository and the ledger, and changes nothing. Without --refresh it needs no secret, and the network "
    "only to read a ledger in git; without it, it shows what was fetched last.": (
        "只读仓库和账本，什么也不改。不用 --refresh 时不需要密钥；账本在 git 里时才要网络，连不上就按上次取到的显示。"
    ),
    "Exit 6 when apply would do something, 5 when it would refuse.": "apply 有事可做则以 6 退出，会被拦下则以 5 退出。",
    "Save the plan too, for `apply --plan FILE`.": "同时保存计划，供 `apply --plan FILE` 使用。",
    "Ask WeChat for drafts, audiences and jobs; needs the secret.": "向微信查询草稿、人数和任务；要密钥。",
    "Show what changed for readers since a second checkout, instead of since what was staged or sent.": (
        "与另一份检出相比，读者会看到什么改动；不写则与备好的或发出的内容相比。"
    ),
    "Add what changed for readers, and locks, to the JSON: for `ci comment`.": (
        "在 JSON 里加上读者会看到的改动和锁定情况，供 `ci comment` 使用。"
    ),
    **HELP_OF_ACTS,
}
"""English paragraph -> Chinese paragraph."""
