"""Two views that the référent shares with the préfecture: what is late, with its number, and the open complaints."""

from typing import Final

from frontend.display import SEPARATOR, USUAL
from frontend.models import SavedView
from tracker import journal
from tracker.models import Prefecture, User

SHARED: Final = (
    # name, filters, order, alert above
    ("En retard", "situation=overdue", "due", 10),
    ("Réclamations ouvertes", "kind=complaint&state=open", "due", None),
)


def share(prefecture: Prefecture, owner: User, act: journal.Act) -> None:
    for position, (name, query, order, alert_above) in enumerate(SHARED, start=1):
        view = SavedView.objects.create(
            owner=owner,
            prefecture=prefecture,
            name=name,
            query=query,
            order=order,
            columns=SEPARATOR.join(USUAL),
            alert_above=alert_above,
            position=position,
        )
        journal.record(view, journal.Entry("shared", act.now.date()), act, prefecture_id=prefecture.pk)
