"""The documentation of the API, made from its own description: nothing in it can be out of date."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from frontend.api_guide import groups
from frontend.http import PageRequest


@require_safe
def guide(request: PageRequest) -> HttpResponse:
    return render(request, "frontend/pages/api_guide.html", {"groups": groups()})


urlpatterns = [path("documentation-api/", guide, name="api-guide")]
