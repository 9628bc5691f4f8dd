"""What a form and `/` offer: audiences with their sizes, days with what is taken, blocks, articles that were sent.

Everything is as the pages of `serve` have it; nothing is decided here.
"""

import re
from calendar import Calendar
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import count
from typing import Any

from massctl.model.audience import AudienceState
from massctl.model.ids import CampaignName
from massctl.model.phrase import Command, Phrase
from massctl.model.state import BEFORE_SEND
from massctl.plan.schedule import ScheduledSend, frozen_days
from massctl.render.blocks import cards, library
from massctl.render.blocks.signature import Signature
from massctl.serve.page_cache import PageCache, shown_month
from massctl.view.audience import STATES, change_words
from massctl.view.i18n import Language
from massctl.view.i18n import say as say_in
from massctl.view.pages.audiences_page import ShownAudience
from massctl.view.pages.calendar_page import allowances_of, hours_words
from massctl.view.pages.campaign_page import Look
from massctl.view.words import STATUS, WEEKDAYS_SHORT, drift_words, followers, people_words

Said = dict[str, Any]
Say = Callable[[str], str]
_UNSENT = BEFORE_SEND | {None}
"""None: nobody asked the ledger yet."""


def audience_choices(cache: PageCache, say: Say) -> list[Said]:
    """List the audiences, each with its size, what changed since, and what keeps it from being sent to."""
    return [_audience(each, say) for each in cache.audiences()]


def _audience(shown: ShownAudience, say: Say) -> Said:
    found = shown.found
    file, lock = found.file, found.lock
    needs_freeze = found.state in (AudienceState.STALE, AudienceState.NEVER_FROZEN)
    return {
        "name": found.name,
        "title": file.title if file is not None else found.name,
        "account": file.account if file is not None else "",
        "size": say(people_words(lock.count)) if lock is not None else "",
        "change": say(change_words(lock.change)) if lock is not None and lock.change else "",
        "state": say(STATES.get(found.state, "")),
        "command": str(Command("audience freeze", found.name)) if needs_freeze else "",
    }


def tag_choices(cache: PageCache, say: Say) -> dict[str, list[Said]]:
    """List the tags of each account that were pulled, with how many followers had them."""
    return {
        account: [
            {"id": each.id, "name": each.name, "size": say(followers(each.count))}
            for each in pulled.tags
        ]
        for account, pulled in cache.tags().items()
    }


def month_choices(cache: PageCache, written: str, letter: CampaignName, say: Say) -> Said:
    """Return the days of a month with what is taken, what is left, and what keeps a letter from its window."""
    schedule, settings = cache.schedule(), cache.settings
    if schedule is None or settings is None:
        return {"month": ""}
    month = shown_month(written, schedule.now)
    weeks = Calendar().monthdatescalendar(month.year, month.month)
    frozen = frozen_days(settings.policy, weeks[0][0], weeks[-1][-1])
    days = [
        {
            "day": day.isoformat(),
            "isOutside": day.month != month.month,
            "isFrozen": day in frozen,
            "sends": [_send(each, say) for each in schedule.on(day)],
        }
        for week in weeks
        for day in week
    ]
    allowances = allowances_of(schedule.ahead, month)
    own = (each for each in schedule.sends if each.campaign == letter)
    return {
        "month": f"{month:%Y-%m}",
        "weekdays": [say(each) for each in WEEKDAYS_SHORT],
        "days": days,
        "allowances": [
            {"account": account, "period": period, "words": say(words)}
            for account, period, words in allowances
        ],
        "obstacles": [say(words) for each in own for words in _against(each)],
    }


def _against(send: ScheduledSend) -> Iterator[str]:
    yield from send.obstacles
    yield from map(drift_words, send.drifts)


def _send(send: ScheduledSend, say: Say) -> Said:
    return {
        "name": send.campaign or "",
        "title": send.title or say(Phrase("sent in the console")),
        "account": send.account or "",
        "hours": hours_words(send),
        "state": say(STATUS[send.status]),
        "isOut": send.went_out,
        "isConflict": any(True for _ in _against(send)),
    }


LABELS: Mapping[str, Phrase] = {
    "lead": Phrase("lead"),
    "button": Phrase("button"),
    "divider": Phrase("divider"),
    "numbers": Phrase("numbers"),
    "timeline": Phrase("timeline"),
    "dialogue": Phrase("dialogue"),
    "qa": Phrase("question and answer"),
    "product": Phrase("product"),
    "columns": Phrase("two columns"),
    "person": Phrase("person"),
    "past": Phrase("articles that were sent"),
    "follow": Phrase("invitation to follow"),
    "qr": Phrase("QR code"),
    "copyright": Phrase("copyright"),
    "footer": Phrase("footer"),
    "miniprogram_card": Phrase("mini-program card"),
    "miniprogram_link": Phrase("link to a mini-program"),
    "miniprogram_image": Phrase("picture that opens a mini-program"),
    "profile_card": Phrase("account card"),
}
"""What each block is called that stands alone."""
ARGUMENTS: Mapping[str, Phrase] = {
    "text": Phrase("text"),
    "url": Phrase("address"),
    "value": Phrase("number"),
    "date": Phrase("time"),
    "name": Phrase("name"),
    "question": Phrase("question"),
    "answer": Phrase("answer"),
    "title": Phrase("title"),
    "image": Phrase("path of the picture"),
    "articles": Phrase("name of the letter"),
    "holder": Phrase("whose it is"),
    "appid": Phrase("AppID of the mini-program"),
    "path": Phrase("page of the mini-program"),
    "id": Phrase("id of the account"),
    "nickname": Phrase("name of the account"),
}
"""What stands in a call, between `_BLANK`'s brackets, until somebody writes over it."""
_BLANK = "⟦{name}⟧"
_BLANKS = re.compile(r"⟦([^⟦⟧\n]+)⟧")
_MINIMAL: Mapping[str, tuple[str, ...]] = {
    "button": ("text", "url"),
    "qa": ("question", "answer"),
    "says": ("name", "text"),
    "entry": ("date", "text"),
    "past": ("articles",),
}
"""What a call says besides what it must; others say what may stand between `call` and `endcall`."""
_INSIDE = {each.inside: each for each in library.SIGNATURES.values() if each.inside}


def block_choices(say: Say) -> list[Said]:
    """List the blocks and cards of the template library, each as a call in which `#{…}` is to be written."""
    signatures = {**library.SIGNATURES, **cards.SIGNATURES}
    found = []
    for name, label in LABELS.items():
        call = re.sub(r"#\{", _numbered(), _call(signatures[name], say))
        found.append({"label": say(label), "name": name, "call": call})
    return found


def _numbered() -> Callable[[re.Match[str]], str]:
    """Return what gives each blank of a call its number: two of one name are not the same."""
    numbers = count(1)
    return lambda _: f"#{{{next(numbers)}:"


def _call(block: Signature, say: Say) -> str:
    must = [each.name for each in block.parameters if each.is_required and not each.is_rest]
    names = _MINIMAL.get(block.name, (*must, *([block.instead] if block.instead else ())))
    given = ", ".join(f'"{_blank(each, say)}"' for each in names)
    called = f"{block.shown}({given})"
    if block.parts is not None:
        part = _call(_INSIDE[block.name], say)
        parts = "\n".join([part] * max(block.parts.least, 1))
        return f"{{% call {called} %}}\n{parts}\n{{% endcall %}}"
    if block.holds and not block.instead:
        return f"{{% call {called} %}}\n{_blank('text', say)}\n{{% endcall %}}"
    return f"{{{{ {called} }}}}"


def _blank(argument: str, say: Say) -> str:
    return f"#{{{_BLANK.format(name=say(ARGUMENTS[argument]))}}}"


@cache
def _blank_names() -> frozenset[str]:
    """The names of all blanks, in every language: somebody may have begun the letter in another one."""
    return frozenset(
        say_in(each, language)
        for each in ARGUMENTS.values()
        for language in (Language.EN, Language.ZH)
    )


def blanks_in(text: str) -> list[str]:
    """Return the blanks of blocks that nobody wrote over, as they stand in a text, each once."""
    found = dict.fromkeys(_BLANKS.findall(text))
    return [_BLANK.format(name=each) for each in found if each in _blank_names()]


def _is_unsent_news(look: Look) -> bool:
    return look.status in _UNSENT and look.campaign is not None and look.campaign.message.has_draft


def article_choices(cache: PageCache) -> list[Said]:
    """List what a letter may link to, the newest letter first.

    An article that was sent has its address, and the call that gives it. A letter that was not sent yet has neither.
    """
    looks = [each.look for each in cache.listed()]
    titles = {each.name: each.title or each.name for each in looks}
    unsent = sorted((each.name for each in looks if _is_unsent_news(each)), reverse=True)
    found = []
    for key, address in sorted(cache.addresses().items(), reverse=True):
        name, _, number = key.rpartition("/")
        more = f", {number}" if number != "1" else ""
        found.append(
            {
                "name": name,
                "title": titles.get(CampaignName(name), name) + (f" · {number}" if more else ""),
                "address": address,
                "call": f'{{{{ article_url("{name}"{more}) }}}}',
            }
        )
    unlinked = {"address": "", "call": ""}
    return [*found, *({"name": name, "title": titles[name], **unlinked} for name in unsent)]
