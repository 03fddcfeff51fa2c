"""The columns of each kind of register, with the headers that préfectures give them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tracker.spreadsheets.columns import LONGEST_TEXT, Column, Layout
from tracker.spreadsheets.vocabulary import (
    CHANNELS,
    CHANNELS_EXPECTED,
    NATURES,
    NATURES_EXPECTED,
)

SENDER_LONGEST: Final = 200
SUBJECT_LONGEST: Final = 500
CONTACT_LONGEST: Final = 300

NUMBER = Column(
    "number",
    "Le numéro",
    "n° | n° d'ordre | numéro | numéro d'ordre | num | réf | référence | n° d'enregistrement | "
    "identifiant | id | n° chrono | chrono | n° courrier | n° demande | numéro d'enregistrement | "
    "n° réclamation | n° rdv | ordre",
    weak="no | numéros | n° ligne",
    unless="téléphone | tél | dossier | étranger | agdref",
    longest=80,
    of_arrival=True,
)
RECEIVED_ON = Column(
    "received_on",
    "La date d’arrivée",
    "date d'arrivée | arrivée | arrivé le | arrivée le | reçu le | reçue le | date de réception | "
    "date reçu | réception | réceptionné le | date réception | jour d'arrivée | date de la demande | "
    "demande reçue le | date d'entrée | entrée le | date arrivée courrier | date de dépôt | "
    "déposé le | date de saisine | saisi le",
    weak="date | reçu | entrée | date d'enregistrement | enregistré le | demandé le | date de réclamation | jour",
    unless="accusé | pièce | complément | réponse | avis | par | nombre | heure | retour | dossier complet",
    prevails="réception | réceptionné | arrivée | arrivé | reçu | entrée",
    kind="date",
    required=True,
    of_arrival=True,
)
SENDER = Column(
    "sender",
    "L’expéditeur",
    "expéditeur | émetteur | demandeur | auteur | usager | nom de l'usager | nom du demandeur | "
    "réclamant | requérant | nom et prénom | nom prénom | nom de l'expéditeur | correspondant | "
    "identité | nom / prénom | administré | plaignant | pétitionnaire | nom du réclamant | "
    "expéditrice",
    weak="nom | noms | de | qui | commune | collectivité | organisme | personne",
    unless="indisponibilité | adresse | service | agent | ville | courriel | mail",
    longest=SENDER_LONGEST,
    of_arrival=True,
)
CONTACT = Column(
    "sender_contact",
    "L’adresse de réponse",
    "adresse de réponse | adresse de l'expéditeur | adresse du demandeur | adresse électronique | adresse mail | "
    "adresse e-mail | adresse courriel | adresse postale | adresse | coordonnées",
    weak="mail | e-mail | mél | contact",
    unless="nom | ip | réception | site | bureau",
    longest=CONTACT_LONGEST,
    of_arrival=True,
)
"""Of what is pasted alone: an import takes no address, since a register of past years needs none."""
SENDER_ROLE = Column(
    "sender_role",
    "La qualité",
    "qualité | fonction | mandat | titre | qualité du demandeur",
    unless="démarche",
    of_arrival=True,
)
SUBJECT = Column(
    "subject",
    "L’objet",
    "objet | motif | sujet | objet de la demande | objet du courrier | motif de la demande | "
    "intitulé | libellé | objet du rendez-vous | objet du rdv | contenu de la demande | résumé | "
    "description",
    weak="demande | contenu | question | courrier | courriel | réclamation | message | nature de la demande",
    unless="refus | retard | indisponibilité | date",
    longest=SUBJECT_LONGEST,
    of_arrival=True,
)
THEME = Column(
    "theme",
    "La thématique",
    "thématique | thème | domaine | matière | rubrique",
    weak="catégorie",
    of_arrival=True,
)
CHANNEL = Column(
    "channel",
    "Le canal",
    "canal | canal d'arrivée | mode d'arrivée | voie d'arrivée | mode de réception | "
    "mode de saisine | canal de réception | mode de contact | moyen de contact | support d'arrivée | "
    "canal de saisine",
    weak="mode | voie | support | moyen | origine | provenance | vecteur | type d'envoi | via",
    unless="réponse | sortie | départ",
    kind="choice",
    words=CHANNELS,
    one_of="un canal connu",
    expected=CHANNELS_EXPECTED,
    of_arrival=True,
)
NATURE = Column(
    "nature",
    "La nature",
    "nature | nature de la demande | nature du courrier",
    weak="type | type de demande | type de courrier | catégorie | type de réclamation | qualification",
    unless="réponse | suite",
    kind="choice",
    words=NATURES,
    one_of="une nature connue",
    expected=NATURES_EXPECTED,
    of_arrival=True,
)
MAILBOX = Column(
    "mailbox",
    "La boîte",
    "boîte | boîte mail | boîte aux lettres | bal | boîte fonctionnelle | boîte de réception | adresse de réception",
    of_arrival=True,
)
OFFICE = Column(
    "office",
    "Le service",
    "service | bureau | affecté à | attribué à | service destinataire | service instructeur | "
    "bureau concerné | service concerné | direction | service traitant | bureau traitant | "
    "affectation | destinataire | pôle | service affecté | transmis au service | orienté vers | "
    "service compétent | attribution | direction / bureau",
    unless="date | postal | rendu | départ | sortie",
)
SITE = Column(
    "site",
    "Le site",
    "site | sous-préfecture | arrondissement | lieu d'arrivée",
    weak="lieu",
    unless="internet | web",
    of_arrival=True,
)
ANSWERED_ON = Column(
    "answered_on",
    "La date de réponse",
    "répondu le | répondue le | date de réponse | date de la réponse | réponse le | "
    "réponse envoyée le | réponse faite le | date d'envoi de la réponse | date d'envoi | envoyé le | "
    "réponse définitive | date de réponse définitive | réponse apportée le | départ | "
    "date de départ | date départ | parti le | expédié le | date de sortie | envoi réponse | "
    "suite donnée le | réponse au demandeur | réponse à l'usager | réponse envoyée | date réponse",
    weak="réponse | répondu | date de traitement | traité le | clôturé le | date de clôture | clos le | "
    "sortie | traité",
    unless="attente | accusé | provisoire | délai | nombre | jour | type | mode | canal | pièce | promis | "
    "prévu | limite | avant | taux | complément | intermédiaire",
    kind="open_date",
)
HOLDING_ON = Column(
    "holding_on",
    "La date de la réponse d’attente",
    "réponse d'attente | réponse d'attente le | date de la réponse d'attente | lettre d'attente | "
    "courrier d'attente | réponse provisoire | réponse intermédiaire | date de réponse d'attente | "
    "message d'attente | attente le",
    unless="promis | délai",
    kind="date",
)
PROMISED_ON = Column(
    "promised_on",
    "La date promise",
    "date promise | réponse promise le | promise pour le | promis pour le | promis le | "
    "date annoncée | réponse annoncée | réponse promise pour le | date de réponse promise | "
    "date de réponse annoncée | engagement de réponse | date d'engagement",
    kind="date",
    needs="holding_on",
)
ACKNOWLEDGED_ON = Column(
    "acknowledged_on",
    "La date de l’accusé de réception",
    "accusé de réception | accusé réception | date de l'accusé de réception | accusé le | "
    "ar envoyé le | date ar | accusé | accusé de réception envoyé le | date d'accusé de réception",
    weak="ar",
    kind="open_date",
)
ASKED_ON = Column(
    "asked_on",
    "La date de la demande de pièce",
    "pièce demandée le | pièces demandées le | demande de pièce | demande de complément | "
    "complément demandé le | date de demande de pièces | compléments demandés le | "
    "demande de pièces complémentaires | relance du demandeur",
    weak="pièces demandées | pièce demandée",
    kind="date",
)
COMPLETED_ON = Column(
    "completed_on",
    "La date de réception de la pièce",
    "pièce reçue le | pièces reçues le | complété le | complétée le | complet le | "
    "date de complétude | dossier complet le | complément reçu le | compléments reçus le | "
    "date de réception des pièces | réception du complément | pièce fournie le",
    kind="date",
)
PROPOSED_ON = Column(
    "proposed_on",
    "La date de la proposition",
    "date proposée le | date de proposition | proposé le | proposition faite le | "
    "date de la proposition | rdv proposé le | rendez-vous proposé le | proposition le | "
    "date de proposition du rendez-vous | réponse à la demande",
    weak="proposition | date proposée",
    kind="date",
)
MEETING_ON = Column(
    "meeting_on",
    "La date du rendez-vous",
    "date du rendez-vous | date du rdv | date rdv | rendez-vous le | rdv le | date de rendez-vous | "
    "rendez-vous fixé le | rendez-vous prévu le | rdv fixé le | rdv prévu le | date retenue | "
    "date fixée",
    weak="rendez-vous | rdv",
    unless="tenu | demande | demandé | propose | proposition | objet | heure | lieu",
    kind="date",
)
MET_ON = Column(
    "met_on",
    "La date de tenue du rendez-vous",
    "tenu le | rendez-vous tenu le | rdv tenu le | date de tenue | rencontré le | "
    "date de la rencontre | honoré le | date de l'entretien | entretien le | rendez-vous honoré le | "
    "date de tenue du rendez-vous",
    kind="date",
)
MET_BY = Column(
    "met_by",
    "Reçu par",
    "reçu par | reçue par | rencontré par | autorité | interlocuteur | entretien avec",
)
UNAVAILABILITY = Column(
    "unavailability",
    "L’indisponibilité du demandeur",
    "indisponibilité | indisponibilité du demandeur | indisponible | demandeur indisponible | "
    "report à la demande de l'élu",
    kind="reason",
)
PUBLISHED_ON = Column(
    "published_on",
    "La date de mise en ligne",
    "mise en ligne | mis en ligne le | date de mise en ligne | publié le | date de publication | "
    "publication | mis à jour le | date de mise à jour | mise à jour faite le | mise à jour le | "
    "réalisé le",
    unless="demande | délai",
    kind="open_date",
)
OUTCOME = Column(
    "outcome",
    "La suite donnée",
    "suite donnée | suites données | suite | issue | décision | résultat",
    weak="réponse | réponse apportée",
    unless="date | délai | le",
    longest=LONGEST_TEXT,
    one_line=False,
)
NOTES = Column(
    "notes",
    "Les observations",
    "observations | observation | remarques | remarque | commentaire | commentaires | notes | note | "
    "précisions | divers",
    longest=LONGEST_TEXT,
    one_line=False,
    several=True,
)
COMPUTED = Column(
    "computed",
    "Les colonnes calculées",
    "délai | délais | délai de réponse | délai de traitement | nombre de jours | nb de jours | "
    "nb jours | jours ouvrés | nbre de jours | durée | échéance | date limite | à répondre avant | "
    "répondre avant le | retard | hors délai | dans les délais | dans le délai | respect du délai | "
    "délai respecté | date d'échéance | date butoir | limite de réponse | date limite de réponse | "
    "nb j | conforme | conformité du délai | délai de proposition | délai de tenue | mois | "
    "date du courrier | date de la lettre | date du document | semaine | délai de mise en ligne | "
    "taux",
    weak="jours | année",
    kind="ignored",
)

COMMON = (
    COMPUTED,
    NUMBER,
    RECEIVED_ON,
    SENDER,
    SENDER_ROLE,
    SUBJECT,
    THEME,
    CHANNEL,
    NATURE,
    MAILBOX,
    OFFICE,
    SITE,
    NOTES,
)
REPLY = (
    HOLDING_ON,
    PROMISED_ON,
    ACKNOWLEDGED_ON,
    ASKED_ON,
    COMPLETED_ON,
    ANSWERED_ON,
    OUTCOME,
)
MEETING = (PROPOSED_ON, MEETING_ON, MET_ON, MET_BY, UNAVAILABILITY, OUTCOME)

ELECTED_SENDER = replace(
    SENDER,
    names=f"{SENDER.names} | élu | collectivité | commune | mairie | nom de l'élu | élu / collectivité | organisme",
)
PAGE_SUBJECT = replace(
    SUBJECT, names=f"{SUBJECT.names} | page | page concernée | modification demandée | contenu | url | article"
)

REGISTERS: Final = {
    "courrier": Layout((*COMMON, *REPLY), "received_on"),
    "courriel": Layout((*COMMON, *REPLY), "received_on"),
    "reclamation": Layout((*COMMON, *REPLY), "received_on"),
    "rdv": Layout(
        (*(ELECTED_SENDER if c is SENDER else c for c in COMMON), *MEETING),
        "received_on",
    ),
    "site": Layout(
        (*(PAGE_SUBJECT if c is SUBJECT else c for c in COMMON), PUBLISHED_ON, *REPLY),
        "received_on",
    ),
}
OTHER_REGISTER: Final = Layout((*COMMON, *REPLY, *MEETING, PUBLISHED_ON), "received_on")
"""For the kinds that a préfecture adds as data: every column that any register may have."""


def register_layout(kind: str) -> Layout:
    return REGISTERS.get(kind, OTHER_REGISTER)


KINDS: Final = {
    "correspondence": "courriel",
    "complaint": "reclamation",
    "meeting_request": "rdv",
    "site_update": "site",
}
"""Code of a kind → its register."""


def pasted_layout(kind: str) -> Layout:
    """The columns of a table pasted to register demandes of the kind that has this code."""
    layout = register_layout(KINDS.get(kind, kind))
    return replace(layout, columns=(*layout.columns, CONTACT))
