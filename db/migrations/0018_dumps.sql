-- What constraints ask must find what it asks itself wherever it is asked. `pg_restore` sets no search path, and copies rows
-- under constraints whose functions called others by their bare names: no dump could be put back.

-- A body written so is bound to the functions it names when it is made; it is inlined as before.
create or replace function is_partial_date(partial text) returns boolean
    language sql immutable parallel safe
    return partial is null
        or partial ~ '^[12][0-9][0-9][0-9](-(0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8]))?)?$'
        or first_day(partial) is not null;

alter function last_day(text) set search_path from current;
alter function sources_are_dated(jsonb) set search_path from current;
