"""The worlds of the smoke run, each small enough to go through whole, and the wider ones of the nightly run."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from building import APPID, HOUR, NOW, article, audience, house, reviewers, sha, voice
from copies import replace
from openid_samples import (
    AUDIENCE,
    BATCHES,
    EXCLUDED_LATER,
    HALF_ERASED,
    MOVED,
    PAIRS,
    LaterPeople,
    SamplePeople,
)
from simulation.happenings import AT, BETWEEN, FULL, INTERRUPT, KILL_SWITCH, NEIGHBOUR, RIVAL, TWIN
from simulation.scenario import LONG, to_openids, whole_news, whole_text
from simulation.schedule import Budget, Scenario
from simulation.world import FAULTS, NETWORK, ODD_ANSWERS, SLOWNESS, Fault

from massctl.apply.ports import DraftArticle
from massctl.model.ids import AccountName, CampaignName
from massctl.model.message import (
    DeclaredCell,
    Family,
    NewsMessage,
    RenderedCampaign,
    TextMessage,
    Window,
)
from massctl.model.settings import Policy
from massctl.plan.guards import Approval, PolicyInForce
from massctl.plan.quota import Agenda, demand_of

SOON: Final = Window(NOW + HOUR, NOW + 5 * HOUR)
"""Opens after the first run, and closes before one that comes 30 hours later."""
CLOSING: Final = Window(NOW - HOUR, NOW + timedelta(seconds=30))
"""Closes while a first run waits to repeat its send."""
FAR: Final = Window(NOW + 1000 * HOUR, NOW + 1001 * HOUR)
"""Opens when all runs are over."""
BRINK: Final = Window(NOW - HOUR, NOW + timedelta(seconds=1))
"""Closes while a send waits for its connection."""
TWO_SECONDS: Final = {"connects_in": timedelta(seconds=2)}
TEXT: Final = whole_text(LONG)
NEWS: Final = whole_news(LONG)
PLAIN_NEWS: Final = whole_news(SOON, recipients=())
QUIET: Final = house(
    quiet_hours={"from": "12:01", "to": "16:00", "timezone": "Asia/Shanghai"}, freeze=["2026-12-02"]
)
"""Quiet hours begin a minute after the first run, and last over the second."""
NAMED_TAG: Final = whole_text(SOON, audience=audience(tag="会员"))
RENAMED: Final = (("",), ("", "the tag's name goes to another"))
MINUTE: Final = timedelta(minutes=1)
REFUSALS: Final = {
    **NETWORK,
    "send_mass": (
        Fault.ANSWER_LOST,
        Fault.REQUEST_LOST,
        Fault.TOKEN_DEAD,
        Fault.NO_QUOTA,
        Fault.MEDIA_UNKNOWN,
    ),
}
"""The network, and plain refusals of a send."""


LINKED: Final = whole_text(LONG, content="见 https://shop.example.cn/a")
LISTED: Final = {"unlisted": "refuse", "hosts": ["shop.example.cn"]}
UNLISTED: Final = {"unlisted": "refuse", "hosts": ["other.example.cn"]}


def _approved(rules: PolicyInForce, *by: str, **before: Any) -> PolicyInForce:
    """Let a forge answer who approved the merge, and git what the policy was before it."""
    there = (Policy.model_validate(before),)
    return replace(rules, approval=lambda _: Approval("GitHub", 7, by, before=there))


def _one(
    name: str, campaign: RenderedCampaign, runs: int, crashes: int, troubles: int, **more: Any
) -> Scenario:
    return Scenario(name, ((campaign,),), runs, Budget(crashes, troubles), **more)


TEXT_LATER: Final = replace(TEXT, name=CampaignName("later"), window=FAR)
OTHER: Final = replace(TEXT, name=CampaignName("other"), message=TextMessage("明天见"))
SHOWN: Final = whole_text(LONG, recipients=reviewers("editor_li"))
UNSEEN_NEWS: Final = whole_news(LONG, recipients=())
LEFT_BY_HAND: Final = replace(UNSEEN_NEWS, handoff=("original",))
EDITED_NEWS: Final = replace(PLAIN_NEWS, message=NewsMessage((article("春季大促，改"),)))
LEFT_OPEN: Final = replace(UNSEEN_NEWS, message=NewsMessage((article(digest=""),)))
EDITED_LATE: Final = replace(UNSEEN_NEWS, message=EDITED_NEWS.message)
EDITIONS: Final = ("今晚八点", "今晚十点")
BOTH: Final = ("今晚八点", "明天见")
KILLED: Final = ("", f"{KILL_SWITCH}before renew_token", f"{KILL_SWITCH}after send_mass")
OLDER: Final = (("",), ("",), ("", "an older ledger is put back"))
FAST: Final = (("the clock is 31 h fast",), ("the clock is right",))
SETTLED: Final = (("",), ("", "a person settles"))
ENDED: Final = (("",), ("", "a person makes a campaign for the rest"))
KNOWN_OR_LOST: Final = {
    **dict.fromkeys(FAULTS, ()),
    "send_mass": (Fault.KNOWN_AS_ANOTHER, Fault.TOO_SOON_YET_ACCEPTED, *NETWORK["send_mass"]),
}
"""Lost sends, and 45065 where no send of ours is the reason."""
DENIED: Final = (("",), ("", "a person says not sent"))
CALLED_NOT_SENT: Final = {
    "waits": False,
    "gaps": (2 * timedelta(minutes=1), 30 * HOUR),
    "before": (("",), ("a person says not sent",), ("", "a person makes a campaign for the rest")),
}
"""A person overlooks in the console what was sent, and then somebody makes a campaign for the others."""
REPAIRED_THEN_REST: Final = {
    "gaps": (2 * timedelta(minutes=1),),
    "before": (
        ("",),
        ("the newest attempt is lost in a repair",),
        ("", "a person says that what was lost was not sent"),
        ("", "a person makes a campaign for the rest"),
    ),
}
"""The ledger is cut behind a batch, and a person overlooks the batches behind it in the console."""
FAILED_THEN_REST: Final = {
    "world": {"job_status": "sending"},
    "gaps": (2 * timedelta(minutes=1),),
    "before": (("",), ("the newest job fails",), ("a person makes a campaign for the rest",)),
    "arrives": True,
}
SLOW: Final = (("",), ("the clock is 3 h 55 min slow",))
A_DAY: Final = 24 * HOUR + 5 * MINUTE
TAGS: Final = ("", "nobody has the tag any more", "the tag is gone")
MANY: Final = ("", "many have the tag")
TAGS_WITH_BOUNDS: Final = (*TAGS, "few have the tag")
UNBOUNDED: Final = replace(TEXT, audience=audience(tag_id=7))
SHOWN_SOON: Final = whole_text(
    Window(NOW + MINUTE, NOW + 80 * HOUR), recipients=reviewers("editor_li")
)
LOST_SENDS: Final = {**dict.fromkeys(FAULTS, ()), "send_mass": NETWORK["send_mass"]}
LOST_THEN_REFUSED: Final = {
    **dict.fromkeys(FAULTS, ()),
    "send_mass": (Fault.ANSWER_LOST, Fault.NO_QUOTA),
}
NOT_CONNECTED_OR_LOST: Final = {
    **dict.fromkeys(FAULTS, ()),
    "send_mass": (Fault.NOT_CONNECTED, Fault.REQUEST_LOST),
}
TOO_FAST_ONLY: Final = {**dict.fromkeys(FAULTS, ()), "send_mass": (Fault.TOO_FAST,)}
TOO_FAST_OR_LOST: Final = {
    **dict.fromkeys(FAULTS, ()),
    "send_mass": (Fault.TOO_FAST, *NETWORK["send_mass"]),
}
CONSOLE: Final = (
    ("",),
    (
        "",
        "the console changes the draft",
        "the console sends the draft",
        "the console deletes the draft",
    ),
    ("",),
)
OF_SENDS: Final = {**dict.fromkeys(FAULTS, ()), "send_mass": FAULTS["send_mass"]}
TO_A_TAG: Final = replace(TEXT, audience=audience(tag_id=7, expect={"min": 100}))
EDITED: Final = replace(TEXT, message=TextMessage("今晚九点"))
REFUSED_SENDS: Final = {**dict.fromkeys(FAULTS, ()), "send_mass": REFUSALS["send_mass"]}
IN_BATCHES: Final = to_openids(TEXT, BATCHES)
SOUND: Final = voice(window=LONG)
EMPTIED: Final = (("",), ("", "the console empties the material library"))
OTHERS: Final = to_openids(TEXT, MOVED)
TO_AUDIENCE: Final = replace(TEXT, audience=audience(of="east"), openid_list=AUDIENCE)
TO_LATER: Final = replace(TO_AUDIENCE, openid_list=EXCLUDED_LATER)
TO_HALF: Final = replace(TO_AUDIENCE, openid_list=HALF_ERASED)
KNOWN_PEOPLE: Final = (replace(house(), people=SamplePeople()),)
PEOPLE_OF_LATER: Final = (*KNOWN_PEOPLE, replace(house(), people=LaterPeople()))
NEWS_IN_BATCHES: Final = to_openids(UNSEEN_NEWS, PAIRS)
STAGED_LIST, EDITED_LIST = to_openids(PLAIN_NEWS, PAIRS), to_openids(EDITED_NEWS, PAIRS)
BETWEEN_BOUNDS: Final = replace(TEXT, audience=audience(tag_id=7, expect={"min": 100, "max": 1000}))
COPY: Final = replace(TEXT, name=CampaignName("copy"))
UNNAMED: Final = replace(TEXT, window=None)
DAMAGED: Final = (
    ("",),
    (
        "attempts are cut out of the ledger",
        "an attempt is torn in the midst of the ledger",
        "what was sent is given to another campaign",
    ),
)
CHANGED_IN_DOUBT: Final = (("",), ("", "the console changes the draft"))


def _loses_a_picture(given: DraftArticle) -> DraftArticle:
    """Keep an article without one of its pictures, as draft/add does with foreign ones."""
    return replace(given, content=given.content.partition("<img")[0])


RENAMED_TEXT: Final = replace(TEXT, name=CampaignName("spring-words"), first_name=TEXT.name)
RENAMED_NEWS: Final = replace(
    UNSEEN_NEWS, name=CampaignName("spring-sale"), first_name=UNSEEN_NEWS.name
)
CELL, RENAMED_CELL = (
    replace(
        TEXT,
        name=CampaignName(f"words@{cell}"),
        same_content_allowed=True,
        family=Family(
            frozenset({TEXT.name}),
            (DeclaredCell(CampaignName(f"words@{cell}"), TEXT.appid, TEXT.audience),),
        ),
    )
    for cell in ("east", "ost")
)
SECOND_EDITION: Final = replace(TEXT, edition=2, message=TextMessage("今晚十点"))

EDITED_ANYWHERE: Final = f"the files are edited{AT}"
ASLEEP: Final = f"the machine sleeps{AT}"
TELLS_TIME: Final = {"tells_time": True}
CLOSING_SOON: Final = Window(NOW - HOUR, NOW + HOUR)
LIST_CLOSING_SOON: Final = to_openids(whole_text(CLOSING_SOON), BATCHES)
KILLED_IN_A_PUSH: Final = ("", f"{KILL_SWITCH}before push", f"{KILL_SWITCH}after push")
OF_PUSHES: Final = {
    **dict.fromkeys(FAULTS, ()),
    "push": FAULTS["push"],
    "send_mass": NETWORK["send_mass"],
}
"""The network between massctl and the remote, and lost sends."""

IN_GIT: Final = (
    _one(
        "git, text",
        TEXT,
        3,
        1,
        1,
        backend="git",
        sends=("今晚八点",),
        arrives=True,
        schedules_min=3500,
    ),
    _one(
        "git, two faults",
        TEXT,
        3,
        0,
        2,
        faults=OF_PUSHES,
        backend="git",
        sends=("今晚八点",),
        arrives=True,
    ),
    _one("git, two crashes", TEXT, 3, 2, 0, backend="git", sends=("今晚八点",), arrives=True),
    _one(
        "git, stop", TEXT, 2, 1, 1, faults=OF_PUSHES, backend="git", rules=(house(in_doubt="stop"),)
    ),
    _one("git, two runners", TEXT, 1, 0, 1, faults=OF_PUSHES, backend="git", during=((RIVAL,),)),
    _one(
        "git, two runners after a crash",
        TEXT,
        2,
        1,
        0,
        backend="git",
        gaps=(MINUTE, 30 * HOUR),
        during=(("",), (RIVAL,)),
    ),
    Scenario(
        "git, two runners with two campaigns",
        ((TEXT, OTHER),),
        1,
        Budget(0, 1),
        faults=LOST_SENDS,
        backend="git",
        during=((RIVAL,),),
    ),
    _one(
        "git, two runners in one moment",
        TEXT,
        1,
        0,
        1,
        faults=OF_PUSHES,
        backend="git",
        during=((TWIN,),),
    ),
    _one("git, set back", SHOWN_SOON, 3, 0, 1, faults=NETWORK, backend="git", before=OLDER),
    _one(
        "git, interrupted",
        TEXT,
        2,
        0,
        1,
        faults=OF_PUSHES,
        backend="git",
        during=((INTERRUPT,), ("",)),
        arrives=True,
    ),
    _one(
        "git, a person settles",
        TEXT,
        3,
        0,
        1,
        faults=OF_PUSHES,
        backend="git",
        before=SETTLED,
        arrives=True,
    ),
    _one(
        "git, kill switch in a run",
        TEXT,
        2,
        0,
        1,
        faults=OF_PUSHES,
        backend="git",
        during=(KILLED_IN_A_PUSH, ("",)),
    ),
    _one(
        "git, edited in a run",
        TEXT,
        2,
        0,
        1,
        faults=OF_PUSHES,
        backend="git",
        during=((EDITED_ANYWHERE,), ("",)),
    ),
    _one(
        "git, text in batches",
        IN_BATCHES,
        2,
        1,
        0,
        backend="git",
        sends=("今晚八点",) * 3,
        arrives=True,
    ),
    _one("git, news", NEWS, 2, 1, 0, backend="git", sends=("春季大促",)),
    _one("git, news and faults", NEWS, 2, 0, 1, backend="git"),
    _one("git, news, two runners", NEWS, 1, 0, 0, backend="git", during=((RIVAL,),)),
    _one(
        "git, news, two runners and faults",
        UNSEEN_NEWS,
        1,
        0,
        1,
        faults=OF_PUSHES,
        backend="git",
        during=((RIVAL,),),
    ),
)
"""The same promises where what is durable is what was pushed."""

SMOKE: Final = (
    *IN_GIT,
    _one("text", TEXT, 3, 1, 1, sends=("今晚八点",), arrives=True, schedules_min=5000),
    _one("text, two crashes", TEXT, 3, 2, 0, sends=("今晚八点",), arrives=True, schedules_min=5500),
    _one("text, two faults", TEXT, 4, 0, 2, faults=NETWORK, sends=("今晚八点",), arrives=True),
    _one("text, refusals", TEXT, 2, 0, 3, faults=REFUSALS, arrives=True),
    _one(
        "text, torn at every byte",
        TEXT,
        2,
        1,
        0,
        every_byte=True,
        gaps=(30 * HOUR,),
        schedules_min=1600,
    ),
    _one("text, too fast", TEXT, 2, 0, 3, faults=TOO_FAST_OR_LOST, arrives=True),
    _one("text, too fast and a crash", TEXT, 2, 1, 2, faults=TOO_FAST_ONLY, arrives=True),
    _one("text, too fast and --no-wait", TEXT, 2, 0, 2, faults=TOO_FAST_OR_LOST, waits=False),
    _one(
        "text, too fast and window closing", whole_text(CLOSING), 2, 0, 2, faults=TOO_FAST_OR_LOST
    ),
    _one("text, too fast and kill switch", TEXT, 2, 0, 1, faults=TOO_FAST_ONLY, during=(KILLED,)),
    _one("text in batches, too fast", IN_BATCHES, 2, 0, 2, faults=TOO_FAST_OR_LOST, arrives=True),
    _one("git, too fast", TEXT, 2, 1, 1, faults=TOO_FAST_ONLY, backend="git", arrives=True),
    _one("text, odd answers", TEXT, 2, 0, 2, faults=ODD_ANSWERS),
    _one("text, 45028 before 45065", TEXT, 2, 1, 1, faults=NETWORK, world={"allowance": 1}),
    _one("text, stop", TEXT, 2, 1, 1, faults=NETWORK, rules=(house(in_doubt="stop"),)),
    _one("text, --no-wait", TEXT, 3, 0, 2, faults=NETWORK, waits=False),
    _one("text, a day later", TEXT, 2, 1, 1, faults=NETWORK, gaps=(22 * HOUR,)),
    _one("text, hours apart", TEXT, 3, 0, 3, faults=LOST_SENDS, gaps=(15 * HOUR,), arrives=True),
    _one("text, kill switch", TEXT, 2, 1, 1, faults=NETWORK, rules=(house(), house(no_send=True))),
    _one("text, kill switch in a run", TEXT, 2, 0, 1, faults=NETWORK, during=(KILLED,)),
    _one(
        "text, edited in a run", TEXT, 2, 0, 1, faults=NETWORK, during=((EDITED_ANYWHERE,), ("",))
    ),
    _one(
        "text, asleep",
        whole_text(CLOSING_SOON),
        1,
        0,
        1,
        faults=NETWORK,
        during=((ASLEEP,),),
        world=TELLS_TIME,
    ),
    _one("list, asleep", LIST_CLOSING_SOON, 1, 0, 0, during=((ASLEEP,),), world=TELLS_TIME),
    _one(
        "text, sending disabled",
        TEXT,
        2,
        0,
        1,
        faults=NETWORK,
        rules=(house(sending="disabled"), house()),
    ),
    _one(
        "text, approval missing",
        TEXT,
        2,
        0,
        1,
        faults=NETWORK,
        rules=(
            _approved(house(require_approval=True)),
            _approved(house(require_approval=True), "bo"),
        ),
    ),
    _one(
        "text, approval asked for before the merge",
        TEXT,
        2,
        0,
        1,
        faults=NETWORK,
        rules=(_approved(house(), require_approval=True),),
    ),
    _one(
        "text, link not listed",
        LINKED,
        2,
        0,
        1,
        faults=NETWORK,
        rules=(house(destinations=UNLISTED), house(destinations=LISTED)),
    ),
    _one(
        "text, link not listed before the merge",
        LINKED,
        2,
        0,
        1,
        faults=NETWORK,
        rules=(_approved(house(destinations=LISTED), destinations=UNLISTED),),
    ),
    _one("text, window closing", whole_text(CLOSING), 2, 1, 1, faults=NETWORK),
    _one("text, slow connection", whole_text(BRINK), 2, 1, 1, faults=NETWORK, world=TWO_SECONDS),
    _one("text, no connection", TEXT, 2, 0, 2, faults=NOT_CONNECTED_OR_LOST, arrives=True),
    _one("text, window opening", whole_text(SOON), 3, 0, 1, faults=NETWORK),
    _one("text, quiet hours", TEXT, 3, 0, 1, faults=NETWORK, rules=(QUIET,)),
    _one(
        "text, preview required",
        SHOWN,
        2,
        1,
        1,
        rules=(house(require_preview=True),),
        schedules_min=1500,
    ),
    Scenario("text, edited", ((TEXT,), (EDITED,)), 2, Budget(1, 1), faults=NETWORK),
    Scenario(
        "text, renamed", ((TEXT,), (RENAMED_TEXT,)), 3, Budget(1, 1), faults=NETWORK, arrives=True
    ),
    Scenario("a cell, renamed", ((CELL,), (RENAMED_CELL,)), 3, Budget(1, 1), faults=NETWORK),
    Scenario("news, renamed", ((UNSEEN_NEWS,), (RENAMED_NEWS,)), 2, Budget(0, 1), faults=NETWORK),
    Scenario(
        "text, second edition",
        ((TEXT,), (SECOND_EDITION,)),
        3,
        Budget(0, 1),
        faults=NETWORK,
        sends=EDITIONS,
    ),
    Scenario(
        "two campaigns of one account",
        ((TEXT, OTHER),),
        2,
        Budget(0, 2),
        faults=NETWORK,
        sends=BOTH,
    ),
    Scenario("two campaigns and a crash", ((TEXT, OTHER),), 2, Budget(1, 0), sends=BOTH),
    _one(
        "text, a person settles",
        TEXT,
        2,
        1,
        1,
        faults=NETWORK,
        before=SETTLED,
        arrives=True,
        schedules_min=1600,
    ),
    _one(
        "text, a person settles a doubt",
        TEXT,
        2,
        0,
        2,
        faults=LOST_SENDS,
        before=SETTLED,
        arrives=True,
    ),
    _one("text, two runners", TEXT, 1, 0, 1, faults=NETWORK, during=((RIVAL,),)),
    _one(
        "text, two runners after a crash",
        TEXT,
        2,
        1,
        0,
        gaps=(MINUTE, 30 * HOUR),
        during=(("",), (RIVAL,)),
        schedules_min=800,
    ),
    _one("text, an older ledger", SHOWN_SOON, 3, 0, 1, faults=NETWORK, before=OLDER),
    Scenario(
        "news, an older ledger on another machine",
        ((OTHER,), (UNSEEN_NEWS,)),
        3,
        Budget(0, 1),
        faults=NETWORK,
        before=(("",), ("",), ("an older ledger comes to another machine",)),
        is_wide=True,
    ),
    _one("text, a clock that was fast", TEXT, 2, 0, 2, faults=NETWORK, before=FAST),
    _one("text, a clock that is slow", TEXT, 2, 0, 2, faults=NETWORK, gaps=(A_DAY,), before=SLOW),
    _one(
        "text, sent by another machine",
        TEXT,
        2,
        0,
        0,
        before=(("another machine sends it",), ("",)),
    ),
    _one(
        "text to a tag without bounds",
        UNBOUNDED,
        2,
        0,
        0,
        world={"tags_count": {7: 500}},
        before=(TAGS,),
    ),
    _one(
        "text to a tag",
        TO_A_TAG,
        2,
        0,
        1,
        faults=NETWORK,
        world={"tags_count": {7: 500}},
        before=(TAGS_WITH_BOUNDS,),
    ),
    _one(
        "text to a tag by name",
        NAMED_TAG,
        2,
        0,
        0,
        gaps=(2 * HOUR,),
        world={"tags_of": {7: "会员"}, "tags_count": {7: 500}, "tags_meant": {"会员": 7}},
        before=RENAMED,
    ),
    _one("news", NEWS, 2, 1, 0, sends=("春季大促",)),
    _one("news and faults", NEWS, 2, 0, 1),
    _one(
        "news, a draft comes very late",
        PLAIN_NEWS,
        3,
        0,
        1,
        faults={**dict.fromkeys(FAULTS, ()), "add_draft": (Fault.VERY_LATE,)},
        before=(("",), ("",), ("what is very late arrives",)),
    ),
    _one("news, window", whole_news(SOON), 3, 1, 0, schedules_min=1000),
    _one(
        "news, drafts that outlive their send",
        UNSEEN_NEWS,
        2,
        1,
        0,
        world={"drafts_are_consumed": False},
    ),
    _one(
        "news, 40007 before 45065",
        UNSEEN_NEWS,
        2,
        0,
        2,
        faults=OF_SENDS,
        world={"draft_before_memory": True},
    ),
    Scenario(
        "news, edited in doubt",
        ((UNSEEN_NEWS,), (EDITED_LATE,)),
        2,
        Budget(0, 2),
        faults=LOST_SENDS,
    ),
    Scenario("news, edited", ((PLAIN_NEWS,), (EDITED_NEWS,)), 2, Budget(1, 0)),
    Scenario("news, edited and faults", ((PLAIN_NEWS,), (EDITED_NEWS,)), 2, Budget(0, 1)),
    _one(
        "sound, deleted material",
        SOUND,
        3,
        1,
        0,
        before=EMPTIED,
        sends=(sha("bell"),),
        arrives=True,
    ),
    _one(
        "sound, deleted material and faults",
        SOUND,
        3,
        0,
        2,
        faults=OF_SENDS,
        before=EMPTIED,
        schedules_min=2000,
    ),
    _one("text in batches", IN_BATCHES, 3, 1, 0, sends=("今晚八点",) * 3, arrives=True),
    _one(
        "text to an audience",
        TO_AUDIENCE,
        3,
        1,
        0,
        rules=KNOWN_PEOPLE,
        sends=("今晚八点",) * 2,
        arrives=True,
    ),
    _one(
        "text to an audience, two faults",
        TO_AUDIENCE,
        3,
        0,
        2,
        rules=KNOWN_PEOPLE,
        faults=LOST_SENDS,
        arrives=True,
    ),
    _one(
        "text to an audience, a batch is closed",
        TO_HALF,
        3,
        1,
        0,
        rules=KNOWN_PEOPLE,
        sends=("今晚八点",) * 2,
        arrives=True,
    ),
    _one(
        "text to an audience, somebody is excluded later",
        TO_LATER,
        3,
        1,
        0,
        rules=PEOPLE_OF_LATER,
        sends=("今晚八点",) * 3,
        arrives=True,
    ),
    _one("text in batches, two faults", IN_BATCHES, 3, 0, 2, faults=LOST_SENDS, arrives=True),
    _one("text in batches, refusals", IN_BATCHES, 2, 0, 2, faults=REFUSED_SENDS, gaps=(30 * HOUR,)),
    _one(
        "text in batches, a person settles",
        IN_BATCHES,
        3,
        0,
        1,
        faults=LOST_SENDS,
        before=SETTLED,
        arrives=True,
    ),
    _one(
        "text in batches, a person settles twice",
        IN_BATCHES,
        3,
        0,
        2,
        faults=LOST_SENDS,
        before=SETTLED,
        waits=False,
    ),
    Scenario(
        "text in batches, the list changes",
        ((IN_BATCHES,), (OTHERS,)),
        2,
        Budget(1, 1),
        faults=LOST_SENDS,
    ),
    _one(
        "text in batches, the list is ended",
        IN_BATCHES,
        3,
        0,
        2,
        faults=REFUSED_SENDS,
        before=ENDED,
    ),
    _one(
        "text, 45065 of nobody knows whom",
        TEXT,
        3,
        0,
        2,
        faults=KNOWN_OR_LOST,
        before=DENIED,
        gaps=(2 * MINUTE, 3 * HOUR),
    ),
    Scenario(
        "two campaigns, 45065 with the job of the other",
        ((OTHER, TEXT),),
        2,
        Budget(0, 2),
        faults=KNOWN_OR_LOST,
    ),
    Scenario(
        "text, two ends are told, and the edition is raised",
        ((TEXT,), (SECOND_EDITION,)),
        3,
        Budget(0, 1),
        faults=LOST_SENDS,
        before=(
            ("",),
            ("two ends are told of the newest job",),
            ("", "a person finds out which end is true"),
        ),
    ),
    _one(
        "text in batches, called not sent, then a rest",
        IN_BATCHES,
        4,
        0,
        2,
        faults=LOST_SENDS,
        **CALLED_NOT_SENT,
    ),
    _one(
        "text in batches, repaired, then a rest",
        IN_BATCHES,
        4,
        0,
        1,
        faults=REFUSED_SENDS,
        **REPAIRED_THEN_REST,
    ),
    _one(
        "text in batches, a job fails, then a rest",
        IN_BATCHES,
        3,
        0,
        1,
        faults=REFUSED_SENDS,
        **FAILED_THEN_REST,
    ),
    _one(
        "news in batches",
        NEWS_IN_BATCHES,
        2,
        1,
        0,
        gaps=(MINUTE, 30 * HOUR),
        sends=("春季大促",) * 2,
    ),
    Scenario(
        "news in batches, an edit is taken back",
        ((STAGED_LIST,), (EDITED_LIST,), (STAGED_LIST,)),
        3,
        Budget(1, 0),
        gaps=(HOUR / 2,),
        sends=("春季大促",) * 2,
    ),
    _one("news in batches and faults", NEWS_IN_BATCHES, 2, 0, 1, gaps=(3 * HOUR,)),
    _one(
        "text, interrupted",
        TEXT,
        2,
        0,
        1,
        faults=LOST_SENDS,
        during=((INTERRUPT,), ("",)),
        arrives=True,
    ),
    _one(
        "text, a full disk", TEXT, 2, 0, 1, faults=LOST_SENDS, during=((FULL,), ("",)), arrives=True
    ),
    _one("text, a ledger changed inside", TEXT, 2, 0, 1, faults=LOST_SENDS, before=DAMAGED),
    _one("text, seconds apart", TEXT, 3, 0, 3, faults=LOST_SENDS, gaps=(timedelta(seconds=10),)),
    _one(
        "text, 45028 and hours apart",
        TEXT,
        3,
        0,
        2,
        faults=LOST_SENDS,
        gaps=(15 * HOUR,),
        world={"allowance": 1},
    ),
    _one("text, a job that fails", TEXT, 2, 0, 1, faults=NETWORK, world={"job_status": "failed"}),
    _one("news, left to a person", LEFT_BY_HAND, 2, 0, 1, faults=NETWORK, sends=()),
    _one("text without window", UNNAMED, 2, 0, 1, faults=NETWORK, sends=()),
    _one(
        "text to a tag within bounds",
        BETWEEN_BOUNDS,
        2,
        0,
        0,
        world={"tags_count": {7: 500}},
        before=(MANY,),
    ),
    Scenario(
        "two campaigns of one message",
        ((TEXT, COPY),),
        2,
        Budget(0, 1),
        faults=LOST_SENDS,
        gaps=(HOUR,),
    ),
    Scenario(
        "two campaigns, 45028 before 45065",
        ((OTHER, TEXT),),
        2,
        Budget(0, 2),
        faults=LOST_THEN_REFUSED,
    ),
    _one(
        "news, changed in doubt", UNSEEN_NEWS, 2, 0, 2, faults=LOST_SENDS, before=CHANGED_IN_DOUBT
    ),
    _one(
        "news that WeChat does not keep",
        UNSEEN_NEWS,
        1,
        0,
        0,
        world={"keeps": _loses_a_picture},
        settles=False,
    ),
    _one(
        "news, window missed",
        PLAIN_NEWS,
        2,
        1,
        1,
        faults=NETWORK,
        gaps=(30 * HOUR,),
        sends=(),
        tidies=True,
    ),
    Scenario(
        "news, folder deleted",
        ((PLAIN_NEWS,), (TEXT_LATER,)),
        2,
        Budget(1, 1),
        faults=NETWORK,
        sends=(),
        tidies=True,
    ),
    _one(
        "news, the console writes what was left open",
        LEFT_OPEN,
        3,
        1,
        0,
        gaps=(MINUTE, 3 * HOUR),
        before=(("",), ("", "the console writes what was left open"), ("",)),
    ),
    _one(
        "news, the console", PLAIN_NEWS, 3, 0, 1, faults=NETWORK, gaps=(2 * HOUR,), before=CONSOLE
    ),
)
"""Together more than 20,000 schedules."""

NO_FAULTS: Final = dict.fromkeys(FAULTS, ())
NEWS_TO_LIST: Final = replace(
    NEWS_IN_BATCHES, window=SOON, message=NewsMessage((article("春季大促"),))
)
OTHER_TO_LIST: Final = replace(NEWS_TO_LIST, message=NewsMessage((article("春季大促，改"),)))
LATE_DRAFTS: Final = {**NO_FAULTS, "add_draft": (Fault.VERY_LATE,), "send_mass": (Fault.NO_QUOTA,)}
REFUSED_FOR_GOOD: Final = {**NO_FAULTS, "send_mass": (Fault.MEDIA_UNKNOWN,)}
SETTLED_REFUSALS: Final = (("",), ("", "a person sends what was refused"))
TO_A_TAG_OF_MANY: Final = replace(TEXT, audience=audience(tag_id=7, expect={"max": 1500}))
TO_ALL_OF_FEW: Final = replace(TEXT, audience=audience(expect={"max": 1500}))
NEWS_TO_ALL_OF_FEW: Final = replace(UNSEEN_NEWS, audience=audience(expect={"max": 1500}))
SLOW_OR_LOST: Final = {**SLOWNESS, "send_mass": (*SLOWNESS["send_mass"], *NETWORK["send_mass"])}
SLOW_OR_UNCLEAR: Final = {**SLOWNESS, "send_mass": (*SLOW_OR_LOST["send_mass"], Fault.TOO_FAST)}
SHORTLY: Final = Window(NOW - HOUR, NOW + timedelta(seconds=70))
"""Closes within two slow calls."""
BAD_BYTES: Final = (
    "the ledger is empty",
    "the ledger is full of zeros",
    "zeros stand behind the ledger",
    "the ledger is merged by hand",
    "the ledger has lines of both sides",
    "the ledger has every line twice",
)
"""What a ledger's own bytes tell, also on a machine that never saw it."""
REPAIRED: Final = ("", "a damaged ledger is repaired")
DAMAGE: Final = (
    *BAD_BYTES,
    "the ledger is cut in half",
    "the ledger is cut within its first line",
    "a copy of the ledger that was cut comes to another machine",
)
MANY_TO_A_TAG: Final = tuple(
    replace(
        TEXT,
        name=CampaignName(f"words-{n}"),
        message=TextMessage(f"第{n}封"),
        audience=audience(tag_id=7),
    )
    for n in range(1, 6)
)
SERVICE: Final = replace(
    house(),
    agenda=Agenda({APPID: (AccountName("main"), "service")}, tuple(map(demand_of, MANY_TO_A_TAG))),
)
YEARS_END: Final = datetime(2026, 12, 31, 16, tzinfo=UTC)
"""Midnight of Beijing, where December ends."""
OVER_THE_END: Final = tuple(
    replace(each, window=Window(YEARS_END - HOUR, YEARS_END + 80 * HOUR)) for each in MANY_TO_A_TAG
)
SLOW_READS: Final = {**SLOWNESS, "send_mass": (), "job_report": ()}
SECOND_TO_LIST: Final = replace(IN_BATCHES, edition=2, message=SECOND_EDITION.message)
OF_TWO: Final = replace(UNSEEN_NEWS, message=NewsMessage((article("春季大促"), article("第二篇"))))

IN_TWO_CLONES: Final = (
    ("", *(name for name in BETWEEN if name.startswith("a person begins"))),
    ("", *(name for name in BETWEEN if name.startswith("another clone"))),
)

MOVING: Final = (
    Scenario(
        "news in batches, edited and put back",
        ((NEWS_TO_LIST,), (OTHER_TO_LIST,), (NEWS_TO_LIST,)),
        3,
        Budget(1, 0),
        gaps=(40 * MINUTE,),
    ),
    Scenario(
        "news in batches, edited and put back, and late",
        ((NEWS_TO_LIST,), (OTHER_TO_LIST,), (NEWS_TO_LIST,)),
        4,
        Budget(1, 2),
        gaps=(MINUTE, 2 * HOUR),
        faults=LATE_DRAFTS,
        before=(("",), ("",), ("",), ("", "what is very late arrives")),
    ),
    _one(
        "text in batches, refusals are settled",
        IN_BATCHES,
        4,
        0,
        2,
        faults=REFUSED_FOR_GOOD,
        gaps=(MINUTE,),
        before=SETTLED_REFUSALS,
    ),
    _one(
        "text in batches, a refusal is settled",
        IN_BATCHES,
        2,
        0,
        1,
        faults={**NO_FAULTS, "send_mass": (Fault.NO_QUOTA,)},
        gaps=(MINUTE,),
        before=SETTLED_REFUSALS,
        arrives=True,
    ),
    Scenario(
        "text in batches, the edition is raised behind a settled refusal",
        ((IN_BATCHES,), (SECOND_TO_LIST,)),
        2,
        Budget(0, 1),
        faults=REFUSED_FOR_GOOD,
        gaps=(MINUTE,),
        before=SETTLED_REFUSALS,
    ),
    _one(
        "news, the console writes, and drafts come late",
        replace(LEFT_OPEN, window=SOON),
        3,
        1,
        1,
        faults={**NO_FAULTS, "add_draft": (Fault.VERY_LATE,)},
        gaps=(MINUTE,),
        before=(
            ("",),
            ("", "the console writes what was left open"),
            ("", "what is very late arrives"),
        ),
    ),
    _one(
        "git, text, slow, and no clear answer",
        TEXT,
        1,
        0,
        2,
        faults=SLOW_OR_UNCLEAR,
        backend="git",
        arrives=True,
    ),
    _one(
        "text, a damaged ledger",
        TEXT,
        2,
        0,
        1,
        faults=LOST_SENDS,
        gaps=(30 * HOUR,),
        before=(("",), DAMAGE),
    ),
    _one(
        "text, a repaired ledger",
        TEXT,
        2,
        1,
        1,
        faults=LOST_SENDS,
        gaps=(30 * HOUR,),
        before=(("",), REPAIRED),
    ),
    _one(
        "text, a ledger damaged in doubt",
        TEXT,
        2,
        1,
        0,
        gaps=(2 * MINUTE,),
        before=(("",), (*BAD_BYTES, "zeros stand behind the ledger where it was written")),
    ),
    _one(
        "text to a tag that grows",
        TO_A_TAG_OF_MANY,
        1,
        0,
        1,
        faults=LOST_SENDS,
        world={"tags_count": {7: 500}},
        during=((f"many have the tag{AT}",),),
    ),
    _one(
        "text to a tag that shrinks",
        TO_A_TAG,
        1,
        0,
        1,
        faults=LOST_SENDS,
        world={"tags_count": {7: 500}},
        during=((f"nobody has the tag any more{AT}", f"the tag is gone{AT}"),),
    ),
    _one(
        "text to a name that moves",
        NAMED_TAG,
        2,
        0,
        1,
        faults=LOST_SENDS,
        gaps=(2 * HOUR,),
        world={"tags_of": {7: "会员"}, "tags_count": {7: 500}, "tags_meant": {"会员": 7}},
        during=(
            ("",),
            (f"the tag's name goes to another{AT}", f"the tag's name is changed{AT}"),
        ),
    ),
    _one(
        "text to all, and many follow",
        TO_ALL_OF_FEW,
        1,
        0,
        1,
        faults=LOST_SENDS,
        during=((f"many follow the account{AT}",),),
    ),
    _one(
        "news to all, and many follow",
        NEWS_TO_ALL_OF_FEW,
        1,
        0,
        0,
        during=((f"many follow the account{AT}",),),
    ),
    _one(
        "git, news to all, and many follow",
        NEWS_TO_ALL_OF_FEW,
        1,
        0,
        0,
        backend="git",
        during=((f"many follow the account{AT}",),),
    ),
    _one("text, slow", whole_text(SHORTLY), 1, 0, 2, faults=SLOWNESS),
    _one("news, slow", whole_news(SHORTLY, recipients=()), 1, 0, 2, faults=SLOWNESS),
    _one("text, slow, and quiet hours", TEXT, 1, 0, 2, faults=SLOWNESS, rules=(QUIET,)),
    _one("git, text, slow", whole_text(SHORTLY), 1, 0, 2, faults=SLOWNESS, backend="git"),
    _one(
        "git, news, slow",
        whole_news(SHORTLY, recipients=()),
        1,
        0,
        2,
        faults=SLOWNESS,
        backend="git",
    ),
    _one("text, slow, and a lost answer", whole_text(SHORTLY), 1, 0, 2, faults=SLOW_OR_LOST),
    _one(
        "text, slow, and the kill switch",
        TEXT,
        1,
        0,
        1,
        faults=SLOWNESS,
        during=(("", f"{KILL_SWITCH}before send_mass", f"{KILL_SWITCH}after send_mass"),),
    ),
    _one("text, a slow disk", whole_text(CLOSING), 1, 0, 0, during=((f"40 s pass{AT}",),)),
    _one(
        "text, two clones",
        TEXT,
        2,
        1,
        1,
        faults=LOST_SENDS,
        gaps=(MINUTE, 30 * HOUR),
        before=IN_TWO_CLONES,
        cloned=True,
        schedules_min=1900,
    ),
    _one(
        "text, two checkouts of one ledger", TEXT, 1, 0, 1, faults=NETWORK, during=((NEIGHBOUR,),)
    ),
    Scenario(
        "two campaigns, two checkouts of one ledger",
        ((TEXT, OTHER),),
        1,
        Budget(0, 0),
        during=((NEIGHBOUR,),),
    ),
    _one(
        "news in batches, the console's version is kept",
        NEWS_TO_LIST,
        2,
        0,
        0,
        gaps=(2 * HOUR,),
        before=(("",), ("a person keeps the console's version",)),
        arrives=True,
    ),
    Scenario(
        "news, the folder is deleted",
        ((PLAIN_NEWS,), ()),
        2,
        Budget(1, 0),
        gaps=(30 * HOUR,),
        tidies=True,
    ),
    _one("news, the window expires", PLAIN_NEWS, 2, 1, 0, gaps=(30 * HOUR,), tidies=True),
    Scenario(
        "text, the edition is lowered",
        ((SECOND_EDITION,), (TEXT,)),
        2,
        Budget(0, 1),
        faults=LOST_SENDS,
        gaps=(MINUTE, 30 * HOUR),
    ),
    Scenario(
        "text in batches, the edition is raised",
        ((IN_BATCHES,), (SECOND_TO_LIST,)),
        2,
        Budget(0, 1),
        faults=REFUSED_FOR_GOOD,
        gaps=(MINUTE,),
    ),
    Scenario(
        "text, called not sent, then a copy",
        ((TEXT,), (COPY,)),
        2,
        Budget(0, 2),
        faults=LOST_SENDS,
        gaps=(HOUR,),
        before=(("",), ("a person says not sent",)),
    ),
    Scenario(
        "git, a person is wrong in a push",
        ((TEXT,), (COPY,)),
        2,
        Budget(0, 0),
        backend="git",
        gaps=(HOUR,),
        during=((f"a person says not sent{AT}",), ("",)),
    ),
    _one("git, news, interrupted", UNSEEN_NEWS, 1, 0, 0, backend="git", during=((INTERRUPT,),)),
    _one("news of two articles", OF_TWO, 2, 1, 0, sends=("春季大促",), arrives=True),
    Scenario(
        "five to one tag in a month",
        (MANY_TO_A_TAG,),
        1,
        Budget(0, 0),
        rules=(SERVICE,),
        world={"tags_count": {7: 128}},
    ),
    Scenario(
        "five to one tag over the end of a month",
        (OVER_THE_END,),
        3,
        Budget(0, 1),
        gaps=(YEARS_END - NOW - timedelta(seconds=12), 3 * HOUR),
        faults=SLOW_READS,
        rules=(
            replace(
                SERVICE, agenda=replace(SERVICE.agenda, demands=tuple(map(demand_of, OVER_THE_END)))
            ),
        ),
        world={"tags_count": {7: 128}},
    ),
    _one(
        "news, the console in a run",
        UNSEEN_NEWS,
        1,
        0,
        0,
        during=((f"the console changes the draft{AT}", f"the console sends the draft{AT}"),),
    ),
    _one(
        "git, news, the console in a push",
        UNSEEN_NEWS,
        1,
        0,
        1,
        faults={**NO_FAULTS, "push": (Fault.SLOW,)},
        backend="git",
        during=((f"the console changes the draft{AT}", f"the console sends the draft{AT}"),),
    ),
    _one(
        "text, the kill switch in a run",
        TEXT,
        1,
        0,
        1,
        faults=LOST_SENDS,
        during=((f"the kill switch{AT}",),),
    ),
)
"""Worlds in which more moves: calls take time, numbers change inside them, files are put back, ledgers are damaged."""

NIGHTLY: Final = (
    _one("git, text, longer", TEXT, 3, 2, 1, backend="git", sends=("今晚八点",), arrives=True),
    _one(
        "git, two runners, longer",
        TEXT,
        2,
        1,
        1,
        faults=OF_PUSHES,
        backend="git",
        during=((RIVAL,), ("", TWIN)),
    ),
    _one("git, news, longer", NEWS, 2, 1, 1, backend="git", sends=("春季大促",)),
    _one("git, news, two runners, longer", NEWS, 2, 0, 1, backend="git", during=((RIVAL,), ("",))),
    _one(
        "text, four runs, two crashes, two faults",
        TEXT,
        4,
        2,
        2,
        faults=NETWORK,
        sends=("今晚八点",),
        arrives=True,
    ),
    _one("text, every fault", TEXT, 3, 2, 1, sends=("今晚八点",), arrives=True),
    _one("text, 45028 before 45065, longer", TEXT, 3, 1, 2, world={"allowance": 1}),
    _one(
        "text, a person settles, longer",
        TEXT,
        3,
        2,
        1,
        faults=NETWORK,
        before=SETTLED,
        arrives=True,
    ),
    _one("text, preview required, longer", SHOWN, 3, 1, 1, rules=(house(require_preview=True),)),
    _one("text, two runners, longer", TEXT, 2, 1, 1, faults=NETWORK, during=(("",), (RIVAL,))),
    Scenario("text, edited, longer", ((TEXT,), (EDITED,)), 3, Budget(2, 1), faults=NETWORK),
    Scenario(
        "two campaigns, longer", ((TEXT, OTHER),), 3, Budget(1, 1), faults=NETWORK, sends=BOTH
    ),
    _one("news, longer", NEWS, 2, 1, 1, sends=("春季大促",)),
    _one("news, three runs", UNSEEN_NEWS, 3, 1, 1),
    _one("news, window, longer", whole_news(SOON), 3, 1, 1),
    _one(
        "news, drafts that outlive their send, longer",
        UNSEEN_NEWS,
        2,
        1,
        1,
        world={"drafts_are_consumed": False},
    ),
    _one(
        "news, 40007 before 45065, longer",
        UNSEEN_NEWS,
        2,
        1,
        1,
        world={"draft_before_memory": True},
    ),
    Scenario("news, edited, longer", ((PLAIN_NEWS,), (EDITED_NEWS,)), 2, Budget(1, 1)),
)
"""Wider spaces: together more than 1,000,000 schedules."""


def over(scenario: Scenario, backend: str) -> Scenario:
    """Give a story over another backend, where a run has other boundaries and other calls."""
    name = f"{scenario.name}, over {backend}"
    return replace(scenario, name=name, backend=backend, schedules_min=1)


OVER_EACH: Final = tuple(
    over(scenario, backend)
    for scenario in (*SMOKE, *MOVING)
    for backend in ("local", "git", "postgres", "s3")
    if backend != scenario.backend and not scenario.cloned
)
"""Every story over each backend that it is not told of above; clones of a repository are about its file."""
