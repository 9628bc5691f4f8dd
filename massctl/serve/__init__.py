"""`massctl serve`: campaigns as they are in this moment, in a browser on this machine.

Reads the working tree, the ledger and what is kept beside it; writes nothing but the picture cache. It keeps what it
rendered until a file that this was made from changes. Deliberately absent: whatever sends, and every network but
loopback.
"""
