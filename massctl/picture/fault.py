"""Why a picture cannot be used, as a value with advice."""

from dataclasses import dataclass
from typing import Final, Literal

from massctl.model.phrase import Phrase
from massctl.picture.limits import PIXELS_MAX, SIDE_PIXELS_MAX
from massctl.picture.sniff import name_of_foreign

FaultKind = Literal["unreadable", "unsupported", "too_large", "too_many_pixels", "animated_unsupported"]


@dataclass(frozen=True, slots=True)
class PictureFault:
    """A picture that is not used, and nothing was produced."""

    kind: FaultKind
    """For machines; the word never changes its meaning."""
    message: Phrase
    """For people: what is wrong."""
    hint: Phrase
    """What to do."""


_AGAIN: Final = Phrase("export or download it again")
SCALE_DOWN: Final = Phrase("scale it down")


def unreadable(why: Phrase) -> PictureFault:
    """Say that the bytes are damaged; `why` is a clause of our own, never a text of the decoder."""
    return PictureFault("unreadable", Phrase("the picture is damaged: {why}", why=why), _AGAIN)


def unsupported(data: bytes) -> PictureFault:
    """Say that the format cannot be prepared, naming it where it is known."""
    if not data:
        return PictureFault("unreadable", Phrase("the file is empty"), _AGAIN)
    name = name_of_foreign(data)
    if name is None:
        return PictureFault(
            "unsupported",
            Phrase("this is not a picture that massctl knows"),
            Phrase("use JPEG, PNG, GIF, WebP or BMP"),
        )
    if name == "Git LFS pointer":
        return PictureFault(
            "unsupported",
            Phrase("this is a Git LFS pointer and not the picture itself"),
            Phrase("run `git lfs pull`"),
        )
    return PictureFault(
        "unsupported",
        Phrase("WeChat does not take {name}", name=name),
        Phrase("save the picture as JPEG or PNG"),
    )


def too_many_pixels(width: int, height: int) -> PictureFault:
    """Say that the declared size is beyond what is decoded; nothing was decoded."""
    if max(width, height) > SIDE_PIXELS_MAX:
        return PictureFault(
            "too_many_pixels",
            Phrase(
                "the picture is {width}x{height} pixels, and no side may be over {limit}",
                width=width,
                height=height,
                limit=SIDE_PIXELS_MAX,
            ),
            SCALE_DOWN,
        )
    return PictureFault(
        "too_many_pixels",
        Phrase(
            "the picture is {width}x{height} pixels, more than {limit} megapixels",
            width=width,
            height=height,
            limit=PIXELS_MAX // 1_000_000,
        ),
        SCALE_DOWN,
    )


def size_text(count_bytes: int) -> str:
    """Write a number of bytes for people: `912 KB`, `4.2 MB`; decimal units, rounded half up."""
    if count_bytes < 1_000_000:
        return f"{max(1, (count_bytes + 500) // 1000)} KB"
    tenths = (count_bytes + 50_000) // 100_000
    return f"{tenths // 10}.{tenths % 10} MB"
