"""Where a list of openids is looked for, and what is said of it."""

from dataclasses import replace
from typing import Any

import pytest
from building import APPID, folder_of
from openid_samples import openid_list

from massctl.model.campaign import Audience, CampaignFile
from massctl.model.diagnostics import Fault, Place, Severity
from massctl.model.ids import CampaignName
from massctl.model.phrase import Phrase
from massctl.render.inputs import ListedOpenids
from massctl.render.openid_list import find_list, find_openids, named_people

NAME = CampaignName("spring")
HERE = ListedOpenids(openid_list(), (), ())


class Lists:
    """The lists of a tree, by path."""

    def __init__(self, *paths: str) -> None:
        self.paths = paths
        self.asked: list[str] = []

    def openids(self, path: str) -> ListedOpenids:
        self.asked.append(path)
        missing = Fault("MC601", Phrase("{name} is missing", name=path))
        return HERE if path in self.paths else ListedOpenids(None, (missing,), ())


def test_a_list_is_found_in_the_campaign_and_in_the_shared_folder() -> None:
    assert [HERE, HERE] == [
        find_openids(written, folder_of(NAME), Lists("spring/lists/a.txt", "_shared/a.txt"))  # type: ignore[arg-type]
        for written in ("lists/a.txt", "_shared/a.txt")
    ]


def test_a_list_outside_of_both_is_not_opened() -> None:
    lists = Lists()
    for written in ("../summer/a.txt", "/etc/passwd", "../../a.txt"):
        (problem,) = find_openids(written, folder_of(NAME), lists).faults  # type: ignore[arg-type]
        assert "MC602" == problem.code
    assert [] == lists.asked


def test_a_list_that_is_nowhere_is_told_once() -> None:
    (problem,) = find_openids("a.txt", folder_of(NAME), Lists()).faults  # type: ignore[arg-type]
    assert "MC601" == problem.code


def rendered(found: ListedOpenids) -> Any:
    class Tree(Lists):
        def openids(self, _: str) -> ListedOpenids:
            return found

    declared = {"openids": "a.txt"}
    file = CampaignFile.model_validate(
        {"version": 1, "account": "main", "audience": declared, "text": {"content": "x"}}
    )
    key = Place("campaigns/spring/campaign.yaml", 3, 1)
    return named_people(NAME, folder_of(NAME), file, APPID, Tree(), lambda _: key)  # type: ignore[arg-type]


def test_what_is_wrong_with_a_list_stands_at_its_line_and_what_is_missing_at_its_key() -> None:
    fault = Fault("MC603", Phrase("this is not an openid"), path="spring/a.txt", line=2, column=1)
    missing = Fault("MC601", Phrase("{name} is missing", name="a.txt"))
    note = Fault("MC606", Phrase("the list is empty"), path="spring/a.txt", line=7, column=1)
    found, told = rendered(ListedOpenids(None, (fault, missing), ()))
    assert (None, ["campaigns/spring/a.txt", "campaigns/spring/campaign.yaml"]) == (
        found,
        [d.place.file for d in told],
    )
    whole, warned = rendered(ListedOpenids(openid_list(), (), (note,)))
    assert (openid_list(), [Severity.WARNING]) == (whole, [d.severity for d in warned])


def test_the_people_of_a_named_audience_are_those_of_its_account() -> None:
    class Named(Lists):
        def audience(self, name: str, appid: str) -> ListedOpenids:
            assert ("east", APPID) == (name, appid)
            return ListedOpenids(None, (Fault("MC607", Phrase("never frozen")),), ())

    whole = {"version": 1, "account": "main", "audience": {"of": "east"}, "text": {"content": "x"}}
    file, asked = CampaignFile.model_validate(whole), []
    _, (told,) = named_people(NAME, folder_of(NAME), file, APPID, Named(), asked.append)  # type: ignore[arg-type]
    assert (("MC607", Severity.ERROR), [("audience", "of")]) == ((told.code, told.severity), asked)


def test_another_audience_has_no_list() -> None:
    text = {
        "version": 1,
        "account": "main",
        "audience": {"is_to_all": True},
        "text": {"content": "x"},
    }
    file = CampaignFile.model_validate(text)
    assert (None, []) == named_people(NAME, folder_of(NAME), file, APPID, Lists(), lambda _: None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("people", "told"),
    [({"count": 5}, True), ({"count": 6}, False), ({"count": 6, "by_tag": True}, True)],
)
def test_an_audience_of_too_few_people_or_by_a_tag_has_no_parts(
    people: dict[str, Any], told: bool
) -> None:
    class Named(Lists):
        def audience(self, _: str, __: str) -> ListedOpenids:
            return ListedOpenids(replace(openid_list(), **people), (), ())

    found = find_list(Audience(of="east", part="3/3"), folder_of(NAME), APPID, Named())
    assert found is not None
    assert told is (["MC632"] == [each.code for each in found.faults])
    assert told is (found.openid_list is None)
