"""Which campaigns a selection takes, and which words are about the others.

A selection of groups shows nothing of other groups: neither their campaigns, titles and paths nor their accounts.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property

from massctl.model.ids import CampaignName
from massctl.model.selection import Selection
from massctl.model.settings import MassctlFile
from massctl.source.campaigns import Loaded, load_campaign
from massctl.source.groups import with_above
from massctl.source.repository import Repository


class Selected:
    """The campaigns of a repository that a selection takes."""

    def __init__(self, repository: Repository, settings: MassctlFile, selection: Selection) -> None:
        """Read campaign.yaml only where the selection asks for it."""
        self.selection = selection
        self._repository = repository
        self._settings = settings
        self._declared: dict[str, tuple[str | None, str]] = {}
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
        return self.selection.takes_group(self._repository.campaign_folders.group(name))

    def takes_send(self, name: str | None, account: str | None) -> bool:
        """Return whether a send of an account is taken; without a name it was made in the console."""
        if name is None:
            return account is None or self.takes_account(account)
        return self.is_in_group(name) and self.selection.takes_account(account)

    def names(self, names: Iterable[str]) -> list[str]:
        """Return those of `names` that are taken."""
        return [name for name in names if self.takes(name)]

    def takes_account(self, account: str) -> bool:
        """Return whether a campaign that is taken may be of an account."""
        if not self.selection.takes_account(account):
            return False
        return not self.selection.groups or account in self._own_accounts

    @cached_property
    def _own_accounts(self) -> frozenset[str | None]:
        own = self.names(self._repository.campaign_folders.names)
        return frozenset(self._said(name)[0] for name in own)

    def _accounts(self, name: str, appid: str | None) -> list[str | None]:
        if appid is None:
            return [self._said(name)[0]]
        return [key for key, each in self._settings.accounts.items() if each.appid == appid]

    def _said(self, name: str) -> tuple[str | None, str]:
        """Return the account and the title of a campaign, as far as they can be read."""
        if name not in self._declared:
            loaded = load_campaign(
                self._repository, CampaignName(name), self._settings, self._loaded
            )
            declared = loaded.file.model_dump() if loaded.file is not None else loaded.declared
            account, title = declared.get("account"), declared.get("title")
            known = account if isinstance(account, str) else None
            self._declared[name] = known, title if isinstance(title, str) else ""
        return self._declared[name]

    def hidden(self) -> Iterator[str]:
        """Return the titles, groups and accounts of other groups; none where no group is asked for."""
        if not self.selection.groups:
            return
        folders = self._repository.campaign_folders
        own = {
            group
            for name in folders.names
            if self.is_in_group(name)
            for group in with_above(folders.group(name))
        }
        for name in folders.names:
            if not self.is_in_group(name):
                yield self._said(name)[1]
                yield from (each for each in with_above(folders.group(name)) if each not in own)
        for key, account in self._settings.accounts.items():
            if not self.takes_account(key):
                yield from (key, account.name or "", account.owner or "")
