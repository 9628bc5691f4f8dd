"""The ledger's name in massctl.yaml."""

from pathlib import Path

from massctl.source.lineage import declare_lineage

SETTINGS = "version: 1  # ours\naccounts: {}\n"
LINEAGE = "01JDXW00000000000000000000"


def test_a_lineage_is_declared_once(tmp_path: Path) -> None:
    """Of two runs that saw none, the second finds it there and has nothing to tell."""
    path = tmp_path / "massctl.yaml"
    path.write_text(SETTINGS, encoding="utf-8")
    assert declare_lineage(tmp_path, LINEAGE)
    written = path.read_text(encoding="utf-8")
    assert f"lineage: {LINEAGE}" in written
    assert "# ours" in written
    assert not declare_lineage(tmp_path, LINEAGE)
    assert written == path.read_text(encoding="utf-8")
