-- What is in force now is walked without what no longer is, and the other way round, however much there is of either; and
-- what was superseded since a position is found by itself.
create index claim_index_now on claim_index (position) where until = 9223372036854775807;
create index claim_index_since on claim_index (until) where until < 9223372036854775807;
create index claim_index_past on claim_index (position) where until < 9223372036854775807;
create index claim_index_geography on claim_index (geography, position);
create index claim_index_retracted on claim_index (position) where lifecycle = 'retracted';
