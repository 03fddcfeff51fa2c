"""What is on the desks today: overdue, due today, due soon, waiting, on hold, to affect."""

from dataclasses import replace
from datetime import date

from config.demonstration import wording
from config.demonstration.cases import Case
from config.demonstration.diary import Diary
from config.demonstration.histories import Histories
from config.demonstration.meetings import Meetings
from tracker.commands import Answer, Hold, MarkSignature, Note, SendBack, Take

# How many are due so many working days from today (0: today; on a closed day, the next working one).
REPLIES_DUE = {
    -9: 1,
    -7: 1,
    -5: 2,
    -4: 2,
    -3: 3,
    -2: 4,
    -1: 5,
    0: 9,
    1: 11,
    2: 10,
    3: 9,
    4: 12,
    5: 3,
    6: 3,
    7: 4,
    8: 4,
    9: 4,
}
MEETINGS_DUE = {-2: 1, -1: 1, 0: 2, 1: 2, 2: 3, 3: 2}
UPDATES_DUE = {-1: 1, 0: 1, 1: 2, 2: 2}
PROMISES_DUE = (-2, -1, 0, 1, 1, 2, 3, 4, 6, 8)
"""Working days from today to what holding replies promised."""
QUICK_CHANNELS = ("email", "form")
QUICK_DAYS = 4
"""A promise of five working days can only fall so far ahead."""
UNPROMISED_CHANNELS = ("counter", "phone", "online_review", "social", "counter", "phone")


class Current:
    """Writes the diaries of what is open today, and of what was answered these last days."""

    def __init__(self, replies: Histories, meetings: Meetings) -> None:
        self.replies = replies
        self.meetings = meetings
        self.cases = replies.cases
        self.days = replies.days
        self.draw = replies.draw

    def diaries(self) -> list[Diary]:
        return [
            *(self.due(offset, n) for offset, count in REPLIES_DUE.items() for n in range(count)),
            *(self.meeting_due(offset) for offset, count in MEETINGS_DUE.items() for _ in range(count)),
            *(self.update_due(offset) for offset, count in UPDATES_DUE.items() for _ in range(count)),
            *(self.on_hold(offset) for offset in PROMISES_DUE),
            *(self.awaiting(ago) for ago in range(2, 12)),
            *(self.to_affect(ago) for ago in (0, 0, 0, 0, 0, 1, 1, 2, 6)),
            *(self.back_in_mailroom() for _ in range(3)),
            *(self.without_promise(channel) for channel in UNPROMISED_CHANNELS),
            *(self.meeting_under_way(ago, confirm=ago % 2 == 0) for ago in (1, 1, 2, 2, 3, 3, 4, 4)),
            *(self.meeting_held(ago) for ago in (1, 2, 3, 4, 6, 7)),
            *(self.answered_lately(ago) for ago in (1, 1, 1, 2, 2, 3, 3, 4)),
        ]

    def open_case(self, case: Case, diary: Diary, n: int) -> None:
        """Affected, and two times in three taken, some of them with a note or at the signature."""
        self.replies.registered(case, diary)
        if n % 3 == 0:
            return
        on = self.days.between(self.draw, diary.last.date(), max(self.days.yesterday, diary.last.date()))
        diary.write(case.agent, on, Take())
        if n % 5 == 1:
            diary.write_soon_after(case.agent, 25, Note(self.draw.choice(wording.NOTES)))
        if n % 7 == 2 and case.channel == "letter":
            diary.write_soon_after(case.agent, 35, MarkSignature(diary.last.date()))

    def due(self, offset: int, n: int) -> Diary:
        kind = "complaint" if n % 4 == 3 else "correspondence"
        late_enough = offset <= QUICK_DAYS
        channel = QUICK_CHANNELS[n % 2] if late_enough and n % 3 else "letter"
        case = self.cases.at_due(offset, kind=kind, channel=channel)
        diary = self.cases.diary(case, self.replies.loaded_at)
        self.open_case(case, diary, n)
        return diary

    def update_due(self, offset: int) -> Diary:
        case = self.cases.at_due(offset, kind="site_update", channel="email")
        diary = self.cases.diary(case, self.replies.loaded_at)
        self.open_case(case, diary, 1)
        return diary

    def meeting_due(self, offset: int) -> Diary:
        case = self.cases.at_due(offset, kind="meeting_request", channel="letter")
        diary = self.cases.diary(case, self.replies.loaded_at)
        self.open_case(case, diary, offset)
        return diary

    def on_hold(self, offset: int) -> Diary:
        """Held some days ago, with a promise that falls `offset` working days from today."""
        sent_on = self.days.around(min(offset, 0) - 5)
        case = self.cases.case(self.days.before(sent_on, 3), kind="correspondence", channel="email")
        diary = self.cases.diary(case, self.replies.loaded_at)
        self.replies.taken(case, diary, sent_on)
        diary.write(case.agent, sent_on, Hold(sent_on, self.days.around(offset)))
        return diary

    def awaiting(self, ago: int) -> Diary:
        asked_on = self.days.around(-ago)
        case = self.cases.case(self.days.before(asked_on, 2), kind="correspondence")
        diary = self.cases.diary(case, self.replies.loaded_at)
        self.replies.taken(case, diary, asked_on)
        diary.write(case.agent, asked_on, self.replies.piece(asked_on))
        return diary

    def to_affect(self, ago: int) -> Diary:
        case = self.cases.case(self.arrival(ago), kind="correspondence", channel="letter")
        diary = self.cases.diary(case, self.replies.loaded_at)
        diary.write(self.replies.users["courrier"], case.register.received_on, case.register)
        return diary

    def arrival(self, ago: int) -> date:
        """Today (even on a closed day: somebody is there to load), or so many working days ago."""
        return self.days.before(self.days.today, ago) if ago else self.days.today

    def back_in_mailroom(self) -> Diary:
        """« Pas pour nous », and nobody has affected it again yet."""
        received_on = self.days.around(-2)
        case = self.cases.case(received_on, kind="correspondence", channel="letter")
        case = replace(case, register=replace(case.register, by_mailroom=True))
        diary = self.cases.diary(case, self.replies.loaded_at)
        self.replies.registered(case, diary)
        note = self.draw.choice(wording.SENT_BACK_NOTES)
        diary.write(case.agent, max(self.days.yesterday, diary.last.date()), SendBack(note))
        return diary

    def without_promise(self, channel: str) -> Diary:
        case = self.cases.case(self.days.around(-self.draw.randint(1, 12)), kind="complaint", channel=channel)
        diary = self.cases.diary(case, self.replies.loaded_at)
        self.open_case(case, diary, 1)
        return diary

    def meeting_under_way(self, ago: int, *, confirm: bool) -> Diary:
        case = self.cases.case(self.days.around(-ago - 2), kind="meeting_request", channel="letter")
        diary = self.cases.diary(case, self.replies.loaded_at)
        proposed_on = self.days.around(-ago)
        (self.meetings.confirmed if confirm else self.meetings.proposed)(case, diary, proposed_on)
        return diary

    def meeting_held(self, ago: int) -> Diary:
        met_on = self.days.around(-ago)
        case = self.cases.case(self.days.before(met_on, 9), kind="meeting_request", channel="letter")
        diary = self.cases.diary(case, self.replies.loaded_at)
        self.meetings.met_by(case, diary, self.days.before(met_on, 6), met_on)
        return diary

    def answered_lately(self, ago: int) -> Diary:
        on = self.days.around(-ago)
        case = self.cases.case(self.days.before(on, 3), kind="correspondence", channel="email")
        diary = self.cases.diary(case, self.replies.loaded_at)
        self.replies.taken(case, diary, on)
        diary.write(case.agent, on, Answer(on, self.cases.channels["email"]))
        return diary
