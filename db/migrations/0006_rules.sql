-- Three more rules of the record. What is in the log already stays as it is.

-- `/v1/claims/bulk` is an address of its own, so no claim may be called that.
alter table claim_version
    add constraint id_is_no_address check (id <> 'bulk') not valid;

-- A relation said twice would be one relation to a reader, and two to a program.
create function all_differ(items jsonb) returns boolean
    language sql immutable parallel safe as $$
    select count(distinct i) = count(*) from jsonb_array_elements(items) i
$$;
alter table claim_version
    add constraint relations_differ check (all_differ(relations)) not valid;

-- No claim supersedes itself, directly or through the newest versions of others. Like the existence of what a relation
-- points at, it is looked at when all of a transaction is there.
create function claim_version_is_no_circle() returns trigger
    language plpgsql as $$
begin
    if exists (
        with recursive older (id) as (
            select r ->> 'claim' from jsonb_array_elements(new.relations) r where r ->> 'type' = 'supersedes'
            union
            select r ->> 'claim'
            from older o
            join claim_index i on i.id = o.id and i.until = 9223372036854775807
            join claim_version v on v.position = i.position
            cross join jsonb_array_elements(v.relations) r
            where r ->> 'type' = 'supersedes'
        )
        select from older where id = new.id
    ) then
        perform refuse('supersession_has_no_circle', format('%s would supersede itself, through others', new.id));
    end if;
    return null;
end $$;

create constraint trigger no_circle after insert on claim_version
    deferrable initially deferred for each row
    when (new.relations @> '[{"type": "supersedes"}]') execute function claim_version_is_no_circle();
alter table claim_version enable always trigger no_circle;
