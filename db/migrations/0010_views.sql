-- The tables beside the log are filled a statement at a time, and for a whole log that is put back, at its end.

-- They are written by the log's triggers only, from its own rows: asking again for each row whether it is there costs
-- more than the row.
alter table claim_index drop constraint claim_index_position_fkey;
alter table citation drop constraint citation_position_fkey;

create or replace function plain_numbers(written text) returns text
    language sql immutable strict parallel safe as $$
    select case when strpos(written, ',') > 0
        then regexp_replace(written, '([0-9]),(?=[0-9]{3}([^0-9]|$))', '\1', 'g') else written end
$$;

create or replace function search_document(version claim_version) returns tsvector
    language plpgsql stable parallel safe as $$
declare
    titles text := '';
    publishers text := '';
    place int := 0;
    source jsonb := version.sources -> 0;
begin
    while source is not null loop
        titles := titles || ' ' || coalesce(source ->> 'title', '');
        publishers := publishers || ' ' || coalesce(source ->> 'publisher', '');
        place := place + 1;
        source := version.sources -> place;
    end loop;
    return setweight(to_tsvector('english', plain_numbers(version.statement)), 'A')
        || setweight(to_tsvector('english', plain_numbers(concat_ws(' ', replace(version.measure, '-', ' '),
            replace(array_to_string(version.topics, ' '), '-', ' '), version.attributed_to,
            version.quantity ->> 'value'))), 'B')
        || setweight(to_tsvector('english', plain_numbers(concat_ws(' ', version.scope, substr(publishers, 2)))), 'C')
        || setweight(to_tsvector('english', plain_numbers(substr(titles, 2))), 'D');
end $$;

create function cited_publishers(sources jsonb) returns text[]
    language plpgsql immutable parallel safe set plan_cache_mode = force_generic_plan as $$
declare
    publishers text[] := '{}';
    publisher text;
begin
    for place in 0 .. jsonb_array_length(sources) - 1 loop
        publisher := lower(sources -> place ->> 'publisher');
        if array_position(publishers, publisher) is null then
            publishers := publishers || publisher;
        end if;
    end loop;
    if cardinality(publishers) > 1 then
        return (select array_agg(p order by p) from unnest(publishers) p);
    end if;
    return publishers;
end $$;

-- A row of `claim_index` for each version of the log, as it must be. (A join, since what is made beside a subquery is not
-- made by parallel workers.)
create view claim_entry as
select v.position, coalesce(n.position, 9223372036854775807) as until,
    v.id, v.topics, v.measure, v.geography, v.verification ->> 'status' as status, v.currency, v.lifecycle,
    cited_publishers(v.sources) as publishers,
    first_day(v.stated_on) as stated_first, last_day(v.stated_on) as stated_last,
    coalesce(v.quantity ->> 'value', v.quantity ->> 'lower')::numeric as amount,
    search_document(v) as document
from claim_version v
left join claim_version n on n.id = v.id and n.version = v.version + 1;

-- Each word of each version, and where it stands.
create view spoken_word as
select w.word, v.position
from claim_version v
cross join lateral unnest(tsvector_to_array(to_tsvector('simple', concat_ws(' ', v.statement,
    replace(v.measure, '-', ' '), replace(array_to_string(v.topics, ' '), '-', ' '), v.attributed_to, v.scope)))) w (word);

create or replace function claim_version_is_indexed() returns trigger
    language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off
    set enable_mergejoin = off as $$
declare
    first bigint;
    last bigint;
begin
    select min(a.position), max(a.position) into first, last from appended a;
    if first is null or is_restoring() then
        return null;
    end if;
    update claim_index i set until = v.position
    from claim_version v
    join claim_version previous on previous.id = v.id and previous.version = v.version - 1
    where v.position between first and last and i.position = previous.position;
    insert into claim_index (position, until, id, topics, measure, geography, status, currency, lifecycle, publishers,
        stated_first, stated_last, amount, document)
    select e.position, e.until, e.id, e.topics, e.measure, e.geography, e.status, e.currency, e.lifecycle, e.publishers,
        e.stated_first, e.stated_last, e.amount, e.document
    from claim_entry e where e.position between first and last;
    insert into citation (position, ordinal, source)
    select v.position, s.ordinality, s.value ->> 'id'
    from claim_version v cross join lateral jsonb_array_elements(v.sources) with ordinality s
    where v.position between first and last;
    insert into search_word (word, position)
    select w.word, min(w.position) from spoken_word w
    where w.position between first and last
    group by w.word
    having length(w.word) between 3 and 40 and w.word !~ '[^[:alpha:]]'
        and not exists (select from search_word known where known.word = w.word)
    on conflict (word) do nothing;
    return null;
end $$;

drop trigger indexed on claim_version;
create trigger indexed after insert on claim_version
    referencing new table as appended for each statement execute function claim_version_is_indexed();
alter table claim_version enable always trigger indexed;

-- A whole log that was put back, up to a position: everything is read once, with every processor, and indexes are made
-- of what is there. Who still reads is waited for, however long a restore has taken until then.
create function views_are_rebuilt(upto bigint) returns void
    language plpgsql
    set lock_timeout = 0
    set plan_cache_mode = auto
    set work_mem = '256MB'
    set maintenance_work_mem = '512MB'
    set max_parallel_workers_per_gather = 4
    set parallel_setup_cost = 0
    set parallel_tuple_cost = 0
    set min_parallel_table_scan_size = '1MB' as $$
declare
    definitions text[];
    definition text;
begin
    select array_agg(pg_get_indexdef(i.indexrelid) order by i.indexrelid) into definitions
    from pg_index i
    where i.indrelid in ('claim_index'::regclass, 'citation'::regclass, 'search_word'::regclass)
        and not exists (select from pg_constraint c where c.conindid = i.indexrelid);
    foreach definition in array definitions loop
        execute format('drop index %I', (regexp_match(definition, 'INDEX (\S+) ON'))[1]);
    end loop;

    create temporary table restored_entry on commit drop as
    select e.position, e.until, e.id, e.topics, e.measure, e.geography, e.status, e.currency, e.lifecycle, e.publishers,
        e.stated_first, e.stated_last, e.amount, e.document
    from claim_entry e where e.position <= upto;
    insert into claim_index (position, until, id, topics, measure, geography, status, currency, lifecycle, publishers,
        stated_first, stated_last, amount, document)
    select e.position, e.until, e.id, e.topics, e.measure, e.geography, e.status, e.currency, e.lifecycle, e.publishers,
        e.stated_first, e.stated_last, e.amount, e.document
    from restored_entry e;
    drop table restored_entry;

    insert into citation (position, ordinal, source)
    select v.position, s.ordinality, s.value ->> 'id'
    from claim_version v cross join lateral jsonb_array_elements(v.sources) with ordinality s
    where v.position <= upto;

    create temporary table restored_word on commit drop as
    select w.word, min(w.position) as position from spoken_word w
    where w.position <= upto
    group by w.word
    having length(w.word) between 3 and 40 and w.word !~ '[^[:alpha:]]';
    insert into search_word (word, position) select w.word, w.position from restored_word w
    on conflict (word) do update set position = least(search_word.position, excluded.position);
    drop table restored_word;

    foreach definition in array definitions loop
        execute definition;
    end loop;
    analyze claim_version (position, id, version, recorded_at, relations), claim_index, citation, search_word;
end $$;

create or replace function log_head_at_commit() returns trigger
    language plpgsql as $$
begin
    if new.taken_at is not null and clock_timestamp() - new.taken_at > interval '1 minute' then
        perform refuse('write_within_deadline', 'a write held its positions for more than a minute');
    end if;
    if exists (
        select from log_head h
        left join (select v.position, v.recorded_at from claim_version v order by v.position desc limit 1) newest on true
        where h.position <> coalesce(newest.position, 0) or h.recorded_at <> newest.recorded_at
    ) then
        perform refuse('positions_are_filled', 'positions were taken and not filled');
    end if;
    if new.taken_at is null then
        perform views_are_rebuilt(new.position);
    end if;
    return null;
end $$;
