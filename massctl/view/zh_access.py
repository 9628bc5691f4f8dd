"""The Chinese of the way to WeChat, and errcodes about who may call."""

from typing import Final

ACCESS: Final[dict[str, str]] = {
    # massctl/apply/holding.py
    "the administrator's 30 minutes are over, and WeChat did not say what became of the send": (
        "管理员的 30 分钟已过，而微信没有说明这次群发结果如何"
    ),
    # massctl/transport.py, massctl/wechat/response.py
    "Check the network, the account's api_base and its proxy if it has one, then run the same command again.": (
        "检查网络、这个公众号的 api_base，以及代理（如果有），再运行同一条命令。"
    ),
    "HTTP status {status}": "HTTP 状态 {status}",
    "an answer that is not a JSON object, or only a part of one": "答复不是 JSON 对象，或者不完整",
    "an answer whose errcode is not a number": "答复里的 errcode 不是数字",
    # massctl/wechat/client.py
    "no access token was fetched for the send": "群发之前没有取得 access token",
    "The send did not leave.": "群发请求没有发出。",
    "Run the same command again.": "再运行一次同一条命令。",
    "an audience that can be counted is is_to_all or tag_id": "能统计人数的群发对象只有 is_to_all 和 tag_id",
    "an answer without the member that makes it a success": "答复里没有表示成功的字段",
    # massctl/wechat/errcodes.toml
    "there is no such draft any more": "这份草稿已经不在了",
    "Look at 群发记录 in 微信公众平台 first. `massctl explain draft_gone` says how to go on.": (
        "请先看微信公众平台的“群发记录”。`massctl explain draft_gone` 说明接下来怎么办。"
    ),
    "a send with the same clientmsgid was accepted before": "同一个 clientmsgid 的群发先前已被受理",
    "massctl records the send as accepted, and nothing is sent twice. `massctl status` follows its job.": (
        "massctl 把这次群发记为已受理，不会重复发送。`massctl status` 会跟踪这个任务。"
    ),
    "WeChat does not know the API whose quota was asked for": "微信不认识所查询额度的那个接口",
    # massctl/cli/errcodes.py
    "What was asked for was done before.": "所请求的事先前已经完成。",
    "What the call is about does not exist any more; WeChat did nothing.": "调用所涉及的对象已不存在；微信什么也没做。",
    "an answer to an earlier attempt was lost, and this one proves that it was accepted": (
        "先前一次尝试的答复丢失了，而这个答复证明它已被受理"
    ),
    "a draft that is gone may have been sent, so massctl does not save it again by itself": (
        "草稿不在了，可能是已经发出，因此 massctl 不会自行重新保存"
    ),
    # massctl/wechat/errcodes.toml
    "WeChat refused the call with a code that massctl does not know": "微信拒绝了这次调用，返回码是 massctl 不认识的",
    "Look the code up in WeChat's list of return codes (全局返回码); WeChat's support can look up the rid.": (
        "到微信的“全局返回码”里查这个返回码；微信客服可以凭 rid 查询。"
    ),
    "the send waits for the administrator's confirmation (API群发保护)": "这次群发在等管理员确认（API 群发保护）",
    "Let the administrator (管理员) answer the message in WeChat within 30 minutes, then run `massctl apply`.": (
        "请管理员在 30 分钟内答复微信里的消息，再运行 `massctl apply`。"
    ),
    "WeChat does not know a picture of this draft: it was deleted from the material library (素材库)": (
        "微信不认识这份草稿里的一张图片：它已从素材库删除"
    ),
    "Run the same command again: massctl uploads the picture once more.": (
        "再运行一次同一条命令：massctl 会重新上传这张图片。"
    ),
    "the previews of today are used up (100 a day)": "今天的预览次数已用完（每天 100 次）",
    "the mass calls of today are used up (100 a day)": "今天的群发接口调用次数已用完（每天 100 次）",
    "{meaning} (errcode {errcode}: {errmsg})": "{meaning}（errcode {errcode}：{errmsg}）",
    "{path} answered errcode {errcode}: {errmsg}": "{path} 返回 errcode {errcode}：{errmsg}",
    "this machine's address {address} is not in the IP whitelist (IP白名单)": (
        "这台机器的地址 {address} 不在 IP白名单里"
    ),
    (
        "Add {address} to the whitelist: 设置与开发 / 基本配置 / IP白名单 in 微信公众平台 (mp.weixin.qq.com), or 微信开"
        "发者平台. On machines whose address changes (hosted CI), send through a proxy with a fixed address: proxy_env."
    ): (
        "把 {address} 加入白名单：微信公众平台（mp.weixin.qq.com）的“设置与开发 / 基本配置 / IP白名单”，或微信开发者平"
        "台。地址会变的机器（托管 CI）请通过地址固定的代理发送：proxy_env。"
    ),
    "{meaning} (errcode {errcode})": "{meaning}（errcode {errcode}）",
    "WeChat gave no usable answer": "微信没有给出可用的答复",
    "{path}: {reason}.": "{path}：{reason}。",
    # massctl/wechat/errcodes.toml
    "This is a fault of massctl or of a proxy in between: please report it with the rid.": (
        "这是 massctl 或中间代理的问题：请带上 rid 报告。"
    ),
    "WeChat does not accept the access token": "微信不接受这个 access_token",
    (
        "massctl renews a refused token once by itself. If this goes on, another program forces token refreshes for "
        "this account, or api_base and appid belong to different places: let every program use stable_token without "
        "force_refresh, then run the same command again."
    ): (
        "massctl 会自己更新一次被拒的 access_token。如果一直这样，说明有别的程序在强制刷新这个公众号的 access_token，"
        "或者 api_base 和 appid 不属于同一处：让每个程序都用不带 force_refresh 的 stable_token，再运行同一条命令。"
    ),
    "the AppSecret is wrong": "AppSecret 不对",
    (
        "Compare the variable that secret_env names with 设置与开发 / 基本配置 in 微信公众平台 (mp.weixin.qq.com) or 微"
        "信开发者平台. Do not try many times: repeated failures can lock the account."
    ): (
        "把 secret_env 指定的变量与微信公众平台（mp.weixin.qq.com）的“设置与开发 / 基本配置”或微信开发者平台里的核对。"
        "不要反复尝试：多次失败可能会锁定账号。"
    ),
    "the address that this machine calls from is not in the IP whitelist (IP白名单)": (
        "这台机器的出口地址不在 IP白名单里"
    ),
    (
        "Add the address to the whitelist: 设置与开发 / 基本配置 / IP白名单 in 微信公众平台 (mp.weixin.qq.com), or 微信"
        "开发者平台. On machines whose address changes (hosted CI), send through a proxy with a fixed address: "
        "proxy_env."
    ): (
        "把地址加入白名单：微信公众平台（mp.weixin.qq.com）的“设置与开发 / 基本配置 / IP白名单”，或微信开发者平台。地"
        "址会变的机器（托管 CI）请通过地址固定的代理发送：proxy_env。"
    ),
    "the daily number of calls of this API is used up": "这个接口今天的调用次数已用完",
    "The count starts again at midnight, Beijing time. Run the same command again after that.": (
        "北京时间零点重新计数。在那之后再运行同一条命令。"
    ),
    "too many calls in a short time": "短时间内调用太多",
    "Wait a few minutes, then run the same command again.": "等几分钟，再运行同一条命令。",
    "WeChat blocks this API for a while": "微信暂时封禁了这个接口",
    "Wait an hour, then run the same command again; the console (mp.weixin.qq.com) says why.": (
        "等一个小时，再运行同一条命令；原因在微信公众平台（mp.weixin.qq.com）里。"
    ),
    "no mass send is left in this period": "这一周期的群发次数已用完",
    (
        "The allowance is shared with sends from the website: one a day for a subscription account (订阅号, 公众号), "
        "four a month for a service account (服务号), none for a test account. It is counted anew at midnight, Beijing "
        "time, or on the first of the month."
    ): (
        "次数与网页上的群发共用：订阅号（公众号）每天一次，服务号每月四次，测试号没有。北京时间零点或每月一日重新计数。"
    ),
    "the account has no right to this API": "这个公众号没有这个接口的权限",
    (
        "Mass sends and previews need a verified account (认证). Look at 设置与开发 / 接口权限 in 微信公众平台 "
        "(mp.weixin.qq.com): is the account verified, is its verification still valid, is the right listed?"
    ): (
        "群发和预览需要认证的公众号。请看微信公众平台（mp.weixin.qq.com）的“设置与开发 / 接口权限”：是否已认证、认证是"
        "否还有效、是否列有这项权限。"
    ),
    "the account's administrator must confirm this call": "这次调用需要公众号管理员确认",
    (
        "WeChat has sent the administrator (管理员) a message: confirm it on that phone. Then run the same command "
        "again; ask at most once a minute."
    ): "微信已给管理员发了消息：请在手机上确认，再运行同一条命令；每分钟最多请求一次。",
    "an earlier call waits for the administrator's confirmation": "之前的一次调用还在等管理员确认",
    "Let the administrator (管理员) answer the message in WeChat, then run the same command again.": (
        "请管理员答复微信里的消息，再运行同一条命令。"
    ),
    "the account is frozen, restricted or cancelled": "这个公众号被冻结、限制或注销了",
    "Log in to 微信公众平台 (mp.weixin.qq.com): the notices there say why, and how to appeal.": (
        "登录微信公众平台（mp.weixin.qq.com）：通知里有原因和申诉办法。"
    ),
    "the account has no comment right (留言功能)": "这个公众号没有留言功能",
    "Set need_open_comment and only_fans_can_comment to false in every article of campaign.yaml.": (
        "把 campaign.yaml 里每篇文章的 need_open_comment 和 only_fans_can_comment 都设为 false。"
    ),
    "the platform is busy": "微信系统繁忙",
    "Run the same command again in a few minutes.": "过几分钟再运行同一条命令。",
    "the platform has an internal error": "微信系统内部错误",
    "the grant_type is not client_credential": "grant_type 不是 client_credential",
    "the AppID is unknown": "没有这个 AppID",
    "Compare appid in massctl.yaml with 设置与开发 / 基本配置 in 微信公众平台, letter by letter: case matters.": (
        "把 massctl.yaml 里的 appid 与微信公众平台的“设置与开发 / 基本配置”逐字核对：区分大小写。"
    ),
    "the AppSecret is frozen": "AppSecret 已被冻结",
    "Unfreeze it: 设置与开发 / 基本配置 in 微信公众平台 (mp.weixin.qq.com), or 微信开发者平台.": (
        "解冻：微信公众平台（mp.weixin.qq.com）的“设置与开发 / 基本配置”，或微信开发者平台。"
    ),
    "the access token is missing": "缺少 access_token",
    "the appid is missing": "缺少 appid",
    "the secret is missing": "缺少 secret",
    "the access token belongs to another account": "这个 access_token 属于另一个公众号",
    "Check that api_base, appid and the secret belong together.": "检查 api_base、appid 和密钥是否属于同一个公众号。",
    "the account may not ask for access tokens": "这个公众号不能获取 access_token",
    "Log in to 微信公众平台 (mp.weixin.qq.com): the notices there say why.": (
        "登录微信公众平台（mp.weixin.qq.com）：通知里有原因。"
    ),
    "the request reached a data centre that this host name does not serve": "请求到了不为这个域名服务的机房",
    "Set api_base to https://api.weixin.qq.com, and look for this host in your hosts file or proxy.": (
        "把 api_base 设为 https://api.weixin.qq.com，并检查 hosts 文件或代理里有没有这个域名。"
    ),
    "WeChat takes only HTTPS": "微信只接受 HTTPS",
    "Let api_base begin with https://.": "让 api_base 以 https:// 开头。",
    "the request reached a retired address of WeChat": "请求到了微信已停用的地址",
    "Remove WeChat's host names from your hosts file, DNS overrides and proxy rules.": (
        "从 hosts 文件、DNS 改写和代理规则里去掉微信的域名。"
    ),
    "the administrator refused this machine's address; it is blocked for 24 hours": (
        "管理员拒绝了这台机器的地址；它被封禁 24 小时"
    ),
    "Talk to the administrator (管理员), and run the same command again after 24 hours.": (
        "与管理员沟通，24 小时后再运行同一条命令。"
    ),
    "the administrator refused this machine's address; it is blocked for one hour": (
        "管理员拒绝了这台机器的地址；它被封禁一小时"
    ),
    "Talk to the administrator (管理员), and run the same command again after an hour.": (
        "与管理员沟通，一小时后再运行同一条命令。"
    ),
    "the account's owner has not accepted the mass-send agreement (群发协议)": "公众号的所有者还没有同意群发协议",
    "Log in to 微信公众平台 (mp.weixin.qq.com), open 群发 once and accept the agreement. Then run it again.": (
        "登录微信公众平台（mp.weixin.qq.com），打开一次“群发”并同意协议，再运行一次。"
    ),
    "WeChat has closed this API for the account as a sanction": "微信处罚了这个公众号，关闭了这个接口",
    "Log in to 微信公众平台 (mp.weixin.qq.com): the notices there say why, and until when.": (
        "登录微信公众平台（mp.weixin.qq.com）：通知里有原因和期限。"
    ),
    "the monthly number of calls of this API is used up": "这个接口本月的调用次数已用完",
    "The count starts again on the first of the month, Beijing time.": "每月一日（北京时间）重新计数。",
    "the account's material library (素材库) is full": "这个公众号的素材库满了",
    "Delete material that is not used any more in 微信公众平台: 100000 pictures and articles are allowed.": (
        "在微信公众平台删除不再用的素材：图片和图文最多 100000 个。"
    ),
    "the account holds too many media files": "这个公众号的媒体文件太多",
    "Delete material that is not used any more in 微信公众平台 (mp.weixin.qq.com).": (
        "在微信公众平台（mp.weixin.qq.com）删除不再用的素材。"
    ),
    "the number of uploads is used up": "上传次数已用完",
    "Run the same command again tomorrow: what was uploaded is remembered.": "明天再运行同一条命令：已上传的都记着。",
    # massctl/transport.py
    "the host's name could not be resolved": "主机名无法解析",
    "the connection was refused or could not be made": "连接被拒绝或无法建立",
    "the address of the API cannot be used": "接口地址不能用",
    "an answer that cannot be unpacked": "答复无法解压",
    "the proxy's address cannot be used": "代理地址不能用",
    "the connection was cut before the answer was complete": "答复没收完，连接就断了",
    "A SOCKS proxy needs one more package: `pip install 'massctl[socks]'`.": (
        "SOCKS 代理还需要一个软件包：`pip install 'massctl[socks]'`。"
    ),
    "Write it as http://host:port in the variable that proxy_env names.": (
        "在 proxy_env 指定的变量里写成 http://host:port。"
    ),
    "the file name of an upload is not generated ASCII": "上传用的文件名不是生成的 ASCII 名",
    "the server's certificate cannot be verified": "服务器的证书无法验证",
    "Something between this machine and WeChat opens TLS: use another network, or proxy_env.": (
        "这台机器和微信之间有东西拆开了 TLS：换一个网络，或使用 proxy_env。"
    ),
    "the proxy refused the connection": "代理拒绝了连接",
    "Check the address and the password in the variable that proxy_env names.": (
        "检查 proxy_env 指定的变量里的地址和密码。"
    ),
    "no connection within {seconds} s": "{seconds} 秒内没能连上",
    "no answer within {seconds} s": "{seconds} 秒内没有答复",
    "it took too long to reach the server, so the request was held back": "连上服务器用了太久，请求没有发出",
    "Run the same command again. Where it is slow each time, look at the network or at proxy_env: a send leaves within "
    "two seconds of its last look, or not at all.": (
        "再运行同一条命令。如果每次都慢，请检查网络或 proxy_env：群发请求要么在最后一次核对后两秒内发出，要么不发。"
    ),
    "WeChat was not asked": "没有向微信提出请求",
    "api_base was not checked: the secret would travel in clear": "api_base 没有经过检查：密钥会以明文传输",
    "an answer of more than {bytes} bytes": "答复超过 {bytes} 字节",
}
