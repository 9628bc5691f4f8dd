"""Between a lock, or a saved plan, and apply: one thing moves, and nothing leaves; put back, it goes."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lock_repository import NAME, Repository, picture

from massctl.cli.clocks import machine_now
from massctl.sandbox.embedded import open_world

Change = Callable[[Repository], None]
SENT = ["add_material", "upload_image", "save_draft", "send_preview", "send_mass"]


def sent(found: dict[str, Any]) -> list[str]:
    return [step["kind"] for step in found["performed"]]


def edited(path: str, before: str, after: str) -> Change:
    return lambda repository: repository.edit(path, before, after)


def repainted(path: str) -> Change:
    return lambda repository: (repository.folder / path).write_bytes(picture("green"))  # type: ignore[return-value]


def renamed(repository: Repository) -> None:
    repository.folder.rename(repository.root / "campaigns/sale-2")


def removed(path: str) -> Change:
    return lambda repository: (repository.folder / path).unlink()


YAML = f"{NAME}/campaign.yaml"
LOCK = f"{NAME}/campaign.lock.json"

MOVES: list[tuple[str, Change, str, str]] = [
    ("template", edited(f"{NAME}/articles/main.md.j2", "元。", "元！"), "lock_stale", "the text of article 1"),
    ("shared template", edited("_shared/macros.md.j2", "你好", "您好"), "lock_stale", "the text of article 1"),
    ("picture", repainted("images/hero.png"), "lock_stale", "images/hero.png"),
    ("cover", repainted("images/cover.png"), "lock_stale", "images/cover.png"),
    ("tag", edited(YAML, "is_to_all: true", "tag_id: 101"), "lock_stale", "the audience"),
    ("bounds", edited(YAML, "is_to_all: true", "is_to_all: true, expect: {max: 9}"), "lock_stale", "the audience"),
    ("window", edited(YAML, "14:00:00", "15:00:00"), "lock_stale", "the window"),
    (
        "flag",
        edited(YAML, "preview:", "  send_ignore_reprint: true\npreview:"),
        "lock_stale",
        "the flag send_ignore_reprint",
    ),
    ("author", edited(YAML, "编辑部", "市场部"), "lock_stale", "the author of article 1"),
    ("variable", edited(YAML, "1999", "2999"), "lock_stale", "the title of article 1, the text of article 1"),
    ("edition", edited(YAML, "account: main", "account: main\nedition: 2"), "lock_stale", "the edition"),
    (
        "setting",
        edited("../massctl.yaml", "service}", "service, external_links: keep}"),
        "lock_stale",
        "the text of article 1",
    ),
    ("appid", edited("../massctl.yaml", "wx0123456789abcdef", "wx0123456789abcdee"), "lock_stale", "the account"),
    ("lock by hand", edited(LOCK, '"author": "编辑部"', '"author": "市场部"'), "lock_stale", "changed by hand"),
    ("lock broken", edited(LOCK, "{", "["), "lock_stale", "campaign.lock.json is not what massctl wrote"),
    ("lock gone", removed("campaign.lock.json"), "lock_missing", "it is not locked"),
]


def restored(repository: Repository, files: dict[str, bytes]) -> None:
    for path, data in files.items():
        (repository.root / path).parent.mkdir(parents=True, exist_ok=True)
        (repository.root / path).write_bytes(data)


def everything(repository: Repository) -> dict[str, bytes]:
    return {**repository.snapshot(), "massctl.yaml": (repository.root / "massctl.yaml").read_bytes()}


@pytest.mark.parametrize("flag", [[], ["--locked"]], ids=["policy", "flag"])
@pytest.mark.parametrize(("change", "guard", "named"), [move[1:] for move in MOVES], ids=[move[0] for move in MOVES])
def test_one_thing_moves_after_the_lock_and_nothing_leaves(
    repository: Repository, change: Change, guard: str, named: str, flag: list[str]
) -> None:
    if flag:
        repository.edit("../massctl.yaml", "require_lock: true", "require_lock: false")
    repository.massctl("lock")
    before = everything(repository)
    change(repository)

    status, found = repository.apply(*flag)
    refusal = found["refusals"][0]
    assert (5, [], guard) == (status, found["performed"], refusal["guard"])
    assert named in refusal["message"]
    assert not (repository.root / ".massctl/sandbox/massctl.state.jsonl").exists()

    restored(repository, before)
    status, found = repository.apply(*flag)
    assert (0, SENT, []) == (status, sorted(sent(found), key=SENT.index), found["refusals"])


@pytest.mark.parametrize("flag", [[], ["--locked"]], ids=["policy", "flag"])
def test_a_checkout_with_other_line_ends_has_the_same_lock(repository: Repository, flag: list[str]) -> None:
    repository.massctl("lock")
    lock = repository.folder / "campaign.lock.json"
    written = lock.read_bytes().replace(b"\n", b"\r\n")
    lock.write_bytes(written)
    status, found = repository.check()
    assert (0, "unchanged", [], []) == (status, found["result"], found["differences"], found["refusals"])
    assert (0, written) == (repository.massctl("lock")[0], lock.read_bytes())
    status, found = repository.apply(*flag)
    assert (0, SENT, []) == (status, sorted(sent(found), key=SENT.index), found["refusals"])


def forged(repository: Repository) -> None:
    """Put other words into the lock, in a way that agrees with itself."""
    repository.edit(f"{NAME}/articles/main.md.j2", "元。", "元，全网最低。")
    repository.massctl("lock")
    repository.edit(f"{NAME}/articles/main.md.j2", "元，全网最低。", "元。")


@pytest.mark.parametrize("flag", [[], ["--locked"]], ids=["policy", "flag"])
def test_a_forged_lock_that_agrees_with_itself_sends_nothing(repository: Repository, flag: list[str]) -> None:
    if flag:
        repository.edit("../massctl.yaml", "require_lock: true", "require_lock: false")
    repository.massctl("lock")
    forged(repository)
    assert 5 == repository.check()[0]

    status, found = repository.apply(*flag)

    refusal = found["refusals"][0]
    assert (5, [], "lock_stale") == (status, found["performed"], refusal["guard"])
    assert "your files changed since it was locked: the text of article 1" == refusal["message"]


def test_a_renamed_folder_is_not_what_was_locked(repository: Repository) -> None:
    repository.massctl("lock")
    renamed(repository)
    status, out = repository.massctl("apply", "sale-2", "--sandbox", "--yes", "--format", "json")
    refusal = json.loads(out)["campaigns"][0]["refusals"][0]
    assert (5, "lock_stale") == (status, refusal["guard"])
    assert "the campaign's name (locked as sale)" in refusal["message"]


@pytest.mark.parametrize(
    "change",
    [
        removed("images/hero.png"),
        edited("../massctl.yaml", "service}", "service, content_limit: 10}"),
        edited(f"{NAME}/articles/main.md.j2", "{{ price }}", "{{ prize }}"),
    ],
    ids=["picture gone", "an account that takes less", "unknown name"],
)
def test_what_has_faults_now_is_invalid_whatever_was_locked(repository: Repository, change: Change) -> None:
    repository.massctl("lock")
    change(repository)

    status, found = repository.apply()

    assert (1, [], []) == (status, found["performed"], found["refusals"])


def test_the_plan_shows_what_apply_would_do_with_the_locked_bytes(repository: Repository) -> None:
    repository.massctl("lock")
    _, out = repository.massctl("plan", NAME, "--sandbox", "--format", "json")
    assert repository.lock()["digest"] == json.loads(out)["campaigns"][0]["digest"]
    repository.edit(f"{NAME}/articles/main.md.j2", "元。", "元！")
    _, out = repository.massctl("plan", NAME, "--sandbox", "--format", "json")
    campaign = json.loads(out)["campaigns"][0]
    assert ([], ["lock_stale"]) == (campaign["steps"], [each["guard"] for each in campaign["refusals"]])


def test_what_a_reviewer_does_not_approve_may_change(repository: Repository) -> None:
    repository.massctl("lock")
    repository.edit(YAML, "editor_li", "editor_wang")
    repository.edit(YAML, "preview:", "  same_content: allow\npreview:")
    assert 0 == repository.massctl("lock", "--check")[0]
    status, found = repository.apply()
    assert (0, SENT) == (status, sorted(sent(found), key=SENT.index))


def test_validate_looks_at_the_sources_and_not_at_the_lock(repository: Repository) -> None:
    repository.massctl("lock")
    repository.edit(f"{NAME}/articles/main.md.j2", "{{ price }}", "{{ prize }}")
    assert 1 == repository.massctl("validate")[0]


def saved(repository: Repository) -> Path:
    path = repository.root / "plan.json"
    assert 0 == repository.massctl("plan", NAME, "--sandbox", "--out", str(path))[0]
    return path


def test_a_saved_plan_is_carried_out_once(lenient: Repository) -> None:
    path = saved(lenient)
    status, found = lenient.apply("--plan", str(path))
    assert (0, SENT) == (status, sorted(sent(found), key=SENT.index))
    status, found = lenient.apply("--plan", str(path))
    assert (5, [], "plan_stale") == (status, found["performed"], found["refusals"][0]["guard"])
    assert "the ledger's serial (0 → " in found["refusals"][0]["message"]


def test_a_saved_plan_is_the_json_that_is_printed(lenient: Repository) -> None:
    path = saved(lenient)
    _, out = lenient.massctl("plan", NAME, "--sandbox", "--format", "json")
    document = json.loads(path.read_text(encoding="utf-8"))
    assert ([NAME], json.loads(out)) == (document["names"], document)


def test_a_saved_plan_is_consent(lenient: Repository) -> None:
    path = saved(lenient)
    status, out = lenient.massctl("apply", "--sandbox", "--plan", str(path), "--format", "json")
    assert (0, "sending") == (status, json.loads(out)["campaigns"][0]["status"])


def test_a_saved_plan_of_what_is_locked_agrees_with_the_flag(lenient: Repository) -> None:
    lenient.massctl("lock")
    path = saved(lenient)
    assert 0 == lenient.apply("--locked", "--plan", str(path))[0]


def at_the_end(repository: Repository) -> None:
    world = open_world(repository.root / ".massctl/sandbox", real_now=machine_now)
    world.ensure_not_before(datetime(2036, 12, 1, 6, 0, 1, tzinfo=UTC))
    world.close()


PLAN_MOVES: list[tuple[str, Change, str]] = [
    ("template", edited(f"{NAME}/articles/main.md.j2", "元。", "元！"), "sale (the text of article 1)"),
    ("picture", repainted("images/hero.png"), "the picture images/hero.png"),
    ("tag", edited(YAML, "is_to_all: true", "tag_id: 101"), "sale (the audience)"),
    ("window", edited(YAML, "14:00:00", "15:00:00"), "sale (the window)"),
    ("reviewer", edited(YAML, "editor_li", "editor_wang"), "the reviewers"),
    (
        "kill switch",
        edited("../massctl.yaml", "{require_lock", "{sending: disabled, require_lock"),
        "what refuses sale",
    ),
    ("clock", at_the_end, "the window of sale"),
    ("plan file", edited("../plan.json", '"send_mass": 1', '"send_mass": 0'), "the plan file was changed by hand"),
    (
        "plan file, a step",
        edited("../plan.json", '"reason": "due"', '"reason": "resubmit"'),
        "the plan file was changed by hand",
    ),
]


@pytest.mark.parametrize(("change", "named"), [move[1:] for move in PLAN_MOVES], ids=[move[0] for move in PLAN_MOVES])
def test_one_thing_moves_after_the_plan_and_nothing_leaves(lenient: Repository, change: Change, named: str) -> None:
    path = saved(lenient)
    before = {**everything(lenient), "plan.json": path.read_bytes()}
    change(lenient)

    status, found = lenient.apply("--plan", str(path))
    refusal = found["refusals"][0]
    assert (5, [], "plan_stale") == (status, found["performed"], refusal["guard"])
    assert named in refusal["message"]

    restored(lenient, before)
    if change is not at_the_end:  # Time does not run back.
        assert 0 == lenient.apply("--plan", str(path))[0]


def test_a_campaign_that_is_gone_makes_its_plan_stale(lenient: Repository) -> None:
    path = saved(lenient)
    renamed(lenient)
    assert 5 == lenient.massctl("apply", "--sandbox", "--plan", str(path))[0]
    (lenient.root / "campaigns/sale-2").rename(lenient.folder)
    assert 0 == lenient.massctl("apply", "--sandbox", "--plan", str(path))[0]


def test_a_plan_of_everything_is_stale_where_nothing_is_left(lenient: Repository) -> None:
    path = lenient.root / "plan.json"
    lenient.massctl("plan", "--sandbox", "--out", str(path))
    (lenient.root / "campaigns").rename(lenient.root / "away")
    assert 5 == lenient.massctl("apply", "--sandbox", "--plan", str(path))[0]


@pytest.mark.parametrize("more", [[NAME], ["--until", "draft"]])
def test_a_saved_plan_goes_with_nothing_that_contradicts_it(lenient: Repository, more: list[str]) -> None:
    assert 2 == lenient.massctl("apply", "--sandbox", "--plan", str(saved(lenient)), *more)[0]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format_version": 2}'])
def test_a_file_that_is_no_plan_is_wrong_usage(lenient: Repository, text: str) -> None:
    (lenient.root / "plan.json").write_text(text, encoding="utf-8")
    assert 2 == lenient.massctl("apply", "--sandbox", "--plan", str(lenient.root / "plan.json"))[0]


def test_a_plan_file_that_is_not_there_is_wrong_usage(lenient: Repository) -> None:
    assert 2 == lenient.massctl("apply", "--sandbox", "--plan", str(lenient.root / "none.json"))[0]


def test_a_plan_that_cannot_be_saved_is_wrong_usage(lenient: Repository) -> None:
    assert 2 == lenient.massctl("plan", "--out", str(lenient.root / "massctl.yaml" / "plan.json"))[0]


def test_a_closed_window_says_more_than_a_missing_lock(repository: Repository) -> None:
    repository.edit(YAML, "2036-12-01T12", "2020-12-01T12")
    repository.edit(YAML, "2036-12-01T14", "2020-12-01T14")
    status, out = repository.massctl("apply", "--sandbox", "--yes", "--format", "json")
    assert (0, "expired", []) == (
        status,
        json.loads(out)["campaigns"][0]["window"],
        json.loads(out)["campaigns"][0]["refusals"],
    )
