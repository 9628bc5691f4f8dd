"""Errcodes about who may call: token, credential, address, rights, administrator, quotas.

Meanings: WeChat docs ("Global return codes" and the error lists of stable_token, message/mass/*, draft/*,
openapi/quota/get), read 2026-10. Codes marked `sdk` stand only in the error tables of WxJava, wechatpy and
PowerWeChat, read 2026-10; those marked `forum` get their advice from developers' reports. Advice is ours.
"""

from collections.abc import Mapping
from typing import Final

from massctl.model.phrase import Phrase
from massctl.wechat.ruling import Kind, Ruling

TOKEN_REFUSED: Final = Ruling(
    Kind.AUTH,
    Phrase("WeChat does not accept the access token"),
    Phrase(
        "massctl renews a refused token once by itself. If this goes on, another program forces token refreshes "
        "for this account, or api_base and appid belong to different places: let every program use stable_token "
        "without force_refresh, then run the same command again."
    ),
    token_dead=True,
)
SECRET_WRONG: Final = Ruling(
    Kind.AUTH,
    Phrase("the AppSecret is wrong"),
    Phrase(
        "Compare the variable that secret_env names with 设置与开发 / 基本配置 in 微信公众平台 (mp.weixin.qq.com) or "
        "微信开发者平台. Do not try many times: repeated failures can lock the account."
    ),
)
NOT_ON_WHITELIST: Final = Ruling(
    Kind.AUTH,
    Phrase("the address that this machine calls from is not in the IP whitelist (IP白名单)"),
    Phrase(
        "Add the address to the whitelist: 设置与开发 / 基本配置 / IP白名单 in 微信公众平台 (mp.weixin.qq.com), or "
        "微信开发者平台. On machines whose address changes (hosted CI), send through a proxy with a fixed "
        "address: proxy_env."
    ),
)
DAILY_LIMIT: Final = Ruling(
    Kind.QUOTA,
    Phrase("the daily number of calls of this API is used up"),
    Phrase("It is counted anew at midnight, Beijing time. Run the same command again after that."),
)
_TOO_FAST: Final = Ruling(
    Kind.QUOTA,
    Phrase("too many calls in a short time"),
    Phrase("Wait a few minutes, then run the same command again."),
)
_BLOCKED_A_WHILE: Final = Ruling(
    Kind.QUOTA,
    Phrase("WeChat blocks this API for a while"),
    Phrase("Wait an hour, then run the same command again; the console (mp.weixin.qq.com) says why."),
)
_OUR_BUG: Final = Phrase("This is a fault of massctl or of a proxy in between: please report it with the rid.")
_NO_SENDING_LEFT: Final = Ruling(
    Kind.QUOTA,
    Phrase("no mass send is left in this period"),
    Phrase(
        "The allowance is shared with sends from the website: one a day for a subscription account (订阅号, 公众号), "
        "four a month for a service account (服务号), none for a test account. It is counted anew at midnight, "
        "Beijing time, or on the first of the month."
    ),
)
_NO_RIGHT: Final = Ruling(
    Kind.AUTH,
    Phrase("the account has no right to this API"),
    Phrase(
        "Mass sends and previews need a verified account (认证). Look at 设置与开发 / 接口权限 in 微信公众平台 "
        "(mp.weixin.qq.com): is the account verified, is its verification still valid, is the right listed?"
    ),
)
_ADMIN_MUST_CONFIRM: Final = Ruling(
    Kind.AUTH,
    Phrase("the account's administrator must confirm this call"),
    Phrase(
        "WeChat has sent the administrator (管理员) a message: confirm it on that phone. Then run the same command "
        "again; ask at most once a minute."
    ),
)
_WAITING_FOR_ADMIN: Final = Ruling(
    Kind.AUTH,
    Phrase("an earlier call waits for the administrator's confirmation"),
    Phrase("Let the administrator (管理员) answer the message in WeChat, then run the same command again."),
)
_FROZEN: Final = Ruling(
    Kind.AUTH,
    Phrase("the account is frozen, restricted or cancelled"),
    Phrase("Log in to 微信公众平台 (mp.weixin.qq.com): the notices there say why, and how to appeal."),
)
_NO_COMMENT_RIGHT: Final = Ruling(
    Kind.AUTH,
    Phrase("the account has no comment right (留言功能)"),
    Phrase("Set need_open_comment and only_fans_can_comment to false in every article of campaign.yaml."),
)

ACCESS: Final[Mapping[int, Ruling]] = {
    # --- the platform itself ---
    -1: Ruling(
        Kind.BUSY,
        Phrase("the platform is busy"),
        Phrase("Run the same command again in a few minutes."),
    ),
    61450: Ruling(
        Kind.BUSY,
        Phrase("the platform has an internal error"),
        Phrase("Run the same command again in a few minutes."),
    ),
    # --- token and credential ---
    40001: TOKEN_REFUSED,
    40014: TOKEN_REFUSED,
    42001: TOKEN_REFUSED,
    48012: TOKEN_REFUSED,  # sdk
    40002: Ruling(Kind.AUTH, Phrase("the grant_type is not client_credential"), _OUR_BUG),
    40013: Ruling(
        Kind.AUTH,
        Phrase("the AppID is unknown"),
        Phrase(
            "Compare appid in massctl.yaml with 设置与开发 / 基本配置 in 微信公众平台, letter by letter: case matters."
        ),
    ),
    40125: SECRET_WRONG,
    40243: Ruling(
        Kind.AUTH,
        Phrase("the AppSecret is frozen"),
        Phrase("Unfreeze it: 设置与开发 / 基本配置 in 微信公众平台 (mp.weixin.qq.com), or 微信开发者平台."),
    ),
    41001: Ruling(Kind.AUTH, Phrase("the access token is missing"), _OUR_BUG),
    41002: Ruling(Kind.AUTH, Phrase("the appid is missing"), _OUR_BUG),
    41004: Ruling(Kind.AUTH, Phrase("the secret is missing"), _OUR_BUG),
    49001: Ruling(  # sdk
        Kind.AUTH,
        Phrase("the access token belongs to another account"),
        Phrase("Check that api_base, appid and the secret belong together."),
    ),
    50004: Ruling(
        Kind.AUTH,
        Phrase("the account may not ask for access tokens"),
        Phrase("Log in to 微信公众平台 (mp.weixin.qq.com): the notices there say why."),
    ),
    # --- addresses ---
    40164: NOT_ON_WHITELIST,
    40090: NOT_ON_WHITELIST,  # sdk
    40095: NOT_ON_WHITELIST,  # sdk
    40187: NOT_ON_WHITELIST,  # sdk
    45035: NOT_ON_WHITELIST,  # sdk
    50003: NOT_ON_WHITELIST,  # sdk
    40222: Ruling(  # sdk
        Kind.PERMANENT,
        Phrase("the request reached a data centre that this host name does not serve"),
        Phrase("Set api_base to https://api.weixin.qq.com, and look for this host in your hosts file or proxy."),
    ),
    43003: Ruling(
        Kind.PERMANENT,
        Phrase("WeChat takes only HTTPS"),
        Phrase("Let api_base begin with https://."),
    ),
    48017: Ruling(
        Kind.AUTH,
        Phrase("the request reached a retired address of WeChat"),
        Phrase("Remove WeChat's host names from your hosts file, DNS overrides and proxy rules."),
    ),
    # --- administrator ---
    89503: _ADMIN_MUST_CONFIRM,
    89501: _WAITING_FOR_ADMIN,
    89502: _WAITING_FOR_ADMIN,
    89504: _WAITING_FOR_ADMIN,
    89505: _WAITING_FOR_ADMIN,
    89506: Ruling(
        Kind.AUTH,
        Phrase("the administrator refused this machine's address; it is blocked for 24 hours"),
        Phrase("Talk to the administrator (管理员), and run the same command again after 24 hours."),
    ),
    89507: Ruling(
        Kind.AUTH,
        Phrase("the administrator refused this machine's address; it is blocked for one hour"),
        Phrase("Talk to the administrator (管理员), and run the same command again after an hour."),
    ),
    # --- rights ---
    42005: _NO_RIGHT,  # sdk
    43104: _NO_RIGHT,  # sdk
    48001: _NO_RIGHT,
    76022: _NO_RIGHT,  # openapi/quota/get about an API that is closed to the account
    50001: _NO_RIGHT,
    48003: Ruling(
        Kind.AUTH,
        Phrase("the account's owner has not accepted the mass-send agreement (群发协议)"),
        Phrase(
            "Log in to 微信公众平台 (mp.weixin.qq.com), open 群发 once and accept the agreement. Then run it again."
        ),
    ),
    48004: Ruling(
        Kind.AUTH,
        Phrase("WeChat has closed this API for the account as a sanction"),
        Phrase("Log in to 微信公众平台 (mp.weixin.qq.com): the notices there say why, and until when."),
    ),
    50002: _FROZEN,
    50007: _FROZEN,
    88000: _NO_COMMENT_RIGHT,
    48015: _NO_COMMENT_RIGHT,  # sdk
    # --- quotas ---
    45009: DAILY_LIMIT,
    45011: _TOO_FAST,
    42010: _TOO_FAST,
    45061: _TOO_FAST,  # sdk
    45102: _BLOCKED_A_WHILE,  # sdk
    45501: _BLOCKED_A_WHILE,  # sdk
    45028: _NO_SENDING_LEFT,
    45093: _NO_SENDING_LEFT,  # sdk
    45040: Ruling(  # sdk
        Kind.QUOTA,
        Phrase("the monthly number of calls of this API is used up"),
        Phrase("It is counted anew on the first of the month, Beijing time."),
    ),
    45074: Ruling(  # sdk
        Kind.QUOTA,
        Phrase("the account's material library (素材库) is full"),
        Phrase("Delete material that is not used any more in 微信公众平台: 100000 pictures and articles are allowed."),
    ),
    45034: Ruling(  # sdk
        Kind.QUOTA,
        Phrase("the account holds too many media files"),
        Phrase("Delete material that is not used any more in 微信公众平台 (mp.weixin.qq.com)."),
    ),
    45101: Ruling(  # sdk
        Kind.QUOTA,
        Phrase("the number of uploads is used up"),
        Phrase("Run the same command again tomorrow: what was uploaded is remembered."),
    ),
}
