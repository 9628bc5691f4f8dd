"""Names and ids that must not be mixed up, and the patterns that files must keep to."""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Literal, NewType

CampaignName = NewType("CampaignName", str)
"""The folder's name, which is the campaign's identity for ever; of a cell of its matrix `NAME@CELL`."""
AccountName = NewType("AccountName", str)
"""A key under `accounts:`; may be renamed, so the ledger stores the appid beside it."""
AppId = NewType("AppId", str)
AccountKind = Literal["service", "subscription"]
"""服务号, which sends four times a month, or 订阅号, which sends once a day."""
Digest = NewType("Digest", str)
"""`sha256:` and 64 hex digits."""
Sha256 = NewType("Sha256", str)
"""64 hex digits: the name of some bytes."""
_PREFIX = "sha256:"
MediaId = NewType("MediaId", str)
ImageUrl = NewType("ImageUrl", str)
MsgId = NewType("MsgId", int)
MsgDataId = NewType("MsgDataId", int)
ClientMsgId = NewType("ClientMsgId", str)
Address = NewType("Address", str)
"""A stable name of a declared thing: `2026-12-spring-sale/send`, `main/image/0123456789ab`."""

Folder = NewType("Folder", str)
"""A campaign's folder, from the repository's root: `campaigns/NAME`, in a group `campaigns/GROUP/NAME`."""
CAMPAIGNS = "campaigns"
"""The folder of all campaigns, from the repository's root."""
CAMPAIGN_FILE = "campaign.yaml"
"""What a campaign declares, in its folder."""
DEFAULTS_FILE = "_defaults.yaml"
"""What campaigns below a folder need not say, in that folder."""
LOCK_FILE = "campaign.lock.json"
"""What was approved of a campaign, in its folder."""
GIT_NAME_PATTERN = r"^[A-Za-z0-9_][A-Za-z0-9_-]*([./][A-Za-z0-9_-]+)*$"
"""Of the names that git takes for branches and remotes, those that no shell and no refspec reads otherwise."""
FOLDER_NAME_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,63}$"
"""A campaign's folder; it never has an @."""
CELL_NAME_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,31}$"
CAMPAIGN_NAME_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,63}(@[a-z0-9][a-z0-9._-]{0,31})?$"
"""`NAME`, or `NAME@CELL`."""
LOGIN_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}(\[bot\])?$"
"""A person or an app on a forge, without the @; GitHub adds `[bot]` to an app's name."""
ACCOUNT_NAME_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,31}$"
APPID_PATTERN = r"^wx[A-Za-z0-9_-]{1,62}$"
OPENID_PATTERN = r"^o[A-Za-z0-9_-]{5,63}$"
"""How openids look in practice; WeChat documents no form. Our own bound."""
WECHAT_NAME_PATTERN = r"^[!-~]+$"
"""A 微信号: it has no Chinese and no blank, where the name that friends see (昵称) often has. Our own bound, and a wide
one: WeChat documents no form at its API."""
REAL_OPENID = r"o[A-Za-z0-9_-]{27}"
"""What WeChat issues: 28 characters, the first an `o`; masked everywhere. Source: WeChat docs, "user/get", read 2026-10
(by example)."""
THEME_NAME_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,63}$"
VARIABLE_NAME_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*$"

_OPENID = re.compile(OPENID_PATTERN)
_FOLDER_NAME = re.compile(FOLDER_NAME_PATTERN)
_CAMPAIGN_NAME = re.compile(CAMPAIGN_NAME_PATTERN)
_CELL_NAME = re.compile(CELL_NAME_PATTERN)


def is_folder_name(text: str) -> bool:
    """Return whether a folder of this name can hold a campaign.

    >>> is_folder_name("2026-12-spring"), is_folder_name("Spring sale"), is_folder_name("spring@east")
    (True, False, False)
    """
    return _FOLDER_NAME.match(text) is not None and not text.endswith("\n")


def is_campaign_name(text: str) -> bool:
    """Return whether a campaign can be called so: `NAME`, or `NAME@CELL`.

    >>> is_campaign_name("2026-12-spring"), is_campaign_name("spring@east"), is_campaign_name("@east")
    (True, True, False)
    """
    return _CAMPAIGN_NAME.match(text) is not None and not text.endswith("\n")


def is_cell_name(text: object) -> bool:
    """Return whether a cell of a matrix can be called so."""
    is_text = isinstance(text, str) and not text.endswith("\n")
    return is_text and _CELL_NAME.match(str(text)) is not None


def cell_name(folder: str, cell: str) -> CampaignName:
    """Return the name of the campaign that a cell of a folder's matrix is: `NAME@CELL`."""
    return CampaignName(f"{folder}@{cell}")


def folder_name(name: str) -> CampaignName:
    """Return the name of the folder in which a campaign stands: `NAME` of `NAME@CELL`, else the campaign's own.

    >>> folder_name("spring@east"), folder_name("spring")
    ('spring', 'spring')
    """
    return CampaignName(name.partition("@")[0])


def cell_of(name: str) -> str:
    """Return the cell of its folder's matrix that a campaign is: `CELL` of `NAME@CELL`; empty where it is none."""
    return name.partition("@")[2]


def cells_of(name: str, known: Iterable[str]) -> list[CampaignName]:
    """Return the cells of a folder's matrix among the campaigns that are `known`, if a name is that of the folder."""
    return [CampaignName(each) for each in known if cell_of(each) and folder_name(each) == name]


def expanded(names: Sequence[str], known: Collection[str]) -> list[str]:
    """Return the campaigns that names stand for, each once: `NAME` stands for all cells of its matrix.

    >>> expanded(["spring", "winter"], ["spring@east", "spring@west", "winter"])
    ['spring@east', 'spring@west', 'winter']
    """
    found: dict[str, None] = {}
    for name in names:
        cells = [] if name in known else cells_of(name, known)
        found |= dict.fromkeys([str(each) for each in cells] or [name])
    return list(found)


def below_campaigns(path: str) -> str:
    """Return a path of the repository as seen from `campaigns/`."""
    return path.removeprefix(f"{CAMPAIGNS}/")


def group_of(folder: str | None) -> str:
    """Return the group that a campaign's folder stands in; empty without one, or without a folder.

    >>> group_of("campaigns/clients/north/spring"), group_of("campaigns/spring")
    ('clients/north', '')
    """
    return "/".join((folder or "").split("/")[1:-1])


def is_openid(text: str) -> bool:
    """Return whether this can be a follower's openid."""
    return _OPENID.match(text) is not None and not text.endswith("\n")


def canonical_json(value: Any) -> str:
    """Write JSON with sorted keys, no blanks and raw UTF-8; NaN and infinity raise ValueError.

    >>> canonical_json({"b": "春", "a": 1})
    '{"a":1,"b":"春"}'
    """
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def short_key(written: str) -> str:
    """Return a public key of the ledger in short form: its name and its hash."""
    return "+".join(part[:64] for part in written.split("+")[:2])


def sha256_of(data: bytes) -> Sha256:
    """Return the SHA-256 of some bytes: 64 lower-case hex digits."""
    return Sha256(hashlib.sha256(data).hexdigest())


def digest_of(value: Any) -> Digest:
    """Return the digest of a JSON value's canonical form: `sha256:` and 64 hex digits.

    >>> digest_of({"a": 1})[:20]
    'sha256:015abd7f5cc57'
    """
    return prefixed(sha256_of(canonical_json(value).encode()))


def prefixed(sha256: str) -> Digest:
    """Write the name of some bytes as files and the ledger have it, with `sha256:` before it."""
    return Digest(f"{_PREFIX}{sha256}")


def unprefixed(digest: str) -> Sha256:
    """Read what `prefixed` wrote."""
    return Sha256(digest.removeprefix(_PREFIX))
