"""Worlds too wide to go through: schedules are drawn by hypothesis, which shortens what it finds.

In each run the files may hold any of several versions, a few calls fail or are slow, somebody does something before it
or in the midst of it, and the process or its machine may die. Only what is never right is looked for.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Final

from building import HOUR, NOW, OTHER_APPID, article, audience, house
from copies import replace
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from openid_samples import BATCHES, MOVED
from simulation.choices import Explorer
from simulation.disk import LOSSES
from simulation.happenings import AT, INTERRUPT, NEIGHBOUR, RIVAL
from simulation.scenario import LONG, to_openids, whole_news, whole_text
from simulation.schedule import Budget, Scenario, Schedule, Turn
from simulation.world import Fault

from massctl.model.ids import CampaignName
from massctl.model.message import NewsMessage, TextMessage, Window

RUNS_MAX: Final = 6
GAPS: Final = (timedelta(minutes=1), timedelta(minutes=70), timedelta(hours=3), timedelta(hours=25))
SOON: Final = Window(NOW + HOUR, NOW + 80 * HOUR)
"""Opens after the first run, so that a draft is staged, edited and put back before it can be sent."""
CALLS: Final = 16
BOUNDARIES: Final = 60
FAULTS: Final = (
    Fault.REQUEST_LOST,
    Fault.ANSWER_LOST,
    Fault.LATE,
    Fault.VERY_LATE,
    Fault.SLOW,
    Fault.SLOW,
    Fault.SLOW_ANSWER,
    Fault.NO_QUOTA,
    Fault.MEDIA_UNKNOWN,
    Fault.TOKEN_DEAD,
    Fault.TOO_FAST,
    Fault.NO_TOKEN,
    Fault.BUSY,
    Fault.BUSY_YET_ACCEPTED,
    Fault.PUSH_REFUSED,
    Fault.PUSHED_AWAY,
)
"""One that means nothing to a method does nothing to its call."""
PEOPLE: Final = ("a person sends what was refused", "a person keeps the console's version")
CONSOLE: Final = ("the console changes the draft", "the console deletes the draft")
NUMBERS: Final = (
    "many have the tag",
    "nobody has the tag any more",
    "few have the tag",
    "the tag is gone",
)
LATE_DRAFT: Final = "what is very late arrives"
TIME: Final = ("40 s pass", "the kill switch", "the files are edited")
_LIST: Final = to_openids(whole_text(LONG), BATCHES)
_NEWS: Final = whole_news(SOON, recipients=())
_NEWS_TO_LIST: Final = to_openids(
    replace(_NEWS, message=NewsMessage((article("春季大促"),))), BATCHES
)
_TO_TAG: Final = replace(_NEWS, audience=audience(tag_id=7, expect={"min": 100, "max": 1500}))
_WORDS: Final = whole_text(LONG)
_EDITED: Final = TextMessage("今晚九点")
_SECOND: Final = TextMessage("今晚十点")


def _wide(name: str, *versions: tuple[object, ...], **more: object) -> Scenario:
    return Scenario(name, versions, RUNS_MAX, Budget(0, 0), is_wide=True, **more)  # type: ignore[arg-type]


WIDE: Final = (
    _wide(
        "wide, text",
        (_WORDS,),
        (replace(_WORDS, message=_EDITED),),
        (replace(_WORDS, edition=2, message=_SECOND),),
        (),
        (replace(_WORDS, appid=OTHER_APPID),),
    ),
    _wide(
        "wide, two texts in git",
        (_WORDS, replace(_WORDS, name=CampaignName("other"), message=TextMessage("明天见"))),
        (replace(_WORDS, message=_EDITED),),
        (replace(_WORDS, edition=2, message=_SECOND),),
        (),
        backend="git",
    ),
    _wide(
        "wide, text to a list",
        (_LIST,),
        (replace(_LIST, message=_EDITED),),
        (to_openids(_WORDS, MOVED),),
        (replace(_LIST, edition=2, message=_SECOND),),
        (),
    ),
    _wide(
        "wide, news to a list",
        (_NEWS_TO_LIST,),
        (replace(_NEWS_TO_LIST, message=NewsMessage((article("春季大促，改"),))),),
        (),
    ),
    _wide(
        "wide, news to a tag",
        (_TO_TAG,),
        (replace(_TO_TAG, message=NewsMessage((article("春季大促，改"),))),),
        (replace(_TO_TAG, edition=2, message=NewsMessage((article("春季大促，再"),))),),
        (),
        (replace(_TO_TAG, appid=OTHER_APPID),),
        world={"tags_count": {7: 500}},
    ),
    _wide(
        "wide, news to a tag in git",
        (_TO_TAG,),
        (replace(_TO_TAG, message=NewsMessage((article("春季大促，改"),))),),
        (),
        world={"tags_count": {7: 500}},
        backend="git",
    ),
    _wide(
        "wide, quiet hours",
        (whole_text(Window(NOW - HOUR, NOW + timedelta(seconds=100))),),
        (whole_news(Window(NOW - HOUR, NOW + timedelta(seconds=100)), recipients=()),),
        rules=(house(quiet_hours={"from": "12:01", "to": "12:04", "timezone": "Asia/Shanghai"}),),
    ),
)


def schedules(scenario: Scenario) -> st.SearchStrategy[Schedule]:
    """Draw a schedule of a wide world; the dullest comes first, and what is found is shortened towards it."""
    campaigns = [campaign for group in scenario.campaigns for campaign in group]
    moved = NUMBERS if any(campaign.audience.tag_id is not None for campaign in campaigns) else ()
    moved += (
        (*CONSOLE, LATE_DRAFT) if any(campaign.message.has_draft for campaign in campaigns) else ()
    )
    before = (
        "",
        "a person settles",
        *(PEOPLE if any(each.openid_list for each in campaigns) else ()),
        *moved,
    )
    meanwhile = (*moved, *TIME)
    boundary = st.integers(1, BOUNDARIES)
    links = () if scenario.backend == "git" else (NEIGHBOUR,)
    during = st.one_of(
        st.just(""),
        st.builds("{}{}{}".format, st.sampled_from(meanwhile), st.just(AT), boundary),
        st.builds("{}{}".format, st.sampled_from((INTERRUPT, RIVAL, *links)), boundary),
    )
    fault = st.tuples(st.integers(0, CALLS - 1), st.sampled_from(FAULTS))
    turn = st.builds(
        Turn,
        gap=st.sampled_from(GAPS),
        before=st.sampled_from(before),
        during=during,
        faults=st.lists(fault, max_size=3, unique_by=lambda each: each[0]).map(
            lambda found: tuple(sorted(found))
        ),
        crash=st.none() | boundary,
        files=st.integers(0, len(scenario.campaigns) - 1),
        loss=st.none() | st.sampled_from(LOSSES),
    )
    return st.lists(turn, min_size=1, max_size=RUNS_MAX).map(tuple)


def wrongs(scenario: Scenario, schedule: Schedule) -> list[str]:
    """Play a schedule, and say what must not be."""
    return [violation.what for violation in Explorer(scenario).follow(schedule).violations]


def first_wrong(scenario: Scenario, count: int, seeded: int) -> Schedule | None:
    """Draw so many schedules, the same for the same seed, and give the first at which something is wrong."""
    found: list[Schedule] = []

    @seed(seeded)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(schedules(scenario))
    def draw(schedule: Schedule) -> None:
        if not found and wrongs(scenario, schedule):
            found.append(schedule)
        assert not found

    with suppress(AssertionError):
        draw()
    return found[0] if found else None
