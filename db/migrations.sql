-- name: one_migrator_at_a_time
-- Waits for a migration under way elsewhere; released with the transaction.
select pg_advisory_xact_lock(hashtext('citable migrations'))

-- name: database_encoding
select current_setting('server_encoding')

-- name: keep_migrations
create table if not exists schema_migration (
    name text primary key,
    sha256 text not null,
    applied_at timestamptz not null default clock_timestamp()
)

-- name: migrations_are_kept
select to_regclass('schema_migration') is not null

-- name: applied_migrations
select name, sha256 from schema_migration order by name

-- name: remember_migration
insert into schema_migration (name, sha256) values ($1, $2)
