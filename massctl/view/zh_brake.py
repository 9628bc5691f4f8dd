"""The Chinese of the brake."""

from typing import Final

BRAKE: Final[dict[str, str]] = {
    # massctl/cli/brake.py
    "stop sends in another way: MASSCTL_NO_SEND=1 where apply runs; or write sending: disabled under policy in "
    "massctl.yaml, and have it merged": (
        "换个办法停发：在运行 apply 的地方设 MASSCTL_NO_SEND=1；或者在 massctl.yaml 的 policy 下写 sending: disabled，"
        "并合并"
    ),
    "massctl.yaml names no policy.branch, so no run looks for a brake": (
        "massctl.yaml 没有写 policy.branch，所以没有一次运行会看急停"
    ),
    "the branch {branch} cannot be read": "读不到分支 {branch}",
    "run this in a clone of the repository": "在这个仓库的克隆里运行",
    "Nothing was done. Sends go on as before.": "什么都没有做。群发照常进行。",
    # massctl/cli/commands/stop.py
    "the brake is not on": "急停没有生效",
    "the brake is not on, as far as this machine can tell": "就这台机器所知，急停没有生效",
    "{why} Sends go on.": "{why}群发照常进行。",
    "{first}\nor {second}": "{first}\n或者{second}",
    # massctl/cli/commands/resume.py
    "nobody knows whether the brake is on": "没法知道急停是否生效",
    "what the next apply would send is not known here: {why}": "这里没法知道下一次 apply 会发什么：{why}",
    "this would allow sends again, and nobody is here to confirm it": "这会恢复群发，而这里没有人确认",
    "There is no terminal to ask on. The brake stays on.": "没有终端可以询问。急停仍然生效。",
    "Type `yes` to lift the brake:": "输入 `yes` 解除急停：",
    "you did not say yes, so the brake stays on": "您没有确认，所以急停仍然生效",
    "somebody set the brake again meanwhile: {who}": "其间又有人急停了：{who}",
    "It stays on: nobody saw it here. Nothing was done.": "它仍然生效：这里没有人看过它。什么都没有做。",
    "massctl resume   shows it": "massctl resume   可以看到它",
    "the brake is still on": "急停仍然生效",
    "{why} Nothing is sent.": "{why}什么都不会发出。",
    # massctl/view/brake_text.py
    "by": "操作人",
    "since": "时间",
    "reason": "原因",
    "the brake is on: {remote} has the branch {branch}": "急停已生效：{remote} 上有分支 {branch}",
    "the brake was on already: {remote} has the branch {branch}": "急停早已生效：{remote} 上有分支 {branch}",
    "No run of this repository sends any more, also none that waits for its window: each looks for this branch "
    "right before each send.": (
        "这个仓库的任何一次运行都不再发送，正在等时段的也一样：每次运行在每次发送之前都会看有没有这个分支。"
    ),
    "What WeChat has accepted is not taken back; massctl withdraw NAME --all   deletes its articles. What is "
    "staged stays, and runs go on staging.": (
        "微信已经受理的收不回来；massctl withdraw NAME --all   可以删除它的文章。已备的稿留着，备稿照常进行。"
    ),
    "massctl resume   lifts it; on GitHub: Actions / operate / allow sends again": (
        "massctl resume   可以解除；在 GitHub 上：Actions / operate / allow sends again"
    ),
    "the brake is on": "急停已生效",
    "The next apply would send nothing: no window is open.": "下一次 apply 什么都不会发：没有时段正在进行。",
    "The next apply would send this:": "下一次 apply 会发这些：",
    "the brake is not on: {remote} has no branch {branch}": "没有急停：{remote} 上没有分支 {branch}",
    "the brake is lifted: sends are allowed again": "急停已解除：又可以群发了",
    "the next apply would send: {names}": "下一次 apply 会发：{names}",
    "unknown: somebody pushed the branch by hand, at {commit}": "不知道：有人手动推了这个分支，在 {commit}",
}
