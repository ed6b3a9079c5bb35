-- The rules between versions, asked of a whole statement at once: the same rules under the same names. The first version
-- that breaks one is named: of the rules for every version, or else of those for what is appended. Only what must be known
-- before a row is stored is asked row by row. Plans are made once a session (a session of ours would make them for each
-- call) and may only use indexes: an empty log grows to a full one.

create or replace function claim_version_follows() returns trigger
    language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    newest record;
begin
    select coalesce((select v.position from claim_version v order by v.position desc limit 1), 0) as position,
        coalesce((select v.version from claim_version v where v.id = new.id order by v.version desc limit 1), 0) as version
    into newest;
    if new.position <> newest.position + 1 then
        perform refuse('position_is_dense', format('position %s does not follow %s', new.position, newest.position));
    end if;
    if new.version <> newest.version + 1 then
        perform refuse('version_follows_previous', format(
            'version %s of %s does not follow version %s', new.version, new.id, newest.version));
    end if;
    return new;
end $$;

-- Who wrote the newest content of a claim below a version.
create function author_below(claim text, below int) returns text
    language plpgsql stable set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return (select v.change ->> 'by' from claim_version v
        where v.id = claim and v.version < below and v.change ->> 'kind' in ('created', 'correction', 'update')
        order by v.version desc limit 1);
end $$;

create or replace function repetitions(items jsonb) returns bigint
    language plpgsql immutable strict parallel safe as $$
begin
    if jsonb_array_length(items) < 2 then
        return 0;
    end if;
    return (select count(*) - count(distinct i) from jsonb_array_elements(items) i);
end $$;

-- Which rule a version breaks that is only for what is appended, and a sentence; null if none. A change may not add what
-- says nothing, or says a thing twice, or unsays what another claim says of this one. What a version takes over from the
-- one before it stays.
create function untidiness(new claim_version, before claim_version) returns text[]
    language plpgsql stable set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off
    set enable_mergejoin = off as $$
declare
    judged boolean := new.verification is distinct from before.verification;
    author text;
    newer text;
begin
    -- `/v1/claims/bulk` is an address of its own
    if new.id = 'bulk' and new.version = 1 then
        return array['id_is_no_address', format('/v1/claims/%s is an address of its own', new.id)];
    end if;
    if new.quantity is distinct from before.quantity and new.quantity ->> 'unit' !~ '[^[:space:]]' then
        return array['quantity_has_unit', format('the unit of %s is only white space', new.id)];
    end if;
    if judged and coalesce(new.verification ->> 'rationale', '') !~ '[^[:space:]]' then
        return array['rationale_says_something', format('the verdict on %s gives no reason', new.id)];
    end if;
    if judged and first_day(new.verification ->> 'decided_on') > current_date + 1 then
        return array['decided_already', format('the verdict on %s has not been given yet', new.id)];
    end if;
    -- one name in another case is one person; and whoever changes what they verified verifies what they wrote
    if new.verification ->> 'status' <> 'unverified' then
        if new.change ->> 'kind' in ('created', 'correction', 'update') then
            author := new.change ->> 'by';
        elsif judged then
            author := author_below(new.id, new.version);
        end if;
        if lower(new.verification ->> 'decided_by') = lower(author) then
            return array['four_eyes', format('%s wrote the newest content of %s and may not verify it', author, new.id)];
        end if;
    end if;
    if new.change ->> 'kind' = 'retraction' and new.change ->> 'note' !~ '[^[:space:]]' then
        return array['retraction_gives_its_reason', format('the retraction of %s gives no reason', new.id)];
    end if;
    if repetitions(to_jsonb(new.topics)) > coalesce(repetitions(to_jsonb(before.topics)), 0) then
        return array['topics_differ', format('a topic of %s is there already', new.id)];
    end if;
    if repetitions(new.relations) > coalesce(repetitions(before.relations), 0) then
        return array['relations_differ', format('a relation of %s is there already', new.id)];
    end if;
    if before.relations @> '[{"type": "superseded_by"}]' and new.relations <> before.relations then
        select r ->> 'claim' into newer
        from jsonb_array_elements(before.relations) r
        cross join lateral (
            select v.lifecycle, v.relations from claim_version v
            where v.id = r ->> 'claim' and v.position < new.position order by v.version desc limit 1
        ) other
        where r ->> 'type' = 'superseded_by' and not new.relations @> jsonb_build_array(r)
            and other.lifecycle = 'published'
            and other.relations @> jsonb_build_array(jsonb_build_object('type', 'supersedes', 'claim', new.id))
        limit 1;
        if newer is not null then
            return array['superseded_is_told', format('%s supersedes %s, which cannot unsay it', newer, new.id)];
        end if;
    end if;
    return null;
end $$;

create function claim_versions_follow() returns trigger
    language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off
    set enable_mergejoin = off as $$
declare
    head log_head;
    broken record;
begin
    select * into head from log_head for update;
    select b.* into broken from (
        select a.position, case
            when a.position > head.position or (a.position > 1 and before.position is null) then array[
                'position_is_dense', format('position %s does not follow the one before it within the %s taken',
                    a.position, head.position)]
            when a.recorded_at < before.recorded_at then array[
                'recorded_at_never_decreases', format('%s was recorded before the position in front of it', a.id)]
            when head.taken_at is not null and a.recorded_at <> head.recorded_at then array[
                'recorded_when_taken', format('%s is not recorded at the time its position was taken', a.id)]
            when a.version > 1 and coalesce(previous.position > a.position, true) then array[
                'version_follows_previous', format('version %s of %s does not follow version %s', a.version, a.id,
                    coalesce((select max(v.version) from claim_version v where v.id = a.id and v.version < a.version), 0))]
            when previous.lifecycle = 'retracted' then array[
                'retracted_is_final', format('%s is retracted: it can only be read', a.id)]
            when previous.verification ->> 'status' in ('verified', 'verified_with_caveats')
                and a.verification ->> 'status' = 'refuted' and a.change ->> 'severity' <> 'major' then array[
                'refutation_is_major', format('%s was verified and is refuted: that is a major change', a.id)]
            when a.verification ->> 'status' <> 'unverified' and a.verification is distinct from previous.verification
                and a.verification ->> 'decided_by' = case
                    when a.change ->> 'kind' in ('created', 'correction', 'update') then a.change ->> 'by'
                    else author_below(a.id, a.version) end then array[
                'four_eyes', format('%s wrote the newest content of %s and may not verify it',
                    a.verification ->> 'decided_by', a.id)]
        end as rule
        from appended a
        left join claim_version before on before.position = a.position - 1
        left join claim_version previous on previous.id = a.id and previous.version = a.version - 1
    ) b where b.rule is not null order by b.position limit 1;
    if broken.rule is not null then
        perform refuse(broken.rule[1], broken.rule[2]);
    end if;
    -- a restore puts things back as they were, and is asked no more
    if head.taken_at is not null then
        select b.* into broken from (
            select v.position, untidiness(v, previous) as rule
            from appended a
            join claim_version v on v.position = a.position
            left join claim_version previous on previous.id = v.id and previous.version = v.version - 1
        ) b where b.rule is not null order by b.position limit 1;
        if broken.rule is not null then
            perform refuse(broken.rule[1], broken.rule[2]);
        end if;
    end if;
    return null;
end $$;

-- It only names what a unique index would refuse all the same, so a restore, whose places are checked before, may do
-- without.
drop trigger follows on claim_version;
create trigger follows before insert on claim_version
    for each row when (current_setting('citable.places_are_checked', true) is distinct from 'on')
    execute function claim_version_follows();
alter table claim_version enable always trigger follows;
drop trigger tidy on claim_version;
drop function claim_version_is_tidy();
create trigger follow after insert on claim_version
    referencing new table as appended for each statement execute function claim_versions_follow();
alter table claim_version enable always trigger follow;

create or replace function claim_version_relations_exist() returns trigger
    language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off
    set enable_mergejoin = off as $$
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
