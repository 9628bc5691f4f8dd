"""Receive WeChat's events: a request is stored durably as the end of a job, or refused and counted.

    envelope  query and body -> what WeChat said to which account, or why it was not WeChat
    tree      XML or JSON -> names and values, bounded; no document type, so no entities
    finish    names and values -> the end of a mass job
    spool     acknowledged events, durably and once, until the ledger has them
    forward   everything else -> the team's own service, and its answer
    app       a request -> an answer, for any server of WSGI or ASGI

Invariants: every request gets an answer, never an exception. An event is durable before it is answered with success. Of
a body only short words of WeChat's own are shown; of a token or a key nothing is. Deliberately absent: every decision
about the ledger, into which `massctl.cli.listener` moves the spool.
"""
