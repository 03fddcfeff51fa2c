-- À exécuter une fois, par un superutilisateur : psql -f docs/deploy/roles.sql
-- Le propriétaire crée les tables ; l’application lit et écrit, sans pouvoir changer ni le schéma ni le journal.
-- Donnez ensuite un mot de passe à chacun : \password sillage_owner, puis \password sillage
CREATE ROLE sillage_owner LOGIN;
CREATE ROLE sillage LOGIN;
CREATE DATABASE sillage OWNER sillage_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
\connect sillage
REVOKE ALL ON DATABASE sillage FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE sillage TO sillage;
GRANT USAGE ON SCHEMA public TO sillage;
ALTER DEFAULT PRIVILEGES FOR ROLE sillage_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO sillage;
ALTER DEFAULT PRIVILEGES FOR ROLE sillage_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO sillage;
