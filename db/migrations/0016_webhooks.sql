-- Who is told of changes, and where. The log is the queue: a webhook remembers the position up to which the log was read
-- for it, and which claims wait for a retry; nothing is ever put into a queue that could be lost.
create table webhook (
    id text primary key,
    owner text not null,
    url text not null,
    description text,
    kinds text[],
    severities text[],
    topics text[],
    claims text[],
    status text not null default 'active',
    disabled_reason text,
    disabled_at timestamptz,
    starts_after bigint not null,
    position bigint not null,
    failures int not null default 0,
    paused_until timestamptz,
    last_success_at timestamptz,
    leased_by uuid,
    leased_until timestamptz,
    taken_at timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    created_by text not null,
    constraint webhook_id_is_hexadecimal check (id ~ '^[0-9a-f]{12}$'),
    constraint webhook_names_are_readable check (
        owner ~ '[^[:space:]]' and length(owner) <= 100 and owner !~ '[[:cntrl:]]'
        and created_by ~ '[^[:space:]]' and length(created_by) <= 100 and created_by !~ '[[:cntrl:]]'
        and length(description) between 1 and 500 and description !~ '[[:cntrl:]]'
    ),
    constraint webhook_url_is_of_the_web check (url ~ '^https?://[^[:space:][:cntrl:]]+$' and length(url) <= 2000),
    constraint webhook_kinds_are_known check (
        kinds <@ array['created', 'correction', 'update', 'verification', 'superseded', 'retraction']
        and array_position(kinds, null) is null
    ),
    constraint webhook_severities_are_known check (
        severities <@ array['major', 'minor', 'typo'] and array_position(severities, null) is null
    ),
    constraint webhook_filters_are_slugs check (
        array_to_string(topics || claims, ' ') ~ '^[a-z0-9]+(-[a-z0-9]+)*( [a-z0-9]+(-[a-z0-9]+)*)*$'
        and array_position(topics || claims, null) is null
    ),
    constraint webhook_filters_are_bounded check (
        cardinality(kinds) between 1 and 20 and cardinality(severities) between 1 and 20
        and cardinality(topics) between 1 and 20 and cardinality(claims) between 1 and 100
    ),
    constraint webhook_status_is_known check (status in ('active', 'disabled')),
    constraint webhook_is_disabled_for_a_reason check (
        (status = 'disabled') = (disabled_reason is not null and disabled_at is not null)
        and (disabled_reason is null) = (disabled_at is null)
        and disabled_reason in ('owner', 'gone', 'failing')
    ),
    constraint webhook_counts_from_nothing check (starts_after >= 0 and position >= 0 and failures >= 0),
    constraint webhook_lease_has_an_end check ((leased_by is null) = (leased_until is null))
);

create unique index webhook_address on webhook (lower(owner), url);

-- One owner may have twenty. Whoever adds one waits for whoever else adds one for the same owner, so that none is too
-- many.
create function webhooks_are_few() returns trigger
    language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('webhooks of ' || lower(new.owner), 0));
    if (select count(*) >= 20 from webhook w where lower(w.owner) = lower(new.owner)) then
        perform refuse('webhooks_are_few', 'one owner may have 20 webhooks: delete one, or change one');
    end if;
    return new;
end $$;

create trigger few before insert on webhook
    for each row execute function webhooks_are_few();

-- What messages are signed with. A signature is made from the secret itself, so it is kept as it is. The one without an
-- end is the newest; rotation gives the one before it an end.
create table webhook_secret (
    webhook text not null references webhook on delete cascade,
    secret text not null,
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz,
    constraint webhook_secret_is_of_256_bits check (secret ~ '^whsec_[A-Za-z0-9+/]{43}=$')
);

create unique index webhook_secret_newest on webhook_secret (webhook) where expires_at is null;
create unique index webhook_secret_older on webhook_secret (webhook) where expires_at is not null;

-- Claims of which a change could not be delivered yet: which change, and when it is tried next. Later changes of the
-- same claim wait behind it, and are found in the log when it goes on.
create table webhook_held (
    webhook text not null references webhook on delete cascade,
    claim text not null,
    position bigint not null,
    attempts int not null,
    first_attempt_at timestamptz not null,
    next_attempt_at timestamptz not null,
    primary key (webhook, claim),
    constraint held_is_a_change check (position > 0 and attempts >= 0)
);

create index webhook_held_next on webhook_held (next_attempt_at);

-- Every attempt to deliver something, for a month: those of changes, of redeliveries and of tests.
create table webhook_delivery (
    id bigint generated always as identity primary key,
    webhook text not null references webhook on delete cascade,
    position bigint,
    claim text,
    version int,
    kind text not null,
    attempt int not null,
    attempted_at timestamptz not null,
    outcome text not null,
    status int,
    error text,
    latency_ms int not null,
    constraint delivery_kind_is_known check (kind in ('change', 'redelivery', 'test')),
    constraint delivery_outcome_is_known check (outcome in ('delivered', 'failed', 'refused', 'given_up')),
    constraint delivery_is_of_a_change check (
        (kind = 'test') = (position is null) and (position is null) = (claim is null)
        and (position is null) = (version is null)
    ),
    constraint delivery_says_why_not check ((outcome = 'delivered') = (error is null) and length(error) <= 500),
    constraint delivery_is_measured check (attempt >= 1 and latency_ms >= 0 and status between 100 and 999)
);

create index webhook_delivery_newest on webhook_delivery (webhook, id);
create index webhook_delivery_of_change on webhook_delivery (webhook, position);
create index webhook_delivery_age on webhook_delivery (attempted_at);

-- Who has said that they dealt with a change. It is said once: saying it again changes nothing.
create table webhook_acknowledgement (
    webhook text not null references webhook on delete cascade,
    position bigint not null,
    acknowledged_at timestamptz not null default clock_timestamp(),
    acknowledged_by text not null,
    primary key (webhook, position),
    constraint acknowledgement_is_of_a_change check (position > 0)
);
