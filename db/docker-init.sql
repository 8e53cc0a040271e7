-- A role of the product's own: it owns its database, may make the role that tenants' queries run under,
-- and is not above row-level security.
create role docuchat login createrole password 'docuchat';
create database docuchat owner docuchat;
\connect docuchat
create extension vector;
