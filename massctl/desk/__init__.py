"""The desk (写字台): `serve` with a pen. It writes letters into a working copy and asks for their review.

It knows no secret of WeChat, and no code in it can send. See `docs/threat-model.md`.
"""
