-- PostgreSQL: the events under a key, and the figure from the hours.
\set ON_ERROR_STOP on
\pset tuples_only on
\pset format unaligned
set client_min_messages = warning;
create table ev (account text, source text, id uuid, type text, subject text, time timestamptz, project text, environment text, infrastructure text, instances int, deployment_type text, status text, primary key (account, source, id));
create temp table line (j json);
\timing on
\echo load
\copy line from '@EVENTS@' with (format csv, quote e'\x01', delimiter e'\x02')
\echo insert
insert into ev select j ->> 'account', j ->> 'source', (j ->> 'id')::uuid, j ->> 'type', j ->> 'subject', (j ->> 'time')::timestamptz, j -> 'data' ->> 'project', j -> 'data' ->> 'environment', j -> 'data' ->> 'infrastructure', (j -> 'data' ->> 'instances')::int, j -> 'data' ->> 'deployment_type', j -> 'data' ->> 'status' from line on conflict do nothing;
\echo rows
select count(*) from ev;
\echo bytes
select pg_total_relation_size('ev');
\timing off
create table hours (service int, hour smallint, n int);
\copy hours from '@HOURS@' with (format csv)
create index on hours (service);
create table deployed (service int primary key, d smallint, f smallint);
\copy deployed from '@DEPLOYED@' with (format csv)
vacuum analyze hours;
vacuum analyze deployed;
set jit = off;
set work_mem = '256MB';
\timing on
\echo figure
select sum(case when d = 1 then greatest(1, (coalesce(p, 0) + 19) / 20) else 0 end) + (sum(f) + 4) / 5 from deployed left join (select service, percentile_disc(0.95) within group (order by n) as p from hours group by service) h using (service);
\echo figure
select sum(case when d = 1 then greatest(1, (coalesce(p, 0) + 19) / 20) else 0 end) + (sum(f) + 4) / 5 from deployed left join (select service, percentile_disc(0.95) within group (order by n) as p from hours group by service) h using (service);
\echo figure
select sum(case when d = 1 then greatest(1, (coalesce(p, 0) + 19) / 20) else 0 end) + (sum(f) + 4) / 5 from deployed left join (select service, percentile_disc(0.95) within group (order by n) as p from hours group by service) h using (service);
