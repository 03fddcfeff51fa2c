"""The sources of actions that a préfecture starts with."""

from dataclasses import dataclass

from actions.enums import SourceFamily


@dataclass(frozen=True, slots=True)
class SourceTemplate:
    code: str
    label: str
    family: str = ""


SHIPPED = (
    SourceTemplate("self_assessment", "Auto-diagnostic"),
    SourceTemplate("internal_audit", "Audit interne", SourceFamily.AUDIT),
    SourceTemplate("external_audit", "Audit externe", SourceFamily.AUDIT),
    SourceTemplate("satisfaction_survey", "Enquête de satisfaction", SourceFamily.SURVEY),
    SourceTemplate("mystery_survey", "Enquête mystère", SourceFamily.SURVEY),
    SourceTemplate("agent", "Remontée d’un agent", SourceFamily.LISTENING),
    SourceTemplate("complaint", "Réclamation ou suggestion", SourceFamily.LISTENING),
    SourceTemplate("users_committee", "Comité local des usagers (CLU)", SourceFamily.LISTENING),
    SourceTemplate("control_grid", "Grille de contrôle"),
    SourceTemplate("indicator", "Indicateur dégradé"),
    SourceTemplate("steering_committee", "Comité de pilotage (COPIL)"),
)
AGENT = "agent"
"""What is proposed from any page comes from there."""
