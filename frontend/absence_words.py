"""Absences as a person says them: the same for a man and for a woman, and without a reason, which nobody records."""

from datetime import date

from frontend.wording import long_date, period, plain_date
from tracker.models import Absence, User


def away_words(absence: Absence, today: date) -> str:
    """« Absence jusqu’au vendredi 27 novembre, remplacement : Camille Aubépine »."""
    return f"Absence jusqu’au {long_date(absence.ends_on, today)}{stand_in(absence)}"


def coming_words(absence: Absence, today: date) -> str:
    """« Absence du 7 au 18 décembre »."""
    return f"Absence {period(absence.starts_on, absence.ends_on, today)}{stand_in(absence)}"


def stand_in(absence: Absence) -> str:
    return f", remplacement\xa0: {absence.substitute.full_name}" if absence.substitute else ""


def recorder_words(absence: Absence, reader: User) -> str:
    """« indiquée par Camille Aubépine », « indiquée par vous »; empty where a command did it."""
    if absence.recorded_by is None:
        return ""
    return f"indiquée par {'vous' if absence.recorded_by == reader else absence.recorded_by.full_name}"


def name_words(user: User, away: Absence | None, today: date) -> str:
    """« Camille Aubépine », and until when this person is away, for whoever chooses somebody."""
    return f"{user.full_name} (absence jusqu’au {plain_date(away.ends_on, today)})" if away else user.full_name
