"""Every address of the product."""

from django.urls import include, path

import notifications.api
import tracker.api.urls

# The kernel's addresses end with the one that says 404 to any other.
API = [*notifications.api.urlpatterns, *tracker.api.urls.urlpatterns]
urlpatterns = [path("api/v1/", include((API, tracker.api.urls.app_name))), path("", include("frontend.urls"))]

handler400 = "frontend.pages.errors.bad_request"
handler403 = "frontend.pages.errors.permission_denied"
handler404 = "frontend.pages.errors.page_not_found"
handler500 = "frontend.pages.errors.server_error"
