"""Calendar and rules, for the référent."""

from frontend.pages.reference import calendar, recomputations, rules

urlpatterns = [*rules.urlpatterns, *calendar.urlpatterns, *recomputations.urlpatterns]
