-- What a write with an `Idempotency-Key` was answered. The row commits with the write, so it is there exactly if the
-- write is. It counts for a day.
create table idempotency (
    caller text not null,
    method text not null,
    path text not null,
    key text not null,
    fingerprint bytea not null,
    status int not null,
    headers jsonb not null,
    body bytea not null,
    answered_at timestamptz not null default clock_timestamp(),
    primary key (caller, method, path, key)
);
create index idempotency_answered_at on idempotency (answered_at);
