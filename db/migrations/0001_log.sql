-- The log: one row per claim version, immutable, at dense positions in commit order.

create extension if not exists pg_trgm;
create extension if not exists fuzzystrmatch;

-- A partial date ('2026', '2026-04', '2026-04-28') covers a span of days; these are its ends, or null if it is no date.
-- They name no time zone and read no setting, so they are immutable and may stand in constraints and indexes.
create function first_day(partial text) returns date
    language plpgsql immutable strict parallel safe as $$
begin
    if partial !~ '^[0-9]{4}(-[0-9]{2}){0,2}$' then
        return null;
    end if;
    return make_date(
        substr(partial, 1, 4)::int,
        coalesce(nullif(substr(partial, 6, 2), ''), '1')::int,
        coalesce(nullif(substr(partial, 9, 2), ''), '1')::int
    );
exception when datetime_field_overflow then
    return null;
end $$;

create function last_day(partial text) returns date
    language sql immutable strict parallel safe as $$
    select case length(partial)
        when 4 then (first_day(partial) + interval '1 year' - interval '1 day')::date
        when 7 then (first_day(partial) + interval '1 month' - interval '1 day')::date
        else first_day(partial)
    end
$$;

create function is_partial_date(partial text) returns boolean
    language sql immutable parallel safe as $$
    select partial is null or first_day(partial) is not null
$$;

create function sources_are_dated(sources jsonb) returns boolean
    language sql immutable parallel safe as $$
    select coalesce(bool_and(is_partial_date(s ->> 'published_on') and is_partial_date(s ->> 'retrieved_on')), true)
    from jsonb_array_elements(sources) s
$$;

create function is_decimal(written text) returns boolean
    language sql immutable parallel safe as $$
    select written is null
        or written ~ '^(0|-?[1-9][0-9]{0,17}|-?(0|[1-9][0-9]{0,17})[.][0-9]{1,18})$'
$$;

-- The newest position. A writer locks this row last and holds it until it commits: so positions are dense, in commit
-- order, and `recorded_at` never decreases. `taken_at` is when the writer took its positions; null in a restore. `log`
-- tells this log from every other, so that nothing kept of another one is taken for ours.
create table log_head (
    only_row boolean primary key default true,
    log uuid not null default gen_random_uuid(),
    position bigint not null,
    recorded_at timestamptz not null,
    taken_at timestamptz,
    constraint one_log_head check (only_row),
    constraint head_is_not_negative check (position >= 0)
);
insert into log_head (position, recorded_at) values (0, '-infinity');

create table claim_version (
    position bigint primary key,
    id text not null,
    version int not null,
    recorded_at timestamptz not null,
    statement text not null,
    quantity jsonb not null,
    measure text not null,
    geography text not null,
    scope text,
    period jsonb not null,
    stated_on text,
    attributed_to text not null,
    topics text[] not null,
    lifecycle text not null,
    currency text not null,
    verification jsonb not null,
    sources jsonb not null,
    relations jsonb not null,
    change jsonb not null,
    digest text not null,

    constraint one_row_per_version unique (id, version),
    constraint position_is_positive check (position > 0),
    constraint version_is_positive check (version > 0),
    constraint recorded_at_is_finite check (isfinite(recorded_at)),
    constraint id_is_slug check (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(id) <= 80),
    constraint measure_is_slug check (measure ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(measure) <= 80),
    constraint statement_says_something check (statement ~ '[^[:space:]]'),
    constraint attribution_says_something check (attributed_to ~ '[^[:space:]]'),
    constraint text_is_readable check (
        length(statement) <= 500 and statement !~ '[[:cntrl:]]'
        and length(attributed_to) <= 500 and attributed_to !~ '[[:cntrl:]]'
        and length(scope) between 1 and 4000
    ),
    constraint digest_is_sha256 check (digest ~ '^[0-9a-f]{64}$'),
    constraint geography_is_known check (geography ~ '^([A-Z]{2}|WORLD)$'),
    constraint topics_are_slugs check (
        array_to_string(topics, ' ') ~ '^([a-z0-9]+(-[a-z0-9]+)*( [a-z0-9]+(-[a-z0-9]+)*)*)?$'
        and array_position(topics, null) is null
    ),
    constraint lifecycle_is_known check (lifecycle in ('published', 'retracted')),
    constraint currency_is_known check (currency in ('current', 'superseded', 'historical')),

    constraint quantity_is_decimal check (
        is_decimal(quantity ->> 'value') and is_decimal(quantity ->> 'lower') and is_decimal(quantity ->> 'upper')
    ),
    constraint quantity_has_unit check (coalesce(quantity ->> 'unit', '') <> ''),
    constraint comparator_is_known check (
        coalesce(quantity ->> 'comparator', '') in ('eq', 'gt', 'gte', 'lt', 'lte', 'approx', 'between')
    ),
    constraint between_has_bounds check (
        quantity ->> 'comparator' <> 'between'
        or (quantity ->> 'lower' is not null and quantity ->> 'upper' is not null)
    ),
    constraint bounds_in_order check (
        not (is_decimal(quantity ->> 'lower') and is_decimal(quantity ->> 'upper'))
        or quantity ->> 'lower' is null
        or quantity ->> 'upper' is null
        or (quantity ->> 'lower')::numeric <= (quantity ->> 'upper')::numeric
    ),

    constraint dates_are_dates check (
        is_partial_date(stated_on)
        and is_partial_date(period ->> 'start') and is_partial_date(period ->> 'end')
        and is_partial_date(verification ->> 'decided_on')
        and sources_are_dated(sources)
    ),
    constraint period_in_order check (
        first_day(period ->> 'start') is null
        or last_day(period ->> 'end') is null
        or first_day(period ->> 'start') <= last_day(period ->> 'end')
    ),

    constraint status_is_known check (
        coalesce(verification ->> 'status', '')
        in ('unverified', 'verified', 'verified_with_caveats', 'disputed', 'unsupported', 'refuted')
    ),
    constraint verified_needs_supporting_source check (
        verification ->> 'status' not in ('verified', 'verified_with_caveats')
        or jsonb_path_exists(sources, '$[*] ? (@.stance == "supports")')
    ),
    constraint caveats_are_stated check (
        verification ->> 'status' <> 'verified_with_caveats'
        or coalesce(jsonb_array_length(verification -> 'caveats'), 0) > 0
    ),
    constraint sources_are_known_kinds check (
        not jsonb_path_exists(sources, '$[*] ? (!(
            @.stance == "supports" || @.stance == "contradicts" || @.stance == "context"))')
        and not jsonb_path_exists(sources, '$[*] ? (!(
            @.kind == "primary" || @.kind == "government" || @.kind == "academic" || @.kind == "dataset"
            || @.kind == "secondary" || @.kind == "social"))')
    ),
    constraint relations_are_known_types check (
        not jsonb_path_exists(relations, '$[*] ? (!(
            @.type == "supersedes" || @.type == "superseded_by" || @.type == "competes_with"
            || @.type == "contradicts" || @.type == "contradicted_by" || @.type == "context_for"
            || @.type == "derived_from"))')
    ),
    constraint relation_is_to_another check (
        not jsonb_path_exists(relations, '$[*] ? (@.claim == $self)', jsonb_build_object('self', id))
    ),

    constraint lists_are_bounded check (
        cardinality(topics) <= 20 and jsonb_array_length(sources) <= 50 and jsonb_array_length(relations) <= 100
        and jsonb_array_length(verification -> 'caveats') <= 20
    ),

    constraint change_is_known check (
        coalesce(change ->> 'kind', '')
        in ('created', 'correction', 'update', 'verification', 'superseded', 'retraction')
        and coalesce(change ->> 'severity', '') in ('major', 'minor', 'typo')
    ),
    constraint change_names_its_author check (coalesce(change ->> 'by', '') <> ''),
    constraint only_the_first_is_created check ((version = 1) = (change ->> 'kind' = 'created')),
    constraint retraction_withdraws check ((lifecycle = 'retracted') = (change ->> 'kind' = 'retraction')),
    constraint retraction_gives_its_reason check (
        change ->> 'kind' <> 'retraction' or coalesce(change ->> 'note', '') <> ''
    )
);

create index claim_version_recorded_at on claim_version (recorded_at, position);

-- Rules between a version and the one before it, which a check constraint cannot see. Each is refused under its own
-- name, like a check.
create function refuse(rule text, sentence text) returns void
    language plpgsql as $$
begin
    raise exception using errcode = 'check_violation', constraint = rule, message = sentence;
end $$;

create function claim_version_follows() returns trigger
    language plpgsql as $$
declare
    head log_head;
    newest record;
    previous claim_version;
    author text;
begin
    select * into head from log_head for update;
    select v.position, v.recorded_at into newest from claim_version v order by v.position desc limit 1;
    select * into previous from claim_version v where v.id = new.id order by v.version desc limit 1;

    if new.position <> coalesce(newest.position, 0) + 1 or new.position > head.position then
        perform refuse('position_is_dense', format(
            'position %s does not follow %s within the %s taken',
            new.position, coalesce(newest.position, 0), head.position));
    end if;
    if new.recorded_at < newest.recorded_at then
        perform refuse('recorded_at_never_decreases', format(
            '%s was recorded before the position in front of it', new.id));
    end if;
    if head.taken_at is not null and new.recorded_at <> head.recorded_at then
        perform refuse('recorded_when_taken', format(
            '%s is not recorded at the time its position was taken', new.id));
    end if;
    if new.version <> coalesce(previous.version, 0) + 1 then
        perform refuse('version_follows_previous', format(
            'version %s of %s does not follow version %s', new.version, new.id, coalesce(previous.version, 0)));
    end if;
    if previous.lifecycle = 'retracted' then
        perform refuse('retracted_is_final', format('%s is retracted: it can only be read', new.id));
    end if;
    if previous.verification ->> 'status' in ('verified', 'verified_with_caveats')
        and new.verification ->> 'status' = 'refuted' and new.change ->> 'severity' <> 'major' then
        perform refuse('refutation_is_major', format('%s was verified and is refuted: that is a major change', new.id));
    end if;
    if new.verification ->> 'status' <> 'unverified' and new.verification is distinct from previous.verification then
        if new.change ->> 'kind' in ('created', 'correction', 'update') then
            author := new.change ->> 'by';
        else
            select v.change ->> 'by' into author from claim_version v
            where v.id = new.id and v.change ->> 'kind' in ('created', 'correction', 'update')
            order by v.version desc limit 1;
        end if;
        if new.verification ->> 'decided_by' = author then
            perform refuse('four_eyes', format('%s wrote the newest content of %s and may not verify it', author, new.id));
        end if;
    end if;
    return new;
end $$;

create trigger follows before insert on claim_version
    for each row execute function claim_version_follows();

-- Claims of one import may point at each other in any order, so this waits for the commit.
create function claim_version_relations_exist() returns trigger
    language plpgsql as $$
declare
    stranger text;
begin
    select r ->> 'claim' into stranger from jsonb_array_elements(new.relations) r
    where not exists (select from claim_version v where v.id = r ->> 'claim') limit 1;
    if stranger is not null then
        perform refuse('relation_points_at_a_claim', format('%s relates to %s, which is no claim', new.id, stranger));
    end if;
    return null;
end $$;

create constraint trigger relations_exist after insert on claim_version
    deferrable initially deferred for each row
    when (new.relations <> '[]'::jsonb) execute function claim_version_relations_exist();
alter table claim_version enable always trigger relations_exist;

-- What is published stays as it is, whoever asks: the owner and a superuser too, and in replication mode.
create function published_is_immutable() returns trigger
    language plpgsql as $$
begin
    perform refuse('published_is_immutable', 'a published version is never changed or deleted: append another');
    return null;
end $$;

create trigger published_rows_are_immutable before update or delete on claim_version
    for each row execute function published_is_immutable();
create trigger published_log_is_immutable before truncate on claim_version
    for each statement execute function published_is_immutable();
alter table claim_version enable always trigger published_rows_are_immutable;
alter table claim_version enable always trigger published_log_is_immutable;
alter table claim_version enable always trigger follows;

create function log_head_only_grows() returns trigger
    language plpgsql as $$
begin
    if tg_op <> 'UPDATE' then
        perform refuse('log_head_stays', 'the log has one head, and keeps it');
    end if;
    if new.position < old.position or new.recorded_at < old.recorded_at or new.log <> old.log then
        perform refuse('log_head_only_grows', 'positions and their times never go back, and a log stays itself');
    end if;
    if not isfinite(new.recorded_at) or new.recorded_at > clock_timestamp() + interval '1 minute' then
        perform refuse('recorded_in_the_past', 'nothing is recorded at a time that has not come');
    end if;
    if new.taken_at is null and old.position > 0 then
        perform refuse('only_an_empty_log_is_restored', 'positions of a log in use are taken, and when is written down');
    end if;
    return new;
end $$;

create trigger only_grows before insert or update or delete on log_head
    for each row execute function log_head_only_grows();
create trigger stays before truncate on log_head
    for each statement execute function log_head_only_grows();
alter table log_head enable always trigger only_grows;
alter table log_head enable always trigger stays;

-- An instant older than a minute is read without a lock, so no writer may hold its positions for longer than that.
-- And what was taken is filled: no commit leaves a hole.
create function log_head_at_commit() returns trigger
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
    return null;
end $$;

create constraint trigger at_commit after update on log_head
    deferrable initially deferred for each row execute function log_head_at_commit();
alter table log_head enable always trigger at_commit;
