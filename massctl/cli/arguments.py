"""Flags that several verbs share, the values they take, what a shell proposes for them, and the files they name."""

import math
import re
import sys
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from massctl.errors import UsageError
from massctl.model.ids import GIT_NAME_PATTERN, folder_name
from massctl.model.phrase import Phrase, system_reason
from massctl.model.settings import parse_duration

if TYPE_CHECKING:
    from massctl.model.message import Window

F = TypeVar("F", bound=Callable[..., Any])


def campaign_names(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """List the campaigns of the repository that begin so."""
    # Only a shell that asks reads the repository.
    from massctl.source.repository import Repository

    names = Repository(_root(context)).campaign_folders.names
    # The name of a folder stands for all cells of its matrix.
    every = {*names, *map(folder_name, names)}
    return sorted(name for name in every if name.startswith(incomplete))


def account_names(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """List the accounts of massctl.yaml that begin so; none while it has faults."""
    from massctl.source.repository import Repository
    from massctl.source.settings import load_settings

    settings, _faults = load_settings(Repository(_root(context)), loopback_override=None)
    return (
        [name for name in settings.accounts if name.startswith(incomplete)]
        if settings is not None
        else []
    )


def group_names(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """List the groups of the repository that begin so."""
    from massctl.source.repository import Repository

    groups = Repository(_root(context)).campaign_folders.groups
    return sorted(name for name in groups if name.startswith(incomplete))


def audience_names(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """List the audiences of the repository that begin so."""
    from massctl.source.audiences import named_audiences
    from massctl.source.repository import Repository

    names = named_audiences(Repository(_root(context)))
    return [name for name in names if name.startswith(incomplete)]


def series_names(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """List the series that campaigns of the repository name and that begin so."""
    from massctl.source.remarks import remarks_of
    from massctl.source.repository import Repository

    repository = Repository(_root(context))
    named = (
        remarks_of(repository, each, None).series for each in repository.campaign_folders.names
    )
    return sorted({name for name in named if name is not None and name.startswith(incomplete)})


def _root(context: click.Context) -> Path:
    return Path(str(context.find_root().params.get("directory") or "."))


form_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
"""`--format`, of a verb that can answer with a document."""
account_option = click.option(
    "--account",
    shell_complete=account_names,
    metavar="A",
    help="The account's name in massctl.yaml; required if there are several.",
)
"""`--account`, of a verb that is about one account."""
only_account_option = click.option(
    "--account",
    shell_complete=account_names,
    metavar="NAME",
    help="Only the sends of this account.",
)
"""`--account`, of the brake."""


def repo_option(command: F) -> F:
    """`--repo`, of a verb that is about a repository on GitHub."""
    return click.option(
        "--repo",
        type=Text(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+"),
        metavar="OWNER/REPOSITORY",
        help="The repository on github.com; default: that of the remote.",
    )(command)


def refuse(why: Phrase, param: click.Parameter | None, ctx: click.Context | None) -> NoReturn:
    """Refuse the value of a flag with a sentence that can be translated, which click's `fail` does not require."""
    raise click.BadParameter(why, ctx=ctx, param=param)


WAIT_SECONDS_MAX = 7 * 86_400
"""Longer than any job is followed: event and counts come within a day or two."""


class Seconds(click.FloatRange):
    """A wait: from 0 to a week."""

    name = "seconds"

    def __init__(self) -> None:
        super().__init__(min=0, max=WAIT_SECONDS_MAX)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read a number of seconds; refuse nan."""
        seconds = float(super().convert(value, param, ctx))
        if math.isnan(seconds):
            refuse(Phrase("{found} is not a number of seconds", found=str(value)), param, ctx)
        return seconds


TEXT_CHARACTERS_MAX = 1_000
"""What a person types to be recorded; the ledger is for facts, not for reports."""


class Text(click.ParamType[str]):
    """Words that are kept: of a pattern, and not endless."""

    name = "text"

    def __init__(self, pattern: str, like: str = "") -> None:
        """`like` shows how it looks, where it takes more than words."""
        self._pattern = re.compile(pattern, re.DOTALL)
        self._like = like

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read the words."""
        text = str(value)
        if len(text) > TEXT_CHARACTERS_MAX:
            too_long = Phrase(
                "the text has {count} characters; at most {limit} are allowed",
                count=len(text),
                limit=TEXT_CHARACTERS_MAX,
            )
            refuse(too_long, param, ctx)
        if self._like and not self._pattern.fullmatch(text):
            wrong = Phrase("{found} must look like {example}", found=repr(text), example=self._like)
            refuse(wrong, param, ctx)
        if not self._pattern.fullmatch(text):
            refuse(
                Phrase("{found} needs at least one visible character", found=repr(text)), param, ctx
            )
        return text


class GitName(click.ParamType[str]):
    """The name of a branch or a remote."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read a name that massctl.yaml takes too."""
        if not re.fullmatch(GIT_NAME_PATTERN, str(value)):
            refuse(
                Phrase("{found} is not the name of a branch or a remote", found=ascii(value)[:60]),
                param,
                ctx,
            )
        return str(value)


class Moment(click.ParamType[datetime]):
    """A moment with its offset: without one nobody knows which hour is meant."""

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read a moment as ISO 8601 writes it."""
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            refuse(
                Phrase(
                    "{found} is not a time; write it like 2026-12-01T20:00:00+08:00", found=value
                ),
                param,
                ctx,
            )
        if len(str(value)) <= len("2026-12-01"):
            say = Phrase(
                "{found} has no time of day; write it like {found}T20:00:00+08:00", found=value
            )
            refuse(say, param, ctx)
        if at.tzinfo is None:
            refuse(
                Phrase("{found} has no offset; for Beijing time write {found}+08:00", found=value),
                param,
                ctx,
            )
        return at


WINDOW_EXAMPLE = "2026-12-01 20:00-22:00"
"""A window as people type it: a day and its hours, in Beijing time."""
_NO_WINDOW = "none"
_BEIJING = "+08:00"
_DAY = r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?"
_HOUR = r"\d{1,2}:\d{2}"
_DAYS_AND_HOURS = re.compile(
    rf"(?P<day>{_DAY})[ T]*(?P<start>{_HOUR})\s*[-–—~至到]\s*((?P<last>{_DAY})[ T]+)?(?P<end>{_HOUR})"
    r"(?:\s*(?P<offset>[+-]\d{2}:\d{2}))?"
)


class NotAWindowError(ValueError):
    """Report why what was typed is not a window, in words that can be translated."""

    def __init__(self, why: Phrase) -> None:
        super().__init__(why)
        self.why: Phrase = why


def parse_window(text: str) -> "Window | None":
    """Read a day and its hours (`2026-12-01 20:00-22:00`), or FROM/TO as campaign.yaml has them; None for `none`.

    Hours without an offset are those of Beijing. Signs of a Chinese keyboard count as their ASCII forms. Raises
    NotAWindowError.
    """
    from massctl.model.message import Window

    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.lower() == _NO_WINDOW:
        return None
    if (said := _DAYS_AND_HOURS.fullmatch(plain)) is not None:
        days = [
            "-".join(f"{int(each):02}" for each in re.findall(r"\d+", said[key] or said["day"]))
            for key in ("day", "last")
        ]
        zone = said["offset"] or _BEIJING
        ends = [
            f"{day}T{said[key]:0>5}{zone}" for day, key in zip(days, ("start", "end"), strict=True)
        ]
    else:
        ends = [each.strip() for each in plain.split("/")]
        if len(ends) != len(("from", "to")):
            raise NotAWindowError(
                Phrase(
                    "{found} is not a window; write it like {example}, or none",
                    found=text,
                    example=WINDOW_EXAMPLE,
                )
            )
    start, end = (_moment(each, text) for each in ends)
    if end <= start:
        across = "2026-12-01 23:00-2026-12-02 01:00"
        raise NotAWindowError(
            Phrase(
                "{found} ends before it begins; past midnight write both days: {example}",
                found=text,
                example=across,
            )
        )
    return Window(start, end)


def _moment(written: str, text: str) -> datetime:
    """Read one end of a window. Raises NotAWindowError."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        why = Phrase(
            "{found} is not a window; write it like {example}, or none",
            found=text,
            example=WINDOW_EXAMPLE,
        )
        if re.match(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", written):
            why = Phrase("{found} names a day or an hour that does not exist", found=text)
        raise NotAWindowError(why) from None
    if at.tzinfo is None:
        raise NotAWindowError(
            Phrase("{found} has no offset; for Beijing time write {found}+08:00", found=written)
        )
    return at


class WindowSpan(click.ParamType["tuple[Window | None]"]):
    """A window, or `none` for no window. The value is a tuple, because None means that the flag is absent."""

    name = "window"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "tuple[Window | None]":
        """Read the window."""
        try:
            return (parse_window(str(value)),)
        except NotAWindowError as error:
            refuse(error.why, param, ctx)


class Duration(click.ParamType[timedelta]):
    """A span of time, up to a week: 90s, 45m, 3h."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Read a number and its unit."""
        try:
            span = parse_duration(str(value))
        except ValueError:
            refuse(
                Phrase("{found} is not a duration; write it like 90s, 45m or 3h", found=value),
                param,
                ctx,
            )
        if span > timedelta(seconds=WAIT_SECONDS_MAX):
            refuse(Phrase("{found} is more than seven days", found=value), param, ctx)
        return span


def sandbox_option(command: F) -> F:
    """Add `--sandbox`."""
    add = click.option(
        "--sandbox",
        is_flag=True,
        help="Work against a WeChat on this machine, with a separate ledger and clock; needs no secret.",
    )
    return add(command)


STANDARD_INPUT = "-"


def read_at_most(file: str, limit: int, nothing: str, hint: str = "") -> bytes:
    """Read a file, or standard input for `-`, up to one byte more than the `limit`: a longer result is too long.

    Raises UsageError for a file that cannot be read; `nothing` is what was not done then, `hint` what to do.
    """
    if file == STANDARD_INPUT:
        return sys.stdin.buffer.read(limit + 1)
    try:
        with Path(file).open("rb") as opened:
            return opened.read(limit + 1)
    except (OSError, ValueError) as error:
        why = system_reason(error) if isinstance(error, OSError) else type(error).__name__
        raise UsageError(
            Phrase("{path} cannot be read: {why}", path=file, why=why), nothing, hint
        ) from None
