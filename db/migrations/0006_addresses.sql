-- `/v1/claims/bulk` is an address of its own, so no claim may be called that. What there was stays as it is.
alter table claim_version
    add constraint id_is_no_address check (id <> 'bulk') not valid;

-- A relation said twice would be one relation to a reader, and two to a program.
create function all_differ(items jsonb) returns boolean
    language sql immutable parallel safe as $$
    select count(distinct i) = count(*) from jsonb_array_elements(items) i
$$;
alter table claim_version
    add constraint relations_differ check (all_differ(relations)) not valid;
