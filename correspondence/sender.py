"""Who writes: the lines at the foot of a letter (CRPA, L111-2), with their anonymous variant. Pure.

The law wants the first name, the name, the quality and the administrative address of the agent in charge on every
letter; where public security calls for it, the name stays out and the agent is designated otherwise.
"""

from dataclasses import dataclass

from tracker.models import Office, Site, User

UNNAMED = "L’agent chargé de votre demande"


@dataclass(frozen=True, slots=True)
class Sender:
    """One agent as a letter shows them. `name` is known even where the letter does not give it: the control of form
    then says if it slipped into the text."""

    first_name: str
    last_name: str
    is_anonymous: bool
    agent_number: str
    job_title: str
    service: str
    prefecture: str
    address: str
    phone: str
    email: str
    opening_hours: str
    city: str

    @property
    def designation(self) -> str:
        """« Camille Aubépine »; without the name: « Agent n° 1234 », or words when there is no number."""
        if not self.is_anonymous:
            return f"{self.first_name} {self.last_name}".strip()
        return f"Agent n°\xa0{self.agent_number}" if self.agent_number else UNNAMED

    def lines(self) -> list[str]:
        """The block, line by line; what is not known is left out."""
        reach = " – ".join(filter(None, (f"Tél.\xa0: {self.phone}" if self.phone else "", self.email)))
        hours = f"Accueil\xa0: {self.opening_hours}" if self.opening_hours else ""
        found = (self.designation, self.job_title, self.prefecture, self.service, self.address, reach, hours)
        return [line for line in found if line]

    def block(self) -> str:
        return "\n".join(self.lines())


def sender_of(user: User, site: Site, office: Office | None) -> Sender:
    """`user` writing for `office`, at `site` where no bureau holds the demande. A bureau without its own address has
    that of its site; one that signs without names gives no direct line either."""
    is_anonymous = user.signs_anonymously or bool(office and office.signs_anonymously)
    place = office.site if office else site
    direct = "" if is_anonymous else user.phone
    return Sender(
        first_name=user.first_name,
        last_name=user.last_name,
        is_anonymous=is_anonymous,
        agent_number=user.agent_number,
        job_title=user.job_title,
        service=office.name if office else "",
        prefecture=place.name,
        address=(office.address if office else "") or place.address,
        phone=direct or (office.phone if office else ""),
        email=office.email if office else "",
        opening_hours=office.opening_hours if office else "",
        city=place.city,
    )
