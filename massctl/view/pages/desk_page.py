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
    "away": Phrase("the desk does not answer; the change of the form is tried again"),
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
    "audienceKind": Phrase("who receives it"),
    "is_to_all": Phrase("all followers"),
    "tag": Phrase("a tag"),
    "of": Phrase("an audience"),
    "openids": Phrase("a list of openids"),
    "freezeBy": Phrase("who has the key of the snapshots runs"),
    "forTeam": Phrase("for the team"),
    "series": Phrase("series"),
    "window": Phrase("when it goes out"),
    "windowDay": Phrase("day"),
    "noWindow": Phrase("no window yet"),
    "monthBefore": Phrase("the month before"),
    "monthAfter": Phrase("the next month"),
    "frozenDay": Phrase("nothing goes out on this day"),
    "dayFree": Phrase("nothing else goes out on this day"),
    "thisLetter": Phrase("this letter"),
    "previewed": Phrase("preview"),
    "addArticle": Phrase("add an article"),
    "newArticle": Phrase("new article"),
    "takeAway": Phrase("take it out"),
    "drag": Phrase("drag it to another place"),
    "undo": Phrase("undo the last change of the form"),
    "nothingToUndo": Phrase("there is nothing to undo"),
    "newPicture": Phrase("another picture"),
    "addPicture": Phrase("add a picture of the letter"),
    "cropKeys": Phrase("drag the frame or its corner; arrow keys move it, + and - change its size"),
    "characters": Phrase("{count} characters"),
    "sentArticle": Phrase("sent"),
    "text_message": Phrase("text message"),
    "image_message": Phrase("picture message"),
    "voice_message": Phrase("voice message"),
    "mpvideo_message": Phrase("video message"),
    "wxcard_message": Phrase("coupon"),
    "content_of_message": Phrase("words"),
    "media_ids_of_message": Phrase("material of the account (media_id)"),
    "title_of_message": Phrase("title"),
    "recommend_of_message": Phrase("words shown with the pictures"),
    "description_of_message": Phrase("description"),
    "card_id_of_message": Phrase("id of the coupon (card_id)"),
    "card_ext_of_message": Phrase("signature for previews (card_ext)"),
    "file": Phrase("file"),
    "media_id": Phrase("material of the account (media_id)"),
    "fileKept": Phrase("as the file says"),
    "windowFrom": Phrase("not before"),
    "windowTo": Phrase("not after"),
    "preview": Phrase("shown first on the phones of (微信号)"),
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
    "working": Phrase("working…"),
    "editor": Phrase("text of the article"),
    "quiet": Phrase("quiet"),
    "stateDraft": Phrase("drafts"),
    "stateReview": Phrase("in review"),
    "stateApproved": Phrase("approved"),
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
