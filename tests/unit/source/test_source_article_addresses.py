"""Links to articles that went out: from the ledger."""

from datetime import UTC, datetime

import pytest

from massctl.model.entries import JobStatus
from massctl.model.ids import CampaignName
from massctl.model.message import RenderedCampaign
from massctl.model.state import Job, Record, State
from massctl.plan.steps import Invalid
from massctl.source.loader import Desires, WorkingTree
from massctl.source.repository import Repository
from massctl.source.settings import load_settings

SPRING, SALE = CampaignName("spring"), CampaignName("sale")
YAML = "version: 1\naccount: main\naudience: {is_to_all: true}\ntext: {content: \"上一期 {{ article_url('sale') }}\"}\n"


def sent() -> State:
    state = State()
    counts = JobStatus(
        msg_id=7, status="sent", source="event", article_urls=["http://mp.weixin.qq.com/s/1"]
    )
    job = Job(1, "id", datetime(2026, 12, 1, tzinfo=UTC), 7, 8, counts=counts)
    state.records[SALE, 1] = Record(SALE, 1, jobs=[job])
    state.index.editions[SALE] = {1: state.records[SALE, 1]}
    return state


@pytest.fixture
def working_tree(repository: Repository, tmp_path_factory: pytest.TempPathFactory) -> WorkingTree:
    (repository.root / "campaigns/spring/campaign.yaml").write_text(YAML, encoding="utf-8")
    settings, _ = load_settings(repository, loopback_override=None)
    assert settings is not None
    return WorkingTree(repository, settings, tmp_path_factory.mktemp("cache"))


def test_an_article_that_went_out_is_linked(working_tree: WorkingTree) -> None:
    (found,) = Desires(working_tree, sent()).read([SPRING])
    assert isinstance(found, RenderedCampaign)
    assert "上一期 https://mp.weixin.qq.com/s/1" == found.message.content  # type: ignore[union-attr]


def test_one_that_is_not_known_is_a_fault_of_the_campaign(working_tree: WorkingTree) -> None:
    (found,) = Desires(working_tree, State()).read([SPRING])
    assert isinstance(found, Invalid)
    assert ["MC108"] == [each.code for each in found.diagnostics]
    place = found.diagnostics[0].place
    assert place is not None
    assert ("campaigns/spring/campaign.yaml", 4) == (place.file, place.line)


def test_what_a_working_tree_knows_outlasts_a_look_without_a_ledger(
    working_tree: WorkingTree,
) -> None:
    working_tree.recorded = sent()
    (found,) = Desires(working_tree, State()).read([SPRING])
    assert isinstance(found, RenderedCampaign)
