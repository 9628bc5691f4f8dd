"""The Chinese of the command, and of what it scaffolds."""

from typing import Final

COMMAND: Final[dict[str, str]] = {
    # massctl/cli/errcodes.py, massctl/cli/explaining.py
    "The platform faltered. What was asked for may have been done or not.": (
        "微信的系统出了问题。请求可能执行了，也可能没有。"
    ),
    "What was asked for may have been done all the same.": "请求可能还是执行了。",
    "A credential, address, right or the administrator stands in the way; WeChat did nothing.": (
        "凭证、地址、权限或管理员那里卡住了；微信什么也没做。"
    ),
    "Something is used up, or asked for too fast; WeChat did nothing.": "次数用完了，或者太快了；微信什么也没做。",
    "The request, or what it is about, is wrong, and would be refused again; WeChat did nothing.": (
        "请求本身或它涉及的内容有问题，再提交还会被拒绝；微信什么也没做。"
    ),
    "readings and uploads are repeated by themselves; a send or a preview that is answered so is in doubt, and a "
    "send in doubt is repeated with the same clientmsgid": (
        "读取和上传会自动重试；这样答复的群发或预览算存疑，存疑的群发会用同一个 clientmsgid 重复"
    ),
    "a send that is answered so is in doubt, and is never taken for refused": ("这样答复的群发算存疑，绝不当作被拒绝"),
    "the next `massctl apply` asks again, for it passes when somebody has put it right": (
        "下一次 `massctl apply` 会再提交，因为处理好之后就能通过"
    ),
    "the next `massctl apply` asks again, for it may pass by itself": (
        "下一次 `massctl apply` 会再提交，因为可能过一段时间就好"
    ),
    "a send that was refused so is not asked for again until the campaign changes (`rejected_before`)": (
        "这样被拒绝的群发，活动没改之前不会再提交（`rejected_before`）"
    ),
    "only the token was refused and the call was not looked at: massctl fetches another one, and a send makes one "
    "more recorded attempt": ("被拒绝的只是 token，请求没有被处理：massctl 会另取一个，群发再提交一次并记入账本"),
    "From {calls}: {meaning}. {advice}": "{calls} 返回时：{meaning}。{advice}",
    "massctl does not know the errcode {errcode}": "massctl 不认识错误码 {errcode}",
    "A send that is answered with it is in doubt, and any other call is refused.": (
        "群发收到它算存疑，其他调用收到它算被拒绝。"
    ),
    "look it up in WeChat's list of return codes (全局返回码); WeChat's support can look up the rid": (
        "到微信的“全局返回码”里查它的意思；微信客服可以查 rid"
    ),
    "Errcodes: what WeChat answers": "错误码：微信的答复",
    # massctl/cli/app.py
    "massctl status   asks WeChat what became of it": "massctl status   向微信查询结果",
    "massctl status --wait 60   asks again for a minute": "massctl status --wait 60   在一分钟内反复查询",
    "massctl plan   shows what would be sent": "massctl plan   查看会发送什么",
    "massctl apply   does it": "massctl apply   执行这份计划",
    "git add campaigns   then commit: what is committed is reviewed and sent": (
        "git add campaigns   然后提交：评审和群发的都是提交的内容"
    ),
    "open {path} in a browser": "用浏览器打开 {path}",
    "interrupted": "已中断",
    # massctl/cli/arguments.py
    "{found} is not a number of seconds": "{found} 不是秒数",
    # massctl/cli/clocks.py
    "{variable} moves the clock, and that is for a sandbox on loopback only": (
        "{variable} 会拨动时钟，只许对本机的沙盒使用"
    ),
    "unset {variable}": "unset {variable}",
    "{variable} must be a number of seconds": "{variable} 必须是秒数",
    # massctl/cli/commands/apply.py
    # massctl/cli/commands/init.py
    "next: {where}massctl apply first-letter --sandbox --yes": (
        "下一步：{where}massctl apply first-letter --sandbox --yes"
    ),
    # massctl/cli/commands/plan.py
    # massctl/cli/commands/reconcile.py
    "give exactly one of --sent, --not-sent and --resubmit": "--sent、--not-sent 和 --resubmit 必须正好给一个",
    "MSG_ID and --url go with --sent": "MSG_ID 和 --url 要和 --sent 一起用",
    # massctl/cli/commands/sandbox.py
    "the sandbox is empty again": "沙盒已清空",
    # massctl/cli/consent.py
    "this would send, and nobody is here to confirm it": "这次运行会群发，而没有人在这里确认",
    "There is no terminal to ask on. No request was made.": "没有终端可以提问。没有发出任何请求。",
    "Look at `{plan}`; then give your consent with `{apply}`.": "先看 `{plan}`，再用 `{apply}` 表示同意。",
    "Type `yes` to send:": "输入 `yes` 就发送：",
    # massctl/cli/explaining.py
    "massctl explain   lists everything that it explains": "massctl explain   列出可以说明的全部代码",
    "there is nothing to explain about {code}": "没有关于 {code} 的说明",
    # massctl/cli/following.py
    "no account in massctl.yaml has the AppID {appid}": "massctl.yaml 里没有 AppID 为 {appid} 的公众号",
    "A job was sent with it, and its state cannot be asked without the account. Nothing was changed.": (
        "有一次群发是用它提交的，没有这个公众号就查不到状态。没有改动任何东西。"
    ),
    "bring the account back under accounts: in massctl.yaml": "把这个公众号写回 massctl.yaml 的 accounts: 下面",
    "nothing is recorded of a campaign {name}": "没有活动 {name} 的任何记录",
    "{name} is called {now} now (`moved` in massctl.yaml)": "{name} 现在叫 {now}（见 massctl.yaml 的 `moved`）",
    "run the same command again with the new name": "用新名字再运行一次同样的命令",
    "No request was made.": "没有发出任何请求。",
    "massctl state show   lists what is recorded": "massctl state show   列出全部记录",
    # massctl/cli/main.py
    "there is no verb {verb}": "没有命令 {verb}",
    # massctl/cli/planning.py
    "did you mean {near}?": "是不是 {near}？",
    "the campaigns are the folders in campaigns/": "活动就是 campaigns/ 里的各个文件夹",
    "there is no campaign {name}": "没有活动 {name}",
    "Nothing was done.": "什么都没有做。",
    # massctl/cli/recorded.py
    "state.lineage in massctl.yaml names the ledger of this repository now: commit this": (
        "massctl.yaml 的 state.lineage 记下了这个仓库的账本编号：请提交这处改动"
    ),
    "massctl.yaml names the ledger {lineage}, and it is not here": "massctl.yaml 指定的账本是 {lineage}，这里没有",
    "git pull   first, for the ledger may have been moved; else bring massctl.state.jsonl back from the machine that "
    "sent last, for without it nobody knows what was sent; where it is lost for good: "
    'massctl state init --new-lineage --reason "…"': (
        "先运行 git pull，账本可能已经移走；否则从上次发送的机器上取回 massctl.state.jsonl，"
        '没有它谁也不知道发过什么；确实丢了：massctl state init --new-lineage --reason "…"'
    ),
    "massctl.yaml names the ledger {lineage}, and this one is {found}": (
        "massctl.yaml 指定的账本是 {lineage}，这里的却是 {found}"
    ),
    "this ledger belongs to the realm {found}, and the API is in the realm {realm}": (
        "这份账本属于 {found} 环境，而接口属于 {realm} 环境"
    ),
    "correct api_base and MASSCTL_API_BASE, or bring the ledger of that realm; where there is none yet: "
    'massctl state init --new-lineage --reason "…"': (
        "改正 api_base 和 MASSCTL_API_BASE，或换用那个环境的账本；还没有的话："
        'massctl state init --new-lineage --reason "…"'
    ),
    "a local ledger would be lost with this CI runner": "本地账本会随这台 CI 机器一起消失",
    "The next run would not know what this one sent. Nothing was done.": "下次运行就不知道这次发过什么。什么都没有做。",
    # massctl/cli/shared_lineage.py
    "nobody knows whether a clone of this repository would know its ledger: {why}": (
        "不知道这个仓库的克隆会不会知道它的账本：{why}"
    ),
    "let git work in this folder, then run the same command again; for a folder that belongs to somebody else: "
    'git config --global --add safe.directory "$PWD"': (
        "先让 git 在这个文件夹里能用，再运行同一条命令；文件夹属于别的用户时："
        'git config --global --add safe.directory "$PWD"'
    ),
    "this repository has no ledger yet, and a clone of it would send again what is sent from here": (
        "这个仓库还没有账本，克隆一份就会把这里发的再发一遍"
    ),
    "massctl state init   names one in massctl.yaml; then: {command}": (
        "massctl state init   会在 massctl.yaml 里写明一本；然后：{command}"
    ),
    "no commit here names the ledger {lineage}: a clone would send again what is sent": (
        "这里没有提交写明账本 {lineage}：克隆一份就会把发过的再发一遍"
    ),
    "no remote has the commit that names the ledger {lineage}: a clone would send again": (
        "写明账本 {lineage} 的提交还不在远端：克隆一份就会再发一遍"
    ),
    "{command}   then have it merged into {branch}": "{command}   然后把它合并进 {branch}",
    "this folder is in no git repository: a copy of it can send again what is sent from here": (
        "这个文件夹不在 git 仓库里：复制一份就可能把这里发的再发一遍"
    ),
    "keep one copy only, with its ledger; or begin a repository here: git init": (
        "只留一份，连同它的账本；或者在这里建立仓库：git init"
    ),
    # massctl/cli/serving.py
    "inbox: http://127.0.0.1:{port}/   stop with Ctrl-C": "收件箱：http://127.0.0.1:{port}/   按 Ctrl-C 停止",
    "the sandbox cannot listen on port {port}: {why}": "沙盒无法监听端口 {port}：{why}",
    "take another port, or a free one with `massctl sandbox --port 0`": (
        "换一个端口，或用 `massctl sandbox --port 0` 取一个空闲端口"
    ),
    # massctl/cli/session.py
    "there is no massctl.yaml here": "这里没有 massctl.yaml",
    "massctl works in the folder that holds massctl.yaml and campaigns/, and does not search above it.": (
        "massctl 在 massctl.yaml 和 campaigns/ 所在的文件夹里工作，不会到上层去找。"
    ),
    "cd into that folder, name it with `massctl -C DIR …`, or begin one with `massctl init`": (
        "先 cd 到那个文件夹，或用 `massctl -C DIR …` 指明，或用 `massctl init` 新建一个"
    ),
    "massctl.yaml has faults, so nothing was done": "massctl.yaml 有错误，所以什么都没有做",
    "MASSCTL_API_BASE cannot be used: {why}": "MASSCTL_API_BASE 不能用：{why}",
    "unset MASSCTL_API_BASE, or name the host under policy.api_hosts in massctl.yaml": (
        "unset MASSCTL_API_BASE，或在 massctl.yaml 的 policy.api_hosts 里写明这个主机"
    ),
    "the AppSecret of account {account} is not set": "没有设置公众号 {account} 的 AppSecret",
    "The environment variable {name} is empty. No request was made.": "环境变量 {name} 是空的。没有发出任何请求。",
    "export {name}=…   (the console shows it under 设置与开发 / 基本配置); on GitHub: Settings / Environments / "
    "secret {name}": (
        "export {name}=…   （在公众平台的“设置与开发 / 基本配置”里）；在 GitHub 上："
        "Settings / Environments / 密钥 {name}"
    ),
    "the proxy of account {account} is not set": "没有设置公众号 {account} 的代理",
    "export {name}=http://proxy.example:3128; on GitHub: Settings / Environments / secret {name}": (
        "export {name}=http://proxy.example:3128；在 GitHub 上：Settings / Environments / 密钥 {name}"
    ),
    "correct massctl.yaml; massctl validate   shows every fault of every file": (
        "改正 massctl.yaml；massctl validate   列出每个文件的每处错误"
    ),
    # massctl/cli/settling.py
    "{name} is recorded as sent": "{name} 已记为已发送",
    # massctl/cli/output.py
    "error: the result cannot be written: {why}": "错误：结果无法写出：{why}",
    # massctl/cli/crash_report.py
    "interrupted; a send is in doubt: massctl plan   says which": (
        "已中断；有一次群发结果未知：massctl plan   会说是哪一次"
    ),
    "a bug in massctl: {kind}": "massctl 自身出错：{kind}",
    "What was recorded before it stands in the ledger. The log is in {path}": "此前的记录都在账本里。日志在 {path}",
    "massctl plan   shows where things stand; report the log": "massctl plan   查看现状；请报告这份日志",
    # massctl/cli/watching.py
    "{method} {path} …": "{method} {path} …",
    "{method} {path}: no answer after {ms} ms: {reason}": "{method} {path}：{ms} 毫秒后没有回答：{reason}",
    "{method} {path}: errcode {errcode} after {ms} ms, rid {rid}": (
        "{method} {path}：{ms} 毫秒后 errcode {errcode}，rid {rid}"
    ),
    # massctl/cli/output.py
    "{path} cannot be written: {why}": "无法写入 {path}：{why}",
    "correct that, or name another place with --out": "请先解决上述问题，或用 --out 指定别的位置",
    # massctl/cli/usage.py
    "{what} ({does}) is part of the interface, but massctl {version} does not carry it out yet": (
        "{what}（{does}）已列入接口，但 massctl {version} 还没有实现"
    ),
    "choose the language of one command": "选择一条命令的语言",
    "make a campaign's folder from a sample or another campaign": "照样例或另一个活动建一个活动文件夹",
    "make a campaign's folder from a draft, an article or a document": "把草稿、文章或文档变成一个活动文件夹",
    "fetch the branch, and apply what is merged and due": "取来分支，执行合并了又到时候的活动",
    "list an account's tags, and keep them for plans without a network": "列出公众号的标签，并留着给不联网的计划用",
    "massctl --help": "massctl --help",
    "usage: {line}": "用法：{line}",
    "there is no flag {flag}": "没有选项 {flag}",
    "{number} is taken for a flag, and no number here is below 0": "{number} 会被当作选项；这里没有小于 0 的数",
    "{flag} takes no value": "{flag} 不带值",
    "{flag} needs a value": "{flag} 需要一个值",
    "too many arguments: {extra}": "参数太多：{extra}",
    "{flag} takes a number from {low} on": "{flag} 只能是不小于 {low} 的数",
    "{flag} takes a number from {low} to {high}": "{flag} 只能是 {low} 到 {high} 之间的数",
    "{flag}: {path} does not exist": "{flag}：{path} 不存在",
    "{flag}: {path} is a file and no folder": "{flag}：{path} 是文件，不是文件夹",
    "{flag}: {path} is a folder and no file": "{flag}：{path} 是文件夹，不是文件",
    "--plan says which campaigns and how far; it goes with no NAME and no --until": (
        "--plan 已经说明是哪些活动、做到哪一步；不能同时写 NAME 或 --until"
    ),
    "{flag} takes one of {choices}": "{flag} 只能是 {choices} 之一",
    # massctl/cli/verbs.py
    "receive MASSSENDJOBFINISH events": "接收 MASSSENDJOBFINISH 事件",
    "show what the sends reached": "查看群发的效果",
    # massctl/scaffold/repository.py
    "{directory} already holds {path}": "{directory} 里已经有 {path}",
    "massctl init overwrites nothing, so it wrote nothing.": "massctl init 不覆盖任何文件，所以什么都没有写。",
    "massctl init NEW_FOLDER": "massctl init NEW_FOLDER",
    "massctl init NEW_FOLDER   or, to keep what is here and write the rest: massctl init --keep": (
        "massctl init NEW_FOLDER   或者，保留这里已有的、只写缺的：massctl init --keep"
    ),
    "kept: {path}": "保留：{path}",
    "this folder lies inside the git repository {top}: GitHub reads .github/ only at the top of a repository, "
    "so no workflow runs here. Begin in a folder of its own, or in that one": (
        "这个文件夹在 git 仓库 {top} 里面：GitHub 只读仓库最上层的 .github/，所以这里的工作流不会运行。"
        "请在单独的文件夹里开始，或在那个仓库的最上层"
    ),
    "add the line {line} to {file}: what lies there is for this machine": (
        "给 {file} 加一行 {line}：那里面的东西只属于这台机器"
    ),
    "then: docs/guides/first-pull-request.md of massctl; your README.md was kept": (
        "然后：照 massctl 的 docs/guides/first-pull-request.zh-CN.md 做；您的 README.md 原样留着"
    ),
    "then: what README.md says under the last heading": "然后：照 README.md 最后一节做",
    "{directory} cannot be written: {why}": "无法写入 {directory}：{why}",
    "{label}: {done}/{total}": "{label}：{done}/{total}",
}
