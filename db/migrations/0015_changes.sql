-- What readers must hear of is rare among what changes: so it has an index of its own, which the log hardly notices.
create index claim_version_corrections on claim_version (position)
    where change ->> 'severity' = 'major' and change ->> 'kind' <> 'created';
