"""The Chinese of errcodes about what is sent and to whom."""

from typing import Final

MESSAGE: Final[dict[str, str]] = {
    # massctl/wechat/errcodes.toml
    "Change it in the campaign, then run the same command again.": "在活动里改掉它，再运行同一条命令。",
    "Look in the console under 素材库, and correct {keys} in campaign.yaml; or give a file in its place.": (
        "到公众平台的“素材库”里查看，改正 campaign.yaml 里的 {keys}；或者改用文件。"
    ),
    "WeChat does not know what was uploaded in this run: give the file another form, and run apply again.": (
        "微信不认得这次运行刚上传的素材：把文件换一种形式，再运行 apply。"
    ),
    "Remove or replace the link in the text, then run the same command again.": (
        "去掉或换掉文字里的链接，再运行同一条命令。"
    ),
    "Remove or replace the link in the article, then run the same command again.": (
        "删掉或更换文章里的这个链接，再运行同一条命令。"
    ),
    (
        "A draft disappears when it is sent or published, by massctl or by somebody in the console. Look at 群发记录 "
        "in 微信公众平台 first. If it was not sent: `massctl reconcile {name} --not-sent --reason TEXT`, and stage it "
        "again."
    ): (
        "草稿发出或发布后就会消失，不管是 massctl 还是有人在公众平台上操作的。先到微信公众平台的“群发记录”里查看。如果"
        "没有发出：`massctl reconcile {name} --not-sent --reason TEXT`，然后重新备稿。"
    ),
    "Remove the product card from the article, or settle it in 微信公众平台 (mp.weixin.qq.com).": (
        "从文章里删掉商品卡片，或在微信公众平台（mp.weixin.qq.com）处理好。"
    ),
    "WeChat does not take this file's format": "微信不支持这个文件的格式",
    "Save a picture as an ordinary JPEG or 8-bit PNG, a sound as MP3, a video as MP4, then run the same command "
    "again.": ("图片存成普通的 JPEG 或 8 位 PNG，声音存成 MP3，视频存成 MP4，再运行同一条命令。"),
    "the file is too large": "文件太大",
    "Inside an article a picture has at most 1 MB, else 10 MB; a sound 2 MB, a video 10 MB: make it smaller.": (
        "文章里的图片最大 1 MB，其他图片 10 MB；声音 2 MB，视频 10 MB：请改小。"
    ),
    "the sound is too long": "声音太长",
    "A voice message plays at most 60 seconds: make it shorter, then run the same command again.": (
        "语音消息最长 60 秒：请剪短，再运行同一条命令。"
    ),
    "the words beside the pictures are too long": "图片旁边的文字太长",
    "the words beside the pictures are not accepted": "图片旁边的文字不被接受",
    "the number of pictures is not accepted": "图片的数量不被接受",
    "Change `recommend` in campaign.yaml, then run the same command again.": (
        "改 campaign.yaml 里的 `recommend`，再运行同一条命令。"
    ),
    "A picture message has 1 to 20 pictures: change it in campaign.yaml.": (
        "图片消息可以有 1 到 20 张图片：请改 campaign.yaml。"
    ),
    "WeChat has closed mass sends of coupons": "微信已关闭卡券群发",
    "WeChat does not mass-send videos that were uploaded through its API": "微信不群发通过接口上传的视频",
    "WeChat found no file in the upload": "微信在上传里没有找到文件",
    "WeChat does not know this media_id: already sent or published, deleted, or of another account or kind": (
        "微信不认识这个 media_id：已经发出或发布、已删除，或属于别的公众号或类型"
    ),
    "WeChat cannot read the request": "微信读不懂这个请求",
    "a link in the message is not allowed": "消息里有一个链接不被允许",
    "a link is too long": "有一个链接太长",
    "content_source_url has at most 1024 bytes: shorten it, then run the same command again.": (
        "content_source_url 最多 1024 字节：缩短它，再运行同一条命令。"
    ),
    "a mini-program (小程序) in the article is unknown or not linked to the account": (
        "文章里的小程序不存在，或没有关联到这个公众号"
    ),
    "Link it: 小程序管理 / 关联小程序 in 微信公众平台. Or correct its appid or path in the article, or remove it.": (
        "去关联：微信公众平台的“小程序管理 / 关联小程序”。或改正文章里的 appid 或路径，或删掉它。"
    ),
    "the account has no such tag (标签)": "这个公众号没有这个标签",
    "Compare tag_id in campaign.yaml with 用户管理 in 微信公众平台.": (
        "把 campaign.yaml 里的 tag_id 与微信公众平台的“用户管理”核对。"
    ),
    "the account may not mass-send this type of message": "这个公众号不能群发这种类型的消息",
    "Send it as a news message (mpnews) or text, or from the website.": (
        "改用图文消息（mpnews）或文本，或在网页上发送。"
    ),
    "the recipient does not follow the account, or is unknown to it": "收件人没有关注这个公众号，或公众号不认识它",
    "Let this reviewer follow the account, or take the entry out of `preview:` in campaign.yaml.": (
        "请这位预览人关注公众号，或从 campaign.yaml 的 `preview:` 里去掉。"
    ),
    "WeChat does not know this WeChat name (微信号)": "微信不认识这个微信号",
    "`towxname` takes the 微信号 and not the nickname: correct it in campaign.yaml. A name set lately may be old.": (
        "`towxname` 要写微信号，不是昵称：请在 campaign.yaml 里改正。刚改过的微信号可能还是旧的。"
    ),
    "WeChat does not know this mass job": "微信不认识这个群发任务",
    "Right after a send wait a minute. Otherwise check that appid and api_base are those it was sent with.": (
        "刚发出的请等一分钟。否则检查 appid 和 api_base 是不是发送时用的那个。"
    ),
    "WeChat answered a code that its documentation lists without an explanation": (
        "微信返回了一个文档里没有解释的返回码"
    ),
    "Look at 群发记录 in 微信公众平台 (mp.weixin.qq.com), and give WeChat's support the rid.": (
        "到微信公众平台（mp.weixin.qq.com）的“群发记录”里查看，并把 rid 告诉微信客服。"
    ),
    "WeChat has retired this API": "微信已停用这个接口",
    "Look for a newer version of massctl.": "看看有没有更新版本的 massctl。",
    "the title is too long": "标题太长",
    "At most 32 characters since 2025-12: shorten it in campaign.yaml, then run the same command again.": (
        "自 2025-12 起最多 32 个字：在 campaign.yaml 里缩短，再运行同一条命令。"
    ),
    "the digest is too long": "摘要太长",
    "At most 120 characters: shorten it in campaign.yaml, then run the same command again.": (
        "最多 120 个字：在 campaign.yaml 里缩短，再运行同一条命令。"
    ),
    "the author's name is too long": "作者名太长",
    "At most 16 characters, 8 on some accounts: shorten it in campaign.yaml, then run it again.": (
        "最多 16 个字，有的公众号是 8 个：在 campaign.yaml 里缩短，再运行一次。"
    ),
    "the author's name is not allowed": "作者名不被允许",
    "the content is too long": "内容太长",
    "Split the article in two, or shorten the text. Where this account refuses what others may send, write "
    "`content_limit: 20000` under the account in massctl.yaml: massctl validate then finds what is too long.": (
        "请把文章分成两篇，或缩短文字。如果只是这个公众号拒收，就在 massctl.yaml 的这个公众号下面写 "
        "`content_limit: 20000`：massctl validate 会提前找出太长的文章。"
    ),
    "the news message is out of bounds: more than 8 articles, or too large": "图文消息超出范围：多于 8 篇，或太大",
    "an article has no content": "有一篇文章没有内容",
    "WeChat does not take the article's content": "微信不接受这篇文章的内容",
    "`massctl render {name} --out DIR` shows what is sent: look for markup that WeChat forbids.": (
        "`massctl render {name} --out DIR` 可以看到发送的内容：找出微信禁止的标签。"
    ),
    "WeChat judges the content to be risky": "微信判定内容有风险",
    "the article links to the profile page of another account": "文章里有指向别的公众号主页的链接",
    "the account may not sell goods at present": "这个公众号目前不能卖商品",
    "a product in the article is not available": "文章里的一个商品不可用",
    "the account has not opened the product ability": "这个公众号没有开通商品功能",
    "the draft was saved by WeChat's editor itself and cannot be mass-sent": "这份草稿是在微信编辑器里保存的，不能群发",
    "Save it by hand in the console and `massctl adopt {name} --reason TEXT`, or stage it again.": (
        "在公众平台手动保存它，然后 `massctl adopt {name} --reason TEXT`，或重新备稿。"
    ),
    "the text is too long": "文字太长",
    "the account has an advertising agreement: this send must be made on the website": (
        "这个公众号有广告协议：这次群发必须在网页上进行"
    ),
    "Send it by hand in 微信公众平台, then `massctl reconcile {name} --sent --reason TEXT`.": (
        "在微信公众平台手动发出，然后 `massctl reconcile {name} --sent --reason TEXT`。"
    ),
    "the clientmsgid was repeated too soon": "clientmsgid 重复得太快",
    "Wait a minute: `massctl apply` then repeats the same request and learns what happened.": (
        "等一分钟：`massctl apply` 会重复同一个请求，查明发生了什么。"
    ),
    "the clientmsgid is too long": "clientmsgid 太长",
    "the recipient has been blocked": "收件人已被封禁",
    "Take the reviewer off the blacklist (黑名单) in 微信公众平台, or out of `preview:` in campaign.yaml.": (
        "在微信公众平台把这位预览人移出黑名单，或从 campaign.yaml 的 `preview:` 里去掉。"
    ),
    "the recipient is on the account's blacklist (黑名单)": "收件人在公众号的黑名单里",
    "the recipient refuses messages of the account": "收件人不接收这个公众号的消息",
    "Let the reviewer switch on 接收消息 for the account in WeChat, or name somebody else.": (
        "请预览人在微信里为这个公众号打开“接收消息”，或换一个人。"
    ),
}
