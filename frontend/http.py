"""The request as a page sees it, once every middleware has passed."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from tracker.models import User


class PageRequest(HttpRequest):
    """Of a signed-in person: a page is private unless its view says otherwise."""

    user: User
    htmx: HtmxDetails
