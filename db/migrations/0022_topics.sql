-- What is in force now of a topic, found without what was before: a list asked of the index of all versions, or of what is in
-- force of every topic.
create index claim_index_topics_now on claim_index using gin (topics) with (fastupdate = off)
    where until = 9223372036854775807;
