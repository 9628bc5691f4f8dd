"""The Chinese of a check-up: what `massctl doctor` finds, and a token that comes from a team's own server."""

from typing import Final

DOCTOR: Final[dict[str, str]] = {
    "the window of {name} opens at {at}, and this is left to do in the console till then: {items}": (
        "{name} 的时段 {at} 开始，在那之前还要在公众平台做完：{items}"
    ),
    # massctl/apply/probing.py
    "WeChat gave a token: credential and address are accepted": "微信给了 access_token：凭据和出口地址都没有问题",
    "WeChat takes the token that token_command gives": "微信接受 token_command 给的 access_token",
    "token_command gave a token; no answer of WeChat says whether it takes it": (
        "token_command 给了 access_token；微信是否接受，还没有回答能说明"
    ),
    "not known: WeChat does not answer openapi/quota/get (errcode {errcode})": (
        "无法得知：微信不回答 openapi/quota/get（errcode {errcode}）"
    ),
    "not checked: there is no token": "没有检查：拿不到 access_token",
    "not tried: credential or proxy cannot work as they are": "没有尝试：凭据或代理现在这样不能用",
    "the account has the right": "有这项权限",
    "the account has the right; {left} of {limit} calls of today are left": (
        "有这项权限；今天还能调用 {left} 次，共 {limit} 次"
    ),
    "all {limit} calls of today are used up": "今天的 {limit} 次调用已用完",
    "{said} (errcode {errcode})": "{said}（errcode {errcode}）",
    "WeChat treats the account as its declared kind": "微信给的权限与声明的类型一致",
    "the declared kind could not be compared": "声明的类型无法核对",
    "declared a service account (服务号), and WeChat does not let it send to openids, which verified ones may": (
        "声明的是服务号，微信却不让它按 openid 群发；认证过的服务号都可以"
    ),
    "declared a subscription account (订阅号, 公众号), and WeChat lets it send to openids, as service accounts": (
        "声明的是订阅号（公众号），微信却让它按 openid 群发，这是服务号才有的权限"
    ),
    "look at 设置与开发 / 公众号设置 in 微信公众平台 (mp.weixin.qq.com), and correct accounts.{account}.kind: it "
    "decides how often massctl thinks it may send": (
        "到微信公众平台（mp.weixin.qq.com）的“设置与开发 / 公众号设置”里看清类型，改正 accounts.{account}.kind："
        "massctl 靠它判断多久能群发一次"
    ),
    # massctl/cli/doctoring.py
    "requests go to {host}": "请求发往 {host}",
    "requests, and the secret in them, go to {host}, which policy.api_hosts allows": (
        "请求连同其中的密钥发往 {host}，这是 policy.api_hosts 允许的"
    ),
    "requests stay in the sandbox, in this process": "请求只到本进程里的沙盒",
    "unset {name} to let api_base count": "unset {name} 之后 api_base 才起作用",
    "policy.api_hosts lets the secret go to {host}, and no account's api_base names it": (
        "policy.api_hosts 允许把密钥发给 {host}，而没有公众号的 api_base 用它"
    ),
    "take it out of policy.api_hosts in massctl.yaml if nobody uses it": (
        "没有人用的话，从 massctl.yaml 的 policy.api_hosts 里去掉"
    ),
    "not needed in the sandbox": "沙盒里不需要",
    "token_command gives the token; it is run below, as every verb that calls WeChat runs it": (
        "access_token 由 token_command 给出；下面会运行它，凡是要调用微信的命令都会运行它"
    ),
    "not checked: the ledger cannot be read": "没有检查：账本读不出来",
    "{branch} can be read, and pushed to; a rule that protects it shows only at a push": (
        "{branch} 能读也能推送；有没有规则保护它，推送时才知道"
    ),
    "install git, then run this again": "装好 git，再运行一次",
    # massctl/cli/proxies.py
    "no proxy: WeChat sees this machine's own address": "不用代理：微信看到的是这台机器自己的地址",
    "not used: the API is on this machine": "用不着：API 就在本机",
    "the environment variable {name} is empty": "环境变量 {name} 是空的",
    "{name} is set, and holds no address of a proxy that can be used": "{name} 已设置，但里面不是能用的代理地址",
    "nothing answers at the address in {name} within {seconds} s": "{name} 里的地址 {seconds} 秒内没有应答",
    "is the proxy running, and does its firewall let this machine in? massctl goes round it by no way": (
        "代理开着吗？它的防火墙放行这台机器吗？massctl 不会绕过代理"
    ),
    "the proxy in {name} takes connections: its address is the one for the IP whitelist (IP白名单)": (
        "{name} 里的代理能连上：要加进 IP白名单 的是它的地址"
    ),
    # massctl/cli/token_command.py
    "the token_command of account {account} gave no token": "公众号 {account} 的 token_command 没有给出 access_token",
    "{detail}. No request was made with it.": "{detail}。没有用它发出任何请求。",
    "{what}; it complained: {told}": "{what}；它报告：{told}",
    "run the command of accounts.{account}.token_command by hand in the folder of massctl.yaml: it has to print "
    "{example} or the bare token, and to end with 0": (
        "在 massctl.yaml 所在的文件夹里手动运行 accounts.{account}.token_command：它要打印 {example} 或者 access_token "
        "本身，并以 0 结束"
    ),
    "it cannot be started: {why}": "它启动不了：{why}",
    "its words cannot be arguments": "里面有不能当参数的字符",
    "it did not end within {seconds} s": "它 {seconds} 秒内没有结束",
    "it ended with status {status}": "它以状态 {status} 结束",
    "it printed more than {bytes} bytes and was stopped": "它输出了超过 {bytes} 字节，已被终止",
    "it printed no token": "它打印的不是 access_token",
    "it printed a broken JSON object": "它打印的 JSON 不完整",
    "it printed no access_token": "它打印的内容里没有 access_token",
    "it printed WeChat's refusal, errcode {errcode}": "它打印的是微信的拒绝，errcode {errcode}",
    "its expires_in is not a number of seconds above 0": "它的 expires_in 不是剩余的秒数",
    # massctl/plan/checkup.py
    "{name} is set, and nothing can be posted there: {why}": "{name} 已设置，但往那里发不出去：{why}",
    "{name} is set; only a post shows whether it is taken": "{name} 已设置；收不收，真发一次才知道",
    "{name} is set": "{name} 已设置",
    "{name} holds a blank or a line end, which is no part of an AppSecret": (
        "{name} 里有空格或换行，AppSecret 里没有这些"
    ),
    "{name} is set, and does not look like an AppSecret: 32 digits and letters a to f": (
        "{name} 已设置，但不像 AppSecret：应为 32 位数字和字母 a 到 f"
    ),
    "there is none yet; the first apply begins it": "还没有；第一次 apply 会开始记账",
    "{lineage} verifies: realm {realm}, entries: {count}": "{lineage} 校验通过：所属环境 {realm}，条目 {count} 个",
    "{name} waits for the administrator until {until}; its account sends nothing else till then": (
        "{name} 在等管理员确认（到 {until} 为止）；在那之前它的公众号不再发送别的"
    ),
    "nobody knows whether {name} was sent; its account sends nothing else": (
        "没有人知道 {name} 发出去没有；它的公众号不再发送别的"
    ),
    "no kill switch is thrown": "总闸没有关",
    "campaigns with faults: {count}": "有错误的活动：{count}",
    "campaigns without a fault: {count}": "没有错误的活动：{count}",
    "massctl validate   shows every fault of every file": "massctl validate   列出所有文件的所有错误",
    "no window was missed, and none is open and refused": "没有错过的时段，也没有时段已开始却被拦下的",
    "the window of {name} has closed, and it was not sent": "{name} 的时段已经结束，没有发出",
    "the window of {name} is open, and it is not sent yet": "{name} 的时段已经开始，还没有发出",
    "the window of {name} is open, and its send is refused ({guard}): {why}": (
        "{name} 的时段已经开始，却被拦下了（{guard}）：{why}"
    ),
    "more windows like these: {count}": "还有这样的时段：{count}",
    "massctl plan   shows them all": "massctl plan   全部列出",
    "{left} of {limit} sends left in the {unit} from {first}, as far as the ledger knows": (
        "据账本，从 {first} 起的这一{unit}还能群发 {left} 次，共 {limit} 次"
    ),
    "day": "天",
    "month": "月",
    "nothing of it is used or wanted now, as far as the ledger knows": "据账本，现在没有用掉的，也没有要用的",
    "sends on the website are told by no API and count too; {count} are recorded: "
    "massctl state import --website-send AT": (
        "在网页后台发的也算数，可是没有 API 能查到；已补记 {count} 次：massctl state import --website-send AT"
    ),
    "API 群发保护 is on, or was when {name} was sent": "API 群发保护 是打开的，至少发 {name} 时是",
    "no API tells whether API 群发保护 is on": "API 群发保护 是否打开，没有 API 能查到",
    "设置与开发 / 安全中心 / 风险操作保护 in 微信公众平台 (mp.weixin.qq.com): where API 群发保护 is on, the "
    "administrator (管理员) has to confirm each send to everybody within 30 minutes": (
        "在微信公众平台（mp.weixin.qq.com）的“设置与开发 / 安全中心 / 风险操作保护”里看：打开以后，每次发给全部粉丝，"
        "管理员都要在 30 分钟内确认"
    ),
    "this run has the sandbox's clock": "这次运行用的是沙盒的时钟",
    "not compared: WeChat's clock is told by its answers, and none came": (
        "没有比较：微信的时钟要从它的回答里读，而没有回答"
    ),
    "this machine's clock agrees with WeChat's: {seconds} s apart for sure": (
        "这台机器的时钟与微信的一致：能确定的相差只有 {seconds} 秒"
    ),
    # massctl/source/settings_rules.py
    "the account has no credential": "这个公众号没有凭据",
    "write one of {keys}": "从 {keys} 里写一个",
    # massctl/view/doctor_text.py
    "the repository": "仓库",
    "ledger": "账本",
    "git": "git",
    "campaigns": "活动",
    "windows": "时段",
    "may send": "能否群发",
    "API host": "API 主机",
    "credential": "凭据",
    "proxy": "代理",
    "token": "access_token",
    "clock": "时钟",
    "drafts": "草稿",
    "materials": "素材",
    "tags": "标签",
    "speed": "群发速度",
    "mass send": "群发接口",
    "mass send to openids": "按 openid 群发",
    "comments": "留言",
    "kind": "公众号类型",
    "API 群发保护": "API 群发保护",
    "doctor: ": "检查结果：",
    "problems: {count}": "问题 {count}",
    "nothing keeps a send back": "没有什么妨碍群发",
    "warnings: {count}": "警告 {count}",
    "not checked: {count}": "未检查 {count}",
}
"""English template -> Chinese template."""
