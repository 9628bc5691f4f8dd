"""Which campaigns a selection takes, and which words are about the others.

A selection of groups shows nothing of other groups: neither their campaigns, titles and paths nor their accounts.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from massctl.model.audience import AudienceName, NamedAudience
from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName, folder_name
from massctl.model.selection import Selection
from massctl.model.settings import MassctlFile
from massctl.source.audiences import Audiences
from massctl.source.campaigns import Loaded, load_campaign
from massctl.source.groups import CampaignFolders, with_above
from massctl.source.repository import Repository


class Scope:
    """The campaigns of a repository that a selection takes."""

    def __init__(self, repository: Repository, settings: MassctlFile, selection: Selection) -> None:
        """Read campaign.yaml only where the selection asks for it."""
        self.selection = selection
        self._repository = repository
        self._settings = settings
        self._declared: dict[str, _Said] = {}
        self._loaded: dict[CampaignName, Loaded] = {}

    def takes(self, name: str, appid: str | None = None) -> bool:
        """Return whether a campaign is taken; `appid` is that of its record, where it has one.

        One whose account cannot be read is taken whatever the accounts are. A record without a folder is in no group.
        """
        if not self.is_in_group(name):
            return False
        if not self.selection.accounts:
            return True
        return any(map(self.selection.takes_account, self._accounts(name, appid)))

    def is_in_group(self, name: str) -> bool:
        """Return whether a campaign stands in one of the groups, whatever its account is."""
        return self.selection.takes_group(self._folders.group(name))

    def takes_send(self, name: str | None, account: str | None) -> bool:
        """Return whether a send of an account is taken; without a name it was made in the console."""
        if name is None:
            return account is None or self.takes_account(account)
        return self.is_in_group(name) and self.selection.takes_account(account)

    def names(self, names: Iterable[str]) -> list[str]:
        """Return those of `names` that are taken."""
        return [name for name in names if self.takes(name)]

    def audiences(self, audiences: Audiences) -> list[NamedAudience]:
        """Read the audiences that are taken: of groups those that their campaigns go to, and what these need."""
        names = audiences.names if not self.selection.groups else self._own_audiences(audiences)
        every = [each for name in names if (each := audiences.audience(name)) is not None]
        takes = self.selection.takes_account
        return [each for each in every if takes(each.file.account if each.file else None)]

    def _own_audiences(self, audiences: Audiences) -> list[AudienceName]:
        own = filter(self.is_in_group, self._folders.names)
        waiting = [each for name in own if (each := self._said(name).audience) is not None]
        found: set[AudienceName] = set()
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += audiences.needs(name)
        return sorted(found)

    def takes_account(self, account: str) -> bool:
        """Return whether a campaign that is taken may be of an account."""
        if not self.selection.takes_account(account):
            return False
        return not self.selection.groups or account in self._own_accounts

    @cached_property
    def _own_accounts(self) -> frozenset[str | None]:
        own = filter(self.is_in_group, self._folders.names)
        return frozenset(self._said(name).account for name in own)

    def _accounts(self, name: str, appid: str | None) -> list[str | None]:
        if appid is None:
            return [self._said(name).account]
        return [key for key, each in self._settings.accounts.items() if each.appid == appid]

    def _said(self, name: str) -> "_Said":
        """Return what a campaign says of itself, as far as it can be read."""
        if name not in self._declared:
            loaded = load_campaign(
                self._repository, CampaignName(name), self._settings, self._loaded
            )
            declared = loaded.file.model_dump() if loaded.file is not None else loaded.declared
            account = declared.get("account")
            known = account if isinstance(account, str) else None
            of = loaded.file.audience.of if loaded.file is not None else None
            audience = AudienceName(of) if of is not None else None
            self._declared[name] = _Said(known, frozenset(_titles(declared)), audience)
        return self._declared[name]

    def own_words(self) -> Iterator[str]:
        """Return what the groups that are selected are called, and their campaigns, titles, folders and accounts."""
        yield from self._own_groups
        for name in filter(self.is_in_group, self._folders.names):
            yield from (name, folder_name(name), self._folders.folder(name))
            yield from self._said(name).titles
        yield from self._account_words(is_own=True)

    def other_words(self) -> Iterator[str]:
        """Return what other groups are called, and their titles and accounts."""
        for name in self.other_names:
            yield from (
                each
                for each in with_above(self._folders.group(name))
                if each not in self._own_groups
            )
            yield from self._said(name).titles
        yield from self._account_words(is_own=False)

    @property
    def other_names(self) -> list[CampaignName]:
        """The campaigns of other groups."""
        return [name for name in self._folders.names if not self.is_in_group(name)]

    def _account_words(self, *, is_own: bool) -> Iterator[str]:
        for key, account in self._settings.accounts.items():
            if (key in self._own_accounts) == is_own:
                yield from (key, account.name or "", account.owner or "")

    @cached_property
    def _own_groups(self) -> frozenset[str]:
        own = filter(self.is_in_group, self._folders.names)
        return frozenset(each for name in own for each in with_above(self._folders.group(name)))

    @property
    def _folders(self) -> CampaignFolders:
        return self._repository.campaign_folders


class _Said(Frozen):
    """What campaign.yaml says."""

    account: str | None
    titles: frozenset[str]
    audience: AudienceName | None
    """The audience that it goes to; None of every other campaign, and where that cannot be read."""


def _titles(declared: object) -> Iterator[str]:
    """Return every title in a campaign.yaml."""
    if isinstance(declared, list):
        for each in declared:
            yield from _titles(each)
    if isinstance(declared, Mapping):
        for key, value in declared.items():
            if key == "title" and isinstance(value, str):
                yield value
            else:
                yield from _titles(value)
