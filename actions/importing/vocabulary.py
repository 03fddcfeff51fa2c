"""The words that plans use for what the tool stores as a code. Keys are folded (lower case, no accents)."""

from collections.abc import Mapping
from typing import Final

from actions.enums import ActionState, Priority, Strand
from tracker.enums import Module
from tracker.spreadsheets.vocabulary import codes
from tracker.spreadsheets.wording import fold

STATES: Final = codes(
    {
        ActionState.PLANNED: "non fait | non faite | pas fait | pas faite | à faire | à réaliser | non réalisé | "
        "non réalisée | non commencé | non commencée | non démarré | non démarrée | non débuté | non débutée | "
        "non engagé | non engagée | non entamé | non entamée | à démarrer | à lancer | à engager | à venir | prévu | "
        "prévue | planifié | planifiée | programmé | programmée | non | pas commencé | pas commencée | retenu | "
        "retenue | ouvert | ouverte | 0 | 0 %",
        ActionState.IN_PROGRESS: "en cours | en cours de réalisation | encours | commencé | commencée | démarré | "
        "démarrée | engagé | engagée | lancé | lancée | entamé | entamée | initié | initiée | partiel | partielle | "
        "partiellement fait | partiellement faite | partiellement réalisé | partiellement réalisée | "
        "en cours de mise en œuvre | en cours de traitement",
        ActionState.DONE: "fait | faite | réalisé | réalisée | terminé | terminée | achevé | achevée | clos | close | "
        "clôturé | clôturée | soldé | soldée | finalisé | finalisée | fini | finie | effectué | effectuée | oui | ok | "
        "mis en œuvre | mise en œuvre | 100 | 100 %",
        ActionState.VERIFIED: "vérifié | vérifiée | fait et vérifié | faite et vérifiée | efficace | "
        "efficacité vérifiée | évalué | évaluée",
        ActionState.PROPOSED: "proposé | proposée | proposition | idée | à valider | à arbitrer | à étudier | "
        "en attente de validation | en attente d'arbitrage",
        ActionState.DECLINED: "non retenu | non retenue | refusé | refusée | rejeté | rejetée | écarté | écartée",
        ActionState.ABANDONED: "abandonné | abandonnée | abandon | annulé | annulée | supprimé | supprimée | "
        "sans suite | caduc | caduque",
    }
)
STATES_EXPECTED: Final = "fait, en cours, non fait, vérifié, proposé, non retenu, abandonné"

SOURCES: Final = codes(
    {
        "self_assessment": "auto-diagnostic | autodiagnostic | autodiag | auto-évaluation | autoévaluation | "
        "auto-diagnostics | diagnostic | état des lieux",
        "internal_audit": "audit interne | audits internes | audit à blanc | audit blanc",
        "external_audit": "audit externe | audits externes | audit de labellisation | audit initial | audit de suivi | "
        "audit de renouvellement | audit d'extension | audit afnor | audit socotec | audit du label",
        "satisfaction_survey": "enquête de satisfaction | enquêtes de satisfaction | enquête satisfaction | "
        "enquête usagers | enquête auprès des usagers | questionnaire de satisfaction | sondage usagers",
        "mystery_survey": "enquête mystère | enquêtes mystère | enquêtes mystères | client mystère | visite mystère | "
        "appel mystère | appels mystère | courriel mystère | mystère",
        "agent": "remontée des agents | remontées des agents | remontée d'un agent | remontée agent | "
        "remontée d'agent | remontées agents | remontée terrain | agent | agents | proposition d'un agent | "
        "idée d'un agent | boîte à idées",
        "complaint": "réclamation | réclamations | suggestion | suggestions | réclamation ou suggestion | "
        "réclamations et suggestions | suggestions et réclamations | réclamation usager | réclamation d'un usager | "
        "réclamations usagers | plainte",
        "users_committee": "clu | comité local des usagers | comité des usagers | comité local d'usagers | usagers",
        "control_grid": "grille de contrôle | grilles de contrôle | contrôle interne | contrôle | contrôles | "
        "contrôle trimestriel | contrôle semestriel | grille",
        "indicator": "indicateur dégradé | indicateurs dégradés | indicateur | indicateurs | tableau de bord | "
        "suivi des indicateurs",
        "steering_committee": "copil | comité de pilotage | décision du copil | décision copil | "
        "décision du comité de pilotage",
    }
)

PRIORITIES: Final = {
    word: str(value)
    for value, words in {
        Priority.HIGH: "haute | haut | élevée | élevé | forte | fort | urgente | urgent | prioritaire | p1 | 1 | "
        "majeure | critique | oui",
        Priority.NORMAL: "normale | normal | moyenne | moyen | p2 | 2 | standard",
        Priority.LOW: "basse | bas | faible | p3 | 3 | mineure | secondaire | non",
    }.items()
    for word in map(fold, words.split(" | "))
}
PRIORITIES_EXPECTED: Final = "haute, normale, basse"

STRANDS: Final = codes(
    {
        Strand.STEERING: "pilotage | volet pilotage | pilotage de la qualité | pilotage de la démarche | "
        "pilotage de la politique qualité | pilotage de la démarche qualité | pilotage qualité | management",
        Strand.LABELLING: "démarche de labellisation | labellisation | volet labellisation | label | "
        "démarche du label | volet démarche de labellisation",
    }
)
MODULES: Final[Mapping[str, int]] = {fold(module.label): module.value for module in Module}
CONTINUOUS: Final = frozenset(
    map(fold, ("permanent", "permanente", "continu", "continue", "en continu", "au fil de l'eau", "sans échéance",
               "à définir", "à déterminer", "non définie", "non défini", "récurrent", "récurrente", "en permanence"))
)  # fmt: skip
"""Instead of a date: no day is promised."""
EVERY_ENGAGEMENT: Final = frozenset(
    map(fold, ("tous", "toutes", "tout", "transversal", "transverse", "transversale", "tous engagements", "global"))
)
