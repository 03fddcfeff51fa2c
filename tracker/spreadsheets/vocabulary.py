"""The words that registers use for what the tool stores as a code. Keys are folded (lower case, no accents)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tracker.spreadsheets.wording import fold


def codes(words: Mapping[str, str]) -> dict[str, str]:
    """Folded word → code, from code → words with « | » between them."""
    return {fold(word): code for code, listed in words.items() for word in listed.split(" | ")}


CHANNELS: Final = codes(
    {
        "letter": "courrier | courrier postal | postal | poste | voie postale | lettre | papier | lettre recommandée | "
        "recommandé | lrar | ar | courrier papier | courrier simple | lettre simple | courrier recommandé",
        "email": "courriel | mail | mél | e-mail | email | message électronique | messagerie | courrier électronique | "
        "boîte mail | boîte fonctionnelle | bal | électronique | mails | courriels",
        "form": "formulaire | formulaire contact | formulaire de contact | formulaire en ligne | formulaire internet | "
        "site internet | internet | web | site | en ligne | contact | téléservice | page contact | formulaire web | "
        "formulaire site internet | sve | saisine par voie électronique",
        "box": "urne | boîte à idées | boîte à suggestions | urne accueil | boîte | registre | fiche urne | fiche",
        "counter": "guichet | accueil | accueil physique | sur place | en personne | visite | oral | physique",
        "phone": "téléphone | tél | tel | appel | appel téléphonique | standard | accueil téléphonique | svi",
        "online_review": "avis en ligne | avis google | google | services publics + | services publics plus | avis | "
        "sp+ | voxusagers | je donne mon avis",
        "social": "réseaux sociaux | réseau social | facebook | twitter | x | instagram | linkedin | messenger",
    }
)
CHANNELS_EXPECTED: Final = "courrier, courriel, formulaire, urne, guichet, téléphone, avis en ligne, réseaux sociaux"

NATURES: Final = codes(
    {
        "general_information": "information générale | demande d'information générale | demande d'information | "
        "information | renseignement | demande de renseignement | demande de renseignements | renseignements | "
        "demande générale | informations | demande d'informations | renseignement général",
        "individual_request": "demande individuelle | individuelle | dossier individuel | situation individuelle | "
        "demande particulière | demande personnelle | suivi de dossier | dossier",
        "legality_advice": "conseil juridique | contrôle de légalité | légalité | conseil de légalité | juridique | "
        "demande de conseil juridique | conseil en légalité | acte",
        "budget_advice": "conseil budgétaire | contrôle budgétaire | budget | budgétaire | "
        "demande de conseil budgétaire | conseil en matière budgétaire",
        "complaint": "réclamation | réclamations | plainte | insatisfaction | mécontentement",
        "suggestion": "suggestion | suggestions | idée | proposition | proposition d'amélioration | amélioration",
        "other": "autre demande | autre | autres | autres demandes | divers | hors réclamation | remerciement | "
        "remerciements | félicitations | demande | compliment",
        "appeal": "recours | recours gracieux | recours hiérarchique | recours administratif | recours contentieux",
    }
)
NATURES_EXPECTED: Final = (
    "information générale, demande individuelle, conseil juridique, conseil budgétaire, réclamation, suggestion, "
    "autre demande, recours"
)
