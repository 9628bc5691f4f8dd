"""adopt, as people use it: the console's version of a draft is kept, or it is said why not."""

import pytest
from cli_runner import Shell

APPID = "wx0123456789abcdef"
ADOPT = ("adopt", "letter", "--reason", "声明了原创", "--sandbox")
SEND = ("apply", "letter", "--yes", "--sandbox")


@pytest.fixture
def staged(shell: Shell) -> Shell:
    """Give a shell in which a draft waits in the sandbox."""
    shell.tree.news("letter")
    assert 0 == shell("apply", "letter", "--until", "draft", "--sandbox").status
    return shell


def test_a_version_with_another_author_is_kept_and_sent(staged: Shell):
    staged.edit_draft(APPID, author="原作者")
    refused = staged(*SEND)
    advice = " ".join(refused.out.split())
    assert (5, True) == (refused.status, "massctl adopt --sandbox letter --reason" in advice)
    said = staged(*ADOPT)
    assert (0, True) == (said.status, "article 1: author differs" in said.out)
    assert (0, 1) == (staged(*SEND).status, len(staged.report()["jobs"]))


def test_other_words_are_refused_and_nothing_is_recorded(staged: Shell):
    staged.edit_draft(APPID, content="<p>改</p>")
    before = staged("state", "list", "--sandbox").out
    said = staged(*ADOPT)
    assert (5, "", True) == (said.status, said.out, "differs from what was reviewed" in said.err)
    assert before == staged("state", "list", "--sandbox").out


def test_a_draft_that_nobody_touched_is_nothing_to_adopt(staged: Shell):
    said = staged(*ADOPT)
    assert (2, True) == (said.status, "is unchanged" in said.err)


def test_a_campaign_that_went_out_is_nothing_to_adopt(staged: Shell):
    staged(*SEND)
    said = staged(*ADOPT)
    assert (2, True) == (said.status, "It was sent" in said.err)


def test_a_faulty_campaign_is_told_as_such(staged: Shell):
    staged.tree.news("letter", more="titel: 春讯\n")
    said = staged(*ADOPT)
    assert (1, True) == (said.status, "MC011" in said.err)


def test_a_campaign_that_is_not_locked_is_refused_where_only_locked_ones_are_sent(staged: Shell):
    staged.tree.settings(policy="  require_lock: true\n")
    said = staged(*ADOPT)
    assert (5, True) == (said.status, "massctl lock --sandbox letter" in said.err)


def test_the_reason_is_part_of_it(staged: Shell):
    assert 2 == staged("adopt", "letter", "--sandbox").status


def test_the_drafts_of_a_list_are_staged_again_and_never_adopted(shell: Shell):
    shell.tree.news("letter")
    campaign = shell.tree.read("campaigns/letter/campaign.yaml").replace("is_to_all: true", "openids: members.txt")
    shell.tree.write("campaigns/letter/campaign.yaml", campaign)
    shell.tree.write("campaigns/letter/members.txt", "".join(f"oTEST{number:023}\n" for number in range(10_002)))
    assert 0 == shell("apply", "letter", "--until", "draft", "--sandbox").status
    shell.edit_draft(APPID, older=1, author="原作者")
    refused = " ".join(shell(*SEND).out.split())
    assert ("draft_changed" in refused, "adopt" in refused, "--not-sent" in refused) == (True, False, True)
    said = shell(*ADOPT)
    assert (2, True, True) == (said.status, "a draft for each of its 2 batches" in said.err, "--not-sent" in said.err)
    assert "adopted" not in shell("state", "list", "--sandbox").out
