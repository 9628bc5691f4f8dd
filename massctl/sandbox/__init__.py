"""Be an honest WeChat Official Account API on loopback, with an inbox of what followers received.

This package is built from the documentation alone and shares no code with the client in `massctl.wechat`: code in
common could carry one misunderstanding into both. Nor with `massctl.callback`, which opens what `cipher` seals. The
rules are pure (`world` and its siblings: state and request in, answer and changes out, `now` an argument); only
`store`, `front`, `server` and `callback` touch disk, sockets or the real clock. Start at `embedded.open_world` and
`server.run_server`.

Deliberately absent: publishing (freepublish), followers who comment by themselves, statistics, and any judgement of
content.
"""
