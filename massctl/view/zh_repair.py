"""Chinese: the repair of a damaged ledger, its backup, and what takes its place."""

from typing import Final

REPAIR: Final[dict[str, str]] = {
    # massctl/cli/ledger_repair.py
    "entries copied to {file}: {count}": "已复制到 {file} 的记录：{count} 条",
    "there is no ledger to copy": "没有可以复制的账本",
    "there is no ledger to repair": "没有可以修复的账本",
    "massctl state init   begins one": "massctl state init   会建立一个",
    "{file} is not an older copy of this ledger": "{file} 不是这份账本较旧的副本",
    "{file} is not a copy that verifies": "{file} 不是能通过验证的副本",
    "{file} is older than the ledger that this machine saw": "{file} 比这台机器见过的账本旧",
    "name another copy; the ledger that is here was not changed": "换一份副本；这里的账本没有改动",
    "{file} is not a file": "{file} 不是文件",
    "name a file that is not there yet": "换一个还不存在的文件名",
    "the copy cannot be written": "副本写不进去",
    "{file}: {why}. Nothing was written.": "{file}：{why}。什么都没有写。",
    "name a file in a folder that can be written": "选一个可写目录里的文件",
    "the copy cannot be read": "副本读不了",
    "it is not a file": "它不是文件",
    "{file}: {why}. Nothing was changed.": "{file}：{why}。没有改动任何东西。",
    "name a file that massctl state backup wrote": "写 massctl state backup 备份出来的文件",
    "the ledger {lineage} is back, with entries: {count}": "账本 {lineage} 回来了，记录数：{count}",
    "the ledger holds all of {file} already; nothing was changed": "{file} 里的账本全都有；没有改动任何东西",
    "the file that was there is called {file} now; keep it": "原来的文件现在叫 {file}；请保留它",
    "this machine never saw this ledger, so nobody can tell here whether {file} is its newest copy: what went out "
    "since would go out again": (
        "这台机器从没见过这份账本，所以这里无法知道 {file} 是不是最新的副本：此后发过的内容会再发一遍"
    ),
    "the ledger is on a branch of the remote, and a file does not take its place": (
        "账本在远端的分支里，不能用一个文件来代替"
    ),
    "push the newest commit of the branch that anybody has, as docs/guides/operations.md says": (
        "把任何人手里最新的分支提交推上去，见 docs/guides/operations.zh-CN.md"
    ),
    "the ledger verifies, so there is nothing to repair": "账本通过了校验，没有什么要修复",
    "massctl state verify --deep   checks the form and the fields of every entry too": (
        "massctl state verify --deep   也核对每一条的格式和字段"
    ),
    "not even the first entry of the ledger verifies": "账本连第一条都通不过校验",
    "Nothing of it can be kept. Nothing was changed.": "没有可以保留的内容。没有改动任何东西。",
    "massctl state restore FILE   puts a backup in its place; without any: "
    'massctl state init --new-lineage --reason "…"': (
        'massctl state restore 文件   换上备份；没有备份的话：massctl state init --new-lineage --reason "…"'
    ),
    "{file} and the ledger that is here went different ways": "{file} 和这里的账本从某处起各走各的路",
    "look whose copy it is; massctl state verify   checks the ledger that is here": (
        "看看它是谁的副本；massctl state verify   校验这里的账本"
    ),
    "{file} is older than what is here": "{file} 比这里的旧",
    "It ends with entry {serial}, and {there} entries verify here. Nothing was changed.": (
        "它到第 {serial} 条为止，而这里有 {there} 条通过校验。没有改动任何东西。"
    ),
    "massctl state verify   checks what is here, and massctl state repair keeps what verifies": (
        "massctl state verify   校验这里的账本，massctl state repair 保留通过校验的部分"
    ),
    # massctl/plan/guard.py
    "the ledger was damaged and repaired, and nobody has said whether this was sent in what was lost": (
        "账本损坏后修复过，还没有人说明它是不是在丢失的那段里发过"
    ),
    # massctl/view/repair_text.py
    "the ledger is damaged: {why}": "账本损坏了：{why}",
    "entries that verify, and stay: {count}": "通过校验、会保留的记录：{count} 条",
    "bytes behind them that are dropped: {count}": "后面会丢弃的字节：{count}",
    "not proven: {entry}": "无法证实：{entry}",
    "{count} bytes that are not an entry": "{count} 字节，不是记录",
    "Nothing was changed. To repair the ledger, type:": "没有改动任何东西。要修复账本，请输入：",
    "the damaged ledger was put aside as {file}; keep it": "损坏的账本移到一边，叫 {file}；请保留它",
    "What was dropped may tell of sends. So apply sends no campaign that is not known as sent.": (
        "丢弃的部分里可能有群发。所以凡是不能确定已发出的活动，apply 都不发。"
    ),
    "Look in the console under 群发记录, then say for each campaign before its send:": (
        "请到公众平台的“群发记录”里看，然后在每个活动发送之前说明："
    ),
}
