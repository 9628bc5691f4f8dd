"""What a message was made from."""

from massctl.model.inputs import CHANGED, MISSING, JudgedInputs


def test_what_two_processes_read_of_one_path_must_agree() -> None:
    inputs = JudgedInputs((("a", "1"), ("b", MISSING)), "s")
    assert JudgedInputs((("a", "1"), ("b", CHANGED), ("c", "3")), "s") == inputs.joined(
        {"b": "2", "c": "3", "a": "1"}
    )
