-- A restore asks the rules between the versions of a claim at its end, claim by claim and with every processor, where
-- it reads the versions in their order anyway; and what constraints ask of every version costs less. The rules and
-- their names are the same.

-- Most numbers are short and begin with no nought, and most dates are plainly dates: the others are looked at more
-- closely. (Bodies written so are bound to the functions they name, and inlined.)
create or replace function is_decimal(written text) returns boolean
    language sql immutable parallel safe
    return written is null
        or (length(written) <= 18 and written ~ '^-?[1-9][0-9]*([.][0-9]+)?$')
        or written ~ '^(0|-?[1-9][0-9]{0,17}|-?(0|[1-9][0-9]{0,17})[.][0-9]{1,18})$';

create or replace function last_day(partial text) returns date
    language sql immutable parallel safe
    return case length(partial)
        when 4 then make_date(extract(year from first_day(partial))::int, 12, 31)
        when 7 then (first_day(partial) + interval '1 month' - interval '1 day')::date
        else first_day(partial)
    end;

create function every_source_is_dated(sources jsonb) returns boolean
    language plpgsql immutable parallel safe set search_path from current as $$
begin
    return (select coalesce(bool_and(
            coalesce(jsonb_typeof(s -> 'published_on') in ('string', 'null'), true)
            and coalesce(jsonb_typeof(s -> 'retrieved_on') in ('string', 'null'), true)
            and is_partial_date(s ->> 'published_on') and is_partial_date(s ->> 'retrieved_on')), true)
        from jsonb_array_elements(sources) s);
end $$;

create or replace function sources_are_dated(sources jsonb) returns boolean
    language sql immutable parallel safe
    return (jsonb_path_query_array(sources, '$[*].published_on')
            || jsonb_path_query_array(sources, '$[*].retrieved_on'))::text
        ~ '^\[((null|"[12][0-9][0-9][0-9](-(0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8]))?)?")(, )?)*\]$'
        or every_source_is_dated(sources);

create function in_order(names text[]) returns text[]
    language plpgsql immutable parallel safe set plan_cache_mode = force_generic_plan as $$
begin
    return (select array_agg(n order by n) from unnest(names) n);
end $$;

create or replace function cited_publishers(sources jsonb) returns text[]
    language plpgsql immutable parallel safe as $$
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
    if cardinality(publishers) < 2 or cardinality(publishers) = 2 and publishers[1] < publishers[2] then
        return publishers;
    end if;
    return in_order(publishers);
end $$;

alter function refuse(text, text) parallel safe;
alter function author_below(text, int) parallel safe;

-- Which rule between a version and the one before it is broken, and a sentence; null if none.
create function broken_succession(new claim_version, before claim_version) returns text[]
    language plpgsql stable parallel safe as $$
declare
    author text;
begin
    if new.version <> coalesce(before.version, 0) + 1 or new.position <= before.position then
        return array['version_follows_previous', format('version %s of %s does not follow version %s', new.version,
            new.id, coalesce(before.version,
                (select max(v.version) from claim_version v where v.id = new.id and v.version < new.version), 0))];
    end if;
    if before.lifecycle = 'retracted' then
        return array['retracted_is_final', format('%s is retracted: it can only be read', new.id)];
    end if;
    if new.verification is not distinct from before.verification or new.verification ->> 'status' = 'unverified' then
        return null;
    end if;
    if before.verification ->> 'status' in ('verified', 'verified_with_caveats')
        and new.verification ->> 'status' = 'refuted' and new.change ->> 'severity' <> 'major' then
        return array['refutation_is_major', format('%s was verified and is refuted: that is a major change', new.id)];
    end if;
    if new.change ->> 'kind' in ('created', 'correction', 'update') then
        author := new.change ->> 'by';
    else
        author := author_below(new.id, new.version);
    end if;
    if new.verification ->> 'decided_by' = author then
        return array['four_eyes', format('%s wrote the newest content of %s and may not verify it', author, new.id)];
    end if;
    return null;
end $$;

-- The places of what is appended are looked at in any case; the versions before, in a restore, when all are there. What
-- a mirror copies was tidy when it was appended, as its release saw it; and a part of a transaction may point at what
-- comes with the rest.
create or replace function claim_versions_follow() returns trigger
    language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off
    set enable_mergejoin = off as $$
declare
    head log_head;
    broken record;
begin
    select * into head from log_head for update;
    select b.* into broken from (
        select a.position, case
            when a.position > head.position or a.position <> a.position_before + 1 then array[
                'position_is_dense', format('position %s does not follow the one before it within the %s taken',
                    a.position, head.position)]
            when a.recorded_at < coalesce(a.recorded_before, (
                    select v.recorded_at from claim_version v where v.position = a.position_before)) then array[
                'recorded_at_never_decreases', format('%s was recorded before the position in front of it', a.id)]
            when head.taken_at is not null and a.recorded_at <> head.recorded_at then array[
                'recorded_when_taken', format('%s is not recorded at the time its position was taken', a.id)]
        end as rule
        from (
            select s.position, s.id, s.recorded_at, lag(s.recorded_at) over following as recorded_before,
                coalesce(lag(s.position) over following, (
                    select max(v.position) from claim_version v where v.position < s.position), 0) as position_before
            from appended s
            window following as (order by s.position)
        ) a
    ) b where b.rule is not null order by b.position limit 1;
    if broken.rule is not null then
        perform refuse(broken.rule[1], broken.rule[2]);
    end if;
    if head.taken_at is null then
        return null;
    end if;
    select b.* into broken from (
        select v.position, coalesce(broken_succession(v, previous),
            case when head.mirrors is null then untidiness(v, previous) end) as rule
        from appended a
        join claim_version v on v.position = a.position
        left join claim_version previous on previous.id = v.id and previous.version = v.version - 1
    ) b where b.rule is not null order by b.position limit 1;
    if broken.rule is not null then
        perform refuse(broken.rule[1], broken.rule[2]);
    end if;
    return null;
end $$;

-- The rows of `claim_entry` of one claim, up to a position, as `claim_entries` made them; and each version follows the
-- one before it.
create function restored_entries(claim text, upto bigint) returns setof claim_index
    language plpgsql stable strict parallel safe rows 3 cost 10000 as $$
declare
    version claim_version;
    before claim_version;
    entry claim_index;
    is_first boolean := true;
    is_changed boolean;
    is_sourced_anew boolean;
    place int;
    source jsonb;
    titles text;
    publishers text;
    a tsvector;
    b tsvector;
    c tsvector;
    d tsvector;
    broken text[];
begin
    for version in select * from claim_version v where v.id = claim order by v.version loop
        if not is_first then
            entry.until := version.position;
            return next entry;
        end if;
        if version.position > upto then
            return;
        end if;
        broken := broken_succession(version, before);
        if broken is not null then
            perform refuse(broken[1], broken[2]);
        end if;
        is_changed := is_first or version.statement <> before.statement;
        if is_changed then
            a := setweight(to_tsvector('english', plain_numbers(version.statement)), 'A');
        end if;
        if is_first or version.measure <> before.measure or version.topics <> before.topics
            or version.attributed_to <> before.attributed_to or version.quantity <> before.quantity then
            b := setweight(to_tsvector('english', plain_numbers(concat_ws(' ', replace(version.measure, '-', ' '),
                replace(array_to_string(version.topics, ' '), '-', ' '), version.attributed_to,
                version.quantity ->> 'value'))), 'B');
            entry.amount := coalesce(version.quantity ->> 'value', version.quantity ->> 'lower')::numeric;
            is_changed := true;
        end if;
        is_sourced_anew := is_first or version.sources <> before.sources;
        if is_sourced_anew then
            titles := '';
            publishers := '';
            place := 0;
            source := version.sources -> 0;
            while source is not null loop
                titles := titles || ' ' || coalesce(source ->> 'title', '');
                publishers := publishers || ' ' || coalesce(source ->> 'publisher', '');
                place := place + 1;
                source := version.sources -> place;
            end loop;
            d := setweight(to_tsvector('english', plain_numbers(substr(titles, 2))), 'D');
            entry.publishers := cited_publishers(version.sources);
            is_changed := true;
        end if;
        if is_sourced_anew or version.scope is distinct from before.scope then
            c := setweight(
                to_tsvector('english', plain_numbers(concat_ws(' ', version.scope, substr(publishers, 2)))), 'C');
            is_changed := true;
        end if;
        if is_changed then
            entry.document := a || b || c || d;
        end if;
        if is_first or version.stated_on is distinct from before.stated_on then
            entry.stated_first := first_day(version.stated_on);
            entry.stated_last := last_day(version.stated_on);
        end if;
        entry.position := version.position;
        entry.until := 9223372036854775807;
        entry.id := version.id;
        entry.topics := version.topics;
        entry.measure := version.measure;
        entry.geography := version.geography;
        entry.status := version.verification ->> 'status';
        entry.currency := version.currency;
        entry.lifecycle := version.lifecycle;
        before := version;
        is_first := false;
    end loop;
    if not is_first then
        return next entry;
    end if;
end $$;

-- As before. A claim that has no first version is not visited, so the versions that were are counted.
create or replace function views_are_rebuilt(upto bigint) returns void
    language plpgsql
    set lock_timeout = 0
    set default_statistics_target = 25
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
    beginning claim_version;
    visited bigint;
begin
    select array_agg(pg_get_indexdef(i.indexrelid) order by i.indexrelid) into definitions
    from pg_index i
    where i.indrelid in ('claim_index'::regclass, 'citation'::regclass, 'search_word'::regclass)
        and not exists (select from pg_constraint c where c.conindid = i.indexrelid);
    foreach definition in array definitions loop
        execute format('drop index %I', (regexp_match(definition, 'INDEX (\S+) ON'))[1]);
    end loop;
    analyze claim_version (position, id, version, recorded_at, relations);

    create temporary table restored_entry on commit drop as
    select e.position, e.until, e.id, e.topics, e.measure, e.geography, e.status, e.currency, e.lifecycle, e.publishers,
        e.stated_first, e.stated_last, e.amount, e.document
    from claim_version v cross join lateral restored_entries(v.id, upto) e
    where v.version + 0 = 1 and v.position <= upto
    order by e.position;
    insert into claim_index (position, until, id, topics, measure, geography, status, currency, lifecycle, publishers,
        stated_first, stated_last, amount, document)
    select e.position, e.until, e.id, e.topics, e.measure, e.geography, e.status, e.currency, e.lifecycle, e.publishers,
        e.stated_first, e.stated_last, e.amount, e.document
    from restored_entry e;
    get diagnostics visited = row_count;
    drop table restored_entry;
    if visited <> upto then
        select * into beginning from claim_version v
        where not exists (select from claim_version f where f.id = v.id and f.version = 1)
        order by v.position limit 1;
        perform refuse('version_follows_previous',
            format('version %s of %s does not follow version 0', beginning.version, beginning.id));
    end if;

    insert into citation (position, ordinal, source)
    select v.position, s.ordinality, s.value ->> 'id'
    from claim_version v cross join lateral jsonb_array_elements(v.sources) with ordinality s
    where v.position <= upto;

    create temporary table restored_piece on commit drop as
    select p.piece, min(t.position) as position
    from spoken_text t cross join lateral unnest(pieces_of(t.written)) p (piece)
    where t.position <= upto
    group by p.piece;
    insert into search_word (word, position)
    select w.word, min(p.position)
    from restored_piece p cross join lateral unnest(tsvector_to_array(to_tsvector('simple', p.piece))) w (word)
    group by w.word
    having length(w.word) between 3 and 40 and w.word !~ '[^[:alpha:]]'
    on conflict (word) do update set position = least(search_word.position, excluded.position);
    drop table restored_piece;

    foreach definition in array definitions loop
        execute definition;
    end loop;
    analyze claim_index, citation, search_word;
end $$;

drop function claim_entries(text, bigint);
