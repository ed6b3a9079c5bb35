-- name: topics_page
-- Topics of the claims published at a position ($1), after an id ($2), at most $3.
select t.id, count(*) as claims
from claim_index i, unnest(i.topics) as t (id)
where i.position <= $1 and i.until > $1 and i.lifecycle = 'published' and ($1 >= 0 or is_planned_blindly(i.position))
    and ($2::text is null or t.id > $2)
group by t.id
order by t.id
limit $3
