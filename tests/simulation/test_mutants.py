"""Each promise is broken on purpose, in massctl's own source, and the smoke run notices it."""

import pytest
from building import house
from phase_laws import LAWS, broken_laws
from simulation.checkers import violations
from simulation.choices import Explorer
from simulation.crashing import Boundaries
from simulation.disk import SimDisk, on_simulated_disks
from simulation.mutants import MUTANTS, WRONG_CELLS, Mutant, WrongCell, applied
from simulation.scenario import begin, run_once
from simulation.scenarios import MOVING, OVER_EACH, SMOKE, TEXT
from simulation.schedule import Scenario

from massctl.model.state import TABLE

BY_NAME = {scenario.name: scenario for scenario in (*SMOKE, *MOVING, *OVER_EACH)}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.rule)
def test_a_broken_rule_is_noticed(mutant: Mutant) -> None:
    with applied(mutant):
        assert Explorer(BY_NAME[mutant.scenario], stop_early=True).explore().violations


@pytest.mark.parametrize(
    "wrong", WRONG_CELLS, ids=lambda wrong: f"{wrong.before} {wrong.event} {wrong.after}"
)
def test_a_mistake_in_the_table_of_phases_breaks_a_law(wrong: WrongCell) -> None:
    assert wrong.law in broken_laws({**TABLE, (wrong.before, wrong.event): wrong.after})


def test_every_law_of_the_table_has_a_mistake_that_breaks_it() -> None:
    assert set(LAWS) == {wrong.law for wrong in WRONG_CELLS}


def test_a_mistake_is_undone_after_its_test() -> None:
    by_rule = {mutant.rule: mutant for mutant in MUTANTS}
    mutant = by_rule["quiet hours are not asked for"]
    scenario: Scenario = BY_NAME[mutant.scenario]
    with applied(mutant):
        assert Explorer(scenario, stop_early=True).explore().violations
    assert [] == Explorer(scenario).explore().violations


def test_a_mistake_whose_line_is_gone_is_an_error() -> None:
    gone = Mutant("nothing", "massctl.plan.retry_policy", "a line that nobody wrote", "", "text")
    with pytest.raises(LookupError, match="has 0 places"), applied(gone):
        pass


def test_rule_6_two_checkouts_are_two_memories() -> None:
    """The second runner has a ledger of its own, and comes a day later."""
    scenario = BY_NAME["text"]
    with on_simulated_disks():
        situation = begin()
        run_once(situation, [TEXT], house(), Boundaries())
        elsewhere = situation.after(scenario.gaps[-1])
        elsewhere.disk = SimDisk()
        run_once(elsewhere, [TEXT], house(), Boundaries())
    assert any("was sent 2 times" in each for each in violations(scenario, elsewhere))
