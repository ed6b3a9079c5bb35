-- Whether this database, which may be a replica, has a log up to a position, with the digest that begins so there, and a
-- migration: then it can be read instead of another one that has them. It is asked before each read, so its plans are kept.
create function log_reaches(wanted uuid, upto bigint, beginning text, migration text) returns boolean
    language plpgsql stable parallel safe as $$
begin
    return exists (select from log_head h where h.log = wanted and h.position >= upto)
        and beginning = coalesce((select left(v.digest, 16) from claim_version v where v.position = upto), '')
        and exists (select from schema_migration m where m.name = migration);
end $$;
