-- What a text may repeat is looked for by what claims say and what they are about, and not by who says it: by the words of
-- weights A and B alone. What is in force now, which texts are mostly compared with, has an index of its own.
create index claim_index_subject_now on claim_index using gin (ts_filter(document, '{a,b}')) with (fastupdate = off)
    where until = 9223372036854775807 and lifecycle = 'published';
create index claim_index_subject_past on claim_index using gin (ts_filter(document, '{a,b}')) with (fastupdate = off)
    where until < 9223372036854775807 and lifecycle = 'published';
