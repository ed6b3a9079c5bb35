-- What lists and searches look through. Every table here is a view of the log, kept by a trigger on it: one row per
-- version, with the positions between which it was in force, so that a list as of any position costs the same.

create table claim_index (
    position bigint primary key references claim_version (position),
    until bigint not null default 9223372036854775807,
    id text collate "C" not null,
    topics text[] collate "C" not null,
    measure text collate "C" not null,
    geography text not null,
    status text not null,
    currency text not null,
    lifecycle text not null,
    publishers text[] not null,
    stated_first date,
    stated_last date,
    amount numeric,
    document tsvector not null,
    constraint in_force_from_to check (position < until)
);

create unique index claim_index_in_force on claim_index (id) where until = 9223372036854775807;
create index claim_index_id on claim_index (id, position);
create index claim_index_stated_first on claim_index (coalesce(stated_first, 'infinity'), position);
create index claim_index_stated_last on claim_index (coalesce(stated_last, '-infinity'), position);
create index claim_index_lowest on claim_index (coalesce(amount, 'infinity'), position);
create index claim_index_highest on claim_index (coalesce(amount, '-infinity'), position);
create index claim_index_measure on claim_index (measure, position);
create index claim_index_topics on claim_index using gin (topics);
create index claim_index_publishers on claim_index using gin (publishers);
create index claim_index_document on claim_index using gin (document);

-- Every word of every version, with the first position it stood at: a misspelled search is mended with the words the
-- log held then, so a search as of a position never changes its answer.
create table search_word (
    word text primary key,
    position bigint not null
);
create index search_word_trigrams on search_word using gin (word gin_trgm_ops);

-- Which version cites which source, and where in its list.
create table citation (
    position bigint not null references claim_version (position),
    ordinal int not null,
    source text collate "C" not null,
    primary key (position, ordinal)
);
create index citation_source on citation (source, position);

-- '6,200' and '6200' are one number to a reader, so they are one word here.
create function plain_numbers(written text) returns text
    language sql immutable strict parallel safe as $$
    select regexp_replace(written, '([0-9]),(?=[0-9]{3}([^0-9]|$))', '\1', 'g')
$$;

create function search_document(version claim_version) returns tsvector
    language sql stable as $$
    select setweight(to_tsvector('english', plain_numbers(version.statement)), 'A')
        || setweight(to_tsvector('english', plain_numbers(concat_ws(' ', replace(version.measure, '-', ' '),
            replace(array_to_string(version.topics, ' '), '-', ' '), version.attributed_to,
            version.quantity ->> 'value'))), 'B')
        || setweight(to_tsvector('english', plain_numbers(concat_ws(' ', version.scope,
            (select string_agg(s ->> 'publisher', ' ') from jsonb_array_elements(version.sources) s)))), 'C')
        || setweight(to_tsvector('english', plain_numbers(coalesce(
            (select string_agg(s ->> 'title', ' ') from jsonb_array_elements(version.sources) s), ''))), 'D')
$$;

create function claim_version_is_indexed() returns trigger
    language plpgsql as $$
begin
    update claim_index set until = new.position where id = new.id and until = 9223372036854775807;
    insert into claim_index (position, id, topics, measure, geography, status, currency, lifecycle, publishers,
        stated_first, stated_last, amount, document)
    values (new.position, new.id, new.topics, new.measure, new.geography, new.verification ->> 'status',
        new.currency, new.lifecycle,
        (select coalesce(array_agg(distinct lower(s ->> 'publisher')), '{}')
            from jsonb_array_elements(new.sources) s),
        first_day(new.stated_on), last_day(new.stated_on),
        coalesce(new.quantity ->> 'value', new.quantity ->> 'lower')::numeric, search_document(new));
    insert into citation (position, ordinal, source)
    select new.position, s.ordinality, s.value ->> 'id'
    from jsonb_array_elements(new.sources) with ordinality s;
    insert into search_word (word, position)
    select w, new.position
    from unnest(tsvector_to_array(to_tsvector('simple', concat_ws(' ', new.statement, replace(new.measure, '-', ' '),
        replace(array_to_string(new.topics, ' '), '-', ' '), new.attributed_to, new.scope)))) w
    where w ~ '^[[:alpha:]]{3,40}$'
    on conflict (word) do nothing;
    return null;
end $$;

create trigger indexed after insert on claim_version
    for each row execute function claim_version_is_indexed();
alter table claim_version enable always trigger indexed;

-- These tables follow the log and nothing else: whoever changes one by itself would change what was answered before.
create function view_follows_the_log() returns trigger
    language plpgsql as $$
begin
    if pg_trigger_depth() < 2 then
        perform refuse('view_follows_the_log', 'this table is kept by the log, and changed only with it');
    end if;
    return null;
end $$;

create trigger follows_the_log after insert or update or delete or truncate on claim_index
    for each statement execute function view_follows_the_log();
create trigger follows_the_log after insert or update or delete or truncate on citation
    for each statement execute function view_follows_the_log();
create trigger follows_the_log after insert or update or delete or truncate on search_word
    for each statement execute function view_follows_the_log();

-- What a search means, as of a position: every word must occur, in any form; a word the log did not hold stands for the
-- nearest three it did. Quotes, `or` and `-` are read as the web does and are then taken as they are written. Numbers
-- and short words are never mended: 6,300 is not a misspelling of 6,200.
create function search_query(asked text, at bigint) returns tsquery
    language plpgsql stable set pg_trgm.similarity_threshold = 0.25 as $$
declare
    written text := plain_numbers(asked);
    meant tsquery := ''::tsquery;
    token text;
    alternatives tsquery;
begin
    if written ~ '"' or written ~* '(^|\s)(or\s|-)' then
        return websearch_to_tsquery('english', written);
    end if;
    foreach token in array regexp_split_to_array(lower(written), '\s+') loop
        alternatives := plainto_tsquery('english', token);
        if token ~ '^[[:alpha:]]{4,40}$'
            and not exists (select from search_word w where w.word = token and w.position <= at) then
            select coalesce(string_agg(plainto_tsquery('english', near.word)::text, ' | ')::tsquery, ''::tsquery)
                || alternatives into alternatives
            from (
                select w.word from search_word w
                where w.word % token and w.position <= at
                    and levenshtein_less_equal(w.word, token, 3) <= least(3, length(token) / 3)
                order by levenshtein(w.word, token), similarity(w.word, token) desc, w.word
                limit 3
            ) near;
        end if;
        if numnode(alternatives) > 0 then
            meant := case when numnode(meant) = 0 then alternatives else meant && alternatives end;
        end if;
    end loop;
    return meant;
end $$;
