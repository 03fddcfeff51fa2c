"""What the demonstration's demandes say. Every sender, commune and association is a placeholder."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    nature: str
    theme: str
    subject: str
    module: int = 1


INFORMATION, INDIVIDUAL, LEGALITY, BUDGET = (
    "general_information",
    "individual_request",
    "legality_advice",
    "budget_advice",
)
COMPLAINT, SUGGESTION, OTHER, APPEAL = "complaint", "suggestion", "other", "appeal"

CORRESPONDENCE = {
    "TIT": (
        Topic(INFORMATION, "titres", "Pièces à fournir pour renouveler un passeport", 2),
        Topic(INFORMATION, "titres", "Délai pour obtenir une carte d’identité", 2),
        Topic(INDIVIDUAL, "titres", "Où en est ma demande de passeport ?", 2),
        Topic(INFORMATION, "conduire", "Échange d’un permis de conduire étranger", 2),
        Topic(INDIVIDUAL, "conduire", "Restitution du permis après suspension", 2),
        Topic(INFORMATION, "conduire", "Certificat d’immatriculation d’un véhicule de collection", 2),
        Topic(INDIVIDUAL, "titres", "Erreur d’état civil sur une carte d’identité", 2),
        Topic(APPEAL, "conduire", "Recours gracieux contre une suspension de permis", 2),
    ),
    "ELE": (
        Topic(INFORMATION, "elections", "Calendrier des prochaines élections"),
        Topic(INFORMATION, "associations", "Déclarer la création d’une association"),
        Topic(INDIVIDUAL, "associations", "Changement de bureau d’une association"),
        Topic(INFORMATION, "elections", "Voter par procuration depuis l’étranger"),
        Topic(INFORMATION, "securite", "Déclarer une manifestation sportive sur la voie publique"),
        Topic(OTHER, "autre", "Autorisation de quête sur la voie publique"),
    ),
    "LEG": (
        Topic(LEGALITY, "collectivites", "Légalité d’une délibération sur les astreintes", 4),
        Topic(LEGALITY, "collectivites", "Délégation de signature au directeur des services", 4),
        Topic(LEGALITY, "collectivites", "Prise illégale d’intérêts : vote d’un conseiller municipal", 4),
        Topic(INFORMATION, "collectivites", "Transmission des actes par voie électronique", 4),
        Topic(LEGALITY, "collectivites", "Modification des statuts d’un syndicat de communes", 4),
    ),
    "DOT": (
        Topic(BUDGET, "collectivites", "Équilibre du budget annexe de l’eau", 4),
        Topic(BUDGET, "collectivites", "Calcul du fonds de compensation pour la TVA", 4),
        Topic(BUDGET, "collectivites", "Dossier de dotation d’équipement des territoires ruraux", 4),
        Topic(INFORMATION, "collectivites", "Montant de la dotation de solidarité rurale", 4),
        Topic(BUDGET, "collectivites", "Reprise anticipée des résultats", 4),
    ),
    "SEJ": (
        Topic(INFORMATION, "etrangers", "Pièces pour un titre de séjour « étudiant »", 3),
        Topic(INDIVIDUAL, "etrangers", "Où en est ma demande de renouvellement ?", 3),
        Topic(INDIVIDUAL, "etrangers", "Prolongation d’un récépissé", 3),
        Topic(INFORMATION, "etrangers", "Prendre rendez-vous pour une naturalisation", 3),
        Topic(APPEAL, "etrangers", "Recours gracieux contre un refus de séjour", 3),
        Topic(INDIVIDUAL, "etrangers", "Changement d’adresse sur un titre de séjour", 3),
    ),
    "BCP": (
        Topic(INDIVIDUAL, "autre", "Demande d’intervention auprès d’un service de l’État"),
        Topic(OTHER, "autre", "Proposition pour une distinction honorifique"),
        Topic(INDIVIDUAL, "autre", "Signalement d’une situation de voisinage difficile"),
        Topic(OTHER, "autre", "Invitation à une cérémonie"),
    ),
    "SEC": (
        Topic(INFORMATION, "securite", "Détention d’une arme de catégorie B : conditions", 5),
        Topic(INDIVIDUAL, "securite", "Renouvellement d’une autorisation de vidéoprotection", 5),
        Topic(INFORMATION, "securite", "Déclarer un feu d’artifice", 5),
        Topic(INDIVIDUAL, "securite", "Agrément d’un garde particulier", 5),
    ),
    "ENV": (
        Topic(INFORMATION, "environnement", "Enquête publique sur un parc éolien", 6),
        Topic(INFORMATION, "environnement", "Consulter un plan de prévention des risques", 6),
        Topic(INDIVIDUAL, "environnement", "Nuisances d’une installation classée", 6),
        Topic(INFORMATION, "environnement", "Arrêté de restriction d’usage de l’eau", 6),
    ),
    "APP": (
        Topic(INFORMATION, "collectivites", "Appui à l’ingénierie pour une petite commune", 6),
        Topic(INFORMATION, "collectivites", "Conventionnement d’un espace France services", 6),
        Topic(INFORMATION, "associations", "Subvention de la politique de la ville", 6),
    ),
    "ACC": (
        Topic(INFORMATION, "accueil", "Horaires d’ouverture pendant les vacances"),
        Topic(INFORMATION, "accueil", "Accès au point d’accueil numérique"),
        Topic(INFORMATION, "accueil", "Prise de rendez-vous en ligne impossible"),
        Topic(INFORMATION, "accueil", "Accessibilité du hall aux fauteuils roulants"),
        Topic(OTHER, "autre", "Objet oublié dans la salle d’attente"),
    ),
    "COM": (
        Topic(INFORMATION, "autre", "Demande d’utilisation d’une photographie de la préfecture"),
        Topic(INFORMATION, "autre", "Visite de l’hôtel de la préfecture par une classe"),
    ),
    "SPR": (
        Topic(INFORMATION, "accueil", "Horaires de la sous-préfecture"),
        Topic(INFORMATION, "associations", "Dissolution d’une association"),
        Topic(INDIVIDUAL, "securite", "Autorisation d’une course cycliste", 5),
        Topic(INDIVIDUAL, "titres", "Passeport d’urgence pour un décès à l’étranger", 2),
    ),
    "SPT": (
        Topic(LEGALITY, "collectivites", "Convention de mise à disposition d’un agent", 4),
        Topic(BUDGET, "collectivites", "Plan de financement d’une école", 4),
        Topic(INFORMATION, "collectivites", "Création d’une commune nouvelle", 4),
    ),
}
"""What each bureau receives, by code."""

COMPLAINTS = (
    Topic(COMPLAINT, "accueil", "Attente de plus d’une heure au guichet"),
    Topic(COMPLAINT, "accueil", "Aucun créneau de rendez-vous avant deux mois"),
    Topic(COMPLAINT, "accueil", "Standard injoignable toute la matinée"),
    Topic(COMPLAINT, "titres", "Passeport rendu avec une faute dans le nom"),
    Topic(COMPLAINT, "etrangers", "Récépissé expiré sans réponse à mes messages"),
    Topic(COMPLAINT, "accueil", "Renseignements contradictoires entre le site et le guichet"),
    Topic(COMPLAINT, "conduire", "Trois mois sans nouvelles de mon permis"),
    Topic(SUGGESTION, "accueil", "Afficher le temps d’attente à l’entrée"),
    Topic(SUGGESTION, "accueil", "Ouvrir un samedi matin par mois"),
    Topic(SUGGESTION, "autre", "Un point d’eau dans la salle d’attente"),
    Topic(SUGGESTION, "accueil", "Traduire les panneaux du hall"),
    Topic(OTHER, "autre", "Remerciements à l’accueil"),
)

MEETINGS = (
    "Présentation du projet de maison de santé",
    "Financement de la rénovation de l’école",
    "Projet de zone d’activités et loi Littoral",
    "Fermeture de la trésorerie",
    "Fusion de deux syndicats d’eau",
    "Sécurité de la traversée du bourg",
    "Suites de l’inondation",
)

SITE_UPDATES = (
    ("/demarches/passeport", "Nouvelles pièces à fournir pour un passeport"),
    ("/accueil/horaires", "Horaires d’été de l’accueil"),
    ("/publications/recueil", "Mise en ligne du recueil des actes administratifs"),
    ("/securite/feux-artifice", "Formulaire de déclaration de feu d’artifice"),
    ("/elections/calendrier", "Dates de dépôt des candidatures"),
    ("/environnement/eau", "Arrêté de restriction d’usage de l’eau"),
)

PLACES = ("Salle des Actes", "Bureau de la secrétaire générale", "En mairie", "Par visioconférence")

SURNAMES = ("Exemple", "Modèle", "Spécimen", "Échantillon", "Gabarit", "Maquette", "Canevas", "Témoin", "Ébauche")
COMMUNES = (
    "Exemple-le-Bourg", "Exemple-sur-Loire", "Saint-Modèle", "Modèle-les-Bains", "La Chapelle-Gabarit", "Spécimen",
    "Notre-Dame-du-Canevas", "Témoin-la-Forêt", "Le Grand-Échantillon", "Villeneuve-Maquette",
)  # fmt: skip
ASSOCIATIONS = (
    "Comité des fêtes d’Exemple", "Amicale des pêcheurs de Modèle", "Club cycliste de Spécimen",
    "Association de parents d’Exemple-le-Bourg", "Société de chasse du Gabarit",
)  # fmt: skip

MISSING = (
    "la copie recto verso de la pièce d’identité",
    "un justificatif de domicile de moins de trois mois",
    "la délibération signée",
    "le numéro du dossier",
    "le plan de financement",
)
OTHER_ADMINISTRATIONS = (
    "Caisse d’allocations familiales d’Exemple",
    "Direction départementale des finances publiques",
    "Mairie d’Exemple-le-Bourg",
    "Tribunal administratif",
    "Conseil départemental",
)
NOTES = (
    "Appelé le demandeur : il préfère une réponse par courriel.",
    "Vu avec la direction : réponse type n° 4, à adapter.",
    "Deux demandes proches le mois dernier, même réponse.",
    "Projet de réponse sur le réseau, à relire.",
    "Le demandeur a rappelé, il attend une date.",
    "Dossier papier dans l’armoire B.",
)
SENT_BACK_NOTES = ("Relève d’un autre bureau.", "Pas de compétence ici : voir les titres.", "Erreur d’aiguillage.")
REOPENED_NOTES = ("Le demandeur n’a pas compris la réponse.", "Nouvelle pièce reçue du demandeur.")
CALLED_OFF_NOTES = ("Le maire est retenu par un conseil communautaire.", "Déplacement ministériel le même jour.")

BODY = (
    "Madame, Monsieur,\n\nJe vous écris au sujet suivant : {subject}.\n{sentence}\n\n"
    "Dans l’attente de votre réponse, je vous prie d’agréer mes salutations distinguées.\n\n{sender}"
)
SENTENCES = (
    "J’ai consulté votre site sans y trouver la réponse.",
    "Je me suis présenté à l’accueil, où l’on m’a conseillé de vous écrire.",
    "Je joins les éléments en ma possession.",
    "Pourriez-vous m’indiquer la marche à suivre et le délai ?",
    "Il s’agit de ma deuxième demande.",
)
