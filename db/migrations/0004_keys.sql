-- Who may write. A secret is never kept: only its SHA-256, which tells it from every other.
create table api_key (
    id text primary key,
    name text not null,
    role text not null,
    digest bytea not null,
    issued_at timestamptz not null default clock_timestamp(),
    issued_by text not null,
    last_used_at timestamptz,
    revoked_at timestamptz,
    revoked_by text,
    constraint key_id_is_hexadecimal check (id ~ '^[0-9a-f]{12}$'),
    constraint key_name_is_readable check (
        name ~ '[^[:space:]]' and length(name) <= 100 and name !~ '[[:cntrl:]]' and name = btrim(name)
    ),
    constraint role_is_known check (role in ('partner', 'editor', 'verifier', 'admin')),
    constraint key_digest_is_sha256 check (length(digest) = 32),
    constraint revoked_by_someone check ((revoked_at is null) = (revoked_by is null))
);

-- One key in force bears a name, so that a version's author is one key: its times say which. Whoever loses a key gets
-- another of the same name, and stays the same person to `four_eyes`.
create unique index api_key_in_force on api_key (lower(name)) where revoked_at is null;

-- Versions name keys for ever, so keys are kept; what one could do, and that it was revoked, stays as it was.
create function api_key_is_kept() returns trigger
    language plpgsql as $$
begin
    if tg_op <> 'UPDATE' then
        perform refuse('key_is_kept', 'a key is revoked, never deleted: versions name it');
    end if;
    if (new.id, new.name, new.role, new.digest, new.issued_at, new.issued_by)
        is distinct from (old.id, old.name, old.role, old.digest, old.issued_at, old.issued_by)
        or (old.revoked_at is not null
            and (new.revoked_at, new.revoked_by) is distinct from (old.revoked_at, old.revoked_by)) then
        perform refuse('key_stays_as_issued', 'a key stays as it was issued, and revoked once it is');
    end if;
    return new;
end $$;

create trigger kept before update or delete on api_key
    for each row execute function api_key_is_kept();
create trigger all_kept before truncate on api_key
    for each statement execute function api_key_is_kept();
alter table api_key enable always trigger kept;
alter table api_key enable always trigger all_kept;
