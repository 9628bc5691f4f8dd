"""Rules of massctl.yaml beyond types and patterns, on the raw mapping, so that each fault is found alone."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from massctl.model.backends import BACKENDS
from massctl.model.campaign import TAKE_OUT, list_of, mapping_of, one_of
from massctl.model.defaults import is_zone
from massctl.model.destination import ARTICLE_HOST
from massctl.model.diagnostics import Fault, KeyPath
from massctl.model.ids import CampaignName, Folder, cell_of, folder_name
from massctl.model.phrase import Command, Phrase, enumerated
from massctl.model.secrets import looks_secret
from massctl.model.settings import (
    API_BASE,
    CHANNELS,
    CREDENTIALS,
    DAYS_PATTERN,
    LEDGER_KEY_PATTERN,
    RESERVED_PATHS,
    SIGNED_CHANNELS,
    check_api_base,
    check_https_address,
    realm_of,
)
from massctl.source.reporter import word
from massctl.source.validation import shown

_API_BASE = Phrase("delete api_base to use {usual}", usual=API_BASE)
_ONE_EACH = Phrase(
    "write one entry for each time that a folder was renamed: from the old name to the new one"
)
_SECRET_KEYS = (
    *("signing_secret_env", "secret_env", "proxy_env", "token_env"),
    *("aes_key_env", "previous_aes_key_env", "key_env"),
    *("server_env", "from_env", "user_env", "password_env", "url_env"),
)
_SUFFIXES = frozenset(f"*.{each}.cn" for each in ("ac", "com", "edu", "gov", "net", "org"))
"""Under these anybody registers. Source: CNNIC, 2026-11."""
_WECHAT_HOSTS = frozenset({ARTICLE_HOST, "*.weixin.qq.com", "*.qq.com"})
IN_DOUBT_WAIT_SECONDS_MIN = 60
"""Less would repeat a send while the first one may still be on its way; against loopback nobody is harmed."""


def settings_rules(
    loopback_override: str | None, folders: Mapping[CampaignName, Folder]
) -> Callable[[dict[str, Any]], list[Fault]]:
    """Return the rules; `loopback_override` is the address that takes the place of every `api_base`, if any.

    `folders` are those of the campaigns of the repository.
    """

    def rules(data: dict[str, Any]) -> list[Fault]:
        policy = mapping_of(data.get("policy"))
        accounts = {
            name: mapping_of(each) for name, each in mapping_of(data.get("accounts")).items()
        }
        return [
            *_no_account(data),
            *keys_together(data),
            *_secrets(data),
            *_channels_twice(data.get("notify")),
            *_unheard_upcoming(data.get("notify")),
            *_backend_keys(mapping_of(data.get("state"))),
            *_endpoint(mapping_of(data.get("state")).get("endpoint")),
            *_ledger_keys(mapping_of(data.get("state"))),
            *_original_ids(accounts),
            *_callbacks(accounts, mapping_of(data.get("callback"))),
            *_hosts(accounts, policy),
            *_own_sites(data, ()),
            *(
                fault
                for name, each in accounts.items()
                for fault in _own_sites(each, ("accounts", name))
            ),
            *_wait(accounts, policy, loopback_override),
            *_approval(policy),
            *_forge(mapping_of(data.get("forge"))),
            *_quiet_hours(mapping_of(policy.get("quiet_hours"))),
            *_freeze(policy.get("freeze")),
            *_moved(data.get("moved"), folders),
        ]

    return rules


def _no_account(data: Mapping[str, Any]) -> Iterator[Fault]:
    if "accounts" not in data:
        say = Phrase("{key} is missing", key="accounts")
        hint = Phrase("write {key} with an account, or a file accounts/NAME.yaml", key="accounts:")
        yield Fault("MC012", say, hint)


def keys_together(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Judge which keys may be together, as the schema does: one way to a token, one place to tell."""
    for name, account in mapping_of(data.get("accounts")).items():
        none = Phrase("the account has no credential")
        yield from one_of(mapping_of(account), CREDENTIALS, ("accounts", name), none)
    yield from _channel_keys(data.get("notify"))


def _channel_keys(written: object) -> Iterator[Fault]:
    for index, channel in enumerate(list_of(written)):
        if not isinstance(channel, Mapping):
            continue  # its type is reported already
        none = Phrase("this entry names no channel")
        own = Phrase("give each its own entry")
        yield from one_of(channel, [*CHANNELS], ("notify", index), none, hint=own)
        if "signing_secret_env" in channel and not channel.keys() & {*SIGNED_CHANNELS}:
            keys = enumerated(SIGNED_CHANNELS)
            yield Fault(
                "MC014",
                Phrase("massctl signs only what it posts to {keys}", keys=keys),
                TAKE_OUT,
                key=("notify", index, "signing_secret_env"),
            )


def _channels_twice(written: object) -> Iterator[Fault]:
    """Find a second entry for a place: what one of them told would count as told for the other."""
    seen: set[str] = set()
    for index, channel in enumerate(list_of(written)):
        named = mapping_of(channel)
        for key in CHANNELS:
            place = _place(named.get(key))
            if place in seen:
                say = Phrase("{place} has an entry above", place=word(place))
                hint = Phrase("write one entry for each place, with all the events that it hears")
                yield Fault("MC014", say, hint, key=("notify", index, key))
            seen |= {place} - {""}


def _unheard_upcoming(written: object) -> Iterator[Fault]:
    """Find times of a channel that does not hear of windows."""
    for index, channel in enumerate(list_of(written)):
        named = mapping_of(channel)
        events = list_of(named.get("events"))
        if "upcoming" in named and events and "upcoming" not in events:
            say = Phrase("{key} has no effect: `events` leaves it out", key="upcoming")
            yield Fault("MC014", say, TAKE_OUT, key=("notify", index, "upcoming"))


def _place(written: object) -> str:
    """Name a place as `Channel.name` tells places apart; empty where it is none."""
    if isinstance(written, Mapping):
        return ", ".join(sorted(str(each) for each in list_of(written.get("to"))))
    return written if isinstance(written, str) else ""


def _secrets(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Find values that look like a secret instead of the name of a variable."""
    blocks: list[tuple[KeyPath, object]] = [
        *((("accounts", name), each) for name, each in mapping_of(data.get("accounts")).items()),
        *(
            (("accounts", name, "callback"), mapping_of(each).get("callback"))
            for name, each in mapping_of(data.get("accounts")).items()
        ),
        (("state",), data.get("state")),
        (("forge",), data.get("forge")),
        *((("notify", index), each) for index, each in enumerate(list_of(data.get("notify")))),
        *(
            (("notify", index, "email"), mapping_of(each).get("email"))
            for index, each in enumerate(list_of(data.get("notify")))
        ),
    ]
    for path, block in blocks:
        for key in (*CHANNELS, *_SECRET_KEYS):
            value = mapping_of(block).get(key)
            if isinstance(value, str) and looks_secret(value):
                yield Fault(
                    "MC014",
                    Phrase(
                        "{key} takes the name of an environment variable, and this looks like a secret",
                        key=key,
                    ),
                    Phrase(
                        "remove it from the file, and reset it in the console if it was ever committed"
                    ),
                    key=(*path, key),
                    at_key=False,
                )


def _backend_keys(state: Mapping[str, Any]) -> Iterator[Fault]:
    """Find keys that only another kind of backend reads."""
    own = BACKENDS.get(str(state.get("backend", "local")))
    kinds = {key: name for name, kind in reversed(BACKENDS.items()) for key in kind.keys}
    for key, name in kinds.items():
        if key in state and own is not None and key not in own.keys:
            yield Fault(
                "MC014",
                Phrase("use {key} with backend: {backend}", key=key, backend=name),
                Phrase("write backend: {backend}, or delete {key}", key=key, backend=name),
                key=("state", key),
            )
    for key in own.needed if own is not None else ():
        if key not in state:
            yield Fault(
                "MC012",
                Phrase("{key} is missing", key=key),
                Phrase("add {key}: it says where the ledger is", key=key),
                key=("state",),
            )


def _endpoint(written: object) -> Iterator[Fault]:
    """Find an address that would carry the ledger without TLS."""
    if isinstance(written, str) and (why := check_https_address(written)) is not None:
        hint = Phrase("correct state.endpoint in massctl.yaml")
        yield Fault("MC014", why, hint, key=("state", "endpoint"), at_key=False)


def _ledger_keys(state: Mapping[str, Any]) -> Iterator[Fault]:
    """Find what is no public key; of a private one, everybody who can read the repository has it now."""
    for index, key in enumerate(list_of(state.get("keys"))):
        if not isinstance(key, str) or re.fullmatch(LEDGER_KEY_PATTERN, key):
            continue  # of another type: reported already
        say = Phrase("this is not a public key of the ledger")
        hint = Phrase(
            "write the key as {command} wrote it", command=Command("state init", "--signed")
        )
        if key.startswith("PRIVATE+KEY+"):
            say = Phrase(
                "this is the private key of the ledger, and its place is outside of the repository"
            )
            hint = Phrase(
                "write the public key; if the private one was ever committed: {command}",
                command=Command("state init", '--new-key --reason "…"'),
            )
        yield Fault("MC014", say, hint, key=("state", "keys", index), at_key=False)


def _original_ids(accounts: Mapping[str, Mapping[str, Any]]) -> Iterator[Fault]:
    """Find an original id of two AppIDs: an event that is addressed to it would be taken for either's."""
    seen: dict[str, tuple[str, object]] = {}
    for name, account in accounts.items():
        written = account.get("original_id")
        appid = account.get("appid")
        if not isinstance(written, str):
            continue  # its type is reported already
        other, same = seen.setdefault(written, (name, appid))
        if same != appid:
            yield Fault(
                "MC014",
                Phrase(
                    "{id} is also the original id of account {other}", id=word(written), other=other
                ),
                Phrase(
                    "write the ID that the console shows under 设置与开发 / 账号详情 for this account"
                ),
                key=("accounts", name, "original_id"),
                at_key=False,
            )


def _callbacks(
    accounts: Mapping[str, Mapping[str, Any]], root: Mapping[str, Any]
) -> Iterator[Fault]:
    """Find callbacks that could not be heard, and addresses that what WeChat said must not go on to."""
    blocks: list[tuple[KeyPath, Mapping[str, Any]]] = [(("callback",), root)]
    blocks += [
        (("accounts", name, "callback"), mapping_of(each.get("callback")))
        for name, each in accounts.items()
    ]
    for path, block in blocks:
        written = block.get("forward")
        if isinstance(written, str) and (problem := check_https_address(written)) is not None:
            yield Fault(
                "MC014",
                problem,
                Phrase("write the address of your own service, or delete forward"),
                key=(*path, "forward"),
                at_key=False,
            )
        place = str(block.get("path", "")).rstrip("/")
        if place in RESERVED_PATHS:
            yield Fault(
                "MC014",
                Phrase("{path} is answered by massctl itself", path=place),
                Phrase("take another path"),
                key=(*path, "path"),
                at_key=False,
            )
        if "previous_aes_key_env" in block and "aes_key_env" not in block:
            yield Fault(
                "MC014",
                Phrase("there is a previous key and no current one"),
                Phrase("write aes_key_env, or delete previous_aes_key_env"),
                key=(*path, "previous_aes_key_env"),
            )
    for name, account in accounts.items():
        yield from _platform(name, account)


def _platform(name: str, account: Mapping[str, Any]) -> Iterator[Fault]:
    """Find what keeps the events of a third-party platform from being told apart."""
    callback = mapping_of(account.get("callback"))
    place = ("accounts", name, "callback", "component_appid")
    if "component_appid" not in callback:
        return
    if "aes_key_env" not in callback:
        yield Fault(
            "MC014",
            Phrase("a third-party platform seals what it posts, and no key is named"),
            Phrase("write aes_key_env: the variable with the platform's 消息加解密Key"),
            key=place,
        )
    if "original_id" not in account:
        yield Fault(
            "MC014",
            Phrase(
                "a platform's seal does not say which account an event is for, and the account has no original_id"
            ),
            Phrase(
                "write original_id, which the account's console shows under 设置与开发 / 账号详情"
            ),
            key=place,
        )


def _hosts(accounts: Mapping[str, Mapping[str, Any]], policy: Mapping[str, Any]) -> Iterator[Fault]:
    hosts = [host for host in list_of(policy.get("api_hosts")) if isinstance(host, str)]
    for name, account in accounts.items():
        address = account.get("api_base")
        if isinstance(address, str) and (problem := check_api_base(address, hosts)) is not None:
            yield Fault(
                "MC023", problem, _API_BASE, key=("accounts", name, "api_base"), at_key=False
            )


def _own_sites(data: Mapping[str, Any], path: KeyPath) -> Iterator[Fault]:
    """Find hosts that cannot be the team's own: all below a suffix that anybody registers under, and WeChat's."""
    for index, host in enumerate(list_of(mapping_of(data.get("own_sites")).get("hosts"))):
        plain = str(host).lower().rstrip(".")
        place = (*path, "own_sites", "hosts", index)
        if (plain.startswith("*.") and "." not in plain[2:]) or plain in _SUFFIXES:
            say = Phrase("{host} is many other people's hosts too", host=word(host))
            hint = Phrase("write {example}", example="*.example.com")
            yield Fault("MC014", say, hint, key=place, at_key=False)
        elif plain in _WECHAT_HOSTS:
            say = Phrase("{host} is WeChat's, and its articles take no tag", host=word(host))
            yield Fault("MC014", say, TAKE_OUT, key=place, at_key=False)


def _wait(
    accounts: Mapping[str, Mapping[str, Any]], policy: Mapping[str, Any], override: str | None
) -> Iterator[Fault]:
    wait = policy.get("in_doubt_wait")
    if type(wait) is not int or wait >= IN_DOUBT_WAIT_SECONDS_MIN:
        return
    bases = [str(account.get("api_base", API_BASE)) for account in accounts.values()]
    if any(realm_of(base) != "loopback" for base in ([override] if override else bases)):
        yield Fault(
            "MC014",
            Phrase(
                "in_doubt_wait must be at least {least} seconds", least=IN_DOUBT_WAIT_SECONDS_MIN
            ),
            Phrase("less is allowed only for accounts whose api_base is on this machine"),
            key=("policy", "in_doubt_wait"),
            at_key=False,
        )


def _approval(policy: Mapping[str, Any]) -> Iterator[Fault]:
    """Find approvals that could not count: what is approved is the lock on the branch that sends."""
    missing = [
        key
        for key, there in (
            ("require_lock", policy.get("require_lock") is True),
            ("branch", "branch" in policy),
        )
        if not there
    ]
    asking = [
        key for key in ("require_approval", "approvals") if policy.get(key) not in (None, False, [])
    ]
    for key in asking if missing else ():
        say = Phrase(
            "{key} needs {keys}: what is approved is a lock, by its merge",
            key=key,
            keys=enumerated(missing),
        )
        hint = Phrase(
            "write require_lock: true and branch: main beside it, or delete {key}", key=key
        )
        yield Fault("MC014", say, hint, key=("policy", key), at_key=False)
    for number, row in enumerate(list_of(policy.get("approvals"))):
        yield from _too_few(number, mapping_of(row))


def _too_few(number: int, row: Mapping[str, Any]) -> Iterator[Fault]:
    """Find a row that nobody could satisfy."""
    count = row.get("count")
    named = row.get("from")
    people = {str(each).casefold() for each in list_of(named)}
    if isinstance(named, list) and isinstance(count, int) and len(people) < count:
        say = Phrase("this row asks for more approvals than it names people")
        hint = Phrase("name more logins under from, or lower count")
        yield Fault("MC014", say, hint, key=("policy", "approvals", number, "count"), at_key=False)


def _forge(forge: Mapping[str, Any]) -> Iterator[Fault]:
    address = forge.get("api")
    if isinstance(address, str) and (problem := check_https_address(address)) is not None:
        yield Fault(
            "MC014",
            problem,
            Phrase("write the address of the forge's API, or delete api for the public one"),
            key=("forge", "api"),
            at_key=False,
        )


def _quiet_hours(quiet: Mapping[str, Any]) -> Iterator[Fault]:
    zone = quiet.get("timezone")
    if isinstance(zone, str) and zone and not is_zone(zone):
        hint = Phrase("write a name like {example}", example="Asia/Shanghai")
        path = ("policy", "quiet_hours", "timezone")
        yield Fault(
            "MC014",
            Phrase("there is no time zone {zone}", zone=word(zone)),
            hint,
            key=path,
            at_key=False,
        )
    if isinstance(quiet.get("from"), str) and quiet.get("from") == quiet.get("to"):
        yield Fault(
            "MC014",
            Phrase("from and to are the same: there would be no quiet hours"),
            Phrase("delete quiet_hours, or correct them"),
            key=("policy", "quiet_hours", "to"),
            at_key=False,
        )


def _moved(written: object, folders: Mapping[CampaignName, Folder]) -> Iterator[Fault]:
    """Find renamings that do not lead from names without a folder to the one folder of a campaign."""
    blocks = [mapping_of(each) for each in list_of(written)]
    found = [(index, each.get("from"), each.get("to")) for index, each in enumerate(blocks)]
    moves: dict[str, str] = {}
    for index, former, name in found:
        if not isinstance(former, str) or not isinstance(name, str):
            continue  # its type is reported already
        fault: tuple[str, Phrase] | None = None
        if former in moves:
            fault = "from", Phrase("{name} is renamed twice", name=former)
        elif name in moves.values():
            fault = (
                "to",
                Phrase("two campaigns cannot become {name}: each has a separate record", name=name),
            )
        elif _end_of(name, moves) == former:
            fault = "to", Phrase("{name} leads back to itself", name=former)
        if fault is not None:
            yield Fault("MC032", fault[1], _ONE_EACH, key=("moved", index, fault[0]), at_key=False)
            continue
        moves[former] = name
        if folder_name(name) in folders and cell_of(name):
            continue  # Its campaign.yaml has no cells now, or none that can be read: its own faults say so.
        if former in folders:
            yield Fault(
                "MC031",
                Phrase(
                    "{folder} still exists, so it was not renamed",
                    folder=folders[CampaignName(former)],
                ),
                Phrase("delete this entry, or rename the other campaign that uses the old name"),
                key=("moved", index, "from"),
                at_key=False,
            )
        elif name not in folders and name not in [onward for _, onward, _ in found]:
            yield Fault(
                "MC031",
                Phrase("there is no campaign {name}", name=name),
                Phrase(
                    "write the name that the folder has now, or delete this entry if the campaign is gone"
                ),
                key=("moved", index, "to"),
                at_key=False,
            )


def _end_of(name: str, moves: Mapping[str, str]) -> str:
    while name in moves:
        name = moves[name]
    return name


def _freeze(written: object) -> Iterator[Fault]:
    for index, span in enumerate(list_of(written)):
        if not isinstance(span, str) or not re.fullmatch(DAYS_PATTERN, span):
            continue  # its form is reported already
        first, _, last = span.partition("/")
        days = [_day(first), _day(last or first)]
        path = ("policy", "freeze", index)
        if None in days:
            say = Phrase("there is no such day: {found}", found=shown(span))
            hint = Phrase("check the month and the day")
            yield Fault("MC014", say, hint, key=path, at_key=False)
        elif str(days[0]) > str(days[1]):
            yield Fault(
                "MC014",
                Phrase(
                    "the last day, {last}, is before the first, {first}", first=first, last=last
                ),
                Phrase("write the earlier day first"),
                key=path,
                at_key=False,
            )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
