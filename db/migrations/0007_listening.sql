-- Whoever listens is woken when positions are taken and committed. It only wakes: a notification may be lost with a
-- connection, so listeners compare positions as well.

create function log_head_is_heard() returns trigger
    language plpgsql as $$
begin
    perform pg_notify('citable_log', new.position::text);
    return null;
end $$;

create trigger is_heard after update on log_head
    for each row execute function log_head_is_heard();
alter table log_head enable always trigger is_heard;
