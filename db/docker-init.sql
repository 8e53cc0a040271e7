-- A role of the product's own: it owns its database, may make the role that tenants' queries run under,
-- and is not above row-level security. `\getenv` is psql's: the password is the one that the container was given.
\getenv password POSTGRES_PASSWORD
create role docuchat login createrole password :'password';
create database docuchat owner docuchat;
\connect docuchat
create extension vector;
