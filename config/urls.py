"""Every address of the product."""

from django.urls import include, path

urlpatterns = [path("api/v1/", include("tracker.api.urls")), path("", include("frontend.urls"))]

handler400 = "frontend.pages.errors.bad_request"
handler403 = "frontend.pages.errors.permission_denied"
handler404 = "frontend.pages.errors.page_not_found"
handler500 = "frontend.pages.errors.server_error"
