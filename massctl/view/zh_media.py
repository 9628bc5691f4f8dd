"""The Chinese of messages of pictures, sounds, videos and coupons."""

from typing import Final

MEDIA: Final[dict[str, str]] = {
    # massctl/apply/material.py
    "WeChat does not know what this message carries any more: it was deleted, or its time is over": (
        "微信已经不认识这条消息用的素材：被删除了，或者过期了"
    ),
    "Run the same command again: massctl uploads it once more, and nobody has got it yet.": (
        "再运行同一条命令：massctl 会重新上传；还没有人收到。"
    ),
    # massctl/apply
    "material {sha256} is not recorded": "素材 {sha256} 没有记录",
    "{name} has no video to send": "{name} 没有可发的视频",
    "the previews of a coupon need card_ext": "卡券的预览需要 card_ext",
    "No preview was sent.": "没有发预览。",
    "write wxcard.card_ext in campaign.yaml of {name}": "在 {name} 的 campaign.yaml 里写上 wxcard.card_ext",
    "uploading files, reading audiences": "正在上传文件、读取人数",
    "preparing videos": "正在准备视频",
    # massctl/media/measure.py
    "WeChat does not take {kind} here: save it as {formats}": "微信在这里不接受 {kind}：请存成 {formats}",
    "WeChat takes {formats} here, and this is none of them": "微信在这里接受 {formats}，而这个文件都不是",
    "the sound plays {seconds} s, and WeChat takes at most {limit} s: make it shorter": (
        "声音长 {seconds} 秒，微信最多接受 {limit} 秒：请剪短"
    ),
    "the file is larger than the {limit} MB that WeChat takes: make it smaller": (
        "文件超过微信接受的 {limit} MB：请改小"
    ),
    "the file is damaged or cut off; export or download it again": "文件已损坏或不完整；请重新导出或下载",
    "this is a Git LFS pointer and not the file itself: run `git lfs pull`": (
        "这是 Git LFS 的指针，不是文件本身：运行 `git lfs pull`"
    ),
    # massctl/model, massctl/plan
    "{message} carries nothing: write one of {keys}": "{message} 里什么也没有：请写 {keys} 之一",
    "write {first} or {second}, and not both": "写 {first} 或者 {second}，不要两样都写",
    "write the signed JSON that WeChat's page on coupons describes, or take `preview:` out": (
        "写上微信卡券文档里说的签名 JSON，或者去掉 `preview:`"
    ),
    "the media file {path}": "媒体文件 {path}",
    "the pictures": "图片",
    "the title": "标题",
    "the recommendation": "推荐语",
    "the flag {flag}": "开关 {flag}",
    "the sound": "声音",
    "the video": "视频",
    "the title of the video": "视频的标题",
    "the description of the video": "视频的描述",
    "the card_id": "card_id",
    # massctl/render
    "recommendation": "推荐语",
    "description": "描述",
    "WeChat refuses to send videos that came through its API (48022, read 2026-10)": (
        "微信拒绝群发通过接口上传的视频（48022，2026-10 查阅）"
    ),
    "WeChat has closed mass sends of coupons since 2024-08-10 (45113, read 2026-10)": (
        "微信从 2024-08-10 起关闭了卡券群发（45113，2026-10 查阅）"
    ),
    "it works where the account still has the right; `massctl preview {name}` finds out": (
        "公众号如果还有权限，就能发；用 `massctl preview {name}` 试一试"
    ),
    "copy the file into the campaign, or into `campaigns/_shared`": (
        "把文件复制到活动里，或者复制到 `campaigns/_shared`"
    ),
    # massctl/source
    "a media file was changed while massctl was at work": "massctl 运行期间，有一个媒体文件被改了",
    # massctl/view
    "file replaced": "文件换了",
    "file removed: {file}": "去掉文件：{file}",
    "file added: {file}": "新增文件：{file}",
    "against what was staged last": "和上次备好的版本比",
    "material {media_ids}": "素材 {media_ids}",
    "picture message": "图片消息",
    "voice message": "语音消息",
    "video message": "视频消息",
    "coupon": "卡券",
    "{seconds} s": "{seconds} 秒",
    "card_ext is not a JSON object": "card_ext 不是 JSON 对象",
    "copy it whole, as it was signed: {example}": "把签好名的那一段原样抄全：{example}",
    "send_ignore_reprint speaks of articles (mpnews), and this message has none: take it out": (
        "send_ignore_reprint 说的是图文（mpnews），这条消息里没有：请删掉它"
    ),
}
