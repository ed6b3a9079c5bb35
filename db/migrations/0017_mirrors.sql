-- A mirror holds the log of another Citable: the same versions at the same positions, recorded when they were there. It
-- takes positions only as the other one did, so nobody can write to it, and its history stays the other's.
-- It knows what stood in the log at an instant only if it has heard of everything since: up to `known_until`.
alter table log_head add column mirrors text;
alter table log_head add column known_until timestamptz;
comment on column log_head.mirrors is 'The address of the Citable whose log this is a copy of; null for a log of its own.';
comment on column log_head.known_until is 'The instant up to which a copy is complete; null for a log of its own, which always is.';

create or replace function log_head_only_grows() returns trigger
    language plpgsql as $$
begin
    if tg_op <> 'UPDATE' then
        perform refuse('log_head_stays', 'the log has one head, and keeps it');
    end if;
    if (new.position, new.recorded_at, new.taken_at, new.log)
        is not distinct from (old.position, old.recorded_at, old.taken_at, old.log) then
        return new;  -- it becomes a mirror, or is one no longer
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
    if old.mirrors is not null and current_setting('citable.mirroring', true) is distinct from 'on' then
        perform refuse('mirror_is_read_only', format('this is a mirror of %s: write there', old.mirrors));
    end if;
    return new;
end $$;

-- What is copied was tidy when it was appended, as its release saw it; and a part of a transaction may point at what
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
    -- a restore puts things back as they were, and a mirror as they are elsewhere: neither is asked more
    if head.taken_at is not null and head.mirrors is null then
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

drop trigger relations_exist on claim_version;
create constraint trigger relations_exist after insert on claim_version
    deferrable initially deferred for each row
    when (new.relations <> '[]'::jsonb and current_setting('citable.mirroring', true) is distinct from 'on')
    execute function claim_version_relations_exist();
alter table claim_version enable always trigger relations_exist;

-- To become a mirror is no write: nothing is taken, filled or rebuilt.
drop trigger at_commit on log_head;
create constraint trigger at_commit after update of position, recorded_at, taken_at on log_head
    deferrable initially deferred for each row execute function log_head_at_commit();
alter table log_head enable always trigger at_commit;
