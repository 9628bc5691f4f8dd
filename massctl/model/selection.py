"""Which campaigns a command is about: those of some accounts, and of some groups."""

from massctl.model.frozen import Frozen


class Selection(Frozen):
    """What `--account` and `--group` take. With both, a campaign must match both."""

    accounts: tuple[str, ...] = ()
    """Keys of accounts; empty: every account."""
    groups: tuple[str, ...] = ()
    """Groups, each with those below it; empty: every group."""

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return not (self.accounts or self.groups)

    @property
    def flags(self) -> str:
        """The flags, as they are typed in a shell."""
        said = [f"--account {each}" for each in self.accounts]
        return " ".join([*said, *(f"--group {each}" for each in self.groups)])

    def takes_account(self, account: str | None) -> bool:
        """Return whether a campaign of this account is taken; None: nobody knows its account."""
        return not self.accounts or account is None or account in self.accounts

    def takes_group(self, group: str) -> bool:
        """Return whether a campaign of this group is taken; empty: it stands in none."""
        below = (group == each or group.startswith(f"{each}/") for each in self.groups)
        return not self.groups or any(below)


EVERYTHING = Selection()
