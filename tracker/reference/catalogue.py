"""Channels, natures, engagements: global lists, as data with their sources."""

CHANNELS = (
    ("letter", "Courrier"),
    ("email", "Courriel"),
    ("form", "Formulaire en ligne"),
    ("box", "Urne"),
    ("counter", "Accueil"),
    ("phone", "Téléphone"),
    ("online_review", "Avis en ligne"),
    ("social", "Réseaux sociaux"),
)

NATURES = (
    ("general_information", "Demande d’informations générales"),
    ("individual_request", "Demande individuelle"),
    ("legality_advice", "Conseil de légalité"),
    ("budget_advice", "Conseil budgétaire"),
    ("complaint", "Réclamation"),
    ("suggestion", "Suggestion"),
    ("other", "Autre demande"),
    ("appeal", "Recours"),
)

REFERENTIAL = ("Qual-e-Pref", "2019-02-04")
ENGAGEMENT_SOURCE = (
    "Politiques qualité et rapports d’audit publiés par les préfectures (Orne, Var, Pyrénées-Orientales)"
)
ENGAGEMENTS = (
    (1, 1, "Conditions de fonctionnement des services"),
    (2, 1, "Accueil attentif et courtois sur tous les canaux"),
    (3, 1, "Écoute des usagers pour progresser"),
    (4, 1, "Formation des agents à la qualité de service"),
    (5, 1, "Orientation vers le bon service et prise en charge"),
    (6, 1, "Confort des espaces d’accueil et d’attente"),
    (7, 1, "Attente limitée par une organisation adaptée"),
    (8, 1, "Serveur vocal local"),
    (9, 1, "Serveur vocal national « 34 00 »"),
    (10, 1, "Réponse à tous les appels, attente limitée"),
    (11, 1, "Site internet : navigation et information à jour"),
    (12, 1, "Information administrative numérique fiable"),
    (13, 1, "Offre de services numériques"),
    (14, 1, "Démarches en ligne sur les titres"),
    (15, 1, "Point d’accueil numérique sécurisé"),
    (16, 1, "Courriers et courriels compréhensibles et complets"),
    (17, 1, "Réponse dans un délai annoncé et maîtrisé"),
    (18, 1, "Traçabilité des courriers et courriels"),
    (19, 1, "Communication active sur un réseau social"),
    (20, 1, "Fiabilité des informations diffusées sur les réseaux"),
    (21, 2, "Contact en cas de dossier incomplet"),
    (22, 2, "Délivrance des titres dans un délai raisonnable"),
    (23, 2, "Délivrance sécurisée, lutte contre la fraude"),
    (41, 6, "Accompagnement de projet, appui à l’ingénierie territoriale"),
    (42, 6, "Information sur les projets soumis à autorisation environnementale unique"),
    (43, 6, "Information sur les risques et enjeux environnementaux"),
    (44, 6, "Coordination des acteurs des politiques de l’emploi"),
    (45, 6, "Agents formés à la coordination interministérielle"),
    (46, 6, "Coordination des acteurs de la politique de la ville"),
)
"""(number, module, short label): the 29 known. Numbers 24 to 40 and 47 on are created when an import meets them."""
