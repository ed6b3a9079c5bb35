-- A log that is put back is looked through more cheaply, and what lists and searches find is the same: what a version
-- repeats of the one before it is not worked out again, and a word that stands in many texts is read once.

-- What the words for spelling are read from.
create view spoken_text as
select v.position, concat_ws(' ', v.statement, replace(v.measure, '-', ' '),
    replace(array_to_string(v.topics, ' '), '-', ' '), v.attributed_to, v.scope) as written
from claim_version v;

create or replace view spoken_word as
select w.word, t.position
from spoken_text t
cross join lateral unnest(tsvector_to_array(to_tsvector('simple', t.written))) w (word);

-- A text in pieces that hold the same words together as it does. A blank ends a word, but not a tag; and only where a
-- text begins may a path begin with a dot or a tilde: a text that holds one of those stays whole.
create function pieces_of(written text) returns text[]
    language sql immutable strict parallel safe as $$
    select case when strpos(written, '<') > 0 or strpos(written, '~') > 0 or strpos(' ' || written, ' .') > 0
        then array[written] else string_to_array(written, ' ') end
$$;

-- The rows of `claim_entry` of one claim, up to a position: one version after the other, so that what a version leaves as
-- it was is taken over.
create function claim_entries(claim text, upto bigint) returns setof claim_index
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
begin
    for version in select * from claim_version v where v.id = claim order by v.version loop
        if not is_first then
            entry.until := version.position;
            return next entry;
        end if;
        if version.position > upto then
            return;
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
            c := setweight(to_tsvector('english', plain_numbers(concat_ws(' ', version.scope, substr(publishers, 2)))), 'C');
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

-- As before, but claim by claim and word by word. Rows go in by position, since that is how they are read. (`version + 0`:
-- the claims in the order of the log, too, and not of their names.)
create or replace function views_are_rebuilt(upto bigint) returns void
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
    analyze claim_version (position, id, version, recorded_at, relations);

    create temporary table restored_entry on commit drop as
    select e.position, e.until, e.id, e.topics, e.measure, e.geography, e.status, e.currency, e.lifecycle, e.publishers,
        e.stated_first, e.stated_last, e.amount, e.document
    from claim_version v cross join lateral claim_entries(v.id, upto) e
    where v.version + 0 = 1 and v.position <= upto
    order by e.position;
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
