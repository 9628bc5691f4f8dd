"""From a session to an account's sending speed."""

from massctl.apply.ports import SendingSpeed
from massctl.cli.answering import Answer
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.session import Session
from massctl.errors import UsageError
from massctl.model.ids import AccountName
from massctl.model.phrase import Phrase
from massctl.view.language import say
from massctl.view.speed_text import speed_words


def speed_shown(session: Session, account: str | None) -> tuple[AccountName, SendingSpeed]:
    """Read an account's sending speed."""
    name = _account(session, account)
    return name, session.wechat(name).speed()


def speed_set(session: Session, account: str | None, speed: int) -> tuple[AccountName, SendingSpeed]:
    """Set an account's sending speed and read it back."""
    name = _account(session, account)
    wechat = session.wechat(name)
    wechat.set_speed(speed)
    return name, wechat.speed()


def tell(session: Session, account: AccountName, speed: SendingSpeed, answer: Answer) -> int:
    """Say what a speed means, in words or as the document of `answer`."""
    voice = session.voice

    def document() -> str:
        from massctl.view.act_json import speed_json

        return speed_json(account, speed, voice.language)

    answer.tell(voice, document, lambda: "\n".join(say(line, voice.language) for line in speed_words(account, speed)))
    return ExitStatus.DONE


def _account(session: Session, named: str | None) -> AccountName:
    """Give the account that is meant; raises UsageError where that is not plain."""
    accounts = list(session.settings.accounts)
    if named is None and len(accounts) == 1:
        return AccountName(accounts[0])
    if named is None:
        raise UsageError(
            Phrase("massctl.yaml has several accounts: {accounts}", accounts=", ".join(accounts)),
            Phrase("No request was made."),
            Phrase("name one with --account"),
        )
    if named not in accounts:
        raise UsageError(
            Phrase("massctl.yaml has no account {name}", name=named),
            Phrase("No request was made."),
            Phrase("its accounts are: {accounts}", accounts=", ".join(accounts)),
        )
    return AccountName(named)
