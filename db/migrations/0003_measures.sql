-- What a measure is called. Which measures there are, the log says; this only gives them their label.

create table measure_label (
    id text primary key,
    label text not null,
    constraint label_is_for_a_slug check (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(id) <= 80)
);
