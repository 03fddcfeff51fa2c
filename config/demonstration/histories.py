"""What became of each case: the histories that a real register shows, in their proportions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from config.demonstration import wording
from config.demonstration.cases import Case, Cases, weighted
from config.demonstration.diary import Diary
from tracker.commands import (
    Answer,
    AskRequester,
    Assign,
    Close,
    Complete,
    Correct,
    Dismiss,
    Forward,
    Hold,
    MarkSignature,
    Note,
    Reopen,
    SendBack,
    Take,
    Undo,
)
from tracker.enums import DismissalReason
from tracker.models import User

LATE_SHARE = 0.075
NO_PROMISE_DAYS = 8
"""Within how many working days what has no promised delay is answered."""
LONG_STORY_DAYS = 45
"""A history of several rounds is given only to what arrived that many working days ago: it had time to end."""

SHORT = {
    "plain": 74,
    "after_the_fact": 13,
    "sent_back": 4,
    "reassigned": 3,
    "signature": 4,
    "corrected": 2,
    "undone": 1,
}
LONG = SHORT | {
    "held": 8, "asked": 5, "forwarded": 4, "dismissed": 6, "missing_pieces": 1, "reopened": 2, "reopened_by_mistake": 1,
    "undated": 1,
}  # fmt: skip
REASONS = {
    DismissalReason.DUPLICATE: 3,
    DismissalReason.UNWANTED: 4,
    DismissalReason.OUT_OF_SCOPE: 3,
    DismissalReason.ANONYMOUS: 2,
    DismissalReason.WITHDRAWN: 2,
    DismissalReason.REGISTRATION_ERROR: 1,
}


class Histories:
    """Writes the diaries of cases on the reply machine. Each history is a method of its name: case, diary, day of the
    answer."""

    def __init__(self, cases: Cases, loaded_at: datetime) -> None:
        self.cases = cases
        self.days = cases.days
        self.calendar = cases.days.calendar
        self.draw = cases.draw
        self.users = cases.organisation.users
        self.offices = cases.organisation.offices
        self.loaded_at = loaded_at

    # --- beginnings -----------------------------------------------------------------------------------------------

    def registered(self, case: Case, diary: Diary, *, to: str | None = None) -> None:
        """Arrived and affected to the bureau `to`: letters by the mailroom, often the same day; the rest by the bureau
        that found it in its mailbox."""
        assign = Assign(self.offices[to or case.office].pk)
        # Nobody works on a closed day, unless the load itself is made on one.
        on = min(self.calendar.next_working(case.register.received_on), self.days.today)
        if not case.by_mailroom:
            diary.write(case.agent, on, case.register, assign)
        elif self.draw.random() < 0.8:
            diary.write(self.users["courrier"], on, case.register, assign)
        else:
            diary.write(self.users["courrier"], on, case.register)
            diary.write(self.users["courrier"], min(self.calendar.add(on, 1), self.days.today), assign)

    def taken(self, case: Case, diary: Diary, until: date, *, to: str | None = None) -> date:
        """Registered, then taken by its agent before `until`; gives the day."""
        self.registered(case, diary, to=to)
        on = self.days.between(self.draw, diary.last.date(), max(until, diary.last.date()))
        diary.write(case.agent, on, Take())
        if self.draw.random() < 0.08:
            diary.write(case.agent, on, Note(self.draw.choice(wording.NOTES)))
        return on

    # --- endings --------------------------------------------------------------------------------------------------

    def ended(self, case: Case) -> Diary:
        """A case of the past with the history that it was given, answered in time nine times in ten."""
        diary = self.cases.diary(case, self.loaded_at)
        old = self.calendar.count(case.register.received_on, self.days.today) >= LONG_STORY_DAYS
        story: Callable[[Case, Diary, date], None] = getattr(self, weighted(self.draw, LONG if old else SHORT))
        story(case, diary, self.day_of_answer(case))
        return diary

    def day_of_answer(self, case: Case) -> date:
        promised = case.days or NO_PROMISE_DAYS
        if self.draw.random() < LATE_SHARE:
            taken = promised + self.draw.randint(1, 9)
        else:
            taken = self.draw.randint(1, promised)
        return min(self.calendar.add(case.register.received_on, taken), self.latest(case))

    def latest(self, case: Case) -> date:
        """Yesterday, or the arrival where it is later."""
        return max(self.days.yesterday, case.register.received_on)

    def answer(self, case: Case, diary: Diary, on: date) -> None:
        """Answered on that day by the channel of arrival, a letter for what came otherwise; closed by itself after."""
        channel = case.channel if case.channel in ("email", "letter") else "letter"
        diary.write(case.agent, on, Answer(on, self.cases.channels[channel]))
        self.close(diary, on)

    def close(self, diary: Diary, on: date) -> None:
        closes_on = self.calendar.add(on, self.cases.organisation.prefecture.close_after_days)
        if closes_on < self.days.today:
            diary.write(None, closes_on, Close())

    def plain(self, case: Case, diary: Diary, on: date) -> None:
        self.taken(case, diary, on)
        self.answer(case, diary, max(on, diary.last.date()))

    def after_the_fact(self, case: Case, diary: Diary, on: date) -> None:
        """Logged once answered: one act."""
        written_on = max(on, self.days.between(self.draw, on, self.days.yesterday if on < self.days.yesterday else on))
        written_on = min(written_on, self.calendar.add(on, 3))
        answer = Answer(on, self.cases.channels["email"])
        diary.write(case.agent, written_on, case.register, Assign(self.offices[case.office].pk), answer)
        self.close(diary, written_on)

    def undated(self, case: Case, diary: Diary, on: date) -> None:
        self.taken(case, diary, on)
        diary.write(case.agent, on, Answer(None, self.cases.channels["letter"]))
        self.close(diary, on)

    def held(self, case: Case, diary: Diary, on: date) -> None:
        taken_on = self.taken(case, diary, on)
        sent_on = self.days.between(self.draw, taken_on, max(on, taken_on))
        promised_on = self.calendar.add(sent_on, self.draw.randint(4, 12))
        diary.write(case.agent, sent_on, Hold(sent_on, promised_on))
        kept = self.draw.random() < 0.85
        answered_on = self.days.before(promised_on, 2) if kept else self.calendar.add(promised_on, 3)
        self.answer(case, diary, max(answered_on, diary.last.date()))

    def asked(self, case: Case, diary: Diary, on: date) -> None:
        taken_on = self.taken(case, diary, on)
        diary.write(case.agent, taken_on, self.piece(taken_on))
        completed_on = self.calendar.add(taken_on, self.draw.randint(2, 9))
        diary.write(case.agent, completed_on, Complete(completed_on))
        self.answer(case, diary, self.calendar.add(completed_on, self.draw.randint(1, case.days or NO_PROMISE_DAYS)))

    def piece(self, on: date) -> AskRequester:
        return AskRequester(on, self.draw.choice(wording.MISSING), until=self.calendar.add(on, 15))

    def missing_pieces(self, case: Case, diary: Diary, on: date) -> None:
        taken_on = self.taken(case, diary, on)
        diary.write(case.agent, taken_on, self.piece(taken_on))
        dismissed_on = self.calendar.add(taken_on, 20)
        diary.write(case.agent, dismissed_on, Dismiss(DismissalReason.MISSING_PIECES, dismissed_on))

    def forwarded(self, case: Case, diary: Diary, on: date) -> None:
        self.taken(case, diary, on)
        on = max(on, diary.last.date())
        diary.write(case.agent, on, Forward(self.draw.choice(wording.OTHER_ADMINISTRATIONS), on, on))

    def dismissed(self, case: Case, diary: Diary, on: date) -> None:
        self.taken(case, diary, on)
        on = max(on, diary.last.date())
        reason = DismissalReason(weighted(self.draw, {str(code): weight for code, weight in REASONS.items()}))
        diary.write(case.agent, on, Dismiss(reason, on))

    # --- detours --------------------------------------------------------------------------------------------------

    def sent_back(self, case: Case, diary: Diary, on: date) -> None:
        """Affected to the wrong bureau, which said so; the mailroom affected it again."""
        wrong = self.draw.choice([code for code in ("ELE", "ENV", "SEC", "DOT") if code != case.office])
        by_mailroom = replace(case.register, by_mailroom=True)
        received_on = min(self.calendar.next_working(case.register.received_on), self.days.today)
        diary.write(self.users["courrier"], received_on, by_mailroom, Assign(self.offices[wrong].pk))
        back_on = min(self.calendar.add(received_on, 1), max(on, received_on))
        note = self.draw.choice(wording.SENT_BACK_NOTES)
        diary.write(self.cases.organisation.agents(wrong)[0], back_on, SendBack(note))
        diary.write_soon_after(self.users["courrier"], 40, Assign(self.offices[case.office].pk))
        diary.write_soon_after(case.agent, 30, Take())
        self.answer(case, diary, max(on, diary.last.date()))

    def reassigned(self, case: Case, diary: Diary, on: date) -> None:
        """To another bureau by who may do so, or inside the bureau to a colleague."""
        agents = self.cases.organisation.agents(case.office)
        if len(agents) > 1:
            self.taken(case, diary, on)
            other = next(agent for agent in agents if agent != case.agent)
            diary.write_soon_after(case.agent, 50, Assign(self.offices[case.office].pk, other.pk))
            case.agent = other
        else:
            self.registered(case, diary, to="ACC" if case.office != "ACC" else "TIT")
            diary.write_soon_after(self.users["referent"], 60, Assign(self.offices[case.office].pk))
            diary.write_soon_after(case.agent, 45, Take())
        self.answer(case, diary, max(on, diary.last.date()))

    def signature(self, case: Case, diary: Diary, on: date) -> None:
        self.taken(case, diary, on)
        since = diary.last.date()
        diary.write_soon_after(case.agent, 55, MarkSignature(since))
        self.answer(case, diary, max(on, since))

    def corrected(self, case: Case, diary: Diary, on: date) -> None:
        self.taken(case, diary, on)
        precise = f"{case.register.subject} (précision)"
        diary.write_soon_after(case.agent, 20, Correct({"subject": precise}))
        self.answer(case, diary, max(on, diary.last.date()))

    def undone(self, case: Case, diary: Diary, on: date) -> None:
        """Answered by mistake, taken back at once, answered for good."""
        self.taken(case, diary, on)
        on = max(on, diary.last.date())
        diary.write(case.agent, on, Answer(on, self.cases.channels["email"]))
        diary.write_soon_after(case.agent, 8, Undo())
        self.answer(case, diary, on)

    def reopened(self, case: Case, diary: Diary, on: date) -> None:
        """The requester wrote again: the first result stays, a second round begins."""
        self.plain(case, diary, on)
        message_on = max(self.calendar.add(on, self.draw.randint(2, 14)), diary.last.date())
        diary.write(case.agent, message_on, Reopen(message_on, self.draw.choice(wording.REOPENED_NOTES)))
        self.answer(case, diary, self.calendar.add(message_on, self.draw.randint(1, case.days or NO_PROMISE_DAYS)))

    def reopened_by_mistake(self, case: Case, diary: Diary, on: date) -> None:
        """Closed as forwarded although it was ours: reopened, then answered."""
        self.forwarded(case, diary, on)
        again_on = self.calendar.add(diary.last.date(), 1)
        supervisor = self.supervisor(case)
        diary.write(supervisor, again_on, Reopen(note="Transmise par erreur."))
        self.answer(case, diary, self.calendar.add(again_on, 1))

    def supervisor(self, case: Case) -> User:
        parent = self.offices[case.office].parent
        logins = {"DCL": "encadrant", "DMI": "encadrant.sejour"}
        return self.users[logins.get(parent.code if parent else "", "referent")]
