-- What is in force now of a topic, found without reading what was before, or what is in force of every other topic.
create index claim_index_topics_now on claim_index using gin (topics) with (fastupdate = off)
    where until = 9223372036854775807;
