"""The page of a forge on which a person opens a pull request for a branch that was pushed."""

from urllib.parse import quote

from massctl.forge.sign_in import repository_at

_GITLAB = "https://{host}/{path}/-/merge_requests/new?merge_request%5Bsource_branch%5D={branch}"
_COMPARE = "https://{host}/{path}/compare/{main}...{branch}"
_PAGES = {
    "github.com": _COMPARE + "?expand=1",
    "gitee.com": _COMPARE,
    "gitlab.com": _GITLAB,
}
"""Sources: the forges' own documents on opening requests by an address, read 2026-12."""


def request_page(remote: str, branch: str, main: str) -> str | None:
    """Return the address for a branch, from the address of the remote; None for a forge that is not known.

    >>> request_page("git@github.com:lin/letters.git", "letter/walks", "main")
    'https://github.com/lin/letters/compare/main...letter/walks?expand=1'
    """
    found = repository_at(remote)
    if found is None:
        return None
    host, path = found
    page = _PAGES.get(host) or (_GITLAB if "gitlab" in host else None)
    if page is None:
        return None
    return page.format(host=host, path=quote(path), branch=quote(branch), main=quote(main))
