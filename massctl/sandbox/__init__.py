"""A faithful WeChat Official Account API on loopback, with an inbox of what followers received.

This package is built from the documentation alone and shares no code with the client in `massctl.wechat`: code in
common could carry one misunderstanding into both. Nor does it share code with `massctl.callback`, which opens what
`sandbox.callback` seals. Start at `embedded.open_world`, and at the table in `app` that names the handler of each call.
A call reads and writes rows in one SQLite transaction (`store`). A handler gets a `Request` (`request`).

Deliberately absent: followers who comment by themselves, and any judgement of content.
"""
