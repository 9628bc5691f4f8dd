"""Templates, Markdown and pictures in, a RenderedCampaign out: the same bytes on every machine.

Invariants: no disk, no clock, no randomness, no network; what is read comes through `inputs.Inputs`. A
template may be hostile and still ends soon, with a diagnostic. Every fault of a campaign is found in one
pass. Deliberately absent: uploads and real picture addresses, which only `massctl.apply` knows.
"""
