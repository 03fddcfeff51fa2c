"""Where actions come from: rows of each préfecture, like its themes."""

from actions.models import ActionSource
from actions.shipped import SHIPPED
from tracker.models import Prefecture


def give_sources(prefecture: Prefecture) -> None:
    """What `init` gives a new préfecture."""
    ActionSource.objects.bulk_create(
        ActionSource(
            prefecture=prefecture, code=source.code, label=source.label, family=source.family, position=position
        )
        for position, source in enumerate(SHIPPED, 1)
    )
