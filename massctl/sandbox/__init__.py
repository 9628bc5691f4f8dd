"""Be an honest WeChat Official Account API on loopback, with an inbox of what followers received.

This package is built from the documentation alone and shares no code with the client in `massctl.wechat`: code in
common could carry one misunderstanding into both. Nor with `massctl.callback`, which opens what `callback` seals here.
Start at `embedded.open_world` and at the table of calls in `app`; each call is answered in the module that its path
names. A call reads and writes rows of one SQLite transaction (`store`); `request` is what a handler is given.

Deliberately absent: publishing (freepublish), followers who comment by themselves, statistics, and any judgement of
content.
"""
