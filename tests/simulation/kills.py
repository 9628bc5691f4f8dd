"""Record which tests notice which mutant: `PYTHONPATH=tests python -m simulation.kills FILE [WORD…]`, in TOML.

Run it before and after tests are deleted. For each mutant it writes the scenario of the smoke run, and the first test
that fails under it in each file of unit tests. Only tests that run the broken lines are asked; one measured run finds
them. Slow tests are asked where no quick one notices. WORDS choose mutants by module or rule; what FILE says of the
others stays. `--against` names an older file, and reports each mutant that unit tests noticed then, and none now.
"""

import argparse
import importlib
import inspect
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import coverage
import pytest
from simulation.mutants import MUTANTS, Mutant, applied

ROOT: Final = Path(__file__).resolve().parents[2]
ROOMS: Final = ("model", "plan", "apply", "ledger", "wechat", "transport")
TOGETHER_SECONDS: Final = 600
"""Tests that run longer under one mutant never end: that mutant is noticed by time alone."""
HEAD: Final = """\
# Which tests notice which mutant of mutants.py, written by `python -m simulation.kills`.
# scenario: the one of the smoke run. unit: of each file in tests/unit the first test that fails, of those that run the
# broken lines. "no end": the tests did not end within ten minutes.
"""


class Asked:
    """A plugin that leaves only some tests, and of each file none after the first that failed."""

    def __init__(self, chosen: set[str]) -> None:
        self._chosen = chosen
        self.failed: dict[str, str] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid in self._chosen]

    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        return True if _file_of(item.nodeid) in self.failed else None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.setdefault(_file_of(report.nodeid), report.nodeid)


def _file_of(test: str) -> str:
    return test.partition("::")[0]


def measured(folder: Path) -> coverage.CoverageData:
    """Run the unit tests once, and learn which of them run which line."""
    rooms = [f"tests/unit/{room}" for room in ROOMS if (ROOT / "tests/unit" / room).exists()]
    options = ["--cov=massctl", "--cov-context=test", "--cov-report=", f"--cov-config={os.devnull}"]
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--no-header", "-m", "", *options, *rooms],
        cwd=ROOT,
        env={**os.environ, "COVERAGE_FILE": str(folder / "coverage")},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    data = coverage.CoverageData(str(folder / "coverage"))
    data.read()
    return data


def tests_at(mutant: Mutant, data: coverage.CoverageData) -> set[str]:
    """Find the tests that run the lines of a mutant; those that run its module, where a constant is broken."""
    path = inspect.getfile(importlib.import_module(mutant.module))
    by_line = data.contexts_by_lineno(path)
    source = Path(path).read_text(encoding="utf-8")
    first = source[: source.find(mutant.old)].count("\n") + 1
    lines = range(first, first + mutant.old.rstrip("\n").count("\n") + 1)
    at_lines = _tests(context for line in lines for context in by_line.get(line, ()))
    found = at_lines or _tests(context for contexts in by_line.values() for context in contexts)
    return found | (tests_at(mutant.together, data) if mutant.together else set())


def _tests(contexts: Iterator[str]) -> set[str]:
    return {context.rpartition("|")[0] for context in contexts if context}


def failures(mutant: Mutant, tests: set[str], marked: str) -> list[str]:
    """Run tests under a mutant in a process of its own; gives the first failure of each file."""
    if not tests:
        return []
    fork = multiprocessing.get_context("fork")
    here, there = fork.Pipe(duplex=False)
    child = fork.Process(target=_fail, args=(mutant, tests, marked, there))
    child.start()
    there.close()
    found: list[str] | None = None
    if here.poll(TOGETHER_SECONDS):
        try:
            found = here.recv()
        except EOFError:
            found = None
    child.kill()
    child.join()
    return ["no end"] if found is None else found


def _fail(mutant: Mutant, tests: set[str], marked: str, told: Connection) -> None:
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the process ends
    asked = Asked(tests)
    with applied(mutant):
        pytest.main(
            [
                "-q",
                "-m",
                marked,
                "-p",
                "no:cacheprovider",
                *sorted({_file_of(test) for test in tests}),
            ],
            [asked],
        )
    told.send(sorted(asked.failed.values()))


def recorded(kills: dict[str, dict[str, Any]]) -> str:
    """Write what was found as TOML."""
    parts = [HEAD]
    for rule, found in kills.items():
        tests = "".join(f"  {json.dumps(test, ensure_ascii=False)},\n" for test in found["unit"])
        parts.append(
            f"\n[{json.dumps(rule, ensure_ascii=False)}]\nmodule = {json.dumps(found['module'])}\n"
            f"scenario = {json.dumps(found['scenario'])}\nunit = [{chr(10) + tests if tests else ''}]\n"
        )
    return "".join(parts)


def lost(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Name the mutants that unit tests noticed before and none notices now, or that are gone."""
    gone = [f"gone: {rule}" for rule in before if rule not in now]
    return gone + [
        f"survives: {rule}"
        for rule in now
        if before.get(rule, {}).get("unit") and not now[rule]["unit"]
    ]


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m simulation.kills", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE", help="where it is written")
    parser.add_argument(
        "words", nargs="*", metavar="WORD", help="mutants whose module or rule holds one of these"
    )
    parser.add_argument(
        "--against", type=Path, help="an older FILE: report what is no longer noticed"
    )
    arguments = parser.parse_args()
    to = arguments.file.resolve()
    before = (
        tomllib.loads(arguments.against.read_text(encoding="utf-8")) if arguments.against else {}
    )
    os.chdir(ROOT)
    chosen = [
        each
        for each in MUTANTS
        if any(word in f"{each.module} {each.rule}" for word in arguments.words or [""])
    ]
    known = tomllib.loads(to.read_text(encoding="utf-8")) if to.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        data = measured(Path(folder))
        for mutant in chosen:
            tests = tests_at(mutant, data)
            unit = failures(mutant, tests, "not slow") or failures(mutant, tests, "slow")
            known[mutant.rule] = {
                "module": mutant.module,
                "scenario": mutant.scenario,
                "unit": unit,
            }
            sys.stdout.write(f"{len(unit):3} files of {len(tests):4} tests   {mutant.rule}\n")
            sys.stdout.flush()
    kills = {mutant.rule: known[mutant.rule] for mutant in MUTANTS if mutant.rule in known}
    to.write_text(recorded(kills), encoding="utf-8")
    wrong = lost(before, kills)
    sys.stdout.write("".join(f"{line}\n" for line in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
