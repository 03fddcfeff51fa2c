"""Rendez-vous d'élus: a date proposed, held, declined, moved."""

from datetime import date

from config.demonstration import wording
from config.demonstration.cases import Case, weighted
from config.demonstration.diary import Diary
from config.demonstration.histories import Histories
from tracker.commands import CallOff, Close, Confirm, HoldMeeting, Note, Propose

PROMISED_PROPOSAL, PROMISED_MEETING = 4, 10
STORIES = {"met": 70, "declined": 9, "moved": 7, "unavailable": 5, "given_up": 4, "dismissed": 3, "forwarded": 2}


class Meetings(Histories):
    """The same beginnings, on the meeting machine."""

    def ended(self, case: Case) -> Diary:
        diary = self.cases.diary(case, self.loaded_at)
        promised = case.days or PROMISED_PROPOSAL
        late = self.draw.random() < 0.09
        taken = promised + self.draw.randint(1, 4) if late else self.draw.randint(1, promised)
        getattr(self, weighted(self.draw, STORIES))(case, diary, self.calendar.add(case.register.received_on, taken))
        return diary

    def propose(self, case: Case, diary: Diary, on: date) -> date:
        """A date proposed on the day `on`; gives the day of the meeting, within ten working days most often."""
        late = self.draw.random() < 0.12
        received = case.register.received_on
        meeting_on = self.calendar.add(received, PROMISED_MEETING + (self.draw.randint(1, 8) if late else 0))
        if not late and on < self.days.before(meeting_on, 2):
            meeting_on = self.days.between(self.draw, self.calendar.add(on, 1), meeting_on)
        meeting_on = max(meeting_on, self.calendar.add(on, 1))
        diary.write(case.agent, on, Propose(on, meeting_on, self.draw.choice(wording.PLACES)))
        return meeting_on

    def proposed(self, case: Case, diary: Diary, on: date) -> date:
        self.taken(case, diary, on)
        return self.propose(case, diary, max(on, diary.last.date()))

    def confirmed(self, case: Case, diary: Diary, on: date) -> date:
        meeting_on = self.proposed(case, diary, on)
        confirmed_on = diary.last.date()
        diary.write_soon_after(case.agent, 90, Confirm(confirmed_on))
        return meeting_on

    def held(self, case: Case, diary: Diary, on: date, *, unavailable: bool = False) -> None:
        diary.write(case.agent, on, HoldMeeting(on, requester_unavailable=unavailable))
        if self.draw.random() < 0.2:
            diary.write_soon_after(case.agent, 30, Note("Compte rendu sur le réseau."))
        closes_on = self.calendar.add(on, self.cases.organisation.prefecture.close_after_days)
        if closes_on < self.days.today:
            diary.write(None, closes_on, Close())

    def met_by(self, case: Case, diary: Diary, proposed_on: date, met_on: date) -> None:
        """Proposed, confirmed and held on these days."""
        self.taken(case, diary, proposed_on)
        proposed_on = max(proposed_on, diary.last.date())
        diary.write(case.agent, proposed_on, Propose(proposed_on, met_on, self.draw.choice(wording.PLACES)))
        diary.write_soon_after(case.agent, 90, Confirm(proposed_on))
        self.held(case, diary, met_on)

    def met(self, case: Case, diary: Diary, on: date) -> None:
        self.held(case, diary, self.confirmed(case, diary, on))

    def unavailable(self, case: Case, diary: Diary, on: date) -> None:
        """Held late because the élu could not come sooner: outside the second promise."""
        self.confirmed(case, diary, on)
        self.held(case, diary, self.calendar.add(on, 20), unavailable=True)

    def declined(self, case: Case, diary: Diary, on: date) -> None:
        self.proposed(case, diary, on)
        again_on = self.calendar.add(on, 1)
        diary.write(case.agent, again_on, CallOff(again_on, by_requester=True, ends=False))
        meeting_on = self.propose(case, diary, again_on)
        self.held(case, diary, meeting_on)

    def moved(self, case: Case, diary: Diary, on: date) -> None:
        """Cancelled by the préfecture, which proposes another day: the clock runs on."""
        self.confirmed(case, diary, on)
        again_on = self.calendar.add(on, 2)
        note = self.draw.choice(wording.CALLED_OFF_NOTES)
        diary.write(case.agent, again_on, CallOff(again_on, by_requester=False, ends=False, note=note))
        self.held(case, diary, self.propose(case, diary, again_on))

    def given_up(self, case: Case, diary: Diary, on: date) -> None:
        self.proposed(case, diary, on)
        ended_on = self.calendar.add(on, 2)
        diary.write(case.agent, ended_on, CallOff(ended_on, by_requester=True, ends=True))
