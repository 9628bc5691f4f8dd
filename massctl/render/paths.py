"""From references as written to paths from the campaigns folder: what may be reached from where.

Templates: `_shared/…`, else from the campaign's folder. Pictures: first relative to the file that holds
the article, then to the campaign's folder. Nobody reaches another campaign, or out of `campaigns/`.
"""

import re
from collections.abc import Mapping
from urllib.parse import unquote

from msgspec.structs import replace

from massctl.model.diagnostics import Fault, note
from massctl.model.ids import Sha256
from massctl.model.message import PICTURE_SCHEME, Picture, Purpose
from massctl.model.phrase import Command, Phrase, enumerated
from massctl.render.inputs import Inputs, PicturePurpose

SHARED = "_shared"
_SCHEME = re.compile(r"^(?://|[A-Za-z][A-Za-z0-9+.-]+:)")
_DRIVE = re.compile(r"^[A-Za-z]:")
"""Of Windows: `C:`."""
REFERENCE_CHARACTERS_MAX = 900
"""Of a path as written; disks take names of 255 bytes, and editors write each byte of a Chinese one as `%E5`."""
_SHOWN_CHARACTERS_MAX = 80
_MARK = "(?:[\"']|%22|%27)"
_PIXEL = re.compile(
    "data:image/(?:gif;base64,R0lGODdhAQABA|gif;base64,R0lGODlhAQABA|png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB"
    rf"|svg\+xml(?=.{{0,300}}?\bwidth={_MARK}1(?:px)?{_MARK})(?=.{{0,300}}?\bheight={_MARK}1(?:px)?{_MARK}))",
    re.DOTALL,
)
"""The beginning of a GIF and of a PNG of one pixel, and of the SVG that WeChat's editor writes."""
_PICTURE = re.compile(r"^(?:https?:)?//|\.(?:png|jpe?g|gif|webp|bmp)\b", re.IGNORECASE)
_SHOWN_OF_IMG = frozenset({"src", "alt", "title", "style", "class"})
_MMBIZ = re.compile(r"^(?:https?:)?//(?:mmbiz\.(?:qpic|qlogo)|mmecoa\.qpic)\.cn/", re.IGNORECASE)
"""WeChat's own pictures, which stay as they are. Source: WeChat docs, media/uploadimg, read 2026-10; the others are
those of older and of newer articles on mp.weixin.qq.com, read 2026-11."""


def template_path(written: str, own: str) -> str | Fault:
    """Give the path of a template or article; MC022 where it may not be named, MC105 where none can be.

    `own` is the folder of the campaign that names it, from the campaigns folder.
    """
    if len(written) > REFERENCE_CHARACTERS_MAX:
        return _no_path("MC105", written)
    parts = written.split("/")
    if written.startswith("/") or "\\" in written or ".." in parts or "\0" in written:
        return Fault(
            "MC022",
            Phrase("{path} leads outside the campaign", path=written),
            Phrase("write a path relative to the campaign's folder, or `_shared/…`, without `..`"),
        )
    kept = [part for part in parts if part not in ("", ".")]
    return "/".join(kept if kept[:1] == [SHARED] else [own, *kept])


def is_foreign(written: str) -> bool:
    """Return whether a reference is an address, not a path."""
    return _SCHEME.match(written) is not None


def is_at_wechat(written: str) -> bool:
    """Return whether WeChat already hosts a picture."""
    return _MMBIZ.match(written) is not None


def is_pixel(written: str) -> bool:
    """Return whether an address is itself a picture of one pixel, which only keeps a place."""
    return _PIXEL.match(written) is not None


def is_spacer(attributes: Mapping[str, str | None]) -> bool:
    """Return whether an `<img>` shows one pixel only, and no other picture later."""
    return is_pixel(attributes.get("src") or "") and not (attributes.get("data-src") or "").strip()


def spacer_fault(attributes: Mapping[str, str]) -> Fault:
    """Return the note that a spacer is left out; an error if another attribute holds the picture that is meant."""
    address = attributes.get("src", "")
    late = next(
        (
            name
            for name in attributes
            if name not in _SHOWN_OF_IMG and _PICTURE.search(attributes[name])
        ),
        None,
    )
    if late is None:
        return pixel_note(address)
    return Fault(
        "MC206",
        Phrase(
            "the picture in `{name}` is not shown: WeChat reads only `src` and `data-src`",
            name=late,
        ),
        Phrase("write it as `src` instead of `{name}`", name=late),
        needle=address,
    )


def pixel_note(address: str) -> Fault:
    """Return the note that a picture of one pixel is left out."""
    return note(
        "MC214",
        Phrase("a picture of one pixel, which only keeps a place, is left out"),
        Phrase("nothing to do, unless a picture is missing here"),
        needle=address,
    )


def foreign_picture(written: str) -> Fault:
    """Make the fault of a picture whose address is not WeChat's."""
    shown = _shown(written)
    hint = Phrase(
        "save the picture in the campaign's folder and write its path; for a whole page: {command}",
        command=Command("import", "url PAGE.html NAME"),
    )
    if written.lower().startswith("data:"):
        hint = Phrase(
            "remove it if it shows nothing, as the placeholders of saved pages do; otherwise save it as a file"
        )
    return Fault(
        "MC206",
        Phrase(
            "{address} is not in the campaign, and WeChat would silently remove it", address=shown
        ),
        hint,
    )


def picture_paths(written: str, file: str, own: str) -> list[str] | Fault:
    """Return the paths at which a picture may be, best first; MC202 where none is allowed, MC201 where none can be.

    `file` is the file that holds the reference, and `own` the campaign's folder; all are from the campaigns folder.
    """
    if len(written) > REFERENCE_CHARACTERS_MAX:
        return _no_path("MC201", written)
    if written.startswith("/") or _DRIVE.match(written) or "\0" in written:
        return _outside(written)
    if "\\" in written:
        return _back_slashes(written)
    spellings = list(dict.fromkeys((written, unquote(written))))
    campaign = own.split("/")
    folders = file.split("/")[:-1], campaign
    found = [
        path
        for folder in folders
        for spelling in spellings
        if (path := _walk(folder, spelling, campaign))
    ]
    return list(dict.fromkeys(found)) or _outside(written)


def missing_picture(written: str, paths: list[str], hint: Phrase | None) -> Fault:
    """Make the fault of a picture that is at none of `paths`; `hint` names a file with a similar name."""
    nearby = Phrase(
        "write its path relative to this file's folder or the campaign's folder, or `_shared/…`"
    )
    return Fault(
        "MC201",
        Phrase(
            "there is no picture {path}; searched: {places}",
            path=_shown(written),
            places=enumerated([f"campaigns/{each}" for each in paths]),
        ),
        hint or nearby,
    )


def _walk(folder: list[str], written: str, campaign: list[str]) -> str | None:
    """Follow `written` from `folder`; None where it ends outside the campaign and the shared folder."""
    parts = written.split("/")
    place = [] if parts[0] == SHARED else list(folder)
    for part in parts:
        if part == "..":
            if not place:
                return None
            place.pop()
        elif part not in ("", "."):
            place.append(part)
    fences = [SHARED], campaign
    is_inside = any(place[: len(each)] == each and len(place) > len(each) for each in fences)
    return "/".join(place) if is_inside else None


def _no_path(code: str, written: str) -> Fault:
    return Fault(
        code,
        Phrase("{path} is too long for a file name", path=_shown(written)),
        Phrase("write a path of at most {limit} characters", limit=REFERENCE_CHARACTERS_MAX),
    )


def _shown(written: str) -> str:
    return (
        written
        if len(written) <= _SHOWN_CHARACTERS_MAX
        else written[: _SHOWN_CHARACTERS_MAX - 1] + "…"
    )


def _back_slashes(written: str) -> Fault:
    return Fault(
        "MC202",
        Phrase(
            "{path} has back-slashes, which separate folders only on Windows", path=_shown(written)
        ),
        Phrase("write {path}", path=_shown(written.replace("\\", "/"))),
    )


def _outside(written: str) -> Fault:
    return Fault(
        "MC202",
        Phrase("{path} is outside the campaign's folder and `_shared`", path=written),
        Phrase("copy the picture into the campaign, or into `campaigns/_shared`"),
    )


class Pictures:
    """Find pictures by the references of one campaign, and remember which were used."""

    def __init__(self, own: str, inputs: Inputs) -> None:
        self._own = own
        self.inputs = inputs
        self._found: dict[tuple[str, PicturePurpose], Picture | Fault] = {}
        self._used: dict[tuple[Sha256, Purpose], Picture] = {}
        self._called: dict[str, tuple[str, Picture]] = {}

    @property
    def used(self) -> tuple[Picture, ...]:
        """The pictures in order of first use; one entry for each pair of `sha256` and `purpose`."""
        return tuple(self._used.values())

    @property
    def called(self) -> Mapping[str, tuple[str, Picture]]:
        """The pictures by SHA-256, each with the reference by which it was first found."""
        return self._called

    def find(self, written: str, file: str, purpose: PicturePurpose) -> Picture | Fault:
        """Find the picture that `file` (from the campaigns folder) calls `written`, or say why there is none."""
        found = self.look_for(written, file, purpose)
        if isinstance(found, Picture):
            self.use(written, found)
        return found

    def use(self, written: str, picture: Picture) -> None:
        """Note that a picture is shown."""
        self._used.setdefault((picture.sha256, picture.purpose), picture)
        self._called.setdefault(picture.sha256, (written, picture))

    def look_for(self, written: str, file: str, purpose: PicturePurpose) -> Picture | Fault:
        """Find a picture as `find` does; it is not used by that."""
        if is_foreign(written):
            return foreign_picture(written)
        paths = picture_paths(written, file, self._own)
        if isinstance(paths, Fault):
            return paths
        hint: Phrase | None = None
        for path in paths:
            found = self._look(path, purpose)
            if isinstance(found, Picture):
                return found
            if found.code != "MC201":
                return replace(
                    found,
                    message=Phrase("{file}: {what}", file=f"campaigns/{path}", what=found.message),
                )
            hint = hint or found.hint
        return missing_picture(written, paths, hint)

    def _look(self, path: str, purpose: PicturePurpose) -> Picture | Fault:
        key = path, purpose
        if key not in self._found:
            self._found[key] = self.inputs.picture(path, purpose)
        return self._found[key]


def placeholder(picture: Picture) -> str:
    """Return the placeholder of a picture in a rendered body."""
    return PICTURE_SCHEME + picture.sha256
