"""A lock or a saved plan, and then apply. What moves in between is in tests/cli/reviewed/."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lock_repository import NAME, Repository

Change = Callable[[Repository], None]
SENT = ["add_material", "upload_image", "save_draft", "send_preview", "send_mass"]


def sent(found: dict[str, Any]) -> list[str]:
    return [step["kind"] for step in found["performed"]]


def edited(path: str, before: str, after: str) -> Change:
    return lambda repository: repository.edit(path, before, after)


def renamed(repository: Repository) -> None:
    repository.folder.rename(repository.root / "campaigns/sale-2")


def removed(path: str) -> Change:
    return lambda repository: (repository.folder / path).unlink()


YAML = f"{NAME}/campaign.yaml"


def test_a_checkout_with_other_line_ends_has_the_same_lock(repository: Repository) -> None:
    repository.massctl("lock")
    lock = repository.folder / "campaign.lock.json"
    written = lock.read_bytes().replace(b"\n", b"\r\n")
    lock.write_bytes(written)
    status, found = repository.check()
    assert (0, "unchanged", [], []) == (
        status,
        found["result"],
        found["differences"],
        found["refusals"],
    )
    assert (0, written) == (repository.massctl("lock")[0], lock.read_bytes())
    status, found = repository.apply()
    assert (0, SENT, []) == (status, sorted(sent(found), key=SENT.index), found["refusals"])


def forged(repository: Repository) -> None:
    """Put other words into the lock, in a way that agrees with itself."""
    repository.edit(f"{NAME}/articles/main.md.j2", "元。", "元，全网最低。")
    repository.massctl("lock")
    repository.edit(f"{NAME}/articles/main.md.j2", "元，全网最低。", "元。")


@pytest.mark.parametrize("flag", [[], ["--locked"]], ids=["policy", "flag"])
def test_a_forged_lock_that_agrees_with_itself_sends_nothing(
    repository: Repository, flag: list[str]
) -> None:
    if flag:
        repository.edit("../massctl.yaml", "require_lock: true", "require_lock: false")
    repository.massctl("lock")
    forged(repository)
    assert 5 == repository.check()[0]

    status, found = repository.apply(*flag)

    refusal = found["refusals"][0]
    assert (5, [], "lock_stale") == (status, found["performed"], refusal["guard"])
    assert "your files changed since it was locked: the text of article 1" == refusal["message"]


@pytest.mark.parametrize(
    "change",
    [
        removed("images/hero.png"),
        edited("../massctl.yaml", "service}", "service, content_limit: 10}"),
        edited(f"{NAME}/articles/main.md.j2", "{{ price }}", "{{ prize }}"),
    ],
    ids=["picture gone", "an account that takes less", "unknown name"],
)
def test_what_has_faults_now_is_invalid_whatever_was_locked(
    repository: Repository, change: Change
) -> None:
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
    assert ([], ["lock_stale"]) == (
        campaign["steps"],
        [each["guard"] for each in campaign["refusals"]],
    )


def test_validate_looks_at_the_sources_and_not_at_the_lock(repository: Repository) -> None:
    repository.massctl("lock")
    repository.edit(f"{NAME}/articles/main.md.j2", "{{ price }}", "{{ prize }}")
    assert 1 == repository.massctl("validate")[0]


def saved(repository: Repository) -> Path:
    path = repository.root / "plan.json"
    assert 0 == repository.massctl("plan", NAME, "--sandbox", "--out", str(path))[0]
    return path


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
def test_a_saved_plan_goes_with_nothing_that_contradicts_it(
    lenient: Repository, more: list[str]
) -> None:
    assert 2 == lenient.massctl("apply", "--sandbox", "--plan", str(saved(lenient)), *more)[0]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format_version": 2}'])
def test_a_file_that_is_no_plan_is_wrong_usage(lenient: Repository, text: str) -> None:
    (lenient.root / "plan.json").write_text(text, encoding="utf-8")
    assert 2 == lenient.massctl("apply", "--sandbox", "--plan", str(lenient.root / "plan.json"))[0]


def test_a_plan_file_that_is_not_there_is_wrong_usage(lenient: Repository) -> None:
    assert 2 == lenient.massctl("apply", "--sandbox", "--plan", str(lenient.root / "none.json"))[0]


def test_a_plan_that_cannot_be_saved_is_wrong_usage(lenient: Repository) -> None:
    assert (
        2 == lenient.massctl("plan", "--out", str(lenient.root / "massctl.yaml" / "plan.json"))[0]
    )


def test_a_closed_window_says_more_than_a_missing_lock(repository: Repository) -> None:
    repository.edit(YAML, "2036-12-01T12", "2020-12-01T12")
    repository.edit(YAML, "2036-12-01T14", "2020-12-01T14")
    status, out = repository.massctl("apply", "--sandbox", "--yes", "--format", "json")
    assert (0, "expired", []) == (
        status,
        json.loads(out)["campaigns"][0]["window"],
        json.loads(out)["campaigns"][0]["refusals"],
    )
