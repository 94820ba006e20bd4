-- ClickHouse: how many different targets, from the evaluations.
create database b;
create table b.seen (target UInt64, hour UInt16) engine = MergeTree order by hour;
insert into b.seen select * from file('@ROWS@', CSV, 'target UInt64, hour UInt16') settings max_threads = 2, max_insert_threads = 2;
-- name: users
select uniqExact(target) from b.seen where hour <= 719 settings max_threads = 2;
-- name: users
select uniqExact(target) from b.seen where hour <= 719 settings max_threads = 2;
-- name: users
select uniqExact(target) from b.seen where hour <= 719 settings max_threads = 2;
