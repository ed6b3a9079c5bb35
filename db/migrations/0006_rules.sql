-- More rules of the record, for what is appended. A restore puts things back as they were, and is not asked.

create function is_restoring() returns boolean
    language sql stable as $$
    select taken_at is null from log_head
$$;

-- A change may not add what says nothing, or says a thing twice, or unsays what another claim says of this one. What a
-- version takes over from the one before it stays.
create function claim_version_is_tidy() returns trigger
    language plpgsql as $$
declare
    before claim_version;
    author text;
    newer text;
begin
    if is_restoring() then
        return new;
    end if;
    select * into before from claim_version v where v.id = new.id and v.version = new.version - 1;
    -- `/v1/claims/bulk` is an address of its own
    if new.id = 'bulk' and new.version = 1 then
        perform refuse('id_is_no_address', format('/v1/claims/%s is an address of its own', new.id));
    end if;
    if new.quantity is distinct from before.quantity and new.quantity ->> 'unit' !~ '[^[:space:]]' then
        perform refuse('quantity_has_unit', format('the unit of %s is only white space', new.id));
    end if;
    if new.verification is distinct from before.verification
        and coalesce(new.verification ->> 'rationale', '') !~ '[^[:space:]]' then
        perform refuse('rationale_says_something', format('the verdict on %s gives no reason', new.id));
    end if;
    if new.verification is distinct from before.verification
        and first_day(new.verification ->> 'decided_on') > current_date + 1 then
        perform refuse('decided_already', format('the verdict on %s has not been given yet', new.id));
    end if;
    -- one name in another case is one person; and whoever changes what they verified verifies what they wrote
    if new.change ->> 'kind' in ('created', 'correction', 'update') then
        author := new.change ->> 'by';
    elsif new.verification is distinct from before.verification then
        select v.change ->> 'by' into author from claim_version v
        where v.id = new.id and v.change ->> 'kind' in ('created', 'correction', 'update')
        order by v.version desc limit 1;
    end if;
    if new.verification ->> 'status' <> 'unverified'
        and lower(new.verification ->> 'decided_by') = lower(author) then
        perform refuse('four_eyes', format('%s wrote the newest content of %s and may not verify it', author, new.id));
    end if;
    if new.change ->> 'kind' = 'retraction' and new.change ->> 'note' !~ '[^[:space:]]' then
        perform refuse('retraction_gives_its_reason', format('the retraction of %s gives no reason', new.id));
    end if;
    if repetitions(to_jsonb(new.topics)) > coalesce(repetitions(to_jsonb(before.topics)), 0) then
        perform refuse('topics_differ', format('a topic of %s is there already', new.id));
    end if;
    if repetitions(new.relations) > coalesce(repetitions(before.relations), 0) then
        perform refuse('relations_differ', format('a relation of %s is there already', new.id));
    end if;
    if new.relations is distinct from before.relations then
        select r ->> 'claim' into newer
        from jsonb_array_elements(before.relations) r
        join claim_index i on i.id = r ->> 'claim' and i.until = 9223372036854775807 and i.lifecycle = 'published'
        join claim_version v on v.position = i.position
            and v.relations @> jsonb_build_array(jsonb_build_object('type', 'supersedes', 'claim', new.id))
        where r ->> 'type' = 'superseded_by' and not new.relations @> jsonb_build_array(r) limit 1;
        if newer is not null then
            perform refuse('superseded_is_told', format('%s supersedes %s, which cannot unsay it', newer, new.id));
        end if;
    end if;
    return new;
end $$;

create function repetitions(items jsonb) returns bigint
    language sql immutable strict parallel safe as $$
    select count(*) - count(distinct i) from jsonb_array_elements(items) i
$$;

create trigger tidy before insert on claim_version
    for each row execute function claim_version_is_tidy();
alter table claim_version enable always trigger tidy;

-- Who supersedes a claim is asked with every change of its relations.
create index claim_version_relations on claim_version using gin (relations jsonb_path_ops);
