"""Sentences for people that are translated later.

A `Phrase` is an ordinary English `str` that remembers the template it was made from, so that the view
can translate it (`massctl.view.i18n`) without the core knowing about languages. Everything a person
may read is a Phrase. Its template is a literal in the call, where Babel finds it; a test compares what
Babel finds with `massctl/locale/zh/LC_MESSAGES/massctl.po`.
"""

import errno
import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, Self


class Phrase(str):
    """An English sentence and the template and values it came from."""

    __slots__ = ("plural", "template", "values")

    template: str
    plural: str | None
    """The template for any other `count` than 1, where the sentence has a count."""
    values: Mapping[str, object]

    def __new__(cls, template: str, plural: str | None = None, /, **values: object) -> Self:
        """Fill `template` (str.format fields by name) with `values`; values may be Phrases themselves.

        Without values the template stays as it is, and may be filled by a Phrase that is made from it.
        """
        chosen = template if plural is None or values["count"] == 1 else plural
        self = super().__new__(cls, chosen.format(**values) if values else chosen)
        self.template = str(template)
        self.plural = plural
        self.values = values
        return self

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: object) -> Any:
        """Tell a schema that it is a string in JSON."""
        return {"type": "str"}


def plural_phrase(one: str, many: str, *, count: int, **values: object) -> Phrase:
    """Make the sentence of a count: `one` where it is 1, else `many`."""
    return Phrase(one, many, count=count, **values)


class Command(Phrase):
    """A command of massctl as it is typed, by itself or as a value of a sentence: in every language the same.

    Where a run advises it, the view adds what that run was given, such as `-C DIR`.
    """

    __slots__ = ("arguments", "verb")

    verb: str
    arguments: tuple[object, ...]

    def __new__(cls, verb: str, *arguments: object) -> Self:
        """Join our own `verb` and `arguments`, which may be anybody's words."""
        self = super().__new__(cls, "massctl {line}", line=" ".join(map(str, (verb, *arguments))))
        self.verb = verb
        self.arguments = arguments
        return self


class ShellCommand(Phrase):
    """A command of another program as it is typed, in every language the same; its branches and files are nobody's."""

    __slots__ = ()


class AccountKey(Phrase):
    """The key of an account, which the view shows with its name and its owner."""

    def __new__(cls, key: str) -> Self:
        """Name an account by its key."""
        return super().__new__(cls, "{account}", account=key)


A_FILE = Phrase("FILE")
A_BRANCH = Phrase("BRANCH")
A_WECHAT_NAME = Phrase("WECHAT_NAME")
"""What stands in a command for something that only the reader knows, in the reader's language."""


def enumerated(parts: Sequence[str]) -> str:
    """Join one or more names as a language lists them: `a, b` or `a、b`."""
    said = parts[0]
    for part in parts[1:]:
        said = Phrase("{first}, {rest}", first=said, rest=part)
    return said


def in_a_row(parts: Sequence[str]) -> str:
    """Join one or more sentences so that each can still be said in another language."""
    said = parts[0]
    for part in parts[1:]:
        said = Phrase("{first}; {second}", first=said, second=part)
    return said


UNNAMED = "NAME"
"""What stands for a campaign's name in a sentence that is written before it is known whose it is."""


def about(said: str, name: str) -> str:
    """Put a campaign's name where a sentence left it open: where its value `name`, or an argument, is UNNAMED."""
    if isinstance(said, Command):
        return Command(said.verb, *(name if each == UNNAMED else each for each in said.arguments))
    if not isinstance(said, Phrase) or not said.values:
        return said
    told = {
        key: about(each, name) if isinstance(each, str) else each
        for key, each in said.values.items()
    }
    if told.get("name") == UNNAMED:
        told["name"] = name
    return Phrase(said.template, said.plural, **told)


BEIJING = timezone(timedelta(hours=8))
"""The time of WeChat's days and of its console; China has no summer time."""


def moment(at: datetime) -> str:
    """Write a moment, which has an offset, in that offset."""
    return f"{at:%Y-%m-%d %H:%M} {offset(at)}"


def offset(at: datetime) -> str:
    """Write the offset of a moment: `+08:00`."""
    return at.isoformat()[-6:]


def in_time(at: datetime, now: datetime) -> Phrase:
    """Return how long it is until `at`, to the minute and never too early; less than a minute where it has passed."""
    minutes = max(0, math.ceil((at - now).total_seconds() / 60))
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return Phrase("in {days} days {hours} h", days=hours // 24, hours=hours % 24)
    if hours:
        return Phrase("in {hours} h {minutes} min", hours=hours, minutes=minutes)
    return (
        Phrase("in {minutes} min", minutes=minutes) if minutes else Phrase("in less than a minute")
    )


_REASONS = {
    errno.ENOENT: Phrase("No such file or directory"),
    errno.EACCES: Phrase("Permission denied"),
    errno.EPERM: Phrase("Operation not permitted"),
    errno.EISDIR: Phrase("Is a directory"),
    errno.ENOTDIR: Phrase("Not a directory"),
    errno.EEXIST: Phrase("File exists"),
    errno.ENAMETOOLONG: Phrase("File name too long"),
    errno.ENOSPC: Phrase("No space left on device"),
    errno.EDQUOT: Phrase("Disk quota exceeded"),
    errno.EROFS: Phrase("Read-only file system"),
    errno.EIO: Phrase("Input/output error"),
    errno.ELOOP: Phrase("Too many levels of symbolic links"),
    errno.EADDRINUSE: Phrase("Address already in use"),
    errno.EADDRNOTAVAIL: Phrase("Cannot assign requested address"),
    errno.ENOTEMPTY: Phrase("Directory not empty"),
    errno.EBUSY: Phrase("Device or resource busy"),
    errno.EMFILE: Phrase("Too many open files"),
    errno.ENFILE: Phrase("Too many open files in system"),
    errno.ENOMEM: Phrase("Cannot allocate memory"),
    errno.EFBIG: Phrase("File too large"),
    errno.EINVAL: Phrase("Invalid argument"),
    errno.ENOEXEC: Phrase("Exec format error"),
    errno.EXDEV: Phrase("Invalid cross-device link"),
    errno.EPIPE: Phrase("Broken pipe"),
    errno.ETIMEDOUT: Phrase("Connection timed out"),
    errno.ECONNREFUSED: Phrase("Connection refused"),
    errno.ECONNRESET: Phrase("Connection reset by peer"),
    errno.ENOLCK: Phrase("No locks available"),
    errno.ESTALE: Phrase("Stale file handle"),
}
"""The system's own words for what a person can do something about; others are passed on in its language."""


def system_reason(error: OSError) -> str:
    """Say why: the system's reason, else the kind of the error."""
    known = _REASONS.get(error.errno) if error.errno is not None else None
    return known or error.strerror or type(error).__name__
