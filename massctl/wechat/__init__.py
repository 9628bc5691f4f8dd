"""Call WeChat: the only room that does, and only through `client.WeChatClient`.

    client     one method per endpoint, for one account
    wire       requests and answers as WeChat spells them
    wire_after the same for what comes after a send
    token      one token for all threads, replaced when WeChat refuses it
    patience   repetition of reads and uploads
    answer     bytes -> a JSON object without secrets, or the reason why there is none
    transport  one account's line to the API
    errcode    errcode -> class, meaning, advice; the tables are in errcodes_access, errcodes_message, errcodes_after

Invariants: a preview or a send is one exchange, never repeated on a doubt; a request repeated with another
token is one that WeChat refused to look at; neither the secret nor a token nor an openid is in any text,
repr, exception or log record; no exception of httpx leaves. Deliberately absent: `cgi-bin/token` and
`force_refresh`, which would kill the tokens of other programs, and any decision to send.
"""
