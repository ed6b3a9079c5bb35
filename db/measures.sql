-- part: labelled
-- A measure nobody labelled is called by its slug, in words.
coalesce(l.label, upper(left(i.measure, 1)) || replace(substr(i.measure, 2), '-', ' ')) as label

-- name: measures_page
-- Measures with published claims at a position ($1), after an id ($2), at most $3.
select i.measure as id, {labelled}, count(*) as claims
from claim_index i
left join measure_label l on l.id = i.measure
where i.position <= $1 and i.until > $1 and i.lifecycle = 'published' and ($1 >= 0 or is_planned_blindly(i.position))
    and ($2::text is null or i.measure > $2)
group by i.measure, l.label
order by i.measure
limit $3

-- name: measure_at
-- One measure ($2) at a position ($1). A measure whose claims are all retracted is still one, with none to show.
select i.measure as id, {labelled}, count(*) filter (where i.lifecycle = 'published') as claims
from claim_index i
left join measure_label l on l.id = i.measure
where i.position <= $1 and i.until > $1 and i.measure = $2
group by i.measure, l.label

-- name: measure_labels
-- What measures ($1) are called.
select i.measure as id, {labelled}
from unnest($1::text[]) as i (measure)
left join measure_label l on l.id = i.measure

-- name: label_measures
-- Gives measures ($1) their labels ($2).
insert into measure_label (id, label)
select u.id, u.label from unnest($1::text[], $2::text[]) as u (id, label)
on conflict (id) do update set label = excluded.label where measure_label.label <> excluded.label
