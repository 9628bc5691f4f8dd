"""The Chinese of locks and of saved plans."""

from typing import Final

LOCK: Final[dict[str, str]] = {
    # massctl/cli/saved_plans.py
    "make the plan again and have it reviewed: {command}": "重新生成计划并再审一次：{command}",
    "{name} ({parts})": "{name}（{parts}）",
    "the account's name of {name} ({before} → {after})": "{name} 的公众号名称（{before} → {after}）",
    "{name} has faults now ({codes})": "{name} 现在有错误（{codes}）",
    "the plan is saved; to carry out exactly this: massctl apply --plan {path}": (
        "计划已保存；要照此执行：massctl apply --plan {path}"
    ),
    "this is not what was planned any more: {moved}": "现在的情形已经不是计划时的样子：{moved}",
    "write one with: massctl plan --out FILE": "先生成一份：massctl plan --out FILE",
    "{name} is gone": "{name} 已经不在",
    "{path} cannot be read: {why}": "无法读取 {path}：{why}",
    "the plan is larger than {limit} MB": "计划超过 {limit} MB",
    "It was not saved.": "没有保存。",
    "save plans of fewer campaigns: massctl plan NAME… --out FILE": (
        "请少选几个活动，分别保存：massctl plan NAME… --out FILE"
    ),
    "{path} is not a saved plan": "{path} 不是保存下来的计划",
    # massctl/plan/lock_diff.py
    "it is not locked, and only what is locked is sent": "它还没有锁定，而只有锁定过的内容才会发",
    "it is not what was locked: {differences}": "与锁定的内容不一致：{differences}",
    "your files changed since it was locked: {differences}": "锁定之后你们的文件改过：{differences}",
    "massctl changed since it was locked ({versions}) and renders differently: {differences}": (
        "锁定之后 massctl 变了（{versions}），渲染结果不同：{differences}"
    ),
    "massctl changed since it was locked ({versions}) and renders differently: {differences}; "
    "your files changed too: {files}": (
        "锁定之后 massctl 变了（{versions}），渲染结果不同：{differences}；你们的文件也改过：{files}"
    ),
    "lock it again and have that reviewed: massctl lock {name}": "重新锁定并再审一次：massctl lock {name}",
    "{name} {before} → {after}": "{name} {before} → {after}",
    "the ledger does not give what it links to: {differences}": "账本里没有它链接到的地址：{differences}",
    "correct the link, then lock it again and have that reviewed: massctl lock {name}": (
        "改正链接，再重新锁定并再审一次：massctl lock {name}"
    ),
    "commit it and have it reviewed: {command}": "提交并请人审阅：{command}",
    # massctl/cli/at_tip.py
    "{folder} is committed: what is kept there was reviewed by nobody": "{folder} 被提交了：里面的东西没有人审过",
    "its lock is in no commit here": "它的锁定文件还没有提交",
    "its lock is not the one that was committed": "它的锁定文件和提交的不一样",
    # massctl/plan/lock_diff.py
    "the link to {article}": "指向 {article} 的链接",
    "the link to {article}: {why}": "指向 {article} 的链接：{why}",
    "the link to {article} (its address is {address} now)": "指向 {article} 的链接（它的地址现在是 {address}）",
    "massctl lock {name}   then have campaign.lock.json reviewed and commit it": (
        "massctl lock {name}   然后审阅并提交 campaign.lock.json"
    ),
    "undo the change, or lock it again and have that reviewed: massctl lock {name}": (
        "撤销这处改动；或重新锁定并再审一次：massctl lock {name}"
    ),
    "the account": "公众号",
    "the audience": "发送对象",
    "the author of article {number}": "第 {number} 篇的作者",
    "the campaign's name (locked as {campaign})": "活动的名字（锁定时是 {campaign}）",
    "the content_source_url of article {number}": "第 {number} 篇的 content_source_url",
    "the cover of article {number}": "第 {number} 篇的封面",
    "the digest of article {number}": "第 {number} 篇的摘要",
    "the edition": "版次",
    "the flag send_ignore_reprint": "开关 send_ignore_reprint",
    "the flag {flag} of article {number}": "第 {number} 篇的开关 {flag}",
    "the number of articles": "文章的篇数",
    "the order of the pictures": "图片的次序",
    "the picture {path}": "图片 {path}",
    "the text": "正文",
    "the text of article {number}": "第 {number} 篇的正文",
    "the title of article {number}": "第 {number} 篇的标题",
    "the type of the message": "消息的类型",
    "the window": "发送时段",
    "{first}, {rest}": "{first}、{rest}",
    # massctl/plan/saved.py
    "the digest of {name}": "{name} 的指纹",
    "the ledger is another one": "账本换了一份",
    "the ledger's serial ({before} → {after})": "账本的序号（{before} → {after}）",
    "the order of the campaigns": "活动的次序",
    "the plan file was changed by hand": "计划文件被人手改过",
    "the reviewers, or the words of a refusal": "审稿人，或某条拦下的说明",
    "the status of {name}": "{name} 的状态",
    "the steps of {name}": "{name} 的步骤",
    "the window of {name}": "{name} 的时段",
    "what refuses {name} ({guards})": "{name} 被拦下的原因（{guards}）",
    "{name} is new": "{name} 是新增的",
    # massctl/source/render_process.py
    "rendering it took longer than {seconds} seconds, and was ended": "渲染用时超过 {seconds} 秒，已终止",
    "what it renders to is larger than {limit} MB": "渲染结果超过 {limit} MB",
    "rendering it needs more than {limit} GB of memory": "渲染需要超过 {limit} GB 内存",
    "the process that rendered it ended without an answer ({why})": "渲染它的进程没有给出结果就结束了（{why}）",
    "look at what its templates do; massctl validate {name}   renders it without a lock": (
        "检查它的模板做了什么；massctl validate {name}   不看锁定，直接渲染"
    ),
    # massctl/source/locks.py
    "the file of the picture {path}": "图片 {path} 的文件",
    "{file} is not an ordinary file": "{file} 不是普通文件",
    "the account's name": "公众号在设置里的名字",
    "{file} is a link": "{file} 是符号链接",
    "Its lock is as it was.": "锁定文件保持原样。",
    "Its lock is as it was. These copies were removed: {files}.": "锁定文件保持原样。已经删除的多余副本：{files}。",
    "Its lock was changed, but the disk did not confirm it. Run the command again.": (
        "锁定文件已经改写，但磁盘没有确认。请再运行一次这条命令。"
    ),
    "{name} cannot be locked: {file} is a folder": "无法锁定 {name}：{file} 是文件夹",
    "Nothing was changed.": "什么都没有改动。",
    "move campaigns/{name}/{file} away": "把 campaigns/{name}/{file} 移走",
    "make campaigns/{name} writable": "让 campaigns/{name} 可写",
    "{file} is left over": "{file} 是多余的",
    "{file} was changed by hand": "{file} 被人手改过",
    "{file} cannot be read: {why}": "无法读取 {file}：{why}",
    "{file} is not what massctl wrote": "{file} 不是 massctl 写的样子",
    "{name} cannot be locked: {why}": "无法锁定 {name}：{why}",
    # massctl/view/lock_text.py
    "differs": "差异",
    "has faults, so it was not locked": "有错误，没有锁定",
    "locked": "已锁定",
    "locked as it is": "与锁定一致",
    "not locked": "未锁定",
    "not what was locked": "与锁定不一致",
    "went out, so it is not locked any more": "已经发出，不再锁定",
    "massctl": "massctl",
    "its window has closed, so its lock was not looked at": "时段已结束，没有核对它的锁",
    "wrote": "写入",
}
