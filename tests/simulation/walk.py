"""Random stories: one seed, one story, the same on every machine. A failing one is shortened and printed.

python -m simulation.walk START COUNT     from tests/: tells the stories START, START + 1, … and ends 1 at the first
                                          that goes wrong, with its seed and the shortest story that does
"""

import random
import re
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final

from copies import replace
from simulation.walk_account import Nature
from simulation.walk_declared import Declared, Rules
from simulation.walk_events import (
    Adopt,
    Console,
    Edit,
    OlderCopy,
    Policy,
    Settle,
    Skew,
    Verge,
    Wait,
)
from simulation.walk_people import CORRECTIONS, FIRST
from simulation.walk_port import FAULTS
from simulation.walk_remote import PUSH_FAULTS
from simulation.walk_runs import Happening, Run, Together, settle_down
from simulation.walk_world import World

IN_GIT: Final = 0.25
"""Of all stories, those whose ledger is a branch of a remote."""
LISTS: Final = 0.25
"""Of all campaigns without a tag, those to a list of openids."""
WINDOWS: Final = ((None, None), (-1, 80), (1, 5), (-1, 2), (20, 30))
GAPS: Final = (1, 1, 4, 7, 31, 61, 180, 600, 1150, 1300, 1450, 1800)
"""Minutes: at once, past five and past thirty, within WeChat's memory of an id, about its end, and past it."""
CRASHES: Final = (
    "before send_mass",
    "after send_mass",
    "before append send_attempted",
    "torn append send_attempted",
    "after append send_attempted",
    "before append send_accepted",
    "torn append send_accepted",
    "after append send_accepted",
    "before append send_in_doubt",
    "before append send_rejected",
    "after add_draft",
    "before add_draft",
    "torn append draft_begun",
    "before append draft_saved",
    "torn append draft_saved",
    "before append draft_verified",
    "after append draft_saved",
    "after delete_draft",
    "before append draft_deleted",
    "before append draft_not_saved",
    "after preview",
    "torn append previewed",
    "before append previewed#2",
    "after append previewed",
    "after upload_image",
    "after add_material#2",
    "before append material_added",
    "torn append created",
    "after append created",
    "declare",
    "before get_draft#2",
    "after newest_drafts",
    "before renew_token#2",
    "before job_report",
    "after send_mass#2",
    "before append send_accepted#2",
)
PUSH_CRASHES: Final = ("before push", "before push#2", "after push", "after push#2", "after push#3")


DOCUMENTED: Final = Nature()


@dataclass(frozen=True)
class Story:
    """A world and what happens in it."""

    declared: tuple[Declared, ...]
    events: tuple[Happening, ...]
    nature: Nature = DOCUMENTED
    in_git: bool = False
    """The ledger is a branch of a remote."""


@dataclass(frozen=True)
class _Cast:
    """Who and what a story is about, for the dice."""

    names: tuple[str, ...]
    lists: tuple[str, ...]
    """Those of the names whose audience is a list of openids."""
    in_git: bool


def tell(story: Story) -> list[str]:
    """Let a story happen, and then nothing go wrong any more; gives what must not be, at the first moment."""
    world = World(story.declared, story.nature, in_git=story.in_git)
    for event in story.events:
        event.happen(world)
        if world.wrongs:
            return world.wrongs
    world.rules = Rules()
    world.skew = [world.skew[0]] * len(world.skew)
    for account in world.accounts.values():
        account.nature = replace(account.nature, allowance=None)
    world.disk.bring_newer_back()
    settle_down(world)
    for name in world.declared:
        Settle(name).happen(world)
    if not world.wrongs:
        settle_down(world)
    return world.wrongs


def story_of(seed: int) -> Story:
    """Make the story of a seed."""
    dice = random.Random(seed)
    declared = tuple(_campaigns(dice))
    nature = Nature(dice.random() < 0.8, dice.random() < 0.3, dice.choice([None, None, None, 1, 2]))
    cast = _Cast(
        tuple(each.name for each in declared),
        tuple(d.name for d in declared if d.people),
        dice.random() < IN_GIT,
    )
    events = [event for _ in range(dice.randint(6, 18)) for event in _events(dice, cast)]
    return Story(declared, tuple(events), nature, cast.in_git)


def _campaigns(dice: random.Random) -> list[Declared]:
    found: list[Declared] = []
    for name in ("sale", "words", "club", "else")[: dice.choice([1, 2, 2, 3, 4])]:
        opens, closes = dice.choice(WINDOWS)
        kind = "text" if dice.random() < (0.8 if name == "words" else 0.25) else "news"
        tag_id = 101 if name == "club" else None
        people = FIRST if tag_id is None and dice.random() < LISTS else ""
        account = "other" if name == "else" else "main"
        found.append(
            Declared(name, kind, opens, closes, dice.choice([0, 0, 1, 2]), tag_id, account, people)
        )
    return found


def _events(dice: random.Random, cast: _Cast) -> Sequence[Happening]:
    """Make something that happens: on the verge of a window a run, after a small change of a new draft an adoption."""
    sort = dice.random()
    if sort < 0.40:
        return [_run(dice, cast)]
    if sort < 0.54:
        word = "".join(dice.choice("01") for _ in range(dice.randint(2, 40)))
        return [Together(_run(dice, cast, alone=False), _run(dice, cast, alone=False), word)]
    if sort < 0.68:
        return [Wait(dice.choice(GAPS))]
    if sort < 0.72:
        return [Verge(dice.choice(cast.names), dice.choice([1, 5, 15])), _run(dice, cast)]
    if sort < 0.74:
        name = dice.choice(cast.names)
        return [Run((name,), until="DRAFT"), Console("comment", name), Adopt(name)]
    return [_deed(dice, cast)]


def _deed(dice: random.Random, cast: _Cast) -> Happening:
    """Something that people do."""
    name = dice.choice(cast.names)
    if cast.lists and dice.random() < 0.3:
        return Edit(dice.choice(cast.lists), people=dice.choice(CORRECTIONS))
    match dice.randrange(13):
        case 0 | 1:
            return Edit(name, version=1)
        case 2:
            return Edit(name, edition=1, version=dice.choice([0, 1]))
        case 3:
            return Edit(name, later=dice.choice([-2, 3, 24, 48]), turn=dice.random() < 0.3)
        case 4:
            quiet = dice.choice([None, None, (11, 14), (22, 8)])
            sending, no_send = dice.random() > 0.2, dice.random() < 0.15
            return Policy(
                Rules(
                    sending, no_send, dice.choice(["resubmit", "stop"]), quiet, dice.random() < 0.3
                )
            )
        case 5:
            return Policy(Rules())
        case 6 | 7 | 8:
            return Console(
                dice.choice(
                    ["send", "send", "send", "edit", "mark_up", "comment", "delete", "send_else"]
                ),
                name,
            )
        case 9 | 10:
            return Settle(name, dice.random() < 0.5)
        case 11:
            return Adopt(name)
        case _:
            if dice.random() < 0.5:
                return Skew(dice.randrange(2), dice.randint(-115, 115))
            return OlderCopy(dice.randint(1, 12), dice.random() < 0.4)


def _run(dice: random.Random, cast: _Cast, *, alone: bool = True) -> Run:
    chosen = (
        tuple(name for name in cast.names if dice.random() < 0.6) if dice.random() < 0.6 else ()
    )
    faults = {**FAULTS, "push": PUSH_FAULTS}
    methods = ["send_mass"] * 5 + ["add_draft"] * 2 + [*FAULTS] + ["push"] * (15 * cast.in_git)
    faulty = [dice.choice(methods) for _ in range(dice.choice([0, 1, 1, 2, 2, 3]))]
    later = (
        [("send_mass", "NONE")] * dice.randint(0, 2) if cast.lists and dice.random() < 0.5 else []
    )
    during = tuple(_deed(dice, cast) for _ in range(dice.choice([0, 0, 1]))) if alone else ()
    crashes = (*CRASHES, *PUSH_CRASHES * 2) if cast.in_git else CRASHES
    return Run(
        chosen,
        machine=dice.choice([0, 0, 0, 1]),
        until=dice.choice(["SEND"] * 8 + ["UPLOAD", "DRAFT", "PREVIEW"]),
        behind=dice.choice([0] * 6 + [1, 2]),
        faults=(*later, *((method, dice.choice(faults[method])) for method in faulty)),
        crash=dice.choice(crashes) if dice.random() < 0.4 else "",
        interrupt=dice.random() < 0.15,
        power=dice.randrange(4) if alone and dice.random() < 0.12 else None,
        asked=dice.choice([0, 1, 20]) if dice.random() < 0.15 else None,
        no_wait=dice.random() < 0.1,
        show=len(chosen) == 1 and dice.random() < 0.15,
        order=dice.randrange(3),
        eager=dice.random() < 0.5,
        during=tuple(each for each in during if not isinstance(each, Settle | Adopt | OlderCopy)),
    )


_PARTICULAR: Final = re.compile(
    r"\b(sale|words|club|else|main|other)\b|[A-Z_0-9]+|['\[\](),]|editor_"
)


def shortened(story: Story) -> Story:
    """Leave out and simplify what the failure does not need, until nothing more can go."""
    kind, shorter = kind_of(story), story
    while shorter is not None:
        story = shorter
        shorter = next((each for each in _simpler(story) if kind_of(each) == kind), None)
    return story


def said(story: Story) -> str:
    """Say what goes wrong in a story, in full."""
    try:
        return tell(story)[0]
    except Exception:
        return traceback.format_exc()


def kind_of(story: Story) -> str:
    """Say what goes wrong in a story, without names and numbers; empty where nothing does."""
    try:
        wrong = tell(story)
    except Exception as error:
        return f"it ends with {type(error).__name__}"
    return _PARTICULAR.sub("", wrong[0]) if wrong else ""


def _simpler(story: Story) -> list[Story]:
    """Give stories that are a little simpler, the simplest first."""
    events, found = story.events, []
    for size in (8, 4, 2, 1):
        found += [
            replace(story, events=events[:at] + events[at + size :])
            for at in range(0, len(events), size)
        ]
    found += [
        replace(story, declared=tuple(d for d in story.declared if d is not each))
        for each in story.declared
    ]
    for at, event in enumerate(events):
        choices = [event.first, event.second] if isinstance(event, Together) else _plainer(event)
        found += [
            replace(story, events=(*events[:at], each, *events[at + 1 :])) for each in choices
        ]
    found += [replace(story, nature=each) for each in _plainer(story.nature)]
    found += [replace(story, in_git=False)] if story.in_git else []
    for at, declared in enumerate(story.declared):
        plain = [each for each in _plainer(declared) if each.name == declared.name]
        found += [
            replace(story, declared=(*story.declared[:at], d, *story.declared[at + 1 :]))
            for d in plain
        ]
    return [each for each in found if each.declared and len(written(each)) < len(written(story))]


def _plainer(value: Any) -> list[Any]:
    """Give copies of a value with one field as it is by default, or with less in it."""
    found: list[Any] = []
    for field in fields(value):
        now = getattr(value, field.name)
        if is_dataclass(now):
            found += [replace(value, **{field.name: each}) for each in _plainer(now)]
        elif isinstance(now, tuple):
            found += [
                replace(value, **{field.name: now[:at] + now[at + 1 :]}) for at in range(len(now))
            ]
        if now != field.default and isinstance(field.default, int | str | bool | None):
            found.append(replace(value, **{field.name: field.default}))
    return found


def written(story: Story) -> str:
    """Write a story so that it can be pasted into a test."""
    lines = [f"        {short(event)}," for event in story.events]
    declared = ", ".join(map(short, story.declared))
    nature = "" if story.nature == DOCUMENTED else f"\n    nature={short(story.nature)},"
    in_git = "\n    in_git=True," if story.in_git else ""
    return "\n".join(
        ["Story(", f"    ({declared},),", "    (", *lines, f"    ),{nature}{in_git}", ")"]
    )


def short(value: Any) -> str:
    """Write a value with those of its fields that are not as by default."""
    if isinstance(value, tuple):
        return "(" + "".join(f"{short(each)}, " for each in value).rstrip() + ")"
    if not is_dataclass(value) or isinstance(value, type):
        return repr(value)
    said = [
        f"{field.name}={short(getattr(value, field.name))}"
        for field in fields(value)
        if getattr(value, field.name) != field.default
    ]
    return f"{type(value).__name__}({', '.join(said)})"


def walk(start: int, count: int) -> str | None:
    """Tell so many stories; gives a report of the first that goes wrong, or None."""
    for seed in range(start, start + count):
        story = story_of(seed)
        if wrong := kind_of(story):
            shortest = shortened(story)
            return f"seed {seed}: {wrong}\n\n{said(shortest)}\n{written(shortest)}"
    return None


if __name__ == "__main__":
    report = walk(int(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.write(
        f"{report}\n"
        if report
        else f"{sys.argv[2]} stories from seed {sys.argv[1]}: nothing is wrong\n"
    )
    sys.exit(1 if report else 0)
