"""Rules as sentences, for the pages of the référent."""

from django import template

from frontend import wording
from tracker import rule_wording
from tracker.models import DeadlineRule

register = template.Library()

register.filter("promise", rule_wording.promise)
register.filter("rule_sentence", rule_wording.sentence)
# With its year, always: a rule is read years later.
register.filter("full_date", wording.plain_date)


@register.filter
def rule_period(rule: DeadlineRule) -> str:
    """« du 1er janvier 2010 au 31 décembre 2026 », « depuis le 1er janvier 2027 »."""
    since = wording.plain_date(rule.valid_from)
    return f"depuis le {since}" if rule.valid_until is None else f"du {since} au {wording.plain_date(rule.valid_until)}"
