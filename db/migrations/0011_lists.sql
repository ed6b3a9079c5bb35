-- What is in force now is walked without what no longer is, and the other way round, however much there is of either; and
-- what was superseded since a position is found by itself.
create index claim_index_now on claim_index (position) where until = 9223372036854775807;
create index claim_index_since on claim_index (until) where until < 9223372036854775807;
create index claim_index_past on claim_index (position) where until < 9223372036854775807;
create index claim_index_geography on claim_index (geography, position);
create index claim_index_retracted on claim_index (position) where lifecycle = 'retracted';
create index claim_index_measure_now on claim_index (measure, position) where until = 9223372036854775807;

-- A plan made without knowing the values it is for (`plan_cache_mode = auto` weighs one after five executions) costs this
-- much for each row wherever a statement says `$1 >= 0 or is_planned_blindly(i.position)`: with the values known, that is
-- true, and nothing. Statements with optional filters say it. Others may be planned once.
create function is_planned_blindly(at bigint) returns boolean
    language plpgsql volatile cost 1000000000 as $$
begin
    return true;
end $$;
