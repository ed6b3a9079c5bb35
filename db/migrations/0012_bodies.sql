-- Each version as it is served: a list of twenty is twenty of these beside each other, and not a hundred and twenty values
-- taken apart and written again. Whoever appends a version writes it, from the very line the version is read from.
create table claim_body (
    position bigint primary key,
    body bytea not null
) with (toast_tuple_target = 8160);

create function is_body_of(body bytea, version claim_version) returns boolean
    language sql stable as $$
    select convert_from(body, 'UTF8')::jsonb - 'recorded_at' = to_jsonb(version) - 'recorded_at'
        and (convert_from(body, 'UTF8')::jsonb ->> 'recorded_at')::timestamptz = version.recorded_at
$$;

-- A restore compares each line before, to the byte, and is not asked.
create function claim_body_is_as_stored() returns trigger
    language plpgsql set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off
    set enable_mergejoin = off as $$
declare
    other bigint;
begin
    if is_restoring() then
        return null;
    end if;
    select w.position into other from written w left join claim_version v on v.position = w.position
    where is_body_of(w.body, v) is not true order by w.position limit 1;
    if other is not null then
        perform refuse('body_is_the_version', format('what is to be served at position %s is not the version there', other));
    end if;
    return null;
end $$;

create trigger as_stored after insert on claim_body
    referencing new table as written for each statement execute function claim_body_is_as_stored();
create trigger published_bodies_are_immutable before update or delete on claim_body
    for each row execute function published_is_immutable();
create trigger published_bodies_stay before truncate on claim_body
    for each statement execute function published_is_immutable();
alter table claim_body enable always trigger as_stored;
alter table claim_body enable always trigger published_bodies_are_immutable;
alter table claim_body enable always trigger published_bodies_stay;
