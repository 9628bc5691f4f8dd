"""The workflows of `massctl init`, played: hostile pull requests, merges, old runs, cancelled jobs, lost pushes.

A bare repository is in GitHub's place, a served sandbox in WeChat's. Whatever happens, nothing is sent that was not
locked on main, no secret and no token that may write reaches a job that renders a pull request, and followers get it
once.
"""

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from copies import replace
from fake_forge import REPOSITORY, FakeForge
from forge_runner import Event, Hub, Job, Run, made
from processes import MASSCTL, Gate, Wechat, environment
from repositories import Tree, window

from massctl.cli.pull_request_comments import PULL_REQUEST

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.enable_socket,
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.xdist_group("workflows"),
]

OPEN: list[str] = []
"""When the window of these tests opened, and when it closes."""
SPRING = "refs/heads/spring"
FORGE = f"forge: {{kind: github, repository: {REPOSITORY}, token_env: GITHUB_TOKEN}}\n"
DUE = "preview: {towxname: [editor_lin]}\n"
ALL_WELL = {"stop": "skipped", "comment-stop": "skipped", "gate": "success", "send": "success"}
REFUSED = {"stop": "skipped", "comment-stop": "skipped", "gate": "failure", "send": "skipped"}
REVIEWED = {"render": "success", "comment": "success"}


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Keep silent."""


@pytest.fixture(scope="module")
def forge_at() -> Iterator[tuple[FakeForge, str]]:
    """A GitHub that knows pull requests, comments and statuses."""
    forge = FakeForge()
    with make_server("127.0.0.1", 0, forge, handler_class=_Silent) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield forge, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def founded(
    server: Wechat, forge_at: tuple[FakeForge, str], tmp_path_factory: pytest.TempPathFactory
) -> Hub:
    """A repository as `massctl init` writes it, with a ledger that has begun, and a campaign that is due."""
    server.reset()
    hub = made(tmp_path_factory.mktemp("founded") / "home", server, forge_at[1], forge_at[0])
    person = hub.clone("founder")
    typed(hub, person, "init", ".", "--language", "zh")
    shutil.rmtree(person / "campaigns/first-letter")
    settings = person / "massctl.yaml"
    ours = "in_doubt_wait: 0\n  operators: [editor-lin]\n  preview_to: [editor_lin]\n  in_doubt: resubmit"
    settings.write_text(settings.read_text().replace("in_doubt: resubmit", ours))
    letter(person, "letter")
    typed(hub, person, "lock")
    hub.commit(person, "refs/heads/main")
    typed(hub, person, "state", "init")
    hub.commit(person, "refs/heads/main")
    (hub.bare / "rulesets").touch()
    return hub


@pytest.fixture
def hub(founded: Hub, wechat: Wechat, forge_at: tuple[FakeForge, str], tmp_path: Path) -> Hub:
    """The same, for one test."""
    forge = forge_at[0]
    forge.pulls, forge.comments, forge.statuses, forge.merged, forge.files = [], {}, {}, {}, {}
    shutil.copytree(founded.root, tmp_path / "home", symlinks=True)
    return replace(founded, root=tmp_path / "home", wechat=wechat, pids=[])


@pytest.fixture
def person(hub: Hub) -> Path:
    """A colleague's clone."""
    return hub.clone("person")


def typed(hub: Hub, at: Path, *arguments: str, check: bool = True) -> str:
    """Type a command of massctl in a clone."""
    more = environment(
        MASSCTL_API_BASE=f"http://127.0.0.1:{hub.wechat.port}", PLAYED_CONTENTS="person"
    )
    done = subprocess.run(
        [MASSCTL, *arguments], cwd=at, env=more, capture_output=True, text=True, check=check
    )
    return done.stdout


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - processes have no other clock


@pytest.fixture(autouse=True, scope="module")
def _open_now() -> None:
    """A window that opened before all tests of the session were collected may look like one that is missed."""
    OPEN[:] = [(now() + timedelta(minutes=minutes)).isoformat() for minutes in (-1, 120)]


def letter(
    at: Path, name: str, title: str = "风", body: str = "今天风大。\n", opens: str | None = None
) -> None:
    """Write a campaign whose window is open, or opens then."""
    tree = Tree.__new__(Tree)
    tree.root = at
    tree.news(name, title=title, more=window(opens or OPEN[0], OPEN[1]) + DUE, body=body)


def changed(hub: Hub, person: Path, old: str, new: str) -> None:
    """Change massctl.yaml on main."""
    settings = (person / "massctl.yaml").read_text()
    assert old in settings
    (person / "massctl.yaml").write_text(settings.replace(old, new, 1))
    hub.commit(person, "refs/heads/main")


def passed(step: str = "send", looked: str = "") -> Run:
    """Give a run whose gate let it pass, so that the job behind it can be played alone."""
    return Run(Path(), {"gate": Job("success", {"step": step, "looked": looked})})


def sent(hub: Hub) -> Run:
    """Play only the job that sends."""
    return hub.play("apply", hub.pushed(), "send", after=passed())


def ordered(hub: Hub, act: str, **more: str) -> Event:
    """Fill in the form."""
    return hub.dispatched(
        order=act, **{"campaign": "letter", "number": "", "reason": "looked", "again": "", **more}
    )


def jobs(hub: Hub) -> int:
    return len(hub.wechat.jobs())


def cut_off(hub: Hub, gate: Gate, *, answered: bool) -> Run:
    """Cancel the job that sends while its request is on the way; `answered`: WeChat took it before."""
    hub.port = gate.port
    gate.hold(path="/cgi-bin/message/mass/sendall", answered=answered)
    with ThreadPoolExecutor() as pool:
        running = pool.submit(sent, hub)
        assert gate.reached.wait(60)
        hub.cancel()
        gate.release(dropped=True)
        cut = running.result()
    hub.port = 0
    return cut


def without_a_secret(hub: Hub, run: Run) -> bool:
    """Say whether no process of any job could see a secret."""
    seen = [each for job in run.jobs.values() for each in job.environments]
    secrets = [hub.wechat.secret, *hub.secrets.values()]
    return bool(seen) and not any(value in str(each) for value in secrets for each in seen)


def may_write(run: Run, job: str) -> bool:
    """Say whether a process of a job had a token that may write."""
    seen = run.jobs[job].environments
    return any(each.get("GITHUB_TOKEN") or each["PLAYED_CONTENTS"] != "read" for each in seen)


def test_what_is_locked_on_main_is_sent_once_and_then_nothing_is_due(hub: Hub) -> None:
    run = hub.play("apply", hub.pushed())

    assert ALL_WELL == run.results, run.log
    assert 1 == jobs(hub)

    again = sent(hub)
    assert ("success", 1) == (again.jobs["send"].result, jobs(hub)), again.log


def test_while_nothing_is_due_only_the_gate_runs(hub: Hub, person: Path) -> None:
    shutil.rmtree(person / "campaigns/letter")
    hub.commit(person, "refs/heads/main")
    run = hub.play(
        "apply", Event("schedule", "refs/heads/main", hub.tip(), {"schedule": "11 * * * *"})
    )

    # At eight in Beijing it looks at everything that a send depends on.
    expected = (
        {"success", "failure"} if run.jobs["gate"].outputs["step"] == "doctor" else {"skipped"}
    )
    assert ("success", True) == (run.jobs["gate"].result, run.jobs["send"].result in expected), (
        run.log
    )
    assert "nothing is due" in run.log or "没有" in run.log


@pytest.mark.night
def test_a_fork_s_pull_request_gets_a_plan_and_neither_secret_nor_effect(
    hub: Hub, tmp_path: Path
) -> None:
    """It names another host for the secret, a program, a campaign to everybody; and forges what the comment reads."""
    fork = hub.clone("fork")
    settings = (fork / "massctl.yaml").read_text()
    hostile = settings.replace(
        "kind: service", "kind: service\n    api_base: https://evil.example", 1
    )
    hostile = hostile.replace("policy:", "policy:\n  api_hosts: [evil.example]", 1)
    hostile = hostile.replace(
        "secret_env: WECHAT_MAIN_SECRET", f"token_command: [touch, {tmp_path}/owned]"
    )
    (fork / "massctl.yaml").write_text(hostile.replace("require_lock: true", "require_lock: false"))
    (fork / ".github/workflows/review.yml").write_text("jobs: {owned: {}}\n")
    letter(fork, "evil", title="@everyone <img src=x>", body="{{ config }} https://evil.example\n")
    before, ledger = hub.tip(), hub.tip("refs/heads/massctl-state")
    event = hub.pull_request(fork, "main", head="stranger/letters")
    hub.forge.open_pull_request(1, "payroll", "cd" * 20)
    run = hub.play("review", event)

    assert REVIEWED == run.results, run.log
    assert without_a_secret(hub, run), run.log
    assert not may_write(run, "render")
    assert not (tmp_path / "owned").exists()
    assert (before, ledger, {}) == (
        hub.tip(),
        hub.tip("refs/heads/massctl-state"),
        hub.wechat.report()["calls"],
    )
    (body,) = hub.forge.bodies(7)
    assert "evil" in body
    assert "@everyone" not in body.replace("`@everyone`", "")

    (run.artefacts / "review/review.json").write_text(
        '{"digest": "@boss <script>alert(1)</script>", "number": 1}'
    )
    hub.play("review", event, "comment", given=run.artefacts, after=run)
    assert ([], 1) == (hub.forge.bodies(1), len(hub.forge.bodies(7)))
    assert "@boss" not in hub.forge.bodies(7)[0]
    assert "failure" == hub.forge.statuses[event.payload["pull_request"]["head"]["sha"]][0]


@pytest.mark.night
def test_an_editor_who_only_uses_the_browser_gets_it_locked_reviewed_and_sent(
    hub: Hub, person: Path
) -> None:
    with (person / "massctl.yaml").open("a") as settings:
        settings.write(FORGE)
    typed(hub, person, "lock")
    hub.commit(person, "refs/heads/main")
    letter(person, "spring", title="春", body="春天来了。\n")
    opened = hub.pull_request(person, "spring")
    run = hub.play("review", opened)

    assert REVIEWED == run.results, run.log
    assert without_a_secret(hub, run)
    locked, head = hub.tip(SPRING), opened.payload["pull_request"]["head"]["sha"]
    assert ["campaigns/spring/campaign.lock.json"] == hub.git(
        "diff", "--name-only", head, locked
    ).split()
    # A commit by a workflow's token starts no run, so the one that made it speaks for it.
    assert ({locked}, "success") == ({*hub.forge.statuses}, hub.forge.statuses[locked][0])
    (body,) = hub.forge.bodies(7)
    assert locked in body
    assert "春天来了" in body

    pushed = hub.merge("spring")
    assert 0 == jobs(hub)
    applied = hub.play("apply", pushed)
    assert 2 == jobs(hub), applied.log
    # The followers are those of a sandbox: its page shows what would be written on the pull request.
    assert [body] == hub.forge.bodies(7)
    posts = [each for each in hub.wechat.report()["notifications"] if each["name"] == PULL_REQUEST]
    marks = sorted(each["body"]["body"].partition("\n")[0] for each in posts)
    assert ["<!-- massctl:sent letter -->", "<!-- massctl:sent spring -->"] == marks, applied.log


@pytest.mark.night
def test_a_faulty_campaign_keeps_the_locks_of_no_other_away(hub: Hub, person: Path) -> None:
    letter(person, "spring", title="春")
    letter(person, "faulty", title="错", body="![](images/none.png)\n")
    run = hub.play("review", hub.pull_request(person, "spring"))

    assert REVIEWED == run.results, run.log
    locked = hub.git("ls-tree", "-r", "--name-only", hub.tip(SPRING)).split()
    assert [f"campaigns/{each}/campaign.lock.json" for each in ("letter", "spring")] == [
        each for each in locked if each.endswith("campaign.lock.json")
    ]
    assert "failure" == hub.forge.statuses[hub.tip(SPRING)][0]


@pytest.mark.night
def test_a_forged_lock_is_named_and_written_anew(hub: Hub, person: Path) -> None:
    """Its words are other than those of the files, and its digest agrees with them."""
    letter(person, "letter", title="说好的")
    typed(hub, person, "lock")
    letter(person, "letter", title="没有说过的")
    run = hub.play("review", hub.pull_request(person, "spring"))

    assert REVIEWED == run.results, run.log
    (body,) = hub.forge.bodies(7)
    assert "letter" in next(line for line in body.splitlines() if line.startswith("- ⚠"))
    assert "没有说过的" in hub.git("show", f"{hub.tip(SPRING)}:campaigns/letter/campaign.lock.json")


@pytest.mark.night
def test_a_fork_s_forged_lock_turns_the_status_red(hub: Hub, person: Path) -> None:
    """There nothing can be written, so it says so."""
    letter(person, "letter", title="说好的")
    typed(hub, person, "lock")
    letter(person, "letter", title="没有说过的")
    event = hub.pull_request(person, "main", head="stranger/letters")
    hub.play("review", event)

    state, said = hub.forge.statuses[event.payload["pull_request"]["head"]["sha"]]
    assert ("failure", True) == (state, "锁" in said)


@pytest.mark.night
def test_no_attribute_of_git_hides_what_is_sent(hub: Hub, person: Path) -> None:
    (person / ".gitattributes").write_text("campaigns/** linguist-generated\n")
    hub.play("review", hub.pull_request(person, "spring"))

    assert "failure" == hub.forge.statuses[hub.tip(SPRING)][0]
    assert "campaigns/letter/articles/main.md" in hub.forge.bodies(7)[0].replace("\\", "")


@pytest.mark.parametrize(
    "where", ["campaigns/letter/articles", pytest.param("massctl.yaml", marks=pytest.mark.night)]
)
def test_a_link_in_a_pull_request_leads_nowhere(hub: Hub, person: Path, where: str) -> None:
    path = person / where
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    path.symlink_to("/etc")
    run = hub.play("review", hub.pull_request(person, "spring"))

    assert REVIEWED == run.results, run.log
    assert where in hub.forge.bodies(7)[0]
    assert "failure" == hub.forge.statuses[hub.tip(SPRING)][0]


@pytest.mark.night
def test_a_branch_that_moved_on_while_it_was_rendered_is_left_alone(hub: Hub, person: Path) -> None:
    letter(person, "spring")
    opened = hub.pull_request(person, "spring")
    rendered = hub.play("review", opened, "render")
    newer = hub.commit(person, SPRING)
    run = hub.play("review", opened, "comment", given=rendered.artefacts, after=rendered)

    assert "success" == run.jobs["comment"].result, run.log
    assert (newer, {}, []) == (hub.tip(SPRING), hub.forge.statuses, hub.forge.bodies(7))


@pytest.mark.night
def test_the_job_that_commits_writes_nothing_but_locks(hub: Hub, person: Path) -> None:
    letter(person, "spring")
    opened = hub.pull_request(person, "spring")
    before = hub.tip(SPRING)
    rendered = hub.play("review", opened, "render")
    review = rendered.artefacts / "review/review.json"
    document = json.loads(review.read_text())
    for name in ("letter/../../massctl.yaml", "gone"):
        forged = {**document, "locks": {**document["locks"], name: "policy: {require_lock: false}"}}
        review.write_text(json.dumps(forged))
        run = hub.play("review", opened, "comment", given=rendered.artefacts, after=rendered)

        assert before == hub.tip(SPRING), run.log
        assert "failure" == hub.forge.statuses[before][0]


@pytest.mark.night
def test_what_is_merged_without_a_lock_is_not_sent_and_keeps_nobody_back(
    hub: Hub, person: Path
) -> None:
    letter(person, "unlocked", title="没锁")
    hub.commit(person, "refs/heads/main")
    run = hub.play("apply", hub.pushed())

    assert {
        "stop": "skipped",
        "comment-stop": "skipped",
        "gate": "failure",
        "send": "failure",
    } == run.results
    assert "unlocked" in run.jobs["gate"].log
    assert "massctl lock unlocked" in run.jobs["send"].log
    assert 1 == jobs(hub), run.log


@pytest.mark.night
def test_a_forged_lock_that_was_merged_under_a_red_check_is_not_sent(
    hub: Hub, person: Path
) -> None:
    """Somebody who may pass by the ruleset merged it. The lock agrees with itself, and not with the files."""
    letter(person, "letter", title="说好的")
    typed(hub, person, "lock")
    letter(person, "letter", title="没有说过的")
    opened = hub.pull_request(person, "main", head="stranger/letters")
    hub.play("review", opened)
    hub.commit(person, "refs/heads/main")
    run = hub.play("apply", hub.pushed())

    assert "failure" == hub.forge.statuses[opened.payload["pull_request"]["head"]["sha"]][0]
    assert ("failure", 0) == (run.jobs["gate"].result, jobs(hub)), run.log
    assert "lock_stale" in run.jobs["gate"].log
    alone = sent(hub)
    assert ("failure", []) == (alone.jobs["send"].result, hub.wechat.report()["drafts"]), alone.log
    assert 0 == jobs(hub)


@pytest.mark.night
def test_an_old_run_that_is_started_again_sends_what_main_has_now_and_nothing_else(
    hub: Hub, person: Path
) -> None:
    old = hub.pushed()
    letter(person, "letter", title="改过")
    typed(hub, person, "lock")
    hub.commit(person, "refs/heads/main")
    run = hub.play("apply", replace(old, attempt=2))

    assert (ALL_WELL, 1) == (run.results, jobs(hub)), run.log
    assert "改过" in json.dumps(hub.wechat.report(), ensure_ascii=False)


@pytest.mark.night
def test_a_run_that_waited_while_something_was_merged_leaves_it_to_the_next(
    hub: Hub, person: Path
) -> None:
    """A misprint is mended in the last minute before the window: nobody gets the old words."""
    shutil.rmtree(person / "campaigns/letter")
    letter(person, "soon", title="错字")
    began = time.monotonic()
    typed(hub, person, "lock")
    # What happens before the window opens takes as long as this machine is slow.
    opens = now() + timedelta(seconds=max(15, 20 * (time.monotonic() - began)))
    letter(person, "soon", title="错字", opens=opens.isoformat())
    typed(hub, person, "lock")
    hub.commit(person, "refs/heads/main")
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(sent, hub)
        while not hub.wechat.report()["drafts"]:
            assert not waiting.done(), waiting.result().log
        letter(person, "soon", title="改好", opens=opens.isoformat())
        typed(hub, person, "lock")
        hub.commit(person, "refs/heads/main")
        overtaken = waiting.result()

    assert ("failure", 0) == (overtaken.jobs["send"].result, jobs(hub)), overtaken.log
    assert "success" == sent(hub).jobs["send"].result
    assert 1 == jobs(hub)


@pytest.mark.night
def test_two_runs_at_once_send_once(hub: Hub) -> None:
    """Two merges within a second, and lanes that for once do not hold."""
    with ThreadPoolExecutor() as pool:
        runs = [pool.submit(sent, hub) for _ in range(2)]
        logs = [each.result().log for each in runs]

    assert 1 == jobs(hub), "\n".join(logs)


@pytest.mark.parametrize("answered", [pytest.param(False, marks=pytest.mark.night), True])
def test_a_job_that_is_cancelled_in_the_send_is_finished_by_the_next(
    hub: Hub, gate: Gate, answered: bool
) -> None:
    cut = cut_off(hub, gate, answered=answered)
    hub.wechat.later(100)
    run = sent(hub)

    assert "success" != cut.jobs["send"].result, cut.log
    assert 1 == jobs(hub), cut.log + run.log


@pytest.mark.night
def test_what_cannot_be_pushed_to_the_ledger_is_not_sent(hub: Hub) -> None:
    refuses = hub.bare / "refuse-the-ledger"
    refuses.touch()
    run = sent(hub)
    assert 0 == jobs(hub), run.log

    refuses.unlink()
    assert "success" == sent(hub).jobs["send"].result
    assert 1 == jobs(hub)


def test_without_the_deploy_key_the_ledger_is_not_written_and_nothing_is_sent(hub: Hub) -> None:
    hub.secrets = {**hub.secrets, "MASSCTL_DEPLOY_KEY": ""}
    run = sent(hub)

    assert ("failure", 0) == (run.jobs["send"].result, jobs(hub)), run.log


@pytest.mark.parametrize("force", [False, pytest.param(True, marks=pytest.mark.night)])
def test_nobody_writes_the_ledger_by_hand(hub: Hub, person: Path, force: bool) -> None:
    """Forged entries, and a shorter ledger."""
    before = hub.tip("refs/heads/massctl-state")
    hub.git("fetch", "--quiet", "origin", "massctl-state", at=person)
    hub.git("checkout", "--quiet", "--detach", "FETCH_HEAD", at=person)
    ledger = person / "massctl.state.jsonl"
    ledger.write_text(
        ledger.read_text().splitlines(keepends=True)[0] if force else ledger.read_text() + "{}\n"
    )
    with pytest.raises(subprocess.CalledProcessError):
        hub.commit(person, "refs/heads/massctl-state", force=force)

    assert before == hub.tip("refs/heads/massctl-state")


@pytest.mark.night
def test_somebody_stops_everything_and_an_operator_lets_it_go_on(hub: Hub, person: Path) -> None:
    stopped = hub.play(
        "apply", replace(hub.dispatched(order="stop all sends", reason="wrong\nprice"), attempt=2)
    )
    run = sent(hub)
    told = json.loads(typed(hub, person, "stop", "--format", "json"))

    assert {
        "stop": "success",
        "comment-stop": "skipped",
        "gate": "skipped",
        "send": "skipped",
    } == stopped.results, stopped.log
    assert ("failure", 0) == (run.jobs["send"].result, jobs(hub))
    assert "massctl-stop" in run.jobs["send"].log
    assert (False, "editor-lin", "wrong price") == (
        told["changed"],
        told["brake"]["by"],
        told["brake"]["reason"],
    )
    assert told["brake"]["since"]
    with pytest.raises(subprocess.CalledProcessError):
        hub.git("push", "--quiet", "origin", ":refs/heads/massctl-stop", at=person)
    allowed = hub.play("apply", hub.dispatched(order="allow sends again"))
    assert ALL_WELL == allowed.results, allowed.log
    assert "success" == sent(hub).jobs["send"].result
    assert 1 == jobs(hub)


@pytest.mark.night
def test_an_order_shows_the_branch_s_words_with_main_s_settings(
    hub: Hub, person: Path, tmp_path: Path
) -> None:
    """The branch would send the secret elsewhere and run a program; both stand in a file that is not taken from it."""
    settings = (person / "massctl.yaml").read_text()
    program = f"token_command: [touch, {tmp_path}/owned]"
    (person / "massctl.yaml").write_text(
        settings.replace("secret_env: WECHAT_MAIN_SECRET", program)
    )
    letter(person, "spring", title="春")
    typed(hub, person, "lock")
    hub.pull_request(person, "spring")
    run = hub.play("apply", ordered(hub, "preview a pull request", campaign="spring", number="7"))

    assert ALL_WELL == run.results, run.log
    assert not (tmp_path / "owned").exists()
    report = hub.wechat.report()
    assert (1, 0) == (len(report["previews"]), len(report["jobs"])), run.log


@pytest.mark.night
def test_a_branch_shows_nobody_whom_main_does_not_name(hub: Hub, person: Path) -> None:
    """The branch names a follower, and adds the name to its own massctl.yaml."""
    settings = person / "massctl.yaml"
    settings.write_text(
        settings.read_text().replace(
            "preview_to: [editor_lin]", "preview_to: [editor_lin, stranger]"
        )
    )
    letter(person, "spring", title="春")
    campaign = person / "campaigns/spring/campaign.yaml"
    campaign.write_text(campaign.read_text().replace("[editor_lin]", "[editor_lin, stranger]"))
    typed(hub, person, "lock")
    hub.pull_request(person, "spring")
    run = hub.play("apply", ordered(hub, "preview a pull request", campaign="spring", number="7"))

    assert ("failure", True) == (run.jobs["send"].result, "preview_to" in run.log), run.log
    assert [] == hub.wechat.report()["previews"]


@pytest.mark.night
def test_a_preview_leaves_alone_the_draft_that_main_staged(hub: Hub, person: Path) -> None:
    """It may have been worked on in the console, and its window may be open."""
    hub.git("update-ref", "refs/heads/massctl-stop", hub.tip())
    sent(hub)
    staged = hub.wechat.report()["drafts"]
    letter(person, "letter", title="另一个说法")
    typed(hub, person, "lock")
    hub.pull_request(person, "reword")
    run = hub.play("apply", ordered(hub, "preview a pull request", number="7"))

    assert "success" == run.jobs["send"].result, run.log
    assert 1 == len(staged)
    assert staged == [each for each in hub.wechat.report()["drafts"] if each in staged]
    hub.git("update-ref", "-d", "refs/heads/massctl-stop")
    assert "success" == sent(hub).jobs["send"].result
    assert 1 == jobs(hub)


@pytest.mark.night
def test_a_draft_of_the_console_becomes_a_branch_for_a_pull_request(hub: Hub) -> None:
    """Whoever may write lists the drafts and takes one; only the deploy key pushes, and nothing is sent."""
    hub.git("update-ref", "refs/heads/massctl-stop", hub.tip())
    sent(hub)
    (staged,) = [each for each in hub.wechat.report()["drafts"] if not each.get("deleted")]
    act, before = "import a console draft (从公众号草稿导入)", hub.tip()
    listed = hub.play("apply", replace(ordered(hub, act, campaign=""), by="stranger"))
    assert ALL_WELL == listed.results, listed.log
    assert "第一封信：风" in listed.jobs["send"].summary
    assert staged["media_id"] in listed.jobs["send"].summary

    asked = ordered(hub, act, campaign="from-console", number=staged["media_id"])
    run = hub.play("apply", replace(asked, by="stranger"))
    assert ALL_WELL == run.results, run.log
    assert "compare/main...import/from-console?quick_pull=1" in run.jobs["send"].summary
    files = hub.git("diff", "--name-only", before, "refs/heads/import/from-console").split()
    assert "campaigns/from-console/campaign.yaml" in files
    assert {"campaigns/from-console"} == {"/".join(each.split("/")[:2]) for each in files}
    assert (before, 0) == (hub.tip(), jobs(hub))

    again = hub.play("apply", asked)
    assert ("failure", before) == (again.jobs["send"].result, hub.tip())


@pytest.mark.parametrize(
    ("campaign", "number"),
    [
        ("../x", "abc"),
        *(
            pytest.param(*each, marks=pytest.mark.night)
            for each in [("", "abc"), ("from-console", "a b; id")]
        ),
    ],
)
def test_what_is_typed_to_import_is_checked_before_a_secret_is_read(
    hub: Hub, campaign: str, number: str
) -> None:
    act = "import a console draft (从公众号草稿导入)"
    run = hub.play("apply", ordered(hub, act, campaign=campaign, number=number))

    assert REFUSED == run.results, run.log
    assert without_a_secret(hub, run)


def test_the_gate_fails_where_somebody_is_needed(hub: Hub, person: Path) -> None:
    changed(hub, person, "sending: enabled", "sending: disabled")
    run = hub.play("apply", hub.pushed(), "gate")

    assert ("failure", True) == (run.jobs["gate"].result, "kill_switch" in run.jobs["gate"].log), (
        run.log
    )
    assert without_a_secret(hub, run)
    assert not may_write(run, "gate")


@pytest.mark.night
def test_a_doubt_is_settled_by_hand_with_the_name_of_who_did(
    hub: Hub, gate: Gate, person: Path
) -> None:
    cut_off(hub, gate, answered=False)
    run = hub.play("apply", ordered(hub, "reconcile: it was not sent"))

    assert ALL_WELL == run.results, run.log
    assert "editor-lin" in typed(hub, person, "state", "list")


@pytest.mark.night
def test_somebody_who_is_no_operator_decides_nothing_and_reaches_no_secret(
    hub: Hub, gate: Gate
) -> None:
    cut_off(hub, gate, answered=True)
    hub.git("update-ref", "refs/heads/massctl-stop", hub.tip())
    ledger = hub.tip("refs/heads/massctl-state")
    calls = hub.wechat.report()["calls"]
    for act in ("reconcile: it was not sent", "preview a pull request", "allow sends again"):
        run = hub.play(
            "apply", replace(ordered(hub, act, again="letter", number="7"), by="stranger")
        )
        assert (REFUSED, True) == (run.results, "policy.operators" in run.log), run.log
        assert without_a_secret(hub, run)

    assert (ledger, calls) == (hub.tip("refs/heads/massctl-state"), hub.wechat.report()["calls"])
    assert hub.found("refs/heads/massctl-stop")


def test_an_order_that_says_not_enough_fails_and_says_why(hub: Hub) -> None:
    run = hub.play("apply", ordered(hub, "withdraw all articles", again="lettre"))

    assert (REFUSED, True) == (run.results, "两遍" in run.log), run.log


@pytest.mark.night
def test_what_was_decided_once_is_not_done_again_by_starting_the_run_again(
    hub: Hub, gate: Gate
) -> None:
    """Since then it may be in doubt once more, and this time WeChat has it: "not sent" would send it twice."""
    decided = ordered(hub, "reconcile: it was not sent")
    for answered in (False, True):
        cut_off(hub, gate, answered=answered)
        run = hub.play("apply", replace(decided, attempt=2 if answered else 1))
        hub.wechat.later(100)

    assert REFUSED == run.results, run.log
    sent(hub)
    assert 1 == jobs(hub)


@pytest.mark.night
def test_what_waited_for_an_approval_settles_no_send_that_began_later(hub: Hub, gate: Gate) -> None:
    cut_off(hub, gate, answered=True)
    decided = ordered(hub, "reconcile: it was not sent")
    looked = passed("order", (now() - timedelta(hours=1)).isoformat())
    run = hub.play("apply", decided, "send", after=looked)

    assert "failure" == run.jobs["send"].result
    assert "群发记录" in run.log
    hub.wechat.later(100)
    sent(hub)
    assert 1 == jobs(hub)


def test_the_brake_is_not_lifted_by_starting_a_run_again(hub: Hub) -> None:
    hub.git("update-ref", "refs/heads/massctl-stop", hub.tip())
    run = hub.play("apply", replace(hub.dispatched(order="allow sends again"), attempt=2))

    assert REFUSED == run.results
    assert hub.found("refs/heads/massctl-stop")


def test_a_branch_that_was_chosen_by_mistake_is_told_in_red(hub: Hub) -> None:
    run = hub.play("apply", replace(hub.dispatched(order="allow sends again"), ref=SPRING))

    assert (REFUSED, True) == (run.results, "Use workflow from" in run.log), run.log
    assert {} == hub.wechat.report()["calls"]


def test_before_a_ledger_has_begun_nothing_runs_that_needs_a_secret(hub: Hub, person: Path) -> None:
    settings = (person / "massctl.yaml").read_text()
    (person / "massctl.yaml").write_text(
        "".join(line for line in settings.splitlines(True) if "lineage:" not in line)
    )
    hub.commit(person, "refs/heads/main")
    run = hub.play("apply", hub.pushed())

    assert (
        {"stop": "skipped", "comment-stop": "skipped", "gate": "success", "send": "skipped"},
        0,
    ) == (
        run.results,
        jobs(hub),
    ), run.log
    assert without_a_secret(hub, run)


def test_only_the_secrets_that_massctl_yaml_names_are_taken_and_all_are_masked(
    hub: Hub, person: Path
) -> None:
    """A second account is one more entry in massctl.yaml and one more line of the secret."""
    shop = "  shop:\n    appid: wxbbbbbbbbbbbbbbbb\n    secret_env: SHOP\n    kind: service\n"
    changed(hub, person, "accounts:\n", f"accounts:\n{shop}")
    lines = hub.secrets["MASSCTL_SECRETS"]
    hub.secrets = {
        **hub.secrets,
        "MASSCTL_SECRETS": f"{lines}SHOP={'5' * 32}\nEGRESS_KNOWN_HOSTS=x y z\n",
    }
    run = hub.play("apply", hub.pushed(), "send", after=passed("doctor"))

    masked = [line for line in run.log.splitlines() if line.startswith("::add-mask::")]
    assert [
        f"::add-mask::{each}" for each in (hub.wechat.secret, "unnamed-value", "5" * 32, "x y z")
    ] == masked
    assert "NOBODYS" in run.log
    assert "SHOP" in run.log.replace("MASSCTL_SECRETS", "")
