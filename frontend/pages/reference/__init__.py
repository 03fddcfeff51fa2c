"""Calendar, rules, eliminations, models of reply and signatures."""

from frontend.pages.reference import calendar, eliminations, recomputations, reply_models, rules, signatures

urlpatterns = [
    *rules.urlpatterns,
    *calendar.urlpatterns,
    *recomputations.urlpatterns,
    *eliminations.urlpatterns,
    *reply_models.urlpatterns,
    *signatures.urlpatterns,
]
