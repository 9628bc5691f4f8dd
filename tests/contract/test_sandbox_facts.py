"""Each row of `sandbox_facts.py`: the sandbox answers as WeChat documents it, or as strictly as a row says."""

import pytest
from sandbox_caller import Caller
from sandbox_facts import FACTS, Fact, code

from massctl.sandbox.app import PATHS


@pytest.mark.slow
@pytest.mark.parametrize(
    "fact",
    [
        pytest.param(fact, id=f"{page}: {fact.rule}")
        for page, facts in FACTS.items()
        for fact in facts
    ],
)
def test_the_sandbox_answers_as_documented(fact: Fact) -> None:
    found = fact.do(Caller())
    assert fact.answer == (code(found) if isinstance(fact.answer, int) else found)


@pytest.mark.night
@pytest.mark.slow
def test_every_call_that_the_sandbox_serves_has_a_fact() -> None:
    asked = set()
    for facts in FACTS.values():
        for fact in facts:
            caller = Caller()
            fact.do(caller)
            asked |= set(caller.report()["calls"])
    assert set() == PATHS - asked
