"""What rendering reads, as a port: `massctl.source` implements it on the disk, tests with dictionaries."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol

from massctl.model.batches import OpenidList
from massctl.model.diagnostics import Fault, KeyPath, Place
from massctl.model.frozen import Frozen
from massctl.model.message import Picture, Recording
from massctl.render.formula import Formula

PicturePurpose = Literal["inline", "cover"]
"""Where a picture stands: inside an article; or for itself, as a cover or in a picture message."""
RecordingPurpose = Literal["voice", "video"]


class ListedOpenids(Frozen):
    """A list of openids as it was read; nothing of it is in here but what names it, and where its faults are."""

    openid_list: OpenidList | None
    """None where anything in it is a fault."""
    faults: tuple[Fault, ...]
    """What makes it unusable, in the order of its lines."""
    notes: tuple[Fault, ...]
    """What is worth a warning."""


class OpenidLists(Protocol):
    """The lists of openids under `campaigns/`; paths are relative to it, with `/`, and never lead out of it."""

    def openids(self, path: str, /) -> ListedOpenids:
        """Read a list of openids, or return MC601 if it does not exist."""
        ...

    def audience(self, name: str, appid: str, /) -> ListedOpenids:
        """Return the people of audiences/NAME.yaml as they were frozen for an AppID, or MC616 if it does not exist."""
        ...


class Inputs(Protocol):
    """The files under `campaigns/`; paths are relative to it, with `/`, and never lead out of it."""

    def template(self, path: str, /) -> str | Fault:
        """Return the text of an article or template, or MC105 if it does not exist."""
        ...

    def picture(self, path: str, purpose: PicturePurpose, /) -> Picture | Fault:
        """Return a picture as it will be uploaded, or MC201 if it does not exist."""
        ...

    def recording(self, path: str, purpose: RecordingPurpose, /) -> Recording | Fault:
        """Return a sound or a video as it will be uploaded, or MC208 if it does not exist."""
        ...

    def stylesheet(self, theme: str, /) -> str | None:
        """Return a built-in theme, CSS for elements inside `.article`; None for an unknown name."""
        ...

    def article_address(self, campaign: str, number: int, /) -> str | Fault:
        """Return the address of an article, from 1, of a campaign that was sent before, or MC108 if none is known."""
        ...

    def settings_place(self, account: str, keys: Sequence[KeyPath], /) -> Place:
        """Return the place in massctl.yaml of the first of these keys, of the account's or else the repository's."""
        ...

    def own_themes(self) -> tuple[str, ...]:
        """Name the repository's own themes, to suggest one; each is a file `_shared/themes/NAME.css`."""
        ...

    def limits(self, seconds: float, memory_bytes: int, /) -> AbstractContextManager[None]:
        """Return a context that ends with TimeoutError or MemoryError where what runs in it needs more."""
        ...

    def formulas(self, formulas: Sequence[Formula], /) -> Fault | None:
        """Draw the formulas of one article, in their order; return a fault where nothing here can draw any."""
        ...
