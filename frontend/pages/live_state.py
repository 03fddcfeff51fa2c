"""What a browser asks when no live connection passes: the values of the topics that its page follows."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from notifications import topics
from notifications.consumers import TOPICS_MAX
from notifications.visitors import visitors_of


@login_not_required  # a wall screen has no person: whoever stands behind a cookie is asked here
@never_cache
@require_safe
def state(request: HttpRequest) -> JsonResponse:
    """{"values": {topic: value}}: a value that is no longer the same says that something has changed. What one may not
    see is left out, as what does not exist. 401 where nobody is known any more."""
    visitors = visitors_of(request.COOKIES)
    if not visitors:
        return JsonResponse({}, status=401)
    keys = {}
    for name in dict.fromkeys(request.GET.getlist("sujet")[:TOPICS_MAX]):
        visitor = next((visitor for visitor in visitors if visitor.allows(name)), None)
        place = topics.place_of(name, visitor.user) if visitor else None
        if place is not None:
            keys[name] = place.key
    values = topics.values(keys.values())
    return JsonResponse({"values": {name: values[key] for name, key in keys.items() if key in values}})


urlpatterns = [path("direct/etat/", state, name="live-state")]
