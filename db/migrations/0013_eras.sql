-- A search asks for the newest matches: so beside its words, the index knows in which era of the log a version stands, and
-- a word that stands everywhere is looked up in the newest eras only. An era is 2048 positions.
create function era_of(place bigint) returns bigint[]
    language sql immutable strict parallel safe as $$
    select array[place >> 11]
$$;

create function eras_between(first bigint, last bigint) returns bigint[]
    language sql immutable strict parallel safe as $$
    select array(select generate_series(first >> 11, last >> 11))
$$;

drop index claim_index_document;
create index claim_index_document on claim_index using gin (document, era_of(position)) with (fastupdate = off);
