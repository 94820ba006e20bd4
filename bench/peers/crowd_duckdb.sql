-- DuckDB: how many different targets, from the evaluations.
set threads = 2;
create table seen (target ubigint, hour usmallint);
insert into seen select * from read_csv('@ROWS@', header = false, columns = {target: 'UBIGINT', hour: 'USMALLINT'});
checkpoint;
-- name: users
select count(distinct target) from seen where hour <= 719;
-- name: users
select count(distinct target) from seen where hour <= 719;
-- name: users
select count(distinct target) from seen where hour <= 719;
