"""Read what WeChat tells by itself: the bytes of an event become a value, or one fault that says what is wrong.

    tree    XML or JSON -> names and values, bounded; no document type, so no entities
    finish  names and values -> the end of a mass job

Invariants: whatever the bytes are, there is an answer and no exception; nothing of them is shown but short words of
WeChat's own. Deliberately absent: receiving, signatures and decryption, and every decision about the ledger.
"""
