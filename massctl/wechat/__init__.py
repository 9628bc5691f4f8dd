"""Call WeChat: the only package that does, and only through `client.WeChatClient`.

    client         one method per call, for one account
    wire           the table of calls, and requests and answers as WeChat spells them
    response       bytes -> a JSON object without secrets -> a success, a refusal, a verdict
    errcodes       errcode -> class, message, hint: one judge over `errcodes.toml`
    token          one token for all threads, replaced when WeChat refuses it
    retry          repetition of reads and uploads

Invariants: a preview or a send is one exchange, never repeated when in doubt; a send fetches nothing, not even a token;
a request repeated with another token is one that WeChat refused to look at; neither the secret nor a token nor an
openid is in any text, repr, exception or log record; no exception of httpx leaves. Deliberately absent: `cgi-bin/token`
and `force_refresh`, which would kill the tokens of other programs, and any decision to send.
"""
