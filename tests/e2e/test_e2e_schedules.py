"""A few schedules of real processes; `python -m e2e.schedules` plays as many as one likes."""

import shutil

import pytest
from operating import NIGHTLY
from schedules import drawn, faults_of

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

SEEDS = [f"1:{number}" for number in range(1, 40 if NIGHTLY else 4)]


@pytest.mark.timeout(900)
@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_nothing_is_wrong_with_what_is_drawn():
    assert {"one", "link", "clones"} == {drawn(seed).place for seed in SEEDS}
    assert [] == list(faults_of(iter(SEEDS), 2))


def test_a_seed_draws_the_same_schedule():
    assert drawn("1:3") == drawn("1:3") != drawn("1:4")
