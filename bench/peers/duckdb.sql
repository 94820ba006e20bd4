-- DuckDB: the events under a key, and the figure from the hours.
set threads = 2;
set preserve_insertion_order = false;
create table ev (account varchar, source varchar, id uuid, type varchar, subject varchar, time timestamp, project varchar, environment varchar, infrastructure varchar, instances uinteger, deployment_type varchar, status varchar, primary key (account, source, id));
-- name: insert
insert into ev select account, source, id, type, subject, time, data.project, data.environment, data.infrastructure, data.instances, data.deployment_type, data.status from read_json('@EVENTS@', format = 'newline_delimited', columns = {account: 'VARCHAR', source: 'VARCHAR', id: 'UUID', type: 'VARCHAR', subject: 'VARCHAR', time: 'TIMESTAMP', data: 'STRUCT(project VARCHAR, environment VARCHAR, infrastructure VARCHAR, instances UINTEGER, deployment_type VARCHAR, status VARCHAR)'}) on conflict do nothing;
checkpoint;
-- name: rows
select count(*) from ev;
create table hours (service uinteger, hour usmallint, n uinteger);
insert into hours select * from read_csv('@HOURS@', header = false, columns = {service: 'UINTEGER', hour: 'USMALLINT', n: 'UINTEGER'});
create table deployed (service uinteger, d utinyint, f utinyint);
insert into deployed select * from read_csv('@DEPLOYED@', header = false, columns = {service: 'UINTEGER', d: 'UTINYINT', f: 'UTINYINT'});
checkpoint;
-- name: figure
select sum(case when d = 1 then greatest(1, (coalesce(p, 0) + 19) // 20) else 0 end) + (sum(f) + 4) // 5 from deployed left join (select service, quantile_disc(n, 0.95) as p from hours group by service) using (service);
-- name: figure
select sum(case when d = 1 then greatest(1, (coalesce(p, 0) + 19) // 20) else 0 end) + (sum(f) + 4) // 5 from deployed left join (select service, quantile_disc(n, 0.95) as p from hours group by service) using (service);
-- name: figure
select sum(case when d = 1 then greatest(1, (coalesce(p, 0) + 19) // 20) else 0 end) + (sum(f) + 4) // 5 from deployed left join (select service, quantile_disc(n, 0.95) as p from hours group by service) using (service);
-- name: figure
select sum(case when d = 1 then greatest(1, (coalesce(p, 0) + 19) // 20) else 0 end) + (sum(f) + 4) // 5 from deployed left join (select service, quantile_disc(n, 0.95) as p from hours group by service) using (service);
-- name: figure
select sum(case when d = 1 then greatest(1, (coalesce(p, 0) + 19) // 20) else 0 end) + (sum(f) + 4) // 5 from deployed left join (select service, quantile_disc(n, 0.95) as p from hours group by service) using (service);
