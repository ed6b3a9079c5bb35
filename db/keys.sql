-- name: keys
-- Every key there is or was, those in force first, by name.
select id, name, role, issued_at, issued_by, last_used_at, revoked_at, revoked_by
from api_key order by revoked_at is not null, lower(name), issued_at

-- name: key
-- One key ($1).
select id, name, role, issued_at, issued_by, last_used_at, revoked_at, revoked_by
from api_key where id = $1

-- name: key_in_force
-- One key ($1) with the digest of its secret, unless it is revoked.
select id, name, role, digest from api_key where id = $1 and revoked_at is null

-- name: issue_key
-- A new key ($1 id, $2 name, $3 role, $4 digest of the secret, $5 by whom); none if another in force bears the name.
insert into api_key (id, name, role, digest, issued_by) values ($1, $2, $3, $4, $5)
on conflict (lower(name)) where revoked_at is null do nothing
returning id, name, role, issued_at, issued_by, last_used_at, revoked_at, revoked_by

-- name: revoke_key
-- A key ($1) revoked ($2 by whom), or as it was if it already is; none if there is no such key.
update api_key
set revoked_at = coalesce(revoked_at, clock_timestamp()), revoked_by = coalesce(revoked_by, $2)
where id = $1
returning id, name, role, issued_at, issued_by, last_used_at, revoked_at, revoked_by

-- name: key_was_used
-- Notes that a key ($1) is in use.
update api_key set last_used_at = clock_timestamp() where id = $1
