-- What a restore fills is looked at once before anybody reads it, and more closely by autovacuum minutes later: the first
-- look is a short one, since for a log of thousands of versions it took as long as a third of their indexes.
alter function views_are_rebuilt(bigint) set default_statistics_target = 25;
