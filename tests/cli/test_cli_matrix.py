"""A matrix is a campaign for each of its cells; none of them is sent twice, whatever becomes of the file."""

import json
import shutil
from typing import Any

import click
import pytest
from cli_runner import NOON, SENDALL, Shell, lost
from repositories import APPID, BODY, cover, png, window

from massctl.cli.arguments import campaign_names
from massctl.model.ids import AppId, CampaignName
from massctl.model.send import client_msg_id
from massctl.source.renderer import Renderer

DUE = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")
WEST = "wx0000000000000002"
OTHER = "  west: {appid: wx0000000000000002, secret_env: WECHAT_WEST_SECRET, kind: service}\n"
EAST_AND_WEST = "{name: east, account: main}, {name: west, account: west}"
NAME = "notice"
FILE = f"campaigns/{NAME}/campaign.yaml"


def settings(shell: Shell, **others: str) -> None:
    shell.tree.settings(account=OTHER, **others)


def matrix(shell: Shell, cells: str = EAST_AND_WEST, *, more: str = "") -> None:
    """Write a text campaign with these cells."""
    if "west:" not in shell.tree.read("massctl.yaml"):
        settings(shell)
    shell.tree.write(
        FILE,
        "version: 1\ntitle: 改时间\naudience: {is_to_all: true}\n"
        f"matrix: [{cells}]\n{DUE}{more}text: {{content: 周日改到十点半。}}\n",
    )


def plain(shell: Shell, account: str = "main", content: str = "周一改到十点半。") -> None:
    """Write the same campaign without a matrix; its words are others, so that only the record can refuse it."""
    shell.tree.write(
        FILE,
        f"version: 1\ntitle: 改时间\naccount: {account}\naudience: {{is_to_all: true}}\n"
        f"{DUE}text: {{content: {content}}}\n",
    )


def apply(shell: Shell, *arguments: str) -> Any:
    return shell("apply", *arguments, "--sandbox", "--yes", "--format", "json")


def plan(shell: Shell, *arguments: str) -> dict[str, Any]:
    found = shell("plan", *arguments, "--sandbox", "--format", "json").document["campaigns"]
    return {each["name"]: each for each in found}


def jobs(shell: Shell) -> int:
    return len(shell.report()["jobs"])


def refusals(found: Any) -> dict[str, list[str]]:
    return {
        each["name"]: [refusal["guard"] for refusal in each["refusals"]]
        for each in found.document["campaigns"]
        if each["refusals"]
    }


def ledger(shell: Shell, kind: str) -> list[dict[str, Any]]:
    lines = (shell.root / ".massctl/sandbox/massctl.state.jsonl").read_text(encoding="utf-8")
    return [each for each in map(json.loads, lines.splitlines()) if each["type"] == kind]


def test_each_cell_is_sent_under_its_own_name_and_id(shell: Shell):
    matrix(shell)
    assert 0 == apply(shell).status
    due = {
        ("notice@east", client_msg_id(AppId(APPID), CampaignName("notice@east"), 1, 1)),
        ("notice@west", client_msg_id(AppId(WEST), CampaignName("notice@west"), 1, 1)),
    }
    attempts = ledger(shell, "send_attempted")
    assert due == {(each["campaign"], each["client_msg_id"]) for each in attempts}
    assert {"notice@east": "sending", "notice@west": "sending"} == {
        name: each["status"] for name, each in plan(shell).items()
    }
    assert (0, 2) == (apply(shell).status, jobs(shell))


def test_one_cell_is_sent_by_name(shell: Shell):
    matrix(shell)
    assert 0 == apply(shell, "notice@west").status
    assert ["notice@west"] == [each["campaign"] for each in ledger(shell, "send_attempted")]
    assert {"notice@east", "notice@west"} == plan(shell, NAME).keys()


def test_a_cell_that_is_added_is_new_and_the_others_do_not_notice(shell: Shell):
    matrix(shell, "{name: east, account: main}")
    assert 0 == apply(shell).status
    matrix(shell)
    found = plan(shell)
    assert ([], "sending", "new") == (
        found["notice@east"]["diagnostics"],
        found["notice@east"]["status"],
        found["notice@west"]["status"],
    )
    assert (0, 2) == (apply(shell).status, jobs(shell))


def test_a_cell_that_is_removed_is_told_and_its_account_sends_nothing_of_the_folder(shell: Shell):
    matrix(shell, "{name: east, account: main, audience: {tag_id: 100}}")
    assert 0 == apply(shell).status
    matrix(shell, "{name: north, account: main, audience: {tag_id: 101}}")
    done = apply(shell)
    assert ({"notice@north": ["matrix_changed"]}, 5, 1) == (
        refusals(done),
        done.status,
        jobs(shell),
    )
    said = shell("plan", "--sandbox")
    assert "MC413 campaign.yaml no longer declares notice@east" in said.err


RENAMED = "{name: ost, account: main}"
SWAPPED = "{name: east, account: west}, {name: ost, account: main}"


def sends_of_main(shell: Shell) -> int:
    return [each["appid"] for each in ledger(shell, "send_attempted")].count(APPID)


@pytest.mark.parametrize("cells", [RENAMED, SWAPPED], ids=["renamed", "account taken over"])
def test_a_cell_under_another_name_is_not_sent_again_until_moved_names_it(shell: Shell, cells: str):
    matrix(shell, "{name: east, account: main}")
    assert 0 == apply(shell).status
    matrix(shell, cells)
    shell.tree.write(FILE, shell.tree.read(FILE).replace("十点半", "十一点"))
    done = apply(shell)
    assert (["matrix_changed"], 1) == (refusals(done)["notice@ost"], sends_of_main(shell))
    assert "{from: notice@east, to: notice@ost}" in str(done.document)


def test_a_renamed_cell_goes_on_where_moved_names_it(shell: Shell):
    matrix(shell)
    assert 0 == apply(shell, "notice@east").status
    matrix(shell, "{name: ost, account: main}, {name: west, account: west}")
    settings(shell, state="moved: [{from: notice@east, to: notice@ost}]\n")
    done = apply(shell)
    assert (0, {}, 1) == (done.status, refusals(done), sends_of_main(shell))
    assert "sending" == plan(shell)["notice@ost"]["status"]


def test_a_campaign_that_was_sent_gets_a_matrix(shell: Shell):
    settings(shell)
    plain(shell)
    assert 0 == apply(shell).status
    matrix(shell)
    done = apply(shell)
    assert {"notice@east": ["matrix_changed"]} == refusals(done)
    assert 1 == sends_of_main(shell)
    settings(shell, state="moved: [{from: notice, to: notice@east}]\n")
    assert (0, 1) == (apply(shell).status, sends_of_main(shell))


def test_a_campaign_whose_matrix_is_taken_away_is_not_sent_again(shell: Shell):
    matrix(shell)
    assert 0 == apply(shell).status
    plain(shell)
    done = apply(shell)
    assert ({"notice": ["matrix_changed"]}, 1) == (refusals(done), sends_of_main(shell))
    settings(shell, state="moved: [{from: notice@east, to: notice}]\n")
    assert (0, 1) == (apply(shell).status, sends_of_main(shell))


def test_an_account_with_another_appid_does_not_make_its_cell_new(shell: Shell):
    matrix(shell, "{name: east, account: west}")
    assert 0 == apply(shell).status
    shell.tree.settings(account=OTHER.replace(WEST, "wx0000000000000003"))
    done = apply(shell)
    assert (0, 1) == (done.status, jobs(shell))
    matrix(shell, "{name: east, account: west}, {name: old, account: main}")
    written = shell.tree.read("massctl.yaml").replace(APPID, WEST)
    shell.tree.write("massctl.yaml", written)
    done = apply(shell)
    assert ({"notice@old": ["matrix_changed"]}, 1) == (refusals(done), jobs(shell))


def test_a_send_without_an_answer_stops_every_other_name_of_its_folder(shell: Shell):
    matrix(shell, "{name: east, account: main}")
    shell.faults(lost(SENDALL))
    assert 4 == apply(shell, "--no-wait").status
    matrix(shell, RENAMED)
    shell.set_time(NOON)
    done = apply(shell, "--no-wait")
    assert "account_in_doubt" in refusals(done)["notice@east"]
    assert ["matrix_changed"] == refusals(done)["notice@ost"]
    assert 1 == sends_of_main(shell)


def test_two_cells_that_reach_the_same_followers_stop_the_whole_file(shell: Shell):
    matrix(shell, "{name: east, account: main}, {name: ost, account: main}")
    done = apply(shell)
    assert (1, 0) == (done.status, jobs(shell))
    said = shell("validate")
    assert (1, 1) == (said.status, said.out.count("error MC038"))


def test_a_fault_of_one_cell_stops_that_cell_and_one_of_all_is_told_once(shell: Shell):
    matrix(shell, EAST_AND_WEST + ", {name: north, account: nobody}")
    assert 1 == apply(shell).status
    assert 2 == jobs(shell)
    matrix(shell, more="nonsense: 1\n")
    said = shell("plan", "--sandbox")
    assert (1, 1) == (said.status, said.out.count("MC011"))
    assert "see the faults of notice above" in said.out


def test_a_file_whose_cells_cannot_be_read_stops_only_itself(shell: Shell):
    matrix(shell)
    settings(shell, state="moved: [{from: notice, to: notice@east}]\n")
    shell.tree.write(FILE, "version: 1\nmatrix: [\n")
    shell.tree.text("other", more=DUE)
    assert (1, 1) == (apply(shell).status, jobs(shell))
    assert {"notice", "other"} == plan(shell).keys()


def test_a_verb_about_one_campaign_names_the_cells(shell: Shell):
    matrix(shell)
    imported = ["state", "import", "--sent", NAME, "--at", "2026-11-30T20:00:00+08:00"]
    for verb in (["withdraw", NAME, "--all"], ["reconcile", NAME], ["preview", NAME], imported):
        said = shell(*verb, "--sandbox")
        assert (2, True) == (said.status, "notice@east, notice@west" in said.err), said.err


def news(shell: Shell, cells: str, *, more: str = "", body: str = BODY) -> None:
    settings(shell)
    shell.tree.write(
        "campaigns/letter/campaign.yaml",
        f"version: 1\naudience: {{is_to_all: true}}\nvars: {{city: 上海}}\nmatrix: [{cells}]\n{more}"
        "mpnews: {articles: [{title: 来信, digest: 短, content: articles/main.md.j2, cover: images/cover.png}]}\n",
    )
    shell.tree.write("campaigns/letter/articles/main.md.j2", body)
    shell.tree.write("campaigns/letter/images/cover.png", cover((200, 80, 60)))
    shell.tree.write("campaigns/letter/images/river.png", png((60, 120, 200)))


def bodies(shell: Shell) -> dict[str, str]:
    found = plan(shell)
    return {
        name: each["approved"]["message"]["articles"][0]["content_sha256"]
        for name, each in found.items()
    }


def test_variables_of_a_cell_win_over_the_files(shell: Shell):
    news(shell, "{name: east, account: main, vars: {city: 北京}}, {name: west, account: west}")
    shell.tree.write("campaigns/letter/articles/main.md.j2", "今天在{{ city }}。\n")
    first = bodies(shell)
    assert first["letter@east"] != first["letter@west"]
    news(shell, "{name: east, account: main, vars: {city: 上海}}, {name: west, account: west}")
    shell.tree.write("campaigns/letter/articles/main.md.j2", "今天在{{ city }}。\n")
    assert {first["letter@west"]} == set(bodies(shell).values())


@pytest.mark.parametrize(
    ("body", "asked"),
    [("今天风大。\n", 1), ("{{ account }}\n", 2), ("{{ campaign.name }}\n", 2)],
)
def test_cells_are_rendered_once_where_their_bytes_agree(shell: Shell, body: str, asked: int):
    news(shell, EAST_AND_WEST, body=body)
    jobs: list[str] = []
    ask = Renderer.ask

    def counted(self: Renderer, job: str, *rest: Any) -> Any:
        jobs.append(job)
        return ask(self, job, *rest)

    shell.monkeypatch.setattr(Renderer, "ask", counted)
    assert asked == len(set(bodies(shell).values()))
    assert asked == jobs.count("render")


def test_an_article_from_several_accounts_is_a_warning(shell: Shell):
    news(shell, EAST_AND_WEST)
    said = shell("plan", "--sandbox")
    assert 1 == said.out.count("MC414")
    assert "send_ignore_reprint: true" in said.out
    news(shell, EAST_AND_WEST, more="send: {send_ignore_reprint: true}\n")
    assert "MC414" not in shell("plan", "--sandbox").out
    news(shell, "{name: east, account: main}")
    assert "MC414" not in shell("plan", "--sandbox").out


def test_one_lock_file_has_a_part_for_each_cell(shell: Shell):
    matrix(shell)
    assert 0 == shell("lock").status
    path = f"campaigns/{NAME}/campaign.lock.json"
    written = json.loads(shell.tree.read(path))
    assert ("notice", ["east", "west"]) == (written["campaign"], list(written["cells"]))
    assert (0, 2) == (apply(shell, "--locked").status, jobs(shell))


def test_a_cell_holds_by_its_own_part_of_the_lock(shell: Shell):
    cells = "{name: east, account: main}, {name: west, account: west, audience: {tag_id: 100}}"
    matrix(shell, cells)
    assert 0 == shell("lock").status
    matrix(
        shell, cells.replace("100", "101") + ", {name: vip, account: west, audience: {tag_id: 5}}"
    )
    checked = shell("lock", "--check", "--format", "json").document["campaigns"]
    assert {"notice@east": "unchanged", "notice@west": "differs", "notice@vip": "missing"} == {
        each["name"]: each["result"] for each in checked
    }
    done = apply(shell, "--locked")
    assert {"notice@west": ["lock_stale"], "notice@vip": ["lock_missing"]} == refusals(done)
    assert 1 == jobs(shell)
    assert 0 == shell("lock", "notice@vip").status
    parts = json.loads(shell.tree.read(f"campaigns/{NAME}/campaign.lock.json"))["cells"]
    assert (["east", "vip", "west"], 100) == (list(parts), parts["west"]["audience"]["tag_id"])


def test_the_part_of_a_cell_that_is_gone_leaves_the_lock(shell: Shell):
    matrix(shell)
    assert 0 == shell("lock").status
    matrix(shell, "{name: east, account: main}")
    assert 5 == shell("lock", "--check").status
    assert 0 == shell("lock").status
    parts = json.loads(shell.tree.read(f"campaigns/{NAME}/campaign.lock.json"))["cells"]
    assert (["east"], 0) == (list(parts), shell("lock", "--check").status)


def test_status_report_and_calendar_show_cells(shell: Shell):
    matrix(shell)
    assert 0 == apply(shell).status
    said = shell("status", NAME, "--sandbox")
    assert "notice@east" in said.out
    assert "notice@west" in said.out
    assert "notice@west" in shell("plan", "--sandbox", "--format", "ics").out
    out = shell("render", NAME, "--out", "shown")
    assert 0 == out.status, out.err
    assert (shell.root / "shown/notice@east").is_dir()


def test_a_cell_in_doubt_is_settled_by_its_name(shell: Shell):
    matrix(shell)
    shell.faults(lost(SENDALL, "request_lost", times=1))
    assert 4 == apply(shell, "notice@east", "--no-wait").status
    told = shell("reconcile", "notice@east", "--not-sent", "--reason", "seen", "--sandbox")
    assert 0 == told.status, told.err
    assert {"notice@east", "notice@west"} == plan(shell).keys()
    assert (0, 2) == (apply(shell).status, jobs(shell))


def test_a_cell_is_previewed_and_withdrawn_by_its_name(shell: Shell):
    news(shell, EAST_AND_WEST)
    shown = shell("preview", "letter@east", "--towxname", "editor_li", "--sandbox")
    assert 0 == shown.status, shown.err
    assert ["letter@east"] == [each["campaign"] for each in ledger(shell, "previewed")][:1]
    assert 0 == apply(shell, "letter").status
    shell.control("advance", {"seconds": 600})
    assert 0 == shell("status", "letter", "--sandbox").status
    gone = shell("withdraw", "letter@west", "--all", "--yes", "--sandbox")
    assert 0 == gone.status, gone.err
    assert {"letter@east": "sent", "letter@west": "withdrawn"} == {
        name: each["status"] for name, each in plan(shell).items()
    }


def test_an_edited_draft_of_a_cell_is_adopted_by_its_name(shell: Shell):
    news(shell, EAST_AND_WEST, more="handoff: {original: true}\n", body="今天风大。\n")
    assert 0 == apply(shell, "letter", "--until", "draft").status
    found = shell("adopt", "letter@east", "--reason", "done", "--sandbox")
    assert 0 == found.status, found.err
    assert [True, False] == [
        all(each["done"] for each in found["handoff"]) for _, found in sorted(plan(shell).items())
    ]


def test_a_copy_of_a_folder_keeps_its_matrix(shell: Shell):
    matrix(shell)
    made = shell("new", "winter", "--from", NAME, "--window", "none")
    assert 0 == made.status, made.err
    assert {"winter@east", "winter@west"} < plan(shell).keys()
    assert 2 == shell("new", "winter@north", "--from", NAME).status


def test_names_of_folders_and_cells_complete(shell: Shell):
    matrix(shell)
    found = campaign_names(click.Context(click.Command("plan")), None, "notice")
    assert ["notice", "notice@east", "notice@west"] == found


def test_a_cell_is_compared_with_what_it_was_elsewhere(shell: Shell):
    matrix(shell, "{name: east, account: main}")
    before = shell.root.parent / "before"
    shutil.copytree(shell.root, before)
    matrix(shell)
    said = shell("plan", "--against", str(before))
    assert 1 == said.out.count("it is new"), said.out
    assert "notice@west" in said.out.partition("it is new")[0]


def test_a_draft_of_a_cell_whose_file_is_broken_is_kept(shell: Shell):
    news(shell, "{name: east, account: main}", body="今天风大。\n")
    assert 0 == apply(shell, "letter", "--until", "draft").status
    file = "campaigns/letter/campaign.yaml"
    before = shell.tree.read(file)
    shell.tree.write(file, "version: 1\nmatrix: [\n")
    shell.tree.text("other", more=DUE)
    assert 1 == apply(shell).status
    shell.tree.write(file, before)
    assert ("staged", []) == (plan(shell)["letter@east"]["status"], ledger(shell, "draft_deleted"))
    shell.tree.write(file, before.replace("name: east", "name: ost"))
    assert 0 == apply(shell).status
    assert ["folder_gone"] == [each["reason"] for each in ledger(shell, "draft_deleted")][:1]


def test_cells_inherit_what_neither_they_nor_their_file_say(shell: Shell):
    shell.tree.write("campaigns/_defaults.yaml", "account: west\n")
    matrix(shell, "{name: east, account: main}, {name: west}")
    assert {"notice@east": "main", "notice@west": "west"} == {
        name: each["account"] for name, each in plan(shell).items()
    }


VIP = "{name: id, account: main, audience: {tag_id: 101}}"
BY_NAME = "{name: tag, account: main, audience: {tag: VIP}}"


def tagged(shell: Shell, cells: str) -> None:
    """Write cells of an account whose tag 101 is called VIP."""
    matrix(shell, cells)
    shell.control("accounts", {"appid": APPID, "kind": "service"})
    shell.control("tags", {"appid": APPID, "id": 101, "name": "VIP", "count": 50})


def test_two_cells_with_one_tag_are_a_fault_where_the_pulled_tags_say_so(shell: Shell):
    tagged(shell, f"{VIP}, {BY_NAME}")
    assert 0 == shell("tags", "pull", "--sandbox").status
    done = apply(shell)
    assert (1, 0) == (done.status, jobs(shell))
    said = shell("plan", "--sandbox")
    assert 2 == said.out.count("MC038"), said.out


@pytest.mark.parametrize("first", [VIP, BY_NAME], ids=["id", "name"])
def test_a_cell_whose_tag_another_cell_was_sent_to_is_refused(shell: Shell, first: str):
    tagged(shell, first)
    assert 0 == apply(shell).status
    matrix(shell, f"{VIP}, {BY_NAME}")
    shell.tree.write(FILE, shell.tree.read(FILE).replace("十点半", "十一点"))
    done = apply(shell)
    second = "notice@tag" if first == VIP else "notice@id"
    assert (5, ["matrix_changed"], 1) == (done.status, refusals(done).get(second), jobs(shell))


def test_two_cells_that_turn_out_to_have_one_tag_are_both_refused(shell: Shell):
    tagged(shell, f"{VIP}, {BY_NAME}")
    done = apply(shell)
    assert (5, 0) == (done.status, jobs(shell))
    assert {"notice@id": ["matrix_changed"], "notice@tag": ["matrix_changed"]} == refusals(done)


ONE = "{name: one, account: main, audience: {openids: one.txt}}"
TWO = "{name: two, account: main, audience: {openids: two.txt}}"
PEOPLE = [f"oABCDEFGHIJKLMNOPQRSTUV{number:05d}" for number in range(6)]


def listed(shell: Shell, **lists: list[str]) -> None:
    for name, openids in lists.items():
        shell.tree.write(f"campaigns/{NAME}/{name}.txt", "".join(f"{each}\n" for each in openids))


@pytest.mark.parametrize(
    ("two", "both"),
    [
        pytest.param(PEOPLE[:4][::-1], "4", id="in another order"),
        pytest.param([*PEOPLE[3:]], "1", id="one of them"),
    ],
)
def test_lists_with_the_same_people_are_a_fault_of_both_cells(
    shell: Shell, two: list[str], both: str
):
    listed(shell, one=PEOPLE[:4], two=two)
    matrix(shell, f"{ONE}, {TWO}")
    assert (1, 0) == (apply(shell).status, jobs(shell))
    said = shell("plan", "--sandbox")
    assert 2 == said.out.count("MC038"), said.out
    assert f"{both} of these openids" in said.out


def test_lists_without_a_person_in_common_are_sent(shell: Shell):
    listed(shell, one=PEOPLE[:3], two=PEOPLE[3:])
    matrix(shell, f"{ONE}, {TWO}")
    assert (0, 2) == (apply(shell).status, jobs(shell))


def test_the_list_of_a_cell_that_is_added_is_no_edit_of_the_one_that_was_sent(shell: Shell):
    listed(shell, one=PEOPLE[:3])
    matrix(shell, ONE)
    assert 0 == apply(shell).status
    listed(shell, two=PEOPLE[3:])
    matrix(shell, f"{ONE}, {TWO}")
    done = apply(shell, NAME)
    assert (0, {}, 2) == (done.status, refusals(done), jobs(shell))


def test_a_list_that_changed_after_its_cell_was_sent_stops_the_others(shell: Shell):
    listed(shell, one=PEOPLE[:3])
    matrix(shell, ONE)
    assert 0 == apply(shell).status
    listed(shell, one=PEOPLE[3:], two=PEOPLE[:3])
    matrix(shell, f"{ONE}, {TWO}")
    shell.tree.write(FILE, shell.tree.read(FILE).replace("十点半", "十一点"))
    done = apply(shell)
    assert (["matrix_changed"], 1) == (refusals(done).get("notice@two"), jobs(shell))


def test_an_edition_is_raised_for_all_cells_and_each_goes_out_once(shell: Shell):
    """One cell has the first edition, the other one has none: both get the second, none the first after it."""
    matrix(shell)
    assert 0 == apply(shell, "notice@east").status
    matrix(shell, more="edition: 2\n")
    assert (0, 3) == (apply(shell, NAME).status, jobs(shell))
    attempts = ledger(shell, "send_attempted")
    assert [("notice@east", 1), ("notice@east", 2), ("notice@west", 2)] == sorted(
        (each["campaign"], each["edition"]) for each in attempts
    )
    assert (0, 3) == (apply(shell, NAME).status, jobs(shell))
    matrix(shell)
    done = apply(shell, NAME)
    assert {"notice@east": ["edition_lowered"], "notice@west": ["edition_lowered"]} == refusals(
        done
    )
    assert 3 == jobs(shell)


def test_a_cell_that_is_added_with_a_raised_edition_does_not_take_over_an_audience(shell: Shell):
    matrix(shell, "{name: east, account: main}")
    assert 0 == apply(shell).status
    matrix(shell, "{name: ost, account: main}", more="edition: 2\n")
    done = apply(shell, NAME)
    assert ({"notice@ost": ["matrix_changed"]}, 1) == (refusals(done), jobs(shell))


def test_a_saved_plan_of_a_folder_is_for_the_cells_that_it_shows(shell: Shell):
    matrix(shell)
    assert 0 == shell("plan", NAME, "--sandbox", "--out", "plan.json").status
    matrix(shell, EAST_AND_WEST + ", {name: vip, account: vip}")
    shell.tree.settings(
        account=OTHER + "  vip: {appid: wx0000000000000003, secret_env: VIP, kind: service}\n"
    )
    done = shell("apply", "--plan", "plan.json", "--sandbox", "--yes", "--format", "json")
    assert (0, 2) == (done.status, jobs(shell)), done.out
    assert {APPID, WEST} == {each["appid"] for each in ledger(shell, "send_attempted")}
    again = shell("apply", "--plan", "plan.json", "--sandbox", "--yes", "--format", "json")
    assert (5, 2) == (again.status, jobs(shell)), again.out


TWO_KEYS = OTHER + "  west2: {appid: wx0000000000000002, secret_env: W, kind: service}\n"


def test_two_keys_of_one_appid_are_one_account_of_two_cells(shell: Shell):
    shell.tree.settings(account=TWO_KEYS)
    matrix(shell, "{name: a, account: west}, {name: b, account: west2}")
    assert (1, 0) == (apply(shell).status, jobs(shell))
    matrix(shell, "{name: a, account: west}")
    assert 0 == apply(shell).status
    matrix(shell, "{name: b, account: west2}")
    shell.tree.write(FILE, shell.tree.read(FILE).replace("十点半", "十一点"))
    assert ({"notice@b": ["matrix_changed"]}, 1) == (refusals(apply(shell)), jobs(shell))
    listed(shell, one=PEOPLE[:3], two=PEOPLE[2:])
    matrix(shell, f"{ONE}, {TWO}".replace("main", "west", 1).replace("main", "west2", 1))
    assert 2 == shell("plan", "--sandbox").out.count("MC038")


def test_the_inherited_account_of_a_cell_changes_after_its_send(shell: Shell):
    """The sent cell stays sent; its followers are not given to another cell, nor it to other followers."""
    defaults = "campaigns/_defaults.yaml"
    shell.tree.write(defaults, "account: west\n")
    matrix(shell, "{name: a}")
    assert 0 == apply(shell).status
    shell.tree.write(defaults, "account: main\n")
    matrix(shell, "{name: a}, {name: b, account: west}")
    done = apply(shell)
    assert (["matrix_changed"], 1) == (refusals(done).get("notice@b"), jobs(shell))
    assert "sending" == plan(shell)["notice@a"]["status"]


def test_a_cell_in_doubt_is_not_repeated_from_another_account(shell: Shell):
    defaults = "campaigns/_defaults.yaml"
    shell.tree.write(defaults, "account: west\n")
    matrix(shell, "{name: a}")
    shell.faults(lost(SENDALL))
    assert 4 == apply(shell, "--no-wait").status
    shell.tree.write(defaults, "account: main\n")
    done = apply(shell, "--no-wait")
    assert ["account_in_doubt"] == refusals(done).get("notice@a"), done.out
    assert [WEST] == [each["appid"] for each in ledger(shell, "send_attempted")]


def test_the_status_of_a_folder_is_that_of_each_cell(shell: Shell):
    matrix(shell)
    assert 0 == apply(shell, "notice@east").status
    said = shell("status", NAME, "--sandbox", "--format", "json").document
    assert {"notice@east"} <= {each["name"] for each in said["campaigns"]}
    gone = shell("withdraw", "notice@west", "--all", "--yes", "--sandbox")
    assert (False, 1) == (gone.status == 0, jobs(shell)), gone.err


def test_a_lock_of_another_folder_is_no_lock_of_its_cells(shell: Shell):
    matrix(shell)
    assert 0 == shell("lock").status
    path = f"campaigns/{NAME}/campaign.lock.json"
    written = json.loads(shell.tree.read(path))
    shell.tree.write(path, json.dumps({**written, "campaign": "other"}, ensure_ascii=False))
    done = apply(shell, "--locked")
    assert {"notice@east": ["lock_stale"], "notice@west": ["lock_stale"]} == refusals(done)
    assert 0 == jobs(shell)
    assert 0 == shell("lock").status
    assert (0, 2) == (apply(shell, "--locked").status, jobs(shell))


def test_lists_that_are_new_with_an_edition_are_sent(shell: Shell):
    """What an earlier edition reached is no reason: it goes out once more on purpose."""
    listed(shell, one=PEOPLE[:2], two=PEOPLE[2:4])
    matrix(shell, f"{ONE}, {TWO}")
    assert (0, 2) == (apply(shell).status, jobs(shell))
    listed(shell, one=PEOPLE[2:5], two=PEOPLE[:2])
    matrix(shell, f"{ONE}, {TWO}", more="edition: 2\n")
    done = apply(shell, NAME)
    assert ({}, 4) == (refusals(done), jobs(shell)), done.out
