"""A GitHub on this disk: a bare repository, environments with secrets, and runners that play the steps of workflows.

It reads `.github/workflows/*.yml` of the commit that an event is about, and runs each `run:` of each job in a checkout
of its own, with what GitHub would put into its environment and nothing else. What it is strict about:

- a checkout without persisted credentials reaches no remote; a job without `contents: write` pushes nothing, and nobody
  but a person pushes to main. Once the rulesets are there only the deploy key writes the ledger and lifts the brake. A
  hook of the bare repository says so;
- a pull request is merged only with a good status `massctl` on its newest commit;
- secrets belong to environments, and an environment gives them to runs of main only;
- what one job gets from another went through an artefact.

Lanes (`concurrency`) are not played: what two runs at once may do is what the tests want to know.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from expressions import Expressions
from fake_forge import REPOSITORY, FakeForge
from processes import PATIENCE_SECONDS, Wechat
from ruamel.yaml import YAML

SECRET: Final = "WECHAT_MAIN_SECRET"
HOOK: Final = """#!/bin/sh
while read -r old new ref; do
  case "$PLAYED_CONTENTS $ref $([ -e rulesets ] && echo ruled)" in
    "person refs/heads/main "*) ;;
    *" refs/heads/main "*) echo "main is protected" >&2; exit 1 ;;
    "deploy-key refs/heads/massctl-state "*) ;;
    *" refs/heads/massctl-state ruled") echo "GH013: Repository rule violations found" >&2; exit 1 ;;
    *" refs/heads/massctl-"*/*" ruled") echo "GH013: Repository rule violations found" >&2; exit 1 ;;
    "deploy-key refs/heads/massctl-stop "*) ;;
    *" refs/heads/massctl-stop ruled")
      case "$PLAYED_CONTENTS $old" in
        read*) echo "this token may not write" >&2; exit 1 ;;
        *" 0000000000000000000000000000000000000000") ;;
        *) echo "GH013: Repository rule violations found" >&2; exit 1 ;;
      esac ;;
    "person "* | "write "* | "deploy-key "*) ;;
    *) echo "this token may not write" >&2; exit 1 ;;
  esac
done
if [ -e refuse-the-ledger ]; then echo "no" >&2; exit 1; fi
"""
ROOT: Final = Path(__file__).parents[2]
PLACEHOLDER: Final = "OWNER/massctl@"
"""What `massctl init` writes where it does not know which commit of massctl runs: played, it is this one."""


_COUNTING = threading.Lock()


@dataclass
class Job:
    """How one job went."""

    result: str
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""
    """What it shows above its log."""
    environments: list[dict[str, str]] = field(default_factory=list)
    """What each of its processes had in its environment."""


@dataclass
class Run:
    """How one run of a workflow went."""

    artefacts: Path
    jobs: dict[str, Job] = field(default_factory=dict)

    @property
    def results(self) -> dict[str, str]:
        return {name: job.result for name, job in self.jobs.items()}

    @property
    def log(self) -> str:
        return "\n".join(f"== {name}: {job.result}\n{job.log}" for name, job in self.jobs.items())


@dataclass
class Event:
    """What happened: its name, payload, and the commit and ref that GitHub runs it for."""

    name: str
    ref: str
    sha: str
    payload: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    attempt: int = 1
    """How often somebody had this run begun: with "Re-run" it is the same event, commit and inputs."""
    by: str = "editor-lin"
    """Who had this attempt begun."""

    @property
    def github(self) -> dict[str, Any]:
        return {
            "event_name": self.name,
            "event": self.payload,
            "ref": self.ref,
            "sha": self.sha,
            "repository": REPOSITORY,
            "actor": "editor-lin",
            "triggering_actor": self.by,
            "run_attempt": str(self.attempt),
            "token": "ghs_played",
            "workflow": "played",
        }


@dataclass
class Hub:
    """The repository's home: the bare repository, and what its settings hold."""

    root: Path
    wechat: Wechat
    api: str
    secrets: dict[str, str]
    forge: FakeForge
    port: int = 0
    """Where WeChat is reached, where that is not the sandbox itself."""
    count: int = 0
    pids: list[int] = field(default_factory=list)
    """Of the steps that run now."""

    @property
    def bare(self) -> Path:
        return self.root / "hub.git"

    def git(self, *arguments: str, at: Path | None = None, **more: str) -> str:
        """Run git as a person, and give what it says."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=at or self.bare,
            env={**_clean(self.root), "PLAYED_CONTENTS": "person", **more},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def tip(self, ref: str = "refs/heads/main") -> str:
        return self.git("rev-parse", ref)

    def found(self, ref: str) -> str:
        """Give where a ref stands, or nothing."""
        return self.git("for-each-ref", "--format=%(objectname)", ref)

    def clone(self, name: str) -> Path:
        """Give a person's own clone."""
        self.git("clone", "--quiet", str(self.bare), str(self.root / name), at=self.root)
        return self.root / name

    def commit(self, clone: Path, to: str, *, force: bool = False) -> str:
        """Commit all that a person changed, and push it to a ref. Gives the commit."""
        self.git("add", "--all", at=clone)
        self.git("commit", "--quiet", "--allow-empty", "--message", "by hand", at=clone)
        self.git(
            "push", "--quiet", *(["--force"] if force else []), "origin", f"HEAD:{to}", at=clone
        )
        return self.git("rev-parse", "HEAD", at=clone)

    def pull_request(self, clone: Path, branch: str, *, head: str = REPOSITORY) -> Event:
        """Open one from a clone; a fork's commits lie where GitHub puts them, and in no branch of ours."""
        sha = self.commit(
            clone, f"refs/heads/{branch}" if head == REPOSITORY else "refs/pull/7/head", force=True
        )
        return self.pulled(sha, branch, head=head)

    def pulled(self, sha: str, branch: str, *, head: str = REPOSITORY) -> Event:
        """Give the event of pull request 7, which stands at a commit."""
        self.git("update-ref", "refs/pull/7/head", sha)
        self.forge.open_pull_request(7, branch, sha, head=head)
        pull = {"number": 7, "head": {"ref": branch, "sha": sha, "repo": {"full_name": head}}}
        payload = {
            "action": "opened",
            "pull_request": pull,
            "repository": {"full_name": REPOSITORY},
        }
        return Event("pull_request_target", "refs/heads/main", self.tip(), payload)

    def merge(self, branch: str) -> Event:
        """Merge a branch as a person with the button, once its status is good, and give the push that follows."""
        sha, base = self.tip(f"refs/heads/{branch}"), self.tip()
        assert self.forge.statuses.get(sha, ("none",))[0] == "success", (
            "the ruleset of main requires its status"
        )
        tree = self.git("merge-tree", "--write-tree", base, sha)
        merged = self.git("commit-tree", tree, "-p", base, "-p", sha, "-m", "merge")
        self.git("update-ref", "refs/heads/main", merged)
        self.forge.merged[merged], self.forge.newest = 7, merged
        return self.pushed()

    def pushed(self) -> Event:
        return Event("push", "refs/heads/main", self.tip())

    def dispatched(self, **inputs: str) -> Event:
        return Event("workflow_dispatch", "refs/heads/main", self.tip(), {"inputs": inputs}, inputs)

    def play(
        self,
        workflow: str,
        event: Event,
        *only: str,
        given: Path | None = None,
        after: Run | None = None,
    ) -> Run:
        """Run a workflow as it stands in the event's commit, all jobs or `only` some. `given` holds artefacts.

        `after` is the run whose other jobs are not run again.
        """
        with _COUNTING:
            self.count += 1
            number = self.count
        run = Run(given or self.root / f"artefacts-{number}", dict(after.jobs) if after else {})
        text = self.git("show", f"{event.sha}:.github/workflows/{workflow}.yml")
        document = YAML(typ="safe", pure=True).load(text)
        for name, declared in document["jobs"].items():
            if not only or name in only:
                folder = self.root / f"run-{number}-{name}"
                run.jobs[name] = Player(self, event, declared, run, folder).play()
        return run

    def cancel(self) -> None:
        """Cancel what runs, as GitHub does: SIGINT to the process of the step."""
        for pid in self.pids:
            os.kill(pid, signal.SIGINT)


def made(root: Path, wechat: Wechat, api: str, forge: FakeForge) -> Hub:
    """Make an empty home."""
    lines = f"# of the environment wechat\n{SECRET}={wechat.secret}\nNOBODYS=unnamed-value\n"
    hub = Hub(
        root, wechat, api, {"MASSCTL_SECRETS": lines, "MASSCTL_DEPLOY_KEY": "a deploy key"}, forge
    )
    root.mkdir(parents=True, exist_ok=True)
    hub.git("init", "--quiet", "--bare", "--initial-branch=main", str(hub.bare), at=root)
    (hub.bare / "hooks").mkdir(exist_ok=True)
    (hub.bare / "hooks/pre-receive").write_text(HOOK)
    (hub.bare / "hooks/pre-receive").chmod(0o755)
    return hub


def _clean(home: Path) -> dict[str, str]:
    who = {
        f"GIT_{role}_{what}": "editor"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    system = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", **system, **who}


class Player:
    """Plays one job on a runner of its own."""

    def __init__(
        self, hub: Hub, event: Event, declared: Mapping[str, Any], run: Run, folder: Path
    ) -> None:
        self.hub, self.event, self.declared, self.run = hub, event, declared, run
        self.job = Job("success")
        self.workspace, self.temporary = folder / "workspace", folder / "temp"
        self.steps: dict[str, Any] = {}
        self.credential = "write" if declared["permissions"].get("contents") == "write" else "read"

    def play(self) -> Job:
        """Run the steps, and give how it went."""
        needed = self.declared.get("needs", [])
        needed = {
            name: self.run.jobs.get(name)
            for name in ([needed] if isinstance(needed, str) else needed)
        }
        went = [job.result for job in needed.values() if job is not None]
        status = self._status(lambda: all(result == "success" for result in went))
        needs = {
            name: {"result": job.result, "outputs": job.outputs}
            for name, job in needed.items()
            if job
        }
        self.contexts = {
            "github": self.event.github,
            "needs": needs,
            "inputs": self.event.inputs,
            "secrets": self._secrets(),
            "steps": self.steps,
            "runner": {"temp": str(self.temporary)},
        }
        if not Expressions(self.contexts, status).holds(self.declared.get("if")):
            self.job.result = "skipped"
            return self.job
        for path in (self.workspace, self.temporary / "massctl/bin"):
            path.mkdir(parents=True)
        # What the action installs, once a job; other tests install it.
        python = self.temporary / "massctl/bin/python"
        python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        python.chmod(0o755)
        (self.temporary / "event.json").write_text(json.dumps(self.event.payload))
        for step in self.declared["steps"]:
            self._step(step, self.contexts)
        outputs = self.declared.get("outputs", {})
        self.job.outputs = {
            name: self._expressions().fill(value) for name, value in outputs.items()
        }
        return self.job

    def _secrets(self) -> dict[str, str]:
        """Give an environment's secrets; it admits runs of main only, and a fork's has none anyway."""
        return (
            dict(self.hub.secrets)
            if "environment" in self.declared and self.event.ref == "refs/heads/main"
            else {}
        )

    def _status(self, success: Callable[[], bool]) -> dict[str, Callable[[], bool]]:
        cancelled = self._was_cancelled
        failed = lambda: not success() and not cancelled()  # noqa: E731 - one word of four
        return {
            "success": success,
            "failure": failed,
            "always": lambda: True,
            "cancelled": cancelled,
        }

    def _was_cancelled(self) -> bool:
        return self.job.result == "cancelled"

    def _expressions(self, contexts: Mapping[str, Any] | None = None) -> Expressions:
        return Expressions(
            contexts or self.contexts, self._status(lambda: self.job.result == "success")
        )

    def _step(
        self,
        step: Mapping[str, Any],
        contexts: Mapping[str, Any],
        inherited: Mapping[str, str] | None = None,
    ) -> None:
        expressions = self._expressions(contexts)
        if not expressions.holds(step.get("if")):
            return
        declared = {**self.declared.get("env", {}), **step.get("env", {})}
        environment = {
            **(inherited or {}),
            **{name: expressions.fill(value) for name, value in declared.items()},
        }
        given = {name: expressions.fill(value) for name, value in step.get("with", {}).items()}
        self.job.log += f"-- {step.get('name', step.get('uses', step.get('run')))}\n"
        outputs: dict[str, str] = {}
        if "run" in step:
            done = self._script(step["run"], environment, outputs)
        else:
            done = self._used(step["uses"], given, environment, outputs)
        if "id" in step:
            self.steps[step["id"]] = contexts["steps"][step["id"]] = {"outputs": outputs}
        if not done and not step.get("continue-on-error") and self.job.result == "success":
            self.job.result = "failure"

    def _used(
        self, uses: str, given: dict[str, str], environment: dict[str, str], outputs: dict[str, str]
    ) -> bool:
        action = uses.partition("@")[0]
        match action:
            case "actions/checkout":
                self._check_out(given)
            case "actions/setup-python":
                pass
            case "actions/upload-artifact":
                return self._upload(given)
            case "actions/download-artifact":
                return self._download(given)
            case _ if uses.startswith(PLACEHOLDER):
                return self._composite(ROOT, given, environment, outputs)
            case _:
                raise AssertionError(f"an action that was never played: {uses}")
        return True

    def _check_out(self, given: dict[str, str]) -> None:
        ref = given.get("ref") or self.event.sha
        place = self.workspace / given.get("path", ".")
        place.mkdir(parents=True, exist_ok=True)
        git = self.hub.git
        git("init", "--quiet", str(place), at=self.hub.root)
        git("fetch", "--quiet", "--depth=1", f"file://{self.hub.bare}", ref, at=place)
        git("checkout", "--quiet", "--detach", "FETCH_HEAD", at=place)
        # Without credentials a private repository is out of reach.
        keeps = given["persist-credentials"] == "true"
        self.credential = "deploy-key" if given.get("ssh-key") else self.credential
        git(
            "remote",
            "add",
            "origin",
            f"file://{self.hub.bare}" if keeps else "/nonexistent/private.git",
            at=place,
        )

    def _upload(self, given: dict[str, str]) -> bool:
        source, target = Path(given["path"]), self.run.artefacts / given["name"]
        target.mkdir(parents=True, exist_ok=True)
        for file in (
            [source] if source.is_file() else sorted(source.rglob("*")) if source.exists() else []
        ):
            shutil.copy(file, target / file.name)
        return any(target.iterdir()) or given["if-no-files-found"] != "error"

    def _download(self, given: dict[str, str]) -> bool:
        source, target = self.run.artefacts / given["name"], Path(given["path"])
        if source.exists():
            shutil.copytree(source, target, symlinks=True)
        return source.exists()

    def _composite(
        self,
        folder: Path,
        given: dict[str, str],
        environment: dict[str, str],
        outputs: dict[str, str],
    ) -> bool:
        action = YAML(typ="safe", pure=True).load((folder / "action.yml").read_text())
        declared = action.get("inputs", {})
        assert given.keys() <= declared.keys()
        defaults = {name: str(each.get("default", "")) for name, each in declared.items()}
        contexts = {**self.contexts, "inputs": {**defaults, **given}, "steps": {}, "secrets": {}}
        before, self.job.result = self.job.result, "success"
        for step in action["runs"]["steps"]:
            self._step(step, contexts, {**environment, "GITHUB_ACTION_PATH": str(folder)})
        done, self.job.result = (
            self.job.result == "success",
            self.job.result if self._was_cancelled() else before,
        )
        for name, each in action.get("outputs", {}).items():
            outputs[name] = self._expressions(contexts).fill(each["value"])
        return done

    def _script(self, script: str, environment: dict[str, str], outputs: dict[str, str]) -> bool:
        written, summary = self.temporary / "GITHUB_OUTPUT", self.temporary / "GITHUB_STEP_SUMMARY"
        written.write_text("")
        files = {"GITHUB_OUTPUT": str(written), "GITHUB_STEP_SUMMARY": str(summary)}
        full = {**self._machine(), **files, **environment}
        self.job.environments.append(full)
        process = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.workspace,
            env=full,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self.hub.pids.append(process.pid)
        said, _ = process.communicate(timeout=3 * PATIENCE_SECONDS)
        self.hub.pids.remove(process.pid)
        self.job.log += said
        outputs.update(line.split("=", 1) for line in written.read_text().splitlines())
        self.job.summary += summary.read_text("utf-8") if summary.exists() else ""
        if process.returncode == 130:
            self.job.result = "cancelled"
        return process.returncode == 0

    def _machine(self) -> dict[str, str]:
        """Give what every step of a hosted runner has in its environment."""
        clean = _clean(self.hub.root)
        return {
            **clean,
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": "editor-lin",
            "GITHUB_TRIGGERING_ACTOR": self.event.by,
            "GITHUB_RUN_ATTEMPT": str(self.event.attempt),
            "GITHUB_API_URL": self.hub.api,
            "GITHUB_EVENT_NAME": self.event.name,
            "GITHUB_REF": self.event.ref,
            "GITHUB_RUN_ID": "77",
            "GITHUB_EVENT_PATH": str(self.temporary / "event.json"),
            "GITHUB_REPOSITORY": REPOSITORY,
            "RUNNER_TEMP": str(self.temporary),
            "MASSCTL_API_BASE": f"http://127.0.0.1:{self.hub.port or self.hub.wechat.port}",
            "PLAYED_CONTENTS": self.credential,
        }
