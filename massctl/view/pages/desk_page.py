"""The pages of the desk: the list of letters, and one letter between its text and the phone that shows it.

The scripts fill them; what stands here is their frame, in the reader's language.
"""

import json

from massctl.model.ids import CampaignName
from massctl.model.phrase import Phrase
from massctl.view.i18n import say
from massctl.view.pages.markup import Sheet

WORDS = {
    "saved": Phrase("saved"),
    "saving": Phrase("saving…"),
    "unsaved": Phrase("the desk does not answer; what you write is kept in this browser"),
    "joined": Phrase("the file changed meanwhile; both changes are in it now"),
    "brought": Phrase("files brought here from the team: {count}"),
    "clashElsewhere": Phrase(
        "{path} changed here and was merged in another form; an engineer has to join it"
    ),
    "clash": Phrase("somebody else changed the same paragraphs"),
    "mine": Phrase("mine"),
    "theirs": Phrase("theirs"),
    "both": Phrase("both"),
    "keep": Phrase("keep these"),
    "choose": Phrase("choose for each place, then keep"),
    "found": Phrase("what was found"),
    "nothing": Phrase("nothing to correct"),
    "missing": Phrase("before it can be sent"),
    "goThere": Phrase("go there"),
    "newTitle": Phrase("title of the new letter"),
    "newName": Phrase("name of its folder: a-z, 0-9 and -"),
    "make": Phrase("make it"),
    "cancel": Phrase("cancel"),
    "close": Phrase("close"),
    "words": Phrase("{count} characters, {minutes} min"),
    "fields": Phrase("title, audience, time"),
    "title": Phrase("title"),
    "titleCount": Phrase("{count} of 64; the list shows {shown}"),
    "author": Phrase("author"),
    "digest": Phrase("summary"),
    "digestCount": Phrase("{count} of 120"),
    "cover": Phrase("cover"),
    "wide": Phrase("2.35:1, in the list"),
    "square": Phrase("1:1, when it is shared"),
    "source": Phrase("address of “read original”"),
    "comments": Phrase("open comments"),
    "fansOnly": Phrase("only followers may comment"),
    "campaignTitle": Phrase("title for the team"),
    "account": Phrase("account"),
    "audience": Phrase("audience"),
    "everybody": Phrase("all followers"),
    "tag": Phrase("a tag"),
    "of": Phrase("an audience"),
    "fileKept": Phrase("as the file says"),
    "windowFrom": Phrase("not before"),
    "windowTo": Phrase("not after"),
    "preview": Phrase("shown first on the phones of (微信号)"),
    "undo": Phrase("undo"),
    "redo": Phrase("redo"),
    "find": Phrase("find and replace"),
    "searchFind": Phrase("find"),
    "searchReplace": Phrase("replace"),
    "searchReplaceAll": Phrase("replace all"),
    "searchNext": Phrase("next place"),
    "searchPrevious": Phrase("place before"),
    "searchAll": Phrase("select all"),
    "searchCase": Phrase("match case"),
    "searchRegexp": Phrase("regular expression"),
    "searchWhole": Phrase("whole words"),
    "searchCurrent": Phrase("this place"),
    "searchLine": Phrase("on line"),
    "searchReplaced": Phrase("replaced $ times"),
    "searchReplacedLine": Phrase("replaced on line $"),
    "newLetter": Phrase("new letter"),
    "earlier": Phrase("earlier versions"),
    "restore": Phrase("take this one"),
    "article": Phrase("article {number}"),
    "moveUp": Phrase("move up"),
    "moveDown": Phrase("move down"),
    "insert": Phrase("insert"),
    "bold": Phrase("bold"),
    "heading": Phrase("heading"),
    "list": Phrase("list"),
    "quote": Phrase("quotation"),
    "link": Phrase("link"),
    "picture": Phrase("picture"),
    "table": Phrase("table"),
    "rule": Phrase("line"),
    "altAsked": Phrase("what the picture shows, for those who do not see it"),
    "uploadFailed": Phrase("the picture was not stored"),
    "review": Phrase("ask for review"),
    "reviewSaid": Phrase("what reviewers should know"),
    "openRequest": Phrase("open the pull request on the forge"),
    "withdraw": Phrase("withdraw the request"),
    "push": Phrase("send the changes"),
    "request": Phrase("request {number} on the forge"),
    "notPushed": Phrase("What is written here is not in the request yet."),
    "othersPushed": Phrase(
        "Somebody else changed the request. The next time you send changes, that comes here first."
    ),
    "bring": Phrase("bring it here now"),
    "against": Phrase("ask for changes:"),
    "approving": Phrase("approve:"),
    "asked": Phrase("asked to review:"),
    "lacking": Phrase("approvals:"),
    "checks": Phrase("checks"),
    "check-good": Phrase("good"),
    "check-bad": Phrase("not good"),
    "check-open": Phrase("not ended yet"),
    "remarks": Phrase("what reviewers wrote"),
    "noComments": Phrase("Nobody wrote anything yet."),
    "goThereChanged": Phrase("go there (changed since)"),
    "answer": Phrase("answer"),
    "answered": Phrase("the answer is on the forge"),
    "since": Phrase("what changed since somebody looked at it"),
    "paragraphs": Phrase("{count} changed"),
    "askPreview": Phrase("onto my phone"),
    "askWithdrawal": Phrase("ask an operator to withdraw it"),
    "signIn": Phrase("sign in to {forge}"),
    "signOut": Phrase("sign out of {forge}"),
    "typeCode": Phrase("Type this code on the page of the forge:"),
    "unknownEnd": Phrase(
        "Nobody answered, so it may or may not have been done. The page asks again by itself."
    ),
    "working": Phrase("working…"),
    "editor": Phrase("text of the article"),
    "quiet": Phrase("quiet"),
    "stateDraft": Phrase("drafts"),
    "stateReview": Phrase("in review"),
    "stateApproved": Phrase("approved"),
    "stateSending": Phrase("sending"),
    "stateSent": Phrase("sent"),
    "noLetters": Phrase("no letters yet"),
    "fromWord": Phrase("from a Word file"),
    "wordFile": Phrase("the file (.docx)"),
    "wordRevisions": Phrase("tracked changes"),
    "wordHidden": Phrase("hidden text"),
    "wordComments": Phrase("comments in it"),
    "wordAsk": Phrase("stop and ask"),
    "wordAccept": Phrase("accept"),
    "wordReject": Phrase("reject"),
    "wordDrop": Phrase("leave out"),
    "wordKeep": Phrase("show"),
    "makeOfWord": Phrase("make it of the Word file"),
    "lost": Phrase("This did not come along:"),
    "openLetter": Phrase("open the letter"),
    "fromOld": Phrase("from an old letter"),
    "empty": Phrase("from the sample"),
}
"""What the scripts say."""


def home_page(sheet: Sheet) -> str:
    """Return the list of letters."""
    return _page("desk_home.html.j2", Phrase("letters"), sheet, "")


def letter_page(letter: CampaignName, sheet: Sheet) -> str:
    """Return the page on which one letter is written."""
    return _page("desk_letter.html.j2", letter, sheet, letter)


def _page(template: str, title: str, sheet: Sheet, letter: str) -> str:
    words = {name: say(phrase, sheet.language) for name, phrase in WORDS.items()}
    told = json.dumps(words, ensure_ascii=False)
    return sheet.page(template, title=title, letter=letter, words=told)
