"""How a repository on GitHub is protected: what `massctl doctor --forge` looks at, and how each thing is mended.

Nothing is changed. What an administrator alone may see is told as not checked where the token is not one's; it is never
taken for good or for missing. Sources: GitHub docs, "REST API endpoints for rules", "for deployment environments", "for
GitHub Actions Secrets", "for GitHub Actions permissions", "for deploy keys" and "for repositories" (CODEOWNERS errors),
API version 2022-11-28; "About code owners"; read 2026-11.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

from massctl.forge.port import PREVIEWS_BRANCH, STATUS
from massctl.forge.rest import RestApi
from massctl.model.diagnostics import Check, Finding, Level
from massctl.model.frozen import Frozen
from massctl.model.phrase import Command, Phrase
from massctl.model.statistics import STATISTICS_BRANCH
from massctl.plan.brake import STOP_BRANCH, stop_branch
from massctl.plan.forge_setup import (
    DEPLOY_KEY,
    EGRESS_KEY,
    EGRESS_NAMES,
    ENVIRONMENT,
    RULESETS,
    SECRETS,
    actions_command,
    environment_commands,
    ruleset_command,
)

ACTIONS_APP = 15368
"""The app under which workflows set a status. Source: docs of GitHub Actions; measured by others, 2026-08."""
_OWNERS_FILES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""The first that is there counts."""
_DECIDES = (
    "massctl.yaml",
    "accounts/NAME.yaml",
    "campaigns/_defaults.yaml",
    ".github/workflows/apply.yml",
)
"""Files that decide where a secret goes, which account sends and when, and what runs with a secret."""
_PRINTED = Phrase("{command}   prints the commands", command=Command("ci", "setup"))


class Expected(Frozen):
    """What massctl.yaml says that GitHub has to know too."""

    repository: str
    """OWNER/REPOSITORY."""
    branch: str
    """The branch that sends."""
    state_branch: str
    """The branch of the ledger."""
    secrets: Sequence[str]
    """The variables that massctl.yaml names."""


_Told: TypeAlias = tuple[Level, Phrase] | tuple[Level, Phrase, str]
"""What a look found: how it stands, what is the case, and what mends it."""


class _UnseenError(Exception):
    """Report that the token may not see something; `why` says so."""

    def __init__(self, why: Phrase) -> None:
        super().__init__(why)
        self.why = why


class _Rule(Frozen):
    """A rule that stands on a branch."""

    kind: str
    parameters: dict[str, Any]
    ruleset: str
    bypass: tuple[str, ...] | None
    """The kinds of those who may pass it by; None where the token may not see them."""


def protection_findings(api: RestApi, expected: Expected) -> Iterator[Finding]:
    """Look at everything that keeps others from sending, writing the ledger and reading secrets. Raises ForgeError."""
    yield from _Repository(api, expected).findings()


class _Repository:
    def __init__(self, api: RestApi, expected: Expected) -> None:
        self._api = api
        self._expected = expected
        self._of = f"repos/{expected.repository}"
        self._default = expected.branch
        self._rulesets: list[dict[str, Any]] | None = None

    def findings(self) -> Iterator[Finding]:
        found = self._api.ask("GET", self._of)
        self._default = str(self._api.member(found, "default_branch"))
        yield self._default_branch()
        if not (found.get("permissions") or {}).get("admin"):
            say = Phrase(
                "not checked: needs an administrator of {name}", name=self._expected.repository
            )
            hint = Phrase(
                'GH_TOKEN="$(gh auth token)" {command}', command=Command("doctor", "--forge")
            )
            yield from (Finding(check, Level.UNKNOWN, say, hint) for check in _LOOKS)
            return
        for check, look in _LOOKS.items():
            try:
                yield from (Finding(check, *told) for told in look(self))
            except _UnseenError as unseen:
                yield Finding(check, Level.UNKNOWN, unseen.why)

    def _default_branch(self) -> Finding:
        branch = self._expected.branch
        if self._default == branch:
            say = Phrase("{branch} is the default branch: reviews run its workflows", branch=branch)
            return Finding(Check.DEFAULT_BRANCH, Level.OK, say)
        say = Phrase(
            "policy.branch is {branch}, but the default branch is {default}: its workflows run in reviews, and it "
            "has the rules",
            branch=branch,
            default=self._default,
        )
        mend = f"gh api -X PATCH {self._of} -f default_branch={branch}"
        return Finding(Check.DEFAULT_BRANCH, Level.PROBLEM, say, mend)

    def _seen(self, path: str, query: dict[str, str] | None = None) -> Any:
        """Read something; None if it is not there. Raises _UnseenError where the token may not."""
        status, found = self._api.look(f"{self._of}/{path}", query)
        if status in (401, 403):
            words = found.get("message") if isinstance(found, dict) else None
            say = Phrase("not checked: needs administrator rights; GitHub says: “{words}”")
            raise _UnseenError(Phrase(say, words=str(words or status)[:120]))
        return found

    def environment(self) -> Iterator[_Told]:
        branch, at = self._expected.branch, f"environments/{ENVIRONMENT}"
        mend = " && ".join(environment_commands(self._expected.repository, branch))
        found = self._seen(at)
        if found is None:
            say = Phrase(
                "there is no environment {name}: the job that sends gets no secret",
                name=ENVIRONMENT,
            )
            yield Level.PROBLEM, say, mend
            return
        policy, names = found.get("deployment_branch_policy") or {}, list[str]()
        if policy.get("custom_branch_policies"):
            listed = self._seen(f"{at}/deployment-branch-policies", {"per_page": "100"}) or {}
            names = [
                f"tag {each.get('name')}" if each.get("type") == "tag" else str(each.get("name"))
                for each in listed.get("branch_policies", [])
            ]
        if names == [branch]:
            say = Phrase(
                "only {branch} may use it: no other branch reads its secrets", branch=branch
            )
            yield Level.OK, say
        elif names:
            yield self._other_branches(names)
        else:
            say = Phrase(
                "other branches than {branch} may use it: a workflow of each reads its secrets",
                branch=branch,
            )
            yield Level.PROBLEM, say, mend
        yield from self._waiting(found.get("protection_rules") or [])

    def _other_branches(self, names: list[str]) -> _Told:
        branch, listed = self._expected.branch, ", ".join(names)
        if branch not in names:
            say = Phrase(
                "{names} may use it, but {branch} may not: nothing is sent",
                names=listed,
                branch=branch,
            )
        else:
            say = Phrase(
                "{names} may use it: a workflow of each of them reads its secrets", names=listed
            )
        hint = Phrase(
            "Settings, Environments, {name}: only {branch}", name=ENVIRONMENT, branch=branch
        )
        return Level.PROBLEM, say, hint

    def _waiting(self, rules: list[dict[str, Any]]) -> Iterator[_Told]:
        for rule in rules:
            people = [
                str(
                    (each.get("reviewer") or {}).get("login")
                    or (each.get("reviewer") or {}).get("slug")
                )
                for each in rule.get("reviewers") or []
            ]
            if people:
                say = Phrase(
                    "each run that sends waits until one of them clicks: {people}",
                    people=", ".join(people),
                )
                yield Level.OK, say
            if wait := rule.get("wait_timer"):
                say = Phrase(
                    "each run that sends waits {minutes} min, so windows may close meanwhile",
                    minutes=wait,
                )
                hint = Phrase(
                    "Settings, Environments, {name}: take out the wait timer", name=ENVIRONMENT
                )
                yield Level.WARNING, say, hint

    def secrets(self) -> Iterator[_Told]:
        ours = {SECRETS, DEPLOY_KEY, EGRESS_KEY, *EGRESS_NAMES, *self._expected.secrets}
        there = self._names(f"environments/{ENVIRONMENT}/secrets")
        for name in (SECRETS, DEPLOY_KEY):
            if name not in there:
                say = Phrase(
                    "the environment {environment} has no secret {name}",
                    environment=ENVIRONMENT,
                    name=name,
                )
                yield Level.PROBLEM, say, _PRINTED
        exposed = sorted(ours & self._names("actions/secrets"))
        for name in exposed:
            say = Phrase(
                "{name} is a secret of the repository: a workflow of any branch reads it", name=name
            )
            mend = f"gh secret delete {name} --repo {self._expected.repository}"
            yield Level.PROBLEM, say, mend
        of_organization = sorted(ours & self._names("actions/organization-secrets"))
        if of_organization:
            say = Phrase(
                "the organization gives the repository {names}: a workflow of any branch reads them"
            )
            hint = Phrase(
                "take the repository from them: Settings of the organization, Secrets and variables, Actions"
            )
            yield Level.PROBLEM, Phrase(say, names=", ".join(of_organization)), hint
        if {SECRETS, DEPLOY_KEY} <= there and not exposed and not of_organization:
            say = Phrase(
                "they are in the environment only: no workflow of another branch reads them"
            )
            yield Level.OK, say

    def _names(self, path: str) -> set[str]:
        found = self._seen(path, {"per_page": "100"}) or {}
        return {str(each.get("name")) for each in found.get("secrets", [])}

    def deploy_key(self) -> Iterator[_Told]:
        listed = self._seen("keys", {"per_page": "100"}) or []
        writing = [each for each in listed if not each.get("read_only", True)]
        if len(writing) == 1:
            say = Phrase(
                "exactly one may write, {title}: no other key passes the rules",
                title=writing[0].get("title"),
            )
            yield Level.OK, say
        elif not writing:
            say = Phrase("none may write, so nobody writes the ledger once the rules stand")
            yield Level.PROBLEM, say, _PRINTED
        else:
            named = ", ".join(f"{each.get('title')} ({each.get('id')})" for each in writing)
            say = Phrase("several may write, and each passes the rules: {keys}", keys=named)
            mend = f"gh repo deploy-key delete ID --repo {self._expected.repository}"
            hint = Phrase(
                "keep the one whose private half is {name}: {command}",
                name=DEPLOY_KEY,
                command=mend,
            )
            yield Level.PROBLEM, say, hint

    def actions(self) -> Iterator[_Told]:
        found = self._seen("actions/permissions/workflow") or {}
        mend = actions_command(self._expected.repository)
        if found.get("can_approve_pull_request_reviews"):
            say = Phrase(
                "workflows may approve pull requests, so who may push a branch may merge alone"
            )
            yield Level.PROBLEM, say, mend
        elif found.get("default_workflow_permissions") != "read":
            say = Phrase("a workflow that names no permissions may write to the repository")
            yield Level.WARNING, say, mend
        else:
            say = Phrase(
                "workflows cannot approve a pull request, and may only read unless they say otherwise"
            )
            yield Level.OK, say

    def owners(self) -> Iterator[_Told]:
        path, text = self._owners_file()
        if text is None:
            say = Phrase(
                "there is no CODEOWNERS: nobody in particular is asked for a change of massctl.yaml"
            )
            yield Level.PROBLEM, say, Command("init", "--keep")
            return
        errors = (self._seen("codeowners/errors", {"ref": self._default}) or {}).get("errors", [])
        for each in errors:
            line, why = each.get("line"), each.get("kind")
            say = Phrase(
                "line {line} of {path} counts for nothing: {why}", line=line, path=path, why=why
            )
            hint = Phrase(
                "name people or teams who may write: {command}",
                command=f"gh api {self._of}/codeowners/errors",
            )
            yield Level.PROBLEM, say, hint
        open_files = [each for each in _DECIDES if not owners_of(text, each)]
        if open_files:
            say = Phrase(
                "nobody owns {files}, which decide where a secret goes, or which account sends and when",
                files=", ".join(open_files),
            )
            hint = Phrase("add them to {path}, by a pull request", path=path)
            yield Level.PROBLEM, say, hint
        elif not errors:
            say = Phrase(
                "{owners} must agree to a change of massctl.yaml: it decides where the secret goes"
            )
            yield Level.OK, Phrase(say, owners=", ".join(owners_of(text, _DECIDES[0])))

    def _owners_file(self) -> tuple[str, str | None]:
        for path in _OWNERS_FILES:
            found = self._seen(f"contents/{path}", {"ref": self._default})
            if isinstance(found, dict) and "content" in found:
                try:
                    return path, base64.b64decode(str(found["content"])).decode("utf-8", "replace")
                except binascii.Error:
                    raise self._api.unreadable() from None
        return _OWNERS_FILES[0], None

    def branch_rules(self) -> Iterator[_Told]:
        rules = self._rules_on(self._expected.branch)
        reviews = [each for each in rules if each.kind == "pull_request"]
        mend = self._mend("main")
        if not any(
            int(each.parameters.get("required_approving_review_count") or 0) >= 1
            for each in reviews
        ):
            say = Phrase(
                "no active ruleset asks for an approval before a merge: who may push may send alone"
            )
            yield Level.PROBLEM, say, mend
        else:
            lacking = [
                each
                for each in _REVIEW_SWITCHES
                if not any(rule.parameters.get(each) for rule in reviews)
            ]
            if lacking:
                say = Phrase(
                    "an approval is asked for, but not {settings}", settings=", ".join(lacking)
                )
                yield Level.WARNING, say, mend
            else:
                yield Level.OK, Phrase("nobody merges what nobody else approved")
        passing = self._passing(reviews)
        if passing:
            say = Phrase("these may merge without an approval: {people}", people=", ".join(passing))
            yield Level.WARNING, say, mend
        yield self._status_rule(rules, mend)

    def _status_rule(self, rules: list[_Rule], mend: str) -> _Told:
        checks = [
            check
            for rule in rules
            if rule.kind == "required_status_checks"
            for check in rule.parameters.get("required_status_checks") or []
            if check.get("context") == STATUS
        ]
        if any(check.get("integration_id") == ACTIONS_APP for check in checks):
            say = Phrase(
                "a merge needs the status {name} of GitHub Actions: its plan has no fault",
                name=STATUS,
            )
            return Level.OK, say
        if checks:
            say = Phrase("anybody who may write may set the status {name} by hand", name=STATUS)
        else:
            say = Phrase(
                "a merge does not need the status {name}, so faults are found after it", name=STATUS
            )
        return Level.WARNING, say, mend

    def ledger_rules(self) -> Iterator[_Told]:
        rules = self._rules_on(self._expected.state_branch)
        fixed = [self._is_for_nobody(rules, kind) for kind in ("deletion", "non_fast_forward")]
        if all(fixed):
            say = Phrase("nobody deletes or shortens {branch}: what was sent is not forgotten")
            yield Level.OK, Phrase(say, branch=self._expected.state_branch)
        else:
            say = Phrase(
                "{branch} can be deleted or rewritten, and what is forgotten is sent again"
            )
            yield (
                Level.PROBLEM,
                Phrase(say, branch=self._expected.state_branch),
                self._mend("massctl-state"),
            )
        good = Phrase("only the deploy key writes it: nobody forges what was sent")
        yield self._of_the_key(
            rules, _WRITES, self._expected.state_branch, "massctl-state-writer", good
        )
        yield from self._statistics_rules({each.kind for each in rules})

    def _statistics_rules(self, of_ledger: set[str]) -> Iterator[_Told]:
        """Return where the numbers of reports are less protected than the ledger; no send depends on them."""
        standing = {each.kind for each in self._rules_on(STATISTICS_BRANCH)}
        for kinds, ruleset in (
            (("deletion", "non_fast_forward"), "massctl-state"),
            (_WRITES, "massctl-state-writer"),
        ):
            if not standing.issuperset(of_ledger.intersection(kinds)):
                say = Phrase(
                    "{branch} has fewer rules than the ledger, so others may change what reports show"
                )
                told = Phrase(say, branch=STATISTICS_BRANCH)
                yield Level.WARNING, told, self._mend(ruleset)

    def brake_rules(self) -> Iterator[_Told]:
        yield from self._brake_rules(STOP_BRANCH)
        of_account = self._brake_rules(stop_branch("x"))
        yield from (each for each in of_account if each[0] is not Level.OK)

    def _brake_rules(self, branch: str) -> Iterator[_Told]:
        rules = self._rules_on(branch)
        if any(each.kind == "creation" for each in rules):
            say = Phrase(
                "{branch} cannot be made by everybody who may write, so not all can stop",
                branch=branch,
            )
            hint = Phrase("take the rule Restrict creations from {rulesets}")
            named = sorted({each.ruleset for each in rules if each.kind == "creation"})
            yield Level.PROBLEM, say, Phrase(hint, rulesets=", ".join(named))
        good = Phrase(
            "everybody who may write stops all sends, and only the deploy key allows them again"
        )
        yield self._of_the_key(rules, ("deletion", "update"), branch, "massctl-stop", good)

    def names(self) -> Iterator[_Told]:
        """Look for branches whose names keep one of massctl's from being made."""
        ours = (STOP_BRANCH, self._expected.state_branch, STATISTICS_BRANCH, PREVIEWS_BRANCH)
        taken = [
            name for name in self._branches() if any(name.startswith(f"{each}/") for each in ours)
        ]
        yield from (self._taken(name) for name in taken)
        free = [
            each
            for each in ours
            if not all(self._is_reserved(f"{each}/{deep}") for deep in ("x", "x/y"))
        ]
        if free:
            say = Phrase(
                "everybody who may write can make branches below {names}, such as {example}, and git keeps none beside "
                "them",
                names=", ".join(free),
                example=f"{free[0]}/x",
            )
            yield Level.WARNING, say, self._mend("massctl-names")
        elif not taken:
            say = Phrase("nobody makes a branch that keeps one of these from being made: {names}")
            yield Level.OK, Phrase(say, names=", ".join(ours))

    def _branches(self) -> list[str]:
        """Return the branches whose names begin as those that massctl makes."""
        starts = {"massctl-", f"{self._expected.state_branch}/"}
        found = [
            self._seen(f"git/matching-refs/heads/{each}", {"per_page": "100"}) or []
            for each in sorted(starts)
        ]
        return list(
            dict.fromkeys(
                str(each.get("ref")).removeprefix("refs/heads/") for refs in found for each in refs
            )
        )

    def _is_reserved(self, branch: str) -> bool:
        return any(each.kind == "creation" for each in self._rules_on(branch))

    def _taken(self, name: str) -> _Told:
        if name.startswith(f"{STOP_BRANCH}/"):
            say = Phrase("{branch} counts as the brake: nothing is sent", branch=name)
            hint = Phrase("{command}   shows and deletes it", command=Command("resume"))
            return Level.PROBLEM, say, hint
        say = Phrase(
            "{branch} is there, and git makes no {stem} beside it",
            branch=name,
            stem=name.partition("/")[0],
        )
        return Level.PROBLEM, say, f"gh api -X DELETE {self._of}/git/refs/heads/{name}"

    def _of_the_key(
        self, rules: list[_Rule], kinds: Sequence[str], branch: str, ruleset: str, good: Phrase
    ) -> _Told:
        mend = self._mend(ruleset)
        for kind in kinds:
            standing = [each for each in rules if each.kind == kind]
            passing = (
                set.intersection(*(set(self._bypass(each)) for each in standing))
                if standing
                else {"*"}
            )
            if "*" in passing:
                say = Phrase(
                    "everybody who may write may do it too, since no rule restricts {kind} of {branch}"
                )
                return Level.PROBLEM, Phrase(say, kind=kind, branch=branch), mend
            if _KEY not in passing:
                say = Phrase(
                    "not even the deploy key passes the rule {kind} of {branch}",
                    kind=kind,
                    branch=branch,
                )
                return Level.PROBLEM, say, mend
            if others := sorted(passing - {_KEY}):
                say = Phrase(
                    "besides the deploy key these pass the rule {kind} of {branch}: {people}"
                )
                told = Phrase(say, kind=kind, branch=branch, people=", ".join(others))
                return Level.PROBLEM, told, mend
        return Level.OK, good

    def _is_for_nobody(self, rules: list[_Rule], kind: str) -> bool:
        return any(each.kind == kind and not self._bypass(each) for each in rules)

    def _passing(self, rules: list[_Rule]) -> list[str]:
        """Return who passes every one of these rules."""
        return (
            sorted(set.intersection(*(set(self._bypass(each)) for each in rules))) if rules else []
        )

    def _bypass(self, rule: _Rule) -> tuple[str, ...]:
        if rule.bypass is None:
            say = Phrase(
                "not checked: who may pass “{ruleset}” is told to its administrators only",
                ruleset=rule.ruleset,
            )
            raise _UnseenError(say)
        return rule.bypass

    def _rules_on(self, branch: str) -> list[_Rule]:
        """Return the rules that are in force on a branch, whether it exists yet or not."""
        found: list[_Rule] = []
        for each in self._active():
            names = (each.get("conditions") or {}).get("ref_name") or {}
            ref = f"refs/heads/{branch}"
            if not any(
                self._covers(pattern, ref, where_unclear=False)
                for pattern in names.get("include", [])
            ):
                continue
            if any(
                self._covers(pattern, ref, where_unclear=True)
                for pattern in names.get("exclude", [])
            ):
                continue
            actors = each.get("bypass_actors")
            bypass = (
                None if actors is None else tuple(str(actor.get("actor_type")) for actor in actors)
            )
            name = str(each.get("name"))
            rules = each.get("rules") or []
            found += [
                _Rule(str(rule.get("type")), rule.get("parameters") or {}, name, bypass)
                for rule in rules
            ]
        return found

    def _covers(self, pattern: str, ref: str, *, where_unclear: bool) -> bool:
        if pattern == "~DEFAULT_BRANCH":
            return ref == f"refs/heads/{self._default}"
        return pattern == "~ALL" or is_covered(pattern, ref, where_unclear=where_unclear)

    def _active(self) -> list[dict[str, Any]]:
        if self._rulesets is None:
            listed = self._seen("rulesets", {"includes_parents": "true", "per_page": "100"}) or []
            active = [
                e
                for e in listed
                if e.get("enforcement") == "active" and e.get("target", "branch") == "branch"
            ]
            self._rulesets = [self._seen(f"rulesets/{each['id']}") or {} for each in active]
        return self._rulesets

    def _mend(self, file: str) -> str:
        """Return the command that sets the rules of a file, in place of those of its name where there are any."""
        for each in self._seen("rulesets", {"per_page": "100"}) or []:
            if each.get("name") == RULESETS[file]:
                at = f"{self._of}/rulesets/{each['id']}"
                return f"gh api -X PUT {at} --input .github/rulesets/{file}.json"
        return ruleset_command(self._expected.repository, file)


_KEY = "DeployKey"
_WRITES = ("creation", "update")
_REVIEW_SWITCHES = (
    "dismiss_stale_reviews_on_push",
    "require_code_owner_review",
    "require_last_push_approval",
)
_LOOKS = {
    Check.BRANCH_RULES: _Repository.branch_rules,
    Check.OWNERS: _Repository.owners,
    Check.ENVIRONMENT: _Repository.environment,
    Check.SECRETS: _Repository.secrets,
    Check.DEPLOY_KEY: _Repository.deploy_key,
    Check.LEDGER_RULES: _Repository.ledger_rules,
    Check.BRAKE_RULES: _Repository.brake_rules,
    Check.NAMES: _Repository.names,
    Check.ACTIONS: _Repository.actions,
}
CHECKS = (Check.DEFAULT_BRANCH, *_LOOKS)
"""What is looked at on GitHub; everything else is looked at from the machine that sends."""


def owners_of(text: str, path: str) -> tuple[str, ...]:
    """Return who owns a file: as in CODEOWNERS, the last line that covers it decides."""
    owners: tuple[str, ...] = ()
    for line in text.splitlines():
        pattern, *named = line.partition("#")[0].split() or [""]
        if pattern and _is_owned(pattern, path):
            owners = tuple(named)
    return owners


def _is_owned(pattern: str, path: str) -> bool:
    inner = pattern.strip("/")
    if "/" not in pattern.rstrip("/"):  # It stands at any depth.
        parts = path.split("/")
        return any(
            fnmatchcase(part, inner) for part in (parts[:-1] if pattern.endswith("/") else parts)
        )
    # A folder is covered with all in it, except by a star: docs/* is the files of docs.
    deep = f"{inner}/*" if inner.endswith("/**") else f"{inner}/**/*"
    return any(
        _glob(each).fullmatch(path)
        for each in ([inner] if pattern.endswith("/*") else [inner, deep])
    )


def is_covered(pattern: str, ref: str, *, where_unclear: bool) -> bool:
    """Return whether a pattern of a ruleset covers a ref; `where_unclear` for one that GitHub does not explain.

    It is Ruby's File.fnmatch with FNM_PATHNAME: a star ends at a slash, and only `**/` goes on behind it. On GitLab, in
    contrast, a star goes on behind slashes. Sources: GitHub docs, "Creating rulesets for a repository", Using fnmatch
    syntax, where backslashes and [^…] are not supported; GitLab, app/models/ref_matcher.rb; read 2026-11.
    """
    if any(each in pattern for each in ("\\", "[^", "[!")):
        return where_unclear
    return _glob(pattern).fullmatch(ref) is not None


_WILD = re.compile(r"(?:(?<=/)|(?<![^/]))\*\*/|\*+|\?|\[[^\]/]+\]")
_MEANING = {"**/": "(?:[^/]+/)*", "?": "[^/]"}


def _glob(pattern: str) -> re.Pattern[str]:
    """Write a pattern whose stars end at a slash as an expression; what has no meaning in it stands for itself."""
    written, end = "", 0
    for found in _WILD.finditer(pattern):
        wild = found[0]
        written += re.escape(pattern[end : found.start()])
        written += wild if wild.startswith("[") else _MEANING.get(wild, "[^/]*")
        end = found.end()
    return re.compile(written + re.escape(pattern[end:]))
