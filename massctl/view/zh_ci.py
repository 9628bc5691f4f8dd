"""The Chinese of what workflows hand from job to job, and of the comment on a pull request."""

from typing import Final

CI: Final[dict[str, str]] = {
    # massctl/cli/alarming.py
    "nothing needs a person": "没有什么需要人来处理",
    # massctl/cli/at_tip.py
    "git says: “{words}”": "git 说：“{words}”",
    # massctl/cli/operators.py
    "policy.operators: starting a run again does not repeat what was decided in it": (
        "policy.operators：做过的决定，不会因为重跑再执行一次"
    ),
    "see how it stands now, then decide in a new run: Actions / operate / Run workflow": (
        "请看看现在的情况，再用新的运行做决定：Actions / operate / Run workflow"
    ),
    "policy.operators does not name {actor}, who started this run": ("policy.operators 里没有启动这次运行的 {actor}"),
    "let somebody who is named there decide; or have the login added under policy.operators in massctl.yaml, "
    "by a pull request": ("请名单里的人来决定；或者用合并请求把这个用户名加进 massctl.yaml 的 policy.operators"),
    # massctl/cli/handing_over.py
    "there is no ledger yet, so nothing is staged, sent or watched": "还没有账本，所以不准备、不发送、也不查看",
    "massctl state init   then commit the line that it writes": "massctl state init   然后提交它写下的那一行",
    "there is no folder {directory}": "没有文件夹 {directory}",
    "Nothing was written.": "什么都没有写。",
    "{file} cannot be written: {why}": "{file} 写不了：{why}",
    "the locks cannot be used: {why}": "这些锁不能用：{why}",
    "the lock of {name} is not UTF-8": "{name} 的锁不是 UTF-8",
    "the locks cannot be used: {name} is no campaign here": "这些锁不能用：这里没有活动 {name}",
    # massctl/cli/remarking.py
    "This pull request changes massctl.yaml, which says where the secret goes, which account sends, from which "
    "branch, and whether locks and reviews count: read it line by line.": (
        "这个合并请求改了 massctl.yaml，它决定密钥交给谁、哪个公众号发、从哪个分支发、锁和评审算不算数：请逐行看。"
    ),
    "This pull request changes .github/, which says what runs with the secret: read it line by line.": (
        "这个合并请求改了 .github/，它决定拿着密钥运行什么：请逐行看。"
    ),
    "the plan stands below pull request {number}": "计划已写到合并请求 {number} 下面",
    "no open pull request stands at {sha} any more; nothing was written": (
        "已经没有停在 {sha} 的合并请求了；什么都没有写"
    ),
    "GITHUB_API_URL has to begin with https://": "GITHUB_API_URL 必须以 https:// 开头",
    "The plan of this commit cannot be shown: {why}.": "这次提交的计划不能显示：{why}。",
    "the run": "这次运行",
    # massctl/forge/artefact.py
    "the run left no plan": "这次运行没有留下计划",
    "it holds other files than {files}": "里面有 {files} 以外的文件",
    "{file} is too large": "{file} 太大",
    "{file} is not what massctl writes": "{file} 不是 massctl 写的样子",
    "{file} is not UTF-8": "{file} 不是 UTF-8",
    # massctl/forge/events.py
    "this job was not begun by the end of another run (workflow_run)": (
        "这个任务不是由另一次运行的结束（workflow_run）触发的"
    ),
    "let .github/workflows/comment.yml call it, as massctl init writes that file": (
        "让 .github/workflows/comment.yml 来调用它，就用 massctl init 写的那个文件"
    ),
    # massctl/forge/pull_requests.py
    "an answer that is none of GitHub's": "这不是 GitHub 的回答",
    "the comment could not be written: {why}": "评论没有写成：{why}",
    "The plan itself is not touched by that: it stands in the run's summary and among its artefacts.": (
        "计划本身不受影响：在那次运行的摘要和产物里都有。"
    ),
    "look whether the job has `pull-requests: write`, then run it again": (
        "看看这个任务有没有 `pull-requests: write`，再运行一次"
    ),
    # massctl/plan/tip.py
    "nobody knows whether this is the tip of {branch} on {remote}: {why}": (
        "没法知道这里是不是 {remote} 上 {branch} 的最新提交：{why}"
    ),
    "run apply again where the remote can be reached; until then nothing leaves": (
        "在连得上远端的地方再运行 apply；在那之前什么都不会发出"
    ),
    "{remote} has the branch {branch}: somebody stopped all sends": "{remote} 上有分支 {branch}：有人停掉了所有发送",
    "massctl resume   says who and why, and lifts it once you say yes; on GitHub: Actions / operate / allow sends "
    "again": (
        "massctl resume   会说明是谁、为什么，您确认后才解除；在 GitHub 上：Actions / operate / allow sends again"
    ),
    "{remote} has no branch {branch}": "{remote} 上没有分支 {branch}",
    "correct policy.branch in massctl.yaml, or push that branch": "改正 massctl.yaml 的 policy.branch，或推送那个分支",
    "{file} is not as in the tip of {branch}": "{file} 与 {branch} 的最新提交不一样",
    "commit it and have it merged, or undo it: git restore {file}": "提交并合并它，或者撤销：git restore {file}",
    "{branch} is at {there} on {remote}, and this checkout at {here}": (
        "{remote} 上的 {branch} 在 {there}，而这里是 {here}"
    ),
    "a run of that commit sends what is approved now; here: git pull, then run apply again": (
        "那个提交的运行会发送现在批准的内容；在这里：git pull，再运行 apply"
    ),
}
"""English template -> Chinese template with the same fields."""
