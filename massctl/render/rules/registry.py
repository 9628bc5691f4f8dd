"""The table of content rules: the code, the severity and the check of each.

An error is what WeChat refuses, what followers would lose, or what the repository itself forbids; taste is a warning
or a note. Warnings and notes can be accepted, with a reason, under `ignore:` in campaign.yaml.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from massctl.model.diagnostics import Fault, Severity
from massctl.model.frozen import Frozen
from massctl.render.rules import content, structure
from massctl.render.rules.subject import Check, Subject

ERROR = Severity.ERROR
WARNING = Severity.WARNING
INFO = Severity.INFO


class Rule(Frozen):
    """One content rule."""

    code: str
    severity: Severity
    check: Check


RULES = (
    # What the law, the repository and WeChat's rules of conduct say.
    Rule("MC318", WARNING, content.find_absolute_terms),
    Rule("MC319", ERROR, content.find_banned_words),
    Rule("MC360", WARNING, content.find_incitement),
    Rule("MC361", WARNING, content.find_forbidden),
    # What nobody sees, or nobody can follow.
    Rule("MC320", WARNING, content.find_unseen),
    Rule("MC321", WARNING, content.find_unencrypted),
    Rule("MC322", WARNING, content.find_dead_links),
    Rule("MC323", INFO, content.find_missing_digest),
    Rule("MC324", INFO, content.find_unseen_digest),
    Rule("MC214", INFO, content.find_tiny),
    Rule("MC215", INFO, content.find_wordless),
    # WeChat's rules for the structure of articles, in their order (1.1 to 4).
    Rule("MC330", WARNING, structure.find_hidden_pictures),
    Rule("MC331", WARNING, structure.find_hidden_carets),
    Rule("MC332", WARNING, structure.find_overlapping_lines),
    Rule("MC333", WARNING, structure.find_wide),
    Rule("MC334", WARNING, structure.find_heightless),
    Rule("MC335", WARNING, structure.find_start_alignment),
    Rule("MC336", WARNING, structure.find_touch_animations),
    Rule("MC337", WARNING, structure.find_pre),
    Rule("MC338", WARNING, structure.find_nesting),
    Rule("MC339", WARNING, structure.find_leaves),
    Rule("MC340", INFO, structure.find_fonts),
    Rule("MC341", WARNING, structure.find_dark_mode),
)


def judge(subject: Subject) -> Iterator[Fault]:
    """Yield the faults of a subject, rule by rule."""
    for rule in RULES:
        for found in rule.check(subject):
            yield replace(found, code=rule.code, severity=rule.severity)
