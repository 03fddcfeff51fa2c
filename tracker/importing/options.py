"""What an import is told, checked once before any row is read."""

from dataclasses import dataclass, field
from typing import Any, Literal

from tracker.errors import InvalidCommand
from tracker.models import Channel, Nature, Office, Prefecture, Site, TicketKind

Undated = Literal["open", "late"]

# --kind on the command line → kind code, channel where the register does not say, module, nature.
REGISTERS = {
    "courrier": ("correspondence", "letter", 1, "general_information"),
    "courriel": ("correspondence", "email", 1, "general_information"),
    "reclamation": ("complaint", "email", 1, "complaint"),
    "rdv": ("meeting_request", "email", 4, "general_information"),
    "site": ("site_update", "email", 1, "general_information"),
}
OTHER_REGISTER = ("email", 1, "general_information")
LONGEST_NAME = 80
"""Of a mailbox or a theme, as stored."""
LONGEST_REGISTER = 120


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """As typed; codes and names, no row. `undated`: a row without an answer is still open, or was answered without a
    traceable date (late)."""

    kind: str
    module: int | None = None
    nature: str | None = None
    office: str | None = None
    site: str | None = None
    mailbox: str | None = None
    register: str | None = None
    undated: Undated = "open"
    mapping: dict[str, str | None] | None = None
    allow_known_elsewhere: bool = False
    """Whether a person has said that the rows are to be taken although most stand elsewhere."""

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(slots=True)
class ImportTarget:
    """The rows of the préfecture that the options name, and what a cell may name."""

    prefecture: Prefecture
    options: ImportOptions
    kind: TicketKind
    channel: Channel
    module: int
    nature: Nature
    site: Site
    office: Office | None
    register: str
    channels: dict[str, Channel] = field(default_factory=dict)
    natures: dict[str, Nature] = field(default_factory=dict)


def resolve(prefecture: Prefecture, options: ImportOptions, file_name: str) -> ImportTarget:
    """Find what the options name. An unknown mailbox is created, an unknown kind, nature, bureau or site is refused.

    Raises InvalidCommand with the option's name as its field.
    """
    code, channel_code, module, nature_code = REGISTERS.get(options.kind, (options.kind, *OTHER_REGISTER))
    kind = prefecture.kinds.filter(code=code).first()
    if kind is None:
        # The kinds of every préfecture have a French word; only one that it added itself is known by its code.
        named = {row[0] for row in REGISTERS.values()}
        known = ", ".join([*REGISTERS, *prefecture.kinds.exclude(code__in=named).values_list("code", flat=True)])
        raise InvalidCommand(
            f"Type de registre inconnu\xa0: «\xa0{options.kind}\xa0». Types possibles\xa0: {known}.", field="kind"
        )
    if options.module is not None and not 1 <= options.module <= 8:
        raise InvalidCommand("Le module va de 1 à 8.", field="module")
    channels = {channel.code: channel for channel in Channel.objects.all()}
    natures = {nature.code: nature for nature in Nature.objects.all()}
    if options.nature is not None and options.nature not in natures:
        raise InvalidCommand(
            f"Nature inconnue\xa0: «\xa0{options.nature}\xa0». Natures possibles\xa0: {', '.join(natures)}.",
            field="nature",
        )
    office = find_office(prefecture, options.office)
    return ImportTarget(
        prefecture=prefecture,
        options=options,
        kind=kind,
        channel=channels[channel_code],
        module=options.module or module,
        nature=natures[options.nature or nature_code],
        site=find_site(prefecture, options.site, office),
        office=office,
        register=register_name(options, file_name),
        channels=channels,
        natures=natures,
    )


def register_name(options: ImportOptions, file_name: str) -> str:
    """The name under which the numbers of this file are unique."""
    name = options.register or options.mailbox or file_name.rsplit(".", 1)[0]
    return name.strip()[:LONGEST_REGISTER] or "registre"


def find_office(prefecture: Prefecture, code: str | None) -> Office | None:
    if code is None:
        return None
    office = prefecture.offices.filter(code__iexact=code).select_related("site").first()
    if office is None:
        raise InvalidCommand(f"Aucun bureau n’a le code «\xa0{code}\xa0» dans cette préfecture.", field="office")
    return office


def find_site(prefecture: Prefecture, code: str | None, office: Office | None) -> Site:
    if code is not None:
        site = prefecture.sites.filter(code__iexact=code).first()
        if site is None:
            raise InvalidCommand(f"Aucun site n’a le code «\xa0{code}\xa0» dans cette préfecture.", field="site")
        return site
    return office.site if office else prefecture.sites.get(is_main=True)
