"""Where the articles of a campaign that went out can be read, as far as the ledger knows."""

from massctl.model.names import CampaignName
from massctl.model.phrase import Phrase
from massctl.model.state import State


def article_address(state: State, campaign: str, number: int) -> str | tuple[Phrase, Phrase]:
    """Give the address of article `number`, from 1, of the newest edition that went out; else why not, and a hint.

    Addresses come with the event that ends a mass job; mass/get tells none. They begin with http:, and WeChat answers
    to https: as well. Source: WeChat docs, "MASSSENDJOBFINISH", read 2026-10.
    """
    jobs = [job for record in state.editions(CampaignName(campaign)) for job in record.jobs]
    if not jobs:
        say = Phrase("{campaign} was not sent as far as the ledger knows, so it has no address", campaign=campaign)
        return say, Phrase("write its name as its folder has it; massctl state list shows what was sent")
    told = [(job, job.counts.article_urls) for job in jobs if job.counts is not None and job.counts.article_urls]
    if not told:
        say = Phrase("{campaign} was sent, and nobody recorded where its articles are", campaign=campaign)
        return say, Phrase("record the event: massctl record-event FILE; or write the address itself")
    job, addresses = told[-1]
    words = {"campaign": campaign, "number": number}
    if number > len(addresses):
        say = Phrase("{campaign} has {count} articles, and no article {number}", count=len(addresses), **words)
        return say, Phrase("articles count from 1")
    if job.is_gone or number in job.withdrawn:
        say = Phrase("article {number} of {campaign} was withdrawn: its address is dead", **words)
        return say, Phrase("take the link out, or link to another article")
    address = addresses[number - 1]
    return "https:" + address.removeprefix("http:") if address.startswith("http:") else address
