"""« Suivi en direct »: the page of the référent, the reminder to a bureau, the wall."""

from django.urls import path

from frontend.pages.live import reminding, showing, wall

urlpatterns = [
    path("suivi/", showing.show, name="live"),
    path("suivi/tableau/", showing.region, name="live-region"),
    path("suivi/relancer/", reminding.remind, name="live-remind"),
    path("mur/", wall.show, name="wall"),
    path("mur/tableau/", wall.region, name="wall-region"),
    path("mur/<str:secret>/", wall.open_screen, name="wall-open"),
]
