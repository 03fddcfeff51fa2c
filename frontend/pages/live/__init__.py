"""« Suivi en direct »: the page of the référent, the reminder to a bureau."""

from django.urls import path

from frontend.pages.live import reminding, showing

urlpatterns = [
    path("suivi/", showing.show, name="live"),
    path("suivi/tableau/", showing.region, name="live-region"),
    path("suivi/relancer/", reminding.remind, name="live-remind"),
]
