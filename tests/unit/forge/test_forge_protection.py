"""How a repository on GitHub is protected: each thing that is wrong is told, with what it exposes and what mends it."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from fake_settings import REPOSITORY, FakeSettings

from massctl.forge.github import github_api
from massctl.forge.protection import CHECKS, Expected, is_covered, owners_of, protection_findings
from massctl.model.diagnostics import Check, Finding, Level
from massctl.plan.forge_setup import RULESETS
from massctl.transport import Line

EXPECTED = Expected(REPOSITORY, "main", "massctl-state", ("WECHAT_MAIN_SECRET",))
ACTIONS = "gh api -X PUT repos/my-company/letters/actions/permissions/workflow"
Change = Callable[[FakeSettings], object]


@pytest.fixture
def forge() -> FakeSettings:
    """A repository that was set up by every step."""
    return FakeSettings()


def found(forge: FakeSettings, expected: Expected = EXPECTED) -> list[Finding]:
    return [
        *protection_findings(
            github_api(Line(inside=forge), "https://api.github.test", "gho_token"), expected
        )
    ]


def levels(findings: list[Finding]) -> set[tuple[Check, Level]]:
    return {(each.check, each.level) for each in findings}


def test_after_every_step_all_is_well(forge: FakeSettings) -> None:
    findings = found(forge)

    assert {Level.OK} == {each.level for each in findings}
    assert {*CHECKS} == {each.check for each in findings}
    assert [] == [each for each in findings if each.hint]


def test_a_new_repository_lacks_everything(forge: FakeSettings) -> None:
    forge.rulesets = {}
    forge.answers = {
        "": forge.answers[""],
        "actions/permissions/workflow": {"can_approve_pull_request_reviews": True},
    }
    findings = found(forge)

    fine = [each for each in findings if each.level is Level.OK]
    assert {Check.DEFAULT_BRANCH} == {each.check for each in fine}
    assert [] == [each for each in findings if each.level is not Level.OK and not each.hint]


def of(forge: FakeSettings, file: str) -> dict[str, Any]:
    """Give the rules of one file."""
    (ruleset,) = (each for each in forge.rulesets.values() if each["name"] == RULESETS[file])
    return ruleset


def parameters(forge: FakeSettings, kind: str) -> dict[str, Any]:
    (rule,) = (each for each in of(forge, "main")["rules"] if each["type"] == kind)
    made = rule["parameters"]
    assert isinstance(made, dict)
    return made


def without(file: str, kind: str) -> Change:
    def change(forge: FakeSettings) -> None:
        ruleset = of(forge, file)
        ruleset["rules"] = [each for each in ruleset["rules"] if each["type"] != kind]

    return change


def passed_by(file: str, *kinds: str) -> Change:
    return lambda forge: of(forge, file).update(
        bypass_actors=[{"actor_type": each} for each in kinds]
    )


def answering(path: str, **answer: object) -> Change:
    return lambda forge: forge.answers.update({path: {**forge.answers.get(path, {}), **answer}})


def owned(text: str) -> Change:
    return answering(
        "contents/.github/CODEOWNERS", content=base64.b64encode(text.encode()).decode()
    )


def having(*branches: str) -> Change:
    refs = [{"ref": f"refs/heads/{each}"} for each in branches]
    return lambda forge: forge.answers.update({"git/matching-refs/heads/massctl-": refs})


def named(*secrets: str) -> dict[str, object]:
    return {"secrets": [{"name": each} for each in secrets]}


KEYS = [
    {"id": 7, "title": "massctl", "read_only": False},
    {"id": 9, "title": "old laptop", "read_only": False},
]
WRONG: list[tuple[Change, Check, Level, str, str]] = [
    (
        lambda forge: forge.answers.pop("environments/wechat"),
        Check.ENVIRONMENT,
        Level.PROBLEM,
        "no environment wechat",
        "gh api -X PUT repos/my-company/letters/environments/wechat",
    ),
    (
        answering("environments/wechat", deployment_branch_policy=None),
        Check.ENVIRONMENT,
        Level.PROBLEM,
        "reads its secrets",
        "deployment-branch-policies -f name=main",
    ),
    (
        answering("environments/wechat", deployment_branch_policy={"protected_branches": True}),
        Check.ENVIRONMENT,
        Level.PROBLEM,
        "other branches than main",
        "gh api -X PUT",
    ),
    (
        answering(
            "environments/wechat/deployment-branch-policies",
            branch_policies=[{"name": "main"}, {"name": "release/*"}],
        ),
        Check.ENVIRONMENT,
        Level.PROBLEM,
        "main, release/* may use it",
        "only main",
    ),
    (
        answering(
            "environments/wechat/deployment-branch-policies",
            branch_policies=[{"name": "main", "type": "tag"}],
        ),
        Check.ENVIRONMENT,
        Level.PROBLEM,
        "tag main may use it, but main may not",
        "only main",
    ),
    (
        answering(
            "environments/wechat", protection_rules=[{"type": "wait_timer", "wait_timer": 30}]
        ),
        Check.ENVIRONMENT,
        Level.WARNING,
        "waits 30 min",
        "wait timer",
    ),
    (
        answering("environments/wechat/secrets", **named("MASSCTL_SECRETS")),
        Check.SECRETS,
        Level.PROBLEM,
        "no secret MASSCTL_DEPLOY_KEY",
        "massctl ci setup",
    ),
    (
        answering("actions/secrets", **named("WECHAT_MAIN_SECRET", "NPM_TOKEN")),
        Check.SECRETS,
        Level.PROBLEM,
        "WECHAT_MAIN_SECRET is a secret of the repository",
        "gh secret delete WECHAT_MAIN_SECRET --repo my-company/letters",
    ),
    (
        answering("actions/organization-secrets", **named("MASSCTL_SECRETS")),
        Check.SECRETS,
        Level.PROBLEM,
        "the organization gives the repository MASSCTL_SECRETS",
        "Settings of the organization",
    ),
    (
        lambda forge: forge.answers.update(keys=[]),
        Check.DEPLOY_KEY,
        Level.PROBLEM,
        "none may write",
        "massctl ci setup",
    ),
    (
        lambda forge: forge.answers.update(keys=KEYS),
        Check.DEPLOY_KEY,
        Level.PROBLEM,
        "massctl (7), old laptop (9)",
        "gh repo deploy-key delete ID --repo my-company/letters",
    ),
    (
        answering("actions/permissions/workflow", can_approve_pull_request_reviews=True),
        Check.ACTIONS,
        Level.PROBLEM,
        "may merge alone",
        ACTIONS,
    ),
    (
        answering("actions/permissions/workflow", default_workflow_permissions="write"),
        Check.ACTIONS,
        Level.WARNING,
        "names no permissions",
        ACTIONS,
    ),
    (
        lambda forge: forge.answers.pop("contents/.github/CODEOWNERS"),
        Check.OWNERS,
        Level.PROBLEM,
        "no CODEOWNERS",
        "massctl init --keep",
    ),
    (
        answering("codeowners/errors", errors=[{"line": 3, "kind": "Unknown owner"}]),
        Check.OWNERS,
        Level.PROBLEM,
        "line 3 of .github/CODEOWNERS counts for nothing: Unknown owner",
        "codeowners/errors",
    ),
    (
        owned("* @a/b\n/.github/\n"),
        Check.OWNERS,
        Level.PROBLEM,
        "nobody owns .github/workflows/apply.yml",
        "by a pull request",
    ),
    (
        owned("/massctl.yaml @a/b\n/.github/ @a/b\n/accounts/ @a/b\n"),
        Check.OWNERS,
        Level.PROBLEM,
        "nobody owns campaigns/_defaults.yaml",
        "by a pull request",
    ),
    (
        owned(
            "/massctl.yaml @a/b\n/.github/ @a/b\n_defaults.yaml @a/b\n/accounts/east.yaml @a/b\n"
        ),
        Check.OWNERS,
        Level.PROBLEM,
        "nobody owns accounts/NAME.yaml",
        "by a pull request",
    ),
    (
        without("main", "pull_request"),
        Check.BRANCH_RULES,
        Level.PROBLEM,
        "who may push may send alone",
        "gh api -X PUT repos/my-company/letters/rulesets/4 --input .github/rulesets/main.json",
    ),
    (
        lambda forge: parameters(forge, "pull_request").update(required_approving_review_count=0),
        Check.BRANCH_RULES,
        Level.PROBLEM,
        "no active ruleset asks for an approval",
        "rulesets/4",
    ),
    (
        lambda forge: parameters(forge, "pull_request").update(dismiss_stale_reviews_on_push=False),
        Check.BRANCH_RULES,
        Level.WARNING,
        "not dismiss_stale_reviews_on_push",
        "rulesets/4",
    ),
    (
        passed_by("main", "RepositoryRole"),
        Check.BRANCH_RULES,
        Level.WARNING,
        "may merge without an approval: RepositoryRole",
        "rulesets/4",
    ),
    (
        without("main", "required_status_checks"),
        Check.BRANCH_RULES,
        Level.WARNING,
        "does not need the status massctl",
        "rulesets/4",
    ),
    (
        lambda forge: parameters(forge, "required_status_checks").update(
            required_status_checks=[{"context": "massctl"}]
        ),
        Check.BRANCH_RULES,
        Level.WARNING,
        "may set the status massctl by hand",
        "rulesets/4",
    ),
    (
        without("massctl-state", "non_fast_forward"),
        Check.LEDGER_RULES,
        Level.PROBLEM,
        "what is forgotten is sent again",
        "rulesets/1 --input .github/rulesets/massctl-state.json",
    ),
    (
        passed_by("massctl-state", "DeployKey"),
        Check.LEDGER_RULES,
        Level.PROBLEM,
        "can be deleted or rewritten",
        "rulesets/1",
    ),
    (
        without("massctl-state-writer", "update"),
        Check.LEDGER_RULES,
        Level.PROBLEM,
        "no rule restricts update of massctl-state",
        "rulesets/2 --input .github/rulesets/massctl-state-writer.json",
    ),
    (
        passed_by("massctl-state-writer"),
        Check.LEDGER_RULES,
        Level.PROBLEM,
        "not even the deploy key passes the rule creation of massctl-state",
        "rulesets/2",
    ),
    (
        passed_by("massctl-state-writer", "DeployKey", "OrganizationAdmin"),
        Check.LEDGER_RULES,
        Level.PROBLEM,
        "besides the deploy key these pass the rule creation of massctl-state: OrganizationAdmin",
        "rulesets/2",
    ),
    (
        without("massctl-stop", "deletion"),
        Check.BRAKE_RULES,
        Level.PROBLEM,
        "no rule restricts deletion of massctl-stop",
        "rulesets/3 --input .github/rulesets/massctl-stop.json",
    ),
    (
        lambda forge: of(forge, "massctl-stop")["rules"].append({"type": "creation"}),
        Check.BRAKE_RULES,
        Level.PROBLEM,
        "not all can stop",
        "massctl: who lifts the brake",
    ),
    (
        without("massctl-names", "creation"),
        Check.NAMES,
        Level.WARNING,
        "branches below massctl-stop, massctl-state, massctl-statistics, massctl-previews, such as massctl-stop/x",
        "rulesets/5 --input .github/rulesets/massctl-names.json",
    ),
    (
        lambda forge: of(forge, "massctl-names")["conditions"]["ref_name"].update(
            include=["refs/heads/massctl-*/*"]
        ),
        Check.NAMES,
        Level.WARNING,
        "can make branches below",
        "rulesets/5",
    ),
    (
        having("massctl-stop/x"),
        Check.NAMES,
        Level.PROBLEM,
        "massctl-stop/x counts as the brake",
        "massctl resume",
    ),
    (
        having("massctl-state/refs/heads/massctl-state"),
        Check.NAMES,
        Level.PROBLEM,
        "git makes no massctl-state beside it",
        "gh api -X DELETE repos/my-company/letters/git/refs/heads/massctl-state/refs/heads/massctl-state",
    ),
]


@pytest.mark.parametrize(
    ("change", "check", "level", "says", "mend"), WRONG, ids=[each[3] for each in WRONG]
)
def test_one_thing_is_wrong(
    forge: FakeSettings, change: Change, check: Check, level: Level, says: str, mend: str
) -> None:
    change(forge)
    wrong = [each for each in found(forge) if each.level is not Level.OK]

    assert {(check, level)} == levels(wrong)
    assert says in wrong[0].message
    assert mend in wrong[0].hint


def test_reviews_and_rules_follow_the_default_branch(forge: FakeSettings) -> None:
    forge.answers[""]["default_branch"] = "master"
    told = {each.check: each for each in found(forge)}

    wrong = told[Check.DEFAULT_BRANCH]
    assert (Level.PROBLEM, True) == (wrong.level, "the default branch is master" in wrong.message)
    assert "gh api -X PATCH repos/my-company/letters -f default_branch=main" == wrong.hint
    assert (Check.BRANCH_RULES, Level.PROBLEM) in levels(found(forge))


@pytest.mark.parametrize("enforcement", ["disabled", "evaluate"])
def test_rules_that_are_not_in_force_count_for_nothing(
    forge: FakeSettings, enforcement: str
) -> None:
    of(forge, "main")["enforcement"] = enforcement

    assert (Check.BRANCH_RULES, Level.PROBLEM) in levels(found(forge))


@pytest.mark.parametrize(
    ("include", "exclude", "level"),
    [
        (["~ALL"], [], Level.OK),
        (["refs/heads/massctl-*"], [], Level.OK),
        (["refs/heads/massctl-*/**/*"], [], Level.PROBLEM),
        (["refs/heads/**/*"], [], Level.OK),
        (["refs/heads/*"], ["refs/heads/massctl-[st]*"], Level.PROBLEM),
        (["refs/heads/other"], [], Level.PROBLEM),
        (["~ALL"], ["refs/heads/massctl-state"], Level.PROBLEM),
        (["~DEFAULT_BRANCH"], [], Level.PROBLEM),
    ],
)
def test_rules_count_for_the_branches_that_they_name(
    forge: FakeSettings, include: list[str], exclude: list[str], level: Level
) -> None:
    of(forge, "massctl-state")["conditions"] = {
        "ref_name": {"include": include, "exclude": exclude}
    }

    assert level is next(each.level for each in found(forge) if each.check is Check.LEDGER_RULES)


def test_a_star_of_a_ruleset_ends_at_a_slash(forge: FakeSettings) -> None:
    """A ledger on a branch `state/main` has no rules, although their pattern looks as if it had."""
    of(forge, "massctl-state")["conditions"] = {
        "ref_name": {"include": ["refs/heads/*"], "exclude": []}
    }
    findings = found(forge, Expected(REPOSITORY, "main", "state/main", ()))

    assert Level.PROBLEM is next(
        each.level for each in findings if each.check is Check.LEDGER_RULES
    )


@pytest.mark.parametrize(
    ("pattern", "ref", "covers"),
    [
        ("refs/heads/main", "refs/heads/main", True),
        ("refs/heads/*", "refs/heads/main", True),
        ("refs/heads/*", "refs/heads/qa/foo", False),
        ("refs/heads/qa/*", "refs/heads/qa/foo", True),
        ("refs/heads/qa/*", "refs/heads/qa/foo/bar", False),
        ("refs/heads/qa/**/*", "refs/heads/qa/foo", True),
        ("refs/heads/qa/**/*", "refs/heads/qa/foo/bar/foobar/hello-world", True),
        ("refs/heads/qa/**/*", "refs/heads/qa", False),
        ("refs/heads/qa**/**/*", "refs/heads/qa-1/foo/bar", True),
        ("refs/heads/qa**/**/*", "refs/heads/qa", False),
        ("refs/heads/qa/**", "refs/heads/qa/foo", True),
        ("refs/heads/qa/**", "refs/heads/qa/foo/bar", False),
        ("refs/**/main", "refs/heads/x/main", True),
        ("**/main", "refs/heads/main", True),
        ("*", "refs/heads/main", False),
        ("refs/heads/v?", "refs/heads/v1", True),
        ("refs/heads?main", "refs/heads/main", False),
        ("refs/heads/v[0-9]", "refs/heads/v1", True),
        ("refs/heads[/]main", "refs/heads/main", False),
        ("refs/heads/v[0-9", "refs/heads/v1", False),
        ("refs/heads/a.b", "refs/heads/axb", False),
        ("refs/heads/(a|b)+", "refs/heads/a", False),
    ],
)
def test_a_pattern_is_read_as_github_reads_it(pattern: str, ref: str, covers: bool) -> None:
    """The rows with qa are those of GitHub's own page."""
    assert covers == is_covered(pattern, ref, where_unclear=False)


@pytest.mark.parametrize("pattern", [r"refs/heads/\main", "refs/heads/[^x]*", "refs/heads/[!x]*"])
def test_a_pattern_that_github_does_not_explain_is_never_taken_for_good(pattern: str) -> None:
    assert [False, True] == [
        is_covered(pattern, "refs/heads/main", where_unclear=each) for each in (False, True)
    ]


def test_the_rules_of_an_organization_count(forge: FakeSettings) -> None:
    of(forge, "massctl-state").update(source_type="Organization", name="ours")

    assert {Level.OK} == {each.level for each in found(forge)}


def test_a_second_ruleset_that_keeps_the_key_out_counts(forge: FakeSettings) -> None:
    """Whoever pushes must pass them all."""
    forge.rulesets[9] = {
        **of(forge, "massctl-state-writer"),
        "id": 9,
        "name": "strict",
        "bypass_actors": [],
    }

    assert (Check.LEDGER_RULES, Level.PROBLEM) in levels(found(forge))


def test_without_an_administrator_nothing_is_taken_for_good_or_missing(forge: FakeSettings) -> None:
    forge.answers[""]["permissions"] = {"admin": False, "push": True}
    findings = found(forge)

    assert {Level.UNKNOWN} == {
        each.level for each in findings if each.check is not Check.DEFAULT_BRANCH
    }
    assert 10 == len(findings)
    assert [""] == forge.asked


@pytest.mark.parametrize(
    ("path", "check"),
    [
        ("environments/wechat", Check.ENVIRONMENT),
        ("actions/organization-secrets", Check.SECRETS),
        ("keys", Check.DEPLOY_KEY),
        ("codeowners/errors", Check.OWNERS),
        ("actions/permissions/workflow", Check.ACTIONS),
    ],
)
def test_what_the_token_may_not_see_is_not_checked(
    forge: FakeSettings, path: str, check: Check
) -> None:
    forge.forbidden = frozenset({path})
    (unseen,) = [each for each in found(forge) if each.level is not Level.OK]

    assert (check, Level.UNKNOWN) == (unseen.check, unseen.level)
    assert "needs administrator rights" in unseen.message
    assert "Resource not accessible" in unseen.message


def test_rules_that_the_token_may_not_see_are_not_checked(forge: FakeSettings) -> None:
    forge.forbidden = frozenset({"rulesets"})

    unseen = {Check.BRANCH_RULES, Check.LEDGER_RULES, Check.BRAKE_RULES, Check.NAMES}
    assert unseen == {each.check for each in found(forge) if each.level is Level.UNKNOWN}


def test_a_ruleset_that_hides_who_passes_it_is_not_checked(forge: FakeSettings) -> None:
    del of(forge, "massctl-stop")["bypass_actors"]

    (unseen,) = [each for each in found(forge) if each.level is not Level.OK]
    assert (Check.BRAKE_RULES, Level.UNKNOWN) == (unseen.check, unseen.level)


def test_who_is_waited_for_is_named(forge: FakeSettings) -> None:
    people = [{"reviewer": {"login": "lin-mei"}}, {"reviewer": {"slug": "editors"}}]
    forge.answers["environments/wechat"]["protection_rules"] = [
        {"type": "required_reviewers", "reviewers": people}
    ]

    (said,) = [each for each in found(forge) if "waits" in each.message]
    assert (Level.OK, True) == (said.level, "lin-mei, editors" in said.message)


@pytest.mark.parametrize("path", ["CODEOWNERS", "docs/CODEOWNERS"])
def test_code_owners_may_stand_in_three_places(forge: FakeSettings, path: str) -> None:
    forge.answers[f"contents/{path}"] = forge.answers.pop("contents/.github/CODEOWNERS")

    assert {Level.OK} == {each.level for each in found(forge)}


@pytest.mark.parametrize(
    ("text", "path", "owners"),
    [
        ("* @a/b @c\n", "massctl.yaml", ("@a/b", "@c")),
        ("* @a\n/massctl.yaml @b # who pays\n", "massctl.yaml", ("@b",)),
        ("massctl.yaml @b\n", "massctl.yaml", ("@b",)),
        ("/massctl.yaml @b\n* @a\n", "massctl.yaml", ("@a",)),
        ("* @a\nmassctl.yaml\n", "massctl.yaml", ()),
        ("# * @a\n\n", "massctl.yaml", ()),
        ("/.github/ @a\n", ".github/workflows/apply.yml", ("@a",)),
        ("workflows/ @a\n", ".github/workflows/apply.yml", ("@a",)),
        ("/.github/workflows/*.yml @a\n", ".github/workflows/apply.yml", ("@a",)),
        ("/.github/** @a\n", ".github/workflows/apply.yml", ("@a",)),
        ("/.github @a\n", ".github/workflows/apply.yml", ("@a",)),
        ("/.github/* @a\n", ".github/workflows/apply.yml", ()),
        ("/.github/*/ @a\n", ".github/workflows/apply.yml", ("@a",)),
        ("/.github/**/*.yml @a\n", ".github/workflows/apply.yml", ("@a",)),
        ("**/workflows/* @a\n", ".github/workflows/apply.yml", ("@a",)),
        ("/campaigns/ @a\n", ".github/workflows/apply.yml", ()),
        ("apply.yml/ @a\n", ".github/workflows/apply.yml", ()),
    ],
)
def test_the_last_line_that_covers_a_file_says_who_owns_it(
    text: str, path: str, owners: tuple[str, ...]
) -> None:
    assert owners == owners_of(text, path)


@pytest.mark.parametrize("name", ["massctl-state", "massctl-state-writer"])
def test_a_branch_of_statistics_that_anybody_may_change_is_a_warning(
    forge: FakeSettings, name: str
) -> None:
    include = of(forge, name)["conditions"]["ref_name"]["include"]
    include.remove("refs/heads/massctl-statistics")
    (warning,) = [each for each in found(forge) if each.level is Level.WARNING]
    assert (Check.LEDGER_RULES, True) == (
        warning.check,
        "massctl-statistics has fewer rules" in warning.message,
    )
    assert f"{name}.json" in warning.hint
