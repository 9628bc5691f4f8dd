"""What every kind of ledger entry is made of."""

from pydantic import BaseModel, ConfigDict


class Fields(BaseModel):
    """Fields of entries: frozen; unknown fields are kept out, so that a newer writer is noticed."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
