"""The models of reply that a préfecture starts from, and then makes its own."""

from dataclasses import dataclass
from typing import Final

from correspondence.enums import ReplyPurpose

COURTESY: Final = "Je vous prie d’agréer, Madame, Monsieur, l’expression de ma considération distinguée."
HEADING: Final = "Objet\xa0: [objet]\nRéférence à rappeler\xa0: [référence]\n\nMadame, Monsieur,\n\n"
ENDING: Final = f"\n\n{COURTESY}\n\n[signature]"


@dataclass(frozen=True, slots=True)
class Shipped:
    code: str
    purpose: ReplyPurpose
    title: str
    body: str
    kinds: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


SHIPPED: Final = (
    Shipped(
        "reponse",
        ReplyPurpose.REPLY,
        "Réponse à une demande",
        HEADING + "Votre demande nous est parvenue [voie d’arrivée] le [date de réception]. Je vous en remercie.\n\n"
        "[à compléter\xa0: la réponse à chaque question posée, en commençant par l’essentiel]\n\n"
        "Pour toute précision, vous pouvez nous joindre aux coordonnées ci-dessous, en rappelant la référence "
        "[référence]." + ENDING,
        kinds=("correspondence", "site_update"),
    ),
    Shipped(
        "reponse-courriel",
        ReplyPurpose.REPLY,
        "Réponse courte par courriel",
        "Objet\xa0: [objet] (référence [référence])\n\n"
        "Bonjour,\n\n"
        "Votre message nous est parvenu le [date de réception]. Je vous en remercie.\n\n"
        "[à compléter\xa0: la réponse à chaque question posée, en commençant par l’essentiel]\n\n"
        "Pour toute précision, vous pouvez répondre à ce courriel en gardant son objet.\n\n"
        "Bien cordialement,\n\n[signature]",
        kinds=("correspondence",),
        channels=("email", "form"),
    ),
    Shipped(
        "refus",
        ReplyPurpose.REPLY,
        "Réponse défavorable, avec les voies de recours",
        HEADING + "Votre demande nous est parvenue [voie d’arrivée] le [date de réception].\n\n"
        "Après examen, je ne peux pas y donner une suite favorable, pour les raisons suivantes\xa0:\n\n"
        "[à compléter\xa0: les motifs, en fait et en droit, avec les textes appliqués]\n\n"
        "Si vous contestez cette décision, vous pouvez, dans les deux mois qui suivent sa réception\xa0:\n"
        "- demander au préfet de la réexaminer (recours gracieux), ou saisir le ministre compétent (recours "
        "hiérarchique)\xa0;\n"
        "- saisir le tribunal administratif de [à compléter\xa0: ville et adresse du tribunal], sur place, par "
        "courrier ou par l’application Télérecours citoyens (www.telerecours.fr).\n\n"
        "Un recours gracieux ou hiérarchique formé dans ce délai l’interrompt\xa0: vous disposerez alors d’un nouveau "
        "délai de deux mois pour saisir le tribunal après la réponse à ce recours, ou après deux mois de silence."
        + ENDING,
    ),
    Shipped(
        "reclamation",
        ReplyPurpose.REPLY,
        "Réponse à une réclamation",
        HEADING + "Vous nous avez fait part de votre mécontentement dans une réclamation qui nous est parvenue "
        "[voie d’arrivée] le [date de réception]. Je vous remercie de nous l’avoir signalé.\n\n"
        "[à compléter\xa0: ce qui s’est passé, après vérification auprès du service]\n\n"
        "[à compléter\xa0: ce qui a été fait, ou ce qui va changer et quand]\n\n"
        "Votre réclamation est prise en compte pour améliorer la qualité de notre service." + ENDING,
        kinds=("complaint",),
    ),
    Shipped(
        "attente",
        ReplyPurpose.HOLDING,
        "Réponse d’attente",
        HEADING + "Votre demande nous est parvenue [voie d’arrivée] le [date de réception].\n\n"
        "Son examen n’est pas terminé\xa0: [à compléter\xa0: ce qui reste à faire, par exemple recueillir l’avis d’un "
        "autre service].\n\n"
        "Une réponse vous sera adressée au plus tard le [date promise]. D’ici là, vous n’avez aucune démarche à "
        "faire." + ENDING,
    ),
    Shipped(
        "pieces",
        ReplyPurpose.PIECES,
        "Demande de pièces",
        HEADING + "Votre demande nous est parvenue [voie d’arrivée] le [date de réception]. Pour que nous puissions "
        "l’examiner, il manque\xa0:\n\n"
        "[pièces demandées]\n\n"
        "Merci de nous adresser ces éléments au plus tard le [date limite des pièces], aux coordonnées ci-dessous, en "
        "rappelant la référence [référence].\n\n"
        "Le délai au terme duquel le silence de l’administration vaut rejet de votre demande est suspendu jusqu’à "
        "cette date, ou jusqu’à la réception des pièces si elles arrivent avant (code des relations entre le public et "
        "l’administration, article L. 114-5). Sans elles, nous pourrions ne pas être en mesure de vous donner une "
        "réponse favorable." + ENDING,
    ),
    Shipped(
        "transmission",
        ReplyPurpose.FORWARDING,
        "Transmission à l’administration compétente",
        HEADING + "Votre demande nous est parvenue [voie d’arrivée] le [date de réception]. La préfecture n’est pas "
        "compétente pour y répondre.\n\n"
        "Comme le prévoit l’article L. 114-2 du code des relations entre le public et l’administration, je l’ai "
        "transmise le [date de transmission] à l’administration compétente\xa0: [administration destinataire].\n\n"
        "C’est elle qui vous répondra. Vous n’avez pas à lui adresser votre demande de nouveau." + ENDING,
    ),
    Shipped(
        "accuse-reception",
        ReplyPurpose.ACKNOWLEDGEMENT,
        "Accusé de réception",
        HEADING + "J’accuse réception de votre demande, qui nous est parvenue [voie d’arrivée] le [date de réception] "
        "et a été enregistrée sous la référence [référence].\n\n"
        "Elle est examinée par le service suivant\xa0: [service], [adresse], téléphone [téléphone].\n\n"
        "Si vous n’avez pas reçu de réponse le [date de décision implicite], votre demande sera réputée rejetée. Vous "
        "pourrez alors, dans les deux mois qui suivent, contester ce rejet par un recours gracieux auprès du préfet, "
        "un recours hiérarchique auprès du ministre compétent, ou devant le tribunal administratif de "
        "[à compléter\xa0: ville et adresse du tribunal].\n\n"
        "Ce courrier n’est pas une réponse à votre demande." + ENDING,
        kinds=("correspondence", "complaint"),
    ),
)
