"""The Chinese of the allowance, of waiting for windows, of clocks, and of what WeChat has now."""

from typing import Final

ALLOWANCE: Final[dict[str, str]] = {
    # massctl/apply/spent.py
    "{advice} {more}": "{advice}{more}",
    "The ledger knows of fewer sends, so somebody may have sent on the website: look under 群发记录 when that was, and "
    "record it: massctl state import --website-send AT --account {account}": (
        "账本里记的群发没有这么多，可能有人在公众平台发过：请到“群发记录”里查看是什么时候，然后记下来："
        "massctl state import --website-send AT --account {account}"
    ),
    # massctl/cli/arguments.py
    "{found} is more than seven days": "{found} 超过七天",
    "{found} is not a duration; write it like 90s, 45m or 3h": "{found} 不是时长；请写成 90s、45m、3h 这样",
    # massctl/cli/commands/apply.py
    "--wait is for sends that are to come; it goes with no --plan and no --until": (
        "--wait 等的是将要到来的群发，不能和 --plan、--until 一起用"
    ),
    # massctl/cli/commands/plan.py
    "--refresh shows what WeChat has in this moment, and --out saves what can be planned again; use one": (
        "--refresh 显示微信此刻的情况，--out 保存以后能重新做出来的计划；只能用其中一个"
    ),
    # massctl/cli/waiting.py
    "{names}: it can be sent at {at}; going on in": "{names}：{at} 可以发送，还要等",
    "another massctl is at work on this ledger; looking again in": "另一个 massctl 正在使用这个账本，再看一次还要等",
    # massctl/plan/giving_way.py
    "a subscription account has one send a day (Beijing time)": "订阅号每天（北京时间）可以群发一次",
    "a service account has four sends to every follower a month (Beijing time)": (
        "服务号每个自然月（北京时间）可以向全部粉丝群发四次"
    ),
    "an account has 100 mass calls a day (Beijing time)": "一个公众号每天（北京时间）可以调用群发接口 100 次",
    "a follower of a service account gets at most {limit} mass messages a month, and {others} come before it; "
    "whoever is reached by all of them does not get it": (
        "服务号的每个粉丝每月最多收到 {limit} 条群发，排在前面的有 {others}；这几条都收到的人收不到这一条"
    ),
    "nobody can know who that is; if they overlap, move one of them to another month": (
        "没法知道是哪些人；如果对象有重叠，请把其中一个挪到别的月份"
    ),
    "{limit}, and today has no place for it: {taken}": "{limit}，今天没有它的名额：{taken}",
    "run apply again on or after {day}, within its window: it has a place there": (
        "{day} 或之后、在它的时段里再运行 apply：那天有它的名额"
    ),
    "{period}: {names}": "{period}：{names}",
    "what went out already": "已经发出的",
    "its list takes {needed} jobs, and an account has {daily} mass calls a day (Beijing time)": (
        "名单要分 {needed} 个任务，而一个公众号每天（北京时间）只能调用群发接口 {daily} 次"
    ),
    "its list takes {needed} of the account's {daily} mass calls a day, which today does not have: {taken}": (
        "名单要用掉每天 {daily} 次群发调用中的 {needed} 次，今天不够：{taken}"
    ),
    "its list takes {needed} of the account's {daily} mass calls a day, and no day of its window has them: {taken}": (
        "名单要用掉每天 {daily} 次群发调用中的 {needed} 次，它的时段里没有一天够：{taken}"
    ),
    "{place}; or {tag}": "{place}；或者{tag}",
    "run `massctl apply {name}` on or after {day}": "{day} 或之后运行 `massctl apply {name}`",
    "no day of the next year has a place for it: change policy.freeze in massctl.yaml": (
        "今后一年里没有一天能发它：请修改 massctl.yaml 里的 policy.freeze"
    ),
    "give it, or one of those to come ({others}), another window in campaign.yaml, and have that reviewed": (
        "在 campaign.yaml 里给它、或者给还没发的某一个（{others}）换个时段，并重新送审"
    ),
    "what was sent has used its place: give this campaign another window in campaign.yaml, and have that "
    "reviewed": "已经发出的占掉了名额：请在 campaign.yaml 里给这个活动换个时段，并重新送审",
    "the first day with a place for it is {day}": "最早有名额的日子是 {day}",
    "{name} (used it {at})": "{name}（{at} 已用）",
    "{name} (goes out by name)": "{name}（点名发送）",
    "{name} (reserved, until {at})": "{name}（已预留，时段到 {at}）",
    "{limit}, and none is left for it: {taken}": "{limit}，已经没有留给它的了：{taken}",
    "a send on the website ({at})": "公众平台的一次群发（{at}）",
    # massctl/plan/skew.py
    "this machine's clock says {ours}, and WeChat's said {theirs} in that moment: at most {most} s are allowed": (
        "这台机器的时钟是 {ours}，微信当时的时钟是 {theirs}：最多只许相差 {most} 秒"
    ),
    "set this machine's clock (sudo timedatectl set-ntp true), then run apply again; until then nothing leaves": (
        "校准这台机器的时钟（sudo timedatectl set-ntp true），再运行 apply；在那之前什么都不会发出"
    ),
    # massctl/plan/withdrawals.py
    "{needed} jobs are to be withdrawn, and {left} of the account's {daily} withdrawals a day are left": (
        "要撤下 {needed} 个任务，而这个公众号每天 {daily} 次撤下里只剩 {left} 次"
    ),
    "the account's {daily} withdrawals of today (Beijing time) are used up": (
        "这个公众号今天（北京时间）的 {daily} 次撤下已用完"
    ),
    "{anew}; sooner: in the console under 群发记录": "{anew}；等不及的，请在公众平台“群发记录”里删除",
    # massctl/render/campaign.py
    "only_fans_can_comment says who may comment, and need_open_comment is false: nobody may": (
        "only_fans_can_comment 说的是谁能留言，而 need_open_comment 是 false：谁也不能留言"
    ),
    "write `need_open_comment: true` beside it, or take it out": "在旁边写上 `need_open_comment: true`，或者去掉它",
    "the window lasts {minutes} minutes; below {least} a late timer or a doubt may let it pass unsent": (
        "时段只有 {minutes} 分钟；不到 {least} 分钟时，定时任务晚一点、或者出现一次存疑，就可能错过"
    ),
    "if it is that urgent, wait for it: massctl apply --wait 45m; else move `not_after`": (
        "真有这么急，就守着它：massctl apply --wait 45m；否则把 `not_after` 往后挪"
    ),
    # massctl/plan/giving_way.py
    "WeChat said today, with errcode {errcode}, that the account's mass calls are used up, by whatever program: "
    "until midnight, Beijing time, it refuses this send too": (
        "微信今天用错误码 {errcode} 说，这个公众号的群发调用已用完（不论是哪个程序用的）："
        "北京时间零点以前，这次群发也会被拒绝"
    ),
    # massctl/view/ahead_text.py
    "allowance, the next {days} days (Beijing time)": "今后 {days} 天的群发次数（北京时间）",
    "service account": "服务号",
    "subscription account": "订阅号",
    "sends to every follower": "向全部粉丝群发",
    "calls": "调用",
    "withdrawals": "撤下",
    "sends": "群发",
    "{what}: {used} of {limit} used, {left} left": "{what} {limit} 次：已用 {used} 次，还剩 {left} 次",
    "{what}: {used} of {limit} used now, none left after what is planned": (
        "{what} {limit} 次：目前已用 {used} 次，按计划发完后一次不剩"
    ),
    "{what}: {used} of {limit} used now, {planned} planned, {left} left after that": (
        "{what} {limit} 次：目前已用 {used} 次，计划再用 {planned} 次，之后还剩 {left} 次"
    ),
    # massctl/view/drift_text.py
    "WeChat now, against the ledger; nothing is recorded": "微信现在的情况，和账本比较；什么也不记录",
    "everything is as recorded": "和记录一致",
    "its draft is gone; somebody may have sent it in the console": "草稿不在了；可能有人在公众平台发出去了",
    "its draft was changed in the console": "草稿在公众平台被改过",
    "its tag is gone: {tag}": "标签没有了：{tag}",
    "its tag {tag} is called {now} now": "标签 {tag} 现在叫 {now}",
    "its audience has {now}; {before} when last counted": "群发对象现有 {now}，上次统计时 {before}",
    "job {msg_id} is {now}; the ledger says {before}: massctl status {name}": (
        "任务 {msg_id} 现在是“{now}”，账本里是“{before}”：massctl status {name}"
    ),
    "the followers with one tag get four mass messages a month from a service account (Beijing time)": (
        "服务号的群发，同一个标签的粉丝每月最多收到四次（北京时间）"
    ),
    "{place}; or write `over_limit: allow` under send: in campaign.yaml: whoever had four does not get it": (
        "{place}；或者在 campaign.yaml 的 send: 下写 `over_limit: allow`：已收到四次的人收不到"
    ),
    "nobody got it: WeChat delivered it to 0 of {total:,} followers": (
        "没有人收到：{total:,} 个粉丝，微信一个也没有送达"
    ),
    "a follower who had four mass messages that month does not get a fifth; to send it once more, raise "
    "`edition` and give it a window in another month": (
        "当月已收到四次群发的人收不到第五次；要再发一次，就提高 `edition`，并把时段改到别的月份"
    ),
}
"""English template -> Chinese template with the same fields."""
