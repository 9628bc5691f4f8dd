"""The Chinese of what changed for readers."""

from typing import Final

DIFFERENCE: Final[dict[str, str]] = {
    # massctl/apply/keeping.py
    "what is staged or sent could not be kept beside the ledger: later plans cannot show what changed": (
        "存草稿或群发的内容没能存到账本旁边：以后的计划没法显示改动"
    ),
    # massctl/cli/differences.py
    "it is new: there is no such campaign there": "新活动：那边没有",
    "its files there have faults, so they cannot be compared": "那边的文件有错误，没法比较",
    "the settings there have faults, so nothing can be compared": "那边的设置有错误，没法比较",
    "there is no massctl.yaml in {directory}": "{directory} 里没有 massctl.yaml",
    "--against names the folder of a second checkout, the one that holds massctl.yaml and campaigns/.": (
        "--against 后面是另一份检出的文件夹，也就是放着 massctl.yaml 和 campaigns/ 的那一个。"
    ),
    "git worktree add ../before main   then: massctl plan --against ../before": (
        "git worktree add ../before main   然后：massctl plan --against ../before"
    ),
    "massctl.yaml in {directory} has faults, so nothing can be compared with it": (
        "{directory} 里的 massctl.yaml 有错误，没法和它比较"
    ),
    "massctl -C {directory} validate   shows them": "massctl -C {directory} validate   会列出来",
    "what changed cannot be shown for {names}: what to compare with is not kept here whole": (
        "没法显示 {names} 的改动：要比较的旧内容在这里没有完整保存"
    ),
    # massctl/view/difference_rows.py
    "against the staged draft of {moment}": "与 {moment} 存的草稿相比",
    "against what reviewers saw last": "与预览人上次看到的相比",
    "against edition {edition}, sent {moment}": "与 {moment} 发出的第 {edition} 版相比",
    "against {where}": "与 {where} 相比",
    "no change to the words and pictures": "文字和图片没有改动",
    "{what}: {before} → {after}": "{what}：{before} → {after}",
    "{what}: ": "{what}：",
    "(empty)": "（空）",
    "no window": "没有时段",
    "yes": "是",
    "no": "否",
    "digest (摘要)": "摘要",
    "article {number} is new: {title} ({holds})": "第 {number} 篇是新的：{title}（{holds}）",
    "article {number} is gone: {title} ({holds})": "原第 {number} 篇没有了：{title}（{holds}）",
    "article {number}, which was article {was}: {title}": "第 {number} 篇，原来是第 {was} 篇：{title}",
    "article {number}: {title}": "第 {number} 篇：{title}",
    "article {number}: {title}: only how it looks": "第 {number} 篇：{title}：只改了样式",
    "added: ": "新增：",
    "removed: ": "删去：",
    "changed: ": "改为：",
    "link added: {address}": "新增链接：{address}",
    "link removed: {address}": "删去链接：{address}",
    "picture added: {picture}": "新增图片：{picture}",
    "picture removed: {picture}": "删去图片：{picture}",
    "picture replaced": "换了图片",
    "cover replaced": "换了封面",
    "{what}, still {path}": "{what}，文件仍是 {path}",
    "the description of picture {picture}": "图片 {picture} 的说明文字",
    "{file} ({alt})": "{file}（{alt}）",
    "{count:,} bytes": "{count:,} 字节",
    # massctl/view/plan_text.py
    "changes": "改动",
}
