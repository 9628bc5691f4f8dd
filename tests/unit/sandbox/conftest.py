"""The fixture that every test of the pure world starts from."""

import pytest
from sandbox_caller import Caller


@pytest.fixture
def caller() -> Caller:
    return Caller()
