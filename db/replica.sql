-- name: log_reaches
-- A row if this database has a log ($1) up to a position ($2) where its digest begins so ($3, empty in front of the
-- first), and has the migration ($4).
select from log_head h
where h.log = $1::uuid and h.position >= $2::bigint
    and $3 = coalesce((select left(v.digest, 16) from claim_version v where v.position = $2::bigint), '')
    and exists (select from schema_migration m where m.name = $4)
