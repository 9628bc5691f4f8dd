"""What a verb may load: the start of the command is part of how it feels."""

import os
import subprocess
import sys

import pytest
from cli_runner import Shell
from nights import first_by_day
from repositories import Tree

HEAVY = {
    "pydantic",
    "httpx",
    "jinja2",
    "rich",
    "werkzeug",
    "ruamel",
    "ruamel.yaml",
    "PIL",
    "markdown_it",
    "css_inline",
}
PROGRAM = """
import sys
from massctl.cli.main import run
status = run(sys.argv[1:])
print(status, *sorted(sys.modules), file=sys.stderr)
"""


def loaded(tree: Tree, *arguments: str) -> set[str]:
    """Run one command line in a process of its own, and give the modules it loaded."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, *arguments],
        cwd=tree.root,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYDANTIC_DISABLE_PLUGINS": "__all__"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    status, *modules = done.stderr.splitlines()[-1].split()
    assert "0" == status, done.stderr
    return set(modules)


@pytest.fixture
def tree(shell: Shell) -> Tree:
    return shell.tree


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]], ids=" ".join)
def test_help_and_version_load_nothing_heavy(tree: Tree, arguments: list[str]):
    asked_of_git = {"pydantic"} if arguments == ["--version"] else set()  # The commit of a clone.
    assert set() == (HEAVY - asked_of_git) & loaded(tree, *arguments)


def test_help_imports_no_verb(tree: Tree):
    assert set() == {m for m in loaded(tree, "--help") if m.startswith("massctl.cli.commands.")}


@pytest.mark.parametrize("verb", first_by_day(["plan", "validate"]))
def test_a_plan_loads_no_network_no_server_and_no_bars(tree: Tree, verb: str):
    tree.news()
    tree.text()
    modules = loaded(tree, verb)
    assert (
        set()
        == {"httpx", "rich", "werkzeug", "tenacity", "massctl.sandbox", "massctl.wechat"} & modules
    )


FOR_ARTICLES = (
    "PIL jinja2 markdown_it css_inline selectolax massctl.render.article massctl.render.theme"
)
FOR_OTHERS = "wcwidth filelock"
OURS_FOR_OTHERS = "plan.lock_diff ledger.git_ledger"
NOT_FOR_TEXTS = {
    *FOR_ARTICLES.split(),
    *FOR_OTHERS.split(),
    *(f"massctl.{each}" for each in OURS_FOR_OTHERS.split()),
}


@pytest.mark.parametrize("policy", ["", "  require_lock: true\n"], ids=["rendered", "not locked"])
@pytest.mark.parametrize("language", first_by_day(["zh", "en"]))
def test_the_plan_of_a_text_loads_what_it_shows(tree: Tree, policy: str, language: str):
    tree.settings(policy=policy, language=language)
    tree.text()
    assert set() == NOT_FOR_TEXTS & loaded(tree, "plan")


def test_the_plan_of_what_was_sent_loads_no_more(shell: Shell):
    shell.tree.text()
    assert 0 == shell("state", "init").status
    at = "2026-11-30T20:00:00+08:00"
    assert (
        0
        == shell(
            "state", "import", "--sent", "notice", "--at", at, "--reason", "the console"
        ).status
    )
    assert set() == NOT_FOR_TEXTS & loaded(shell.tree, "plan", "notice")


@pytest.mark.parametrize("verb", first_by_day(["plan", "validate", "lock"]))
def test_what_strangers_wrote_is_read_by_the_child_alone(tree: Tree, verb: str):
    tree.news("letter", body="**{{ 1 + 1 }}**\n\n![风](images/river.png)\n")
    strange = {"PIL.Image", "jinja2", "markdown_it", "css_inline", "selectolax", "zxingcpp"}
    assert set() == strange & loaded(tree, verb)


VIEWS = {
    "text": {"massctl.view.terminal", "massctl.view.plan", "massctl.view.status"},
    "json": {"massctl.view.plan_json", "massctl.view.verbs_json", "massctl.view.report_json"},
    "markdown": {"massctl.view.markdown"},
}


@pytest.mark.night
@pytest.mark.parametrize(
    ("verb", "form", "own"),
    [
        ("plan", "text", {"massctl.view.terminal", "massctl.view.plan"}),
        ("plan", "json", {"massctl.view.plan_json"}),
        # A comment is made from the plan's JSON, and shares the words of a plan with the terminal.
        (
            "plan",
            "markdown",
            {"massctl.view.markdown", "massctl.view.plan_json", *VIEWS["text"]}
            - {"massctl.view.status"},
        ),
        ("validate", "text", {"massctl.view.terminal"}),
        ("validate", "json", {"massctl.view.verbs_json"}),
        # Notices, which every form sends, share the facts of a send with the terminal.
        ("status", "json", {"massctl.view.verbs_json", "massctl.view.terminal"}),
    ],
)
def test_an_output_form_loads_its_own_view_alone(tree: Tree, verb: str, form: str, own: set[str]):
    tree.news()
    assert own == set().union(*VIEWS.values()) & loaded(tree, verb, "--format", form)
