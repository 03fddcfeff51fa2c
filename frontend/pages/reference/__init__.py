"""Calendar, rules and eliminations, for the référent."""

from frontend.pages.reference import calendar, eliminations, recomputations, rules

urlpatterns = [*rules.urlpatterns, *calendar.urlpatterns, *recomputations.urlpatterns, *eliminations.urlpatterns]
