"""The same demande received twice: each pair is registered as two, then merged, then answered once."""

from dataclasses import dataclass, replace
from datetime import date

from config.demonstration.cases import Case
from config.demonstration.diary import Diary
from config.demonstration.histories import Histories
from tracker import writers
from tracker.commands import Note
from tracker.models import Ticket
from tracker.writers import Author, Draft

ENDED, OPEN = 10, 4


@dataclass(slots=True)
class Pair:
    """Two diaries that lead to a merge by `author`, and what follows it on the one kept."""

    kept: Diary
    merged: Diary
    author: Author
    after: Diary


class Pairs:
    def __init__(self, replies: Histories) -> None:
        self.replies = replies
        self.days = replies.days

    def draw(self) -> list[Pair]:
        """Ten pairs of the past, then four of these last days, still open."""
        past = [self.pair(self.days.around(-40 - 15 * n), is_open=False) for n in range(ENDED)]
        return past + [self.pair(self.days.around(-3 - n % 2), is_open=True) for n in range(OPEN)]

    def pair(self, received_on: date, *, is_open: bool) -> Pair:
        """By e-mail, then by letter the next day; the agent sees it when the letter comes."""
        cases = self.replies.cases
        first = cases.case(received_on, kind="correspondence", channel="email", office="TIT")
        next_day = self.days.calendar.add(received_on, 1)
        register = replace(
            first.register,
            channel_id=cases.channels["letter"],
            received_on=next_day,
            mailbox_id=None,
            body="",
            by_mailroom=True,
        )
        second = replace(first, register=register, channel="letter")
        kept, merged = (self.open_one(case) for case in (first, second))
        moment = max(kept.last, merged.last)
        after = cases.diary(first, self.replies.loaded_at)
        after.steps.append(
            (Author(user=first.agent, quiet=True, now=moment), [Note("Courrier et courriel identiques.")])
        )
        if not is_open:
            self.replies.answer(first, after, self.days.calendar.add(next_day, 2))
        return Pair(kept, merged, Author(user=first.agent, quiet=True, now=moment), after)

    def open_one(self, case: Case) -> Diary:
        diary = self.replies.cases.diary(case, self.replies.loaded_at)
        self.replies.registered(case, diary)
        return diary


def write_pairs(pairs: list[Pair], written: dict[Diary, Ticket]) -> list[Draft]:
    """Merge each pair, both of which are written; gives the drafts of what follows."""
    drafts = []
    for pair in pairs:
        kept = written[pair.kept]
        writers.merge(written[pair.merged].pk, kept.pk, pair.author)
        drafts.append(Draft(writers.lock(kept.pk), pair.after.steps))
    return drafts
