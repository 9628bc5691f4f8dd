"""The steps of setting up: whose repository it is, which secrets it needs, what was done already."""

import pytest
from msgspec.structs import replace

from massctl.model.phrase import Phrase
from massctl.model.settings import SNAPSHOT_KEY_VARIABLE as KEY
from massctl.model.settings import MassctlFile
from massctl.plan.forge_setup import (
    RULESETS,
    S3_NAMES,
    SetupFacts,
    SetupStep,
    StepName,
    repository_at,
    secret_names,
    setup_steps,
)

PUSHED = SetupFacts("my-company/letters", is_pushed=True)


def settings(**more: object) -> MassctlFile:
    account = {"appid": "wx0000000000000001", "secret_env": "WECHAT_MAIN_SECRET", "kind": "service"}
    return MassctlFile.model_validate({"version": 1, "accounts": {"main": account}, **more})


def steps(facts: SetupFacts = PUSHED, **more: object) -> dict[StepName, SetupStep]:
    return {each.name: each for each in setup_steps(settings(**more), facts)}


def done(facts: SetupFacts, **more: object) -> set[StepName]:
    return {name for name, each in steps(facts, **more).items() if each.is_done}


@pytest.mark.parametrize(
    ("url", "repository"),
    [
        ("https://github.com/my-company/letters.git", "my-company/letters"),
        ("https://someone:token@github.com/my-company/letters", "my-company/letters"),
        ("git@github.com:my-company/letters.git", "my-company/letters"),
        ("ssh://git@github.com/my-company/letters/", "my-company/letters"),
        ("ssh://git@ssh.github.com:443/my-company/letters.git", "my-company/letters"),
        ("git@gitee.com:my-company/letters.git", None),
        ("https://evil.example/github.com/my-company/letters", None),
        ("git@github.com:my-company/letters; rm -r .git", None),
        ("/srv/letters.git", None),
    ],
)
def test_only_an_address_of_github_names_a_repository(url: str, repository: str | None) -> None:
    assert repository == repository_at(url)


def test_what_people_feel_comes_last() -> None:
    """Every right that is taken from them was shown to work for the robot before."""
    names = list(steps())
    after = names[names.index(StepName.CHECK) :]

    assert [StepName.CHECK, StepName.RULES, StepName.VERIFY] == after
    assert names.index(StepName.LEDGER) < names.index(StepName.RULES)
    assert names.index(StepName.DEPLOY_KEY) < names.index(StepName.CHECK)
    assert ["massctl-state", "main"] == [*RULESETS][:: len(RULESETS) - 1]
    assert [f".github/rulesets/{each}.json" for each in RULESETS] == [
        each.rpartition(" ")[2] for each in steps()[StepName.RULES].commands
    ]


def test_what_the_checkout_shows_is_done() -> None:
    missing = (Phrase("an AppID"),)
    nothing = SetupFacts(None, is_pushed=False, missing=missing)
    ledger = {"lineage": "01JDXW00000000000000000000"}

    assert set() == done(nothing)
    assert missing == steps(nothing)[StepName.FILES].todo
    assert {StepName.REPOSITORY, StepName.FILES} == done(PUSHED)
    assert {StepName.LEDGER, StepName.EGRESS} <= done(
        SetupFacts("a/b", is_pushed=True, has_runner=True), state=ledger
    )


def test_an_unknown_repository_is_a_gap_to_fill() -> None:
    found = steps(SetupFacts(None, is_pushed=False))[StepName.RULES].commands

    assert all("repos/OWNER/REPOSITORY/rulesets" in each for each in found)


def test_a_second_account_is_one_line_more() -> None:
    account = {"appid": "wx0000000000000001", "secret_env": "WECHAT_MAIN_SECRET", "kind": "service"}
    second = {**account, "appid": "wx0000000000000002", "secret_env": "WECHAT_SHOP_SECRET"}
    one, two = steps(), steps(accounts={"main": account, "shop": second})
    lines = [[line for step in each.values() for line in step.commands] for each in (one, two)]

    assert ["  ask WECHAT_SHOP_SECRET"] == [line for line in lines[1] if line not in lines[0]]
    assert len(lines[0]) + 1 == len(lines[1])


def test_the_address_of_the_ledgers_database_is_asked_for() -> None:
    state = {"backend": "postgres", "dsn_env": "LEDGER_DSN"}
    assert ("WECHAT_MAIN_SECRET", KEY, "LEDGER_DSN") == secret_names(settings(state=state))


def test_a_store_is_asked_for_with_its_credentials() -> None:
    state = {"backend": "git", "snapshots": "s3://letters/people"}
    assert ("WECHAT_MAIN_SECRET", KEY, *S3_NAMES) == secret_names(settings(state=state))


def test_the_environment_of_the_warehouse_has_no_secret_of_wechat() -> None:
    found = settings(connections={"warehouse": {"url_env": "WAREHOUSE_URL"}})
    (step,) = [each for each in setup_steps(found, PUSHED) if each.name is StepName.SECRETS]
    asked = [line.strip() for each in step.optional for line in each.commands if "ask " in line]
    assert ["ask WAREHOUSE_URL", f"ask {KEY}"] == asked
    assert not {"WAREHOUSE_URL"} & {*secret_names(found)}


def test_every_variable_that_massctl_yaml_names_is_asked_for_once() -> None:
    account = {"appid": "wx0000000000000001", "kind": "service", "proxy_env": "WECHAT_PROXY"}
    accounts = {
        "main": {**account, "secret_env": "WECHAT_MAIN_SECRET"},
        "shop": {**account, "appid": "wx0000000000000002", "token_command": ["token"]},
    }
    found = settings(
        accounts=accounts,
        state={"backend": "git", "token_env": "STATE_TOKEN"},
        notify=[{"webhook_env": "HOOK", "signing_secret_env": "HOOK_KEY"}],
        forge={"kind": "github", "repository": "my-company/letters", "token_env": "FORGE_TOKEN"},
    )

    named = (
        "WECHAT_MAIN_SECRET",
        "WECHAT_PROXY",
        "HOOK",
        "HOOK_KEY",
        "STATE_TOKEN",
        "FORGE_TOKEN",
        KEY,
    )
    assert named == secret_names(found)
    facts = replace(PUSHED, has_audiences=True)
    (secrets,) = [each for each in setup_steps(found, facts) if each.name is StepName.SECRETS]
    asked = [line.split()[1] for line in secrets.commands if line.startswith("  ask ")]
    assert [*secret_names(found), "EGRESS_HOST", "EGRESS_KNOWN_HOSTS"] == asked
    assert "EGRESS_KEY" in secrets.optional[0].commands[0]


def test_without_audiences_nobody_is_asked_for_their_key() -> None:
    assert [] == [line for line in steps()[StepName.SECRETS].commands if KEY in line]


def test_without_a_proxy_nobody_is_asked_for_the_way_by_ssh() -> None:
    secrets = steps()[StepName.SECRETS]

    assert ((), []) == (secrets.optional, [line for line in secrets.commands if "EGRESS" in line])


def test_the_branch_and_the_operator_are_those_of_the_policy() -> None:
    found = steps(policy={"branch": "trunk", "operators": ["lin-mei", "wang"]})
    environment = found[StepName.ENVIRONMENT]

    assert environment.commands[1].endswith("deployment-branch-policies -f name=trunk")
    assert "users/lin-mei" in environment.optional[0].commands[0]
    assert "--ref trunk" in found[StepName.CHECK].commands[0]
    assert (
        "git init -b trunk"
        in steps(SetupFacts(None, is_pushed=False), policy={"branch": "trunk"})[
            StepName.REPOSITORY
        ].commands
    )
