-- À exécuter après chaque « manage.py migrate --database owner », par sillage_owner (sans effet la seconde fois) :
-- psql -f docs/deploy/journal.sql
-- L’application ajoute au journal ; elle n’y change et n’y efface rien, déclencheurs en place ou non.
REVOKE UPDATE, DELETE, TRUNCATE ON tracker_event FROM sillage;
