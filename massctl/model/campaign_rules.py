"""Rules of campaign.yaml that need two keys at once, on the raw mapping, so that each fault is found alone."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from massctl.model.campaign import AUDIENCES, CODE_PATTERN, EITHER_OF, EVERYBODY, MESSAGES, OFFSET_TIME_PATTERN
from massctl.model.codes import CODES
from massctl.model.cover import CROP_PATTERN, Crop
from massctl.model.phrase import Phrase

Path = tuple[str | int, ...]
"""Keys and indexes from the document's root to a value."""

YEAR_MIN: Final = 1970
YEAR_MAX: Final = 9000
_CROP: Final = "0_0.1_1_0.9"


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken rule at a path of the document."""

    code: str
    path: Path
    message: Phrase
    hint: Phrase | None = None
    at_key: bool = True
    """True: point at the key; False: at its value."""


def campaign_faults(data: Mapping[str, Any]) -> list[Fault]:
    """Check what pydantic cannot see key by key; values of wrong types are left to pydantic."""
    return [
        *_one_message(data),
        *_media(data),
        *_card_ext(data),
        *_one_audience(data),
        *_reprint(data),
        *_window(data),
        *_theme(data),
        *_handoff(data),
        *_crops(data),
        *_ignored_codes(data),
    ]


def _one_message(data: Mapping[str, Any]) -> list[Fault]:
    found = [key for key in data if key in MESSAGES]
    if not found:
        say = Phrase("there is no message: write one of {messages}", messages=", ".join(MESSAGES))
        return [Fault("MC015", (), say)]
    return [
        Fault(
            "MC015",
            (key,),
            Phrase("a campaign sends one message, and this is the second after {first}", first=found[0]),
        )
        for key in found[1:]
    ]


def _media(data: Mapping[str, Any]) -> list[Fault]:
    """Ask for exactly one of a file and of material that exists."""
    faults: list[Fault] = []
    for message, either in EITHER_OF.items():
        block = data.get(message)
        if not isinstance(block, Mapping):
            continue
        found = [key for key in either if key in block]
        if not found:
            say = Phrase("{message} carries nothing: write one of {keys}", message=message, keys=", ".join(either))
            faults.append(Fault("MC024", (message,), say))
        elif len(found) > 1:
            say = Phrase("write {first} or {second}, and not both", first=found[0], second=found[1])
            faults.append(Fault("MC024", (message, found[1]), say))
    return faults


def _card_ext(data: Mapping[str, Any]) -> list[Fault]:
    """Ask for what a coupon's previews need, where there are reviewers."""
    card, preview = data.get("wxcard"), data.get("preview")
    if not isinstance(card, Mapping):
        return []
    if isinstance(given := card.get("card_ext"), str) and given and not _is_json_object(given):
        say = Phrase("card_ext is no JSON object")
        hint = Phrase("copy it whole, as it was signed: {example}", example='{"code":"","openid":"","timestamp":"…"}')
        return [Fault("MC014", ("wxcard", "card_ext"), say, hint, at_key=False)]
    if "card_ext" in card or not isinstance(preview, Mapping):
        return []
    if not (preview.get("towxname") or preview.get("touser")):
        return []
    say = Phrase("the previews of a coupon need card_ext")
    hint = Phrase("write the signed JSON that WeChat's page on coupons describes, or take `preview:` out")
    return [Fault("MC012", ("wxcard",), say, hint)]


def _one_audience(data: Mapping[str, Any]) -> list[Fault]:
    audience = data.get("audience", {})
    if not isinstance(audience, Mapping):
        return []
    # WeChat's own filter has false beside a tag.
    beside = audience.get(EVERYBODY) is False
    found = [key for key in audience if key in AUDIENCES and not (key == EVERYBODY and beside)]
    if not found and beside:
        say = Phrase("say who receives it: {key} is false, and no other audience stands beside it", key=EVERYBODY)
        hint = Phrase("write one of {audiences} beside it", audiences=", ".join(AUDIENCES[1:]))
        return [Fault("MC016", ("audience", EVERYBODY), say, hint)]
    if not found:
        say = Phrase("there is no audience: write one of {audiences}", audiences=", ".join(AUDIENCES))
        hint = Phrase("say who receives it: there is no default")
        return [Fault("MC016", ("audience",) if "audience" in data else (), say, hint)]
    faults = [
        Fault(
            "MC016",
            ("audience", key),
            Phrase("a campaign has one audience, and this is the second after {first}", first=found[0]),
        )
        for key in found[1:]
    ]
    expect = audience.get("expect")
    if isinstance(expect, Mapping):
        low, high = expect.get("min"), expect.get("max")
        if type(low) is int and type(high) is int and low > high:
            say = Phrase("min {low} is more than max {high}: no audience can fit", low=low, high=high)
            faults.append(Fault("MC014", ("audience", "expect", "min"), say, at_key=False))
    return faults


def _reprint(data: Mapping[str, Any]) -> list[Fault]:
    """Refuse an answer to a question that only articles raise."""
    send = data.get("send")
    if not isinstance(send, Mapping) or send.get("send_ignore_reprint") is not True or "mpnews" in data:
        return []
    say = Phrase("send_ignore_reprint speaks of articles (mpnews), and this message has none: take it out")
    return [Fault("MC014", ("send", "send_ignore_reprint"), say)]


def _theme(data: Mapping[str, Any]) -> list[Fault]:
    """Refuse a look for what has no articles."""
    if "theme" not in data or "mpnews" in data or not any(message in data for message in MESSAGES):
        return []
    say = Phrase("theme speaks of articles (mpnews), and this message has none: take it out")
    return [Fault("MC014", ("theme",), say)]


def _handoff(data: Mapping[str, Any]) -> list[Fault]:
    """Ask for a draft that somebody can find and complete: one, and of news."""
    handoff, audience = data.get("handoff"), data.get("audience")
    if not isinstance(handoff, Mapping):
        return []
    if not handoff:
        return [Fault("MC012", ("handoff",), Phrase("nothing is handed off: name what is to be done"))]
    if "mpnews" not in data:
        say = Phrase("only a news message has a draft that somebody can complete in the console")
        return [Fault("MC014", ("handoff",), say)]
    if isinstance(audience, Mapping) and "openids" in audience:
        say = Phrase("a list of openids has a draft for each of its batches, which nobody completes by hand")
        return [Fault("MC014", ("handoff",), say, Phrase("give these followers a tag, and write it under audience"))]
    return []


def _window(data: Mapping[str, Any]) -> list[Fault]:
    send = data.get("send")
    if not isinstance(send, Mapping):
        return []
    ends = [key for key in ("not_before", "not_after") if key in send]
    if ends == ["not_before"]:
        say = Phrase("not_before needs not_after: without it a late run would send at any hour")
        return [Fault("MC012", ("send", "not_before"), say)]
    if ends == ["not_after"]:
        say = Phrase("not_after needs not_before: a window has two ends")
        return [Fault("MC012", ("send", "not_after"), say)]
    faults = [
        Fault("MC014", ("send", key), Phrase("{key}: there is no such moment", key=key), at_key=False)
        for key in ends
        if _has_form_of_time(send[key]) and parse_offset_time(send[key]) is None
    ]
    first, last = parse_offset_time(send.get("not_before")), parse_offset_time(send.get("not_after"))
    if first is not None and last is not None and last <= first:
        say = Phrase("not_after must be later than not_before, {start}", start=str(send["not_before"]))
        faults.append(Fault("MC020", ("send", "not_after"), say, at_key=False))
    return faults


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _crops(data: Mapping[str, Any]) -> list[Fault]:
    """Refuse a part of a cover that has no width or no height."""
    news = data.get("mpnews")
    articles = news.get("articles") if isinstance(news, Mapping) else None
    faults: list[Fault] = []
    for index, article in enumerate(articles if isinstance(articles, list) else ()):
        cover = article.get("cover") if isinstance(article, Mapping) else None
        for key in ("crop_235_1", "crop_1_1"):
            written = cover.get(key) if isinstance(cover, Mapping) else None
            if isinstance(written, str) and re.fullmatch(CROP_PATTERN, written) and Crop.parse(written) is None:
                say = Phrase("{key}: nothing lies between these corners", key=key)
                hint = Phrase(
                    "write left, top, right, bottom, each smaller than its opposite: {example}", example=_CROP
                )
                faults.append(Fault("MC014", ("mpnews", "articles", index, "cover", key), say, hint, at_key=False))
    return faults


def _ignored_codes(data: Mapping[str, Any]) -> list[Fault]:
    """Refuse codes that no diagnostic has: such an entry would ignore nothing for ever."""
    entries = data.get("ignore")
    faults: list[Fault] = []
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        code = entry.get("code") if isinstance(entry, Mapping) else None
        if isinstance(code, str) and re.fullmatch(CODE_PATTERN, code) and code not in CODES:
            say = Phrase("there is no diagnostic {code}", code=code)
            hint = Phrase("`massctl explain` lists them all")
            faults.append(Fault("MC014", ("ignore", index, "code"), say, hint, at_key=False))
    return faults


def _has_form_of_time(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(OFFSET_TIME_PATTERN, value) is not None


def parse_offset_time(value: object) -> datetime | None:
    """Read a date and time with an offset, or give None: for no string, no time, no offset, no such day.

    Years before 1970 and after 9000 are none either: no window is there, and sums with them overflow.
    """
    if not isinstance(value, str):
        return None
    text = value.strip().replace("z", "Z").replace("t", "T")
    head, _, tail = text.rpartition(" ")
    try:
        moment = datetime.fromisoformat(head + tail if head and (tail == "Z" or tail[:1] in "+-") else text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and YEAR_MIN <= moment.year <= YEAR_MAX else None
