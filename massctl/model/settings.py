"""massctl.yaml: the accounts, where the ledger is, and the policy."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from ipaddress import AddressValueError, IPv4Address
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, PrivateAttr, StringConstraints, model_validator

from massctl.errors import InvariantError
from massctl.model.backends import BackendName
from massctl.model.destination import Destination, DestinationKind, ascii_host
from massctl.model.ids import (
    ACCOUNT_NAME_PATTERN,
    APPID_PATTERN,
    CAMPAIGN_NAME_PATTERN,
    GIT_NAME_PATTERN,
    LOGIN_PATTERN,
    AccountKind,
    AppId,
    CampaignName,
    Sha256,
    canonical_json,
    sha256_of,
)
from massctl.model.notices import Happening
from massctl.model.phrase import Phrase
from massctl.model.strict import NonEmpty, NonEmptyLine, Strict
from massctl.model.theme import Brand, ThemeKey

TIMEZONE = "Asia/Shanghai"
"""The time zone of a policy that names none."""
DURATION_PATTERN = r"^[0-9]{1,5}[smhd]$"
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_duration(text: str) -> timedelta:
    """Read `90s`, `45m`, `72h` or `3d`; anything else is a ValueError."""
    if not re.fullmatch(DURATION_PATTERN, text):
        raise ValueError(text)
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})


API_BASE = "https://api.weixin.qq.com"
"""The nearest site. Source: WeChat docs, "API domains", read 2026-10."""

CREDENTIALS = ("secret_env", "token_command")
"""Exactly one of these keys of an account is required: massctl fetches the token by the AppSecret, or is given it."""
ChannelName = Literal["webhook", "wecom_robot", "feishu_robot", "dingtalk_robot", "email"]
CHANNELS: Mapping[str, ChannelName] = {
    "webhook_env": "webhook",
    "wecom_robot_env": "wecom_robot",
    "feishu_robot_env": "feishu_robot",
    "dingtalk_robot_env": "dingtalk_robot",
    "email": "email",
}
"""The keys of a channel of which exactly one is required -> the kind of channel that it makes."""
SIGNED_CHANNELS = ("webhook_env", "feishu_robot_env", "dingtalk_robot_env")
"""What may be signed by the secret of `signing_secret_env`."""
MAIL_PATTERN = r"^[!#-'*+/-9=?A-Z^_`a-z{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$"
"""An address without a name, without quotes and of ASCII, as every server takes it."""


HOST_PATTERN = r"^(\*\.)?[^\s/:*@?#]+$|^[a-z][a-z0-9+.-]*:$"
ENVIRONMENT_NAME_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*$"
STATE_BRANCH = "massctl-state"
STATE_REMOTE = "origin"
TIME_OF_DAY_PATTERN = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
DAYS_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(/[0-9]{4}-[0-9]{2}-[0-9]{2})?$"

RunnerHappening = Literal[
    "started",
    "tip",
    "staged",
    "previewed",
    "sent",
    "refused",
    "failed",
    "in_doubt",
    "job",
    "drift",
    "statistics",
    "trouble",
    "mended",
]
"""What `massctl run` tells of: it took the lease; the branch moved; of a campaign: it was staged, shown, accepted by
WeChat, refused by a guard, failed, is in doubt, its job ended, what it depends on is not as recorded; statistics were
collected, or could not be; something keeps rounds from their end, or no more."""
EnvironmentName = Annotated[str, StringConstraints(pattern=ENVIRONMENT_NAME_PATTERN)]
MailAddress = Annotated[str, StringConstraints(pattern=MAIL_PATTERN, max_length=254)]
LEDGER_KEY_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,31}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$"
"""A public key as signed notes write it: name, hash, algorithm and key."""
LedgerKey = Annotated[str, Field(json_schema_extra={"pattern": LEDGER_KEY_PATTERN})]
"""Judged by a rule, which knows a private key by its look."""
LEDGER_KEY_VARIABLE = "MASSCTL_LEDGER_KEY"
SNAPSHOT_KEY_VARIABLE = "MASSCTL_SNAPSHOT_KEY"
LEDGER_DSN_VARIABLE = "MASSCTL_LEDGER_DSN"
SANDBOX_LEDGER_VARIABLE = "MASSCTL_SANDBOX_LEDGER"
"""Names the place of a sandbox's ledger: a branch, the address of a database, or the URL of a bucket."""
GitName = Annotated[str, StringConstraints(pattern=GIT_NAME_PATTERN)]
TimeOfDay = Annotated[str, StringConstraints(pattern=TIME_OF_DAY_PATTERN)]
ORIGINAL_ID_PATTERN = r"^gh_[0-9a-zA-Z_]{1,61}$"
"""WeChat documents no length; those that were seen have twelve hex digits. Our bound."""
Days = Annotated[str, StringConstraints(pattern=DAYS_PATTERN)]
Duration = Annotated[str, StringConstraints(pattern=DURATION_PATTERN)]


CALLBACK_PATH_PATTERN = r"^/[A-Za-z0-9._~/-]{0,200}$"
RESERVED_PATHS = ("/healthz", "/metrics")
"""Paths that `listen` answers itself."""
BUCKET_PATTERN = r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_.=-]+)*/?$"
ENDPOINT_PATTERN = r"^https?://[^/?#\s@]+$"
REPOSITORY_PATTERN = r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$"
FORWARD_PATTERN = r"^https?://[^#\s@]+$"


class AccountCallback(Strict):
    """How an account's events are told from forgeries, and where they come in."""

    token_env: EnvironmentName
    """The name of the variable that holds the Token of 微信开发者平台: 基础信息 / 域名与消息推送配置."""
    aes_key_env: EnvironmentName | None = None
    """The name of the variable that holds the EncodingAESKey, for 安全模式 (safe) and 兼容模式 (compatible). Only
    sealed bodies are read then."""
    previous_aes_key_env: EnvironmentName | None = None
    """The name of the variable that holds the EncodingAESKey before it, while it is being changed."""
    path: Annotated[str, StringConstraints(pattern=CALLBACK_PATH_PATTERN)] | None = None
    """The path of the callback URL; absent: any. Accounts may share one: the signature, the AppID and ToUserName tell
    them apart."""
    component_appid: Annotated[str, StringConstraints(pattern=APPID_PATTERN)] | None = None
    """The AppID of the third-party platform (第三方平台) that the account is authorised to. token_env and aes_key_env
    are the platform's then, and original_id says which events are the account's."""
    forward: Annotated[str, StringConstraints(pattern=FORWARD_PATTERN)] | None = None
    """Where this account's other messages go on to; else callback.forward."""


class CallbackSettings(Strict):
    """What becomes of messages that are not about a send."""

    forward: Annotated[str, StringConstraints(pattern=FORWARD_PATTERN)] | None = None
    """The address of your own service, https or on this machine: it gets them as WeChat sent them, and its answer goes
    back to WeChat. Absent: they get the empty answer."""


class OwnSites(Strict):
    """Where the team itself answers: links that lead there carry the link tag of `track`."""

    hosts: list[Annotated[str, StringConstraints(pattern=HOST_PATTERN)]] = Field(
        default_factory=list
    )
    """Hosts of its sites, `*.example.com` for all below one."""
    mini_programs: list[Annotated[str, StringConstraints(pattern=APPID_PATTERN)]] = Field(
        default_factory=list
    )
    """AppIDs of its mini-programs."""

    def has_host(self, host: str) -> bool:
        """Return whether a host, in ASCII, is one of the team's."""
        return any(_covers(each.lower(), host) for each in self.hosts)


class Account(Strict):
    """One Official Account (公众号)."""

    name: NonEmptyLine | None = None
    """What people call the account, on phones and pages; else 公众号 on phones, and its key on pages."""
    owner: NonEmptyLine | None = None
    """Who answers for the account, in words for people: a team, a login. Shown beside its name."""
    appid: Annotated[str, StringConstraints(pattern=APPID_PATTERN)]
    """The account's AppID, from 微信开发者平台: 我的业务 / the account / 基础信息."""
    secret_env: EnvironmentName | None = None
    """The name of the environment variable that holds the AppSecret; never the secret itself. Else `token_command`."""
    token_command: Annotated[list[NonEmpty], Field(min_length=1)] | None = None
    """A program and its arguments that print an access token, where a server of yours owns it; in place of
    secret_env."""
    kind: AccountKind
    """service (服务号) or subscription (订阅号, 公众号): decides what may be sent how often."""
    api_base: Annotated[str, StringConstraints(pattern=r"^https?://[^/?#\s@]+$")] = API_BASE
    """Where the API answers. Hosts other than WeChat's must be in policy.api_hosts, or on loopback."""
    original_id: Annotated[str, StringConstraints(pattern=ORIGINAL_ID_PATTERN)] | None = None
    """The account's original ID (原始 ID), which begins with gh_, from the console: 设置与开发 / 账号详情. An event to
    another one (ToUserName) is not taken for this account's, unless its seal proves that it is."""
    callback: AccountCallback | None = None
    """What `massctl listen` needs to hear this account's events."""
    proxy_env: EnvironmentName | None = None
    """The name of an environment variable that holds the address of the proxy that this account is reached through."""
    external_links: Literal["footnotes", "keep"] = "footnotes"
    """What becomes of links to other sites in Markdown: numbered footnotes, or keep for accounts with WeChat Pay."""
    content_limit: Annotated[int, Field(ge=1, lt=1_000_000)] | None = None
    """For an account that refuses long articles (45002): more characters of HTML than this are an error."""
    theme: ThemeKey | None = None
    """The look of this account's articles, a theme's name or keys; each key wins over the repository's."""
    brand: Brand | None = None
    """The brand of this account's articles, in place of the repository's."""
    own_sites: OwnSites | None = None
    """The own sites of this account's articles, in place of the repository's."""

    @property
    def is_labelled(self) -> bool:
        """Whether people are shown more of it than its key."""
        return self.name is not None or self.owner is not None

    def label(self, key: str) -> str:
        """Return what people are shown of it: its name, its key and its owner."""
        named = key if self.name is None else f"{self.name} ({key})"
        return named if self.owner is None else f"{named} · {self.owner}"


class StateSettings(Strict):
    """Where the ledger is."""

    backend: BackendName = "local"
    """local: the file massctl.state.jsonl beside massctl.yaml, for one machine. git: a branch of this repository's
    remote, which every machine reads and writes. postgres: tables of a database, likewise. s3: a bucket of an
    S3-compatible store, likewise."""
    branch: GitName = STATE_BRANCH
    """With git: the branch, which holds nothing else."""
    remote: GitName = STATE_REMOTE
    """With git: the remote, by its name in this repository."""
    token_env: EnvironmentName | None = None
    """With git over https: the name of the variable that holds a token, where git finds no credential by itself."""
    lineage: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{26}$")] | None = None
    """Written when the ledger begins: says that it exists, and which it is. Commit it."""
    keys: Annotated[list[LedgerKey], Field(min_length=1)] | None = None
    """Public keys, as `massctl state init --signed` writes them. Where there are any, the ledger is signed, and its
    newest entry by one of these."""
    key_env: EnvironmentName = LEDGER_KEY_VARIABLE
    """The name of the variable that holds the private key, or the path of its file. Only who writes needs it."""
    url: Annotated[str, StringConstraints(pattern=BUCKET_PATTERN)] | None = None
    """With s3: where the ledger is, as s3://bucket/prefix. Below it stands nothing else."""
    endpoint: Annotated[str, StringConstraints(pattern=ENDPOINT_PATTERN)] | None = None
    """With s3, or snapshots in S3: the address of the store, https or on this machine. Absent: Amazon's, in the region
    that AWS_REGION names. Credentials come from the environment, or from the role of the machine."""
    dsn_env: EnvironmentName = LEDGER_DSN_VARIABLE
    """With postgres: the name of the variable that says where the database is, and who connects to it."""
    snapshots: NonEmpty | None = None
    """With local or git: where the people of audiences are kept, encrypted: a folder that git does not track, or
    s3://bucket/prefix. Absent with local: the folder massctl.snapshots beside the ledger. With postgres and s3 they are
    beside the ledger."""
    snapshot_key_env: EnvironmentName = SNAPSHOT_KEY_VARIABLE
    """The name of the variable that holds the key of audiences' snapshots. Who reviews needs none."""


class QuietHours(Strict):
    """Hours of the day in which nothing is sent."""

    from_: Annotated[TimeOfDay, Field(alias="from")]
    """The first quiet minute, HH:MM."""
    to: TimeOfDay
    """The first minute that is not quiet any more, HH:MM; earlier than `from` means the next day."""
    timezone: NonEmpty = TIMEZONE
    """The time zone of these hours, an IANA name."""

    def ends_after(self, moment: datetime) -> datetime | None:
        """Return the end of the quiet hours that `moment` is in, or None."""
        local = moment.astimezone(ZoneInfo(self.timezone))
        start = time.fromisoformat(self.from_)
        end = time.fromisoformat(self.to)
        now = local.time().replace(tzinfo=None)
        quiet = start <= now < end if start <= end else (now >= start or now < end)
        if not quiet:
            return None
        day = local.date() if now < end else local.date() + timedelta(days=1)
        ends = datetime.combine(day, end, tzinfo=local.tzinfo)
        # When clocks go back an hour comes twice: in its second half the end is the later one.
        return ends if ends.timestamp() > moment.timestamp() else ends.replace(fold=1)


Login = Annotated[str, StringConstraints(pattern=LOGIN_PATTERN)]


class ApprovalConditions(Strict):
    """When a row of `policy.approvals` counts: where all that it says is true. What nobody knows is taken for true."""

    followers_over: Annotated[int, Field(ge=0)] | None = None
    """More followers than this may get it, by the last count."""
    new_destination: Literal[True] | None = None
    """A tap leads to a place that no sent campaign of the account had, and that policy.destinations does not list."""
    audience: Literal["all"] | None = None
    """It goes to everybody."""
    second_this_day: Literal[True] | None = None
    """Another send of the account to everybody stands on a day on which it may go out."""


class ApprovalRule(Strict):
    """So many approvals of the pull request that brings a lock in, where the conditions hold."""

    count: Annotated[int, Field(ge=1, le=20)]
    """How many people have to approve it."""
    when: ApprovalConditions = Field(default_factory=ApprovalConditions)
    """When it counts; absent: always."""
    from_: Annotated[list[Login] | None, Field(min_length=1, alias="from")] = None
    """The logins of the forge whose approvals count for this row; absent: everybody with Write."""


_STRICTEST_FIRST = ("refuse", "review", "allow")


class DestinationPolicy(Strict):
    """Where messages may lead."""

    hosts: list[Annotated[str, StringConstraints(pattern=HOST_PATTERN)]] = Field(
        default_factory=list
    )
    """Hosts, `*.example.com` for all below one; also schemes without hosts, such as `tel:`."""
    mini_programs: list[Annotated[str, StringConstraints(pattern=APPID_PATTERN)]] = Field(
        default_factory=list
    )
    """AppIDs of mini-programs."""
    accounts: list[NonEmpty] = Field(default_factory=list)
    """Accounts, by the `__biz` in the addresses of their articles, which is the `data-id` of their profile cards."""
    unlisted: Literal["refuse", "review", "allow"] = "allow"
    """Of what is not listed: refuse stages and sends nothing; review asks for one more approval of what is new;
    allow only tells."""
    _is_reviewed: bool = PrivateAttr(default=False)
    """One of the policies that this one is made of says review, whatever the stricter word is."""

    @property
    def is_reviewed(self) -> bool:
        """Whether what is new and not listed asks for one more approval."""
        return self._is_reviewed or self.unlisted == "review"

    def as_strict_as(self, other: "DestinationPolicy") -> "DestinationPolicy":
        """Return what both list, with the stricter word about the rest; what either has reviewed stays reviewed."""
        both = DestinationPolicy(
            hosts=[each for each in self.hosts if each in other.hosts],
            mini_programs=[each for each in self.mini_programs if each in other.mini_programs],
            accounts=[each for each in self.accounts if each in other.accounts],
            unlisted=min(self.unlisted, other.unlisted, key=_STRICTEST_FIRST.index),
        )
        both._is_reviewed = self.is_reviewed or other.is_reviewed
        return both

    def lists(self, destination: Destination) -> bool:
        """Return whether a destination is named here."""
        name = destination.name
        if destination.kind is DestinationKind.MINI_PROGRAM:
            return name in self.mini_programs
        if destination.kind is DestinationKind.ACCOUNT:
            return name in self.accounts
        is_named = any(_covers(each.lower(), name) for each in self.hosts)
        return is_named or destination.author in self.accounts


_HOST = re.compile(r"[a-z0-9._-]+")


def _covers(pattern: str, host: str) -> bool:
    if pattern.startswith("*."):
        # What stands before the dot is part of a host, and no end of another.
        return _HOST.fullmatch(host) is not None and host.endswith(f".{ascii_host(pattern[2:])}")
    return host == (pattern if pattern.endswith(":") else ascii_host(pattern))


class Cap(Strict):
    """How many letters one person may get, of those that massctl knows of."""

    month: Annotated[int, Field(ge=1, le=31)] | None = None
    """In a calendar month, Beijing time."""
    week: Annotated[int, Field(ge=1, le=7)] | None = None
    """In seven days."""
    over: Literal["take_off", "refuse"] = "take_off"
    """take_off: whoever had so many already is taken off before the first attempt; refuse: nothing is sent. A list of
    openids is refused in both cases, as it is sent as it was written."""

    def as_strict_as(self, other: "Cap | None") -> "Cap":
        """Return the smaller numbers of both, and `refuse` where one of them says so."""
        if other is None:
            return self
        months = [each for each in (self.month, other.month) if each is not None]
        weeks = [each for each in (self.week, other.week) if each is not None]
        refuses = "refuse" in (self.over, other.over)
        return Cap(
            month=min(months, default=None),
            week=min(weeks, default=None),
            over="refuse" if refuses else "take_off",
        )


class Policy(Strict):
    """What your organisation allows, for every campaign."""

    sending: Literal["enabled", "disabled"] = "enabled"
    """disabled is the kill switch: nothing is sent. So is the environment variable MASSCTL_NO_SEND."""
    require_lock: bool = False
    """true: stage and send only what `massctl lock` wrote, and only while nobody edited its sources since."""
    branch: GitName | None = None
    """Send only from the tip of this branch, as the remote that `state` names has it in that moment, and only while it
    has no branch `massctl-stop`. Together with require_lock: what is merged is what is sent."""
    require_approval: bool = False
    """true: the row `{count: 1}` of approvals."""
    approvals: list[ApprovalRule] = Field(default_factory=list)
    """Send only what so many people with Write approved on the forge, in the pull request that brought the lock in, at
    its last commit. Neither its author nor anybody who pushed or wrote a commit of it counts. Every row whose
    conditions hold applies. Needs require_lock and branch."""
    require_preview: bool = False
    """true: send only what a reviewer could look at: shown in an earlier run, or confirmed at the prompt after it."""
    preview_ahead: Duration = "72h"
    """How long before its window opens an unnamed campaign is previewed at the earliest."""
    render_isolation: Literal["require", "best"] = "best"
    """require: apply, run and preview reach WeChat only where the process that reads templates and pictures can reach
    nothing else (Linux with Landlock and seccomp); best: they say what is missing, and go on."""
    in_doubt: Literal["resubmit", "stop"] = "resubmit"
    """resubmit: repeat a send of unknown outcome with the same clientmsgid, once a run; stop: never by itself."""
    in_doubt_wait: Annotated[int, Field(ge=0, le=3600)] = 60
    """Seconds from an attempt to its repetition; less than 60 only against loopback."""
    quiet_hours: QuietHours | None = None
    """Hours of the day in which nothing is sent."""
    freeze: list[Days] = Field(default_factory=list)
    """Days, or first/last day, on which nothing is sent, in the time zone of quiet_hours or Asia/Shanghai."""
    preview_to: list[NonEmpty] | None = None
    """WeChat names (微信号) and openids that previews may reach; another recipient is refused. Absent: anybody."""
    operators: list[Login] = Field(default_factory=list)
    """Logins of the forge that may withdraw, reconcile, adopt, and allow sends again from there; nobody, where none is
    named. On a machine of one's own nobody is asked."""
    banned_words: list[NonEmpty] = Field(default_factory=list)
    """Words that no message may hold, beside the absolute terms of the advertising law, which are a warning."""
    allowed_words: list[NonEmpty] = Field(default_factory=list)
    """Expressions in which no banned word and no term of these warnings is looked for: a product's name, a prize."""
    api_hosts: list[NonEmpty] = Field(default_factory=list)
    """Hosts other than WeChat's own that api_base may name."""

    parallel_accounts: Annotated[int, Field(ge=1, le=16)] = 8
    """So many accounts are sent for side by side; within an account one send follows the other."""
    cap: Cap | None = None
    """How many letters one person may get. Absent: plans only tell who had how many."""
    check_links: bool = False
    """true: each reading of drift also asks whether the addresses that campaigns lead to answer."""
    destinations: DestinationPolicy = Field(default_factory=DestinationPolicy)
    """Where messages may lead."""

    def may_preview_to(self, name: str) -> bool:
        """Return whether a preview may reach a reviewer, by WeChat name or openid."""
        return self.preview_to is None or name in self.preview_to

    @property
    def approval_rules(self) -> tuple[ApprovalRule, ...]:
        """All rows of `approvals`, with that of `require_approval`."""
        flat = [ApprovalRule(count=1)] if self.require_approval else []
        return (*flat, *self.approvals)

    @property
    def asks_approvals(self) -> bool:
        """Whether it may ask for approvals."""
        return bool(self.approval_rules) or self.destinations.is_reviewed

    @property
    def binds_merges(self) -> bool:
        """Whether a merge that takes a part of it away has to be judged by it still."""
        refuses = self.destinations.unlisted == "refuse" and self.require_lock
        return self.asks_approvals or refuses

    def as_strict_as(self, other: "Policy") -> "Policy":
        """Return the policy with the rows of approvals of another one beside its own, and what both let it lead to."""
        added = [each for each in other.approval_rules if each not in self.approval_rules]
        both = self.destinations.as_strict_as(other.destinations)
        cap = other.cap if self.cap is None else self.cap.as_strict_as(other.cap)
        return self.model_copy(
            update={"approvals": [*self.approvals, *added], "destinations": both, "cap": cap}
        )

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of `freeze`: that of the quiet hours, else Beijing's."""
        return ZoneInfo(self.quiet_hours.timezone if self.quiet_hours else TIMEZONE)

    def frozen_on(self, moment: datetime) -> str | None:
        """Return the frozen span, as written, that `moment` falls into, or None."""
        today = moment.astimezone(self.zone).date()
        for span in self.freeze:
            first, _, last = span.partition("/")
            if date.fromisoformat(first) <= today <= date.fromisoformat(last or first):
                return span
        return None

    @property
    def preview_ahead_duration(self) -> timedelta:
        """`preview_ahead` as a duration."""
        return parse_duration(self.preview_ahead)


class MailSettings(Strict):
    """Who gets e-mail, and the variables that say by which server."""

    to: Annotated[list[MailAddress], Field(min_length=1, max_length=20)]
    """Who gets it: addresses without names."""
    server_env: EnvironmentName = "SMTP_SERVER"
    """The name of the variable that holds the server, HOST or HOST:PORT. Port 465, the usual one, is TLS from the
    start; every other one has to offer STARTTLS."""
    from_env: EnvironmentName = "SMTP_FROM"
    """The name of the variable that holds the address it comes from."""
    user_env: EnvironmentName = "SMTP_USER"
    """The name of the variable that holds who logs in; where it is empty, nobody does."""
    password_env: EnvironmentName = "SMTP_PASSWORD"  # noqa: S105 - the name of a variable
    """The name of the variable that holds the password, or what the provider has instead (授权码)."""


class Channel(Strict):
    """Where people are told what needs them: one of a webhook, a robot of a chat, and e-mail."""

    webhook_env: EnvironmentName | None = None
    """The name of the variable that holds the address to which a JSON document is posted."""
    wecom_robot_env: EnvironmentName | None = None
    """The name of the variable that holds the address of a WeCom group robot (企业微信群机器人)."""
    feishu_robot_env: EnvironmentName | None = None
    """The name of the variable that holds the address of a custom bot of a Feishu group (飞书自定义机器人)."""
    dingtalk_robot_env: EnvironmentName | None = None
    """The name of the variable that holds the address of a custom robot of a DingTalk group (钉钉自定义机器人)."""
    email: MailSettings | None = None
    """Who gets e-mail."""
    signing_secret_env: EnvironmentName | None = None
    """The name of the variable that holds the secret by which posts are signed: of a webhook, or the one that the robot
    of Feishu (签名校验) or DingTalk (加签) shows."""
    events: Annotated[list[Happening], Field(min_length=1)] | None = None
    """What is told there; all of it where it is not said."""
    upcoming: list[Duration] = Field(default_factory=lambda: ["24h", "30m"])
    """How long before a window opens `upcoming` tells of it."""

    @model_validator(mode="after")
    def _one_place(self) -> "Channel":
        if len(self._places) != 1:
            raise ValueError("a channel is exactly one place")
        if self.signing_secret_env is not None and self._places[0] not in SIGNED_CHANNELS:
            raise ValueError("this channel is not signed")
        return self

    @property
    def _places(self) -> list[str]:
        return [key for key in CHANNELS if getattr(self, key) is not None]

    @property
    def kind(self) -> ChannelName:
        """What it is."""
        return CHANNELS[self._places[0]]

    @property
    def mail(self) -> MailSettings:
        """Who gets e-mail; an error of the program for another kind."""
        if self.email is None:
            raise InvariantError(f"{self.kind} is no e-mail")
        return self.email

    @property
    def name(self) -> str:
        """The variable that holds its address; of e-mail a name made of who gets it, without their addresses."""
        if self.email is not None:
            return f"email-{sha256_of(canonical_json(sorted(self.email.to)).encode())[:8]}"
        return str(getattr(self, self._places[0]))

    @property
    def shown_name(self) -> str:
        """What people know it by: its variable; of e-mail the first address, masked, and how many others there are."""
        if self.email is None:
            return self.name
        user, _, domain = self.email.to[0].rpartition("@")
        others = len(self.email.to) - 1
        return f"{user[:1]}…@{domain}" + (f" +{others}" if others else "")

    @property
    def variables(self) -> list[str]:
        """The variables that it reads."""
        mail = self.email
        if mail is None:
            return [each for each in (self.name, self.signing_secret_env) if each is not None]
        # Without login the last two are empty.
        return [mail.server_env, mail.from_env, mail.user_env, mail.password_env]

    @property
    def needed(self) -> list[str]:
        """Those of its variables that must not be empty."""
        return self.variables if self.email is None else self.variables[:2]

    def missing(self, environment: Mapping[str, str]) -> str | None:
        """Return the first of its variables that is empty and must not be; None without one."""
        return next((each for each in self.needed if not environment.get(each)), None)

    @property
    def leads(self) -> list[timedelta]:
        """How long before a window opens this channel is told of it; none if it does not hear of that."""
        hears = self.events is None or "upcoming" in self.events
        return [parse_duration(each) for each in self.upcoming] if hears else []


class RunnerSettings(Strict):
    """Where `massctl run` says that it lives: addresses of a monitor, which raises the alarm when nothing comes."""

    heartbeat_env: EnvironmentName | None = None
    """The name of the variable that holds the address to which each round posts: it is alive."""
    watch_env: EnvironmentName | None = None
    """The name of the variable that holds the address to which each round posts that nothing is past its window, in
    doubt or refused; where something is, it posts to that address with /fail after its path."""


class ForgeSettings(Strict):
    """Where campaigns are reviewed: asked who approved a merge, and told what became of a send."""

    kind: Literal["github", "gitlab"]
    """Which API it has."""
    repository: Annotated[str, StringConstraints(pattern=REPOSITORY_PATTERN)]
    """The repository there: owner/name, or the path of a project with its groups."""
    api: Annotated[str, StringConstraints(pattern=FORWARD_PATTERN)] | None = None
    """Where the API answers, for a server of your own: https://HOST/api/v3 (GitHub), https://HOST/api/v4 (GitLab)."""
    token_env: EnvironmentName
    """The name of the variable that holds a token that may read the repository, and comment on its pull requests."""
    client_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,128}$")] | None = None
    """The application of the team on the forge to which people at a desk sign in by its device flow. No secret."""


class Connection(Strict):
    """A database of the team, which queries of audiences read."""

    url_env: EnvironmentName
    """The name of the variable that holds its URL, with who logs in: postgresql://, mysql://, clickhouse:// and their
    like."""
    owners: list[Login] = Field(default_factory=list)
    """Logins of the forge that may run a query before it stands on policy.branch."""
    timeout: Duration = "300s"
    """So long a query may take, with the reading of its rows."""
    rows: Annotated[int, Field(ge=1, le=100_000_000)] = 10_000_000
    """A query that yields more is refused."""

    @property
    def seconds(self) -> int:
        """`timeout` in seconds."""
        return round(parse_duration(self.timeout).total_seconds())


class Move(Strict):
    """A campaign whose folder was renamed."""

    from_: Annotated[str, StringConstraints(pattern=CAMPAIGN_NAME_PATTERN), Field(alias="from")]
    """The name that it had."""
    to: Annotated[str, StringConstraints(pattern=CAMPAIGN_NAME_PATTERN)]
    """The name that it has, or had before it was renamed once more."""


class MassctlFile(Strict):
    """The repository's settings: accounts, ledger, policy, and who is told."""

    version: Literal[1]
    """The version of this format."""
    language: Literal["zh", "en"] | None = None
    """Of what others read (comments, notices, reports) and, on a terminal that asks for none, of messages."""
    accounts: Annotated[
        dict[Annotated[str, StringConstraints(pattern=ACCOUNT_NAME_PATTERN)], Account],
        Field(min_length=1),
    ] = Field(default_factory=dict)
    """The accounts by name. Each file accounts/NAME.yaml is one more."""
    theme: ThemeKey | None = None
    """The look of all articles, a theme's name or keys, where account, campaign and article say nothing."""
    brand: Brand | None = None
    """What makes any theme the team's own: colour, size, header, footer, logo."""
    own_sites: OwnSites | None = None
    """The team's own sites and mini-programs: links to them carry the link tag of a campaign's `track`."""
    state: StateSettings = Field(default_factory=StateSettings)
    """Where the ledger is."""
    policy: Policy = Field(default_factory=Policy)
    """What your organisation allows."""
    notify: list[Channel] = Field(default_factory=list)
    """Who is told what needs a person."""
    forge: ForgeSettings | None = None
    """The forge, for `massctl run` and policy.approvals. A workflow on GitHub needs none."""
    moved: list[Move] = Field(default_factory=list)
    """Campaigns whose folder has another name now, so that their record and their clientmsgid go on."""
    callback: CallbackSettings = Field(default_factory=CallbackSettings)
    """What becomes of messages that are not about a send."""
    runner: RunnerSettings = Field(default_factory=RunnerSettings)
    """Who hears that `massctl run` is alive."""
    connections: dict[
        Annotated[str, StringConstraints(pattern=ACCOUNT_NAME_PATTERN)], Connection
    ] = Field(default_factory=dict)
    """The databases that queries of audiences read, by name."""

    @property
    def variables(self) -> frozenset[str]:
        """Every variable that a key `…_env` names. Each holds a secret, or an address that may hold one."""
        return frozenset(_variables(self))

    def account(self, name: str) -> Account:
        """Return an account that exists, with what the repository says where it says nothing of its own."""
        found = self.accounts[name]
        theme = found.theme.over(self.theme) if found.theme is not None else self.theme
        shared = {
            "brand": found.brand or self.brand,
            "own_sites": found.own_sites or self.own_sites,
        }
        return found.model_copy(update={"theme": theme, **shared})

    def name_of(self, account: str) -> str:
        """Return what people call an account: its name, else the key that it stands under."""
        found = self.accounts.get(account)
        return found.name if found is not None and found.name is not None else account

    @property
    def labels(self) -> dict[str, str]:
        """What people are shown of the accounts that have a name or an owner, by their keys."""
        return {key: each.label(key) for key, each in self.accounts.items() if each.is_labelled}

    @property
    def owners(self) -> dict[str, str]:
        """Who answers for the accounts that say so, by their keys."""
        return {key: each.owner for key, each in self.accounts.items() if each.owner is not None}

    @property
    def original_ids(self) -> dict[AppId, str]:
        """The original ids (原始 ID) that accounts declare."""
        accounts = self.accounts.values()
        return {
            AppId(each.appid): each.original_id for each in accounts if each.original_id is not None
        }

    def key_of(self, appid: str) -> str | None:
        """Return the key under which an AppID's account stands; None without one."""
        return next((name for name, each in self.accounts.items() if each.appid == appid), None)

    @property
    def declared_sha256(self) -> Sha256:
        """Name what makes messages of it: all but `policy`, which is read again before each send, `state` and
        `connections`."""
        declared = self.model_dump(mode="json", exclude={"policy", "state", "connections"})
        return sha256_of(canonical_json(declared).encode())

    @property
    def renamed(self) -> dict[CampaignName, CampaignName]:
        """Every name that a campaign had before -> its name now."""
        moves = {CampaignName(move.from_): CampaignName(move.to) for move in self.moved}
        return {former: _end_of(name, moves) for former, name in moves.items()}

    def first_name(self, name: CampaignName) -> CampaignName:
        """Return the first name that a campaign had: its ids and its digest stand for that one for ever."""
        return _end_of(
            name, {CampaignName(move.to): CampaignName(move.from_) for move in self.moved}
        )


def _variables(value: object) -> Iterator[str]:
    if isinstance(value, Strict):
        for key, each in value:
            yield from (
                [each] if key.endswith("_env") and isinstance(each, str) else _variables(each)
            )
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _variables(each)


def _end_of(name: CampaignName, moves: Mapping[CampaignName, CampaignName]) -> CampaignName:
    """Follow renamings, of which the rules of massctl.yaml let none lead back."""
    while name in moves:
        name = moves[name]
    return name


Realm = Literal["wechat", "loopback"]

WECHAT_HOSTS = frozenset(
    f"{name}.weixin.qq.com" for name in ("api", "api2", "sh.api", "sz.api", "hk.api")
)
"""WeChat's own API hosts. Source: WeChat docs, "API domains", read 2026-10."""

_SHAPE = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?/?",
    re.ASCII | re.IGNORECASE,
)
"""Scheme, host and port only: no user, path, query or fragment that could hide another host."""


def realm_of(api_base: str) -> Realm:
    """Return whether `api_base` is on this machine; anything that is not plainly so is `wechat`."""
    match = _SHAPE.fullmatch(api_base)
    return "loopback" if match and is_loopback(match["host"].lower()) else "wechat"


def check_api_base(api_base: str, api_hosts: Iterable[str]) -> Phrase | None:
    """Return why the secret must not go to `api_base`, or None if it may.

    `api_hosts` are the hosts that policy.api_hosts adds, as `host` or `host:port`.
    """
    match = _SHAPE.fullmatch(api_base)
    if match is None or not 0 < int(match["port"] or 443) < 65536:
        return Phrase("the API's address must look like https://host or https://host:port")
    host = match["host"].lower()
    if is_loopback(host):
        return None
    if match["scheme"].lower() != "https":
        return Phrase(
            "the API's address must begin with https://: plain http is allowed only for this machine"
        )
    named = {entry.lower() for entry in api_hosts}
    if host in WECHAT_HOSTS or host in named or f"{host}:{match['port'] or 443}" in named:
        return None
    return Phrase(
        "{host} is not a host of WeChat: name it in policy.api_hosts if it is yours", host=host
    )


def check_https_address(address: str) -> Phrase | None:
    """Return why messages must not be passed on to `address`, or None if they may."""
    match = _SHAPE.fullmatch(re.split(r"(?<=[^:/])[/?]", address, maxsplit=1)[0])
    if match is None or not 0 < int(match["port"] or 443) < 65536:
        return Phrase("the address must look like https://host/path")
    if match["scheme"].lower() != "https" and not is_loopback(match["host"].lower()):
        return Phrase("the address must begin with https://: plain http is for this machine only")
    return None


def is_loopback(host: str) -> bool:
    """Know localhost, 127.0.0.0/8 and ::1, and no other spelling."""
    if host in ("localhost", "[::1]"):
        return True
    try:
        return IPv4Address(host).is_loopback
    except AddressValueError:
        return False
