"""The Chinese of a ledger that is in git."""

from typing import Final

GIT: Final[dict[str, str]] = {
    "waiting for {branch} at {address}": "在等远端答复：{address} 上的 {branch}",
    "the copy of {branch} in .massctl/ is broken: making it anew": ".massctl/ 里 {branch} 的副本坏了：重新取一份",
    # massctl/apply/book.py
    "It ends with entry {serial} now. What this run had not begun was not begun.": (
        "它现在到第 {serial} 条为止。本次运行还没开始的事，都没有再开始。"
    ),
    # massctl/cli/applying.py
    "another runner wrote to the ledger meanwhile: planning anew": "另一个运行写了账本：重新计划",
    # massctl/cli/arguments.py
    "{found} is no name of a branch or a remote": "{found} 不是分支或远端的名字",
    # massctl/cli/commands/state.py
    "--branch and --remote go with --to git": "--branch 和 --remote 要和 --to git 一起用",
    # massctl/cli/last_read.py
    "{why}\nShown is what was fetched last: it ends with entry {serial}, of {at}; others may have sent since.": (
        "{why}\n下面是上次取到的内容：到第 {serial} 条为止，时间 {at}；之后可能又有人发过。"
    ),
    # massctl/cli/migrating.py
    "the ledger {lineage} is on {branch} now": "账本 {lineage} 现在在 {branch} 上",
    "the ledger {lineage} is the file {file} now": "账本 {lineage} 现在是文件 {file}",
    "massctl.yaml says where the ledger is now: commit this": "massctl.yaml 写明了账本现在在哪里：请提交这处改动",
    "there is no ledger to move": "没有可以搬的账本",
    "write the backend under state in massctl.yaml, then: massctl state init": (
        "在 massctl.yaml 的 state 下写好 backend，再运行：massctl state init"
    ),
    "the file it was in is called {file} now; keep it": "原来的文件现在叫 {file}；请留着",
    "correct state.lineage in massctl.yaml, or bring the right ledger": (
        "改正 massctl.yaml 的 state.lineage，或换上对的账本"
    ),
    "{file} is another ledger than the one in git": "{file} 和 git 里的不是同一个账本",
    "look whose it is, and give it another name": "看看它是谁的，给它改个名字",
    "the ledger {lineage} is in git already": "账本 {lineage} 本来就在 git 里",
    "the ledger {lineage} is a file already": "账本 {lineage} 本来就是文件",
    # massctl/cli/recorded.py
    "the ledger was not read: {why}": "没有读到账本：{why}",
    # massctl/cli/recorded.py
    "massctl.yaml names no ledger, and {branch} holds {found}": (
        "massctl.yaml 里没有写账本编号，而 {branch} 上是 {found}"
    ),
    "massctl state init   names it in massctl.yaml; commit that": (
        "massctl state init   会把编号写进 massctl.yaml；请提交"
    ),
    "git pull   first, for the ledger may have been moved; else bring the branch {branch} back: somebody deleted it, "
    "or state.branch and state.remote name another; without it nobody knows what was sent; where it is lost for good: "
    'massctl state init --new-lineage --reason "…"': (
        "先运行 git pull，账本可能已经移走；否则把分支 {branch} 找回来：有人删了它，或者 state.branch、state.remote "
        "写的不是它；没有它，就没人知道发过什么；如果再也找不回来："
        'massctl state init --new-lineage --reason "…"'
    ),
    "git pull   first, for a ledger may have been moved from that branch; where massctl.yaml names none afterwards: "
    "massctl state init   begins one": (
        "先运行 git pull，账本可能已经从那个分支移走；之后 massctl.yaml 仍没有指定账本的话："
        "massctl state init   会建立一本"
    ),
    "there is no ledger on {branch} yet": "{branch} 上还没有账本",
    "massctl state init   begins it and names it in massctl.yaml; commit that": (
        "massctl state init   会建立账本，并把编号写进 massctl.yaml；请提交"
    ),
    "bring the right {ledger} back, or correct state.lineage in massctl.yaml; where it is lost for good: "
    'massctl state init --new-lineage --reason "…"': (
        "把对的 {ledger} 找回来，或改正 massctl.yaml 的 state.lineage；如果再也找不回来："
        'massctl state init --new-lineage --reason "…"'
    ),
    "let the ledger be in git, where every runner reads it: massctl state migrate --to git": (
        "让账本放在 git 里，每台机器都读得到：massctl state migrate --to git"
    ),
    # massctl/ledger/git_branch.py
    "the ledger's next entry cannot be made into a commit": "账本的下一条做不成提交",
    "git says: “{words}”. Nothing that depends on it was done.": "git 说：“{words}”。以它为前提的事都没有做。",
    "Make .massctl/ writable and the disk not full, then run the same command again.": (
        "让 .massctl/ 可写、硬盘不满，再运行同一条命令。"
    ),
    "the copy of the ledger's branch in .massctl/ cannot be used": ".massctl/ 里账本分支的副本不能用",
    "Make .massctl/ writable, then run the same command again.": "让 .massctl/ 可写，再运行同一条命令。",
    "another massctl in this folder reads or writes the ledger's branch, and does not end": (
        "这个目录里另一个 massctl 正在读写账本分支，一直没有结束"
    ),
    "Nothing that depends on it was done.": "以它为前提的事都没有做。",
    "{why}. Nothing that depends on it was done.": "{why}。以它为前提的事都没有做。",
    # massctl/ledger/git_remote.py
    "{branch} at {address}": "{address} 上的 {branch}",
    "{where}. {why} Nothing was sent and nothing was changed.": "{where}。{why}什么都没有发，也没有改动任何东西。",
    "{where}. {why} Nothing that depends on this entry was done.": "{where}。{why}以这条记录为前提的事都没有做。",
    "git says: “{words}”.": "git 说：“{words}”。",
    "look whether the server can be reached: git fetch   then run the same command again": (
        "看看能不能连上服务器：git fetch   然后再运行同一条命令"
    ),
    "the ledger's branch cannot be read": "账本的分支读不到",
    "the ledger's branch cannot be written": "账本的分支写不进去",
    "git did not end within {seconds} s.": "git 在 {seconds} 秒内没有结束。",
    "let massctl's token push to the branch: a rule of the server protects it from everybody. It needs no right to "
    "force or to delete": "让 massctl 的令牌能推送到这个分支：服务器的规则不许任何人推。它不需要强制推送或删除的权限",
    "add the server's key to known_hosts, after comparing it with what the server's owner publishes": (
        "先与服务器主人公布的公钥核对，再把它加进 known_hosts"
    ),
    "give git a credential: git fetch has to work here without a question. In GitHub Actions leave "
    "persist-credentials of actions/checkout on, or name the variable of a token under state.token_env": (
        "给 git 一个凭据：git fetch 要能在这里不问任何问题就成功。在 GitHub Actions 里保留 actions/checkout 的 "
        "persist-credentials，或在 state.token_env 写令牌所在变量的名字"
    ),
    "the credential may read and not write: in GitHub Actions give the job permissions: contents: write": (
        "这个凭据只能读不能写：在 GitHub Actions 里给任务 permissions: contents: write"
    ),
    "look at the address: git remote -v; and whether the credential may see that repository": (
        "看看地址对不对：git remote -v；以及这个凭据能不能看到那个仓库"
    ),
    "run the same command again: it reads the branch first, and knows what arrived": (
        "再运行同一条命令：它先读分支，就知道什么已经到了"
    ),
    # massctl/ledger/git_ledger.py
    "massctl state init   begins it": "massctl state init   会建立它",
    "nobody knows whether the last entry reached {branch}": "不知道最后一条记录有没有到 {branch}",
    "The remote did not answer. Nothing that depends on this entry was done.": (
        "远端没有回答。以这条记录为前提的事都没有做。"
    ),
    "One of its segments is not whole. Nothing was sent.": "有一个分段不完整。没有群发任何内容。",
    "{file} is missing beside its segments. Nothing was sent.": "分段还在，{file} 却不见了。没有群发任何内容。",
    "Its last line is not whole, and no push leaves such a line. Nothing was sent.": (
        "最后一行不完整，而推送不会留下这样的行。什么都没有发。"
    ),
    "look what was pushed to the branch last, with git log -p, and put back the commit before it; or "
    "massctl state repair   shows what can be kept": (
        "用 git log -p 看看最后推上去的是什么，恢复到它之前的那个提交；或者用 massctl state repair   查看还能保留什么"
    ),
    "the branch {branch} holds something else than a ledger": "分支 {branch} 上放着别的东西，不是账本",
    "{branch} holds another ledger": "{branch} 上是另一个账本",
    "Nothing was changed, there or here.": "那边和这边都没有改动任何东西。",
    "name another branch: massctl state migrate --to git --branch NAME": (
        "换一个分支：massctl state migrate --to git --branch 分支名"
    ),
    "Nothing was written to it.": "没有往里写任何东西。",
    "name a branch that is not there yet under state.branch in massctl.yaml": (
        "在 massctl.yaml 的 state.branch 写一个还不存在的分支名"
    ),
    "git cannot be run": "运行不了 git",
    "git: {why}. Nothing was done.": "git：{why}。什么都没有做。",
    "this folder is in no git repository": "这个目录不在任何 git 仓库里",
    "git says: “{words}”. Nothing was done.": "git 说：“{words}”。什么都没有做。",
    "run this in a clone; or let the ledger be a file: write backend: local in massctl.yaml": (
        "在克隆出来的仓库里运行；或者让账本是一个文件：在 massctl.yaml 写 backend: local"
    ),
    "this git repository has no remote {remote}": "这个 git 仓库没有叫 {remote} 的远端",
    "git remote add {remote} URL   or correct state.remote in massctl.yaml": (
        "git remote add {remote} URL   或改正 massctl.yaml 的 state.remote"
    ),
    "this git is too old": "这个 git 太旧",
    "It says {said}, and {least} is the least. Nothing was done.": "它自称 {said}，而至少要 {least}。什么都没有做。",
    "install a newer git, then run this again": "装一个新一些的 git，再运行一次",
    "git does not trust this repository, because it belongs to another user": (
        "git 不信任这个仓库，因为它属于另一个用户"
    ),
    'git config --global --add safe.directory "$PWD"   if you do, then run this again': (
        'git config --global --add safe.directory "$PWD"   如果您信任它，然后再运行一次'
    ),
    # massctl/source/settings_rules.py
    "{key} goes with backend: git": "{key} 要和 backend: git 一起用",
    "write backend: git, or delete {key}": "写 backend: git，或者删掉 {key}",
}
