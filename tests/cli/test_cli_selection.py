"""`--account` and `--group` narrow what is shown and done, and nothing that is judged."""

import json
import shutil
from pathlib import Path

import pytest
from cli_runner import NOON, SENDALL, Shell, lost
from repositories import TEXT, window

from massctl.cli.commands.serve import served_repository
from massctl.cli.output import choose_language
from massctl.cli.session import open_settings
from massctl.model.ids import CampaignName
from massctl.model.selection import Selection
from massctl.serve.page_cache import Broadcaster, PageCache

OPEN = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")
ACCOUNT = "appid: wx00000000000000{id}\nsecret_env: SECRET\nkind: {kind}\nname: {name}\n"
SECRETS = ("south", "南方")
"""Words of the other group: account, campaign, title, path, the account's name and its owner."""


def campaign(shell: Shell, folder: str, account: str, title: str, content: str, more: str) -> None:
    written = TEXT.format(content=content, more=more).replace(
        "account: main", f"account: {account}"
    )
    shell.tree.write(f"campaigns/{folder}/campaign.yaml", written.replace("改时间", title))


@pytest.fixture
def agency(shell: Shell) -> Shell:
    """Two clients of an agency, each with an account and a campaign, and an account that both use."""
    shell.tree.write(
        "accounts/northern.yaml", ACCOUNT.format(id="ab", kind="service", name="北方号")
    )
    south = ACCOUNT.format(id="cd", kind="service", name="南方号") + "owner: southgroup\n"
    shell.tree.write("accounts/southern.yaml", south)
    campaign(shell, "clients/north/north-sale", "northern", "北方大促", "北方开门", OPEN)
    campaign(shell, "clients/north/north-main", "main", "北方通知", "北方来了", OPEN)
    campaign(shell, "clients/south/south-sale", "southern", "南方大促", "南方开门", OPEN)
    campaign(shell, "clients/south/south-main", "main", "南方通知", "南方来了", OPEN)
    return shell


def names(shell: Shell, *words: str) -> list[str]:
    document = shell("plan", "--sandbox", "--format", "json", *words).document
    return sorted(each["name"] for each in document["campaigns"])


SELECTIONS = {
    "--account northern": ["north-sale"],
    "--account northern --account southern": ["north-sale", "south-sale"],
    "--group clients": ["north-main", "north-sale", "south-main", "south-sale"],
    "--group clients/north": ["north-main", "north-sale"],
    "--group clients/north/ --account main": ["north-main"],
    "--group clients/north --account southern": [],
    "--account main north-main north-sale": ["north-main"],
}


@pytest.mark.parametrize(("words", "found"), SELECTIONS.items())
def test_a_plan_is_of_what_is_selected(agency: Shell, words: str, found: list[str]) -> None:
    assert found == names(agency, *words.split())


@pytest.mark.parametrize("verb", ["plan", "apply", "status", "report", "lock", "validate"])
@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ("--account nothern", "massctl.yaml has no account nothern", "did you mean northern?"),
        ("--group clients/nort", "there is no group clients/nort", "did you mean clients/north?"),
    ],
)
def test_what_does_not_exist_is_wrong_usage(
    agency: Shell, verb: str, words: str, message: str, hint: str
) -> None:
    said = agency(verb, "--sandbox", *words.split())
    assert 2 == said.status
    assert message in said.err
    assert hint in said.err


def test_an_apply_sends_what_is_selected_and_nothing_else(agency: Shell) -> None:
    said = agency("apply", "--sandbox", "--yes", "--account", "northern", "--format", "json")
    assert (0, ["north-sale"]) == (
        said.status,
        [each["name"] for each in said.document["campaigns"]],
    )
    state = agency("state", "show", "--sandbox", "--format", "json").document
    assert ["north-sale"] == [each["name"] for each in state["campaigns"]]


def test_a_filter_names_no_campaign(agency: Shell) -> None:
    """A campaign without a window is sent by its name alone."""
    campaign(agency, "clients/north/no-window", "northern", "随时", "随时可发", "")
    words = ("apply", "--sandbox", "--yes", "--account", "northern", "--format", "json")
    found = {each["name"]: each["refusals"] for each in agency(*words).document["campaigns"]}
    assert ["not_named"] == [each["guard"] for each in found["no-window"]]


def test_an_allowance_counts_what_is_not_shown(agency: Shell) -> None:
    """A day of the account is the other campaign's, which comes first; the filter does not give it away."""
    agency.tree.settings(account="", policy="")
    text = agency.tree.read("massctl.yaml").replace("kind: service", "kind: subscription")
    agency.tree.write("massctl.yaml", text)
    campaign(agency, "clients/south/a-first", "main", "先发", "先发这封", OPEN)

    def refused(*words: str) -> list[str]:
        document = agency("plan", "--sandbox", "--format", "json", *words).document
        found = {each["name"]: each["refusals"] for each in document["campaigns"]}
        return [each["guard"] for each in found["north-main"]]

    assert [] != refused() == refused("--group", "clients/north") == refused("--account", "main")


def test_the_same_content_of_another_group_is_refused_without_its_name(agency: Shell) -> None:
    campaign(agency, "clients/south/south-main", "main", "南方通知", "同一封", OPEN)
    assert 0 == agency("apply", "south-main", "--sandbox", "--yes").status
    campaign(agency, "clients/north/north-main", "main", "北方通知", "同一封", OPEN)
    said = agency("plan", "--sandbox", "--group", "clients/north", "--format", "json")
    assert "another campaign of this account sent the same message" in said.out
    assert "south" not in said.out


def test_a_saved_plan_is_of_what_was_selected(agency: Shell, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    agency("plan", "--sandbox", "--account", "northern", "--out", str(file))
    assert ["northern"] == json.loads(file.read_text())["accounts"]
    said = agency("apply", "--sandbox", "--plan", str(file), "--format", "json")
    assert (0, ["north-sale"]) == (
        said.status,
        [each["name"] for each in said.document["campaigns"]],
    )


def test_a_saved_plan_whose_selection_was_changed_is_refused(agency: Shell, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    agency("plan", "--sandbox", "--account", "northern", "--out", str(file))
    saved = json.loads(file.read_text())
    file.write_text(json.dumps({**saved, "accounts": []}))
    assert 5 == agency("apply", "--sandbox", "--plan", str(file)).status
    assert [] == agency("state", "show", "--sandbox", "--format", "json").document["campaigns"]


def test_a_saved_plan_is_stale_when_more_is_selected(agency: Shell, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    agency("plan", "--sandbox", "--group", "clients/north", "--out", str(file))
    campaign(agency, "clients/north/one-more", "northern", "再来一封", "再来", OPEN)
    assert 5 == agency("apply", "--sandbox", "--plan", str(file)).status


def test_a_selection_goes_with_no_saved_plan(agency: Shell, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    agency("plan", "--sandbox", "--out", str(file))
    said = agency("apply", "--sandbox", "--plan", str(file), "--group", "clients/north")
    assert 2 == said.status


OUTPUTS = [
    ("plan",),
    ("plan", "--format", "json"),
    ("plan", "--format", "markdown"),
    ("plan", "--format", "ics"),
    ("plan", "--refresh"),
    ("plan", "south-sale"),
    ("plan", "sout-sale"),
    ("plan", "--account", "southe"),
    ("status",),
    ("status", "--format", "json"),
    ("status", "--statistics"),
    ("status", "--all-editions", "south-sale"),
    ("report",),
    ("report", "--format", "json"),
    ("report", "--format", "csv", "--out", "reports"),
    ("report", "--format", "html", "--out", "reports"),
    ("lock", "--check"),
    ("lock", "--check", "--format", "json"),
    ("validate",),
    ("validate", "--format", "json"),
    ("validate", "--format", "github"),
    ("apply", "--yes"),
    ("apply", "--yes", "--format", "json"),
]


STATES = {"south-main": "en", "south-sale": "zh", "south-doubt": "en", "": "zh"}
"""What of the other group is recorded and has no folder any more; and in which language it is looked at."""


@pytest.mark.parametrize(("sent", "language"), STATES.items())
def test_a_group_s_view_has_no_word_of_another_group(
    agency: Shell, sent: str, language: str
) -> None:
    """Whatever is shown of one client shows nothing of the other: names, accounts, titles, paths, owners."""
    campaign(agency, "clients/south/south-main", "main", "南方通知", "大家看到的话", OPEN)
    campaign(agency, "clients/south/south-doubt", "main", "南方存疑", "南方存疑", OPEN)
    if sent == "south-doubt":
        agency.faults(lost(SENDALL))
    if sent:
        said = agency("apply", sent, "--sandbox", "--yes", "--no-wait")
        assert (4 if sent == "south-doubt" else 0) == said.status, said
        shutil.rmtree(agency.root / "campaigns/clients/south" / sent)
    settings = agency.tree.read("massctl.yaml")
    agency.tree.write("massctl.yaml", settings.replace("kind: service", "kind: subscription"))
    campaign(agency, "clients/south/a-south-first", "main", "南方先发", "南方先来", OPEN)
    campaign(agency, "clients/north/north-alike", "main", "北方同样", "大家看到的话", OPEN)
    campaign(agency, "clients/south/south-broken", "southern", "南方大促", '"', OPEN)
    shown = {f"serve {path}": page for path, page in served_pages(agency.root, language).items()}
    for verb, *words in OUTPUTS:
        said = agency("--language", language, verb, "--sandbox", "--group", "clients/north", *words)
        told = "\n".join([said.out, said.err])
        for typed in (each for each in words if "sout" in each):
            told = told.replace(typed, "")
        shown[" ".join([verb, *words])] = told
    shown |= {path.name: path.read_text() for path in (agency.root / "reports").glob("*")}
    assert {".csv", ".html"} <= {Path(each).suffix for each in shown}
    offenders = [
        (where, line)
        for where, told in shown.items()
        for line in told.splitlines()
        if any(word in line for word in SECRETS)
    ]
    assert [] == offenders


def served_pages(root: Path, language: str) -> dict[str, str]:
    """Return what serve shows of the group, from a ledger that the sandbox wrote."""
    choose_language(language)
    settings, _, console = open_settings(str(root), sandbox=True)
    assert settings is not None
    selection = Selection(groups=("clients/north",))
    repository = served_repository(root, settings, console, lambda: NOON, selection)
    cache = PageCache(repository, Broadcaster())
    cache.warm()
    pages = {
        "home": cache.list_page(),
        "calendar": cache.calendar_page({}),
        "report": cache.report_page({}),
        "campaign": cache.page(CampaignName("north-alike")),
        "missing": cache.missing_page(),
    }
    assert all(pages.values())
    assert "north-alike" in str(pages["home"])
    return {name: str(page) for name, page in pages.items()}


def test_an_own_title_stays_whole_although_another_group_has_it_or_its_word(agency: Shell) -> None:
    """That it is hidden would tell an agency's client what another client sends."""
    titles = ("春节快乐", "git southern 南方大促之北方", "southern")
    for number, title in enumerate(titles):
        campaign(agency, f"clients/north/n{number}", "main", title, f"北方 {number}", OPEN)
    campaign(agency, "clients/south/alike", "southern", "春节快乐", "南方", OPEN)
    said = agency("plan", "--sandbox", "--group", "clients/north", "--format", "json")
    found = {each["name"]: each["title"] for each in said.document["campaigns"]}
    assert list(titles) == [found[f"n{number}"] for number in range(len(titles))]
