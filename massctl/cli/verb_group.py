"""A group of verbs that load when they are typed."""

from collections.abc import Mapping
from pkgutil import resolve_name
from typing import Any

import click
from click.exceptions import NoSuchCommand


class VerbGroup(click.Group):
    """A group with verbs of its own module, and `late` ones: name -> where it is, as `module:name`."""

    def __init__(self, *given: Any, late: Mapping[str, str], **more: Any) -> None:
        """Know the late verbs without importing one."""
        super().__init__(*given, **more)
        self._late = late

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs, late ones last."""
        return [*(verb for verb in self.commands if verb not in self._late), *self._late]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a late verb."""
        if cmd_name in self._late and cmd_name not in self.commands:
            verb = resolve_name(self._late[cmd_name])
            # It speaks as the group does, and takes `-v` like it.
            verb.context_class = self.context_class
            verb.params += self.params
            self.add_command(verb)
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the typed verb, or suggest a near one; click looks only among imported verbs."""
        try:
            return super().resolve_command(ctx, args)
        except NoSuchCommand as error:
            known = self.list_commands(ctx)
            raise NoSuchCommand(error.command_name, possibilities=known, ctx=ctx) from None
