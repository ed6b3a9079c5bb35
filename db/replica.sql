-- name: log_reaches
-- A row if this database has a log ($1) up to a position ($2) where its digest begins so ($3, empty in front of the
-- first), and has the migration ($4).
select where log_reaches($1, $2, $3, $4)
