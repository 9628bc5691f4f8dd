"""The Chinese of a plan's comment on a pull request, and of the verb that makes it."""

from typing import Final

COMMENT: Final[dict[str, str]] = {
    # massctl/browser/devtools.py
    "Chromium refused {method}": "Chromium 拒绝了 {method}",
    "Chromium says nothing for {seconds:.0f} seconds": "Chromium {seconds:.0f} 秒没有应答",
    "Chromium cannot tell what is on the page": "Chromium 说不出页面上有什么",
    "Chromium does not get to the end of the page": "Chromium 没能把页面载完",
    "Chromium ended before it was done": "Chromium 没做完就退出了",
    "massctl needs one that runs with --headless": "massctl 要一个能用 --headless 运行的",
    # massctl/browser/finding.py
    "there is no Chromium on this machine, which screenshots need": "这台机器上没有 Chromium，截图要用到它",
    "install chromium or google-chrome, or name the program in {variable}": (
        "安装 chromium 或 google-chrome，或者用 {variable} 指明程序"
    ),
    "{variable} names {program}, which is not a program on this machine": (
        "{variable} 指的是 {program}，这里没有这个程序"
    ),
    "correct it, or unset it": "改正它，或者取消它",
    # massctl/cli/commands/plan.py
    "--for-review adds to the JSON; it goes with --format json": "--for-review 是给 JSON 加内容的，要配 --format json",
    "with --format json, --against goes with --for-review": "用 --format json 时，--against 要配 --for-review",
    # massctl/cli/commands/ci.py
    "{text} is not a commit: 7 to 64 hex digits are due": "{text} 不是提交号：应是 7 到 64 位十六进制数字",
    # massctl/plan/shown.py
    "No comment was made.": "没有生成评论。",
    "{file} is not a plan for review: {places}": "{file} 不是供评审的计划：{places}",
    "write one with: massctl plan --format json --for-review": (
        "这样生成一份：massctl plan --format json --for-review"
    ),
    # massctl/view/as_markdown.py
    "plan: {steps}": "计划：{steps}",
    "sent now, cannot be undone: {campaigns}": "现在就发、不可撤回：{campaigns}",
    "changed: {campaigns}": "有改动：{campaigns}",
    "not locked as it would be sent: {campaigns}": "将要发送的内容没有锁定：{campaigns}",
    "made {moment}": "{moment} 生成",
    "for commit {commit}": "提交 {commit}",
    "This plan was made by the code of a fork, which may say what it likes: read the files. "
    "Nothing is sent that is not merged.": (
        "这份计划由分叉仓库的代码生成，说什么都有可能：请看文件本身。没有合并的内容不会发出。"
    ),
    "a part of the details of {campaigns}": "{campaigns}的部分细节",
    # massctl/view/markdown_appendix.py
    "nothing to do: {count}": "无事可做：{count} 个",
    # massctl/view/markdown_campaign.py
    "allowance": "额度",
    "message": "消息",
    # massctl/view/markdown_locking.py
    "the workflow lock does it in a few minutes, and this comment is written anew; nothing to do": (
        "工作流 lock 几分钟内会锁定它，并重写这条评论；不用做什么"
    ),
    "correct its faults; each commit is checked again, and then the workflow lock locks it": (
        "请改正它的错误；每次提交都会重新检查，改好后工作流 lock 会锁定它"
    ),
    "the workflow lock cannot write into a fork: somebody of this repository puts the commit on a branch of it": (
        "工作流 lock 不能写入分叉仓库：要由本仓库的人把这个提交放到本仓库的一个分支上"
    ),
    "{campaigns} to lock: {how}": "待锁定：{campaigns}；{how}",
    "{campaigns} to correct first: {how}": "先要改正：{campaigns}；{how}",
    # massctl/view/markdown_row.py
    "campaign": "活动",
    "verdict and lock": "结论和锁定",
    "audience and window": "对象和时段",
    "sent now, cannot be undone": "现在就发，不可撤回",
    "sent in its window, cannot be undone": "时段一到就发，不可撤回",
    "sent in their windows, cannot be undone: {campaigns}": "时段一到就发、不可撤回：{campaigns}",
    "the audience changed: {campaigns}": "发送对象改了：{campaigns}",
    "it is not sent now; in its window apply sends it, and that cannot be undone": (
        "现在不发；时段一到，apply 就会群发，发出后无法撤回"
    ),
    "prepared": "只做准备",
    "new campaign": "新活动",
    "edition": "版次",
    "changed: {what}": "有改动：{what}",
    "locked": "已锁定",
    "the lock is of other content": "锁定的是别的内容",
    "not locked": "未锁定",
    "{count} by hand": "{count} 项要人工完成",
    "changed": "有改动",
}
