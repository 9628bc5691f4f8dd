"""Hear what WeChat tells by itself: a request becomes WeChat's word about a job, durably, or is refused and counted.

    envelope  query and body -> what WeChat said to which account, or why it is not WeChat's word
    tree      XML or JSON -> names and values, bounded; no document type, so no entities
    finish    names and values -> the end of a mass job
    spool     what was acknowledged, durably and once, until the ledger has it
    forward   everything else -> the team's own service, and its answer back in time
    app       a request -> an answer, for any server of WSGI or ASGI

Invariants: whatever the bytes are, there is an answer and no exception; what is answered with success is durable;
nothing of a body, token or key is shown but short words of WeChat's own. Deliberately absent: every decision about the
ledger, which `massctl.cli.listener` brings the spool into.
"""
