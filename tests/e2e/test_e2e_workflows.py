"""The workflows of `massctl init`, played: hostile pull requests, merges, old runs, cancelled jobs, lost pushes.

A bare repository is in GitHub's place, a served sandbox in WeChat's. Whatever happens, nothing is sent that was not
locked on main, no secret reaches a job that runs a pull request's words, and followers get it once.
"""

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from fake_forge import FakeForge, run_event
from forge_runner import SECRET, Event, Hub, Job, Run, made
from processes import MASSCTL, Gate, Wechat, environment
from repositories import Tree, window

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.enable_socket,
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.xdist_group("workflows"),
]

OPEN: list[str] = []
"""When the window of these tests opened, and when it closes."""
NOTHING_DONE = {"not-done": "failure", **dict.fromkeys(("stop", "go-on", "looked", "settle"), "skipped")}
"""How the jobs of `operate` end where it tells only why not."""
SPRING = "refs/heads/spring"
DUE = "preview: {towxname: [editor_lin]}\n"


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Keep silent."""


@pytest.fixture(scope="module")
def forge_at() -> Iterator[tuple[FakeForge, str]]:
    """A GitHub that knows pull requests and comments."""
    forge = FakeForge()
    with make_server("127.0.0.1", 0, forge, handler_class=_Silent) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield forge, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def founded(server: Wechat, forge_at: tuple[FakeForge, str], tmp_path_factory: pytest.TempPathFactory) -> Hub:
    """A repository as `massctl init` writes it, with a ledger that has begun, and a campaign that is due."""
    server.reset()
    hub = made(tmp_path_factory.mktemp("founded") / "home", server, forge_at[1])
    person = hub.clone("founder")
    typed(hub, person, "init", ".")
    shutil.rmtree(person / "campaigns/first-letter")
    settings = person / "massctl.yaml"
    ours = "in_doubt_wait: 0\n  operators: [editor-lin]\n  in_doubt: resubmit"
    settings.write_text(settings.read_text().replace("in_doubt: resubmit", ours))
    letter(person, "letter")
    typed(hub, person, "lock")
    hub.commit(person, "refs/heads/main")
    typed(hub, person, "state", "init")
    hub.commit(person, "refs/heads/main")
    return hub


@pytest.fixture
def hub(founded: Hub, wechat: Wechat, forge_at: tuple[FakeForge, str], tmp_path: Path) -> Hub:
    """The same, for one test."""
    forge_at[0].pulls, forge_at[0].comments = [], {}
    shutil.copytree(founded.root, tmp_path / "home", symlinks=True)
    return replace(founded, root=tmp_path / "home", wechat=wechat, pids=[], variables={})


@pytest.fixture
def person(hub: Hub) -> Path:
    """A colleague's clone."""
    return hub.clone("person")


def typed(hub: Hub, at: Path, *arguments: str) -> str:
    """Type a command of massctl in a clone."""
    more = environment(MASSCTL_API_BASE=f"http://127.0.0.1:{hub.wechat.port}", PLAYED_CONTENTS="person")
    done = subprocess.run([MASSCTL, *arguments], cwd=at, env=more, capture_output=True, text=True, check=True)
    return done.stdout


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - processes have no other clock


@pytest.fixture(autouse=True, scope="module")
def _open_now() -> None:
    """A window that opened before all tests of the session were collected may look like one that is missed."""
    OPEN[:] = [(now() + timedelta(minutes=minutes)).isoformat() for minutes in (-1, 120)]


def letter(at: Path, name: str, title: str = "风", body: str = "今天风大。\n", opens: str | None = None) -> None:
    """Write a campaign whose window is open, or opens then."""
    tree = Tree.__new__(Tree)
    tree.root = at
    tree.news(name, title=title, more=window(opens or OPEN[0], OPEN[1]) + DUE, body=body)


def begun(hub: Hub) -> Run:
    """Give a run whose first job went well, so that a later one can be played alone."""
    return Run(hub.root, {"check": Job("success", {"begun": "true"})})


def jobs(hub: Hub) -> int:
    return len(hub.wechat.jobs())


def cut_off(hub: Hub, gate: Gate, *, answered: bool) -> Run:
    """Cancel the job that sends while its request is on the way; `answered`: WeChat took it before."""
    hub.port = gate.port
    gate.hold(path="/cgi-bin/message/mass/sendall", answered=answered)
    with ThreadPoolExecutor() as pool:
        running = pool.submit(hub.play, "apply", hub.pushed(), "send", after=begun(hub))
        assert gate.reached.wait(60)
        hub.cancel()
        gate.release(dropped=True)
        cut = running.result()
    hub.port = 0
    return cut


def without_a_secret(hub: Hub, run: Run) -> bool:
    """Say whether no process of any job could see a secret."""
    seen = [each for job in run.jobs.values() for each in job.environments]
    return bool(seen) and not any(value and value in str(each) for value in hub.secrets.values() for each in seen)


def test_what_is_locked_on_main_is_sent_once_and_a_second_run_finds_it_sent(hub: Hub) -> None:
    run = hub.play("apply", hub.pushed())

    assert {"not-done": "skipped", "check": "success", "stage": "success", "send": "success"} == run.results, run.log
    assert 1 == jobs(hub)

    again = hub.play("apply", hub.pushed(), "send", after=run)
    assert ("success", 1) == (again.jobs["send"].result, jobs(hub)), again.log


def test_a_fork_s_pull_request_gets_a_plan_and_neither_secret_nor_effect(
    hub: Hub, forge_at: tuple[FakeForge, str]
) -> None:
    """It names another host for the secret, a program, a campaign to everybody; and forges what the comment reads."""
    fork = hub.clone("fork")
    settings = (fork / "massctl.yaml").read_text()
    hostile = settings.replace("kind: service", "kind: service\n    api_base: https://evil.example", 1)
    hostile = hostile.replace("policy:", "policy:\n  api_hosts: [evil.example]", 1).replace(
        "require_lock: true", "require_lock: false"
    )
    (fork / "massctl.yaml").write_text(hostile)
    letter(fork, "evil", title="@everyone <img src=x>", body="{{ config }} https://evil.example\n")
    before, ledger = hub.tip(), hub.tip("refs/heads/massctl-state")
    event = hub.pull_request(fork, "main", head="stranger/letters")
    run = hub.play("plan", event)

    assert without_a_secret(hub, run), run.log
    assert "evil" in run.jobs["plan"].summary, run.log
    assert (before, ledger, {}) == (hub.tip(), hub.tip("refs/heads/massctl-state"), hub.wechat.report()["calls"])
    assert {"skipped"} == set(hub.play("lock", event).results.values())
    labelled = hub.pulled(
        event.payload["pull_request"]["head"]["sha"], "main", head="stranger/letters", action="labeled"
    )
    shown = hub.play("preview", labelled)
    assert {"not-done": "failure", "preview": "skipped", "take-the-label-off": "success"} == shown.results
    assert "of this repository" in shown.log

    forge, _ = forge_at
    sha = event.payload["pull_request"]["head"]["sha"]
    forge.open_pull_request(7, "main", sha, head="stranger/letters")
    forge.open_pull_request(1, "payroll", "cd" * 20)
    ended = json.loads(run_event("main", sha, head="stranger/letters"))
    ended["workflow_run"]["conclusion"] = "failure"
    told = Event("workflow_run", "refs/heads/main", hub.tip(), ended)
    commented = hub.play("comment", told, given=run.artefacts)
    assert {"comment": "success"} == commented.results, commented.log
    assert "分叉" in forge.bodies(7)[0]

    (run.artefacts / "plan/plan.json").write_text('{"format_version": 1, "digest": "@boss <script>alert(1)</script>"}')
    (run.artefacts / "plan/pr-number").write_text("1")
    hub.play("comment", told, given=run.artefacts)
    assert ([], 1) == (forge.bodies(1), len(forge.bodies(7)))
    assert "@boss" not in forge.bodies(7)[0]


def test_an_editor_who_only_uses_the_browser_gets_it_locked_reviewed_and_sent(hub: Hub, person: Path) -> None:
    letter(person, "spring", title="春")
    opened = hub.pull_request(person, "spring")
    run = hub.play("lock", opened)

    assert {"render": "success", "commit": "success", "ask-for-a-plan": "success"} == run.results, run.log
    assert without_a_secret(hub, run)
    locked = hub.tip("refs/heads/spring")
    changed = hub.git("diff", "--name-only", opened.payload["pull_request"]["head"]["sha"], locked).split()
    assert ["campaigns/spring/campaign.lock.json"] == changed

    pulled = hub.pulled(locked, "spring")
    checked = hub.play("plan", pulled)
    assert {"plan": "success"} == checked.results, checked.log
    hub.merge(pulled)
    assert 0 == jobs(hub)
    applied = hub.play("apply", hub.pushed())
    assert 2 == jobs(hub), applied.log


def test_a_faulty_campaign_keeps_the_locks_of_no_other_away(hub: Hub, person: Path) -> None:
    letter(person, "spring", title="春")
    letter(person, "faulty", title="错", body="![](images/none.png)\n")
    run = hub.play("lock", hub.pull_request(person, "spring"))

    assert {"render": "success", "commit": "success", "ask-for-a-plan": "success"} == run.results, run.log
    locked = hub.git("ls-tree", "-r", "--name-only", hub.tip("refs/heads/spring")).split()
    assert [f"campaigns/{each}/campaign.lock.json" for each in ("letter", "spring")] == [
        each for each in locked if each.endswith("campaign.lock.json")
    ]


def test_a_branch_that_moved_on_while_it_was_locked_is_left_alone(hub: Hub, person: Path) -> None:
    letter(person, "spring")
    opened = hub.pull_request(person, "spring")
    rendered = hub.play("lock", opened, "render")
    newer = hub.commit(person, "refs/heads/spring")
    run = hub.play("lock", opened, "commit", given=rendered.artefacts, after=rendered)

    assert "failure" == run.jobs["commit"].result
    assert newer == hub.tip("refs/heads/spring")


def test_the_job_that_commits_writes_nothing_but_locks(hub: Hub, person: Path) -> None:
    letter(person, "spring")
    opened = hub.pull_request(person, "spring")
    before = hub.tip("refs/heads/spring")
    rendered = hub.play("lock", opened, "render")
    document = json.loads((rendered.artefacts / "locks/locks.json").read_text())
    document["campaigns"]["letter/../../massctl.yaml"] = "policy: {require_lock: false}"
    (rendered.artefacts / "locks/locks.json").write_text(json.dumps(document))
    run = hub.play("lock", opened, "commit", given=rendered.artefacts, after=rendered)

    assert ("failure", before) == (run.jobs["commit"].result, hub.tip("refs/heads/spring")), run.log


def test_what_is_merged_without_a_lock_is_not_sent_and_keeps_nobody_back(hub: Hub, person: Path) -> None:
    letter(person, "unlocked", title="没锁")
    hub.commit(person, "refs/heads/main")
    run = hub.play("apply", hub.pushed())

    assert {"not-done": "skipped", "check": "failure", "stage": "failure", "send": "failure"} == run.results
    assert "massctl lock unlocked" in run.jobs["send"].log
    assert 1 == jobs(hub), run.log


def test_an_old_run_that_is_started_again_sends_nothing(hub: Hub, person: Path) -> None:
    old = hub.pushed()
    letter(person, "letter", title="改过")
    typed(hub, person, "lock")
    hub.commit(person, "refs/heads/main")
    run = hub.play("apply", old)

    assert ("failure", 0) == (run.jobs["send"].result, jobs(hub))
    assert "main 在" in run.jobs["send"].log, run.log
    assert "success" == hub.play("apply", hub.pushed()).jobs["send"].result
    assert 1 == jobs(hub)


def test_a_run_that_waited_while_something_was_merged_leaves_it_to_the_next(hub: Hub, person: Path) -> None:
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
        waiting = pool.submit(hub.play, "apply", hub.pushed(), "send", after=begun(hub))
        while not hub.wechat.report()["drafts"]:
            assert not waiting.done(), waiting.result().log
        letter(person, "soon", title="改好", opens=opens.isoformat())
        typed(hub, person, "lock")
        hub.commit(person, "refs/heads/main")
        overtaken = waiting.result()

    assert ("failure", 0) == (overtaken.jobs["send"].result, jobs(hub)), overtaken.log
    assert "success" == hub.play("apply", hub.pushed(), "send", after=begun(hub)).jobs["send"].result
    assert 1 == jobs(hub)


def test_two_runs_at_once_send_once(hub: Hub) -> None:
    """Two merges within a second, and lanes that for once do not hold."""
    with ThreadPoolExecutor() as pool:
        runs = [pool.submit(hub.play, "apply", hub.pushed(), "send", after=begun(hub)) for _ in range(2)]
        logs = [each.result().log for each in runs]

    assert 1 == jobs(hub), "\n".join(logs)


@pytest.mark.parametrize("answered", [False, True])
def test_a_job_that_is_cancelled_in_the_send_is_finished_by_the_next(hub: Hub, gate: Gate, answered: bool) -> None:
    cut = cut_off(hub, gate, answered=answered)
    hub.wechat.later(100)
    run = hub.play("apply", hub.pushed(), "send", after=begun(hub))

    assert "success" != cut.jobs["send"].result, cut.log
    assert 1 == jobs(hub), cut.log + run.log


def test_what_cannot_be_pushed_to_the_ledger_is_not_sent(hub: Hub) -> None:
    refuses = hub.bare / "refuse-the-ledger"
    refuses.touch()
    run = hub.play("apply", hub.pushed())
    assert 0 == jobs(hub), run.log

    refuses.unlink()
    assert "success" == hub.play("apply", hub.pushed()).jobs["send"].result
    assert 1 == jobs(hub)


def test_somebody_stops_everything_and_somebody_lets_it_go_on(hub: Hub, person: Path) -> None:
    stopped = hub.play("operate", hub.dispatched(act="stop all sends", reason="wrong price"))
    run = hub.play("apply", hub.pushed())
    told = json.loads(typed(hub, person, "stop", "--format", "json"))

    others = {"not-done": "skipped", "go-on": "skipped", "looked": "skipped", "settle": "skipped"}
    assert {"stop": "success", **others} == stopped.results, stopped.log
    assert ("failure", 0) == (run.jobs["send"].result, jobs(hub))
    assert "massctl-stop" in run.jobs["send"].log
    assert (False, "editor-lin", "wrong price") == (told["changed"], told["brake"]["by"], told["brake"]["reason"])
    assert told["brake"]["since"]
    assert "success" == hub.play("operate", hub.dispatched(act="allow sends again")).jobs["go-on"].result
    assert "success" == hub.play("apply", hub.pushed()).jobs["send"].result
    assert 1 == jobs(hub)


def test_a_label_shows_the_branch_s_words_with_main_s_settings(hub: Hub, person: Path) -> None:
    """The branch would send the secret elsewhere and run a program; both stand in a file that is not taken from it."""
    settings = (person / "massctl.yaml").read_text()
    (person / "massctl.yaml").write_text(
        settings.replace("secret_env: WECHAT_MAIN_SECRET", "token_command: [touch, owned]")
    )
    (person / ".github/actions/massctl/run.sh").write_text("touch owned\n")
    letter(person, "spring", title="春")
    shutil.rmtree(person / "campaigns/letter")
    typed(hub, person, "lock")
    event = hub.pull_request(person, "spring", action="labeled")
    run = hub.play("preview", event)

    assert {"not-done": "skipped", "preview": "success", "take-the-label-off": "success"} == run.results, run.log
    assert [] == list(hub.root.rglob("owned"))
    report = hub.wechat.report()
    assert (1, 0) == (len(report["previews"]), len(report["jobs"])), run.log


def test_a_branch_shows_nobody_whom_main_does_not_name(hub: Hub, person: Path) -> None:
    """The branch names a follower, and adds the name to its own massctl.yaml."""
    settings = person / "massctl.yaml"
    plain = settings.read_text()
    settings.write_text(plain.replace("policy:", "policy:\n  preview_to: [editor_lin]", 1))
    hub.commit(person, "refs/heads/main")
    letter(person, "spring", title="春")
    campaign = person / "campaigns/spring/campaign.yaml"
    campaign.write_text(campaign.read_text().replace("[editor_lin]", "[editor_lin, stranger]"))
    settings.write_text(plain.replace("policy:", "policy:\n  preview_to: [editor_lin, stranger]", 1))
    typed(hub, person, "lock")
    run = hub.play("preview", hub.pull_request(person, "spring", action="labeled"))

    assert ("failure", True) == (run.jobs["preview"].result, "preview_to" in run.log), run.log
    assert [] == hub.wechat.report()["previews"]


def test_a_label_leaves_alone_the_draft_that_main_staged(hub: Hub, person: Path) -> None:
    """It may have been worked on in the console, and its window may be open."""
    assert "success" == hub.play("apply", hub.pushed(), "stage", after=begun(hub)).jobs["stage"].result
    staged = hub.wechat.report()["drafts"]
    letter(person, "letter", title="另一个说法")
    typed(hub, person, "lock")
    run = hub.play("preview", hub.pull_request(person, "reword", action="labeled"))

    assert "success" == run.jobs["preview"].result, run.log
    assert 1 == len(staged)
    assert staged == [each for each in hub.wechat.report()["drafts"] if each in staged]
    assert "success" == hub.play("apply", hub.pushed(), "send", after=begun(hub)).jobs["send"].result
    assert 1 == jobs(hub)


def test_the_watch_fails_where_somebody_is_needed(hub: Hub, person: Path) -> None:
    calm = hub.play("watch", Event("schedule", "refs/heads/main", hub.tip(), {"schedule": "23 * * * *"}))
    settings = (person / "massctl.yaml").read_text()
    (person / "massctl.yaml").write_text(settings.replace("sending: enabled", "sending: disabled"))
    hub.commit(person, "refs/heads/main")
    alarmed = hub.play("watch", Event("schedule", "refs/heads/main", hub.tip(), {"schedule": "23 * * * *"}))

    assert {"not-done": "skipped", "watch": "success"} == calm.results, calm.log
    assert {"not-done": "skipped", "watch": "failure"} == alarmed.results
    assert "kill_switch" in alarmed.jobs["watch"].log


def test_a_doubt_is_settled_by_hand_with_the_name_of_who_did(hub: Hub, gate: Gate, person: Path) -> None:
    cut_off(hub, gate, answered=False)
    asked = hub.dispatched(
        act="reconcile: it was not sent", campaign="letter", reason="not in the list", number="", again=""
    )
    run = hub.play("operate", asked)

    assert "success" == run.jobs["settle"].result, run.log
    assert "editor-lin" in typed(hub, person, "state", "list")


@pytest.mark.parametrize("by", ["stranger", ""])
def test_somebody_who_is_no_operator_decides_nothing_and_reaches_no_secret(hub: Hub, gate: Gate, by: str) -> None:
    cut_off(hub, gate, answered=True)
    hub.git("update-ref", "refs/heads/massctl-stop", hub.tip())
    ledger = hub.tip("refs/heads/massctl-state")
    calls = hub.wechat.report()["calls"]
    acts = ["reconcile: it was not sent", "reconcile: repeat it now", "adopt the draft", "withdraw all articles"]
    for act in [*acts, "allow sends again"]:
        asked = hub.dispatched(act=act, campaign="letter", reason="looked", number="", again="letter")
        run = hub.play("operate", replace(asked, by=by))
        job = run.jobs["go-on" if act == "allow sends again" else "settle"]
        assert ("failure", "policy.operators" in job.log) == (job.result, True), run.log
        assert without_a_secret(hub, run)

    assert (ledger, calls) == (hub.tip("refs/heads/massctl-state"), hub.wechat.report()["calls"])
    assert hub.found("refs/heads/massctl-stop")


def test_what_operate_does_not_do_fails_and_says_why(hub: Hub) -> None:
    typed_wrong = hub.dispatched(act="withdraw all articles", campaign="letter", again="lettre", number="", reason="")
    elsewhere = replace(hub.dispatched(act="stop all sends", campaign="", again=""), ref=SPRING)
    for event, why in ((typed_wrong, "type the campaign's name twice"), (elsewhere, "operate acts only from main")):
        run = hub.play("operate", event)

        assert {
            "not-done": "failure",
            "stop": "skipped",
            "go-on": "skipped",
            "looked": "skipped",
            "settle": "skipped",
        } == run.results
        assert why in run.log
    assert {} == hub.wechat.report()["calls"]


def test_what_was_decided_once_is_not_done_again_by_starting_the_run_again(hub: Hub, gate: Gate) -> None:
    """Since then it may be in doubt once more, and this time WeChat has it: "not sent" would send it twice."""
    decided = hub.dispatched(act="reconcile: it was not sent", campaign="letter", reason="looked", number="", again="")
    for answered in (False, True):
        cut_off(hub, gate, answered=answered)
        run = hub.play("operate", replace(decided, attempt=2 if answered else 1))
        hub.wechat.later(100)

    assert {
        "not-done": "failure",
        "stop": "skipped",
        "go-on": "skipped",
        "looked": "skipped",
        "settle": "skipped",
    } == run.results, run.log
    assert "then run the workflow again" in run.log
    hub.play("apply", hub.pushed(), "send", after=begun(hub))
    assert 1 == jobs(hub)


def test_what_waited_for_an_approval_settles_no_send_that_began_later(hub: Hub, gate: Gate) -> None:
    cut_off(hub, gate, answered=True)
    decided = hub.dispatched(act="reconcile: it was not sent", campaign="letter", reason="looked", number="", again="")
    looked = Run(hub.root, {"looked": Job("success", {"at": (now() - timedelta(hours=1)).isoformat()})})
    run = hub.play("operate", decided, "settle", after=looked)

    assert "failure" == run.jobs["settle"].result
    assert "群发记录" in run.log
    hub.wechat.later(100)
    hub.play("apply", hub.pushed(), "send", after=begun(hub))
    assert 1 == jobs(hub)


def test_stopping_works_each_time_and_allowing_sends_only_once(hub: Hub) -> None:
    again = replace(hub.dispatched(act="stop all sends"), attempt=2)
    assert "success" == hub.play("operate", again).jobs["stop"].result
    allowed = hub.play("operate", replace(hub.dispatched(act="allow sends again"), attempt=2))

    assert ("failure", "skipped") == (allowed.jobs["not-done"].result, allowed.jobs["go-on"].result)
    assert hub.found("refs/heads/massctl-stop")


@pytest.mark.parametrize("workflow", ["apply", "watch", "preview"])
def test_a_branch_that_was_chosen_by_mistake_is_told_in_red(hub: Hub, workflow: str) -> None:
    run = hub.play(workflow, replace(hub.dispatched(branch="spring"), ref=SPRING))

    assert {"failure": ["not-done"]} == {
        result: [name for name, job in run.jobs.items() if job.result == result]
        for result in {*run.results.values()} - {"skipped"}
    }
    assert "Choose main under 'Use workflow from'" in run.log
    assert {} == hub.wechat.report()["calls"]


def test_before_a_ledger_has_begun_nothing_runs_that_needs_a_secret(hub: Hub, person: Path) -> None:
    settings = (person / "massctl.yaml").read_text()
    (person / "massctl.yaml").write_text("".join(line for line in settings.splitlines(True) if "lineage:" not in line))
    hub.commit(person, "refs/heads/main")
    run = hub.play("apply", hub.pushed())

    assert ("skipped", "skipped", 0) == (run.jobs["stage"].result, run.jobs["send"].result, jobs(hub)), run.log
    assert SECRET not in str(run.jobs["check"].environments)
